"""What the last deploy may have to do with an incident, in the words of its flip, its own and the state's."""

from __future__ import annotations

from datetime import datetime, timedelta

from pulsetui.client.status_words import LAST_DEPLOY
from pulsetui.core.deploy import Deploy, newest_before
from pulsetui.core.state.check import Check
from pulsetui.core.state.status import Status
from pulsetui.core.state.transition import Transition, with_detail
from pulsetui.core.text.phrases import span_text


def with_deploy(deploys: tuple[Deploy, ...], check: Check, transition: Transition) -> Transition:
    """The transition with the deploy named, where it takes the check down and one was not followed by a good
    run."""
    flip = next((one for one in reversed(transition.flips) if one.after is Status.DOWN), None)
    state = transition.state
    if flip is None or not deploys or LAST_DEPLOY in flip.detail:
        return transition
    deploy = newest_before(deploys, check, state, flip.at)
    if deploy is None:
        return transition
    said = f"{LAST_DEPLOY}{_words(deploy, flip.at)}"
    detail = f"{flip.detail}. {said}" if flip.detail else said
    incident = state.incident if state.incident is not None and state.incident.detail == flip.detail else None
    return with_detail(transition, flip, detail, incident)


def _words(deploy: Deploy, at: datetime) -> str:
    released = deploy.released_at(at)
    if released is None:
        return f"{deploy.release}, which still goes on"
    return f"{deploy.release}, {span_text(max(at - released, timedelta()).total_seconds())} before"
