"""The school run: which vehicle calls where, in which order, so that everyone arrives and it costs least.

Opportunity-savings runs make good plans quickly; set partitioning recombines every run they met; PyVRP polishes the
best of them, and its runs are recombined again. The cheapest plan is kept and walked by an independent checker.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from sufficiency.errors import InputError
from sufficiency.frozen import frozen
from sufficiency.notebook import titled
from sufficiency.transport.routing.checker import Walked, check_rounds, walk
from sufficiency.transport.routing.effort import effort
from sufficiency.transport.routing.morning import SchoolRun, Trip, compile_run
from sufficiency.transport.routing.plan_search import search
from sufficiency.transport.routing.stops import labels_as_given, read_stops, read_vehicles

COLUMNS = ("vehicle", "round", "order", "stop", "children", "minutes_on_board", "wheelchairs")


@frozen
@dataclass(frozen=True, eq=False)
class Rounds:
    """A plan of rounds, with the tables that it was made from, so that it can be checked."""

    rounds: pd.DataFrame  # vehicle, round, order, stop, children, minutes_on_board, wheelchairs
    cost_gbp: float  # a morning [GBP]
    notes: tuple[str, ...]  # what a reader should know: stops shared between vehicles, rides over the limit
    stops: pd.DataFrame = field(repr=False)
    vehicles: pd.DataFrame = field(repr=False)
    travel: pd.DataFrame = field(repr=False)
    school: Hashable = None
    apart: tuple[tuple[Hashable, Hashable], ...] = ()

    @cached_property
    def walked(self) -> Walked:
        """What an independent walk over the tables found."""
        return self._walk()

    @property
    def late(self) -> pd.DataFrame:
        """Children over their limit: stop, round, children, minutes_on_board, max_ride_minutes, direct_minutes.

        Their direct ride is longer than the limit, so no plan could keep it; none of them rides longer than direct.
        """
        return self.walked.late

    @property
    def by_round(self) -> pd.DataFrame:
        """Return round, vehicle, stops, children, wheelchairs, assistant, km, minutes, cost_gbp."""
        return self.walked.by_round

    def check(self) -> None:
        """Raise `InfeasibleError`, naming every rule broken, unless the plan keeps them all and costs what it says."""
        check_rounds(self._walk(), self.cost_gbp)

    def _walk(self) -> Walked:
        return walk(self.rounds, self.stops, self.vehicles, self.travel, school=self.school, apart=self.apart)

    def to_vrplib(self, name: str = "rounds") -> str:
        """Return the problem behind the plan as VRPLIB text, so that any other solver can try to beat it."""
        from sufficiency.transport.routing.vrplib_text import vrplib

        return vrplib(self, name=name)

    def summary(self) -> pd.DataFrame:
        """Return vehicle, rounds, children, km, minutes, cost_gbp."""
        table = self.by_round.groupby("vehicle", sort=True)[["children", "km", "minutes", "cost_gbp"]].sum()
        table.insert(0, "rounds", self.by_round.groupby("vehicle").size())
        return table.reset_index()

    def __repr__(self) -> str:
        """Return one line: rounds, children, cost, and how many are over their limit."""
        children, late = int(self.rounds["children"].sum()), int(self.late["children"].sum())
        return (
            f"<Rounds to {self.school}: {len(self.by_round):,} rounds for {children:,} children, "
            f"GBP {self.cost_gbp:,.2f} a morning; {late:,} on board beyond their limit>"
        )

    def _repr_html_(self) -> str:
        title = f"Rounds to {self.school}, by vehicle: GBP {self.cost_gbp:,.2f} a morning"
        return titled(title, self.summary(), {"km": "1", "minutes": "n", "cost_gbp": "2"}, note="; ".join(self.notes))


def rounds(
    stops: pd.DataFrame,
    vehicles: pd.DataFrame,
    travel: pd.DataFrame,
    *,
    school: Hashable,
    seconds: float = 10,
    iterations: int | None = None,
    seed: int = 1,
    apart: Iterable[tuple[Hashable, Hashable]] = (),
) -> Rounds:
    """Return the cheapest plan found that brings every child to one school.

    Parameters
    ----------
    stops
        stop, children (all who wait), wheelchairs (those of them in wheelchairs), max_ride_minutes (blank: no limit).
        Optional: location (where it differs from the stop's label), service_minutes (what boarding takes),
        wheelchair_seats (seats that each wheelchair takes; 1), solo (each child there travels alone), assistant (they
        need one).
    vehicles
        vehicle, seats (children in all), wheelchair_spaces (how many of them in wheelchairs), available (blank: as many
        as needed), fixed_gbp, gbp_per_km, gbp_per_minute, start (where it starts; blank: at its first stop). Optional:
        assistant_gbp.
    travel
        origin, destination, km, minutes, for every ordered pair that a run could join; it may be asymmetric.
    school
        Where runs end.
    seconds
        How long to search [seconds]; 0 stops after savings and set partitioning. A small problem ends sooner.
    iterations
        How much to search, instead of seconds: iterations of each of the six turns of the polish. The same seed then gives
        the same plan on any machine, however busy; 2,000 take a school of 60 stops about two seconds.
    seed
        Of PyVRP's search. A search stopped by the clock may still differ between machines.
    apart
        Pairs of stops whose children must not share a vehicle.

    Returns
    -------
    Rounds
        A ride is counted from the vehicle's arrival at the stop to its arrival at the school. A child whose direct ride
        is over the limit is carried, rides no longer than direct, and is in `late`. A stop with more children than
        the largest vehicle holds is shared between vehicles, which `notes` says.

    Raises
    ------
    InputError
        If a table can't be used: the message names the place or pair, the value and the way out.
    InfeasibleError
        If the fleet is too small: it says who is left, and the smallest fleet found that works.

    References
    ----------
    Golden, Assad, Levy and Gheysens (1984), Computers & Operations Research 11(1); Wouda, Lan and Kool (2024), *PyVRP*,
    INFORMS Journal on Computing 36(4).
    """
    until = effort(seconds, iterations, seed=seed)
    pairs = tuple(apart)
    run = compiled(stops, vehicles, travel, school=school, apart=pairs)
    plan = search(run, effort=until, seed=seed)
    table = _table(run, plan, labels_as_given(stops["stop"], vehicles["vehicle"]))
    planned = Rounds(table, run.total(plan), _notes(run), stops, vehicles, travel, school, pairs)
    planned.check()
    return planned


def compiled(
    stops: pd.DataFrame,
    vehicles: pd.DataFrame,
    travel: pd.DataFrame,
    *,
    school: Hashable,
    apart: Iterable[tuple[Hashable, Hashable]] = (),
) -> SchoolRun:
    """Return the tables of `rounds`, checked, as arrays."""
    pairs = _checked_pairs(tuple(apart), stops)
    return compile_run(read_stops(stops), read_vehicles(vehicles), travel, school=str(school).strip(), apart=pairs)


def _table(run: SchoolRun, plan: list[Trip], as_given: dict[str, Hashable]) -> pd.DataFrame:
    """Return a plan as a table, longest round first."""
    rows: list[tuple[Hashable, ...]] = []
    order = sorted(plan, key=lambda t: (run.kind[t.kind], -len(t.parts), t.parts))
    for number, trip in enumerate(order, start=1):
        for place, (part, ride) in enumerate(zip(trip.parts, run.rides(trip.parts), strict=True), start=1):
            label = as_given[run.stop[part]]
            kind = as_given[run.kind[trip.kind]]
            rows.append((kind, number, place, label, int(run.children[part]), float(ride), int(run.wheelchairs[part])))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _notes(run: SchoolRun) -> tuple[str, ...]:
    notes = []
    times = pd.Series(run.stop).value_counts(sort=False)
    shared = times[times > 1]
    if len(shared):
        notes.append(f"{len(shared)} stops are shared between vehicles: {', '.join(map(str, shared.index[:10]))}")
    over = run.allowed > run.limit + 1e-9
    if over.any():
        notes.append(
            f"{int(run.children[over].sum())} children's direct ride is over their limit: they are carried, and late"
        )
    return tuple(notes)


def _checked_pairs(pairs: tuple[tuple[Hashable, Hashable], ...], stops: pd.DataFrame) -> list[tuple[str, str]]:
    known = {str(s).strip() for s in stops["stop"]} if "stop" in stops else set()
    for pair in pairs:
        if len(pair) != 2 or pair[0] == pair[1] or not {str(p).strip() for p in pair} <= known:
            raise InputError(f"apart: {pair} is not a pair of two stops of the stops table")
    return [(str(a).strip(), str(b).strip()) for a, b in pairs]
