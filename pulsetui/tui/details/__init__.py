"""One check: its panes, a run of it, the body of a ping, and the details beside the table."""
