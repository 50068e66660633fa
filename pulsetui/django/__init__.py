"""The app for ``INSTALLED_APPS``: management commands report their runs, and need no change for it."""
