"""Inclusion bases at secondary schools, and money for them in place of special free schools that are not built.

Where bases will be is not known: an area's places are shared among its districts by children and stand at the middle of
each. Specialist bases are the authority's and open as units; support bases are a school's own, and take nobody whom the
authority places, so that they are counted and cost high needs nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError, nearest, one_of
from sufficiency.scenarios.law_2029.parts import Part, national, own, share_of_children
from sufficiency.scenarios.pipeline_levers import OpenProposed, opening
from sufficiency.words.school_year import LAST_YEAR

Floats = npt.NDArray[np.float64]
SECONDARY: Final = (7, 11)
KINDS: Final = ("specialist_base", "support_base")
DECISIONS: Final = ("build", "cash", "cancelled")


@dataclass(frozen=True)
class InclusionBases(Part):
    """A base opens in every secondary school by and by: half by 2030, all by 2035, each filling over three years.

    `reform.base_*` has places a school, dates, filling, capital and the share that the authority funds. Schools are the
    area's share of England's by children of NCY 7 to 11, unless `secondaries` says how many there are.
    """

    secondaries: int | None = None

    @property
    def label(self) -> str:
        """Words for a chart."""
        return "Inclusion bases in secondary schools"

    @property
    def since(self) -> int:
        """First January that shows it, unless an area has a year of its own."""
        return int(national("base_first_year")) + 1

    def __call__(self, area: Area) -> Area:
        """Return the area with the bases opening, where it has schools and districts to open them in."""
        return _opened(area, self.places(area), "base", self.label) if _has_districts(area) else area

    def places(self, area: Area) -> pd.Series:
        """Return base places open by January, specialist and support together: from the year after the base year. [places]

        Compare `held_against`, the area's share of the places that the capital announced is for.
        """
        schools = self.secondaries
        if schools is None:
            return self._places(area, own(area, "secondaries_in_england") * share_of_children(area, *SECONDARY))
        if isinstance(schools, bool) or schools < 0:
            raise InputError(f"{self.label}: secondaries is {schools!r}; a number of schools is expected")
        return self._places(area, float(schools))

    def held_against(self, area: Area) -> float:
        """Return the area's share of the places announced for England, by children of NCY 7 to 11. [places]"""
        return own(area, "base_places_in_england") * share_of_children(area, *SECONDARY)

    def _places(self, area: Area, schools: float) -> pd.Series:
        first, half, full = (int(own(area, f"base_{when}_year")) for when in ("first", "half", "full"))
        if not first < half < full:
            raise InputError(f"{self.label}: Januaries {first}, {half} and {full} are not in order: first, half, full")
        years = np.arange(first, LAST_YEAR + 1)
        with_base = np.interp(years, [first, half, full], [0.0, 0.5, 1.0]) * self.delivered * schools
        return _filled(area, pd.Series(with_base * own(area, "base_places_per_secondary"), index=years))


@dataclass(frozen=True)
class FreeSchoolSwap(Part):
    """Special free schools that were planned: built, swapped for money for base places, or cancelled, project by project.

    `decisions` has the name of a row of pipeline.csv -> 'build' (on the row's date, with its chance and delay), 'cash'
    (it does not open; GBP 50,000 a place over three years buys base places a year later) or 'cancelled'. None by default.

    Raises
    ------
    InputError
        For a decision that is none of the three.
    MissingError
        For a project that pipeline.csv has not.
    """

    decisions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def label(self) -> str:
        """Words for a chart."""
        return "Special free schools: built, swapped for bases or cancelled"

    def __call__(self, area: Area) -> Area:
        """Return the area with each project as decided; not delivered at all, as it was."""
        known = list(area.pipeline["project"])
        for project, decision in self.decisions.items():
            if decision not in DECISIONS:
                raise InputError(
                    f"{self.label}: '{decision}' for '{project}' is not one of {one_of(DECISIONS)}{nearest(decision, DECISIONS)}"
                )
            if project not in known:
                raise MissingError(
                    f"{self.label}: no project is called '{project}'{nearest(project, known)}; known: {one_of(known)}"
                )
        if not self.delivered:
            return area
        for project, decision in self.decisions.items():
            row = area.pipeline[area.pipeline["project"] == project].iloc[0]
            if decision == "build":
                area = OpenProposed(project)(area) if row["status"] == "proposed" else area
                continue
            area = area.replace(coming=area.coming[area.coming["project"] != project].reset_index(drop=True))
            if decision == "cash" and _has_districts(area):
                area = _opened(area, self._bought(area, row), f"swap-{project}", self.label)
        return area

    def _bought(self, area: Area, row: pd.Series) -> pd.Series:
        """Return base places that the money for one project buys, by January. [places]"""
        lasts = int(own(area, "base_capital_years"))
        first = max(int(row["opens"]), area.base_year + 1) + int(own(area, "base_lead_years"))
        years = np.arange(first - 1, LAST_YEAR + 1)
        paid = np.clip((years - first + 1) / lasts, 0, 1)  # a base place costs what is paid for each place not built
        return _filled(area, pd.Series(paid * float(row["places"]) * self.delivered, index=years))


def _filled(area: Area, full: pd.Series) -> pd.Series:
    """Return places open by January after the base year of bases that fill over three years, given their full size."""
    first, second = own(area, "base_fill_first"), own(area, "base_fill_second")
    if not first <= second <= 1:
        raise InputError(
            f"reform.base_fill_first, {first:g}, is above base_fill_second, {second:g}, or that is above 1"
        )
    new = full.diff().fillna(full.iloc[:1])
    by_age = [first, second - first, 1 - second]
    opened = sum((new.shift(age, fill_value=0.0) * share for age, share in enumerate(by_age)), new * 0.0)
    return opened.cumsum().loc[area.base_year + 1 :]


def _has_districts(area: Area) -> bool:
    return not (area.zones.empty or area.settings.empty or area.places.empty)


def _opened(area: Area, places: pd.Series, code: str, lever: str) -> Area:
    """Return the area with base places opening year by year in each district, specialist and support apart."""
    specialist = own(area, "base_specialist_share")
    districts = _districts(area)
    shares = dict(zip(KINDS, (specialist, 1 - specialist), strict=True))
    rows = []
    for kind, share in shares.items():
        by_district = np.outer(places.to_numpy() * share, districts["share"])
        open_by = np.floor(by_district + 0.5).astype(int)
        more = np.diff(open_by, axis=0, prepend=0)
        for year, steps in zip(places.index, more, strict=True):
            rows += [
                _project(code, kind, where, int(year), int(step), lever)
                for where, step in zip(districts.to_dict("records"), steps, strict=True)
                if step > 0
            ]
    if not rows:
        return area
    made = tables.check(pd.DataFrame(rows), tables.PIPELINE, source=lever)
    made["capital_gbp"] = made["places"] * own(area, "base_capital_gbp")
    return opening(area.replace(pipeline=pd.concat([area.pipeline, made], ignore_index=True)), made)


def _districts(area: Area) -> pd.DataFrame:
    """Return each district's authority, middle and share of the area's children of NCY 7 to 11."""
    children = area.zone_children
    of_age = children[children["ncy"].between(*SECONDARY)].groupby("zone")["children"].sum()
    zones = area.zones.assign(children=area.zones["zone"].map(of_age).fillna(0.0) if len(of_age) else 1.0)
    weighed = zones.assign(x=zones["easting"] * zones["children"], y=zones["northing"] * zones["children"])
    found = weighed.groupby(["authority", "district"], as_index=False)[["children", "x", "y"]].sum()
    found = found[found["children"] > 0]
    return found.assign(
        easting=(found["x"] / found["children"]).round(),
        northing=(found["y"] / found["children"]).round(),
        share=found["children"] / found["children"].sum(),
    )


def _project(
    code: str, kind: str, where: Mapping[Hashable, object], year: int, places: int, lever: str
) -> dict[str, object]:
    district = str(where["district"])
    setting = f"{code}-{kind.split('_')[0]}-{district}".upper().replace(" ", "-")
    return {
        "project": f"{setting}-{year}",
        "setting": setting,
        "name": f"{'Specialist' if kind == 'specialist_base' else 'Support'} bases, {district}",
        "kind": kind,
        "authority": where["authority"],
        "district": district,
        "easting": where["easting"],
        "northing": where["northing"],
        "ncy_low": SECONDARY[0],
        "ncy_high": SECONDARY[1],
        "needs": "",
        "places": places,
        "opens": year,
        "status": "proposed",
        "chance": 1.0,
        "delay_years_low": 0,
        "delay_years_mode": 0,
        "delay_years_high": 0,
        "as_of": "2026-11",
        "source": lever,
    }
