"""Each table of a folder of downloads that isn't of EHC plans: the files of its kind put together, what can't be read left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pandas as pd

from sufficiency.errors import InputError, MissingError
from sufficiency.inputs import catalogue
from sufficiency.inputs.files.sheets import Sheet
from sufficiency.inputs.releases import (
    dfe_ehc_plans_2022,
    dfe_gias,
    dfe_school_performance,
    mhclg_deprivation,
    ons,
    postcodes,
)
from sufficiency.published import small_areas


@dataclass
class Gaps:
    """What a folder lacks: notes for an area, and the tables that their readers refuse, with why."""

    notes: list[tuple[str, str, str]] = field(default_factory=list)
    lost: dict[Sheet, str] = field(default_factory=dict)

    def lose(self, table: str, sheet: Sheet, why: Exception) -> None:
        """Note that a sheet is left out of an area's table."""
        self.notes.append((table, "doubtful", f"{sheet.name} is left out: {why}"))
        self.lost[sheet] = str(why)


def gathered(
    found: Sequence[catalogue.Found],
    kind: str,
    reader: Callable[[Sheet], pd.DataFrame],
    gaps: Gaps,
    *,
    once: Sequence[str] = (),
) -> pd.DataFrame:
    """Return every sheet of a kind as one frame; one that can't be read is left out, and a note says why.

    Where two sheets have the same `once`, such as an authority and a year, the last has it, and not both.
    """
    frames = []
    for file in catalogue.of_kind(found, kind):
        try:
            frames.append(reader(file.sheet))
        except (InputError, MissingError) as caught:
            gaps.lose("area", file.sheet, caught)
    kept = [f for f in frames if len(f)]
    if len(kept) > 1 and once:
        together = pd.concat(kept, keys=range(len(kept)))
        sheet = pd.Series(together.index.get_level_values(0), index=together.index)
        last = sheet.groupby([together[c] for c in once], dropna=False).transform("max")
        return together[sheet.eq(last)].reset_index(drop=True)
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame()


def postcodes_of(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
    """Return postcodes, each once; a directory's parts by postcode area, which repeat it, are not read."""
    files = catalogue.of_kind(found, "postcodes")
    whole = [f for f in files if not any("multi_csv" in m.lower() for m in f.sheet.members)]
    together = gathered(whole or files, "postcodes", postcodes.postcodes, gaps)
    return together.drop_duplicates("postcode", ignore_index=True) if len(together) else together


def deprivation_of(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
    """Return children in income-deprived families, those of the latest indices first."""
    frame = gathered(found, "deprivation", mhclg_deprivation.children_in_deprived_families, gaps)
    return frame.sort_values("census", ascending=False, kind="stable") if len(frame) else frame


def long_stock_of(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
    """Return plans of every authority since 2007, by the files that have them. [plans]"""
    frames = []
    for file in catalogue.of_kind(found, "ehc_plans_2022"):
        try:
            frames.append(dfe_ehc_plans_2022.stock(file.release or file.sheet.file))
        except (InputError, MissingError) as caught:
            gaps.lose("long_view", file.sheet, caught)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def school_census_of(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
    """Return SEN school by school, each school once, with its absence where that is there."""
    frame = gathered(found, "compare_census", dfe_school_performance.school_census, gaps)
    if frame.empty:
        return frame
    missed = gathered(found, "compare_absence", lambda sheet: dfe_school_performance.absence(sheet).reset_index(), gaps)
    frame = frame.sort_values("year", na_position="first").drop_duplicates("school", keep="last")
    return frame.merge(missed.drop_duplicates("school"), on="school", how="left") if len(missed) else frame


def people_of(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
    """Return people by code, mid-year and age from every file; a doubtful estimate gives way to any other."""
    frames = []
    for file in catalogue.of_kind(found, "people"):
        if file.level == "authority":
            try:
                frames.append(ons.people(file.sheet).assign(basis="estimate", doubt=file.is_doubtful))
            except (InputError, MissingError) as caught:
                gaps.lose("population", file.sheet, caught)
    projected = gathered(found, "projection", ons.projection, gaps)
    if len(projected):
        frames.append(projected.assign(basis="projection", doubt=False))
    columns = ["code", "mid_year", "age", "children", "basis", "doubt"]
    if not frames:
        return pd.DataFrame(columns=columns)
    together = pd.concat(frames, ignore_index=True)[columns].sort_values("doubt", kind="stable")
    return together.drop_duplicates(["code", "mid_year", "age"], keep="first")


def small_areas_of(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
    """Return people by small area and age from the latest estimates; by LSOA of 2011, also by those of 2021."""
    dated = [f for f in catalogue.of_kind(found, "people") if f.level == "lsoa" and f.mid_year is not None]
    latest = max((f.mid_year or 0 for f in dated), default=0)
    frames = []
    for file in [f for f in dated if f.mid_year == latest]:
        try:
            frames.append(ons.people(file.sheet))
        except (InputError, MissingError) as caught:
            gaps.lose("zone_children", file.sheet, caught)
    if not frames:
        return pd.DataFrame(columns=["code", "mid_year", "age", "children"])
    together = pd.concat(frames, ignore_index=True)
    last = together[together["mid_year"] == together["mid_year"].max()].drop_duplicates(["code", "age"])
    return small_areas.with_new_codes(last, gathered(found, "lookup", ons.new_codes, gaps))


def schools_of(found: Sequence[catalogue.Found], places: pd.DataFrame, gaps: Gaps) -> pd.DataFrame:
    """Return the school register: the latest row of each school, its capacity by the tables that have it by school."""
    together = gathered(found, "gias", dfe_gias.schools, gaps)
    if together.empty:
        return together
    is_todays = together["authority"].ne("")
    register = pd.concat([together[is_todays], together[~is_todays]]).drop_duplicates("setting", ignore_index=True)
    if not is_todays.any():
        gaps.notes.append(
            ("settings", "doubtful", "the school register is an old one, not today's: schools have opened since")
        )
    if len(places) and "authority" in places and "postcode" in register:
        at = dict(zip(places["postcode"], places["authority"], strict=True))
        by_postcode = register["postcode"].str.upper().str.replace(r"\s+", "", regex=True).map(at).fillna("")
        register["authority"] = register["authority"].where(register["authority"].ne(""), by_postcode)
    known = gathered(found, "capacity", dfe_gias.capacity, gaps)
    units = gathered(found, "capacity_mainstream", dfe_gias.unit_capacity, gaps)
    if len(units):
        by_school = units.drop_duplicates("setting", keep="last").set_index("setting")
        for column in ("unit_places", "resourced_places"):
            told = register["setting"].map(by_school[column])
            register[column] = told.fillna(register[column]) if column in register else told
    if len(known):
        own = register["setting"].map(known.drop_duplicates("setting", keep="last").set_index("setting")["capacity"])
        register["capacity"] = own.fillna(register["capacity"]) if "capacity" in register else own
    return register
