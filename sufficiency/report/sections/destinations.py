"""Where every child who needs a specialist place is: at one, or, if turned away, where they are instead."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from sufficiency.outcome import Outcome
from sufficiency.report.look import charts
from sufficiency.report.look.rounding import apportioned, whole_numbers
from sufficiency.report.model import Chart, Table
from sufficiency.report.sections.common import INTERVAL, LEVELS, across, middle, milestones, with_interval
from sufficiency.words.destinations import DESTINATIONS, PLACED_DESTINATIONS
from sufficiency.words.say import between, label

WHERE: Final = (*PLACED_DESTINATIONS, *DESTINATIONS)
AWAY: Final = "turned away: "
# What a chart can tell apart: kinds of place, whether or not the child was turned away from a state one.
SHOWN: Final[dict[str, str]] = {
    "state_special": "State special",
    "special_outside": "State special outside the area",
    "unit": "Unit or resourced",
    "over_number": "Above a state setting's number",
    "independent_special": "Independent or non-maintained",
    "non_maintained_special": "Independent or non-maintained",
    "in_independent": "Independent or non-maintained",
    "in_non_maintained": "Independent or non-maintained",
    "in_mainstream": "Mainstream",
    "in_alternative_provision": "Alternative provision, tuition",
    "arranged_otherwise": "Alternative provision, tuition",
    "in_college": "College",
    "home_educated": "Home, waiting, not in education",
    "waiting": "Home, waiting, not in education",
    "not_in_education": "Home, waiting, not in education",
}
INDEPENDENT: Final = ("in_independent", "in_non_maintained")
# Where children turned away are, in three groups, as the report says it of them.
INSTEAD: Final[dict[str, tuple[str, ...]]] = {
    "in mainstream schools with a support package": ("in_mainstream",),
    "at independent or non-maintained special schools": INDEPENDENT,
    "elsewhere: college, alternative provision, tuition, at home, or waiting": tuple(
        code for code in DESTINATIONS if code not in ("in_mainstream", *INDEPENDENT)
    ),
}


def exhibits(outcome: Outcome) -> tuple[Chart | Table, ...]:
    """Return the chart by year, the table by year with its range, and the table by group of needs."""
    last = outcome.options.to
    by_need = by_need_group(outcome, last)
    found: tuple[Chart | Table, ...] = (
        Chart(
            "destinations",
            "Where children who need a specialist place are, by January",
            partial(chart, outcome),
            "One bar for each January, split by where children are. The mean of simulated futures, so that parts add up.",
            is_close=True,
        ),
        Table(
            "destinations-year",
            "Where children who need a specialist place are, January",
            by_year(outcome),
            dict.fromkeys((str(y) for y in _years(outcome)), "n"),
            note=f"The mean of simulated futures, in whole numbers that add up; the range holds 9 in 10 futures. '{AWAY.capitalize().strip()}' marks children turned away from every suitable state place, by where they are instead.",
            counts=tuple(map(str, _years(outcome))),
            tied=(f"{last}: 9 in 10 between",),
        ),
    )
    if by_need.empty:
        return found
    return (
        *found,
        Table(
            "destinations-need",
            f"Children turned away from every suitable state place by group of needs and where they are instead, January {last}",
            by_need,
            {"need_group": "code", "children": "n"},
            note=f"{INTERVAL} Rows with none are left out.",
            counts=("children",),
            tied=("9 in 10 between",),
            rows_shown=60,
        ),
    )


def by_year(outcome: Outcome) -> pd.DataFrame:
    """Return expected children by where they are, whole and adding up: where, a column for each milestone, the last range."""
    cells = _expected(outcome)
    cells = cells[cells["year"].isin(_years(outcome))]
    cells["whole"] = whole_numbers(cells, "children", [["year"], ["destination"]])
    table = across(cells.astype({"year": "str"}), ["destination"], "year", "whole").fillna(0)
    last = outcome.options.to
    found = outcome.placed.destinations(levels=LEVELS)
    ranges = with_interval(found[found["year"] == last], "children", ["destination"]).set_index("destination")
    total = outcome.placed.summary(levels=LEVELS)
    low, _, high = middle(total, "children", year=last)
    table[f"{last}: 9 in 10 between"] = table["destination"].map(ranges["9 in 10 between"]).fillna("0 to 0")
    order = {code: place for place, code in enumerate(WHERE)}
    table = table.sort_values("destination", key=lambda codes: codes.map(order))
    table.insert(0, "where they are", [where(str(code)) for code in table.pop("destination")])
    sums = table[[str(y) for y in _years(outcome)]].sum()
    everyone = {"where they are": "Everyone who needs a specialist place", **sums}
    everyone[f"{last}: 9 in 10 between"] = between(low, high)
    return pd.concat([table, pd.DataFrame([everyone])], ignore_index=True)


def by_need_group(outcome: Outcome, year: int) -> pd.DataFrame:
    """Return children turned away in one January: need_group, where they are instead, children, 9 in 10 between."""
    columns = ["need_group", "where they are instead", "children", "9 in 10 between"]
    found = outcome.placed.destinations("need_group", levels=LEVELS)
    found = found[(found["year"] == year) & found["destination"].isin(DESTINATIONS)]
    if found.empty:
        return pd.DataFrame(columns=columns)
    table = with_interval(found, "children", ["need_group", "destination"]).rename(columns={"middle": "children"})
    table.insert(1, "where they are instead", [label(str(code)) for code in table.pop("destination")])
    return table[table["children"] >= 1].reset_index(drop=True)[columns]


def where(code: str) -> str:
    """Return where a child is in words; whether they were turned away is said."""
    return f"{AWAY}{label(code)}".capitalize() if code in DESTINATIONS else label(code)


def turned_away(outcome: Outcome, year: int, *codes: str) -> tuple[float, float, float]:
    """Return low, middle and high of children turned away who are at the destinations named, totalled within a draw."""
    array = outcome.placed.attending.sel(year=year, setting=list(codes or DESTINATIONS))
    total = array.sum([d for d in array.dims if d != "draw"])
    low, mid, high = (float(total.quantile(level)) for level in LEVELS)
    return low, mid, high


def in_parts(outcome: Outcome, year: int, groups: Sequence[Sequence[str]]) -> list[int]:
    """Return the middle number turned away in one January, shared among groups of destinations: parts that add up.

    They are in the proportions of the mean over futures; the middles of the parts themselves would not add up.
    """
    array = outcome.placed.attending.sel(year=year)
    total = array.sum([d for d in array.dims if d not in ("draw", "setting")]).mean("draw")
    mean = [float(total.sel(setting=list(codes)).sum()) for codes in groups]
    return [int(part) for part in apportioned(np.array(mean), round(turned_away(outcome, year)[1]))]


def words(outcome: Outcome, year: int, limit: int = 0) -> str:
    """Return where the children turned away in one January are, in a sentence; uncounted under a limit."""
    found = dict(zip(DESTINATIONS, in_parts(outcome, year, [[code] for code in DESTINATIONS]), strict=True))
    largest = sorted((code for code in found if found[code] >= 1), key=lambda code: -found[code])
    said = [_lower(label(code)) + ("" if limit > 1 else f" ({found[code]:,.0f})") for code in largest]
    return f"Where they are instead: {'; '.join(said)}." if said else ""


def chart(outcome: Outcome) -> Figure:
    """Return where children are, January by January, as stacked bars."""
    cells = _expected(outcome)
    cells["place"] = cells["destination"].map(SHOWN)
    return charts.stacked(
        cells.assign(
            place=pd.Categorical(cells["place"], list(dict.fromkeys(SHOWN.values())), ordered=True)
        ).sort_values(["place", "year"]),
        "year",
        "children",
        "place",
        unit="children",
    )


def _years(outcome: Outcome) -> list[int]:
    return milestones([int(y) for y in outcome.placed.attending["year"].values])


def _expected(outcome: Outcome) -> pd.DataFrame:
    """Return the mean over draws: year, destination, children."""
    rows = outcome.placed.in_each_draw("destination")
    mean = rows.groupby(["year", "destination"], sort=False)["children"].sum() / len(outcome.placed.draws)
    return mean.reset_index()


def _lower(words_of: str) -> str:
    return words_of[0].lower() + words_of[1:]
