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
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sufficiency.forecast.simulate import sampling
from sufficiency.forecast.simulate.positions import Drift, Rows, Sides
from sufficiency.forecast.simulate.ready_year import Singles, Year
from sufficiency.forecast.simulate.simulated import KINDS as KINDS
from sufficiency.forecast.simulate.simulated import SUPPORT_KINDS, Supported
from sufficiency.forecast.simulate.simulated import Simulated as Simulated

BLOCK_CELLS: Final = 250_000  # draws times states worked on at once: what a processor's cache holds


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
    base: NDArray[np.int64], years: Sequence[Year], paths: Paths, *, seed: np.random.SeedSequence, workers: int = 2
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
    base: NDArray[np.int64],
    years: Sequence[Year],
    paths: Paths,
    at: slice,
    seed: np.random.SeedSequence,
    out: Simulated,
) -> None:
    draws = at.stop - at.start
    out.plans[at, 0] = base
    inside = base.swapaxes(1, 2)
    plans = np.broadcast_to(inside, (draws, *inside.shape)).astype(np.int32)
    sides = Sides.of(draws, inside.shape)
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
    """One year's random numbers of a block, a stream for each purpose: what one purpose uses shifts no other."""

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


def _one_year(
    plans: NDArray[np.int32], year: Year, now: Now, chance: Chance, sides: Sides
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
    sides: Sides,
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
    rows = Rows.of(drifters, sides)
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
