"""The page for the morning: what is wrong, what happened since last evening, what is to come."""
