"""Options to open, close or designate places: checked against the area, given a row of costs, and turned into levers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import tables
from sufficiency.allocate.place.children import Ints
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError, nearest, one_of
from sufficiency.frozen import frozen
from sufficiency.scenarios.levers import Change, ClosePlaces, OpenPlaces, OpenSetting
from sufficiency.scenarios.scenario import Lever
from sufficiency.tables.rows import OptionRow
from sufficiency.words.vocabulary import PROJECT_KINDS

NEW: Final = {kind: PROJECT_KINDS[kind] for kind in ("unit", "specialist_base", "special")}
OWN: Final = "support_base"  # a school's own: the authority places nobody there, so none turned away could be
NEW_NEEDS: Final = ("name", "authority", "easting", "northing", "ncy_low", "ncy_high")


@frozen
@dataclass(frozen=True, eq=False)
class Options:
    """Options by position, and the area with a stand-in for each new or newly designated setting."""

    table: pd.DataFrame  # as tables.OPTIONS
    area: Area
    site: tuple[str, ...]  # the setting whose suitability an option has: its own, or its stand-in
    at: tuple[str, ...]  # the setting whose journeys it has

    def __len__(self) -> int:
        """Return how many options there are."""
        return len(self.table)


def read_options(area: Area, options: pd.DataFrame) -> Options:
    """Return options checked against an area; support bases, where the authority places nobody, are left out.

    Raises
    ------
    InputError
        For a row that can't be used: a new setting without a place on the map or a code already taken, two changes to
        one setting that can't be told apart.
    MissingError
        For a setting that the area does not have.
    """
    table = tables.check(options, tables.OPTIONS, source="options")
    table = table[table["kind"] != OWN].sort_values("option", ignore_index=True)
    if table.empty and len(options):
        raise InputError(
            "options: all are support bases, a school's own, where the authority places nobody; add others"
        )
    table = table.assign(
        blocks=table["blocks"].fillna(1).astype("int64"),
        set_up_years=table["set_up_years"].fillna(0).astype("int64"),
    )
    known, site, at, added = set(area.settings["setting"]), [], [], []
    for row in table.itertuples():
        where = f"options, {row.option}"
        if row.kind in NEW:
            added.append(_new_setting(row, known, where))
            site.append(row.setting)
            at.append(row.setting)
            known.add(row.setting)
            continue
        if row.setting not in set(area.settings["setting"]):
            raise MissingError(f"{where}: there is no setting '{row.setting}'{nearest(row.setting, known)}")
        if row.kind == "designate":
            added.append(_designated(area, row, where))
            site.append(added[-1]["setting"])
        else:
            site.append(row.setting)
        at.append(row.setting)
    changing = table[table["kind"].isin(["close", "designate"])]
    twice = changing.loc[changing["setting"].duplicated(), "setting"]
    if len(twice):
        raise InputError(
            f"options: {one_of(twice)} has more than one option to close or designate; keep one, with blocks if need be"
        )
    whole = [tables.check(pd.DataFrame([row]), tables.SCHOOLS, source="options") for row in added]
    wider = area.replace(settings=pd.concat([area.settings, *whole], ignore_index=True))
    return Options(table, wider, tuple(site), tuple(at))


def _new_setting(row: OptionRow, known: set[str], where: str) -> dict[str, object]:
    blank = [c for c in NEW_NEEDS if pd.isna(getattr(row, c)) or getattr(row, c) == ""]
    if blank:
        raise InputError(f"{where}: a new {row.kind} needs {one_of(blank)}")
    if row.setting in known:
        raise InputError(f"{where}: the setting '{row.setting}' is there already; give a new one a code of its own")
    if row.places < 1:
        raise InputError(f"{where}: a new {row.kind} needs places of 1 or more in a block")
    kept = {c: getattr(row, c) for c in (*NEW_NEEDS, "setting")}
    return kept | {"setting_type": NEW[row.kind], "needs": row.needs or "", "district": row.district or ""}


def _designated(area: Area, row: OptionRow, where: str) -> dict[str, object]:
    if not row.needs:
        raise InputError(f"{where}: designate needs the designations that it adds, such as 'ASD MLD'")
    before = dict(area.settings.set_index("setting", drop=False).loc[row.setting])
    return before | {"setting": f"{row.setting} as {row.option}", "needs": _joined(before["needs"], row.needs)}


def _joined(before: str, added: str) -> str:
    return " ".join(dict.fromkeys([*str(before).split(), *added.split()])) if before else ""


def levers_of(options: Options, years: tuple[int, ...], plan: Ints) -> tuple[Lever, ...]:
    """Return the levers that open a plan (year x option: blocks open), in order of year."""
    found: list[tuple[int, Lever]] = []
    opened = np.diff(plan, axis=0, prepend=0)
    for o, row in enumerate(options.table.itertuples()):
        for t in np.flatnonzero(opened[:, o]):
            year, places = years[t], int(opened[t, o]) * int(row.places)
            is_first = not opened[:t, o].any()
            once = 0.0 if pd.isna(row.capital_gbp) or not is_first else float(row.capital_gbp)
            capital = abs(places) * float(row.capital_gbp_per_place) + once
            found.append((year, _lever(row, year, places, capital, is_first=is_first)))
    return tuple(lever for _, lever in sorted(found, key=lambda pair: pair[0]))


def _lever(row: OptionRow, year: int, places: int, capital_gbp: float, *, is_first: bool) -> Lever:
    if row.kind in NEW and is_first:
        return OpenSetting(
            setting=row.setting,
            name=row.name,
            setting_type=NEW[row.kind],
            authority=row.authority,
            easting=float(row.easting),
            northing=float(row.northing),
            ncy_low=int(row.ncy_low),
            ncy_high=int(row.ncy_high),
            needs=row.needs or "",
            places=places,
            year=year,
            capital_gbp=capital_gbp,
        )
    if row.kind == "close":
        return ClosePlaces(row.setting, places, year)
    if row.kind == "designate":
        return Change(
            f"Designate {row.setting} for {row.needs} too", partial(_designate, setting=row.setting, needs=row.needs)
        )
    return OpenPlaces(row.setting, places, year, capital_gbp)


def _designate(area: Area, *, setting: str, needs: str) -> Area:
    # A setting's designations have no year in the area's tables: they change for every year of the run.
    settings = area.settings.copy()
    own = settings["setting"] == setting
    settings.loc[own, "needs"] = [_joined(before, needs) for before in settings.loc[own, "needs"]]
    return area.replace(settings=settings)


def running_gbp(area: Area, row: OptionRow) -> float:
    """Return what a place of an option costs to keep a year: its own figure, or the national value. [GBP]"""
    if not pd.isna(row.running_gbp_per_place):
        return float(row.running_gbp_per_place)
    types: Mapping[str, str] = dict(zip(area.settings["setting"], area.settings["setting_type"], strict=True))
    is_unit = NEW.get(row.kind) == "sen_unit" or types.get(row.setting) in ("sen_unit", "resourced_provision")
    return float(area.value("funding.unit_place_occupied_gbp" if is_unit else "funding.special_place_gbp"))
