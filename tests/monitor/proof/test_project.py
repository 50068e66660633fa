"""A Django project is asked by its manage.py: here programs stand for it, the real one is in tests/django."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pulsetui.core.proof.value_sources import DjangoQuery
from pulsetui.monitor.proof.looks import UnseenError
from pulsetui.monitor.proof.project import look_at_project
from tests.monitor.proof.test_prover import looked, proving

NEWEST = DjangoQuery("it", "billing.Invoice", "newest", "created")


def manage(directory: Path, code: str) -> list[str]:
    path = directory / "manage.py"
    path.write_text(f"import os, sys, time\n{code}\n")
    return [sys.executable, "-S", str(path)]


def test_the_project_is_asked_for_one_value(tmp_path: Path) -> None:
    code = """print('{"pulsetui_value": "%s"}' % " ".join(sys.argv[1:])); print("careful", file=sys.stderr)"""
    words = manage(tmp_path, code)
    assert look_at_project(words, NEWEST).value == "pulsetui prove billing.Invoice newest created"
    count = DjangoQuery("it", "billing.Invoice", "count", "")
    assert look_at_project(words, count).value == "pulsetui prove billing.Invoice count"


def test_an_answer_is_found_in_much_that_is_printed(tmp_path: Path) -> None:
    words = manage(tmp_path, """print("x" * 10**6); print('{"pulsetui_value": null}', flush=True)""")
    assert look_at_project(words, NEWEST).value is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (
            "sys.exit('CommandError: no \\x1b[31msuch model')",
            "exit code 1 and no answer: CommandError: no such",
        ),
        ("print('{}')", "exit code 0 and no answer"),
        ("os.kill(os.getpid(), 9)", "exit code -9 and no answer"),
    ],
)
def test_a_project_without_an_answer_says_why(tmp_path: Path, code: str, said: str) -> None:
    with pytest.raises(UnseenError, match=said):
        look_at_project(manage(tmp_path, code), NEWEST)


def test_a_project_that_does_not_come_up_is_ended_with_its_children(tmp_path: Path) -> None:
    code = "print(os.fork() or os.getpid(), flush=True); time.sleep(60)"
    with pytest.raises(UnseenError, match=r"no answer within 0\.3 s"):
        look_at_project(manage(tmp_path, code), NEWEST, timeout_s=0.3)


def test_what_cannot_be_run_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnseenError, match="cannot be started: No such file"):
        look_at_project([str(tmp_path / "none")], NEWEST)
    with pytest.raises(UnseenError, match=r"checks.toml does not say how: \[prove\] manage"):
        look_at_project((), NEWEST)


def asking(directory: Path, value: str) -> str:
    words = manage(directory, f"""print('{{"pulsetui_value": {value}}}')""")
    return (
        f"[prove]\nmanage = {words!r}\n\n[checks.shop]\nevery = '1d'\n"
        "prove = ['django:billing.Invoice newest created < 25h']\n"
    )


@pytest.mark.parametrize(
    ("value", "status", "proof"),
    [
        ('"2026-11-19T22:00:00Z"', "up", "proven: billing.Invoice newest created is 2h old"),
        ("null", "down unmet", "unmet: billing.Invoice newest created is null: there is nothing"),
    ],
)
async def test_a_run_is_judged_by_what_the_project_says(
    tmp_path: Path, value: str, status: str, proof: str
) -> None:
    async with proving(tmp_path, asking(tmp_path, value)) as engine:
        await engine.ping("shop")
        await looked(engine)
        assert (engine.status("shop"), engine.client.details("shop").runs[0].proof) == (status, proof)


async def test_where_others_may_write_the_file_no_program_of_it_runs(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    text = asking(tmp_path, "null")
    (tmp_path / "manage.py").write_text(f"open({os.fspath(ran)!r}, 'w')")
    async with proving(tmp_path, text) as engine:
        engine.engine.prover.no_programs = lambda: "everybody can change checks.toml"
        await engine.ping("shop")
        await looked(engine)
        said = engine.client.details("shop").runs[0].proof
    assert said == "not provable: billing.Invoice newest created: everybody can change checks.toml"
    assert not ran.exists()
