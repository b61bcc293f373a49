"""`openings`: which places to open, where and when, decided once for many futures at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.open.aims import aim_of
from sufficiency.allocate.open.demand import GroupDemand, away_parts, grouped, rows_of
from sufficiency.allocate.open.futures import Floats, Ints, OpeningProblem
from sufficiency.allocate.open.opened import Openings
from sufficiency.allocate.open.opening_plan import searched, taken
from sufficiency.allocate.open.options import NEW, Options, read_options, running_gbp
from sufficiency.allocate.overflow import sampled as overflow
from sufficiency.allocate.overflow import supply
from sufficiency.allocate.place.children import Demand, demand_of
from sufficiency.allocate.place.one_future import places_there
from sufficiency.allocate.place.places import roll_today, room
from sufficiency.allocate.place.routes import RouteMap, route_map
from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.loans import yearly_payment
from sufficiency.scenarios import pipeline
from sufficiency.tables import PlansResult
from sufficiency.words import run_options

CHANGED: Final = ("close", "designate")  # kinds of option that change a setting's own places
RISKS: Final = ("mean", "cvar")


def openings(
    area: Area,
    plans: PlansResult,
    options: pd.DataFrame,
    *,
    budget_gbp: float | None = None,
    budget_by_year: Mapping[int, float] | None = None,
    most: int | None = None,
    travel: pd.DataFrame | None = None,
    draws: int = 20,
    aim: str = "cash",
    risk: str = "mean",
    tail: float = 0.1,
    seconds: float = 60,
    gap: float = 0.001,
    seed: int = 7,
) -> Openings:
    """Return which options to open and when, over many draws at once.

    Children are placed afresh each year in groups (district, need group, phase, kind of place), as if all could move:
    what openings are worth in the long run. They are placed as `places` does, a suitable place before anything is saved,
    and those turned away are where that draw's overflow has them. What that comes to is cash, in prices of the base year:
    fees, packages (top-up, support, tuition), journeys and the stated value of minutes, beside the yearly cost of places,
    setting up, and capital repaid in equal payments (`funding.interest_rate` over `funding.appraisal_years`).
    `.scenario()` gives levers, so that `run` tests them child by child.

    Parameters
    ----------
    area, plans
        Settings, places, routes and prices; and the forecast. [children]
    options
        As `tables.OPTIONS`. [places, GBP]
    budget_gbp, budget_by_year
        The most capital in all; and by calendar year of spending, a year not named having none. [GBP]
    most
        At most so many options are begun.
    travel
        As `tables.TRAVEL`; by default the area's own, else straight lines.
    draws
        How many of the forecast's draws to plan for, chosen as `places` chooses them.
    aim
        "cash", the default: nothing opens that costs more than it saves, and today most state places do, since they
        bring children out of mainstream schools. "children": fewest turned away from every suitable state place, within
        the budget. "minutes": least time on the way. Of plans that do as well, the cheapest. Every answer says what it
        costs or saves.
    risk, tail
        "mean": as expected; "cvar": the mean of the worst `tail` of draws.
    seconds, gap
        When to stop: about so long in all, or once proved within this share of the best. [seconds] A clock stops elsewhere
        on another machine; with 0 nothing is searched: blocks are taken one by one, the one that does most for its capital
        first, until the limits are reached, which is the same everywhere and proves nothing.
    seed
        Of when agreed places open in each draw, as in `places`.

    Raises
    ------
    InputError, MissingError
        For options, limits or an area that can't be used.
    """
    chosen_for = aim_of(aim)
    _check_limits(budget_gbp, budget_by_year, most, risk, tail)
    run_options.draws(draws)
    run_options.seed(seed)
    run_options.seconds(seconds)
    run_options.gap(gap)
    read = read_options(area, options)
    found = route_map(read.area, travel=travel)
    demand = demand_of(
        plans, found.zones, area.authorities, draws=draws, girls_share=area.value("allocate.girls_share")
    )
    groups = grouped(demand, found.zones)
    years = demand.years[1:]
    if not years:
        raise InputError("the forecast ends in its base year, so nothing can open; forecast further")
    opened = pipeline.drawn(read.area, demand.draws, seed=seed)
    places = _places(read, found, demand, opened, seed)
    known = overflow.ranges(read.area)
    away = [
        away_parts(read.area, groups, found, overflow.sampled(known, seed=seed, draw=label)) for label in demand.draws
    ]
    problem = _problem(read, groups, found, places[1:], years, np.stack(away))
    spend_year, yearly = _yearly(read, years, budget_by_year)
    problem = replace(
        problem,
        aim=chosen_for,
        budget=budget_gbp,
        most=most,
        tail=tail if risk == "cvar" else None,
        spend_year=spend_year,
        yearly=yearly,
    )
    choose = searched if seconds else taken
    return choose(read, groups, problem, years, demand.draws, risk, seconds=seconds, gap=gap)


def _places(read: Options, found: RouteMap, demand: Demand, opened: pipeline.Coming, seed: int) -> Ints:
    """Return year x draw x setting: places as `places` has them, and seats above the number except where options close.

    Places of options themselves are counted without any above their number.
    """
    rooms, roll = room(read.area, found, demand.years, opened), roll_today(read.area, found, demand, seed=seed)
    takes = [supply.sampled(read.area, seed=seed, draw=label) for label in demand.draws]
    changed = [at for at, kind in zip(read.at, read.table["kind"], strict=True) if kind in CHANGED]
    fills = found.has_number & ~found.codes.isin(changed)
    places = []
    for listed, bought, draw in zip(rooms, demand.market, takes, strict=True):
        there = places_there(found, demand.years_on, roll, listed, bought, draw)
        places.append(there + supply.above(there, draw.overfill_share, fills))
    return np.stack(places, axis=1)


def _check_limits(
    budget_gbp: float | None, by_year: Mapping[int, float] | None, most: int | None, risk: str, tail: float
) -> None:
    if risk not in RISKS:
        raise InputError(f"risk: {risk!r} is not one of mean, cvar")
    if not 0 < tail <= 1:
        raise InputError(f"tail: {tail!r} is not a share above 0, to 1")
    for name, amount in (
        ("budget_gbp", budget_gbp),
        *((f"budget_by_year, {y}", v) for y, v in (by_year or {}).items()),
    ):
        run_options.budget(amount, name)
    if most is not None:
        run_options.whole("most", most, least=0, such_as="3, or None for no limit")


def _problem(
    read: Options, groups: GroupDemand, found: RouteMap, places: Ints, years: tuple[int, ...], away: Floats
) -> OpeningProblem:
    """Return the problem without its limits; `places` is year x draw x site of `found`, stand-ins for options included.

    `away` is draw x group x part of those turned away.
    """
    table, stand_ins = read.table, {code for code in read.site if code not in set(read.at)}
    new = {row.setting for row in table.itertuples() if row.kind in NEW}
    place = {str(code): n for n, code in enumerate(found.codes)}
    whose = np.arange(len(place))  # a designation's stand-in has the journeys of its setting
    for site, at in zip(read.site, read.at, strict=True):
        whose[place[site]] = place[at]
    rows = rows_of(read.area, groups, found, whose)
    of_option = [place[s] for s in read.site]
    own = np.array([n for code, n in place.items() if code not in stand_ins | new])
    position = {int(n): j for j, n in enumerate(own)}
    changes = table["kind"].isin(CHANGED).to_numpy()
    of_setting = np.array([position[place[at]] if c else -1 for at, c in zip(read.at, changes, strict=True)])
    sign = np.where(table["kind"] == "close", -1, 1)
    block = table["places"].to_numpy() * sign * (table["kind"] != "designate").to_numpy()
    soonest = np.maximum(table["year"].to_numpy(), years[0] + table["set_up_years"].to_numpy())
    running = np.array([running_gbp(read.area, row) for row in table.itertuples()])
    blocks = np.where(table["kind"] == "designate", 1, table["blocks"].to_numpy())
    capital = table["places"].to_numpy() * table["capital_gbp_per_place"].to_numpy()
    lowest = places[:, :, own].min(axis=(0, 1))
    for o in np.flatnonzero(sign < 0):
        blocks[o] = min(int(blocks[o]), int(lowest[of_setting[o]] // max(int(table["places"][o]), 1)))
    return OpeningProblem(
        demand=groups.children[1:],
        weight=np.full(groups.children.shape[1], 1 / groups.children.shape[1]),
        places=places[:, :, own],
        setting_cost=rows.cost[own],
        option_cost=rows.cost[of_option],
        setting_parts=rows.parts[own],
        option_parts=rows.parts[of_option],
        unplaced=rows.unplaced,
        away_parts=away,
        of_setting=of_setting,
        block=block,
        blocks=blocks,
        first=np.minimum(soonest - years[0], len(years)),
        capital=np.tile(capital, (len(years), 1)),
        begin=table["capital_gbp"].fillna(0.0).to_numpy(),
        set_up=table["set_up_gbp"].fillna(0.0).to_numpy(dtype=np.float64),
        running=running * block,
        due=_yearly_share(read.area) * np.arange(len(years), 0, -1, dtype=np.float64),
    )


def _yearly_share(area: Area) -> float:
    """Return the share of capital that is repaid in a year, interest included."""
    rate, years = area.value("funding.interest_rate"), int(area.value("funding.appraisal_years"))
    return yearly_payment(1.0, rate=rate, years=years)


def _yearly(
    read: Options, years: tuple[int, ...], by_year: Mapping[int, float] | None
) -> tuple[Ints | None, Floats | None]:
    """Return which budget each opening's capital falls in, and the budgets; nothing where none are given."""
    if by_year is None:
        return None, None
    spent = np.array(years)[:, None] - read.table["set_up_years"].to_numpy()
    known = np.unique(spent)
    return np.searchsorted(known, spent), np.array([float(by_year.get(int(y), 0.0)) for y in known])
