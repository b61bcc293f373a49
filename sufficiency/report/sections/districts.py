"""District by district: a map with names, children with plans, the gap by need and phase, schools within reach, where children go."""

from __future__ import annotations

from functools import partial
from typing import Final

import pandas as pd

from sufficiency.outcome import Outcome
from sufficiency.report.disclosure.suppress import HIDDEN
from sufficiency.report.look import maps
from sufficiency.report.look.ground import ground
from sufficiency.report.model import Exhibit, Section, Table
from sufficiency.report.sections.anchors import district_key, links, paged
from sufficiency.report.sections.districts_told import MEASURES, Told, told_of
from sufficiency.report.sections.explorer import explorer
from sufficiency.report.sections.mapped import mapped
from sufficiency.report.sections.schools import year_ahead
from sufficiency.report.sections.zones import map_settings, map_years
from sufficiency.words.say import count, label, shown
from sufficiency.words.school_year import PHASES
from sufficiency.words.vocabulary import NEED_GROUPS

MIDDLES: Final = (
    "Each number is the middle of the simulated futures for its own row and January, so that rows need not add up."
)
READ: Final = ("page", "document")
KEPT: Final = ("workbook",)


def sections(outcome: Outcome, limit: int = 0) -> list[Section]:
    """Return a section on districts together and one for each; counts from 1 to one below `limit` are hidden."""
    districts = list(ground(outcome.area).districts)
    if len(districts) < 2:
        return []  # what is told of the area is told of its one district
    told = told_of(outcome, limit)
    pages = [_one(outcome, told, district, limit) for district in paged(outcome.area)]
    return [_together(outcome, told, districts, limit), *pages]


def _together(outcome: Outcome, told: Told, districts: list[str], limit: int) -> Section:
    years = map_years(outcome)
    hidden = "'c': hidden, so that no child can be told." if limit > 1 else ""
    columns = {str(y): "n" for y in years}
    return Section(
        "districts",
        "District by district",
        words=(
            f"{_which(outcome, districts)} Homes of children with plans are not published by district: plans are shared out by children's ages and family income in each neighbourhood, unless the area's tables say who lives where.",
        ),
        exhibits=(
            explorer(outcome),
            Table(
                "district-outlook",
                "Children by home district, January, middle forecast",
                told.outlook,
                columns,
                note=hidden,
                shown_in=KEPT,
            ),
            Table(
                "district-reach",
                "State schools within reach of each district, by mean minutes from its children's homes",
                told.reach,
                {"minutes": "n", "places": "n"},
                note=hidden,
                shown_in=KEPT,
            ),
            Table(
                "district-destinations",
                "Where children of each district who need a specialist place are, middle forecast",
                told.places,
                note=_said(MIDDLES, hidden),
                shown_in=KEPT,
            ),
        ),
    )


def _which(outcome: Outcome, districts: list[str]) -> str:
    """Return which districts have a page, in words."""
    if paged(outcome.area):
        return f"{count(len(districts), 'district')}, one after another: {', '.join(districts)}."
    return f"There are {count(len(districts), 'planning area')}, too many for a page each: the explorer, where it is shown, and the workbook have them all."


def _one(outcome: Outcome, told: Told, district: str, limit: int) -> Section:
    key, year = district_key(district), year_ahead(outcome)
    mine = told.outlook[told.outlook["district"] == district].drop(columns="district")
    reach = told.reach[told.reach["district"] == district].drop(columns="district")
    places = told.places[told.places["district"] == district].drop(columns="district")
    hidden = "'c': hidden, so that no child can be told." if limit > 1 else ""
    exhibits: list[Exhibit] = [
        mapped(
            f"map-{key}",
            f"{district}: schools and towns",
            outcome.area,
            partial(_picture, outcome, district),
            f"{district} with its neighbourhoods, towns and named schools, larger for more places; neighbouring districts in grey.",
        ),
        Table(
            f"{key}-outlook",
            f"Children of {district}, January, middle forecast",
            mine,
            {str(y): "n" for y in map_years(outcome)},
            note=_said("Each number is the middle of the simulated futures for the whole district.", hidden),
            shown_in=READ,
        ),
    ]
    gap = _grid(told.gap, district)
    if len(gap):
        exhibits.append(
            Table(
                f"{key}-gap",
                f"{district}: turned away from every suitable state place, January {year}, by need and phase",
                gap,
                dict.fromkeys(gap.columns[1:], "n"),
                note=_said(
                    "Each cell is the middle of the simulated futures for that need and phase alone, so that cells need not add up to the number turned away in the whole district, in the table above.",
                    hidden,
                ),
                shown_in=READ,
            )
        )
    exhibits += [
        Table(
            f"{key}-reach",
            f"{district}: state schools within reach, the nearest first",
            reach,
            {"minutes": "n", "places": "n"},
            note=f"Mean minutes from the homes of the district's children, up to {outcome.area.value('transport.guide_primary_minutes'):g}.",
            shown_in=READ,
        ),
        *_pipeline(outcome, district, key),
        Table(
            f"{key}-destinations",
            f"Where children of {district} who need a specialist place are",
            places,
            note=_said(
                f"{MIDDLES} Those turned away, by where they are instead, need not add up to the number turned away in the whole district, in the first table.",
                hidden,
            ),
            shown_in=READ,
        ),
    ]
    return Section(key, district, words=_words(outcome, told, district), exhibits=tuple(exhibits), within="districts")


def _said(*notes: str) -> str:
    """Return notes as one, those that are empty left out."""
    return " ".join(note for note in notes if note)


def _picture(outcome: Outcome, district: str, limit: int = 0) -> maps.Picture:
    years = map_years(outcome)
    return maps.Picture(
        years=tuple(years),
        year=years[0],
        schools=map_settings(outcome, years, limit),
        district=district,
        links=links(outcome),
    )


def _words(outcome: Outcome, told: Told, district: str) -> tuple[str, ...]:
    """Return the district in three sentences, each from figures that are not hidden."""
    base, year, last = outcome.area.base_year, year_ahead(outcome), outcome.options.to
    rows = told.outlook[told.outlook["district"] == district].set_index("children")
    plans, need, away = (rows.loc[words] for words in MEASURES.values())
    said = []
    if not plans.eq(HIDDEN).any():
        said.append(
            f"About {shown(plans[str(base)], 'n')} children of {district} have an EHC plan in January {base}; by January {last} the middle forecast is {shown(plans[str(last)], 'n')} (9 in 10 futures: {plans[f'{last}: 9 in 10 between']})."
        )
    if HIDDEN not in (away[str(year)], need[str(year)]):
        said.append(_turned_away(told, district, year, float(away[str(year)]), float(need[str(year)])))
    if district in told.journeys.index:
        trip = told.journeys.loc[district]
        third = f"Those with a place travel {trip['mean_minutes']:.0f} minutes each way on average today; {shown(trip['share_beyond'], '%')} travel further than guidance expects"
        inside = told.ends.loc[district, district] if {district} <= set(told.ends.index) & set(told.ends.columns) else 0
        known = told.ends.loc[district] if district in told.ends.index else pd.Series(dtype=float)
        if len(known) and not known.eq(HIDDEN).any():
            third += f", and {shown(1 - float(inside) / float(known.astype(float).sum()), '%')} go to a school in another district or beyond the area{_guessed(outcome)}"
        said.append(f"{third}.")
    return (" ".join(said),)


def _turned_away(told: Told, district: str, year: int, away: float, need: float) -> str:
    """Return how many of those who need a specialist place are turned away, and the largest group of them that is not hidden."""
    if round(away) < 1:
        return f"In January {year} none of the {shown(need, 'n')} who need a specialist place would be turned away from every suitable state place."
    says = f"In January {year}, {shown(away, 'n')} of the {shown(need, 'n')} who need a specialist place would be turned away from every suitable state place"
    known = told.gap[(told.gap["district"] == district) & told.gap["children"].map(lambda v: v != HIDDEN)]
    sizes = known["children"].astype(float)
    if len(sizes) and sizes.max() >= 1:
        top = known.loc[sizes.idxmax()]
        group, phase = str(top["need_group"]), str(top["phase"]).lower()
        says += f", the largest group {group[0].lower()}{group[1:]}, {phase} age ({shown(sizes.max(), 'n')})"
    return f"{says}."


def _guessed(outcome: Outcome) -> str:
    """Return that who attends where is an estimate, where it is."""
    return " (an estimate: who attends which school is not in the area's tables)" if outcome.placed.is_estimate else ""


def _grid(gap: pd.DataFrame, district: str) -> pd.DataFrame:
    """Return children turned away of one district: a row for each group of needs, a column for each phase in order of age."""
    own = gap[gap["district"] == district]
    if own.empty:
        return pd.DataFrame()
    wide = own.pivot(index="need_group", columns="phase", values="children")
    phases = [words for p in PHASES if (words := label(str(p), "phase")) in wide]
    wide = (
        wide.reindex(index=[n for n in NEED_GROUPS.values() if n in wide.index], columns=phases)
        .astype(object)
        .fillna(0)
    )
    wide.columns = list(phases)
    wide.insert(0, "need", wide.index)
    return wide.reset_index(drop=True)


def _pipeline(outcome: Outcome, district: str, key: str) -> list[Table]:
    """Return what has opened recently or is still to open in a district, where anything is."""
    rows = outcome.area.pipeline
    homes = outcome.area.settings.set_index("setting")["district"]
    own = rows[
        rows["district"].fillna("").where(rows["district"].fillna("") != "", rows["setting"].map(homes)) == district
    ]
    if own.empty:
        return []
    table = pd.DataFrame(
        {
            "school, unit or base": own["name"],
            "places": own["places"],
            "September": [str(y - 1) for y in own["opens"]],
            "status": own["status"],
        }
    )
    return [
        Table(
            f"{key}-pipeline",
            f"{district}: places opened recently, agreed or proposed",
            table.reset_index(drop=True),
            {"places": "n", "status": "code"},
            shown_in=READ,
        )
    ]
