"""What is recommended, in full: every opening and why, what was weighed and not taken, and whether it is right in other futures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.recommendation import Recommendation
from sufficiency.report.model import Section, Table
from sufficiency.report.sections import law, to_open
from sufficiency.report.sections.bands import bands
from sufficiency.report.sections.common import rests_on
from sufficiency.words.say import label

AGREED = "if the law stays"
NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six"}


def section(made: Recommendation, futures: Sequence[ForecastOutcome]) -> Section:
    """Return the section on a recommendation that opens something."""
    assert made.openings is not None
    year = bands(made.now).year
    rows = to_open.rows(made, year)
    tried = {AGREED: made.now} | {
        f.scenario.name: f for f in futures if isinstance(f, Outcome) and law.changes_law(f.scenario)
    }
    by_law = to_open.in_each_law(made, tried, year).reindex(rows["option"]).fillna(0.0)
    return Section(
        "recommended",
        "What is recommended, and whether it is right in other futures",
        words=(
            f"Places worth considering are made from the children turned away in January {year}: bases where children need a unit or base, more places at "
            "special schools that suit children near by, and new special schools where enough of one need are turned away. Blocks of places are then "
            f"taken one by one, the one that keeps most children from being turned away for its capital first, within {made.budget}.",
            "A support base is a school's own and takes children without the authority placing them, so that it is listed and not weighed: it helps children "
            "who stay in mainstream, and says nothing of those who need a specialist place.",
            _right(rows, by_law),
        ),
        exhibits=(
            Table(
                "recommended-full",
                "Every opening, and for whom",
                rows[["what", "where", "whom", "places", "year", "capital_gbp", "why"]]
                .rename(columns={"whom": "for whom", "year": "by January", "capital_gbp": "capital"})
                .assign(owner=""),
                {"places": "n", "by January": "year", "capital": "£"},
                is_close=True,
            ),
            _tried(rows, by_law, year),
            Table(
                "not-taken",
                "Worth considering and not taken",
                _not_taken(made),
                {"kind": "code", "places": "n", "from January": "year", "capital a place": "£"},
                note="The most places that were weighed at each.",
                is_close=True,
            ),
        ),
        assumptions=rests_on(made.now.area, "allocate"),
    )


def _tried(rows: pd.DataFrame, found: pd.DataFrame, year: int) -> Table:
    """Return how much of each opening is filled in each law's futures, and what is left."""
    frame = pd.DataFrame({"what": rows["what"], "where": rows["where"], "places": rows["places"]})
    for name in found:
        frame[name] = found[name].to_numpy()
    places = rows["places"].to_numpy()
    whole = {name: float((frame[name] * places).sum() / places.sum()) for name in found}
    frame.loc[len(frame)] = {"what": "All of these", "where": "", "places": int(places.sum()), **whole}
    return Table(
        "regret",
        f"Is it right in other futures? Share of places filled in January {year}",
        frame.astype({"places": "int64"}),
        {"places": "n"} | dict.fromkeys(found, "%"),
        note="The mean over the futures of each law of how many of the children turned away there, without these places, would be in them. What is filled under "
        "every law is right whichever comes; a base that the law's own bases leave half empty can wait until it is known.",
        is_close=True,
    )


def _right(rows: pd.DataFrame, found: pd.DataFrame) -> str:
    """Return how many places are right in most futures of every law, and which hang on the law."""
    least = found.min(axis=1).to_numpy()
    right, futures = rows[least >= to_open.FULL], len(found.columns)
    where = (
        f"in each of the {NUMBERS.get(futures, futures)} futures of the law"
        if futures > 1
        else "under the law as it is"
    )
    doubtful = rows[least < to_open.FULL]
    says = f"{right['places'].sum():,} of {rows['places'].sum():,} places are at least {to_open.FULL:.0%} filled on average {where}"
    if doubtful.empty:
        return f"{says}."
    worst = rows.iloc[int(np.argmin(least))]
    return f"{says}. The others hang on what comes, most of all {_lower(worst['what'])} in {worst['where'] or 'the area'} ({least.min():.0%} filled at worst)."


def _not_taken(made: Recommendation) -> pd.DataFrame:
    best = made.openings
    assert best is not None
    table = best.options.table[best.plan[-1] == 0]
    return pd.DataFrame(
        {
            "option": table["option"],
            "kind": [label(kind) for kind in table["kind"]],
            "places": table["places"] * table["blocks"],
            "from January": table["year"],
            "capital a place": table["capital_gbp_per_place"],
            "why": table["why"].fillna(""),
        }
    ).reset_index(drop=True)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
