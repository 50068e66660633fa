"""The ready lines for crontab, systemd and the rest, with the times of a schedule in them."""
