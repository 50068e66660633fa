"""The dialects in which jobs report, and the way from a path to the one that speaks it."""
