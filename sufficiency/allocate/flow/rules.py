"""Rules that a flow can't carry, each a value handed to `as_program`; and of each a price that a flow can.

| rule | as a row of the program | as a price in `solve` |
|---|---|---|
| `FairShare` | every district places at least a share of its children | children without a place cost more where named |
| `PhaseBudget` | what a phase's places cost stays within its budget | that phase's routes cost a share more |
| `CapOnMoves` | at most so many children leave where they are | a move costs more |
| `MinimumRoll` | a setting has at least so many children, or none | everywhere else costs more |
| `ClassGroups` | children share a class only with their own class group | a child pays for the empty seats of their class |

A price pushes the same way as its rule and keeps the flow; it doesn't promise the rule, so look at what comes back.

The longest journey needs no program: see `shortest_longest`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from sufficiency.errors import InputError, MissingError, one_of


@dataclass(frozen=True)
class Row:
    """One inequality: `expression <= limit` or `>= limit`, its name, and what it asks for in words."""

    name: str
    about: tuple[Hashable, ...]  # the labels that tell it from other rows of the name
    expression: Any  # PuLP has no types
    is_least: bool  # the expression must be at least the limit; otherwise at most
    limit: float
    unit: str
    says: str


@dataclass(frozen=True, eq=False)
class Model:
    """What a rule may refer to: the tables by label, and the variables."""

    groups: pd.Series  # children by group
    places: pd.Series  # places by setting
    routes: pd.DataFrame  # group, setting, cost_gbp, by route label
    placed: Mapping[Hashable, Any]  # x by route label
    unplaced: Mapping[Hashable, Any]  # u by group
    variable: Any  # makes a further whole variable: variable(name, *labels, most=...)

    def by_setting(self, setting: Hashable) -> list[Hashable]:
        """Return the labels of the routes that lead to a setting."""
        return list(self.routes.index[self.routes["setting"] == setting])


class Rule(Protocol):
    """Anything that adds rows to the program."""

    @property
    def label(self) -> str:
        """Words for the result: what was asked for."""

    def rows(self, model: Model) -> Iterator[Row]:
        """Yield the rule's rows."""


@dataclass(frozen=True, eq=False)
class FairShare:
    """Every district places at least `share` of its children.

    `district` gives each group's district; the share is of children, from 0 to 1. With `share` None, the program first
    makes the share of the worst-off district as large as it can be, and then holds it.
    """

    district: pd.Series
    share: float | None = None

    def __post_init__(self) -> None:
        """Refuse a share that is not one."""
        if self.share is not None and not 0 <= self.share <= 1:
            raise InputError(f"FairShare: {self.share!r} is not a share from 0 to 1")

    @property
    def label(self) -> str:
        """Words for the result."""
        if self.share is None:
            return "the worst-off district's share of children placed is as large as it can be"
        return f"every district places at least {self.share:.1%} of its children"

    def districts(self, groups: pd.Series) -> Iterator[tuple[Hashable, pd.Index, int]]:
        """Yield each district, its groups and its children."""
        _check_known(self.district, groups.index, "FairShare: district", "group")
        for name, members in groups.groupby(self.district.reindex(groups.index), sort=True):
            if members.sum():
                yield name, members.index, int(members.sum())

    def rows(self, model: Model) -> Iterator[Row]:
        """Yield a row for each district: children without a place are at most what the share leaves."""
        from pulp import lpSum

        share = self.share or 0.0
        for name, members, children in self.districts(model.groups):
            placed = children - lpSum(model.unplaced[g] for g in members)
            says = f"{name} must place {share:.1%} of its {children:,} children"
            yield Row("fair_share", (name,), placed, is_least=True, limit=share * children, unit="children", says=says)

    def priced(self, unplaced_gbp: float | pd.Series, gbp: float, *districts: Hashable) -> pd.Series:
        """Return the price of a child without a place, `gbp` more in the districts named: keeps the flow. [GBP]"""
        unknown = [d for d in districts if d not in set(self.district)]
        if unknown:
            raise MissingError(
                f"FairShare: there is no district {one_of(unknown)}; known: {one_of(self.district.unique())}"
            )
        return self.district.isin(list(districts)) * gbp + unplaced_gbp


@dataclass(frozen=True, eq=False)
class PhaseBudget:
    """What a phase's places cost, over all of its routes, stays within its budget.

    `phase` gives each group's phase; `gbp` the budget by phase, those not named having none. [GBP]
    """

    phase: pd.Series
    gbp: Mapping[str, float]

    @property
    def label(self) -> str:
        """Words for the result."""
        return "placements cost at most " + ", ".join(f"GBP {v:,.0f} in {k}" for k, v in self.gbp.items())

    def rows(self, model: Model) -> Iterator[Row]:
        """Yield a row for each phase with a budget."""
        from pulp import lpSum

        phase = model.routes["group"].map(self.phase)
        for name, budget in self.gbp.items():
            own = model.routes[phase == name]
            spent = lpSum(cost * model.placed[r] for r, cost in own["cost_gbp"].items())
            says = f"placements of {name} must cost at most GBP {budget:,.0f}"
            yield Row("budget", (name,), spent, is_least=False, limit=float(budget), unit="GBP", says=says)

    def priced(self, routes: pd.DataFrame, share: float) -> pd.DataFrame:
        """Return the routes, those of a phase with a budget costing `share` more: keeps the flow."""
        dear = routes["group"].map(self.phase).isin(list(self.gbp))
        return routes.assign(cost_gbp=routes["cost_gbp"] * (1 + share * dear))


@dataclass(frozen=True, eq=False)
class CapOnMoves:
    """At most `most` children leave the setting where they are.

    `current` gives each group's setting today; groups without one are new, and no move of theirs counts. [children]
    """

    current: pd.Series
    most: int

    @property
    def label(self) -> str:
        """Words for the result."""
        return f"at most {self.most:,} children move from where they are"

    def is_move(self, routes: pd.DataFrame) -> pd.Series:
        """Return which routes lead away from where a group is."""
        now = routes["group"].map(self.current)
        return now.notna() & (now != routes["setting"])

    def rows(self, model: Model) -> Iterator[Row]:
        """Yield the one row: children on routes that lead away, and those who lose their place, are at most the cap."""
        from pulp import lpSum

        away = model.routes.index[self.is_move(model.routes)]
        lost = [g for g in model.groups.index if pd.notna(self.current.get(g))]
        moves = lpSum(model.placed[r] for r in away) + lpSum(model.unplaced[g] for g in lost)
        says = f"at most {self.most:,} children may move"
        yield Row("cap_on_moves", (), moves, is_least=False, limit=float(self.most), unit="children", says=says)

    def priced(self, routes: pd.DataFrame, gbp: float) -> pd.DataFrame:
        """Return the routes, each that is a move costing `gbp` more: keeps the flow. [GBP a child]"""
        return routes.assign(cost_gbp=routes["cost_gbp"] + gbp * self.is_move(routes))


@dataclass(frozen=True, eq=False)
class MinimumRoll:
    """A setting has at least its minimum of children, or (with `may_close`) none. `least`: children by setting."""

    least: pd.Series
    may_close: bool = True

    @property
    def label(self) -> str:
        """Words for the result."""
        return "rolls are at least their minimum" + (", or the setting closes" if self.may_close else "")

    def rows(self, model: Model) -> Iterator[Row]:
        """Yield a row for each setting, and where it may close a second: closed means nobody goes."""
        from pulp import lpSum

        _check_known(self.least, model.places.index, "MinimumRoll: least", "setting", all_needed=False)
        for setting, least in self.least.items():
            roll = lpSum(model.placed[r] for r in model.by_setting(setting))
            says = f"{setting} must have {least:,} children" + (" or none" if self.may_close else "")
            if not self.may_close:
                yield Row("roll", (setting,), roll, is_least=True, limit=float(least), unit="children", says=says)
                continue
            is_open = model.variable("open", setting, most=1)
            yield Row("roll", (setting,), roll - least * is_open, is_least=True, limit=0, unit="children", says=says)
            most = int(model.places[setting])
            yield Row("shut", (setting,), roll - most * is_open, is_least=False, limit=0, unit="children", says=says)

    def priced(self, routes: pd.DataFrame, gbp: float) -> pd.DataFrame:
        """Return the routes, each to a setting without a minimum costing `gbp` more: keeps the flow. [GBP a child]

        It fills the settings that have a minimum; to close one, leave its routes out.
        """
        elsewhere = ~routes["setting"].isin(self.least.index)
        return routes.assign(cost_gbp=routes["cost_gbp"] + gbp * elsewhere)


@dataclass(frozen=True, eq=False)
class ClassGroups:
    """Children are taught in classes of at most `size`, each of one class group; a setting has so many `rooms`.

    `class_group` says which groups may share a class: a phase, a need, or both as the school mixes them.
    """

    class_group: pd.Series
    size: int
    rooms: pd.Series

    @property
    def label(self) -> str:
        """Words for the result."""
        return f"classes of at most {self.size} are of one class group, in the rooms that there are"

    def rows(self, model: Model) -> Iterator[Row]:
        """Yield a row for each setting and class group, and one for each setting for its rooms."""
        from pulp import lpSum

        _check_known(self.class_group, model.groups.index, "ClassGroups: class_group", "group")
        kind = model.routes["group"].map(self.class_group)
        for setting, rooms in self.rooms.items():
            own = model.routes["setting"] == setting
            classes = []
            for name in sorted(kind[own].unique(), key=str):
                count = model.variable("classes", setting, name, most=int(rooms))
                classes.append(count)
                pupils = lpSum(model.placed[r] for r in model.routes.index[own & (kind == name)])
                says = f"{name} at {setting} must fit its classes of {self.size}"
                seats = pupils - self.size * count
                yield Row("seats", (setting, name), seats, is_least=False, limit=0, unit="children", says=says)
            says = f"{setting} has {int(rooms)} rooms"
            yield Row("rooms", (setting,), lpSum(classes), is_least=False, limit=float(rooms), unit="rooms", says=says)

    def priced(self, routes: pd.DataFrame, placements: pd.DataFrame, gbp: float) -> pd.DataFrame:
        """Return the routes, each child sharing the cost of the seats that their class leaves empty: keeps the flow.

        Slope scaling: classes are those of `placements`, an earlier solution, so that solving and pricing by turns
        gathers class groups. A class that nobody is in yet would leave all seats but one empty.

        Parameters
        ----------
        routes, placements
            As `solve` takes and gives them. [GBP, children]
        gbp
            What an empty seat costs. [GBP a year]

        References
        ----------
        Kim and Pardalos (1999), *A solution approach to the fixed charge network flow problem using a dynamic slope
        scaling procedure*, Operations Research Letters 24, 195-203.
        """
        taught = placements.groupby([placements["setting"], placements["group"].map(self.class_group)])[
            "children"
        ].sum()
        here = pd.MultiIndex.from_arrays([routes["setting"], routes["group"].map(self.class_group)])
        pupils = taught.reindex(here, fill_value=0).clip(lower=1).to_numpy()
        charge = gbp * (-pupils % self.size) / pupils
        has_rooms = routes["setting"].isin(self.rooms.index)
        return routes.assign(cost_gbp=routes["cost_gbp"] + charge * has_rooms)


def _check_known(series: pd.Series, known: pd.Index, what: str, label: str, *, all_needed: bool = True) -> None:
    unknown = series.index.difference(known)
    if len(unknown) and not all_needed:
        raise InputError(f"{what} names an unknown {label}: {one_of(unknown, 5)}; known: {one_of(known, 5)}")
    absent = known.difference(series.dropna().index)
    if len(absent) and all_needed:
        raise InputError(f"{what} says nothing of {label} {one_of(absent, 5)}")
