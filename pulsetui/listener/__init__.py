"""The HTTP side of the engine: pings come in, screens and scripts look and command.

Everything here runs on the engine's event loop and never blocks it; what may block goes to a small pool of
threads (``api``).
"""
