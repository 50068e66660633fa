"""The one writer of state: its thread, its transactions, and everything that can change state."""
