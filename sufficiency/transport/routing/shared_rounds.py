"""Several schools on a run, bell times permitting: each school's own rounds, then what sharing them saves.

A child is a pick-up at their stop and a set-down at their school between the time that it opens and its bell. A ride
within its limit is said by the pick-up's window: it opens at the bell less the limit, so that whenever the child is set
down, the limit is kept. That is a little stricter than the limit where a school opens well before its bell.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import tables
from sufficiency.errors import InfeasibleError, InputError, one_of
from sufficiency.frozen import frozen
from sufficiency.notebook import titled
from sufficiency.tables import columns
from sufficiency.transport.routing.effort import effort
from sufficiency.transport.routing.many_schools import TOLERANCE, ManySchools, clock_of, in_turn, total_gbp
from sufficiency.transport.routing.morning import SchoolRun, Trip, compile_run
from sufficiency.transport.routing.plan_search import search
from sufficiency.transport.routing.polish_shared import polish_shared
from sufficiency.transport.routing.stops import Ints, labels_as_given, read_stops, read_vehicles, travel_matrices

SCHOOLS: Final = columns.table(
    "schools",
    "Schools on the run, and when children may arrive",
    ["school"],
    school=columns.text("Its place in the travel table"),
    opens_minutes=columns.number("Earliest set-down, after midnight [minutes]", 0, 1_440),
    bell_minutes=columns.number("Latest set-down, after midnight [minutes]", 0, 1_440),
)


@frozen
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

    def __repr__(self) -> str:
        """Return one line: rounds, children, cost, and what sharing saves."""
        aboard = int(self.calls["children"].clip(lower=0).sum())
        return (
            f"<SharedRounds: {self.calls['round'].nunique():,} rounds for {aboard:,} children, GBP {self.cost_gbp:,.2f} "
            f"a morning; sharing saves {self.saved_share:.0%}>"
        )

    def _repr_html_(self) -> str:
        title = f"Shared rounds: GBP {self.cost_gbp:,.2f} a morning, {self.saved_share:.0%} less than separate ones"
        return titled(title, self.calls, {"clock_minutes": "1", "minutes_on_board": "1"})


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
    until = effort(seconds, iterations, seed=seed)
    separate: list[Trip] = []
    for parts in own:
        alone = _to_school(problem, parts)
        plan = search(alone, effort=until.share(0.4 * len(parts) / len(problem.run)), seed=seed)
        separate += [Trip(t.kind, tuple(int(parts[p]) for p in t.parts)) for t in plan]
    if not problem.run.has_enough(separate):
        raise InfeasibleError("the fleet is too small for each school to have its own runs; raise `available`")
    first = [(t.kind, in_turn(problem, t)) for t in separate]
    best = min(
        first,
        polish_shared(problem, first, until.share(0.6).polishing(1), seed),
        key=lambda plan: total_gbp(problem, plan),
    )
    as_given = labels_as_given(stops["stop"], vehicles["vehicle"], schools["school"])
    calls = _table(problem, best, [str(s) for s in times["school"]], as_given)
    return SharedRounds(calls, total_gbp(problem, best), total_gbp(problem, first), _late(problem, calls))


def _read(
    stops: pd.DataFrame, vehicles: pd.DataFrame, travel: pd.DataFrame, times: pd.DataFrame
) -> tuple[ManySchools, list[Ints]]:
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
    problem = ManySchools(run, school, km, minutes, opens, bell)
    return problem, [np.flatnonzero(school == s) for s in range(len(names)) if (school == s).any()]


def _to_school(problem: ManySchools, parts: Ints) -> SchoolRun:
    """Return one school's own morning."""
    n, school = len(problem.run), problem.school[parts[0]]
    own = problem.run.only(parts)
    return replace(own, school_km=problem.km[parts, n + school], school_minutes=problem.minutes[parts, n + school])


def _table(
    problem: ManySchools, plan: list[tuple[int, tuple[int, ...]]], schools: list[str], as_given: dict[str, Hashable]
) -> pd.DataFrame:
    run, n, rows = problem.run, len(problem.run), []
    for number, (kind, calls) in enumerate(sorted(plan), start=1):
        clock = clock_of(problem, calls)
        down = {c - n: now for c, now in zip(calls, clock, strict=True) if c >= n}
        for order, (call, now) in enumerate(zip(calls, clock, strict=True), start=1):
            part = call % n
            label = run.stop[part] if call < n else schools[problem.school[part]]
            children = int(run.children[part]) if call < n else -int(run.children[part])
            ride = down[part] - now if call < n else np.nan
            rows.append((as_given[run.kind[kind]], number, order, as_given[label], children, float(now), ride, part))
    columns = ["vehicle", "round", "order", "call", "children", "clock_minutes", "minutes_on_board", "part"]
    return pd.DataFrame(rows, columns=columns)


def _late(problem: ManySchools, calls: pd.DataFrame) -> pd.DataFrame:
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
