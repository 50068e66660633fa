"""What is kept: one SQLite database in the state directory, written by one thread."""
