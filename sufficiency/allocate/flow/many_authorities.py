"""Many authorities at once: each by itself, or all of them as one flow across their borders, within a time limit.

Joined, a flow is solved in a process apart, so that it can be stopped. If it is, the fallback starts from each region by
itself and re-solves blocks of neighbours, everyone else staying put, until nothing improves or time is up. No step
makes it dearer. Then prices are sought that bound it from below; the certificate gap says how far from the best it can
be.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.flow import min_cost_flow, plain_tables
from sufficiency.allocate.flow.min_cost_flow import Flow, Ints, Problem
from sufficiency.allocate.flow.solve import SHORT_LIST, Solution
from sufficiency.allocate.flow.whole_numbers import stated
from sufficiency.errors import InputError, one_of

FOR_BLOCKS: Final = 0.6  # share of the fallback's time for blocks of neighbours; the rest is for the bound
NEIGHBOURS: Final = 4  # regions re-solved together with each, the ones that it shares most routes with


def solve_regions(
    groups: pd.Series,
    places: pd.Series,
    routes: pd.DataFrame,
    *,
    group_region: pd.Series,
    setting_region: pd.Series,
    unplaced_gbp: float | pd.Series,
    across: bool = True,
    seconds: float = 90.0,
    fallback_seconds: float = 60.0,
) -> Solution:
    """Return the cheapest allocation of many regions, such as England's authorities.

    Parameters
    ----------
    groups, places, routes, unplaced_gbp
        As `solve`; a price of being unplaced is needed.
    group_region, setting_region
        Region of each group and each setting.
    across
        Whether children may cross borders. If not, routes across them are left out, and regions solved one by one.
    seconds
        Time for the joint flow. [seconds]
    fallback_seconds
        Time for the blocks of neighbours where the joint flow has not ended. [seconds]

    Returns
    -------
    Solution
        As `solve`. Its `certificate_gap_gbp` is 0 where the best was found; above 0 where time ran out, and then values
        of places are the prices that bound it, not exact.
    """
    asked = stated(groups, places, routes, unplaced_gbp)
    known = pd.Index(pd.concat([group_region, setting_region]).dropna().unique())
    known = known[plain_tables.label_order(known)]
    region = _codes(group_region, asked.groups, known, "group_region")
    of_setting = _codes(setting_region, asked.settings, known, "setting_region")
    problem = asked.problem
    if not across:
        problem = problem.only(region[problem.group] == of_setting[problem.setting])
        asked = replace(asked, problem=problem)
        flow = one_by_one(problem, region, of_setting)
    else:
        found = apart(problem, seconds=seconds)
        flow = found or by_blocks(problem, region, of_setting, seconds=fallback_seconds)
    return Solution(asked, flow, must_place=False)


def one_by_one(problem: Problem, region: Ints, of_setting: Ints) -> Flow:
    """Return the best flow of regions that share no route."""
    children, unplaced = np.zeros_like(problem.cost), np.zeros_like(problem.children)
    value = np.zeros_like(problem.places)
    for groups, settings, routes in _parts(problem, region, of_setting):
        flow = min_cost_flow.allocate(_part(problem, groups, settings, routes, problem.places), short_list=SHORT_LIST)
        children[routes], unplaced[groups], value[settings] = flow.children, flow.unplaced, flow.value
    return _joined(problem, children, unplaced, value)


def apart(problem: Problem, *, seconds: float) -> Flow | None:
    """Return the best flow, solved in another process, or None where `seconds` or memory were not enough."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answered = Path(folder) / "problem.npz", Path(folder) / "flow.npz"
        np.savez(asked, **{f.name: getattr(problem, f.name) for f in fields(problem) if f.name != "dearer"})
        command = [sys.executable, "-m", "sufficiency.allocate.flow.many_authorities", str(asked), str(answered)]
        try:
            subprocess.run(command, timeout=seconds, check=True)
        except subprocess.TimeoutExpired:
            return None
        except subprocess.CalledProcessError as ended:
            if ended.returncode > 0:
                raise
            return None  # killed from outside, as where memory runs out
        with np.load(answered) as held:
            flow = _joined(problem, held["children"], held["unplaced"], held["value"])
    return flow


def by_blocks(problem: Problem, region: Ints, of_setting: Ints, *, seconds: float) -> Flow:
    """Return a flow across borders: regions by themselves, then blocks of neighbours, and then prices that bound it."""
    began = time.monotonic()
    inside = region[problem.group] == of_setting[problem.setting]
    alone = one_by_one(problem.only(inside), region, of_setting)
    children = np.zeros_like(problem.cost)
    children[inside] = alone.children
    unplaced, value = alone.unplaced.copy(), alone.value.copy()
    _improve(problem, region, of_setting, children, unplaced, value, until=began + FOR_BLOCKS * seconds)
    _raise_bound(problem, of_setting, value, until=began + seconds)
    return _joined(problem, children, unplaced, value)


def _improve(
    problem: Problem, region: Ints, of_setting: Ints, children: Ints, unplaced: Ints, value: Ints, *, until: float
) -> None:
    """Re-solve each region with its neighbours, everyone else staying put, while that makes it cheaper; in place.

    `value` becomes what a place was worth to the block that its region is the centre of.
    """
    count = _regions(region, of_setting)
    routes_of, groups_of = _rows_by(region[problem.group], count), _rows_by(region, count)
    blocks = list(_blocks(problem, region, of_setting))
    spare = problem.places - _taken(problem.setting, children, len(problem.places))
    least, before = _cost(problem, children, unplaced), -1
    while least != before:
        before = least
        for block in blocks:
            if time.monotonic() > until:
                return
            routes = np.sort(np.concatenate([routes_of[r] for r in block]))
            groups = np.sort(np.concatenate([groups_of[r] for r in block]))
            settings = np.unique(problem.setting[routes])
            spare += _taken(problem.setting[routes], children[routes], len(spare))
            flow = min_cost_flow.allocate(_part(problem, groups, settings, routes, spare), short_list=SHORT_LIST)
            children[routes], unplaced[groups] = flow.children, flow.unplaced
            spare -= _taken(problem.setting[routes], children[routes], len(spare))
            centre = of_setting[settings] == block[0]
            value[settings[centre]] = flow.value[centre]
        least = _cost(problem, children, unplaced)


def _raise_bound(problem: Problem, of_setting: Ints, value: Ints, *, until: float) -> None:
    """Set the values of one region's places after another to those that raise the bound most; in place.

    Given every other value, the best are the duals of the region's settings alone, each child who may use them having
    the cheapest of their other routes, at those values, to fall back on. The bound never falls.
    """
    count = int(of_setting.max(initial=0)) + 1
    routes_to, settings_of = _rows_by(of_setting[problem.setting], count), _rows_by(of_setting, count)
    order = np.argsort(problem.group, kind="stable")
    first = np.searchsorted(problem.group[order], np.arange(len(problem.children) + 1))
    before = np.zeros(0, dtype=np.int64)
    while not np.array_equal(before, value):
        before = value.copy()
        for routes, settings in zip(routes_to, settings_of, strict=True):
            if time.monotonic() > until:
                return
            groups = np.unique(problem.group[routes])
            length = first[groups + 1] - first[groups]
            who = np.repeat(np.arange(len(groups)), length)
            every = order[np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length) + first[groups][who]]
            outside = of_setting[problem.setting[every]] != of_setting[settings[0]] if len(settings) else who < 0
            fall_back = problem.unplaced_cost[groups]
            np.minimum.at(
                fall_back, who[outside], problem.cost[every[outside]] + value[problem.setting[every[outside]]]
            )
            part = _part(problem, groups, settings, routes, problem.places)
            value[settings] = min_cost_flow.allocate(replace(part, unplaced_cost=fall_back)).value


def _blocks(problem: Problem, region: Ints, of_setting: Ints) -> Iterator[list[int]]:
    """Yield each region with the neighbours that it shares most routes with."""
    count = _regions(region, of_setting)
    shared = np.bincount(region[problem.group] * count + of_setting[problem.setting], minlength=count * count).reshape(
        count, count
    )
    shared = shared + shared.T
    np.fill_diagonal(shared, 0)
    for centre in range(count):
        near = np.argsort(-shared[centre], kind="stable")[:NEIGHBOURS]
        yield [centre, *(int(r) for r in near if shared[centre, r] > 0)]


def _parts(problem: Problem, region: Ints, of_setting: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
    """Yield each region's groups, settings and routes by position."""
    count = _regions(region, of_setting)
    routes = _rows_by(region[problem.group], count)
    return zip(_rows_by(region, count), _rows_by(of_setting, count), routes, strict=True)


def _regions(region: Ints, of_setting: Ints) -> int:
    return int(max(region.max(initial=0), of_setting.max(initial=0))) + 1


def _rows_by(codes: Ints, count: int) -> list[Ints]:
    """Return the positions that hold each code, in order."""
    order = np.argsort(codes.astype(np.int16) if count < 2**15 else codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes, minlength=count))[:-1])


def _part(problem: Problem, groups: Ints, settings: Ints, routes: Ints, room: Ints) -> Problem:
    """Return the problem of some groups, settings and routes, numbered afresh; all three in rising order."""
    return Problem(
        children=problem.children[groups],
        places=room[settings],
        group=np.searchsorted(groups, problem.group[routes]),
        setting=np.searchsorted(settings, problem.setting[routes]),
        cost=problem.cost[routes],
        unplaced_cost=problem.unplaced_cost[groups],
    )


def _joined(problem: Problem, children: Ints, unplaced: Ints, value: Ints) -> Flow:
    charge = min_cost_flow.charge_of_a_child(problem, value)
    bound = int(charge @ problem.children - value @ problem.places)
    tight = np.flatnonzero(problem.cost + value[problem.setting] == charge[problem.group])
    return Flow(children, unplaced, value, _cost(problem, children, unplaced), bound, tight)


def _taken(setting: Ints, children: Ints, settings: int) -> Ints:
    return np.bincount(setting, children, minlength=settings).astype(np.int64)


def _cost(problem: Problem, children: Ints, unplaced: Ints) -> int:
    return int(children @ problem.cost + unplaced @ problem.unplaced_cost)


def _codes(region: pd.Series, index: pd.Index, known: pd.Index, what: str) -> Ints:
    labels = region.reindex(index)
    if labels.isna().any():
        raise InputError(f"{what} has no region for {one_of(index[labels.isna()], 5)}")
    codes: Ints = known.get_indexer(pd.Index(labels)).astype(np.int64)
    return codes


if __name__ == "__main__":
    with np.load(sys.argv[1]) as given:
        answer = min_cost_flow.allocate(Problem(**dict(given)))
    np.savez(sys.argv[2], children=answer.children, unplaced=answer.unplaced, value=answer.value)
