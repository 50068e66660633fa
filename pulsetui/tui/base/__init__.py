"""What every screen is made of: its base class, dialogs, verbs, keys, background work."""
