"""``pulsetui help``: a module for each subject that is more than a command."""
