"""Futures placed side by side: in this process and in helpers, each on a processor of its own.

OR-Tools holds Python's lock while it solves, so threads gain nothing. A helper is a plain Python process that is handed
the area's arrays once, then one future after another down a pipe. Nothing of the caller's own program is run again in
it, so a script without a `__main__` guard, a notebook and Windows are all alike; and each future has its own stream of
random numbers, so who places it changes nothing.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from sufficiency.allocate.place.one_future import Asked, Future, Placing

CHILDREN_FOR_A_HELPER: Final = 750_000  # children of all Januaries and draws: some 2 s, twice as long as a start
HELPER: Final = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from sufficiency.allocate.place import side_by_side; side_by_side.serve()"
)


def futures(placing: Placing, asked: Sequence[Asked], *, workers: int | None) -> list[Future]:
    """Return each future placed, in their order.

    Parameters
    ----------
    placing
        What they share.
    asked
        The futures.
    workers
        Processes, this one counted; by default one for each processor, as far as the work repays starting them.
    """
    waiting = deque(range(len(asked)))
    placed: dict[int, Future] = {}

    def here() -> None:
        while (position := _next(waiting)) is not None:
            placed[position] = placing.through(asked[position])

    def helped() -> None:
        position = None
        try:
            with _helper() as helper:
                _send(helper, placing)
                while (position := _next(waiting)) is not None:
                    _send(helper, asked[position])
                    placed[position] = _receive(helper)
        except (OSError, EOFError, pickle.UnpicklingError):
            pass  # none could be started, or it ended
        finally:
            if position is not None and position not in placed:
                waiting.append(position)

    helpers = (_worthwhile(asked) if workers is None else min(workers, len(asked))) - 1
    if helpers > 0:
        with ThreadPoolExecutor(helpers) as pool:
            for _ in range(helpers):
                pool.submit(helped)
            try:
                here()
            except BaseException:
                waiting.clear()  # so that helpers stop too
                raise
    here()  # what a helper was handed and did not do, or everything
    return [placed[position] for position in range(len(asked))]


def _next(waiting: deque[int]) -> int | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _worthwhile(asked: Sequence[Asked]) -> int:
    """Return how many processes the work repays: one where it is small, or where this process is itself a pool's."""
    if multiprocessing.parent_process() is not None:
        return 1
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    children = sum(int(one.counts.sum()) for one in asked)
    return max(1, min(processors, children // CHILDREN_FOR_A_HELPER))


def _helper() -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", HELPER, json.dumps([os.path.abspath(path) for path in sys.path])]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _send(helper: subprocess.Popen[bytes], what: Placing | Asked) -> None:
    assert helper.stdin is not None
    pickle.dump(what, helper.stdin, pickle.HIGHEST_PROTOCOL)
    helper.stdin.flush()


def _receive(helper: subprocess.Popen[bytes]) -> Future:
    assert helper.stdout is not None
    found: Future = pickle.load(helper.stdout)
    return found


def serve() -> None:
    """Place futures handed in on standard input until there are no more: what a helper does."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what a library prints must not mix with the results
    placing: Placing = pickle.load(sys.stdin.buffer)
    while True:
        try:
            asked: Asked = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(placing.through(asked), out, pickle.HIGHEST_PROTOCOL)
        out.flush()
