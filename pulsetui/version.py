"""The version, as a constant: reading package metadata would cost a one-shot command its start-up time."""

__version__ = "0.1.0"
