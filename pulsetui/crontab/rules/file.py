"""PT1xx: the file itself. Debian's cron leaves it out for most of these, and says so only in its log."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pulsetui.crontab.findings import Finding, LintFile, Rule, World, found
from pulsetui.crontab.reader import BOM, encoded

MAX_COMMAND_BYTES = 998
MAX_LINES = 10_000
_GROUP_OR_OTHER_WRITES = 0o022
_USER_MODES = (0o600, 0o400)
_CRON_D_NAME = re.compile(r"[A-Za-z0-9_-]+")
_ANY = "0 2 * * * /usr/local/bin/backup\n"

NAME = Rule(
    code="PT101",
    level="error",
    title="The name of a file in cron.d has other characters than A-Z a-z 0-9 _ -",
    why="Cron reads no such file: backup.sh, or backup.dpkg-old, is left out without a word.",
    wrong="0 2 * * * root /usr/bin/true\n",
    right="0 2 * * * root /usr/bin/true\n",
)
NEWLINE = Rule(
    code="PT102",
    level="error",
    title="The last line has no newline",
    why="Debian's cron leaves out the whole file.",
    wrong="0 2 * * * /usr/bin/true",
    right="0 2 * * * /usr/bin/true\n",
)
OWNER = Rule(
    code="PT103",
    level="error",
    title="Owner or permissions of the file are wrong",
    why="Cron takes a system crontab only from root, and from nobody else's pen (no write permission"
    " for group and"
    " others, one hard link); a user's crontab only with mode 0600.",
    wrong="0 2 * * * root /usr/bin/true\n",
    right="0 2 * * * root /usr/bin/true\n",
)
CRLF = Rule(
    code="PT104",
    level="error",
    title="A line ends as on Windows (CRLF)",
    why="The command gets a carriage return as its last character, and an empty line is a syntax error,"
    " for which"
    " Debian's cron leaves out the whole file.",
    wrong="0 2 * * * /usr/bin/true\r\n",
    right="0 2 * * * /usr/bin/true\n",
)
MARK = Rule(
    code="PT105",
    level="error",
    title="The file begins with a byte order mark",
    why="Cron takes it for a part of the first line, and leaves out the whole file.",
    wrong="\ufeff0 2 * * * /usr/bin/true\n",
    right="0 2 * * * /usr/bin/true\n",
)
NO_TEXT = Rule(
    code="PT106",
    level="error",
    title="The file cannot be read, or is not text",
    why="A zero byte ends a line for cron, wherever the line goes on.",
    wrong="0 2 * * * /usr/bin/true \0 x\n",
    right="0 2 * * * /usr/bin/true x\n",
)
LONG = Rule(
    code="PT107",
    level="error",
    title="A command is longer than 998 bytes",
    why="Debian's cron takes no longer one, and leaves out the whole file. Put the command into a script.",
    wrong=f"0 2 * * * /usr/bin/printf {'x' * 1000}\n",
    right=f"0 2 * * * /usr/bin/printf {'x' * 900}\n",
)
MANY = Rule(
    code="PT108",
    level="error",
    title="The file has more than 10,000 lines",
    why="Debian's cron leaves out the whole file.",
    wrong="# a comment\n" * (MAX_LINES + 1),
    right="# a comment\n" * 10,
)
RULES = (NAME, NEWLINE, OWNER, CRLF, MARK, NO_TEXT, LONG, MANY)


def look(file: LintFile, world: World) -> Iterator[Finding]:
    """What is wrong with the file as a whole, and with the bytes of its lines."""
    yield from _name(file)
    yield from _owner(file)
    lines = file.crontab.lines
    if lines and not lines[-1].raw.endswith(b"\n"):
        message = "the last line has no newline: cron leaves out the whole file. Add one"
        yield found(NEWLINE, file, lines[-1], message, fix=lines[-1].text)
    if lines and lines[0].raw.startswith(BOM):
        message = (
            "begins with a byte order mark, which cron takes for a part of this line. Save it as plain UTF-8"
        )
        yield found(MARK, file, lines[0], message, fix=lines[0].text.lstrip("\ufeff"))
    if len(lines) > MAX_LINES:
        message = f"has {len(lines):,} lines; cron reads no file of more than {MAX_LINES:,}"
        yield found(MANY, file, lines[MAX_LINES], message)
    crlf = [line for line in lines if b"\r" in line.raw]
    for line in crlf[:1]:
        more = f", and {len(crlf) - 1} more like it" if len(crlf) > 1 else ""
        message = f"ends with a carriage return (Windows){more}: it becomes a part of the command"
        yield found(CRLF, file, line, message, fix=line.text.replace("\r", ""))
    for line in lines:
        if b"\0" in line.raw:
            yield found(NO_TEXT, file, line, "has a zero byte, where cron ends the line. Take it out")
        length = len(encoded(line.part("command")))
        if line.kind == "job" and length > MAX_COMMAND_BYTES:
            message = (
                f"the command has {length} bytes; cron takes {MAX_COMMAND_BYTES} at most, and leaves"
                " out the whole"
                " file. Put the command into a script"
            )
            yield found(LONG, file, line, message)


def _name(file: LintFile) -> Iterator[Finding]:
    name = file.path.name
    if file.path.parent.name != "cron.d" or _CRON_D_NAME.fullmatch(name) or name.startswith("."):
        return  # what begins with a dot nobody takes for a crontab
    better = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")
    yield found(NAME, file, None, f'cron reads no file of the name "{name}" here. Call it {better}')


def _owner(file: LintFile) -> Iterator[Finding]:
    facts = file.facts
    if facts is None or not file.is_installed:
        return
    wanted = "root" if file.crontab.has_users else file.crontab.owner
    shown = f"mode {facts.mode:04o}"
    if wanted and facts.owner != wanted and not (facts.owner == "root" and not file.crontab.has_users):
        message = (
            f"belongs to {facts.owner}: cron reads it only from {wanted}. Do: chown {wanted} {file.path}"
        )
        yield found(OWNER, file, None, message)
    if file.crontab.has_users and facts.mode & _GROUP_OR_OTHER_WRITES:
        message = (
            f"{shown}: cron reads no file that others than its owner may write. Do: chmod go-w {file.path}"
        )
        yield found(OWNER, file, None, message)
    elif not file.crontab.has_users and facts.mode not in _USER_MODES:
        yield found(OWNER, file, None, f"{shown}: cron wants 0600. Do: chmod 600 {file.path}")
    if facts.links > 1 and not facts.is_link:
        yield found(
            OWNER, file, None, f"has {facts.links} hard links: cron reads a file with one only. Copy it"
        )
