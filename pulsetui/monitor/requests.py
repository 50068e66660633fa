"""Does what screens and scripts ask of the engine in this process, and answers for each target."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from msgspec.structs import replace

from pulsetui.client.commands import (
    AddCheck,
    AnyCommand,
    BeginDeploy,
    Definition,
    Dismiss,
    EditCheck,
    EndDeploy,
    EndSnooze,
    EndTrial,
    OfHooks,
    Operation,
    PauseHooks,
    RemoveCheck,
    RenewDeploy,
    ResumeHooks,
    StartDrill,
    StartSnooze,
    TestHooks,
    UndoRemove,
    answer_at_once,
    refused,
)
from pulsetui.client.views import CommandResult, FieldProblem
from pulsetui.config.file.edit import ConfigFile
from pulsetui.config.model import Config
from pulsetui.config.problem import ConfigProblems
from pulsetui.core.state.snooze import Scope, Snooze, checked_end
from pulsetui.errors import PulseError
from pulsetui.monitor.engine import Engine
from pulsetui.monitor.writing.commands import Operate, SetSnoozes, TakeDeploy
from pulsetui.monitor.writing.commands.operate import MAX_BY, MAX_NOTE


def run_command(engine: Engine, command: AnyCommand) -> list[CommandResult]:
    """Runs it from a thread that is not the engine's, and waits for it."""
    if (answer := answer_at_once(command)) is not None:
        return answer
    try:
        match command:
            case StartSnooze():
                return _snooze(engine, command)
            case EndSnooze():
                return _unsnooze(engine, command)
            case AddCheck() | EditCheck() | RemoveCheck() | UndoRemove():
                return [_define(engine, command)]
            case Dismiss():
                return _dismiss(engine, command)
            case TestHooks() | StartDrill() | EndTrial():
                return engine.call(lambda: engine.trials.do(command))
            case BeginDeploy() | RenewDeploy() | EndDeploy():
                return engine.call(lambda: engine.set_snoozes(TakeDeploy(command)))
            case PauseHooks() | ResumeHooks():
                return engine.call(lambda: _hold(engine, command))
            case _:
                return _operate(engine, command)
    except PulseError as error:
        return refused(command, error)


def _operate(engine: Engine, command: Operation) -> list[CommandResult]:
    async def operate() -> list[CommandResult]:
        return await engine.trials.stand_in(command, await engine.perform(Operate(command)))

    return engine.call(operate)


async def _hold(engine: Engine, command: OfHooks) -> list[CommandResult]:
    control, is_pause = engine.hook_control, not isinstance(command, ResumeHooks)
    results = []
    for hook in dict.fromkeys(command.hooks):
        known = control is not None and await (control.pause(hook) if is_pause else control.resume(hook))
        said = f"{hook} is {'paused' if is_pause else 'resumed'}" if known else f"there is no hook {hook}"
        results.append(CommandResult(slug=hook, ok=known, message=said))
    return results


def _dismiss(engine: Engine, command: Dismiss) -> list[CommandResult]:
    async def take_away() -> None:
        engine.door.dismiss(command.key)

    engine.call(take_away)
    return []


# --- snoozes ----------------------------------------------------------------------------------------


def _snooze(engine: Engine, command: StartSnooze) -> list[CommandResult]:
    until = checked_end(command.end, f"{command.end:%Y-%m-%d %H:%M %Z}", engine.clock.now())
    good, results = _sorted_out(command.targets, lambda target: _unknown(engine, command.scope, target))
    by, note = command.by[:MAX_BY], command.note[:MAX_NOTE]
    added = [Snooze(scope=command.scope, target=target, until=until, by=by, note=note) for target in good]
    engine.call(lambda: engine.set_snoozes(SetSnoozes(add=added)))
    return results + [_done(target, f"{target or 'everything'} is snoozed") for target in good]


def _unsnooze(engine: Engine, command: EndSnooze) -> list[CommandResult]:
    running = {(one.scope, one.target) for one in engine.checks.snoozes}

    def trouble(target: str) -> str:
        return "" if (command.scope, target) in running else f"{target or 'everything'} is not snoozed"

    good, results = _sorted_out(command.targets, trouble)
    ended = [
        one.identity for one in engine.checks.snoozes if one.scope == command.scope and one.target in good
    ]
    engine.call(lambda: engine.set_snoozes(SetSnoozes(end=ended)))
    return results + [_done(target, f"{target or 'everything'} is no longer snoozed") for target in good]


def _sorted_out(
    targets: Collection[str], trouble: Callable[[str], str]
) -> tuple[list[str], list[CommandResult]]:
    """The targets that nothing is wrong with, and the refusals of the others."""
    good: list[str] = []
    results: list[CommandResult] = []
    for target in targets:
        if message := trouble(target):
            results.append(CommandResult(slug=target, ok=False, message=message))
        else:
            good.append(target)
    return good, results


def _unknown(engine: Engine, scope: Scope, target: str) -> str:
    checks = engine.checks
    if scope == "check" and checks.find(target) is None:
        return f"there is no check {target}"
    if scope == "tag" and not checks.any_has(target):
        return f"no check has the tag {target}"
    return ""


def _done(target: str, message: str) -> CommandResult:
    return CommandResult(slug=target, ok=True, message=message)


# --- checks.toml ------------------------------------------------------------------------------------


def _define(engine: Engine, command: Definition) -> CommandResult:
    match command:
        case AddCheck():
            return _add(engine, command.slug, command.fields)
        case EditCheck():
            return _edit(engine, command)
        case RemoveCheck():
            slug = command.slug
            return _change(engine, slug, lambda file: file.remove_check(slug), f"{slug} deleted")
        case UndoRemove():
            return _undo_remove(engine, command)


def _add(
    engine: Engine, slug: str, fields: Mapping[str, object], restored: Collection[str] = ()
) -> CommandResult:
    message = f"{slug} added"
    return _change(engine, slug, lambda file: file.add_check(slug, fields), message, restored=restored)


def _edit(engine: Engine, command: EditCheck) -> CommandResult:
    slug, new_slug = command.slug, command.new_slug
    renames = {slug: new_slug} if new_slug and new_slug != slug else {}
    before = engine.config.fields.get(slug)
    result = _change(
        engine,
        slug,
        lambda file: file.edit_check(slug, command.fields, new_slug=new_slug if renames else None),
        f"{new_slug or slug} updated",
        renames,
    )
    if result.ok and not renames and engine.config.fields.get(slug) == before:
        return replace(result, message=f"nothing to change: {slug} already has these values")
    return result


def _undo_remove(engine: Engine, command: UndoRemove) -> CommandResult:
    slug = command.slug
    restored = _change(
        engine, slug, lambda file: file.restore_check(slug), f"{slug} restored", restored=(slug,)
    )
    if restored.ok or restored.problems:
        return restored
    added = _add(engine, slug, command.fields, (slug,))
    if not added.ok:
        return added
    end = f"{slug} is now at the end of {engine.config_path.name}, without its comments"
    return replace(added, message=f"{end}: the file changed where it was")


def _change(
    engine: Engine,
    slug: str,
    edit: Callable[[ConfigFile], Config],
    message: str,
    renames: Mapping[str, str] | None = None,
    restored: Collection[str] = (),
) -> CommandResult:
    """Changes the file and answers for the check, with the problems of its fields."""
    renames = renames or {}
    try:
        engine.call(lambda: engine.edit_config(edit, renames, restored))
    except ConfigProblems as error:
        return _wrong(engine, slug, error, {slug, *renames.values()})
    except PulseError as error:
        return CommandResult(slug=slug, ok=False, message=str(error))
    check = engine.config.checks.get(renames.get(slug, slug))
    warnings = tuple(check.schedule.warnings(engine.clock.now())) if check is not None else ()
    return CommandResult(slug=slug, ok=True, message=message, warnings=warnings)


def _wrong(engine: Engine, slug: str, error: ConfigProblems, submitted: Collection[str]) -> CommandResult:
    """Only problems of the submitted check belong to its fields: the file may have others."""
    tables = {f"checks.{name}" for name in submitted}
    problems = tuple(
        FieldProblem(field=one.field, message=one.message, suggestion=one.suggestion, better=one.better)
        for one in error.problems
        if one.where in tables
    )
    message = str(error)
    if not problems:
        path = engine.config_path
        others = message.replace(str(path), path.name).replace("\n", " ")
        message = f"{path.name} has other mistakes: {others}"
    return CommandResult(slug=slug, ok=False, message=message, problems=problems)
