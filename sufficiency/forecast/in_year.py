"""The year in progress: what next January looks like, given a council's own months so far.

    next January = stock + new plans so far + new plans expected of the other months
                 - ceased so far - those expected of the other months, + moves in and late corrections

Where ceased plans aren't known, plans end net of everything else at England's rate. The other months go on at a pace
between the authority's own so far and the one that its growth forecast implies, each weighed by how sure it is: nothing
is known in January but the forecast, and by December nothing counts but the authority's own count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.area.area import Area
from sufficiency.errors import MissingError
from sufficiency.forecast import base_year_plans, england
from sufficiency.forecast.base_year_plans import History
from sufficiency.forecast.growth import growth
from sufficiency.forecast.rates.rates import Floats
from sufficiency.forecast.taken import taken
from sufficiency.words import run_options

MONTHS: Final = 12
LEAST: Final = 1e-9  # spread of draws that are all alike, as one draw is
COUNTS: Final = ("requests", "refused", "new_plans", "ceased", "moved_in")


@dataclass(frozen=True)
class InYearRates:
    """What the year in progress takes of an area's assumptions; each is told in assumptions/forecast.toml."""

    in_year_month_error: float  # of a month's new plans [ratio]
    in_year_pace_drift: float  # between the months so far and those to come [ratio]
    in_year_requests_weight: float
    in_year_error: float  # where ceased plans are not known [log ratio]
    in_year_error_with_ceased: float  # where they are [log ratio]
    in_year_england_years: float  # [years]

    @classmethod
    def of(cls, area: Area) -> InYearRates:
        """Return those of an area."""
        return taken(cls, area)


@dataclass(frozen=True)
class Months:
    """One authority's year so far: how many months, and what happened in them; NaN where not known. [children]"""

    count: int
    requests: float
    refused: float
    new_plans: float
    ceased: float
    moved_in: float


@dataclass(frozen=True)
class England:
    """England's rates, each a share of plans in the January that a year begins with, over the last years known."""

    ending: float  # plans that end, less all that no new plan explains
    ceased: float
    moved: float  # moved to another authority
    unexplained: float  # what new and ceased plans leave unexplained: moves in, late corrections

    @classmethod
    def of(cls, base: int, years: int) -> England:
        """Return the mean of so many years to January `base`, or to the last known."""
        totals, ceased = england.totals(), england.table("ceased")
        new = england.table("long").set_index("year")["new_plans_in_year"]
        last = min(base, int(totals.index.max()))
        whole = ceased[(ceased["by"] == "all")]
        every, moved = (
            whole[whole["reason"] == r].set_index("year")["children"] for r in ("", "moved to another authority")
        )
        net = [(totals[y - 1] + new[y - 1] - totals[y]) / totals[y - 1] for y in range(last - years + 1, last + 1)]
        known = [y for y in every.index if y <= last][-years:] or [int(every.index.min())]
        gone = float(np.mean([every[y] / totals[y - 1] for y in known]))
        missed = [(totals[y] - totals[y - 1] - new[y - 1] + every[y]) / totals[y - 1] for y in known]
        away = float(np.mean([moved[y] / totals[y - 1] for y in known]))
        return cls(float(np.mean(net)), gone, away, float(np.mean(missed)))


def so_far(area: Area) -> dict[str, Months]:
    """Return what `in_year` says of each authority that it has; a blank authority is an area's only one.

    Months of another year than the base year's are left out: an area as it was known earlier has none.
    """
    table = area.in_year[area.in_year["month"].str.startswith(f"{area.base_year}-")]
    table = table.assign(authority=table["authority"].replace("", next(iter(area.authorities))))
    found = {}
    for code, rows in table.groupby("authority"):
        sums = {c: float(rows[c].sum()) if rows[c].notna().all() else float("nan") for c in COUNTS}
        found[str(code)] = Months(count=len(rows), **sums)
    return found


def next_january(area: Area, *, draws: int = 1_000, seed: int = 7) -> pd.DataFrame:
    """Return next January's plans as the months of `in_year` so far lead one to expect: one row for each authority.

    Parameters
    ----------
    area
        With `in_year`; `flows` and `requests` of the year before sharpen it.
    draws, seed
        Of the growth forecast that the months to come are shrunk towards.

    Returns
    -------
    DataFrame
        By authority: months [months], plans in the next January [plans], error, its standard error [plans].

    Raises
    ------
    MissingError
        If the area has no month of the year in progress.

    Examples
    --------
    >>> import pandas as pd
    >>> import sufficiency as sf
    >>> months = pd.DataFrame({"month": [f"2026-{m:02d}" for m in range(1, 10)], "new_plans": 95, "ceased": 25})
    >>> area = sf.example_area()
    >>> area = area.replace(in_year=sf.tables.check(months.assign(authority="E06000061"), sf.tables.IN_YEAR))
    >>> list(sf.forecast.next_january(area, draws=100).columns)
    ['months', 'plans', 'error']
    """
    run_options.draws(draws)
    run_options.seed(seed)
    known = base_year_plans.history(area)
    growing = np.random.SeedSequence(seed).spawn(4)[0]  # the stream that `plans` grows by
    drawn = growth.draws(area, known, growth.GrowthRates.of(area), 1, draws, np.random.default_rng(growing))
    found = expected(area, known, drawn[:, 0])
    if found.empty:
        raise MissingError(
            f"{area.name} has no months of {area.base_year}: in_year.csv needs a row for each month so far"
        )
    return found


def expected(area: Area, known: History, drawn: Floats) -> pd.DataFrame:
    """Return next January as `next_january` does, from log growth in the first year: draw x authority. [log ratio]"""
    rates = InYearRates.of(area)
    nation = England.of(area.base_year, int(rates.in_year_england_years))
    rows = {}
    for code, months in so_far(area).items():
        held = known.plans(code, area.base_year)
        if held is not None:
            future = held.sum() * np.exp(drawn[:, list(area.authorities).index(code)])
            ended, error = _ended(area, code, months, float(held.sum()), nation, rates)
            rest, unsure = _rest(area, code, months, future - held.sum() + ended, error, rates)
            total = float(held.sum()) + months.new_plans + rest - ended
            rows[code] = (months.count, total, float(min(np.hypot(unsure, error), future.std())))
    return pd.DataFrame.from_dict(rows, orient="index", columns=["months", "plans", "error"])


def conditioned(area: Area, known: History, drawn: Floats) -> Floats:
    """Return log growth (draw x year x authority) made to agree with the months so far; unchanged where there are none.

    The first year's draws are moved and narrowed to what is expected of it. Later years move with it as far as draws that
    grow faster in the first year grow faster later.
    """
    months = expected(area, known, drawn[:, 0])
    if months.empty:
        return drawn
    found = drawn.copy()
    for code, row in months.iterrows():
        at = list(area.authorities).index(str(code))
        held = known.plans(str(code), area.base_year)
        assert held is not None  # `expected` has none without
        first = drawn[:, 0, at]
        wanted = np.log(row["plans"] / held.sum())
        centred = first - first.mean()
        spread = max(float(first.std()), LEAST)
        narrowed = wanted + centred * min(row["error"] / row["plans"] / spread, 1.0)
        carried = (drawn[:, :, at] - drawn[:, :, at].mean(axis=0)).T @ centred / (len(first) * spread**2)
        carried[0] = 1.0
        found[:, :, at] = drawn[:, :, at] + carried[None, :] * (narrowed - first)[:, None]
    return found


def _ended(
    area: Area, code: str, months: Months, held: float, nation: England, rates: InYearRates
) -> tuple[float, float]:
    """Return plans that end in the year, less moves in and late corrections, and the standard error. [plans]"""
    if np.isnan(months.ceased):
        return nation.ending * held, rates.in_year_error * held
    left = 1 - months.count / MONTHS
    ceased = months.ceased + left * _ceased_before(area, code, nation.ceased * held)
    came = nation.unexplained * held
    if not np.isnan(months.moved_in):
        came += months.moved_in - (1 - left) * nation.moved * held
    error = np.average([rates.in_year_error, rates.in_year_error_with_ceased], weights=[left, 1 - left])
    return ceased - came, float(error) * held


def _ceased_before(area: Area, code: str, otherwise: float) -> float:
    """Return plans that the authority ceased in the year before, or `otherwise`. [plans]"""
    flows = area.flows
    own = flows[(flows["authority"] == code) & (flows["kind"] == "ceased") & (flows["year"] == area.base_year)]
    total = own.loc[own["reason"] != "", "children"].sum()
    return float(total) if total else otherwise


def _rest(
    area: Area, code: str, months: Months, of_forecast: Floats, error: float, rates: InYearRates
) -> tuple[float, float]:
    """Return new plans expected of the months to come, and their standard error.

    `of_forecast` are the year's new plans in each draw of the growth forecast, whose spread holds `error` too, which no
    new plan makes.
    """
    to_come = MONTHS - months.count
    forecast = max(float(of_forecast.mean()), 0.0) / MONTHS
    spread = np.sqrt(max(of_forecast.var() - error**2, (0.01 * error) ** 2)) / MONTHS
    pace = _pace(area, code, months, rates.in_year_requests_weight)
    typical = max(pace, forecast, 1.0)
    noise = typical * np.hypot(rates.in_year_month_error / np.sqrt(months.count), rates.in_year_pace_drift)
    weight = spread**2 / (spread**2 + noise**2)
    settled = spread * np.sqrt(1 - weight)
    month = typical * rates.in_year_month_error
    return to_come * (weight * pace + (1 - weight) * forecast), float(
        np.hypot(to_come * settled, np.sqrt(to_come) * month)
    )


def _pace(area: Area, code: str, months: Months, weight: float) -> float:
    """Return new plans a month so far, mixed with what requests not refused so far will lead to. [plans a month]"""
    own = months.new_plans / months.count
    before = area.requests[(area.requests["authority"] == code) & (area.requests["year"] == area.base_year)]
    agreed = (before["requests"] - before["refused"]).sum(min_count=1)
    issued = before["issued"].sum(min_count=1)
    asked = (months.requests - months.refused) / months.count
    if np.isnan(asked) or pd.isna(agreed) or pd.isna(issued) or agreed <= 0:
        return own
    return (1 - weight) * own + weight * asked * float(issued) / float(agreed)
