"""For one command that is to report however it is called, where the app is not wanted for all."""

from __future__ import annotations

from typing import Any

from pulsetui.django.options import read_options
from pulsetui.django.watching import reported, take_over
from pulsetui.job.heartbeat import heartbeat


class HeartbeatMixin:
    """``class Command(HeartbeatMixin, BaseCommand)``: each execution is a run, at a terminal and by
    ``call_command``, too. ``heartbeat_slug`` names the check, else the command's module does. Without
    ``PULSETUI_URL`` nothing is reported. Beside the app it counts once."""

    heartbeat_slug = ""

    def execute(self, *args: Any, **given: Any) -> Any:
        """Django's own, reported."""
        take_over()
        options = read_options()
        name = type(self).__module__.rpartition(".")[2]
        slug = self.heartbeat_slug or options.slug(name, given)
        execute: Any = super().execute  # type: ignore[misc] # of BaseCommand, which comes after it
        if not options.url:
            return execute(*args, **given)
        return reported(heartbeat(slug, url=options.url, output=True), lambda: execute(*args, **given))
