"""Whole children, one by one: what the forecast counts, given homes, and aged from one January to the next.

The forecast says how many children of each authority, NCY, need and kind of place there are; a child here is one of
them, with a home. From one January to the next a cell keeps as many of its children, a year older, as it has room
for; those beyond leave, chosen by lot, and those wanting are new, with homes drawn from the shares of the small areas.
So every draw has exactly the forecast's children in every cell and year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from sufficiency.allocate.place.chosen_futures import chosen_futures, positions_of
from sufficiency.allocate.place.routes import KIND_OF, KINDS, NEED_CODES, positions
from sufficiency.errors import InputError, MissingError
from sufficiency.tables import PlansResult
from sufficiency.words.school_year import NCY_LOW, NCYS
from sufficiency.words.vocabulary import SETTING_TYPES, SPECIALIST

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEW: Final = -1  # the setting of a child who has not been placed yet


@dataclass(frozen=True, eq=False)
class Children:
    """Children with a home, by position; one entry for each child in every array."""

    zone: Ints
    ncy: Ints
    need: Ints
    kind: Ints  # as KINDS: special school or unit
    is_girl: npt.NDArray[np.bool_]
    setting: Ints  # position; NEW before placing; from the number of settings on, a destination of those turned away
    waited: Ints  # years without a place

    def __len__(self) -> int:
        """Return how many children there are."""
        return len(self.zone)

    def take(self, those: Ints | npt.NDArray[np.bool_] | slice, **changed: Ints) -> Children:
        """Return some of the children, with some arrays replaced."""
        kept = {f.name: getattr(self, f.name)[those] for f in fields(self)}
        return Children(**{**kept, **changed})

    def join(self, others: Children) -> Children:
        """Return these children and others."""
        return Children(
            **{f.name: np.concatenate([getattr(self, f.name), getattr(others, f.name)]) for f in fields(self)}
        )


@dataclass(frozen=True, eq=False)
class Demand:
    """Children who need a specialist place, as the forecast has them, and where such children live."""

    authorities: tuple[str, ...]
    years: tuple[int, ...]
    draws: tuple[int, ...]  # labels of the draws placed
    counts: Ints  # draw x year x authority x ncy x need x kind [children]
    expected: Ints  # year x authority x ncy x need x kind [children]
    by_type: Ints  # authority x ncy x need x type of setting (vocabulary.SPECIALIST), in the first year [children]
    market: Ints  # draw x year: children forecast at independent and non-maintained special schools [children]
    expected_market: Ints  # year [children]
    home_share: Floats  # ncy x zone, cumulated within an authority's zones in `zone_of`
    zone_of: tuple[Ints, ...]  # an authority's zones, by position
    girls_share: float

    @property
    def years_on(self) -> tuple[int, ...]:
        """Years from the first January to each."""
        return tuple(year - self.years[0] for year in self.years)

    def cell(self, authority: Ints, children: Children) -> Ints:
        """Return the position of each child's cell in a flattened year of `counts`."""
        shape = self.expected.shape[1:]
        return np.ravel_multi_index((authority, children.ncy - NCY_LOW, children.need, children.kind), shape)


def demand_of(
    plans: PlansResult,
    zones: pd.DataFrame,
    authorities: Iterable[str],
    *,
    draws: int | Sequence[int],
    girls_share: float,
) -> Demand:
    """Return what a forecast asks of specialist settings, in whole children.

    `draws` is how many draws, chosen to stand for all, or their labels.

    Raises
    ------
    InputError
        If no draw is asked for, or one that the forecast hasn't, or homes don't share out every authority.
    """
    held = plans.plans
    known = [t for t in SPECIALIST if t in held.indexes["setting_type"]]
    if not known:
        raise MissingError("the forecast has no specialist type of setting, so there is nobody to place")
    labels = tuple(draws) if isinstance(draws, Sequence) else chosen_futures(plans, draws)
    at = positions_of(plans, labels)
    order = ("year", "authority", "ncy", "need", "setting_type")
    names = tuple(authorities)
    everyone = {"authority": list(names), "ncy": list(NCYS), "need": list(NEED_CODES)}
    # Only what is asked for is laid out: the draws to place, and the total of all.
    placed, total = (
        part.sel(setting_type=known).transpose(..., *order).reindex(everyone, fill_value=0)
        for part in (held.isel(draw=at), held.sum("draw"))
    )
    bought = [t for t in known if not SETTING_TYPES[t].is_state]
    market, all_market = (
        part.sel(setting_type=bought).sum(["authority", "ncy", "need", "setting_type"]).to_numpy()
        for part in (placed, total)
    )
    first = placed.isel(draw=0, year=0).reindex(setting_type=list(SPECIALIST), fill_value=0)
    shares, zone_of = _homes(plans, zones, names)
    return Demand(
        authorities=names,
        years=tuple(int(y) for y in held.indexes["year"]),
        draws=labels,
        counts=_by_kind(placed, known).astype(np.int64),
        expected=whole_mean(_by_kind(total, known) / held.sizes["draw"]),
        by_type=first.to_numpy().astype(np.int64),
        market=market,
        expected_market=np.rint(all_market / held.sizes["draw"]).astype(np.int64),
        home_share=shares,
        zone_of=zone_of,
        girls_share=girls_share,
    )


def _by_kind(plans: xr.DataArray, known: Sequence[str]) -> Ints:
    """Return children by kind of place, the last axis, in place of the type of setting."""
    types = [[t for t in known if KIND_OF[t] == kind] for kind in KINDS]
    return np.stack([plans.sel(setting_type=of_kind).sum("setting_type").to_numpy() for of_kind in types], -1)


def whole_mean(mean: Floats) -> Ints:
    """Return a mean over draws in whole children: totals by year, authority and kind as near as can be.

    Each total is rounded, then shared among its cells by largest remainder, so that parts add up to it.
    """
    moved = np.moveaxis(mean, -1, 2)  # year x authority x kind x ncy x need
    rows = moved.reshape(-1, moved.shape[-2] * moved.shape[-1])
    whole = np.floor(rows + 1e-9)
    wanting = np.rint(rows.sum(axis=1)).astype(np.int64) - whole.sum(axis=1).astype(np.int64)
    rank = np.argsort(np.argsort(-(rows - whole), axis=1, kind="stable"), axis=1, kind="stable")
    whole = whole + (rank < wanting[:, None])
    return np.asarray(np.moveaxis(whole.reshape(moved.shape), 2, -1), dtype=np.int64)


def _homes(plans: PlansResult, zones: pd.DataFrame, authorities: tuple[str, ...]) -> tuple[Floats, tuple[Ints, ...]]:
    homes = plans.homes.transpose("ncy", "zone").reindex(ncy=list(NCYS), fill_value=0.0)
    at = positions(pd.Series(homes.indexes["zone"]), zones["zone"], "zone")
    share = np.zeros((len(NCYS), len(zones)))
    share[:, at] = homes.to_numpy()
    belongs = positions(zones["authority"], authorities, "authority")
    zone_of = tuple(np.flatnonzero(belongs == a) for a in range(len(authorities)))
    for name, own in zip(authorities, zone_of, strict=True):
        if not len(own):
            raise InputError(f"{name} has no zone in zones.csv, so its children have no homes; add its small areas")
        total = share[:, own].sum(axis=1, keepdims=True)
        even = np.full(len(own), 1 / len(own))
        share[:, own] = np.cumsum(np.where(total > 0, share[:, own] / np.where(total > 0, total, 1), even), axis=1)
    return share, zone_of


def born(demand: Demand, wanting: Ints, rng: np.random.Generator) -> Children:
    """Return new children, as many in each cell as `wanting` says, at homes drawn by the shares of the zones.

    Within an authority the draws are stratified: one in each of n equal parts of the shares, so small areas get
    their due within a child or two.
    """
    shape = demand.expected.shape[1:]
    cells = np.repeat(np.arange(wanting.size), wanting.ravel())
    authority, ncy, need, kind = np.unravel_index(cells, shape)
    zone = np.empty(len(cells), dtype=np.int64)
    for a, own in enumerate(demand.zone_of):
        here = np.flatnonzero(authority == a)
        at = (rng.permutation(len(here)) + rng.random(len(here))) / max(len(here), 1)
        for level in np.unique(ncy[here]):
            those = ncy[here] == level
            shares = demand.home_share[level, own]
            zone[here[those]] = own[np.minimum(np.searchsorted(shares, at[those], side="right"), len(own) - 1)]
    count = len(cells)
    return Children(
        zone=zone,
        ncy=ncy + NCY_LOW,
        need=need,
        kind=kind,
        is_girl=rng.random(count) < demand.girls_share,
        setting=np.full(count, NEW),
        waited=np.zeros(count, dtype=np.int64),
    )


def next_january(demand: Demand, before: Children, now: Ints, home: Ints, rng: np.random.Generator) -> Children:
    """Return the children of the next January: last year's, a year older, less leavers and with new ones."""
    older = before.take(before.ncy < NCYS[-1])
    return as_counted(demand, older.take(slice(None), ncy=older.ncy + 1), now, home, rng)


def as_counted(demand: Demand, children: Children, now: Ints, home: Ints, rng: np.random.Generator) -> Children:
    """Return as many of the children as `now` counts in each cell, leavers chosen by lot, and new ones where it counts more.

    `home` is the authority of each zone, by position.
    """
    cell = demand.cell(home[children.zone], children)
    room = now.ravel()
    there = np.bincount(cell, minlength=room.size)
    by_lot = np.argsort(rng.random(len(cell)))
    lot = by_lot[np.argsort(cell[by_lot].astype(np.int32), kind="stable")]
    rank = np.arange(len(cell)) - np.repeat(np.cumsum(there) - there, there)
    stay = np.sort(lot[rank < np.repeat(room, there)])
    wanting = room - np.minimum(there, room)
    return children.take(stay).join(born(demand, wanting, rng))
