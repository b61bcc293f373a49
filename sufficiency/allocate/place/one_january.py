"""One January of one draw: who stays, who needs a place, and the cheapest way to place them.

Children stay where they are unless their setting no longer takes their age or has places cut, or unless they may move:
never, at a change of phase, also where places open, or every year, as `allocate.who_may_move` says. A move must save
more, over all children, than the price of one, and never leaves the child who moves without a place. As many children have a
suitable place as can have one, whatever that costs (`flow.place_first`); of all ways to do so it is the cheapest. A setting that is
over-full keeps its children and takes none until it has room, except at the price of over-filling where the area allows
any (`allocate.overfill_share`). A child turned away from every suitable setting is somewhere all the same: where the shares
of `overflow` say, and there until a place is free or their phase changes. They are placed first next year, by price.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import numpy.typing as npt

from sufficiency.allocate.flow import min_cost_flow, place_first
from sufficiency.allocate.flow.min_cost_flow import Dearer, Flow, Guess, Problem
from sufficiency.allocate.overflow import supply
from sufficiency.allocate.overflow.sampled import Sampled
from sufficiency.allocate.overflow.split import NOWHERE, split
from sufficiency.allocate.place import one_more
from sufficiency.allocate.place.children import NEW, Children
from sufficiency.allocate.place.liking import WIDEST, misfit, uniform
from sufficiency.allocate.place.one_more import MadeOf
from sufficiency.allocate.place.parts_of_value import Worth
from sufficiency.allocate.place.routes import SECONDARY_FROM, RouteMap
from sufficiency.allocate.place.seats import Seats, seats_of
from sufficiency.area.area import Area
from sufficiency.whole_units import Units
from sufficiency.words.school_year import NCY_LOW, PHASES

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

# Times the weight of having no place: nobody loses a place so that another child may have it. No assumption: 1.5 and 10
# times place every child of the golden run alike.
DISPLACED: Final = 3
# So fine that no two ways to place the children cost alike: the cheapest is one, whichever way it is found.
UNITS: Final = Units(1_000_000)
# How far last January's values of places may be out, which saves time and changes nothing: routes left out are priced.
OUT_BY_GBP: Final = (15_000, 1_000)
AT_CHANGE_OF_PHASE, WHERE_PLACES_OPEN, EVERY_YEAR = 1, 2, 3  # values of allocate.who_may_move
PHASE_STARTS: Final = tuple(low for low, _ in PHASES.values())[1:]


@dataclass(frozen=True)
class Prices:
    """What is not paid but preferred, and who may move; all from `allocate.*`. [GBP a year]"""

    even_handed: float
    fit_gbp: float
    waiting_gbp: float
    waiting_most_years: float  # [years]
    lot_gbp: float
    move_gbp: float
    overfill_gbp: float
    overfill_share: float
    who_may_move: int

    @classmethod
    def of(cls, area: Area) -> Prices:
        """Return those of an area."""
        amounts = {f.name: area.value(f"allocate.{f.name}") for f in fields(cls) if f.name != "who_may_move"}
        return cls(**amounts, who_may_move=int(area.value("allocate.who_may_move")))


@dataclass(frozen=True, eq=False)
class Elsewhere:
    """Where those who are turned away may be, and what that is made of."""

    overflow: Sampled
    limit: Floats  # by destination, the most children it takes [children]
    worth: Worth


@dataclass(frozen=True, eq=False)
class January:
    """Children placed, and what one more place would have saved."""

    children: Children
    saves: Floats  # setting x part (parts_of_value.PARTS): what one more place would save
    gap_gbp: float  # cost less the bound that the values prove; 0 proves that no placing is cheaper [GBP a year]
    value: Ints  # by seat of a setting, what one more would save with all that is preferred, not paid [UNITS]


def place(
    children: Children,
    found: RouteMap,
    places: Ints,
    places_before: Ints,
    prices: Prices,
    elsewhere: Elsewhere,
    rng: np.random.Generator,
    *,
    is_fitted: bool = True,
    before: January | None = None,
) -> January:
    """Return the children with a setting each at the least cost, or with a destination where they are turned away.

    Parameters
    ----------
    children
        With the setting that they were at last January, `NEW`, or the destination where they were after being turned away.
    found
        Routes.
    places, places_before
        By setting, this January and last. [places]
    prices
        Of moving, waiting, and being turned away: preferences, not payments.
    elsewhere
        Where those turned away are.
    rng
        Of how well a setting fits a child, beyond what distance tells, and of where those turned away are.
    is_fitted
        Whether fit counts; without it, everyone is placed at least cost.
    before
        Last January, whose values of places are much like these: for speed, it changes nothing.
    """
    settings = len(found.settings)
    held = (children.setting != NEW) & (children.setting < settings)
    at = np.where(held, children.setting, 0)
    may_stay = held & found.admits_age[children.ncy - NCY_LOW, at]
    occupied = np.bincount(at[may_stay], minlength=settings)
    is_cut = (places < places_before) & (occupied > places)
    anywhere, to_opened = _may_move(children.ncy, prices.who_may_move)
    has_opened = places > places_before
    moves = may_stay & (anywhere | is_cut[at] | (to_opened & bool(has_opened.any())))
    pool = np.flatnonzero(~may_stay | moves)
    own = np.where(moves, at, NEW)[pool]
    some = children.take(pool)
    open_to = found.open_to(some.zone, some.ncy, some.need, some.kind, some.is_girl)
    open_to[(moves & ~anywhere & ~is_cut[at])[pool]] &= has_opened
    stays = np.bincount(at[may_stay & ~moves], minlength=settings)
    above = supply.above(places, prices.overfill_share, found.has_number)
    seats = seats_of(places, stays, np.bincount(own[own != NEW], minlength=settings), ~is_cut, above)
    salt = int(rng.integers(1 << 63)) if is_fitted else None
    has_places = places > 0
    problem, made_of = _problem(some, pool, own, open_to, found, seats, has_places, prices, elsewhere.worth, salt)
    guess = None if before is None else Guess(before.value, *(int(UNITS.whole(gbp)) for gbp in OUT_BY_GBP))
    flow = min_cost_flow.allocate(problem, guess=guess)
    setting = children.setting.copy()
    setting[pool] = _chosen(problem, flow, settings)
    setting = _somewhere(children, setting, settings, elsewhere, rng)
    waited = np.where(setting >= settings, children.waited + 1, 0)
    placed = children.take(slice(None), setting=setting, waited=waited)
    saves = one_more.saves(problem, flow, made_of, seats, stays > places)
    return January(placed, saves, UNITS.gbp(flow.objective - flow.bound), flow.value)


def _may_move(ncy: Ints, who: int) -> tuple[Bools, Bools]:
    """Return who may move anywhere, and who only to places that have opened."""
    changes_phase = np.isin(ncy, PHASE_STARTS)
    anywhere = (changes_phase & (who >= AT_CHANGE_OF_PHASE)) | (who >= EVERY_YEAR)
    return anywhere, ~anywhere & (who == WHERE_PLACES_OPEN)


def _somewhere(
    children: Children, setting: Ints, settings: int, elsewhere: Elsewhere, rng: np.random.Generator
) -> Ints:
    """Return settings, with a destination, counted from `settings` on, for each child who was turned away."""
    away = np.flatnonzero(setting == settings)
    was_away = (children.setting[away] >= settings) & ~np.isin(children.ncy[away], PHASE_STARTS)
    before = np.where(was_away, children.setting[away] - settings, NOWHERE)
    found = setting.copy()
    start = float(rng.random())
    found[away] += split(children.ncy[away], children.need[away], before, elsewhere.overflow, elsewhere.limit, start)
    return found


def _chosen(problem: Problem, flow: Flow, settings: int) -> Ints:
    """Return the setting of each child; `settings` where they are turned away."""
    chosen = np.full(len(problem.children), settings)
    used = flow.children > 0
    chosen[problem.group[used]] = problem.setting[used] % settings
    return chosen


def _problem(
    children: Children,
    number: Ints,
    own: Ints,
    open_to: Bools,
    found: RouteMap,
    seats: Seats,
    has_places: Bools,
    prices: Prices,
    worth: Worth,
    salt: int | None,
) -> tuple[Problem, MadeOf]:
    """Return the children's allocation as a flow, and what its routes and turnings away are made of.

    `number` is the child's among all, `own` where a child may stay, or NEW. `salt` is None where fit doesn't count. Each kind of seat of a setting is a node: shared, kept, extra.
    """
    settings, stayers = len(seats.shared), np.flatnonzero(own != NEW)
    open_to[stayers, own[stayers]] = True
    routes = np.flatnonzero(open_to)  # each child's, in the order of the children
    first = np.searchsorted(routes, np.arange(len(children) + 1) * settings)
    who = np.repeat(np.arange(len(children)), np.diff(first))
    where = routes - who * settings
    stays = np.searchsorted(
        routes, stayers * settings + own[stayers]
    )  # the route of each who may stay, to where they are
    age = (children.ncy >= SECONDARY_FROM).astype(np.int64)
    cost = (found.cost_gbp[age, children.zone] + found.substitute_gbp[children.kind]).ravel()[routes]
    moving = np.zeros(len(children))
    moving[stayers] = prices.move_gbp
    preferred = np.repeat(moving, np.diff(first))
    if salt is not None and prices.fit_gbp > 0:
        preferred += misfit(who, number[who], found.keys[where], has_places[where], prices.fit_gbp, salt)
    preferred[stays] = 0.0
    cost += preferred
    kept = stays[seats.kept[own[stayers]] > 0]
    extra = np.flatnonzero(seats.takes_above[where])
    left = place_first.held(_weight(found, prices), UNITS, nodes=len(children) + 3 * settings, times=DISPLACED + 1)
    unplaced = left + prices.waiting_gbp * np.minimum(children.waited, prices.waiting_most_years)
    unplaced = unplaced + prices.even_handed * _dearness(
        who,
        np.where(has_places[where], cost, np.inf),
        len(children),
        float(found.cost_gbp[..., has_places].min(initial=np.inf)),
    )
    if salt is not None:
        unplaced = unplaced + prices.lot_gbp * uniform(number, np.zeros(len(number), dtype=np.uint64), salt)
    unplaced[stayers] = DISPLACED * left
    whole, more = UNITS.whole(cost), int(UNITS.whole(prices.overfill_gbp))
    problem = Problem(
        children=np.ones(len(children), dtype=np.int64),
        places=np.concatenate([seats.shared, seats.kept, seats.extra]),
        group=np.concatenate([who, who[kept], who[extra]]),
        setting=np.concatenate([where, where[kept] + settings, where[extra] + 2 * settings]),
        cost=np.concatenate([whole, whole[kept], whole[extra] + more]),
        unplaced_cost=UNITS.whole(unplaced),
        dearer=Dearer(extra, len(who) + len(kept) + np.arange(len(extra)), more),
    )
    return problem, MadeOf(worth, found, children.zone, problem, worth.of_turned_away(children))


def _weight(found: RouteMap, prices: Prices) -> float:
    """Return what having no place must weigh, so that a place comes before everything that is paid or preferred. [GBP a year]"""
    dearest = float(found.cost_gbp.max()) + float(found.substitute_gbp.max())
    preferred = prices.move_gbp + prices.overfill_gbp + prices.fit_gbp * WIDEST
    return place_first.weight(dearest + preferred, len(found.settings))


def _dearness(who: Ints, cost: Floats, children: int, least: float) -> Floats:
    """Return how much more each child's cheapest route costs than `least`, the area's; 0 where there is none.

    `who` is in order; a route to no place costs without end. [GBP a year]
    """
    best = np.full(children, least)
    if len(who):
        first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
        best[who[first]] = np.minimum.reduceat(cost, first)
    return np.where(np.isfinite(best), best - least, 0.0) if np.isfinite(least) else np.zeros(children)
