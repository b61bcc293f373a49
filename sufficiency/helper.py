"""A helper: a plain Python process beside this one that does one piece of work after another.

Python's lock is held while OR-Tools solves and while Matplotlib draws, so threads gain nothing. A helper is handed what to
do once, then one thing to do it to after another, down a pipe. Nothing of the caller's own program is run again in it, so a
script without a `__main__` guard, a notebook and Windows are all alike.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, Generic, TypeVar

Asked = TypeVar("Asked")
Found = TypeVar("Found")

COMMAND: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from sufficiency import helper; helper.serve()"
)
LOST: Final = (OSError, EOFError, pickle.UnpicklingError)  # none could be started, or it ended


class Helper(Generic[Asked, Found]):
    """A process that does `work`, a function that can be pickled, for whatever it is called with.

    Calling it raises one of `LOST` where the process could not be started or ended, also because the work raised: do it
    here then, and its own error is raised.

    Examples
    --------
    >>> from math import sqrt
    >>> with Helper(sqrt) as root:
    ...     root(16.0), root(25.0)
    (4.0, 5.0)
    """

    def __init__(self, work: Callable[[Asked], Found]) -> None:
        command = [sys.executable, "-c", COMMAND, json.dumps([os.path.abspath(path) for path in sys.path])]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        try:
            self._send(work)
        except BaseException:
            self.__exit__()
            raise

    def __call__(self, asked: Asked) -> Found:
        """Return what the work finds."""
        self._send(asked)
        assert self._process.stdout is not None
        found: Found = pickle.load(self._process.stdout)
        return found

    def _send(self, what: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(
            pickle.dumps(what, pickle.HIGHEST_PROTOCOL)
        )  # all of it, or where it can't be, nothing
        self._process.stdin.flush()

    def __enter__(self) -> Helper[Asked, Found]:
        """Return the helper."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Let the process end, and wait until it has."""
        with suppress(OSError):  # it may have ended before
            self._process.__exit__(None, None, None)


def processors() -> int:
    """Return how many processors there are to use: one where this process is itself a pool's."""
    if multiprocessing.parent_process() is not None:
        return 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def serve() -> None:
    """Do the work handed in on standard input until there is no more: what a helper does."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not mix with the results
    work: Callable[[Any], Any] = pickle.load(sys.stdin.buffer)
    while True:
        try:
            asked = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(work(asked), out, pickle.HIGHEST_PROTOCOL)
        out.flush()
