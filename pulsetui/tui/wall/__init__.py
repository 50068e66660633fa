"""The wallboard: how all checks stand, to be read across a room."""
