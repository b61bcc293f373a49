"""What only shows when pipeline.csv is read beside settings.csv and places.csv.

A row that could never open, would be counted twice, or says what can't all be so.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd

from sufficiency.errors import Fault, nearest, one_of
from sufficiency.tables.rows import ProjectRow
from sufficiency.tables.shown_value import shown_value
from sufficiency.words.vocabulary import PROJECT_KINDS

ALIKE: Final = {"resourced_provision": "sen_unit"}  # a unit's places and resourced provision are one kind of project
NEW_NEEDS: Final = ("easting", "northing", "ncy_low", "ncy_high")
DELAYS: Final = ("delay_years_low", "delay_years_mode", "delay_years_high")


def pipeline_faults(
    pipeline: pd.DataFrame, settings: pd.DataFrame, places: pd.DataFrame, base_year: int
) -> list[Fault]:
    """Return every fault of a pipeline, row by row.

    Parameters
    ----------
    pipeline, settings, places
        As `tables.PIPELINE`, `tables.SCHOOLS` and `tables.PLACES`, each checked by itself.
    base_year
        January of the area's last counts. [year]
    """
    types = dict(zip(settings["setting"], settings["setting_type"], strict=True))
    new = {
        row.setting: (number, row.easting, row.northing)
        for number, row in reversed(list(enumerate(pipeline.itertuples(), start=2)))
        if row.setting not in types and not pd.isna(row.easting)
    }
    sites = {row.setting: (row.easting, row.northing) for row in settings.itertuples()}
    sites |= {setting: (easting, northing) for setting, (_, easting, northing) in new.items()}
    faults: list[Fault] = []
    opened: dict[tuple[str, str, int], int] = {}
    schemes: dict[str, ProjectRow] = {}
    for number, row in enumerate(pipeline.itertuples(), start=2):
        faults += [Fault(number, *said) for said in _setting_faults(row, types, new)]
        faults += [Fault(number, *said) for said in _time_faults(row, places, base_year)]
        faults += [Fault(number, *said) for said in _chance_faults(row)]
        faults += [Fault(number, *said) for said in _scheme_faults(row, schemes, sites)]
        key = (row.setting, row.kind, row.opens)
        if row.status != "open" and key in opened:
            says = f"{row.setting} opens a {row.kind} in {row.opens} already, in row {opened[key]}; add the places up in one row"
            faults.append(Fault(number, "setting, opens", says))
        opened.setdefault(key, number)
    return faults


def _setting_faults(
    row: ProjectRow, types: dict[str, str], new: dict[str, tuple[int, float, float]]
) -> Iterator[tuple[str, str]]:
    if row.setting in types:
        is_type = ALIKE.get(types[row.setting], types[row.setting])
        if PROJECT_KINDS[row.kind] != is_type:
            fits = [k for k, becomes in PROJECT_KINDS.items() if becomes == is_type]
            way_out = f"expected {one_of(fits)}" if fits else "give what opens a code of its own"
            yield "kind", f"'{row.kind}', but {row.setting} is {types[row.setting]} in settings.csv; {way_out}"
        if not pd.isna(row.easting):
            yield (
                "easting",
                f"{row.setting} is in settings.csv, which says where it is; leave easting and northing blank",
            )
        return
    blank = [c for c in NEW_NEEDS if pd.isna(getattr(row, c))]
    if row.setting in new and len(blank) == len(NEW_NEEDS):
        return  # more places at a setting that another row describes
    if len(blank) == len(NEW_NEEDS):
        hint = nearest(row.setting, types) or f"; a new setting needs {one_of(NEW_NEEDS)}"
        yield "setting", f"{shown_value(row.setting)} is not in settings.csv{hint}"
    elif blank:
        yield blank[0], f"{row.setting} is not in settings.csv, and a new setting needs {one_of(blank)}"
    elif (row.easting, row.northing) != new[row.setting][1:]:
        yield (
            "easting, northing",
            f"{row.setting} is somewhere else in row {new[row.setting][0]}; give one point, or another code",
        )
    elif row.ncy_low > row.ncy_high:
        yield "ncy_low", f"{row.ncy_low} is above ncy_high, {row.ncy_high}; swap them"


def _time_faults(row: ProjectRow, places: pd.DataFrame, base_year: int) -> Iterator[tuple[str, str]]:
    if row.status == "open":
        now = _places_in(places, row.setting, max(row.opens, base_year))
        if now < row.places:
            yield (
                "status",
                f"'open', but places.csv has {now} places at {row.setting} in {max(row.opens, base_year)}, fewer than "
                f"the {row.places} of this row; add them there, or make the row agreed if they are still to open",
            )
    elif row.opens <= base_year:
        yield (
            "opens",
            f"{row.opens} is not after the base year, {base_year}; if the places are open, put them in places.csv and "
            "make the row open, otherwise give the January that is now promised",
        )
    else:
        own = places[(places["setting"] == row.setting) & (places["year"] > base_year)]
        for year in sorted(own["year"]):
            if _places_in(places, row.setting, year) - _places_in(places, row.setting, year - 1) == row.places:
                yield (
                    "places",
                    f"places.csv opens {row.places} places at {row.setting} in {year} too, so they would count twice; "
                    "take them out of places.csv, or make the row open",
                )


def _chance_faults(row: ProjectRow) -> Iterator[tuple[str, str]]:
    if row.status == "open" and row.chance < 1:
        yield "chance", f"{row.chance:g}, but the row is open: leave the chance blank"
    if row.status == "proposed" and row.chance == 1:
        yield "chance", "1, but what is only proposed is not certain: give a chance below 1, or make the row agreed"
    given = [getattr(row, c) for c in DELAYS]
    known = [d for d in given if not pd.isna(d)]
    if known and len(known) < len(given):
        yield DELAYS[0], "low, mode and high are given together, or all are blank"
    elif known != sorted(known):
        yield DELAYS[0], f"{', '.join(str(d) for d in known)} are not in order: low, mode, high"


def _scheme_faults(
    row: ProjectRow, schemes: dict[str, ProjectRow], sites: dict[str, tuple[float, float]]
) -> Iterator[tuple[str, str]]:
    """Yield where a row is not at the site, or not at the stage, of the first row of its scheme."""
    if pd.isna(row.scheme) or not row.scheme:
        return
    first = schemes.setdefault(row.scheme, row)
    way_out = "rows of one scheme share one site and one status; give this row another scheme, or leave it blank"
    if sites.get(row.setting) != sites.get(first.setting):
        yield "scheme", f"'{row.scheme}' is elsewhere in the row of {first.project}; {way_out}"
    elif row.status != first.status:
        yield (
            "scheme",
            f"'{row.scheme}' is {first.status} in the row of {first.project}, and {row.status} here; {way_out}",
        )


def _places_in(places: pd.DataFrame, setting: str, year: int) -> int:
    own = places[(places["setting"] == setting) & (places["year"] <= year)].sort_values("year")
    return int(own["places"].iloc[-1]) if len(own) else 0
