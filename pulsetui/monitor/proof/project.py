"""Asks a Django project for one value: by ``manage.py pulsetui prove``, which looks and changes nothing."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Sequence

import msgspec

from pulsetui.core.proof.value_proof import SeenValue
from pulsetui.core.proof.value_sources import DjangoQuery
from pulsetui.core.text.clean import clean, decode
from pulsetui.monitor.proof.looks import UnseenError

TIMEOUT_S = 9.0
"""Less than a look has: so a project that does not come up leaves no thread behind."""
_TAIL_BYTES = 65_536
_MAX_SAID = 200  # characters of what the project says


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    """The line that ``manage.py pulsetui prove`` ends with."""

    pulsetui_value: object


def look_at_project(manage: Sequence[str], source: DjangoQuery, timeout_s: float = TIMEOUT_S) -> SeenValue:
    """The value, as the project's database has it. It blocks.

    Raises UnseenError when the project cannot be asked, or does not answer in time.
    """
    if not manage:
        raise UnseenError('checks.toml does not say how: [prove] manage = ["/…/python", "/…/manage.py"]')
    words = [*manage, "pulsetui", "prove", source.model, source.aggregate]
    said, code = _run([*words, source.field] if source.field else words, timeout_s)
    lines = [line for line in decode(said).splitlines() if line.strip()]
    for line in reversed(lines):
        with contextlib.suppress(msgspec.MsgspecError):
            return SeenValue(msgspec.json.decode(line, type=_Answer).pulsetui_value)
    last = f": {clean(lines[-1], _MAX_SAID)}" if lines else ""
    raise UnseenError(f"manage.py ended with exit code {code} and no answer{last}")


def _run(words: Sequence[str], timeout_s: float) -> tuple[bytes, int]:
    """The end of what it printed, and its exit code. Nothing of it is left behind."""
    end = time.monotonic() + timeout_s
    try:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, to end it with its children
        )
    except OSError as error:
        raise UnseenError(f"{words[0]} cannot be started: {error.strerror}") from None
    with process:
        assert process.stdout is not None  # a pipe was asked for
        kept = bytearray()
        try:
            while (left := end - time.monotonic()) > 0:
                if not select.select([process.stdout], [], [], left)[0]:
                    continue
                chunk = os.read(process.stdout.fileno(), _TAIL_BYTES)
                if not chunk:
                    return bytes(kept), process.wait(max(left, 0.1))
                kept += chunk
                del kept[:-_TAIL_BYTES]
        except subprocess.TimeoutExpired:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    raise UnseenError(f"no answer within {timeout_s:g} s")
