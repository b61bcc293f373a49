"""A folder of published files, found and read once for every authority, with what isn't there and what that costs.

What each file of the folder is, and why one isn't used, is told by `what.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import pandas as pd

from sufficiency.errors import MissingError
from sufficiency.inputs import catalogue
from sufficiency.inputs.files.sheets import Sheet
from sufficiency.inputs.releases import (
    dfe_funding,
    dfe_lait,
    dfe_school_census,
    dfe_section_251,
    dfe_sen_in_england,
)
from sufficiency.published import authorities, plan_releases
from sufficiency.published.other_tables import (
    Gaps,
    deprivation_of,
    gathered,
    long_stock_of,
    people_of,
    postcodes_of,
    school_census_of,
    schools_of,
    small_areas_of,
)


@dataclass(frozen=True, eq=False)
class Downloads:
    """What a folder of published files holds, read once for every authority."""

    found: list[catalogue.Found]
    release: str
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
    outturn: pd.DataFrame
    benchmarks: pd.DataFrame
    long_stock: pd.DataFrame
    shapes: tuple[Path, ...]
    outcomes: pd.DataFrame
    neighbours: pd.DataFrame
    school_census: pd.DataFrame
    gaps: tuple[tuple[str, str, str], ...]
    _own: dict[tuple[str, str], pd.DataFrame] = field(default_factory=dict, repr=False)

    @cached_property
    def names(self) -> dict[str, str]:
        """Every authority of the release: code to name, those still there last."""
        own = self.stock[self.stock["level"] == "authority"].groupby("authority", observed=True)
        last = own["year"].max().sort_values(kind="stable")
        names = own["name"].last()
        return {str(code): str(names[code]) for code in last.index}

    @cached_property
    def latest(self) -> int:
        """The last January of the release."""
        return int(self.stock["year"].max())

    def children_of(self, code: str) -> pd.DataFrame:
        """Return people by mid-year and age of an authority and of every district in it, as `people`."""
        return self.under("people", authorities.within(code), by="code")

    def under(self, table: str, codes: Iterable[str], *, by: str = "authority") -> pd.DataFrame:
        """Return the rows of one of these tables under any of several codes."""
        whole: pd.DataFrame = getattr(self, table)
        return whole if whole.empty else pd.concat([self._rows(table, whole, c, by) for c in dict.fromkeys(codes)])

    def named(self, table: str, name: str) -> pd.DataFrame:
        """Return an authority's rows of a table that has names and no codes."""
        whole: pd.DataFrame = getattr(self, table)
        if whole.empty:
            return whole
        if (table, "") not in self._own:
            known = {told: authorities.plain_name(str(told)) for told in whole["name"].unique()}
            whole = whole.assign(plain_name=whole["name"].map(known))
        return self._rows(table, whole, authorities.plain_name(name), "plain_name").drop(columns="plain_name")

    def of(self, table: str, code: str) -> pd.DataFrame:
        """Return an authority's rows of one of these tables under every code that it has had, as one."""
        whole: pd.DataFrame = getattr(self, table)
        if whole.empty:
            return whole.copy()
        return self.under(table, authorities.codes_of(code)).sort_index().assign(authority=code)

    def _rows(self, table: str, whole: pd.DataFrame, code: str, by: str) -> pd.DataFrame:
        """Return the rows of one code; a table is divided among its codes once, however many authorities are drafted."""
        if (table, "") not in self._own:
            self._own[table, ""] = whole.iloc[:0]
            divided = whole.groupby(by, sort=False, observed=True)
            self._own.update({(table, str(c)): frame for c, frame in divided})
        return self._own.get((table, code), self._own[table, ""])


def read(folder: str | Path) -> Downloads:
    """Return a folder's published files, read and checked; read again only where a file has changed.

    Raises
    ------
    MissingError
        If there is no EHC-plan release with its caseload: nothing can be said without one.
    InputError
        If the release can't be read, or half of its authorities are missing from the latest January.
    """
    files = catalogue.every_file(folder)
    return _read(str(folder), tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in files))


@lru_cache(maxsize=2)
def _read(folder: str, stamps: tuple[tuple[str, int, int], ...]) -> Downloads:
    seen = catalogue.survey(folder)
    found = seen.found
    beside, told = _beside(folder, stamps)
    gaps = [*told.notes]
    stocks = plan_releases.stocks(seen, gaps)
    chiefs = {f.sheet for f in catalogue.of_kind(found, "ehc_plans")}
    latest_first = sorted(stocks, key=lambda r: int(stocks[r]["year"].max()), reverse=True)
    release = latest_first[0]
    plan_releases.refuse_half(stocks[release], release.name)
    gaps += [
        ("plans", "read", f"{r.name} is read where {release.name}, which is later, has no rows")
        for r in latest_first[1:]
    ]
    without_caseload = [r for r in reversed(seen.releases) if not any(s in chiefs for s in r.sheets)]
    parts = {
        name: plan_releases.of_each(reader, [*latest_first, *without_caseload], name, gaps)
        for name, reader in plan_releases.READERS.items()
    }
    if beside["people"].empty:
        raise MissingError(
            "no population estimate or projection by single year of age: download ONS mid-year estimates"
        )
    return Downloads(
        found=found,
        release=release.name,
        stock=plan_releases.latest_of([stocks[r].assign(release=r.name) for r in latest_first]),
        shapes=tuple(p for p, _ in seen.others if p.suffix.lower() in (".geojson", ".json")),
        gaps=tuple(gaps),
        **beside,
        **parts,
    )


def left_out(folder: str | Path) -> dict[Sheet, str]:
    """Return the tables of a folder of downloads that their readers refuse, and why, in words.

    Raises
    ------
    MissingError
        If there is no such folder.
    """
    files = catalogue.every_file(folder)
    stamps = tuple((str(p), p.stat().st_mtime_ns, p.stat().st_size) for p in files)
    return _beside(str(folder), stamps)[1].lost | plan_releases.faults(catalogue.survey(folder).found)


@lru_cache(maxsize=2)
def _beside(folder: str, stamps: tuple[tuple[str, int, int], ...]) -> tuple[dict[str, pd.DataFrame], Gaps]:  # noqa: ARG001 - part of the cache's key
    """Return every table but those of the EHC-plan releases, by its name in `Downloads`."""
    seen = catalogue.survey(folder)
    found = seen.found
    gaps = Gaps([("area", "doubtful", f"{path.name} is left out: {says}") for path, says in seen.broken])
    places = postcodes_of(found, gaps)
    frames = {
        "people": people_of(found, gaps),
        "sen_support": gathered(found, "lait", dfe_lait.sen_support, gaps, once=("name", "year", "phase")),
        "sen_in_england": gathered(
            found, "sen_in_england", dfe_sen_in_england.sen_support, gaps, once=("authority", "year", "phase")
        ),
        "pupils": gathered(found, "school_census", dfe_school_census.pupils_by_ncy, gaps, once=("authority", "year")),
        "schools": schools_of(found, places, gaps),
        "postcodes": places,
        "deprivation": deprivation_of(found, gaps),
        "block": gathered(found, "dsg_block", dfe_funding.high_needs_block, gaps, once=("name", "financial_year")),
        "deductions": gathered(
            found, "dsg_deductions", dfe_funding.place_deductions, gaps, once=("name", "financial_year")
        ),
        "outturn": gathered(found, "section_251", dfe_section_251.outturn, gaps, once=("authority", "financial_year")),
        "benchmarks": gathered(
            found, "benchmarking", dfe_funding.benchmarking, gaps, once=("number", "financial_year")
        ),
        "long_stock": long_stock_of(found, gaps),
        "small_areas": small_areas_of(found, gaps),
        "outcomes": gathered(
            found, "lait", dfe_lait.outcomes, Gaps()
        ),  # what can't be read is told once, of SEN Support
        "neighbours": gathered(found, "neighbours", dfe_lait.neighbours, gaps),
        "school_census": school_census_of(found, gaps),
    }
    return frames, gaps
