"""Tells PulseTUI of the periodic tasks of a Celery app: ``pulsetui.celery.connect(app)``.

It reports from beat, from the worker and from its child processes, in the background, and raises nothing.
"""

from __future__ import annotations

from pulsetui.celery.connect import connect

__all__ = ["connect"]
