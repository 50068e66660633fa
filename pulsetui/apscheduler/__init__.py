"""Tells PulseTUI of the jobs of an APScheduler (3.x): ``pulsetui.apscheduler.connect(scheduler)``.

It reports from the scheduler's process, in the background, and raises nothing.
"""

from __future__ import annotations

from pulsetui.apscheduler.connect import connect

__all__ = ["connect"]
