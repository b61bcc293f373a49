"""The simulation: every child with a plan ages, leaves, moves or stays, and others join, in whole children.

One year, in each draw: a child leaves or moves with the hazards of the state they are in; those who stay age by a year;
joiners and transfers in arrive. Nobody is lost: where a setting takes nobody of the next NCY its rates send each child on.
Draws are made in blocks, each with its own stream of random numbers, so that the number of workers changes nothing.

Inside, states run authority x need x ncy x setting_type: a draw's multipliers, the same for every need, then run along memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
    cumulative: Floats
    targets: NDArray[np.int64]
    reviews: Reviews | None = None
    ageing: Year | None = None  # of those who have a support plan since a review

    @classmethod
    def of(cls, rates: Rates) -> Year:
        """Return the year that `rates` make; raises nothing: rates are checked where they are made."""
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
        if shares.shape[1] > FEW_DESTINATIONS:
            shares = (shares + np.arange(cells)[:, None]).ravel()
        return cls(
            _hazard(leaving),
            _hazard(moving),
            _inside(rates.joining).astype(np.float32),
            _inside(rates.transfers).astype(np.float32),
            shares,
            _targets(rates),
        )

    def destination(self, cells: NDArray[np.int64], uniform: Floats) -> NDArray[np.int64]:
        """Return the state that each mover from `cells` arrives in."""
        if self.cumulative.ndim == 1:
            return self.targets[np.searchsorted(self.cumulative, uniform + cells, side="right")]
        chosen = (self.cumulative[cells] <= uniform[:, None]).sum(axis=1)
        return np.asarray(self.targets[cells * self.cumulative.shape[1] + chosen])


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

    `joining` also carries the children there are, so that `Rates.joining` times it is expected joiners.
    """

    joining: Singles
    leaving: Singles
    moving: Singles


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
        now, chance = _at(paths, at, t), Chance.of(stream)
        plans, flows = _one_year(plans, year, now, chance)
        if out.support is not None and year.reviews is not None and year.ageing is not None:
            moved = year.reviews.moved(plans, flows, chance.reviewing)
            supported, ended = _one_year(supported, year.ageing, now, Chance.of(chance.ageing))
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
    keys: NDArray[np.uint64]  # of leaving or moving, of where to, of joining or transfer
    reviewing: np.random.Generator
    ageing: np.random.SeedSequence  # of those with support plans

    @classmethod
    def of(cls, seed: np.random.SeedSequence) -> Chance:
        """Return the streams that a seed gives."""
        *streams, ageing = seed.spawn(4)
        going, coming, reviewing = (np.random.default_rng(stream) for stream in streams)
        return cls(going, coming, seed.generate_state(3, np.uint64).astype(np.uint64), reviewing, ageing)


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


def _at(paths: Paths, at: slice, t: int) -> tuple[Singles, Singles, Singles]:
    """Return one year's multipliers of a block: draw x authority x 1 x ncy x setting_type."""
    found = (p[at, min(t, p.shape[1] - 1), :, None] for p in (paths.joining, paths.leaving, paths.moving))
    joining, leaving, moving = found
    return joining, leaving, moving


def _one_year(
    plans: NDArray[np.int32], year: Year, paths: tuple[Singles, Singles, Singles], chance: Chance
) -> tuple[NDArray[np.int32], tuple[NDArray[np.int64], ...]]:
    """Return plans a year on, and the state of every child of each kind of flow, in the order of `KINDS`."""
    shape, states = plans.shape, int(np.prod(plans.shape[1:]))
    joining, leaving, moving = paths
    leave = (year.leaving.reshape(shape[1:]) * leaving).ravel()
    move = (year.moving.reshape(shape[1:]) * moving).ravel()
    cells, counts = sampling.binomial(chance.going, plans.ravel(), leave + move)
    children = np.repeat(cells, counts)
    which, where = (sampling.uniforms(key, cells, counts) for key in chance.keys[:2])
    leaves = which < _share_leaving(leave[children], move[children])
    leavers, moved_from = children[leaves], children[~leaves]
    local = moved_from % states
    moved_to = moved_from - local + year.destination(local, where[~leaves])
    joiners, transfers = _arrivals(plans, year, joining, chance)
    stayed = plans.ravel().copy()
    stayed[cells] -= counts
    came = np.concatenate([moved_to, joiners, transfers])
    following = np.bincount(came, minlength=plans.size).astype(np.int32).reshape(shape)
    following[:, :, :, 1:] += stayed.reshape(shape)[:, :, :, :-1]
    return following, (joiners, moved_to, moved_from, leavers, transfers)


def _share_leaving(leave: Singles, move: Singles) -> Floats:
    """Return the share of those who leave or move that leave: leaving comes first."""
    left = -np.expm1(-leave.astype(np.float64))
    either = -np.expm1(-(leave.astype(np.float64) + move))
    return left / np.where(either > 0, either, 1.0)


def _arrivals(
    plans: NDArray[np.int32], year: Year, joining: Singles, chance: Chance
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the state that each joiner, and each child transferred in, arrives in."""
    held = plans.sum(axis=(2, 3, 4), dtype=np.float32)[:, :, None, None, None]
    join = np.broadcast_to(year.joining.reshape(plans.shape[1:]) * joining, plans.shape).ravel()
    transfer = (year.transfers.reshape(plans.shape[1:]) * held).ravel()
    cells, counts = sampling.poisson(chance.coming, join + transfer)
    children = np.repeat(cells, counts)
    is_joiner = (
        sampling.uniforms(chance.keys[2], cells, counts) * (join[children] + transfer[children]) < join[children]
    )
    return children[is_joiner], children[~is_joiner]
