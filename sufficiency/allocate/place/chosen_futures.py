"""Which of many futures are placed: those that together differ least from all.

Placing takes long, so some futures stand for all. Taken as they come, a hundred of a thousand err by about a tenth of the
spread of plans. Instead each next one is that which brings those chosen nearest to all, by the energy distance between
them: its mean distance from all futures less its mean distance from those chosen already. What is compared is the area's
plans and its children at specialist settings in every January. All those chosen count alike, and fewer are always among
more.

References
----------
Mak, S. and Joseph, V. R. (2018), "Support points", *Annals of Statistics* 46(6A).
Székely, G. J. and Rizzo, M. L. (2013), "Energy statistics: a class of statistics based on distances", *Journal of
Statistical Planning and Inference* 143(8).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.errors import InputError
from sufficiency.tables import PlansResult
from sufficiency.words import run_options
from sufficiency.words.vocabulary import SPECIALIST

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

COMPARED: Final = 2_000  # of more futures than these, so many, evenly spread, stand for all in the comparison


def chosen_futures(plans: PlansResult, count: int) -> tuple[int, ...]:
    """Return the labels of the futures to place, in the forecast's order; all of them where it has no more.

    Parameters
    ----------
    plans
        A forecast. For scenarios to share their futures, the one before any lever. [plans]
    count
        How many.

    Raises
    ------
    InputError
        If no future is asked for.

    Examples
    --------
    >>> import sufficiency as sf
    >>> plans = sf.forecast.plans(sf.example_area(), to=2028, draws=40)
    >>> two, five = chosen_futures(plans, 2), chosen_futures(plans, 5)
    >>> len(five), set(two) <= set(five)
    (5, True)
    """
    run_options.draws(count)
    labels = plans.plans.indexes["draw"]
    chosen = range(len(labels)) if count >= len(labels) else nearest_to_all(_measures(plans), count)
    return tuple(int(labels[at]) for at in sorted(chosen))


def positions_of(plans: PlansResult, labels: Sequence[int]) -> Ints:
    """Return where the futures so labelled are in a forecast.

    Raises
    ------
    InputError
        If there is none, or the forecast hasn't got one of them; the message names it.
    """
    run_options.draws(len(labels))
    at = plans.plans.indexes["draw"].get_indexer(list(labels))
    if (at < 0).any():
        missing = labels[int(np.flatnonzero(at < 0)[0])]
        raise InputError(
            f"draw {missing} is not one of the forecast's {plans.plans.sizes['draw']:,}; give labels that it has, or how "
            "many draws to place"
        )
    return np.asarray(at, dtype=np.int64)


def nearest_to_all(measures: Floats, count: int) -> list[int]:
    """Return positions of the rows that together are nearest to all, the first those that stand best by themselves.

    Examples
    --------
    >>> nearest_to_all(np.array([[1.0], [2.0], [3.0], [40.0], [50.0]]), 3)
    [2, 3, 0]
    """
    spread = measures.std(axis=0)
    level = (measures - measures.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    every = np.unique(np.linspace(0, len(level) - 1, min(len(level), COMPARED)).astype(np.int64))
    from_all = sum((_distance(level, at) for at in every), np.zeros(len(level))) / len(every)
    from_chosen, chosen = np.zeros(len(level)), list[int]()
    for number in range(1, count + 1):
        gain = from_all - from_chosen / number
        gain[chosen] = np.inf
        chosen.append(int(gain.argmin()))
        from_chosen += _distance(level, chosen[-1])
    return chosen


def _distance(level: Floats, at: int) -> Floats:
    return np.asarray(np.sqrt(((level - level[at]) ** 2).sum(axis=1)))


def _measures(plans: PlansResult) -> Floats:
    """Return draw x measure: logs of all plans and of those at specialist settings, in each January."""
    held = plans.plans
    there = held.sel(setting_type=held.indexes["setting_type"].isin(SPECIALIST))
    totals = [part.sum([d for d in part.dims if d not in ("draw", "year")]) for part in (held, there)]
    counts = [total.transpose("draw", "year").to_numpy().astype(np.float64) for total in totals]
    return np.asarray(np.log(np.maximum(np.concatenate(counts, axis=1), 1.0)))
