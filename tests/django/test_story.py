"""The story at the top of docs/django.md, command by command: a project, its crontab, and an engine."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pulsetui.crontab.places import user_name
from tests.cli.installed import PULSETUI, environment
from tests.django.shop import MANAGE
from tests.job.server import free_port

PAGE = Path(__file__).parents[2] / "docs" / "django.md"
SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["billing", "django.contrib.sessions"]
USE_TZ = True
"""
COMMAND = """
from django.core.management.base import BaseCommand

class Command(BaseCommand):
    def handle(self, *args, **options):
        return "imported 312 records"
"""


class Story:
    """The files of the person, and what the commands are called here."""

    def __init__(self, root: Path) -> None:
        self.project, self.home, self.port = root / "app", root / "home", free_port()
        self.serving: subprocess.Popen[str] | None = None
        commands = self.project / "billing" / "management" / "commands"
        commands.mkdir(parents=True)
        (self.project / "shop").mkdir()
        (self.home / "bin").mkdir(parents=True)
        for package in (self.project / "billing", self.project / "billing" / "management", commands):
            (package / "__init__.py").touch()
        for name in ("sync_invoices", "import_feed"):
            (commands / f"{name}.py").write_text(COMMAND)
        (self.project / "shop" / "settings.py").write_text(SETTINGS)
        (self.project / "manage.py").write_text(MANAGE)

    def install_crontab(self, lines: str) -> None:
        """As ``crontab -l`` is to say it; the project is where the lines go to."""
        (self.home / "lines").write_text(lines.replace("/srv/app", str(self.project)))
        program = self.home / "bin" / "crontab"
        program.write_text(f"#!/bin/sh\nexec cat {shlex.quote(str(self.home / 'lines'))}\n")
        program.chmod(0o755)

    def say(self, command: str) -> str:
        """What a command says, with the names that the page has."""
        command = command.replace("127.0.0.1:8787", f"127.0.0.1:{self.port}")
        command = command.replace(".venv/bin/python", f"{sys.executable} -W ignore")
        command = command.replace(".venv/bin/pulsetui", PULSETUI)
        path = f"{self.home}/bin:{os.environ['PATH']}"
        env = environment(self.home, PATH=path, TZ="UTC", XDG_CONFIG_HOME="", XDG_STATE_HOME="")
        del env["PULSETUI_STATE_DIR"]
        if command.endswith("serve &"):
            self.serving = subprocess.Popen(
                shlex.split(command)[:-1], env=env, cwd=self.project, stderr=subprocess.PIPE, text=True
            )
            assert self.serving.stderr is not None
            return self._as_on_the_page(self.serving.stderr.readline())
        done = subprocess.run(
            ["sh", "-c", command], env=env, cwd=self.project, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        config = self.home / ".config" / "pulsetui" / "checks.toml"
        if command.endswith(" init"):  # the port of the page may be that of somebody here
            config.write_text(config.read_text().replace('"127.0.0.1:8787"', f'"127.0.0.1:{self.port}"'))
        return self._as_on_the_page(done.stdout + done.stderr)

    def _as_on_the_page(self, text: str) -> str:
        names = {str(self.project): "/srv/app", str(self.home): "/home/ilze", f":{self.port}": ":8787"}
        for here, there in {**names, f"crontabs/{user_name()}:": "crontabs/ilze:"}.items():
            text = text.replace(here, there)
        return text


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    yield told
    if told.serving is not None:
        told.serving.kill()
        told.serving.communicate()


def test_the_story_of_the_page_happens_as_it_is_told(story: Story) -> None:
    block = re.findall(r"```console\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0]
    told = [text.partition("\n") for text in block.split("$ ")[1:]]
    for command, _, output in told:
        if "pip install" in command:
            continue  # the tests have it installed
        if command == "crontab -l":
            story.install_crontab(output)
        assert (command, story.say(command)) == (command, output)
    (config,) = story.home.glob(".config/pulsetui/checks.toml")
    assert config.read_text().count("\nsource = {") == 3
