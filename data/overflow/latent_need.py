"""Need for state special places that placements do not show, bracketed three ways.

Places were rationed, so the caseload shows where children were placed, not what they needed. Need is not identified from
it; these readings bracket it.

held
    Had special placements grown with plans since the first January: an upper figure, since new plans are for lesser
    needs on the whole.
scap
    What authorities said that they needed: specialist places for residents from Reception to Year 11, less the children
    placed in any; the part of state special schools among places in state schools, special or unit. Elsewhere by plans.
builders
    Had each new plan been given the share of a state place that the quarter of authorities whose places grew fastest
    gave: a lower figure, since they were short too.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.words.vocabulary import ENGLAND

from .placements import SPECIALIST
from .rates import LEAST_PLANS, MOST_UNRECORDED

COUNTY: Final = "E10000021"
NORTHAMPTONSHIRE: Final = {"E06000061": "North Northamptonshire", "E06000062": "West Northamptonshire"}
FIRST, COUNTY_SPLIT = 2019, 2022
# Residents from Reception to Year 11 who need a specialist place, 2024/25, as authorities forecast: DfE, School capacity,
# academic year 2023/24.
SCAP_NEED_2025: Final = 229_000
# Of children under five in specialist placements, those aged four at 31 August: DfE, EHC plans 2025, England.
FOUR_YEAR_OLDS: Final = 5_898 / 6_309
SOURCES: Final = {
    "held": "DfE, Education, health and care plans, 2025 release: share of plans in state special schools held since the "
    "first January",
    "scap": "DfE, School capacity 2023/24: 229,000 specialist places needed in 2024/25 by authorities' own forecasts, less "
    "children placed; state special schools' part as among state special and unit places; below England by plans",
    "builders": "DfE, Education, health and care plans, 2025 release: share of new plans in state special schools where "
    "these grew fastest, a quarter of authorities",
}


def latent_need(table: pd.DataFrame, by_age: pd.DataFrame, authorities: pd.DataFrame) -> pd.DataFrame:
    """Return missing state special places by area and reading.

    Parameters
    ----------
    table, by_age
        As `placements.stock` and `placements.stock_by_age`, England's rows among them. [plans]
    authorities
        As `placements.of_authorities` of the first.

    Returns
    -------
    DataFrame
        area, since, year, way, placed, missing [children], share (of those placed), source.
    """
    plans, special = table.sum(axis=1), table["special"]
    last = int(table.index.get_level_values("year").max())
    rate = _builders(authorities, last)
    england = table.loc[(ENGLAND, last)]
    gap = _scap_gap(by_age.xs((ENGLAND, last), level=("authority", "year")), england)
    areas = [
        ("England", [ENGLAND], [ENGLAND], FIRST),
        ("Northamptonshire", [COUNTY], list(NORTHAMPTONSHIRE), FIRST),
        *((name, [code], [code], COUNTY_SPLIT) for code, name in NORTHAMPTONSHIRE.items()),
    ]
    rows = []
    for area, before, after, since in areas:
        n0, s0 = (float(sum(x[c, since] for c in before)) for x in (plans, special))
        n1, s1 = (float(sum(x[c, last] for c in after)) for x in (plans, special))
        missing = {
            "builders": rate * (n1 - n0) - (s1 - s0),
            "scap": gap * n1 / float(england.sum()),
            "held": s0 / n0 * n1 - s1,
        }
        rows += [
            (area, since, last, way, round(s1), round(m), round(m / s1, 3), SOURCES[way]) for way, m in missing.items()
        ]
    return pd.DataFrame(rows, columns=["area", "since", "year", "way", "placed", "missing", "share", "source"])


def held_shares(authorities: pd.DataFrame) -> pd.Series:
    """Return for each authority what the reading `held` says is missing, as a share of those placed."""
    ends = _ends(authorities, FIRST, int(authorities.index.get_level_values("year").max()))
    start, end = (e["special"] / e.sum(axis=1) for e in ends)
    return start / end - 1


def _scap_gap(by_age: pd.DataFrame, england: pd.Series) -> float:
    """Return the state special places that authorities said were missing in England."""
    placed = by_age.loc[["5-10", "11-15"], list(SPECIALIST)].to_numpy().sum()
    reception = FOUR_YEAR_OLDS * by_age.loc["under 5", list(SPECIALIST)].sum()
    of_state = england["special"] / (england["special"] + england["unit"])
    return float((SCAP_NEED_2025 - placed - reception) * of_state)


def _builders(authorities: pd.DataFrame, last: int) -> float:
    """Return the share of added plans that went to state special schools in the quarter where these grew fastest."""
    start, end = _ends(authorities, FIRST, last)
    fast = (end["special"] / start["special"]).rank(pct=True) > 0.75
    added = (end - start)[fast].sum()
    return float(added["special"] / added.sum())


def _ends(authorities: pd.DataFrame, first: int, last: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the first and last January of the authorities large enough, with placements recorded."""
    start, end = (authorities.xs(y, level="year") for y in (first, last))
    both = start.index.intersection(end.index)
    start, end = start.loc[both], end.loc[both]
    good = (start.sum(axis=1) >= LEAST_PLANS) & (end["not_recorded"] < MOST_UNRECORDED * end.sum(axis=1))
    return start[good], end[good]
