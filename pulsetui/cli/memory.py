"""Too little memory is not a bug, and is said in one line; it shows in many kinds of errors."""

from __future__ import annotations

TOO_LITTLE_MEMORY = (
    "this system gives PulseTUI too little memory, or cannot start another thread. Look at ulimit -a, and at"
    " the limits of its container or service"
)

_MAX_CAUSES = 20  # a longer chain of causes is a loop


def is_short_of_memory(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, says that no memory or no thread could be had."""
    for _ in range(_MAX_CAUSES):
        if error is None:
            return False
        said = str(error).lower()
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == 12):  # ENOMEM
            return True
        if isinstance(error, RuntimeError) and "start new thread" in said:
            return True
        if isinstance(error, ImportError) and ("map segment" in said or "allocate memory" in said):
            return True
        if isinstance(error, SyntaxError) and "can't load unicodedata" in said:  # while compiling a module
            return True
        error = error.__cause__ or error.__context__
    return False
