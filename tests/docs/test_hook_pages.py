"""The pages of docs/hooks: their configurations are valid, and those of hooks that speak HTTP were run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from pulsetui.client.alert import AlertEvent
from pulsetui.config.file.load import parse_config
from pulsetui.config.model import Config
from pulsetui.hooks.facts import FACTS
from pulsetui.hooks.hook import HookContext
from pulsetui.hooks.registry import VALIDATORS, build_hooks
from tests.hooks.fakes import an_alert
from tests.hooks.receivers import Receiver, answer

DOCS = Path(__file__).parents[2] / "docs" / "hooks"
PAGES = sorted(page.stem for page in DOCS.glob("*.md") if page.stem not in ("links", "secrets"))
SENT = '{"ok": true, "result": {"message_id": 1, "date": 1, "chat": {"id": 123456789, "type": "private"}}}'
OURS = ("webhook", "ntfy", "slack", "discord", "gotify", "pushover", "pagerduty", "alertmanager", "apprise")
ANSWERS = {**dict.fromkeys(OURS, answer(200, "ok")), "telegram": answer(200, SENT)}
"""What the other side says when all is well."""

_TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)
_URL = re.compile(r"\b(https?|json)://(?:[^/\"\s@]+@)?[^/\"\s]+")
_WITHOUT_URL = ("pushover", "pagerduty")
"""Their server is always the same, but for tests."""


def configurations(page: str, server: str = "") -> list[Config]:
    """Those that a page shows, with ``server`` in the place of the real one."""
    texts = _TOML.findall((DOCS / f"{page}.md").read_text())
    return [
        parse_config(_at(server, text) if server else text, Path("checks.toml"), VALIDATORS) for text in texts
    ]


def _at(server: str, text: str) -> str:
    place = server.partition("://")[2]
    return _URL.sub(lambda url: f"json://{place}" if url[1] == "json" else server, text)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_a_hook_that_can_be_configured_so(page: str) -> None:
    types = {hook.type for config in configurations(page) for hook in config.hooks.values()}
    assert page in types


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # of Apprise
@pytest.mark.parametrize("page", sorted(ANSWERS))
async def test_what_a_page_shows_was_run(page: str) -> None:
    async with Receiver(ANSWERS[page]) as receiver:
        for config in configurations(page, receiver.url):
            server = {"api_url": receiver.url} if page in _WITHOUT_URL else {}
            hooks = {
                name: replace(hook, options={**hook.options, **server}) for name, hook in config.hooks.items()
            }
            for built in build_hooks(hooks, HookContext(publish=lambda alert: 0)).values():
                for event in (AlertEvent.DOWN, AlertEvent.UP, AlertEvent.TEST):
                    await built.send(an_alert(event=event, key="c-1", drill=event is AlertEvent.TEST))
        assert receiver.received


def test_the_page_of_webhooks_names_every_fact() -> None:
    text = (DOCS / "webhook.md").read_text()
    assert [fact for fact in FACTS if f"`{fact}`" not in text] == []


def test_what_the_page_of_secrets_shows_was_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [text] = _TOML.findall((DOCS / "secrets.md").read_text())
    monkeypatch.setenv("PULSE_PING_KEY", "from-a-variable")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "ops-url").write_text("https://example.org/from-a-file\n")
    (tmp_path / "telegram-token").write_text("123456:ABC-from-a-file-abcdefghijklmnopqrst\n")

    text = text.replace("/run/secrets", str(tmp_path))
    config = parse_config(text, tmp_path / "checks.toml", VALIDATORS)

    assert config.listener.ping_key == "from-a-variable"
    assert config.hooks["phone"].options["token"] == "123456:ABC-from-a-file-abcdefghijklmnopqrst"
    assert config.hooks["ops"].options["url"] == "https://example.org/from-a-file"
