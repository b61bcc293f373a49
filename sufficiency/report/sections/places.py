"""Are there places enough: who is turned away from every suitable state place, and where every child is instead."""

from __future__ import annotations

from functools import partial
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from sufficiency.outcome import Outcome
from sufficiency.report.look import charts, maps
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections import destinations
from sufficiency.report.sections.anchors import links
from sufficiency.report.sections.common import INTERVAL, LEVELS, across, middle, milestones, rests_on, with_interval
from sufficiency.report.sections.mapped import mapped
from sufficiency.report.sections.provision import NOT_KNOWN
from sufficiency.report.sections.zones import away_by_district, map_years
from sufficiency.words.say import between, count, label, shown


def section(outcome: Outcome) -> Section:
    """Return the section on sufficiency."""
    placed, last = outcome.placed, outcome.options.to
    total = placed.shortfall(levels=LEVELS)
    low, mid, high = middle(total, "children", year=last)
    years = [int(y) for y in sorted(total["year"].unique())]
    short = [y for y in years if middle(total, "children", year=y)[1] >= 1]
    full = placed.utilisation("setting_type", levels=LEVELS)
    special = middle(full, "share", year=last, setting_type="special")[1]
    return Section(
        "places",
        "Are there places enough?",
        words=(
            (f"Places run short from January {short[0]}. " if short else "Places last to the end of the forecast. ")
            + f"By January {last}, {mid:,.0f} children who need a specialist place would be turned away from every suitable state place (9 in 10 futures: {between(low, high)}), with the places that are agreed. {destinations.words(outcome, last)}",
            _hidden_words(outcome, last),
            f"State special schools would then be {shown(special, '%')} full. A child who is turned away is still owed suitable provision. Where such children go is estimated from what happened to the plans of English authorities whose state special schools did and did not grow (`overflow.csv`, which the council can replace), and what isn't known of it is in the ranges.",
        ),
        exhibits=(
            Chart(
                "shortfall",
                "Children turned away from every suitable state place, forecast",
                partial(charts.fan, total, "children", unit="children"),
                f"A fan: {mid:,.0f} by January {last}, or {between(low, high)} in nine futures of ten.",
            ),
            Table(
                "need",
                "Need for a specialist place, January, middle forecast: as placements show it, and had rationing hidden some",
                _need(outcome, years),
                {str(y): "n" for y in milestones(years)},
                note=f"{INTERVAL} Each row is the middle of its own range, so rows need not add up. The last three rows are a reading, not a forecast: no other table, budget or return holds them.",
                counts=tuple(map(str, milestones(years))),
                tied=(f"{years[-1]}: 9 in 10 between",),
            ),
            *destinations.exhibits(outcome),
            Chart(
                "shortfall-grid",
                f"Children turned away from every suitable state place by need and phase, January {last}",
                partial(_grid, outcome, last),
                "Darker cells have more children turned away.",
                has_counts=True,
            ),
            _table(
                outcome,
                ("need_group", "phase"),
                "shortfall-need-phase",
                "Children turned away from every suitable state place by group of needs and phase",
            ),
            _table(
                outcome,
                ("district",),
                "shortfall-district",
                "Children turned away from every suitable state place by home district",
            ),
            _table(
                outcome,
                ("district", "need_group", "phase"),
                "shortfall-all",
                "Children turned away from every suitable state place by district, group of needs and phase",
            ),
            mapped(
                "map-unmet",
                _where(outcome, last),
                outcome.area,
                partial(_picture, outcome),
                f"Districts shaded by the share of their children who need a specialist place and are turned away from every suitable state place; under each name, how many (middle forecast, as the table above). Januaries {years[0]} to {last} can be chosen in the page.",
            ),
            Table(
                "utilisation",
                "How full settings are, January, middle forecast",
                _full(full, years),
                {"setting_type": "code"} | {str(y): "%" for y in milestones(years)},
                note="Settings with a number of places. How full they are today is not known without their rolls (attendance.csv); later Januaries are a forecast.",
            ),
        ),
        assumptions=rests_on(outcome.area, "allocate", "places", "suitability"),
    )


SHARE: Final = "of those who need a specialist place are turned away"
NEED: Final = {
    "need": "Need for a specialist place: placed and turned away",
    "placed": "Placed at a specialist setting",
    "turned_away": "Turned away from every suitable state place",
    "hidden": "Had rationing since 2019 hidden need: children elsewhere who would be at a state special school",
    "need_with_hidden": "Need, with those",
    "without_a_place": "Turned away, with those",
}


def _need(outcome: Outcome, years: list[int]) -> pd.DataFrame:
    """Return a row for each measure of need: a column for each milestone, and the last range."""
    found = outcome.placed.need(levels=LEVELS)
    rows = []
    for measure, words in NEED.items():
        row: dict[str, object] = {"children": words}
        row |= {str(y): middle(found, measure, year=y)[1] for y in milestones(years)}
        low, _, high = middle(found, measure, year=years[-1])
        rows.append(row | {f"{years[-1]}: 9 in 10 between": between(low, high)})
    return pd.DataFrame(rows)


def _hidden_words(outcome: Outcome, year: int) -> str:
    """Return what the answer would be had rationing hidden need, beside the forecast's own."""
    found = outcome.placed.need(levels=LEVELS)
    low, mid, high = middle(found, "without_a_place", year=year)
    now = middle(found, "hidden", year=outcome.area.base_year)
    return (
        f"Need here is children placed at a specialist setting and those turned away: {middle(found, 'turned_away', year=year)[1]:,.0f} turned away in January {year} under the forecast as it is. "
        f"The forecast rests on placements, and places were rationed while plans doubled: had state special schools kept up since 2019, {now[1]:,.0f} ({between(now[0], now[2])}) more children would be at one in January {outcome.area.base_year}, and {mid:,.0f} ({between(low, high)}) would be without a suitable state place in January {year}. Placements can't tell which reading is right (`allocate.latent_special_share`)."
    )


def _grid(outcome: Outcome, year: int, limit: int = 0) -> Figure:
    short = outcome.placed.shortfall("need_group", "phase", levels=LEVELS)
    return charts.grid(
        short[(short["year"] == year) & (short["level"] == LEVELS[1])], "need_group", "phase", "children", limit=limit
    )


def _table(outcome: Outcome, by: tuple[str, ...], key: str, title: str) -> Table:
    short = outcome.placed.shortfall(*by, levels=LEVELS)
    years = milestones(sorted(short["year"].unique()))
    mids = short[(short["level"] == LEVELS[1]) & short["year"].isin(years)]
    table = across(mids, list(by), "year", "children")
    last = with_interval(short[short["year"] == years[-1]], "children", list(by))
    table = table.merge(last[[*by, "9 in 10 between"]], on=list(by)).rename(
        columns={"9 in 10 between": f"{years[-1]}: 9 in 10 between"}
    )
    kept = table[table[[str(y) for y in years]].sum(axis=1) > 0]
    if len(by) > 2:
        kept = kept.sort_values(str(years[-1]), ascending=False)
    for column in by[1:]:
        kept = kept.assign(**{column: [label(str(v), column) for v in kept[column]]})
    formats = dict.fromkeys(map(str, years), "n") | {by[0]: "code"}
    return Table(
        key,
        f"{title}, January, middle forecast",
        kept.reset_index(drop=True),
        formats,
        note=f"{INTERVAL} Rows with none are left out.",
        counts=tuple(map(str, years)),
        tied=(f"{years[-1]}: 9 in 10 between",),
        rows_shown=15 if len(by) > 2 else 40,
    )


def by_group(outcome: Outcome) -> pd.DataFrame:
    """Return children turned away by district, group of needs and phase, in words, at each milestone, middle forecast."""
    return _table(outcome, ("district", "need_group", "phase"), "shortfall-all", "").frame


def _full(full: pd.DataFrame, years: list[int]) -> pd.DataFrame:
    mids = full[(full["level"] == LEVELS[1]) & full["year"].isin(milestones(years))]
    told = mids.astype({"share": object})
    told["share"] = told["share"].where(mids["share"].notna(), NOT_KNOWN)
    return across(told, ["setting_type"], "year", "share")


def _where(outcome: Outcome, year: int) -> str:
    """Return where the largest share is turned away, as the title of a map."""
    shares = away_by_district(outcome)[1][year]
    if len(shares) < 2:
        return "Children turned away from every suitable state place"
    if not shares.gt(0).any():
        return f"No district has children turned away in January {year}"
    return f"{shares.idxmax()} would have the largest share of children turned away by January {year}"


def _picture(outcome: Outcome, limit: int = 0) -> maps.Picture:
    years = map_years(outcome)
    numbers, shares = away_by_district(outcome, limit)
    return maps.Picture(
        years=tuple(years),
        year=years[-1],
        scale=maps.darker(shares, SHARE, "%", "Share turned away, of children who need a specialist place"),
        districts=shares,
        numbers=numbers,
        numbers_say="children turned away",
        words={year: _in_words(outcome, year, numbers[year], shares[year]) for year in years},
        links=links(outcome),
    )


def _in_words(outcome: Outcome, year: int, numbers: pd.Series, shares: pd.Series) -> str:
    """Return how many are turned away in a January, and where most; of districts whose number is hidden, nothing."""
    total = middle(outcome.placed.shortfall(levels=LEVELS), "children", year=year)[1]
    says = f"January {year}: {count(total, 'child', 'children')} turned away"
    known = shares.dropna()
    known = known[known > 0].sort_values(ascending=False)
    if len(known) > 1:
        says += "; the largest share in " + " and ".join(
            f"{d} ({shown(s, '%')}: {numbers[d]})" for d, s in known.head(2).items()
        )
    return f"{says}."
