"""Every verb is done by somebody: by the screen that offers it, or by the app."""

from __future__ import annotations

import pytest

from pulsetui.tui.app import PulseApp
from pulsetui.tui.base.screen import PulseScreen
from pulsetui.tui.base.verbs import VERBS, verbs_on
from pulsetui.tui.details.screen import DetailsScreen
from pulsetui.tui.hooks.screen import HooksScreen
from pulsetui.tui.incidents.screen import IncidentsScreen
from pulsetui.tui.log import LogScreen
from pulsetui.tui.table.screen import HomeScreen
from pulsetui.tui.timeline.screen import TimelineScreen
from pulsetui.tui.today.screen import TodayScreen
from pulsetui.tui.trust.screen import TrustScreen
from pulsetui.tui.wall.screen import WallScreen
from tests.client.fake import FakeEngine
from tests.client.samples import NOW, view

SCREENS = {
    "home": lambda: HomeScreen(NOW),
    "details": lambda: DetailsScreen("backup-db"),
    "timeline": TimelineScreen,
    "incidents": IncidentsScreen,
    "hooks": HooksScreen,
    "trust": TrustScreen,
    "today": TodayScreen,
    "wall": WallScreen,
    "any": LogScreen,
}


def test_every_screen_that_a_verb_names_is_known_here() -> None:
    assert set(SCREENS) == {scope for verb in VERBS for scope in verb.on}


@pytest.mark.parametrize("scope", SCREENS)
def test_every_verb_on_offer_is_done_by_the_screen_or_the_app(scope: str) -> None:
    screen: PulseScreen = SCREENS[scope]()
    offered = {verb.id for verb in verbs_on(scope)}
    own, common = set(screen.own_verbs()), set(PulseApp(FakeEngine([])).verbs_for([view()]))
    assert scope == screen.SCOPE
    assert offered <= own | common
    assert own <= offered, "these could never be asked for"
