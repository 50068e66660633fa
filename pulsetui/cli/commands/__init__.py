"""What each command does: a module for each of them, or for a family, named as it is typed."""
