"""Words and numbers: said to people, and read out of what jobs and the network send."""
