"""Futures placed side by side: in this process and in helpers, each on a processor of its own.

Each future has its own stream of random numbers, so who places it changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from sufficiency.allocate.place.one_future import Asked, Future, Placing
from sufficiency.helper import LOST, Helper, processors

CHILDREN_FOR_A_HELPER: Final = 500_000  # children of all Januaries and draws: some 1.5 s, half as long again as a start


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
            with Helper(placing.through) as helper:
                while (position := _next(waiting)) is not None:
                    placed[position] = helper(asked[position])
        except LOST:
            pass  # what it was handed is done here
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
    """Return how many processes the work repays: one where it is small."""
    children = sum(int(one.counts.sum()) for one in asked)
    return max(1, min(processors(), children // CHILDREN_FOR_A_HELPER))
