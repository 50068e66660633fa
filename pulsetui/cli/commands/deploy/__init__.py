"""``pulsetui deploy``: alerts wait while it runs, and each job is listed until it has been good once."""
