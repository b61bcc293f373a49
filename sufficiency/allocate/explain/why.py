"""Why: a setting full and children turned away; a child's place and the next best; which districts an option helps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.allocate.flow.min_cost_flow import least_cost_flow
from sufficiency.allocate.open.aims import IS_MONEY
from sufficiency.allocate.open.opened import Openings
from sufficiency.allocate.place.ledger import PHASE_OF_NCY, Floats, Ints
from sufficiency.allocate.place.parts_of_value import Worth
from sufficiency.allocate.place.placed import Placed
from sufficiency.allocate.place.routes import KIND_OF, KINDS, NEED_CODES, SECONDARY_FROM
from sufficiency.errors import MissingError, nearest, one_of
from sufficiency.frozen import frozen
from sufficiency.notebook import titled
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import NCY_LOW, PHASES
from sufficiency.words.vocabulary import NEED_GROUP_OF


@frozen
@dataclass(frozen=True, eq=False)
class WhyFull:
    """Who is at a setting, and who would be better off there but is not, in the expected demand."""

    setting: str
    name: str
    year: int
    places: int
    inside: pd.DataFrame  # district, need_group, phase, children
    turned_away: pd.DataFrame  # district, need_group, phase, instead, children, more_gbp
    value_of_a_place_gbp: float

    def __str__(self) -> str:
        """Return the reasons in words."""
        here = int(self.inside["children"].sum())
        if here < self.places:
            empty = self.places - here
            return (
                f"{self.name} is not full in {self.year}: {here:,} children in {self.places:,} places, {empty:,} empty"
            )
        words = f"{self.name} is full in {self.year}: {here:,} children in {self.places:,} places, " + _shares(
            self.inside
        )
        away = int(self.turned_away["children"].sum())
        if not away:
            return f"{words}; nobody would be better off there"
        is_away = self.turned_away["instead"].isin(DESTINATIONS)
        nowhere = int(self.turned_away.loc[is_away, "children"].sum())
        costs = float((self.turned_away["more_gbp"] * self.turned_away["children"])[~is_away].sum())
        return (
            f"{words}; {away:,} children whom it suits are elsewhere at GBP {costs:,.0f} a year more, or were turned "
            f"away from every suitable state place ({nowhere:,}): {_shares(self.turned_away)}; one more place would "
            f"{_saves(self.value_of_a_place_gbp)}"
        )

    def __repr__(self) -> str:
        """Return one line: the setting, the January, children and places."""
        here, away = int(self.inside["children"].sum()), int(self.turned_away["children"].sum())
        return f"<WhyFull {self.name}, January {self.year}: {here:,} children in {self.places:,} places, {away:,} better off there>"

    def _repr_html_(self) -> str:
        rows = self.turned_away if len(self.turned_away) else self.inside
        whom = "children who would be better off there" if len(self.turned_away) else "children who are there"
        return titled(f"{self.name}, January {self.year}: {whom}", rows, note=str(self))


def _saves(gbp: float) -> str:
    return f"save GBP {gbp:,.0f} a year" if gbp >= 0 else f"cost GBP {-gbp:,.0f} a year more than where they are"


def _shares(table: pd.DataFrame) -> str:
    most = table.groupby(["district", "need_group"])["children"].sum().sort_values(ascending=False).head(3)
    return "most of all " + ", ".join(
        f"{n:,} with {need.replace('_', ' ')} needs from {place}" for (place, need), n in most.items()
    )


def why_full(placed: Placed, setting: str, *, year: int) -> WhyFull:
    """Return why a setting is full, or that it is not, and who is turned away.

    A child is turned away if the setting suits them and would be at least a pound a year cheaper than where they are,
    journey, placement and time together, or if no suitable state place took them. `more_gbp` is the mean of what they cost
    beyond it; of those whom none took, in fees, packages and journeys.
    """
    routes, book = placed.routes, placed.expected
    at, t = _setting(placed, setting), _year(placed, year)
    now = book.year == t
    zone, ncy, need, kind = (getattr(book, c)[now].astype(np.int64) for c in ("zone", "ncy", "need", "kind"))
    where = book.setting[now].astype(np.int64)
    cost = _costs(placed, zone, ncy, kind)
    suits = routes.open_to(zone, ncy, need, kind, book.is_girl[now])[:, at]
    is_away = where >= len(routes.settings)
    more = cost[np.arange(len(where)), np.minimum(where, cost.shape[1] - 1)] - cost[:, at]
    paid = Worth.of(placed.area, routes, placed.expected_overflow).cash_of_turned_away(ncy, need)
    more = np.where(is_away, paid - (routes.placement_gbp + routes.journey_gbp)[zone, at], more)
    better = suits & (where != at) & (is_away | (more >= 1))
    frame = pd.DataFrame(
        {
            "district": routes.zones["district"].to_numpy()[zone],
            "need_group": np.array([NEED_GROUP_OF[n] for n in NEED_CODES])[need],
            "phase": np.array(list(PHASES))[PHASE_OF_NCY[ncy - NCY_LOW]],
            "instead": np.array([*routes.codes, *DESTINATIONS], dtype=object)[where],
            "more_gbp": more,
        }
    )
    by = ["district", "need_group", "phase"]
    inside = frame[where == at].groupby(by).size().reset_index(name="children")
    away = frame[better].groupby([*by, "instead"])["more_gbp"].agg(children="size", more_gbp="mean").reset_index()
    return WhyFull(
        setting=setting,
        name=str(routes.settings["name"].iloc[at]),
        year=year,
        places=int(placed.expected_places[t, at]),
        inside=inside,
        turned_away=away.sort_values("children", ascending=False, ignore_index=True),
        value_of_a_place_gbp=float(placed.expected_value_gbp[t, at]),
    )


def why_here(placed: Placed, *, year: int, zone: str, ncy: int, need: str, kind: str = "special") -> pd.DataFrame:
    """Return every setting for one group of children, the best first: what it costs, and what stands in the way.

    Returns
    -------
    DataFrame
        setting, name, cost_gbp (a year, journey and placement and time), km, minutes, places, free, children (of the
        group, there now), says: "here"; "has room" or "full", the cheapest other marked "next best"; or why it
        does not suit.
    """
    routes, book, t = placed.routes, placed.expected, _year(placed, year)
    z = _at(zone, routes.zones["zone"], "zone")
    n, k = _at(need, pd.Series(NEED_CODES), "need"), _at(kind, pd.Series(KINDS), "kind")
    one = (np.array([z]), np.array([ncy]), np.array([n]), np.array([k]))
    cost = _costs(placed, one[0], one[1], one[3])[0]
    open_to = routes.open_to(*one, np.array([False]))[0] | routes.open_to(*one, np.array([True]))[0]
    now = book.year == t
    taken = np.bincount(book.setting[now], minlength=len(cost))[: len(cost)]
    mine = now & (book.zone == z) & (book.ncy == ncy) & (book.need == n) & (book.kind == k)
    here = np.bincount(book.setting[mine], minlength=len(cost))[: len(cost)]
    table = pd.DataFrame(
        {
            "setting": routes.codes,
            "name": routes.settings["name"],
            "cost_gbp": np.round(cost, 2),
            "km": routes.km[z],
            "minutes": routes.minutes[z],
            "places": placed.expected_places[t],
            "free": np.maximum(placed.expected_places[t] - taken, 0),
            "children": here,
        }
    )
    table["says"] = [_obstacle(placed, j, one) if not open_to[j] else "" for j in range(len(cost))]
    table["is_open"] = open_to
    table = table.sort_values(["is_open", "cost_gbp"], ascending=[False, True], ignore_index=True)
    other = table["is_open"] & (table["children"] == 0)
    table.loc[other, "says"] = np.where(table.loc[other, "free"] > 0, "has room", "full")
    following = other & (other.cumsum() == 1)
    table.loc[following, "says"] = "next best, " + table.loc[following, "says"]
    table.loc[table["children"] > 0, "says"] = "here"
    return table.drop(columns="is_open")


def _obstacle(placed: Placed, j: int, one: tuple[Ints, Ints, Ints, Ints]) -> str:
    routes, row = placed.routes, placed.routes.settings.iloc[j]
    (zone,), (ncy,), (need,), (kind,) = one
    if not routes.admits_age[ncy - NCY_LOW, j]:
        return f"takes NCY {row['ncy_low']} to {row['ncy_high']}"
    if not routes.suits[:, need, ncy - NCY_LOW, j].any():
        return f"its designations ({row['needs']}) do not suit {NEED_CODES[need]}"
    if not routes.suits[kind, need, ncy - NCY_LOW, j]:
        return f"is a {KIND_OF[row['setting_type']]} place, and the child needs a {KINDS[kind]} one"
    if not routes.is_near[int(ncy >= SECONDARY_FROM), zone, j]:
        return f"is {routes.minutes[zone, j]:.0f} minutes away, beyond the longest journey allowed"
    return "does not admit the child's sex"


def who_gains(openings: Openings, option: str) -> pd.DataFrame:
    """Return which districts an option helps, over years and draws on average, as the openings are with and without it.

    Where the option was not chosen, it is tried with one block as early as it can open.

    Returns
    -------
    DataFrame
        district, at_option (children placed there), placed_more (children who would be turned away without it),
        saves_gbp: what the district's children cost less in fees, packages, journeys and the stated value of minutes,
        below 0 where they cost more. All a year. [children, GBP a year]
    """
    names = list(openings.options.table["option"])
    if option not in names:
        raise MissingError(f"there is no option '{option}'{nearest(option, names)}; known: {one_of(names)}")
    o, problem = names.index(option), openings.problem
    without, having = openings.plan.copy(), openings.plan.copy()
    without[:, o] = 0
    if not having[:, o].any():
        having[int(problem.first[o]) :, o] = 1
    before, after = _by_group(openings, without, -1), _by_group(openings, having, o)
    frame = pd.DataFrame(
        {
            "district": openings.demand.groups["district"],
            "at_option": after[2],
            "placed_more": np.round(before[1] - after[1], 6),
            "saves_gbp": before[0] - after[0],
        }
    )
    by_district = frame.groupby("district").sum().round({"saves_gbp": 2})
    return by_district.sort_values("saves_gbp", ascending=False).reset_index()


def _by_group(openings: Openings, plan: Ints, option: int) -> tuple[Floats, Floats, Floats]:
    """Return by group, on average a year: cost, children turned away, children at the option's own places."""
    problem = openings.problem
    years, draws, groups = problem.demand.shape
    cost, out, there = np.zeros(groups), np.zeros(groups), np.zeros(groups)
    for t in range(years):
        row = problem.row_of(option) if option >= 0 and plan[t, option] else -1
        rows = problem.row_parts(plan[t])
        for d in range(draws):
            flow = problem.flow_problem(t, d, plan[t])
            placed, unplaced = least_cost_flow(flow)
            weight = problem.weight[d] / years
            cost += weight * (problem.made_of(d, rows, flow, placed, unplaced) @ IS_MONEY)
            out += weight * unplaced
            there += weight * np.bincount(flow.group, placed * (flow.setting == row), groups)
    return cost, out, there


def _costs(placed: Placed, zone: Ints, ncy: Ints, kind: Ints) -> Floats:
    """Return child x setting: what a year there costs, suitable or not. [GBP a year]"""
    age = (ncy >= SECONDARY_FROM).astype(np.int64)
    return np.asarray(placed.routes.cost_gbp[age, zone] + placed.routes.substitute_gbp[kind])


def _setting(placed: Placed, setting: str) -> int:
    codes = placed.routes.codes
    if setting not in codes:
        raise MissingError(f"there is no specialist setting '{setting}'{nearest(setting, codes)}; see settings.csv")
    return int(codes.get_loc(setting))


def _year(placed: Placed, year: int) -> int:
    if year not in placed.years:
        raise MissingError(f"children were not placed in January {year}: {placed.years[0]} to {placed.years[-1]} were")
    return placed.years.index(year)


def _at(label: str, known: pd.Series, what: str) -> int:
    found = np.flatnonzero(known == label)
    if not len(found):
        raise MissingError(f"there is no {what} '{label}'{nearest(label, known)}")
    return int(found[0])
