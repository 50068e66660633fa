"""What tells people, and whether it would."""
