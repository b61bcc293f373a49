"""Where to open places: what one more is worth at each setting, and who could come home."""

from __future__ import annotations

from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.place.place_order import PlaceOrder
from sufficiency.funding.balance.payback import BUILT, place_payback
from sufficiency.funding.places.place_plus import elements
from sufficiency.outcome import Outcome
from sufficiency.report.look import charts
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections import break_even
from sufficiency.report.sections.common import LEVELS, middle, milestones
from sufficiency.words.say import between, count, gbp
from sufficiency.words.school_year import financial_label

PARTS: Final = {"fees_gbp": "fees", "packages_gbp": "packages", "journeys_gbp": "journeys", "minutes": "minutes"}
LATEST_YEARS = 60  # a building's life: what takes longer never pays [years]


def section(outcome: Outcome) -> Section:
    """Return the section on options."""
    placed, years = outcome.placed, milestones([int(y) for y in outcome.placed.attending["year"].values])
    year = next((y for y in years if y - outcome.area.base_year >= 3), years[-1])
    worth, order = values(outcome, year), placed.order_of_places(year)
    home = placed.could_come_home(levels=LEVELS)
    children, saves = middle(home, "children", year=year)[1], middle(home, "saves_gbp", year=year)[1]
    money = ("saves a year", "fees", "packages", "journeys", "place is paid")
    return Section(
        "options",
        "Where one more place is worth most",
        words=(
            _best(worth, year),
            *(
                says
                for says in (_how_sure(order, len(placed.draws)), _dearer(worth), break_even.words(outcome, year))
                if says
            ),
            f"{children:,.0f} children at independent or non-maintained schools have a need that a state setting in the area suits. Were there room, placing them there would save {gbp(saves)} a year in fees, top-up and journeys, before what the places themselves are paid.",
            "A value holds for one place, with everything else as it is: for a block of places, run a scenario. The library's `openings` chooses among options within a budget, for least cash or for fewest children turned away, over many futures at once.",
        ),
        exhibits=(
            Chart(
                "value",
                f"What one more place would save, January {year}",
                partial(charts.bars, worth.head(15), "name", "value", unit="£ a year", low="low", high="high", how="£"),
                "The settings, at most 15, where a place most often saves more than elsewhere; the greatest saving first, with the range of nine futures in ten. Below 0 a place costs the council more than where the child is now.",
            ),
            Table(
                "values",
                f"What one more place would save, January {year}, and what the place itself is paid",
                _as_table(worth),
                {"type": "code", "saves more than": "%"} | dict.fromkeys(money, "£"),
                note=f"'Saves more than' is the share of the other settings at which one more place saves less, on average over futures: the order of this table. Cash, in prices of {financial_label(outcome.area.base_year)}: fees, packages (top-up, support, tuition) and journeys saved by the child who would fill the place and the chain of moves behind; each part's middle is its own, so parts need not add up to the middle of the whole. Below 0 it costs more. 'Place is paid' is not taken off: High Needs pays it for every place, filled or empty, at a special school.",
                rows_shown=40,
            ),
            _payback(outcome),
        ),
    )


def _as_table(worth: pd.DataFrame) -> pd.DataFrame:
    """Return values as a reader sees them: the range in one column, the parts beside it."""
    ranges = [between(low, high, "£") for low, high in zip(worth["low"], worth["high"], strict=True)]
    table = worth.rename(columns={"value": "saves a year"}).assign(**{"9 in 10 between": ranges})
    columns = [
        "name",
        "type",
        "saves more than",
        "saves a year",
        "9 in 10 between",
        "fees",
        "packages",
        "journeys",
        "place is paid",
    ]
    return table[columns]


def _best(worth: pd.DataFrame, year: int) -> str:
    """Return where one more place most often saves more than elsewhere, or that it saves nowhere."""
    some = worth[worth["value"] > 0].head(3)
    if some.empty:
        return f"In January {year} one more place saves cash at no state setting of the area."
    named = ", ".join(f"{r.name} ({gbp(r.value)} a year)" for r in some.itertuples(index=False))
    return f"In January {year} one more place would most often save more than elsewhere at {named}: cash, in fees, packages and journeys, before what the place itself is paid.{_either_way(worth)}"


def _either_way(worth: pd.DataFrame) -> str:
    """Return at how many settings a place may save or cost, by chance of the child who fills it."""
    unsure = int(((worth["low"] < 0) & (worth["high"] > 0)).sum())
    if not unsure:
        return ""
    where = "every one" if unsure == len(worth) else f"{unsure:,}"
    return f" At {where} of {count(len(worth), 'setting')} it may as well save as cost, in nine futures of ten: that hangs on which child fills it."


def _how_sure(order: PlaceOrder, futures: int) -> str:
    """Return how far other futures would give the same order."""
    if np.isnan(order.agreement):
        return f"{count(futures, 'placed future')} are too few to say how far that order is settled; place 100 or more."
    how = f"the rank correlation between this order and that of as many other futures is about {order.agreement:.2f}"
    if order.is_settled:
        return f"That order is settled but for neighbours in it: {how}."
    return f"That order is not settled: {how}, so where children are turned away (sections before this) decides, or more futures."


def _dearer(worth: pd.DataFrame) -> str:
    """Return where one more place costs the council more than where the child is now."""
    some = worth[worth["value"] < 0]
    if some.empty:
        return ""
    most = some.iloc[-1]
    return f"At {len(some):,} of {count(len(worth), 'setting')} it costs the council more than where the child is now: at {most['name']} it costs the council {gbp(-most['value'])} a year more. That is no reason to leave a child without a suitable place: it says that the place is not paid for by what it saves."


def _payback(outcome: Outcome) -> Table:
    """Return when each kind of new place has paid for itself, filled by those turned away, as they are spread now."""
    area, year = outcome.area, int(outcome.budget.balance["financial_year"].min())
    rows = []
    for code, name in area.authorities.items():
        for built in BUILT:
            found = place_payback(
                area, 1, built=built, authority=code, financial_year=year, leaves=outcome.budget.turned_away(code, year)
            )
            years = f"{found.years:.1f}" if found.years < LATEST_YEARS else "never, at these prices"
            share = found.break_even_independent_share
            rows.append((name, built, found.capital_gbp, found.saving_gbp, years, share))
    columns = ["authority", "what is built", "capital a place", "saves a year", "paid for in years", "breaks even at"]
    return Table(
        "payback",
        f"When a new place has paid for itself, prices of {financial_label(year)}",
        pd.DataFrame(rows, columns=columns),
        {"what is built": "code", "capital a place": "£", "saves a year": "£", "breaks even at": "%"},
        note="Filled by children who were turned away, spread as they are now: most in mainstream with a support package, fewer at independent schools. What each costs there, less the place and its top-up. Half the places are filled in the first year, all from the second. Journeys are left out, since High Needs does not pay for them. Below 0 a place costs more than it saves. 'Breaks even at' is the share of those who fill it that would have to leave independent schools for a full year to pay for itself, borrowing for all of the capital included.",
    )


def values(outcome: Outcome, year: int) -> pd.DataFrame:
    """Return in-area state settings by the value of a place: name, type, district, value, low, high, its parts, pay."""
    return values_by_code(outcome, year).reset_index(drop=True)


def values_by_code(outcome: Outcome, year: int) -> pd.DataFrame:
    """Return the same by the setting's code: two settings may bear one name."""
    found = outcome.placed.value_of_a_place(levels=LEVELS)
    found = found[found["year"] == year]
    wide = found.pivot_table(index="setting", columns="level", values="value_of_a_place_gbp")
    wide.columns = ["low", "value", "high"]
    parts = found[found["level"] == LEVELS[1]].set_index("setting")[[*PARTS]]
    area = outcome.area.settings.set_index("setting")
    more = outcome.placed.order_of_places(year).table.set_index("setting")["saves_more_than"].rename("saves more than")
    table = (
        wide.join(more)
        .join(parts.rename(columns=PARTS))
        .join(area[["name", "setting_type", "district", "is_in_area", "has_number"]])
    )
    table = table[
        table["is_in_area"]
        & table["has_number"]
        & table["setting_type"].isin(["special", "sen_unit", "resourced_provision"])
    ]
    table["place is paid"] = [
        elements(kind, financial_year=outcome.area.base_year).place_gbp for kind in table["setting_type"]
    ]
    table = table.rename(columns={"setting_type": "type"}).sort_values("saves more than", ascending=False)
    columns = ["name", "type", "district", "saves more than", "value", "low", "high", *PARTS.values(), "place is paid"]
    return table[columns]
