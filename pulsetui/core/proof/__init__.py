"""What must hold of a job's result for its good report to be believed: of what it reports itself, and of what
is seen of it. Pure."""
