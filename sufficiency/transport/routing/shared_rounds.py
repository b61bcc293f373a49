"""Several schools on a run, bell times permitting: each school's own rounds, then what sharing them saves.

A child is a pick-up at their stop and a set-down at their school between the time that it opens and its bell. A ride
within its limit is said by the pick-up's window: it opens at the bell less the limit, so that whenever the child is set
down, the limit is kept. That is a little stricter than the limit where a school opens well before its bell.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sufficiency import tables
from sufficiency.errors import InfeasibleError, InputError, one_of
from sufficiency.tables import columns
from sufficiency.transport.routing.effort import effort
from sufficiency.transport.routing.morning import SchoolRun, Trip, compile_run
from sufficiency.transport.routing.plan_search import search
from sufficiency.transport.routing.polish import TICKS_A_MINUTE, money_units
from sufficiency.transport.routing.stops import (
    Floats,
    Ints,
    labels_as_given,
    read_stops,
    read_vehicles,
    travel_matrices,
)

if TYPE_CHECKING:
    import pyvrp
    from pyvrp.stop import StoppingCriterion

TOLERANCE: Final = 1e-3

SCHOOLS: Final = columns.table(
    "schools",
    "Schools on the run, and when children may arrive",
    ["school"],
    school=columns.text("Its place in the travel table"),
    opens_minutes=columns.number("Earliest set-down, after midnight [minutes]", 0, 1_440),
    bell_minutes=columns.number("Latest set-down, after midnight [minutes]", 0, 1_440),
)


@dataclass(frozen=True, eq=False)
class SharedRounds:
    """Rounds that may call at several schools.

    `calls` has vehicle, round, order, call (a stop or a school), children (above 0 picked up, below 0 set down),
    clock_minutes (after midnight) and minutes_on_board (of those picked up).
    """

    calls: pd.DataFrame
    cost_gbp: float  # driving and boarding; waiting for a school to open is not charged [GBP]
    separate_gbp: float  # the same children with a school to itself on every run [GBP]
    late: pd.DataFrame = field(repr=False)  # stop, children, minutes_on_board, max_ride_minutes

    @property
    def saved_share(self) -> float:
        """What sharing saves, as a share of separate rounds."""
        return 1 - self.cost_gbp / self.separate_gbp


@dataclass(frozen=True, eq=False)
class _Problem:
    """All schools at once: places are parts of stops, then schools."""

    run: SchoolRun
    school: Ints  # of each part
    km: Floats
    minutes: Floats
    opens: Floats
    bell: Floats

    @property
    def names(self) -> int:
        return len(self.opens)


def shared_rounds(
    stops: pd.DataFrame,
    vehicles: pd.DataFrame,
    travel: pd.DataFrame,
    *,
    schools: pd.DataFrame,
    seconds: float = 10,
    iterations: int | None = None,
    seed: int = 1,
) -> SharedRounds:
    """Return rounds that may call at several schools, never dearer than a plan for each school by itself.

    Parameters
    ----------
    stops, vehicles, travel
        As `rounds` takes them; stops have a column `school` too, and travel has every pair of stops and schools.
    schools
        school, opens_minutes, bell_minutes: when children may be set down. [minutes after midnight]
    seconds, iterations, seed
        As `rounds` takes them.

    Raises
    ------
    InputError
        If a stop's school is not in `schools`, a school opens after its bell, or a table can't be used.
    InfeasibleError
        If a school's own children can't all be carried by the fleet.
    """
    times = tables.check(schools, SCHOOLS, source="schools")
    problem, own = _read(stops, vehicles, travel, times)
    until = effort(seconds, iterations)
    separate: list[Trip] = []
    for parts in own:
        alone = _to_school(problem, parts)
        plan = search(alone, effort=until.share(0.4 * len(parts) / len(problem.run)), seed=seed)
        separate += [Trip(t.kind, tuple(int(parts[p]) for p in t.parts)) for t in plan]
    if not problem.run.has_enough(separate):
        raise InfeasibleError("the fleet is too small for each school to have its own runs; raise `available`")
    first = [(t.kind, _in_turn(problem, t)) for t in separate]
    best = min(
        first, _polish(problem, first, until.share(0.6).polishing(1), seed), key=lambda plan: _total(problem, plan)
    )
    as_given = labels_as_given(stops["stop"], vehicles["vehicle"], schools["school"])
    calls = _table(problem, best, [str(s) for s in times["school"]], as_given)
    return SharedRounds(calls, _total(problem, best), _total(problem, first), _late(problem, calls))


def _read(
    stops: pd.DataFrame, vehicles: pd.DataFrame, travel: pd.DataFrame, times: pd.DataFrame
) -> tuple[_Problem, list[Ints]]:
    names = [str(s) for s in times["school"]]
    wrong = times[times["opens_minutes"] > times["bell_minutes"]]
    if len(wrong):
        raise InputError(f"school {wrong['school'].iloc[0]} opens after its bell; swap opens_minutes and bell_minutes")
    if "school" not in stops:
        raise InputError("stops: the column 'school' is missing: where do the children of each stop go?")
    wanted = dict(zip(stops["stop"].astype(str).str.strip(), stops["school"].astype(str).str.strip(), strict=True))
    unknown = sorted(set(wanted.values()) - set(names))
    if unknown:
        raise InputError(f"stops: school {one_of(unknown)} is not in the schools table, which has {one_of(names)}")
    known = read_stops(stops)
    run = compile_run(known, read_vehicles(vehicles), travel, school=names[0], apart=())
    school = np.array([names.index(wanted[label]) for label in run.stop])
    location = dict(zip(known.stop, known.location, strict=True))
    at = [str(location[label]) for label in run.stop]
    places = list(dict.fromkeys([*at, *names]))
    index = np.array([places.index(p) for p in [*at, *names]])
    km, minutes = travel_matrices(travel, places, np.ones((len(places), len(places)), dtype=bool))
    km, minutes = km[np.ix_(index, index)], minutes[np.ix_(index, index)]
    direct = minutes[np.arange(len(run)), len(run) + school] + run.service
    run = replace(run, allowed=np.maximum(run.limit, direct))
    opens, bell = (times[c].to_numpy() for c in ("opens_minutes", "bell_minutes"))
    problem = _Problem(run, school, km, minutes, opens, bell)
    return problem, [np.flatnonzero(school == s) for s in range(len(names)) if (school == s).any()]


def _to_school(problem: _Problem, parts: Ints) -> SchoolRun:
    """Return one school's own morning."""
    n, school = len(problem.run), problem.school[parts[0]]
    own = problem.run.only(parts)
    return replace(own, school_km=problem.km[parts, n + school], school_minutes=problem.minutes[parts, n + school])


def _in_turn(problem: _Problem, trip: Trip) -> tuple[int, ...]:
    """Return a one-school trip as calls: parts picked up (0 … n−1), then set down (n + part)."""
    return trip.parts + tuple(len(problem.run) + p for p in trip.parts)


def _places(problem: _Problem, calls: Sequence[int]) -> Ints:
    """Return where each call is: a part's stop, or its school."""
    n = len(problem.run)
    return np.array([c if c < n else n + problem.school[c - n] for c in calls])


def _total(problem: _Problem, plan: list[tuple[int, tuple[int, ...]]]) -> float:
    return sum(_cost(problem, kind, calls) for kind, calls in plan)


def _cost(problem: _Problem, k: int, calls: tuple[int, ...]) -> float:
    run, at = problem.run, _places(problem, calls)
    km = problem.km[at[:-1], at[1:]].sum() + run.start_km[k, at[0]]
    boarding = run.service[[c for c in calls if c < len(run)]].sum()
    minutes = problem.minutes[at[:-1], at[1:]].sum() + boarding + run.start_minutes[k, at[0]]
    return float(run.fixed[k] + run.per_km[k] * km + run.per_minute[k] * minutes)


def _polish(
    problem: _Problem, start: list[tuple[int, tuple[int, ...]]], stops: StoppingCriterion, seed: int
) -> list[tuple[int, tuple[int, ...]]]:
    """Return the best shared plan found, or `start` where none within the rules is better."""
    import pyvrp

    logging.getLogger("pyvrp").setLevel(logging.ERROR)
    data = _data(problem)
    n = len(problem.run)
    pickup, delivery = pyvrp.ActivityType.PICKUP, pyvrp.ActivityType.DELIVERY
    routes = [
        pyvrp.Route(data, [pyvrp.Activity(pickup if c < n else delivery, c % n) for c in calls], kind)
        for kind, calls in start
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        best = pyvrp.solve(
            data,
            stops,
            seed=seed,
            collect_stats=False,
            initial_solution=pyvrp.Solution(data, routes),
        ).best
    if not best.is_feasible():
        return start
    plan = [
        (route.vehicle_type(), tuple(a.idx if a.is_pickup() else n + a.idx for a in route if a.is_shipment()))
        for route in best.routes()
    ]
    keeps_rules = all(_keeps_rules(problem, kind, calls) for kind, calls in plan)
    is_whole = sorted(c for _, calls in plan for c in calls) == list(range(2 * n))
    has_enough = problem.run.has_enough([Trip(kind, ()) for kind, _ in plan])
    return plan if keeps_rules and is_whole and has_enough else start


def _data(problem: _Problem) -> pyvrp.ProblemData:
    """Return PyVRP's data: location 0 is nowhere, where runs begin and end, then parts' stops, then schools."""
    import pyvrp

    run, n = problem.run, len(problem.run)
    units = money_units(run)
    service = np.append(run.service, np.zeros(problem.names))
    ride = problem.minutes + service[:, None]
    np.fill_diagonal(ride, 0.0)
    ticks = np.zeros((1 + len(ride), 1 + len(ride)), dtype=np.int64)
    ticks[1:, 1:] = np.ceil(ride * TICKS_A_MINUTE - 1e-6)
    money = []
    for k in range(len(run.kind)):
        cost = np.zeros_like(ticks, dtype=np.float64)
        cost[1:, 1:] = run.per_km[k] * problem.km + run.per_minute[k] * ride
        cost[0, 1 : n + 1] = run.per_km[k] * run.start_km[k] + run.per_minute[k] * run.start_minutes[k]
        money.append(units.whole(cost))
    bell = problem.bell[problem.school]
    early = np.where(np.isfinite(run.allowed), bell - np.minimum(run.allowed, 1e6), 0.0)
    shipments = [
        pyvrp.Shipment(
            1 + i,
            1 + n + int(problem.school[i]),
            pickup_tw_early=int(max(0.0, np.ceil(early[i] * TICKS_A_MINUTE - n))),
            delivery_tw_early=int(problem.opens[problem.school[i]] * TICKS_A_MINUTE),
            delivery_tw_late=int(bell[i] * TICKS_A_MINUTE),
            amount=run.load[i].tolist(),
        )
        for i in range(n)
    ]
    fleet = [
        pyvrp.VehicleType(
            num_available=int(min(n, run.available[run.base[k]])),
            capacity=run.room[k].tolist(),
            fixed_cost=int(units.whole(run.fixed[k])),
            profile=k,
        )
        for k in range(len(run.kind))
    ]
    places = [pyvrp.Location(0, 0) for _ in range(len(ticks))]
    moneys: Any = money
    times: Any = [ticks] * len(fleet)
    return pyvrp.ProblemData(places, [], [pyvrp.Depot(0)], fleet, moneys, times, [], shipments)


def _clock(problem: _Problem, calls: tuple[int, ...]) -> Floats:
    """Return when each call is made, the run starting as late as every bell allows. [minutes after midnight]"""
    n, at = len(problem.run), _places(problem, calls)
    legs = problem.minutes[at[:-1], at[1:]] + [problem.run.service[c] if c < n else 0.0 for c in calls[:-1]]
    latest = np.array([np.inf if c < n else problem.bell[problem.school[c - n]] for c in calls])
    for i in range(len(calls) - 2, -1, -1):
        latest[i] = min(latest[i], latest[i + 1] - legs[i])
    clock = latest[:1].tolist()
    for call, leg in zip(calls[1:], legs, strict=True):
        opens = problem.opens[problem.school[call - n]] if call >= n else 0.0
        clock.append(max(clock[-1] + leg, opens))
    return np.array(clock)


def _keeps_rules(problem: _Problem, kind: int, calls: tuple[int, ...]) -> bool:
    """Walk a run: room at every moment, set down after picked up, between opening and bell, within the ride allowed."""
    run, n, aboard = problem.run, len(problem.run), np.zeros(problem.run.load.shape[1])
    clock, picked = _clock(problem, calls), dict[int, float]()
    for call, now in zip(calls, clock, strict=True):
        part = call % n
        aboard = aboard + (run.load[part] if call < n else -run.load[part])
        if call < n:
            picked[part] = now
        elif (
            part not in picked
            or now - picked[part] > run.allowed[part] + TOLERANCE
            or now > problem.bell[problem.school[part]] + TOLERANCE
        ):
            return False
        if (aboard > run.room[kind]).any():
            return False
    return True


def _table(
    problem: _Problem, plan: list[tuple[int, tuple[int, ...]]], schools: list[str], as_given: dict[str, Any]
) -> pd.DataFrame:
    run, n, rows = problem.run, len(problem.run), []
    for number, (kind, calls) in enumerate(sorted(plan), start=1):
        clock = _clock(problem, calls)
        down = {c - n: now for c, now in zip(calls, clock, strict=True) if c >= n}
        for order, (call, now) in enumerate(zip(calls, clock, strict=True), start=1):
            part = call % n
            label = run.stop[part] if call < n else schools[problem.school[part]]
            children = int(run.children[part]) if call < n else -int(run.children[part])
            ride = down[part] - now if call < n else np.nan
            rows.append((as_given[run.kind[kind]], number, order, as_given[label], children, float(now), ride, part))
    columns = ["vehicle", "round", "order", "call", "children", "clock_minutes", "minutes_on_board", "part"]
    return pd.DataFrame(rows, columns=columns)


def _late(problem: _Problem, calls: pd.DataFrame) -> pd.DataFrame:
    up = calls[calls["children"] > 0]
    late = up[up["minutes_on_board"].to_numpy() > problem.run.limit[up["part"].to_numpy()] + TOLERANCE]
    return pd.DataFrame(
        {
            "stop": late["call"],
            "children": late["children"],
            "minutes_on_board": late["minutes_on_board"],
            "max_ride_minutes": problem.run.limit[late["part"].to_numpy()],
        }
    ).reset_index(drop=True)
