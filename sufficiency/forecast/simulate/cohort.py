"""The simulation: every child with a plan ages, leaves, moves or stays, and others join, in whole children.

One year, in each draw: a child leaves or moves with the hazards of the state they are in; those who stay age by a year;
joiners and transfers in arrive. Nobody is lost: where a setting takes nobody of the next NCY its rates send each child on.
Each draw of each year has a key of its own that all its chance comes from (`one_year`), so that the number of workers
changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from sufficiency.forecast.simulate.ready_year import Singles, Year
from sufficiency.forecast.simulate.simulated import KINDS as KINDS
from sufficiency.forecast.simulate.simulated import SUPPORT_KINDS, Supported
from sufficiency.forecast.simulate.simulated import Simulated as Simulated
from sufficiency.forecast.simulate.year_arrays import Odds, Tables, Times

BLOCK: Final = 100  # draws that a thread takes at a time
FEW: Final = 2_000  # plans in the largest state of the base year below which numbers of half the size are tried first
Found = TypeVar("Found")
NO_DRIFT: Final = np.zeros((0,) * 4, dtype=np.float32)


@dataclass(frozen=True, eq=False)
class Paths:
    """What multiplies rates in each draw and year: draw x year x authority x ncy x setting_type, axes may be 1.

    `joining` also carries the children there are, so that `Rates.joining` times it is expected joiners. `losing` is the
    share of each setting's stayers who drift to another, and `gaining` the mix of settings that they drift to: all five
    axes whole, or neither given.
    """

    joining: Singles
    leaving: Singles
    moving: Singles
    losing: Singles | None = None
    gaining: Singles | None = None


def simulate(
    base: NDArray[np.signedinteger],
    years: Sequence[Year],
    paths: Paths,
    *,
    seed: np.random.SeedSequence,
    workers: int = 2,
) -> Simulated:
    """Return plans in every draw, the base year first.

    Parameters
    ----------
    base
        Plans in the base year: authority x ncy x need x setting_type. [plans]
    years
        Rates of each later year.
    paths
        Multipliers; its first axis is the draws.
    seed
        Each draw's key in each year comes from it; the same seed gives the same children with any number of workers.
    """
    number: type[np.signedinteger] = np.int16 if base.max(initial=0) < FEW else np.int32
    found, most = _simulated(base, years, paths, seed, workers, number)
    if most > np.iinfo(number).max:
        found, _ = _simulated(base, years, paths, seed, workers, np.int32)
    return found


def _simulated(
    base: NDArray[np.signedinteger],
    years: Sequence[Year],
    paths: Paths,
    seed: np.random.SeedSequence,
    workers: int,
    number: type[np.signedinteger],
) -> tuple[Simulated, int]:
    """Return every draw, and the most children counted anywhere, which may be more than numbers of that size hold."""
    draws = paths.joining.shape[0]

    def empty(
        kinds: Sequence[str],
    ) -> tuple[NDArray[np.signedinteger], NDArray[np.signedinteger], NDArray[np.signedinteger]]:
        authorities, ncys, needs, settings = base.shape
        flows = (len(kinds), draws, len(years), authorities)
        by_ncy, by_need = (np.zeros((*flows, size, settings), dtype=number) for size in (ncys, needs))
        return np.zeros((draws, len(years) + 1, *base.shape), dtype=number), by_ncy, by_need

    support = Supported(*empty(SUPPORT_KINDS)) if any(year.review.size for year in years) else None
    out = Simulated(*empty(KINDS), support)
    # Not spawned from `seed` itself, which would give others when asked again.
    streams = np.random.SeedSequence(seed.entropy, spawn_key=(*seed.spawn_key, 0)).spawn(len(years))
    keys = [stream.generate_state(2 * draws, np.uint64).reshape(draws, 2) for stream in streams]

    def block(at: slice) -> int:
        out.plans[at, 0] = base
        return max(_year(t, year, paths, at, np.ascontiguousarray(keys[t][at].T), out) for t, year in enumerate(years))

    return out, max(in_blocks(block, draws, workers))


def in_blocks(work: Callable[[slice], Found], draws: int, workers: int) -> list[Found]:
    """Return what work finds on each block of draws, done side by side in so many threads."""
    blocks = [slice(start, min(draws, start + BLOCK)) for start in range(0, draws, BLOCK)]
    if workers <= 1 or len(blocks) == 1:
        return [work(at) for at in blocks]
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(work, blocks))


def _year(t: int, year: Year, paths: Paths, at: slice, keys: NDArray[np.uint64], out: Simulated) -> int:
    """Simulate the draws `at` from January `t` to the next, and return the most children counted anywhere."""
    from sufficiency.forecast.simulate import one_year as kernel  # compiled where it is first needed

    plans, flows = out.plans, (out.flows_by_ncy, out.flows_by_need)
    whole = (paths.joining, paths.leaving, paths.moving, paths.losing, paths.gaining)
    times = Times(*(_now(path, at, t) for path in whole))
    found = Tables(plans[at, t + 1], flows[0][:, at, t], flows[1][:, at, t])
    is_reviewing = out.support is not None and year.review.size > 0 and year.ageing is not None
    fresh = np.zeros(found.plans.shape if is_reviewing else (0,) * 5, dtype=np.int32)
    most = kernel.one_year(plans[at, t], _odds(year), times, keys[0], found, fresh)
    if not is_reviewing or out.support is None or year.ageing is None:
        return most
    held = out.support.held
    moved = np.zeros_like(fresh)
    kernel.review(found.plans, fresh, year.review, keys[0], moved)
    still = Times(times.joining, times.leaving, times.moving, NO_DRIFT, NO_DRIFT)
    aged = Tables(held[at, t + 1], np.zeros_like(found.by_ncy), np.zeros_like(found.by_need))
    kernel.one_year(held[at, t], _odds(year.ageing), still, keys[1], aged, np.zeros((0,) * 5, dtype=np.int32))
    np.subtract(found.plans, moved, out=found.plans, casting="same_kind")
    np.add(aged.plans, moved, out=aged.plans, casting="same_kind")
    for k, ended in enumerate((aged.by_ncy, aged.by_need)):
        flow = (out.support.flows_by_ncy, out.support.flows_by_need)[k]
        flow[0, at, t], flow[1, at, t] = moved.sum(axis=(3, 2)[k]), ended[kernel.LEFT]
    return most


def _odds(year: Year) -> Odds:
    return Odds(year.leaving, year.moving, year.joining, year.transfers, year.reached, year.pulled, year.review)


def _now(path: Singles | None, at: slice, t: int) -> Singles:
    """Return one year's multipliers of the draws `at`: draw x authority x ncy x setting_type."""
    if path is None:
        return NO_DRIFT
    own = path[at if path.shape[0] > 1 else slice(None), min(t, path.shape[1] - 1)]
    return np.ascontiguousarray(own, dtype=np.float32)
