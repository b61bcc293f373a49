"""A folder of published files, found and read once for every authority, with what isn't there and what that costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pandas as pd

from sufficiency.errors import InputError, MissingError
from sufficiency.inputs import catalogue
from sufficiency.inputs.releases import (
    dfe_ehc_plans,
    dfe_ehc_plans_2022,
    dfe_funding,
    dfe_gias,
    dfe_lait,
    dfe_school_census,
    dfe_school_performance,
    dfe_sen_in_england,
    mhclg_deprivation,
    ons,
    postcodes,
)


@dataclass(frozen=True, eq=False)
class Downloads:
    """What a folder of published files holds, read once for every authority."""

    found: list[catalogue.Found]
    release: Path
    stock: pd.DataFrame
    needs: pd.DataFrame
    new: pd.DataFrame
    new_needs: pd.DataFrame
    ceased: pd.DataFrame
    requests: pd.DataFrame
    people: pd.DataFrame
    sen_support: pd.DataFrame
    sen_in_england: pd.DataFrame
    pupils: pd.DataFrame
    schools: pd.DataFrame
    postcodes: pd.DataFrame
    small_areas: pd.DataFrame
    deprivation: pd.DataFrame
    block: pd.DataFrame
    deductions: pd.DataFrame
    long_stock: pd.DataFrame
    outcomes: pd.DataFrame
    neighbours: pd.DataFrame
    school_census: pd.DataFrame
    gaps: tuple[tuple[str, str, str], ...]

    @property
    def names(self) -> dict[str, str]:
        """Every authority of the release: code to name, those still there last."""
        own = self.stock[self.stock["level"] == "authority"].groupby("authority")
        last = own["year"].max().sort_values(kind="stable")
        return {str(code): str(own["name"].last()[code]) for code in last.index}


def read(folder: str | Path) -> Downloads:
    """Return a folder's published files, read and checked; read again only where a file has changed.

    Raises
    ------
    MissingError
        If there is no EHC-plan release with its caseload: nothing can be said without one.
    """
    found = catalogue.contents(folder)
    stamps = tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for f in found for p in _files_of(f.path))
    return _read(str(folder), stamps)


def _files_of(path: Path) -> list[Path]:
    return sorted(path.rglob("*.csv")) if path.is_dir() else [path]


@lru_cache(maxsize=2)
def _read(folder: str, stamps: tuple[tuple[str, int, int], ...]) -> Downloads:  # noqa: ARG001 - part of the cache's key
    found = catalogue.contents(folder)
    releases = catalogue.of_kind(found, "ehc_plans")
    if not releases:
        raise MissingError(
            f"no EHC-plan release in {folder}: download DfE, Education, health and care plans, all files, as a zip"
        )
    stocks = {f.path: dfe_ehc_plans.stock(f.path) for f in releases}
    latest_first = sorted(stocks, key=lambda path: int(stocks[path]["year"].max()), reverse=True)
    release = latest_first[0]
    gaps = [
        ("plans", "read", f"{p.name} is read where {release.name}, which is later, has no rows")
        for p in latest_first[1:]
    ]
    parts = {
        name: _of_releases(reader, latest_first, name, gaps)
        for name, reader in (
            ("needs", dfe_ehc_plans.needs),
            ("new", dfe_ehc_plans.new_plans),
            ("new_needs", dfe_ehc_plans.new_needs),
            ("ceased", dfe_ehc_plans.ceased_plans),
            ("requests", dfe_ehc_plans.requests),
        )
    }
    return Downloads(
        found=found,
        release=release,
        stock=latest_of([stocks[p].assign(release=p.name) for p in latest_first]),
        people=_people(found, gaps),
        sen_support=_gathered(found, "lait", dfe_lait.sen_support, gaps),
        sen_in_england=_gathered(found, "sen_in_england", dfe_sen_in_england.sen_support, gaps),
        pupils=_gathered(found, "school_census", dfe_school_census.pupils_by_ncy, gaps),
        schools=_gathered(found, "gias", dfe_gias.schools, gaps),
        postcodes=_gathered(found, "postcodes", postcodes.postcodes, gaps),
        deprivation=_gathered(found, "deprivation", mhclg_deprivation.children_in_deprived_families, gaps),
        block=_gathered(found, "dsg_block", dfe_funding.high_needs_block, gaps),
        deductions=_gathered(found, "dsg_deductions", dfe_funding.place_deductions, gaps),
        long_stock=_gathered(found, "ehc_plans_2022", dfe_ehc_plans_2022.stock, gaps),
        small_areas=_small_areas(found),
        outcomes=_gathered(found, "lait", dfe_lait.outcomes, []),  # what can't be read is told once, of SEN Support
        neighbours=_gathered(found, "neighbours", dfe_lait.neighbours, gaps),
        school_census=_school_census(found, gaps),
        gaps=tuple(gaps),
        **parts,
    )


COSTS: Final = {
    "needs": ("states", "needs are shared out by the national pattern"),
    "new": ("flows", "joiners are inferred from the stock alone"),
    "new_needs": ("flows", "joiners' needs are those of the stock"),
    "ceased": ("flows", "leavers are inferred from the stock alone"),
    "requests": ("requests", "levers on requests and thresholds can't be tested"),
}


def _of_releases(
    reader: Any, latest_first: Sequence[Path], name: str, gaps: list[tuple[str, str, str]]
) -> pd.DataFrame:
    """Return one file of every release as `latest_of` joins them; a note says what the latest release lacks."""
    frames = []
    for release in latest_first:
        try:
            frames.append(reader(release))
        except MissingError as caught:
            if release == latest_first[0]:
                table, cost = COSTS[name]
                gaps.append((table, "missing", f"{caught}: {cost}"))
    return latest_of(frames)


def latest_of(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of releases, the latest first: of each authority and year those of the latest that has any."""
    kept: list[pd.DataFrame] = []
    told: set[tuple[str, int]] = set()
    for frame in frames:
        pairs = list(zip(frame["authority"], frame["year"], strict=True))
        kept.append(frame[[pair not in told for pair in pairs]])
        told.update(pairs)
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame()


def _gathered(
    found: Sequence[catalogue.Found], kind: str, reader: Any, gaps: list[tuple[str, str, str]]
) -> pd.DataFrame:
    """Return every file of a kind as one frame; one that can't be read is left out, and a note says why."""
    frames = []
    for file in catalogue.of_kind(list(found), kind):
        try:
            frames.append(reader(file.path))
        except (InputError, MissingError) as caught:
            gaps.append(("area", "doubtful", f"{file.path.name} is left out: {caught}"))
    return (
        pd.concat([f for f in frames if len(f)], ignore_index=True) if any(len(f) for f in frames) else pd.DataFrame()
    )


def _school_census(found: list[catalogue.Found], gaps: list[tuple[str, str, str]]) -> pd.DataFrame:
    """Return SEN school by school, each school once, with its absence where that is there."""
    frame = _gathered(found, "school_sen", dfe_school_performance.school_census, gaps)
    if frame.empty:
        return frame
    missed = _gathered(found, "absence", lambda path: dfe_school_performance.absence(path).reset_index(), gaps)
    frame = frame.sort_values("year", na_position="first").drop_duplicates("school", keep="last")
    return frame.merge(missed.drop_duplicates("school"), on="school", how="left") if len(missed) else frame


def _people(found: list[catalogue.Found], gaps: list[tuple[str, str, str]]) -> pd.DataFrame:
    """Return people by code, mid-year and age from every file; a doubtful estimate gives way to any other."""
    frames = []
    for file in catalogue.of_kind(found, "people"):
        if file.level == "authority" and file.mid_year is not None:
            frames.append(
                ons.estimates(file.path, mid_year=file.mid_year).assign(basis="estimate", doubt=file.is_doubtful)
            )
        elif file.level == "authority":
            gaps.append(
                ("population", "doubtful", f"{file.path.name} is left out: its name has no year such as mid2023")
            )
    frames += [
        ons.projection(f.path).assign(basis="projection", doubt=False) for f in catalogue.of_kind(found, "projection")
    ]
    columns = ["code", "mid_year", "age", "children", "basis", "doubt"]
    if not frames:
        raise MissingError(
            "no population estimate or projection by single year of age: download ONS mid-year estimates"
        )
    together = pd.concat(frames, ignore_index=True)[columns].sort_values("doubt", kind="stable")
    return together.drop_duplicates(["code", "mid_year", "age"], keep="first")


def _small_areas(found: list[catalogue.Found]) -> pd.DataFrame:
    """Return people by small area and age from the latest estimates."""
    files = [f for f in catalogue.of_kind(found, "people") if f.level == "lsoa" and f.mid_year is not None]
    latest = max((f.mid_year or 0 for f in files), default=0)
    frames = [ons.estimates(f.path, mid_year=latest) for f in files if f.mid_year == latest]
    return (
        pd.concat(frames, ignore_index=True)
        if frames
        else pd.DataFrame(columns=["code", "mid_year", "age", "children"])
    )
