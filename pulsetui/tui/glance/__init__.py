"""What helps at a glance, in the rows that a short table leaves free."""
