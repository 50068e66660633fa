"""When a check is due: periods, cron, OnCalendar, on the wall clock of a zone."""
