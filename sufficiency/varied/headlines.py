"""The measures that assumptions are tried on: one number of each future, in the year that a reader asks about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import xarray as xr

from sufficiency.errors import MissingError, nearest, one_of
from sufficiency.outcome import OF_PLACES, Outcome
from sufficiency.varied.chain import ALLOCATE, FUNDING, TRANSPORT
from sufficiency.words.destinations import AT_INDEPENDENT
from sufficiency.words.school_year import financial_label

VALUE: Final = "value_of_a_place"  # ranks settings; it is no measure of a scenario


@dataclass(frozen=True)
class Headline:
    """A measure: its name in words, its unit, what it reads, and its value in each draw."""

    says: str
    unit: str
    reads: tuple[str, ...]
    of: Callable[[Outcome], xr.DataArray]  # draw, and the year that it is of as a coordinate


def _last(name: str, outcome: Outcome) -> xr.DataArray:
    return OF_PLACES[name].total(outcome)[:, -1]


def _when_the_override_ends(name: str, after: int, outcome: Outcome) -> xr.DataArray:
    total = OF_PLACES[name].total(outcome)
    ends = int(outcome.area.value("funding.override_last_financial_year")) + after
    return total.sel(financial_year=min(ends, int(total["financial_year"].max())))


def _both(outcome: Outcome) -> xr.DataArray:
    return _last("spend_gbp", outcome) + _last("transport_gbp", outcome)


def _independent(outcome: Outcome) -> xr.DataArray:
    spend = outcome.budget.spend.isel(financial_year=-1)
    some = spend.isel(item=spend["provision"].isin(AT_INDEPENDENT).to_numpy())
    return some.sum([d for d in some.dims if d != "draw"])


HEADLINES: Final[Mapping[str, Headline]] = {
    "high_needs_gbp": Headline("High Needs spend a year", "GBP", (FUNDING,), partial(_last, "spend_gbp")),
    "transport_gbp": Headline("Home-to-school transport a year", "GBP", (TRANSPORT,), partial(_last, "transport_gbp")),
    "both_gbp": Headline("High Needs and transport together a year", "GBP", (FUNDING, TRANSPORT), _both),
    "shortfall": Headline(
        "Children turned away from every suitable state place", "children", (ALLOCATE,), partial(_last, "shortfall")
    ),
    "balance_gbp": Headline(
        "Carried-forward balance", "GBP", (FUNDING,), partial(_when_the_override_ends, "balance_gbp", 0)
    ),
    "in_year_gbp": Headline(
        "In-year High Needs balance", "GBP", (FUNDING,), partial(_when_the_override_ends, "in_year_gbp", 1)
    ),
    "independent_gbp": Headline(
        "Spend on independent and non-maintained schools a year", "GBP", (FUNDING,), _independent
    ),
}


def headlines(names: Iterable[str]) -> dict[str, Headline]:
    """Return the measures called so; all of them where none is named.

    Raises
    ------
    MissingError
        If there is no such measure; the nearest is named.
    """
    wanted = list(dict.fromkeys(names)) or list(HEADLINES)
    for name in wanted:
        if name not in HEADLINES and name != VALUE:
            known = [*HEADLINES, VALUE]
            raise MissingError(f"'{name}' is not one of {one_of(known)}{nearest(name, known)}")
    return {name: HEADLINES[name] for name in wanted if name != VALUE}


def when(total: xr.DataArray) -> str:
    """Return the year of a measure in words: 'January 2031', '2030-31'."""
    if "year" in total.coords:
        return f"January {int(total['year'])}"
    return financial_label(int(total["financial_year"]))
