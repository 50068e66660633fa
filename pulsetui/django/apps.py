"""What Django loads."""

from __future__ import annotations

from django.apps import AppConfig


class PulseAppConfig(AppConfig):  # type: ignore[misc] # Django ships no types
    """``INSTALLED_APPS += ["pulsetui.django"]``. Does nothing without ``PULSETUI_URL``."""

    name = "pulsetui.django"
    label = "pulsetui"
    verbose_name = "PulseTUI"

    def ready(self) -> None:
        from django.core.checks import register

        from pulsetui.django.checks import deploy_checks
        from pulsetui.django.options import read_options
        from pulsetui.django.queue_runs import watch_queue
        from pulsetui.django.tasks import watch_tasks
        from pulsetui.django.watching import watch_commands

        register(deploy_checks, "pulsetui", deploy=True)
        options = read_options()
        if options.url:
            watch_commands(options)
            watch_queue(options)
            if options.tasks:
                watch_tasks(options)
