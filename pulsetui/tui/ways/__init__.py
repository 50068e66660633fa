"""Ways to ping: the ready lines for one check."""
