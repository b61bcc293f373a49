"""What the answer hangs on: assumptions that move it, those on which its sign turns, and their share of its range."""

from __future__ import annotations

from functools import partial
from typing import Final

import pandas as pd

from sufficiency.report.look.tornado import tornado
from sufficiency.report.model import Chart, Section, Table
from sufficiency.varied.found import Sensitivity
from sufficiency.words.say import between, shown

SHOWN: Final = 8  # assumptions of each measure in the table of the page; the workbook has all
CHARTS: Final = ("both_gbp", "high_needs_gbp", "transport_gbp", "in_year_gbp")


def section(found: Sensitivity) -> Section:
    """Return the section on what the answer hangs on."""
    charts = [m for m in CHARTS if m in found.measures] or list(found.measures)[:1]
    what = f"'{found.scenarios[0]}' against '{found.against}'" if found.against else f"'{found.scenarios[0]}'"
    return Section(
        "turns-on",
        f"What the answer hangs on: {what}",
        words=(
            "Each assumption that the run asked for is put at both ends of its range, with every other one at its middle and the same futures. A change no greater than chance in single children makes is not called one.",
            *sentences(found),
            *(found.range_says(measure) for measure in charts),
        ),
        exhibits=(
            *(
                Chart(
                    f"tornado-{measure}",
                    f"{found.measures[measure].says}: what moves {'the effect' if found.against else 'it'} most, {found.years[measure]}",
                    partial(tornado, found, measure),
                    "One bar for each assumption, from its low end to its high end, the widest at the top.",
                    note="Grey numbers are the assumption's own values.",
                )
                for measure in charts
            ),
            Table("assumptions-varied", "Assumptions that move the answer, widest first", _moves(found), rows_shown=80),
            Table(
                "share-of-range",
                "What share of each range is assumption, and what chance and growth",
                _shares(found),
                {"share": "%"},
                note="Shares of variance: a triangle over each range, a line through its three values, parts added up as if none told on another.",
            ),
            Table(
                "assumptions-held",
                "Assumptions that were not varied, and why",
                found.held,
                {"value": ""},
                rows_shown=10,
            ),
        ),
    )


def sentences(found: Sensitivity) -> tuple[str, ...]:
    """Return, for each measure, whether its sign turns on an assumption; those that turn on none are named together."""
    turned = set(found.flips()["measure"])
    first = [found.says(measure) for measure in found.measures if measure in turned]
    still = [found.measures[m].says[0].lower() + found.measures[m].says[1:] for m in found.measures if m not in turned]
    if not still:
        return tuple(first)
    named = ", ".join(words.replace("high Needs", "High Needs") for words in still)
    return (
        *first,
        f"{found.none()} changes the sign of {'the effect on ' if found.against else ''}{named}.",
    )


def _moves(found: Sensitivity) -> pd.DataFrame:
    table = found.table()
    table = table[table["is_moved"].astype(bool)].groupby(["scenario", "measure"], sort=False).head(SHOWN)
    how = ["£" if found.measures[m].unit == "GBP" else "n" for m in table["measure"]]
    effect = {
        f"effect at {end}": [shown(v, h) for v, h in zip(table[f"at_{end}"], how, strict=True)]
        for end in ("low", "middle", "high")
    }
    return pd.DataFrame(
        {
            "measure": [found.measures[m].says for m in table["measure"]],
            "assumption": table["meaning"],
            "range": [
                f"{shown(a, '')} to {shown(b, '')} {u}"
                for a, b, u in zip(table["low"], table["high"], table["unit"], strict=True)
            ],
            **effect,
            "sign": ["turns" if turned else "" for turned in table["flips"]],
            "how the range is known": table["because"],
        }
    ).reset_index(drop=True)


def _shares(found: Sensitivity) -> pd.DataFrame:
    table = found.share_of_range()
    how = ["£" if found.measures[m].unit == "GBP" else "n" for m in table["measure"]]
    return pd.DataFrame(
        {
            "measure": [found.measures[m].says for m in table["measure"]],
            "part": table["part"],
            "9 in 10 between": [between(a, b, h) for a, b, h in zip(table["low"], table["high"], how, strict=True)],
            "share": table["share"],
        }
    )
