"""What is agreed: places that have opened recently, are still to open, or are only proposed, and how sure each is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sufficiency.draws import LEVELS
from sufficiency.outcome import Outcome
from sufficiency.report.model import Section, Table
from sufficiency.report.sections.common import rests_on
from sufficiency.scenarios.pipeline import chance, delays
from sufficiency.words.say import between, count
from sufficiency.words.vocabulary import SPECIALIST


def section(outcome: Outcome) -> Section:
    """Return the section on what is agreed."""
    area, last = outcome.area, outcome.options.to
    return Section(
        "pipeline",
        "What is agreed",
        words=(
            _still_to_open(outcome),
            "A project opens in a simulated future with its chance, and so many years late as units and schools have been before; a project has the same luck in every scenario, so that scenarios differ by what they open. Rows that are open are counted in the places of January "
            f"{area.base_year}, or of the January that they opened in.",
            *_not_placed(outcome),
        ),
        exhibits=(
            Table(
                "projects",
                "Places opened recently, agreed and proposed, by school and September",
                _table(outcome),
                {"kind": "code", "status": "code", "places": "n", "chance": "%", f"open by {last}": "%"},
                note=f"'Open by {last}': the share of this run's futures in which a project has opened by that January; a dash where it is counted in the places already, or where this scenario does not open it.",
                rows_shown=80,
            ),
            Table(
                "project-sources",
                "What was promised, what it costs, and who says so",
                _sources(outcome),
                {"capital": "£"},
                rows_shown=80,
            ),
        ),
        assumptions=rests_on(area, "pipeline"),
    )


def _still_to_open(outcome: Outcome) -> str:
    area, last = outcome.area, outcome.options.to
    coming = area.coming
    left = area.pipeline[area.pipeline["status"].eq("proposed") & ~area.pipeline["project"].isin(coming["project"])]
    proposed = (
        f"{count(left['places'].sum(), 'place')} only proposed open in none of these futures." if len(left) else ""
    )
    if coming.empty:
        return f"No place that is known to be agreed is still to open. {proposed}".strip()
    low, mean, high = places_open_by(outcome, last)
    return (
        f"Still to open in this scenario: {count(coming['places'].sum(), 'place')} in {count(len(coming), 'project')}. Of {count(specialist_coming(outcome), 'specialist place')} among them, {mean:,.0f} are open by January {last} on average ({between(low, high)} in nine futures of ten). {proposed}"
    ).strip()


def places_open_by(outcome: Outcome, year: int) -> tuple[float, float, float]:
    """Return specialist places of the pipeline that are open in January `year`: low, mean and high over draws. [places]"""
    types = outcome.area.settings.set_index("setting")["setting_type"]
    specialist = list(types.index[types.isin(SPECIALIST)])
    total = outcome.placed.added_places(specialist, [year]).sum(axis=(1, 2))
    low, high = np.quantile(total, (LEVELS[0], LEVELS[-1]))
    return float(low), float(total.mean()), float(high)


def specialist_coming(outcome: Outcome) -> int:
    """Return how many places still to open are for children with a specialist place. [places]"""
    types, coming = outcome.area.settings.set_index("setting")["setting_type"], outcome.area.coming
    return int(coming.loc[coming["setting"].map(types).isin(SPECIALIST), "places"].sum())


def _not_placed(outcome: Outcome) -> tuple[str, ...]:
    """Return what is said of projects in which the library places no child."""
    types = outcome.area.settings.set_index("setting")["setting_type"]
    aside = outcome.area.coming[~outcome.area.coming["setting"].map(types).isin(SPECIALIST)]
    if aside.empty:
        return ()
    return (
        f"{aside['places'].sum():,} of these places are in alternative provision or in support bases that a school runs itself: no child with a specialist place is put there, and they shorten no shortage here.",
    )


def _table(outcome: Outcome) -> pd.DataFrame:
    area, last = outcome.area, outcome.options.to
    district = area.settings.set_index("setting")["district"]
    opened = outcome.placed.opened
    share = dict(zip(opened.projects["project"], (opened.opens <= last).mean(axis=0), strict=True))
    rows = []
    for row in _in_order(outcome).itertuples():
        is_open = row.status == "open"
        low, _, high = delays(area, row)
        rows.append(
            {
                "school, unit or base": row.name,
                "district": row.district or district.get(row.setting, ""),
                "kind": row.kind,
                "places": row.places,
                "September": str(row.opens - 1),
                "status": row.status,
                "chance": np.nan if is_open else chance(area, row),
                "years late": "" if is_open else between(low, high),
                f"open by {last}": share.get(row.project, np.nan),
            }
        )
    return pd.DataFrame(rows)


def _sources(outcome: Outcome) -> pd.DataFrame:
    rows = _in_order(outcome)
    named = rows.rename(columns={"name": "school, unit or base", "capital_gbp": "capital", "as_of": "as of"})
    return named[["school, unit or base", "promised", "capital", "as of", "source"]].reset_index(drop=True)


def _in_order(outcome: Outcome) -> pd.DataFrame:
    return outcome.area.pipeline.sort_values(["authority", "opens", "project"])
