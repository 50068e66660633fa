"""Questions and small windows: acknowledge, delete, copy, snooze, notices, themes, help, leaving."""
