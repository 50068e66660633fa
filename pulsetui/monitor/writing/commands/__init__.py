"""The commands: everything that can change state, each one small and run by the writer thread."""

from pulsetui.monitor.writing.commands.answer import AnswerAlert
from pulsetui.monitor.writing.commands.catch_up import AfterRefusal, CatchUp, SetBack, TakeSpooled
from pulsetui.monitor.writing.commands.define import Define
from pulsetui.monitor.writing.commands.deploys import TakeDeploy
from pulsetui.monitor.writing.commands.judge import Advance, Settled
from pulsetui.monitor.writing.commands.operate import Operate
from pulsetui.monitor.writing.commands.prove import TakeFinding
from pulsetui.monitor.writing.commands.receive import Receive
from pulsetui.monitor.writing.commands.snoozes import SetSnoozes
from pulsetui.monitor.writing.commands.windows import PassWindows

__all__ = [
    "Advance",
    "AfterRefusal",
    "AnswerAlert",
    "CatchUp",
    "Define",
    "Operate",
    "PassWindows",
    "Receive",
    "SetBack",
    "SetSnoozes",
    "Settled",
    "TakeDeploy",
    "TakeFinding",
    "TakeSpooled",
]
