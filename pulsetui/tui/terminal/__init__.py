"""The terminal itself: its size, its keys and answers, its modes."""
