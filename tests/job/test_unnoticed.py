"""The job does not notice: each of a table is run bare and under ``pulsetui run``, and nothing differs."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.job.server import OK, Server, serving
from tests.job.test_ping import PULSETUI
from tests.job.test_run import environment

SHELLS = [shell for shell in ("sh", "bash", "dash", "zsh", "ksh") if shutil.which(shell)]
PYTHON = f"{sys.executable} -c"
BARE = 'env -i PATH="$PATH" PULSETUI_URL="$PULSETUI_URL" PULSETUI_STATE_DIR="$PULSETUI_STATE_DIR"'
"""Nothing but where to report: the reports of a test are not to be kept in the tester's own home."""
NOWHERE = "export PULSETUI_STATE_DIR=/proc/none PULSETUI_URL=http://127.0.0.1:9"

SIGNALS = ("TERM", "KILL", "SEGV", "PIPE", "ABRT", "HUP", "INT", "QUIT", "USR1", "XCPU", "ALRM")

WHAT_SIGNALS_DO = """
import signal
others = {signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT}
print([(n, signal.getsignal(n) == signal.SIG_IGN) for n in signal.valid_signals() - others])
"""

JOBS: dict[str, str] = {
    **{shell: f"RUN {shell} -c 'echo out; echo err >&2; exit 3'" for shell in SHELLS},
    "bash, pipefail": "RUN bash -o pipefail -c 'false | true'",
    "arguments": "RUN printf '<%s>' '' ' a  b ' '*' '$HOME' \"$(printf 'a\\nb\\377')\" --help -- --lock",
    **{
        f"signal {name}": f"{{ RUN sh -c 'echo dying; kill -{name} $$'; }} 2>/dev/null; echo $?"
        for name in SIGNALS
    },
    "an ignored signal": "trap '' HUP; RUN sh -c 'kill -HUP $$; echo alive'",
    "defaults of signals": f"RUN {PYTHON} '{WHAT_SIGNALS_DO}'",
    "all bytes": f"RUN {PYTHON} 'import os; os.write(1, bytes(range(256)) * 99); os.write(2, bytes(99))'",
    "no newline": "RUN printf x",
    "huge": "RUN sh -c 'head -c 30000000 /dev/zero | tr \"\\0\" x; echo; head -c 3000000 /dev/zero >&2'",
    "many lines": "RUN sh -c 'yes PULSETUI_METRIC a=1 | head -n 200000'",
    "one long line": "RUN sh -c 'printf PULSETUI_METRIC; head -c 3000000 /dev/zero'",
    "binary input": "head -c 300000 /dev/urandom > random; RUN cat < random | cmp - random && echo same",
    "no input": "RUN cat < /dev/null",
    "closed input": "RUN sh -c 'cat 2>/dev/null; echo $?' <&-",
    "closed output": "RUN sh -c 'echo x 2>/dev/null; echo y >&2; exit 4' >&-",
    "closed errors": "RUN sh -c 'echo x; echo y >&2; exit 4' 2>&-",
    "closed errors and a flaw": "FLAWED sh -c 'echo x; exit 4' 2>&-",
    "all closed": "RUN sh -c 'exit 4' <&- >&- 2>&-",
    "a full disk": "RUN sh -c 'for i in 1 2 3; do echo x; sleep 0.02; done 2>&-; exit 5' > /dev/full",
    "a reader that leaves": "RUN yes | head -n 1",
    "no terminal": "setsid -w sh -c 'RUN sh -c \"tty; exit 6\" < /dev/null; echo $?'",
    "other descriptors": "RUN sh -c 'echo three >&3; cat <&4' 3>three 4</etc/hostname; cat three",
    "no shebang": "printf 'echo from $1; exit 8' > script; chmod +x script; RUN ./script here",
    "no shebang, by PATH": "printf 'exit 8' > my-job; chmod +x my-job; PATH=.:$PATH; RUN my-job",
    "not there": "RUN ./nowhere 2>/dev/null",
    "not executable": "touch file; RUN ./file 2>/dev/null",
    "a directory": "mkdir d; RUN ./d 2>/dev/null",
    "gone directory": "mkdir gone; cd gone; rmdir ../gone; RUN sh -c 'echo here; exit 2' 2>/dev/null",
    "umask, nice, limits": "umask 027; ulimit -n 40; RUN sh -c 'umask; nice; ulimit -n'",
    "no environment": f"{BARE} RUN sh -c 'env | grep -v -e PULSETUI -e PWD -e ^_ | sort'",
    "a disk that cannot be written": f"{NOWHERE}; RUN sh -c 'echo on; exit 9' 2>/dev/null",
    "a lock that cannot be had": f"{NOWHERE}; LOCKED sh -c 'echo on; exit 9' 2>/dev/null",
    "a group of its own": "{ RUN sh -c 'kill -TERM 0; echo no'; } 2>/dev/null",
}
"""The words in capitals stand for nothing, or for ``pulsetui run``: plain, with an option that there is not,
and with a lock."""

SHOWN = 2000  # bytes of an output that a failure shows


def ended(script: str, prefix: str, folder: Path, env: dict[str, str]) -> tuple[int, bytes, bytes]:
    folder.mkdir(parents=True)
    for word, options in (("RUN ", " "), ("FLAWED ", " --quiet "), ("LOCKED ", " --lock ")):
        script = script.replace(word, f"{prefix}{options}-- " if prefix else "")
    done = subprocess.run(
        ["sh", "-c", script],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        cwd=folder,
        env={**env, "PULSETUI_STATE_DIR": str(folder / "state")},
        start_new_session=True,
    )
    return done.returncode, shown(done.stdout), shown(done.stderr)


def shown(output: bytes) -> bytes:
    return output if len(output) < SHOWN else hashlib.sha256(output).hexdigest().encode()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(OK) as server:
        yield server


@pytest.mark.parametrize("name", JOBS)
def test_nothing_differs(name: str, server: Server, tmp_path: Path) -> None:
    env = environment(tmp_path, server.url)
    with ThreadPoolExecutor(2) as pool:
        bare = pool.submit(ended, JOBS[name], "", tmp_path / "bare", env)
        run = pool.submit(ended, JOBS[name], f"{PULSETUI} run a", tmp_path / "run", env)
        assert run.result() == bare.result()
