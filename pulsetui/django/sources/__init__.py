"""Where the schedules of a Django project stand: a module for each place, with a ``read`` for it."""
