"""The laws of placing over thousands of random areas: `python -m benchmarks.laws [AREAS] [FIRST SEED]`.

Each seed makes a small area (`tests.allocate.any_area`) and one January of random children in it. Counted: how often each
law could be asked, and the seeds that break it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from sufficiency import funding, transport
from sufficiency.allocate.overflow import sampled
from sufficiency.allocate.overflow.sampled import AGE_OF_NCY, Sampled
from sufficiency.allocate.place import one_january
from sufficiency.allocate.place.children import NEW, Children
from sufficiency.allocate.place.parts_of_value import PARTS, Worth
from sufficiency.allocate.place.placed import Placed
from sufficiency.allocate.place.places import places
from sufficiency.allocate.place.routes import NEED_CODES, SECONDARY_FROM, RouteMap, route_map
from sufficiency.area.area import Area
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import NCY_LOW, NCYS, PHASES, academic_weights
from sufficiency.words.vocabulary import SPECIALIST
from tests.allocate.any_area import any_area
from tests.allocate.forecasts import HandMade

DRAWS = 2
EVERY = 10  # areas: one in so many is also carried and paid for, which takes most of the time
UNPAID = ("fit_gbp", "move_gbp", "overfill_gbp", "waiting_gbp", "even_handed", "overfill_share")
ALL_MAY_MOVE = 3
Law = tuple[str, bool]


def through_time(placed: Placed, plans: HandMade) -> Iterator[Law]:
    """Yield laws of a run of several Januaries."""
    kinds = [t for t in SPECIALIST if t in plans.plans.indexes["setting_type"]]
    wanted = plans.plans.sel(setting_type=kinds).sum(["setting_type", "ncy"]).sel(draw=placed.attending["draw"])
    yield (
        "destinations and settings sum to need in every draw",
        not abs(placed.attending.sum(["phase", "setting"]) - wanted).any(),
    )
    book, settings = placed.drawn, len(placed.routes.settings)
    yield (
        "every child is in exactly one place in every draw and January",
        len(book.zone) == int(wanted.sum()) and bool((book.setting < settings + len(DESTINATIONS)).all()),
    )
    yield "the allocation is proved the cheapest", placed.certificate_gap_gbp == 0
    saves = placed.saves[..., PARTS.index("turned_away")]
    yield "one more place lets in nobody or one", bool(np.isin(saves, (0, 1)).all())


def read_alike(area: Area, placed: Placed, plans: HandMade) -> Iterator[Law]:
    """Yield laws of the parts that read one placement: transport and High Needs count the same children."""
    if not placed.placements["setting"].isin(placed.routes.codes).any():
        return  # transport says that there is no journey to price
    journeys, budget = transport.journeys(area, placed), funding.high_needs(area, plans, placed)
    there = placed.attending.sum(["need", "phase"])
    aboard = journeys.runs["children"].sum("mode")
    listed = [setting for setting in there["setting"].values if setting in aboard["setting"].values]
    gone = there.drop_sel(setting=listed)
    yield (
        "riders of every draw are among the children at each setting and destination",
        not gone.any() and bool((aboard.sel(setting=listed) <= there.sel(setting=listed) + 1e-9).all()),
    )
    rows = pd.concat([journeys.riders, journeys.turned_away]).groupby("year")["children"].sum()
    yield "transport's children are those placed", rows.equals(placed.placements.groupby("year")["children"].sum())
    held = plans.plans.sel(draw=placed.attending["draw"]).sum(["need", "setting_type"])
    paid = budget.children.sum(["need", "phase", "stream"])
    post_16 = held["ncy"] >= PHASES["post_16"][0]
    both = ((held.where(~post_16, 0).sum("ncy"), False), (held.where(post_16, 0).sum("ncy"), True))
    for year in (int(y) for y in paid["financial_year"].values):
        due = sum(
            weight * count.sel(year=january, drop=True)
            for count, is_post_16 in both
            for january, weight in academic_weights(year, post_16=is_post_16).items()
        )
        yield (
            "High Needs' children are all plans of each draw, by academic year",
            bool(np.allclose((paid.sel(financial_year=year, drop=True) - due).to_numpy(), 0.0, atol=1e-6)),
        )


class January:
    """Random children of one area, placed in one January with as many places as asked."""

    def __init__(
        self, found: RouteMap, worth: Worth, overflow: Sampled, prices: one_january.Prices, rng: np.random.Generator
    ) -> None:
        """Draw the children, their schools so far and the places."""
        self.found, self.worth, self.overflow, self.prices = found, worth, overflow, prices
        self.settings = len(self.found.settings)
        count = int(rng.integers(1, 26))
        ncy = rng.integers(NCY_LOW, NCYS[-1] + 1, count)
        at = rng.integers(0, self.settings + len(DESTINATIONS), count)
        self.children = Children(
            zone=rng.integers(0, len(self.found.zones), count),
            ncy=ncy,
            need=rng.integers(0, len(NEED_CODES), count),
            kind=rng.integers(0, 2, count),
            is_girl=rng.random(count) < 0.3,
            setting=np.where(rng.random(count) < 0.5, NEW, at),
            waited=rng.integers(0, 4, count) * (at >= self.settings),
        )
        self.room = rng.integers(0, 7, self.settings)

    def placed(self, room: np.ndarray) -> one_january.January:
        """Return them placed; the same chance whatever the room."""
        elsewhere = one_january.Elsewhere(self.overflow, np.full(len(DESTINATIONS), np.inf), self.worth)
        chance = np.random.default_rng(1)
        return one_january.place(self.children, self.found, room, room, self.prices, elsewhere, chance)

    def takes_above(self, setting: int, more: int) -> int:
        """Return how many a setting takes above its number, with so many places more."""
        share = self.prices.overfill_share * self.found.has_number[setting]
        return int(np.floor(share * (self.room[setting] + more) + 1e-9))

    def parts(self, setting: np.ndarray) -> np.ndarray:
        """Return the total of each part."""
        is_away, at = setting >= self.settings, np.minimum(setting, self.settings - 1)
        there = self.worth.of_routes(self.found, self.children.zone, at)
        return np.asarray(
            np.where(is_away[:, None], self.worth.of_turned_away(self.children), there).sum(axis=0), dtype=np.float64
        )

    def costs(self) -> np.ndarray:
        """Return what each setting costs each child by the rule of placing, preferences set aside."""
        age = (self.children.ncy >= SECONDARY_FROM).astype(np.int64)
        return np.asarray(self.found.cost_gbp[age, self.children.zone] + self.found.substitute_gbp[self.children.kind])


def one_more(january: January) -> Iterator[Law]:
    """Yield the laws of one more place, each setting in turn, and of where those turned away are."""
    now, settings = january.placed(january.room), january.settings
    where, children = now.children.setting, january.children
    away = np.flatnonzero(where >= settings)
    share = january.overflow.share[
        AGE_OF_NCY[children.ncy[away] - NCY_LOW], children.need[away], where[away] - settings
    ]
    yield "those turned away are where children of their age can be", bool((share > 0).all())
    before = january.parts(where)
    for setting in np.flatnonzero(january.room > 0):
        room = january.room + (np.arange(settings) == setting)
        again = january.placed(room)
        after = january.parts(again.children.setting)
        if january.takes_above(setting, 1) != january.takes_above(setting, 0):
            yield "where it lets in one more above the number too, two at most", 0 <= fewer(now, again, settings) <= 2
            continue
        yield (
            "the value of a place is what placing again with one more saves, part by part",
            bool(np.allclose(now.saves[setting], before - after, atol=1e-6)),
        )
        yield "one more place turns nobody more away", bool((again.children.setting >= settings).sum() <= len(away))


def fewer(now: one_january.January, then: one_january.January, settings: int) -> int:
    """Return how many fewer are turned away."""
    return int((now.children.setting >= settings).sum()) - int((then.children.setting >= settings).sum())


def unpaid_aside(january: January) -> Iterator[Law]:
    """Yield the laws of cost and of places left empty, where nothing but cost is preferred."""
    now, settings = january.placed(january.room), january.settings
    where, cost = now.children.setting, january.costs()
    yield (
        "no place that some chain of moves could fill is left empty beside a child turned away",
        not wasted(january, where),
    )
    is_away = where >= settings
    total = cost[np.flatnonzero(~is_away), where[~is_away]].sum()
    for setting in np.flatnonzero((january.room > 0) & january.found.has_number):
        then = january.placed(january.room + (np.arange(settings) == setting)).children.setting
        still = then >= settings
        if still.sum() == is_away.sum():
            costs = cost[np.flatnonzero(~still), then[~still]].sum()
            yield (
                "one more state place that lets nobody in never raises cost",
                bool(costs <= total + 10 * len(where) + 1e-6),
            )
        else:
            yield (
                "one more state place lets one child in where it turns fewer away",
                bool(still.sum() == is_away.sum() - 1),
            )


def wasted(january: January, where: np.ndarray) -> bool:
    """Return whether a chain of moves leads from a child turned away to a place left empty (all may move each year)."""
    c, settings = january.children, january.settings
    open_to = january.found.open_to(c.zone, c.ncy, c.need, c.kind, c.is_girl) & (january.room > 0)
    roll = np.bincount(where[where < settings], minlength=settings)
    reached = open_to[where >= settings].any(axis=0) if (where >= settings).any() else np.zeros(settings, dtype=bool)
    while True:
        if (reached & (roll < january.room)).any():
            return True
        full = np.flatnonzero(reached & (roll == january.room))
        further = reached | open_to[np.isin(where, full)].any(axis=0)
        if (further == reached).all():
            return False
        reached = further


def opened(january: January) -> Iterator[Law]:
    """Yield what a place opened for those turned away does: what it saves is the child's fee and package, less its own."""
    now, settings = january.placed(january.room), january.settings
    away = now.children.setting >= settings
    c = january.children
    open_to = january.found.open_to(c.zone, c.ncy, c.need, c.kind, c.is_girl)[away] & january.found.has_number
    roll = np.bincount(now.children.setting, minlength=settings)[:settings]
    for setting in np.flatnonzero((january.room > 0) & open_to.any(axis=0)):
        saves = dict(zip(PARTS, now.saves[setting], strict=True))
        if roll[setting] > january.room[setting]:
            yield "a place opened at a school above its number is for a child already there", saves["turned_away"] == 0
        else:
            yield "a place opened beside a suitable child turned away lets one in", saves["turned_away"] == 1


def laws(seed: int) -> Iterator[Law]:
    """Yield every law that the area of a seed can be asked for, and whether it holds."""
    area, plans = any_area(seed)
    placed = places(area, plans, draws=DRAWS, workers=1)
    yield from through_time(placed, plans)
    if seed % EVERY == 0:
        yield from read_alike(area, placed, plans)
    found, overflow = route_map(area), sampled.expected(sampled.ranges(area))
    worth, prices, rng = Worth.of(area, found, overflow), one_january.Prices.of(area), np.random.default_rng(seed)
    yield from one_more(January(found, worth, overflow, prices, rng))
    cost_alone = replace(prices, who_may_move=ALL_MAY_MOVE, **dict.fromkeys(UNPAID, 0.0))
    plain = January(found, worth, overflow, cost_alone, rng)
    yield from unpaid_aside(plain)
    yield from opened(plain)


def main(areas: int = 2_000, first: int = 0) -> None:
    """Print how often each law was asked, how often it broke, and the first seeds that broke it."""
    asked: Counter[str] = Counter()
    broken: dict[str, list[int]] = {}
    for seed in range(first, first + areas):
        for law, holds in laws(seed):
            asked[law] += 1
            if not holds:
                broken.setdefault(law, []).append(seed)
    for law, times in asked.items():
        print(f"{times:8,} {len(broken.get(law, [])):6,} broken  {law}  {sorted(set(broken.get(law, [])))[:8] or ''}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
