"""What a check is and how its status follows from pings and time.

Pure: no clock, no threads, no screen. Time comes in as an argument; every instant is an aware datetime in
UTC, every span a ``timedelta``. The one thing that is read is the time zone database: ``schedule.zone`` opens
its files where they are installed, and goes by ``PYTHONTZPATH``. Values are msgspec structs, which are
defined and made ten times faster than frozen dataclasses.
"""
