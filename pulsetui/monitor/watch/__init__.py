"""What looks at the clock and at the disk, and has checks judged in time."""
