"""Where to open places: what one more is worth at each setting, and who could come home."""

from __future__ import annotations

from functools import partial

import pandas as pd

from sufficiency.funding.balance.payback import BUILT, place_payback
from sufficiency.outcome import Outcome
from sufficiency.report.look import charts
from sufficiency.report.look.words import gbp
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections.common import LEVELS, middle, milestones
from sufficiency.words.school_year import financial_label

LATEST_YEARS = 60  # a building's life: what takes longer never pays [years]


def section(outcome: Outcome) -> Section:
    """Return the section on options."""
    placed, years = outcome.placed, milestones([int(y) for y in outcome.placed.attending["year"].values])
    year = next((y for y in years if y - outcome.area.base_year >= 3), years[-1])
    worth = _worth(outcome, year)
    best = worth.head(3)
    home = placed.could_come_home(levels=LEVELS)
    children, saves = middle(home, "children", year=year)[1], middle(home, "saves_gbp", year=year)[1]
    return Section(
        "options",
        "Where one more place is worth most",
        words=(
            f"In January {year} one more place would save most at {', '.join(f'{r.name} ({gbp(r.value)} a year)' for r in best.itertuples(index=False))}. "
            f"The value counts journeys, placements and fees, and prices a child's time and being without a place: it ranks options, and is not cash alone. While places run short everywhere, most of it is the price of being without one, {gbp(outcome.area.value('allocate.unplaced_gbp'))}, so that schools differ little.",
            f"{children:,.0f} children at independent or non-maintained schools have a need that a state setting in the area suits. Were there room, placing them there would save {gbp(saves)} a year.",
            "A value holds for one place, with everything else as it is: for a block of places, run a scenario. The library's `openings` chooses among options within a budget, over many futures at once.",
        ),
        exhibits=(
            Chart(
                "value",
                f"What one more place would save, January {year}",
                partial(charts.bars, worth.head(15), "name", "value", unit="£ a year", low="low", high="high", how="£"),
                "Settings with the highest value first, with the range of nine futures in ten.",
            ),
            Table(
                "values",
                f"What one more place would save, January {year}",
                worth.rename(columns={"value": "saves a year", "low": "1 in 20 below", "high": "1 in 20 above"}),
                {"type": "code", "saves a year": "£", "1 in 20 below": "£", "1 in 20 above": "£"},
                rows_shown=40,
            ),
            _payback(outcome),
        ),
    )


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
            rows.append((name, built, found.capital_gbp, found.saving_gbp, years))
    columns = ["authority", "what is built", "capital a place", "saves a year", "paid for in years"]
    return Table(
        "payback",
        f"When a new place has paid for itself, prices of {financial_label(year)}",
        pd.DataFrame(rows, columns=columns),
        {"what is built": "code", "capital a place": "£", "saves a year": "£"},
        note="Filled by children who were turned away, spread as they are now: most in mainstream with a support package, fewer at independent schools. What each costs there, less the place and its top-up. Half the places are filled in the first year, all from the second. Journeys are left out, since High Needs does not pay for them. Below 0 a place costs more than it saves.",
    )


def _worth(outcome: Outcome, year: int) -> pd.DataFrame:
    """Return in-area state settings by the value of a place: name, type, district, value, low, high."""
    found = outcome.placed.value_of_a_place(levels=LEVELS)
    wide = found[found["year"] == year].pivot_table(index="setting", columns="level", values="value_of_a_place_gbp")
    wide.columns = ["low", "value", "high"]
    area = outcome.area.settings.set_index("setting")
    table = wide.join(area[["name", "setting_type", "district", "is_in_area"]])
    table = table[table["is_in_area"] & table["setting_type"].isin(["special", "sen_unit", "resourced_provision"])]
    table = table.rename(columns={"setting_type": "type"}).sort_values("value", ascending=False)
    return table[["name", "type", "district", "value", "low", "high"]].reset_index(drop=True)
