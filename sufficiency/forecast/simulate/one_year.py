"""One year of every draw, child by child and compiled: leave, move, drift or stay, and age; join or be transferred in.

Chance is worked out and not drawn in turn: each state's and each child's from the key of the draw and year, what it is for
and where the child is. Draws can then be shared out among threads in any way, and two runs that differ in some states share
the chance of all others, so that a comparison shows what changed.

All that is compiled is in this file: Numba keeps what it has compiled until the file changes. `year_arrays` names what goes
in and comes out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from sufficiency.forecast.simulate.year_arrays import Counts, Drift, Going, Odds, Tables, Times
from sufficiency.split_mix import FIRST_FACTOR, SECOND_FACTOR, STRIDE

JOINED, MOVED, MOVED_OUT, LEFT, TRANSFERRED = range(5)  # as `simulated.KINDS`
GOING, GOES, DRIFTING, PULLED, COMING, COMES, REVIEWED = range(7)  # what chance is for
MANY: Final = 16.0  # expected events above which a state's children are taken part by part
LEAST: Final = 1e-15  # chance below which no further count is looked for
MOST_DRIFT: Final = 0.999  # share of a setting that may drift away in a year

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """Return the function compiled at its first call, and kept for the next run; threads run it side by side."""
    return cast(Function, numba.njit(nogil=True, cache=True)(function))


@compiled
def word(key: np.uint64, cell: int, child: int, purpose: int) -> np.uint64:
    """Return 64 bits of chance for a child of a state, the same whatever else is asked."""
    found = key + np.uint64((cell << 24) | (child << 3) | purpose) * STRIDE
    found = (found ^ (found >> np.uint64(30))) * FIRST_FACTOR
    found = (found ^ (found >> np.uint64(27))) * SECOND_FACTOR
    return found ^ (found >> np.uint64(31))


@compiled
def uniform(bits: np.uint64) -> float:
    """Return a number from 0 up to 1 from all bits."""
    return float(np.int64(bits >> np.uint64(11))) * 2.0**-53


@compiled
def one(bits: np.uint64) -> float:
    """Return a number from 0 up to 1 from the upper half of the bits."""
    return float(np.int64(bits >> np.uint64(32))) * 2.0**-32


@compiled
def other(bits: np.uint64) -> float:
    """Return a number from 0 up to 1 from the lower half, independent of `one`."""
    return float(np.int64(bits & np.uint64(0xFFFFFFFF))) * 2.0**-32


@compiled
def binomial(key: np.uint64, cell: int, purpose: int, children: int, share: float) -> int:
    """Return how many of `children` have an event that each has with probability `share`."""
    if share >= 1.0:
        return children
    found, left, part = 0, children, 0
    size = children if children * share <= MANY else max(1, int(MANY / share))
    while left > 0 and share > 0:
        n = min(size, left)
        chance = uniform(word(key, cell, part, purpose))
        if n == 1:
            found += chance >= 1.0 - share
        elif chance >= 1.0 - n * share:
            single = power(1.0 - share, n)
            reached, k, odds = single, 0, share / (1.0 - share)
            while chance >= reached and k < n and (single > LEAST or k < n * share):
                k += 1
                single *= (n - k + 1) / k * odds
                reached += single
            found += k
        left -= n
        part += 1
    return found


@compiled
def power(base: float, times: int) -> float:
    """Return a number multiplied by itself so many times."""
    found = 1.0
    while times > 0:
        if times & 1:
            found *= base
        base *= base
        times >>= 1
    return found


@compiled
def poisson(key: np.uint64, cell: int, purpose: int, rate: float) -> int:
    """Return how many arrive where `rate` are expected."""
    found, left, part = 0, rate, 0
    while left > 0:
        expected = min(left, MANY)
        chance = uniform(word(key, cell, part, purpose))
        if chance >= 1.0 - expected:
            single = math.exp(-expected)
            reached, k = single, 0
            while chance >= reached and (single > LEAST or k < expected):
                k += 1
                single *= expected / k
                reached += single
            found += k
        left -= expected
        part += 1
    return found


@compiled
def pick(reached: NDArray[np.float64], chance: float) -> int:
    """Return the first place whose running sum lies above `chance` of the whole."""
    wanted, low, high = chance * reached[-1], 0, len(reached) - 1
    while low < high:
        middle = (low + high) // 2
        if reached[middle] <= wanted:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def at(place: int, length: int) -> int:
    """Return a place along an axis that may be 1 long."""
    return place if length > 1 else 0


@compiled
def one_year(
    before: NDArray[np.signedinteger],
    odds: Odds,
    times: Times,
    keys: NDArray[np.uint64],
    out: Tables,
    fresh: NDArray[np.int32],
) -> int:
    """Count one year's children into `out`, and return the most counted anywhere: `out` may hold less.

    Parameters
    ----------
    before
        Plans at the January before: draw x authority x ncy x need x setting_type. [plans]
    keys
        One for each draw.
    fresh
        As `before`, where plans that no review moves are counted: those of joiners, of transfers in and of movers from a
        state that is not reviewed. Without elements where there is no review.
    """
    authorities, ncys, needs, settings = odds.leaving.shape
    held, most = np.zeros(odds.leaving.shape, np.int32), 0
    after = np.zeros(odds.leaving.shape, np.int32)
    new = np.zeros(odds.leaving.shape, np.int32)
    by_ncy = np.zeros((5, authorities, ncys, settings), np.int32)
    by_need = np.zeros((5, authorities, needs, settings), np.int32)
    counts = Counts(after, new, by_ncy, by_need)
    going = Going(np.zeros((needs, settings), np.int32), np.zeros((needs, settings)), np.zeros((needs, settings)))
    drift = Drift(np.zeros(settings), np.zeros(settings))
    for d in range(len(keys)):
        held[:], after[:], by_ncy[:], by_need[:] = before[d], 0, 0, 0
        _come(held, odds, times.joining[at(d, len(times.joining))], keys[d], counts)
        if fresh.size > 0:
            new[:] = after
        for a in range(authorities):
            for y in range(ncys):
                _drift(times, d, a, y, drift)
                _gone(held[a, y], odds, times, (d, a, y), keys[d], drift, going)
                _stay(held[a, y], (a, y), going, after)
                _go(odds, (a, y), keys[d], drift, going, counts)
        out.plans[d] = after
        out.by_ncy[:, d] = by_ncy
        out.by_need[:, d] = by_need
        if fresh.size > 0:
            fresh[d] = new
        most = max(most, after.max(), by_ncy.max(), by_need.max())
    return most


@compiled
def _come(before: NDArray[np.int32], odds: Odds, times: NDArray[np.float32], key: np.uint64, counts: Counts) -> None:
    """Count who joins and who is transferred in."""
    joining, transfers, (after, _, by_ncy, by_need) = odds.joining, odds.transfers, counts
    authorities, ncys, needs, settings = joining.shape
    for a in range(authorities):
        held = before[a].sum()
        for y in range(ncys):
            for n in range(needs):
                for s in range(settings):
                    cell = ((a * ncys + y) * needs + n) * settings + s
                    joins = times[at(a, times.shape[0]), at(y, times.shape[1]), at(s, times.shape[2])]
                    join = joining[a, y, n, s] * joins
                    rate = join + transfers[a, y, n, s] * held
                    found = poisson(key, cell, COMING, rate)
                    for child in range(found):
                        kind = JOINED if one(word(key, cell, child, COMES)) * rate < join else TRANSFERRED
                        by_ncy[kind, a, y, s] += 1
                        by_need[kind, a, n, s] += 1
                    after[a, y, n, s] += found


@compiled
def _drift(times: Times, d: int, a: int, y: int, drift: Drift) -> None:
    """Set the share that each setting loses at an age, and the running sum of the mix that gains it."""
    if times.losing.size == 0:
        return
    (lose, gain), losing, gaining, reached = drift, times.losing, times.gaining, 0.0
    for s in range(len(gain)):
        reached += gaining[d, a, y, s]
        gain[s] = reached
    for s in range(len(lose)):
        lose[s] = min(losing[d, a, y, s], MOST_DRIFT) if reached > 0 else 0.0


@compiled
def _gone(
    before: NDArray[np.int32],
    odds: Odds,
    times: Times,
    place: tuple[int, int, int],
    key: np.uint64,
    drift: Drift,
    going: Going,
) -> None:
    """Set how many of each state of an age go, and the chances that one who goes leaves, and leaves or moves."""
    d, a, y = place
    leaving, moving, pulled, lose = odds.leaving, odds.moving, odds.pulled, drift.lose
    gone, share_leave, share_either = going
    _, ncys, needs, settings = leaving.shape
    for s in range(settings):
        leaves, moves, keep = _of(times.leaving, d, a, y, s), _of(times.moving, d, a, y, s), 1.0 - lose[s]
        last_leaving, last_moving = -1.0, -1.0
        leave, either, go = 0.0, 0.0, 0.0
        for n in range(needs):
            gone[n, s] = 0
            if before[n, s] == 0:
                continue
            if leaving[a, y, n, s] != last_leaving or moving[a, y, n, s] != last_moving or pulled.size > 0:
                last_leaving, last_moving = leaving[a, y, n, s], moving[a, y, n, s]
                stay = math.exp(-last_leaving * leaves)
                still = stay * math.exp(-last_moving * moves)
                go = 1.0 - still * (keep if pulled.size == 0 else keep ** pulled[a, y, n, s].max())
                leave, either = (1.0 - stay) / max(go, LEAST), (1.0 - still) / max(go, LEAST)
            cell = ((a * ncys + y) * needs + n) * settings + s
            gone[n, s] = binomial(key, cell, GOING, before[n, s], go)
            share_leave[n, s], share_either[n, s] = leave, either


@compiled
def _stay(before: NDArray[np.int32], place: tuple[int, int], going: Going, after: NDArray[np.int32]) -> None:
    """Count those of an age who stay, a year older."""
    (a, y), gone = place, going.children
    older = min(y + 1, after.shape[1] - 1)
    for n in range(after.shape[2]):
        for s in range(after.shape[3]):
            after[a, older, n, s] += before[n, s] - gone[n, s]


@compiled
def _go(odds: Odds, place: tuple[int, int], key: np.uint64, drift: Drift, going: Going, counts: Counts) -> None:
    """Count those of an age who leave, and those who move or drift, where they arrive."""
    (a, y), (lose, gain), (gone, leave, either), (after, new, by_ncy, by_need) = place, drift, going, counts
    reached, pulled, reviewed = odds.reached, odds.pulled, odds.review
    _, ncys, needs, settings = odds.leaving.shape
    older = min(y + 1, ncys - 1)
    for n in range(needs):
        for s in range(settings):
            cell = ((a * ncys + y) * needs + n) * settings + s
            for child in range(gone[n, s]):
                bits = word(key, cell, child, GOES)
                kind = one(bits)
                if kind < leave[n, s]:
                    by_ncy[LEFT, a, y, s] += 1
                    by_need[LEFT, a, n, s] += 1
                    continue
                m, z, has_moved = n, s, kind < either[n, s]
                if has_moved:
                    m, z = _destination(reached, a, y, n, s, other(bits), settings)
                    bits = word(key, cell, child, DRIFTING)
                if not has_moved or one(bits) < lose[z]:
                    to = pick(gain, other(bits))
                    if pulled.size == 0 or _follows(pulled, a, y, n, s, to, word(key, cell, child, PULLED)):
                        z = to
                    has_moved = m != n or z != s  # who drifts back has not moved
                after[a, older, m, z] += 1
                if has_moved:
                    by_ncy[MOVED, a, older, z] += 1
                    by_need[MOVED, a, m, z] += 1
                    by_ncy[MOVED_OUT, a, y, s] += 1
                    by_need[MOVED_OUT, a, n, s] += 1
                    if reviewed.size > 0 and reviewed[a, older, n, s] == 0:
                        new[a, older, m, z] += 1


@compiled
def _of(times: NDArray[np.float32], d: int, a: int, y: int, s: int) -> float:
    draws, authorities, ncys, settings = times.shape
    return float(times[at(d, draws), at(a, authorities), at(y, ncys), at(s, settings)])


@compiled
def _follows(pulled: NDArray[np.float64], a: int, y: int, n: int, s: int, to: int, bits: np.uint64) -> bool:
    """Return whether a child drifts to a setting after all, where levers make some destinations less likely than others."""
    return bool(one(bits) * pulled[a, y, n, s].max() < pulled[a, y, n, s, to])


@compiled
def _destination(
    reached: NDArray[np.float64], a: int, y: int, n: int, s: int, chance: float, settings: int
) -> tuple[int, int]:
    """Return the need and setting that a mover arrives in."""
    sizes = reached.shape
    place = pick(reached[at(a, sizes[0]), at(y, sizes[1]), at(n, sizes[2]), at(s, sizes[3])], chance)
    return (place // settings if sizes[4] > settings else n), place % settings


@compiled
def review(
    plans: NDArray[np.signedinteger],
    fresh: NDArray[np.int32],
    share: NDArray[np.float64],
    keys: NDArray[np.uint64],
    moved: NDArray[np.int32],
) -> None:
    """Count into `moved` those of `plans`, other than `fresh`, who have a support plan instead: of the same shape.

    Parameters
    ----------
    share
        Who move, by authority x ncy x need x setting_type.
    """
    _, ncys, needs, settings = share.shape
    for d in range(len(keys)):
        for a, y, n, s in np.ndindex(share.shape):
            if share[a, y, n, s] > 0:
                cell = ((a * ncys + y) * needs + n) * settings + s
                held = plans[d, a, y, n, s] - fresh[d, a, y, n, s]
                moved[d, a, y, n, s] = binomial(keys[d], cell, REVIEWED, held, float(share[a, y, n, s]))
