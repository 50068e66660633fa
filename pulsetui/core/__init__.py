"""What a check is and how its status follows from pings and time.

Pure: no clock, no I/O, no threads, no screen. Time comes in as an argument; every instant is an aware
datetime in UTC, every span a ``timedelta``. Values are
msgspec structs, which are defined and made ten times faster than frozen dataclasses.
"""
