"""The simulation: every child with a plan ages, leaves, moves or stays, and others join, in whole children.

One year, in each draw: a child leaves or moves with the hazards of the state they are in; those who stay age by a year;
joiners and transfers in arrive. Nobody is lost: where a setting takes nobody of the next NCY its rates send each child on.
Draws are made in blocks, each with its own stream of random numbers, so that the number of workers changes nothing.

Inside, states run authority x need x ncy x setting_type: a draw's multipliers, the same for every need, then run along memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.forecast.simulate import sampling
from sufficiency.forecast.simulate.simulated import KINDS as KINDS
from sufficiency.forecast.simulate.simulated import SUPPORT_KINDS, Supported
from sufficiency.forecast.simulate.simulated import Simulated as Simulated
from sufficiency.forecast.simulate.support_plans import Reviews

BLOCK_CELLS: Final = 250_000  # draws times states worked on at once: what a processor's cache holds
MOST_DRIFT: Final = 0.999  # share of a setting that may drift away in a year
FEW_DESTINATIONS: Final = 24  # up to which comparing with each is faster than a search

Singles = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Year:
    """One year's rates, ready to draw from: hazards, arrivals and a table of destinations, all by state.

    `cumulative` has a row a state where destinations are few; where many, one line in which state i runs from i to i + 1.
    """

    leaving: Singles
    moving: Singles
    joining: Singles
    transfers: Singles
    cumulative: Floats | Singles
    targets: NDArray[np.int64]
    pulled: Singles | None = None  # factors on drift by state and the setting drifted to, where a lever touches moves
    reviews: Reviews | None = None
    ageing: Year | None = None  # of those who have a support plan since a review

    @classmethod
    def of(cls, rates: Rates, pulled: Floats | None = None) -> Year:
        """Return the year that `rates` make; raises nothing: rates are checked where they are made.

        `pulled` is what levers do to moves, by state and setting moved to: drift follows them as other moves do.
        """
        cells = int(np.prod(rates.shape))
        shape = (*rates.shape, rates.destinations.shape[4], rates.shape[3])
        weights = np.broadcast_to(rates.destinations, shape).swapaxes(1, 2).reshape(cells, -1)
        cumulative = weights.cumsum(axis=1)
        total = cumulative[:, -1:]
        has_destination = total[:, 0] > 0
        moving, leaving = _inside(rates.moving), _inside(rates.leaving)
        leaving[(moving >= 1) & ~has_destination] = 1.0
        moving[~has_destination] = 0.0
        shares = cumulative / np.where(total > 0, total, 1.0)
        shares = shares.astype(np.float32) if shares.shape[1] <= FEW_DESTINATIONS else _in_line(shares)
        return cls(
            _hazard(leaving),
            _hazard(moving),
            _inside(rates.joining).astype(np.float32),
            _inside(rates.transfers).astype(np.float32),
            shares,
            _targets(rates),
            None if pulled is None else pulled.swapaxes(1, 2).reshape(cells, -1).astype(np.float32),
        )

    def destination(self, cells: NDArray[np.int64], uniform: Singles) -> NDArray[np.int64]:
        """Return the state that each mover from `cells` arrives in."""
        if self.cumulative.ndim == 1:
            return self.targets[np.searchsorted(self.cumulative, uniform + cells, side="right")]
        chosen = (self.cumulative[cells] <= uniform[:, None]).sum(axis=1)
        return np.asarray(self.targets[cells * self.cumulative.shape[1] + chosen])


def _in_line(shares: Floats) -> Floats:
    """Return each state's shares as one line, state i from i to i + 1."""
    return np.asarray((shares + np.arange(len(shares))[:, None]).ravel())


def _inside(by_state: Floats) -> Floats:
    """Return authority x ncy x need x setting_type as a line in the order used inside."""
    return by_state.swapaxes(1, 2).ravel().copy()


def _hazard(share: Floats) -> Singles:
    """Return the hazard that makes a share of events in a year; infinite where all have it."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log1p(-share), dtype=np.float32)


def _targets(rates: Rates) -> NDArray[np.int64]:
    """Return, for each state and destination, the position of the state arrived in, a year older."""
    authorities, ncys, needs, settings = rates.shape
    to_needs = rates.destinations.shape[4]
    a, n, y, _, m, s = np.ogrid[:authorities, :needs, :ncys, :settings, :to_needs, :settings]
    need = m if to_needs > 1 else n
    older = np.minimum(y + 1, ncys - 1)
    position = ((a * needs + need) * ncys + older) * settings + s
    return np.broadcast_to(position, (authorities, needs, ncys, settings, to_needs, settings)).ravel()


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
    base: NDArray[Any], years: Sequence[Year], paths: Paths, *, seed: np.random.SeedSequence, workers: int = 2
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
        Blocks of draws spawn from it; the same seed gives the same children with any number of workers.
    """
    draws, shape = paths.joining.shape[0], base.shape
    size_by_ncy, size_by_need = (
        (draws, len(years), shape[0], shape[1], shape[3]),
        (draws, len(years), shape[0], *shape[2:]),
    )

    def empty(kinds: Sequence[str]) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        by_state, by_ncy, by_need = (
            np.zeros(size, dtype=np.int32)
            for size in (
                (draws, len(years) + 1, *shape),
                (len(kinds), *size_by_ncy),
                (len(kinds), *size_by_need),
            )
        )
        return by_state, by_ncy, by_need

    support = Supported(*empty(SUPPORT_KINDS)) if any(year.reviews for year in years) else None
    out = Simulated(*empty(KINDS), support)
    size = max(1, BLOCK_CELLS // max(1, base.size))
    starts = range(0, draws, size)
    seeds = seed.spawn(len(starts))

    def block(start: int, stream: np.random.SeedSequence) -> None:
        _block(base, years, paths, slice(start, min(draws, start + size)), stream, out)

    if workers <= 1 or len(seeds) == 1:
        for start, stream in zip(starts, seeds, strict=True):
            block(start, stream)
    else:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(block, starts, seeds))
    return out


def _block(
    base: NDArray[Any], years: Sequence[Year], paths: Paths, at: slice, seed: np.random.SeedSequence, out: Simulated
) -> None:
    draws = at.stop - at.start
    out.plans[at, 0] = base
    inside = base.swapaxes(1, 2)
    plans = np.broadcast_to(inside, (draws, *inside.shape)).astype(np.int32)
    sides = _Sides.of(draws, inside.shape)
    supported = np.zeros_like(plans)
    for t, (year, stream) in enumerate(zip(years, seed.spawn(len(years)), strict=True)):
        now, chance = Now.of(paths, at, t), Chance.of(stream)
        plans, flows = _one_year(plans, year, now, chance, sides)
        if out.support is not None and year.reviews is not None and year.ageing is not None:
            moved = year.reviews.moved(plans, flows, chance.reviewing)
            still = replace(now, drift=None)  # who no longer has a plan is placed by no authority
            supported, ended = _one_year(supported, year.ageing, still, Chance.of(chance.ageing), sides)
            plans, supported = plans - moved, supported + moved
            out.support.held[at, t + 1] = supported.swapaxes(2, 3)
            out.support.flows_by_ncy[:, at, t] = moved.sum(axis=2), sides.by_ncy(ended[3])
            out.support.flows_by_need[:, at, t] = moved.sum(axis=3), sides.by_need(ended[3])
        out.plans[at, t + 1] = plans.swapaxes(2, 3)
        for k, cells in enumerate(flows):
            out.flows_by_ncy[k, at, t] = sides.by_ncy(cells)
            out.flows_by_need[k, at, t] = sides.by_need(cells)


@dataclass(frozen=True, eq=False)
class Chance:
    """One year's random numbers of a block, a stream a purpose: what one purpose uses shifts no other."""

    going: np.random.Generator
    coming: np.random.Generator
    keys: NDArray[np.uint64]  # of going or not, where to, drifting on, where to, levers, joining or transfer
    reviewing: np.random.Generator
    ageing: np.random.SeedSequence  # of those with support plans

    @classmethod
    def of(cls, seed: np.random.SeedSequence) -> Chance:
        """Return the streams that a seed gives."""
        *streams, ageing = seed.spawn(4)
        going, coming, reviewing = (np.random.default_rng(stream) for stream in streams)
        return cls(going, coming, seed.generate_state(6, np.uint64).astype(np.uint64), reviewing, ageing)


@dataclass(frozen=True, eq=False)
class _Sides:
    """Where each state of a block counts in the tables by NCY and by need."""

    to_ncy: NDArray[np.int32]
    to_need: NDArray[np.int32]
    shape: tuple[int, ...]

    @classmethod
    def of(cls, draws: int, shape: tuple[int, ...]) -> _Sides:
        d, a, n, y, s = np.ogrid[:draws, : shape[0], : shape[1], : shape[2], : shape[3]]
        row = d * shape[0] + a
        whole = (draws, *shape)
        to_need = np.broadcast_to((row * shape[1] + n) * shape[3] + s, whole)
        to_ncy = np.broadcast_to((row * shape[2] + y) * shape[3] + s, whole)
        return cls(to_ncy.ravel().astype(np.int32), to_need.ravel().astype(np.int32), whole)

    def by_ncy(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return children counted by draw x authority x ncy x setting_type."""
        shape = (*self.shape[:2], *self.shape[3:])
        return np.bincount(self.to_ncy[cells], minlength=int(np.prod(shape))).reshape(shape)

    def by_need(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return children counted by draw x authority x need x setting_type."""
        shape = (*self.shape[:3], self.shape[4])
        return np.bincount(self.to_need[cells], minlength=int(np.prod(shape))).reshape(shape)


@dataclass(frozen=True, eq=False)
class Now:
    """One year's multipliers of a block, draw x authority x 1 x ncy x setting_type, and the drift of its draws."""

    joining: Singles
    leaving: Singles
    moving: Singles
    drift: Drift | None

    @classmethod
    def of(cls, paths: Paths, at: slice, t: int) -> Now:
        """Return the multipliers of one year and the draws `at`."""
        joining, leaving, moving = (
            p[at if p.shape[0] > 1 else slice(None), min(t, p.shape[1] - 1), :, None]
            for p in (paths.joining, paths.leaving, paths.moving)
        )
        if paths.losing is None or paths.gaining is None:
            return cls(joining, leaving, moving, None)
        return cls(joining, leaving, moving, Drift.of(paths.losing[at, t], paths.gaining[at, t]))


@dataclass(frozen=True, eq=False)
class Drift:
    """Who drifts to another setting, in each draw, and where to as a running sum, the same for all needs.

    Those who stay where they are drift, and so do those who move, from the setting that they move to.
    """

    hazard: Singles  # draw x authority x 1 x ncy x setting_type
    losing: Singles  # (draw, authority, ncy) x setting_type
    reached: Singles  # (draw, authority, ncy) x setting_type

    @classmethod
    def of(cls, losing: Singles, gaining: Singles) -> Drift:
        """Return the drift of shares that lose and the mix that gains: draw x authority x ncy x setting_type."""
        settings = gaining.shape[-1]
        somewhere = gaining.sum(axis=-1, keepdims=True) > 0
        lost = np.where(somewhere, np.minimum(losing, MOST_DRIFT), np.float32(0.0))
        reached = gaining.cumsum(axis=-1).reshape(-1, settings)
        return cls(_hazard(lost)[:, :, None], lost.reshape(-1, settings), reached)

    def destination(self, rows: _Rows, uniform: Singles, shape: tuple[int, ...]) -> NDArray[np.int64]:
        """Return the state that each child who drifts from `rows` arrives in, a year older."""
        reached = self.reached[rows.row]
        chosen = (reached <= (uniform * reached[:, -1])[:, None]).sum(axis=1)
        return np.asarray(rows.older - rows.setting + np.minimum(chosen, shape[4] - 1))


@dataclass(frozen=True, eq=False)
class _Rows:
    """Where children stand: the row of (draw, authority, ncy), the setting, and their state if they stay a year on."""

    row: NDArray[np.int32]
    setting: NDArray[np.int32]
    older: NDArray[np.int64]

    @classmethod
    def of(cls, cells: NDArray[np.int64], sides: _Sides) -> _Rows:
        """Return where the children of `cells` stand."""
        ncys, settings = sides.shape[3:]
        row, setting = np.divmod(sides.to_ncy[cells], np.int32(settings))
        return cls(row, setting, cells + np.where(row % ncys == ncys - 1, 0, settings))


def _one_year(
    plans: NDArray[np.int32], year: Year, now: Now, chance: Chance, sides: _Sides
) -> tuple[NDArray[np.int32], tuple[NDArray[np.int64], ...]]:
    """Return plans a year on, and the state of every child of each kind of flow, in the order of `KINDS`."""
    shape, states = plans.shape, int(np.prod(plans.shape[1:]))
    leave = (year.leaving.reshape(shape[1:]) * now.leaving + np.zeros(shape[:1] + (1,) * 4, np.float32)).ravel()
    either = (leave.reshape(shape) + year.moving.reshape(shape[1:]) * now.moving).ravel()
    going = either if now.drift is None else (either.reshape(shape) + _pulled(now.drift.hazard, year, shape)).ravel()
    cells, counts = sampling.binomial(chance.going, plans.ravel(), going)
    children, marks = sampling.events(cells, counts)
    which = sampling.uniforms(chance.keys[0], marks)
    leaves = which < np.repeat(_first(leave[cells], going[cells]), counts)
    moves = which < np.repeat(_first(either[cells], going[cells]), counts)
    moves[leaves] = False
    leavers, moved_from, mark = children[leaves], children[moves], marks[moves]
    local = moved_from % states
    moved_to = moved_from - local + year.destination(local, sampling.uniforms(chance.keys[1], mark))
    came, moved = moved_to, (moved_to, moved_from)
    if now.drift is not None:
        drifts = ~(leaves | moves)
        stayers = children[drifts], marks[drifts]
        came, moved = _drifted((moved_from, moved_to, mark), stayers, year, now.drift, chance, sides)
    joiners, transfers = _arrivals(plans, year, now.joining, chance)
    stayed = plans.ravel().copy()
    stayed[cells] -= counts
    arrived = np.bincount(np.concatenate([came, joiners, transfers]), minlength=plans.size)
    following = arrived.astype(np.int32).reshape(shape)
    following[:, :, :, 1:] += stayed.reshape(shape)[:, :, :, :-1]
    return following, (joiners, *moved, leavers, transfers)


def _drifted(
    movers: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint64]],
    stayers: tuple[NDArray[np.int64], NDArray[np.uint64]],
    year: Year,
    drift: Drift,
    chance: Chance,
    sides: _Sides,
) -> tuple[NDArray[np.int64], tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the states that movers and those who drift arrive in; and of those who moved, the states to and from.

    Movers drift on from where they move to in the share that it loses. Who drifts back to where they would be has not
    moved.
    """
    shape, states = sides.shape, int(np.prod(sides.shape[1:]))
    moved_from, moved_to, mark = movers
    share = drift.losing[sides.to_ncy[moved_from] // np.int32(shape[4]), moved_to % shape[4]]
    on = sampling.uniforms(chance.keys[2], mark) < share
    drifters = np.concatenate([moved_from[on], stayers[0]])
    marks = np.concatenate([mark[on], stayers[1]])
    rows = _Rows.of(drifters, sides)
    drifted_to = drift.destination(rows, sampling.uniforms(chance.keys[3], marks), shape)
    if year.pulled is not None:
        settled = np.concatenate([moved_to[on], rows.older[on.sum() :]])
        pull = year.pulled[drifters % states]
        kept = pull[np.arange(len(pull)), drifted_to % shape[4]] / np.maximum(pull.max(axis=1), 1e-12)
        drifted_to = np.where(sampling.uniforms(chance.keys[4], marks) < kept, drifted_to, settled)
    away = drifted_to != rows.older
    to = np.concatenate([moved_to[~on], drifted_to[away]])
    came = np.concatenate([to, drifted_to[~away]])
    return came, (to, np.concatenate([moved_from[~on], drifters[away]]))


def _pulled(hazard: Singles, year: Year, shape: tuple[int, ...]) -> Singles:
    """Return the hazard of drift where levers are pulled: as high as the setting they help most; others are thinned."""
    if year.pulled is None:
        return hazard
    return np.asarray(hazard * year.pulled.max(axis=1).reshape(shape[1:]))


def _first(hazard: Singles, whole: Singles) -> Singles:
    """Return the share of events that are the first kind, of hazard `hazard` out of `whole`: earlier kinds come first."""
    some = -np.expm1(-hazard.astype(np.float64))
    every = -np.expm1(-whole.astype(np.float64))
    return np.asarray(some / np.where(every > 0, every, 1.0), dtype=np.float32)


def _arrivals(
    plans: NDArray[np.int32], year: Year, joining: Singles, chance: Chance
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the state that each joiner, and each child transferred in, arrives in."""
    held = plans.sum(axis=(2, 3, 4), dtype=np.float32)[:, :, None, None, None]
    join = np.broadcast_to(year.joining.reshape(plans.shape[1:]) * joining, plans.shape).ravel()
    transfer = (year.transfers.reshape(plans.shape[1:]) * held).ravel()
    cells, counts = sampling.poisson(chance.coming, join + transfer)
    children, marks = sampling.events(cells, counts)
    share = np.repeat(join[cells] / (join[cells] + transfer[cells]), counts)
    is_joiner = sampling.uniforms(chance.keys[5], marks) < share
    return children[is_joiner], children[~is_joiner]
