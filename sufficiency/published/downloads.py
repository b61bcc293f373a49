"""A folder of published files, found and read once for every authority, with what isn't there and what that costs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import pandas as pd

from sufficiency.errors import InputError, MissingError
from sufficiency.inputs import catalogue
from sufficiency.inputs.files.sheets import Sheet
from sufficiency.inputs.releases import (
    dfe_ehc_plans_2022,
    dfe_funding,
    dfe_gias,
    dfe_lait,
    dfe_school_census,
    dfe_school_performance,
    dfe_section_251,
    dfe_sen_in_england,
    mhclg_deprivation,
    ons,
    postcodes,
)
from sufficiency.published import authorities, plan_releases, small_areas


@dataclass
class Gaps:
    """What a folder lacks: notes for an area, and the tables that their readers refuse, with why."""

    notes: list[tuple[str, str, str]] = field(default_factory=list)
    lost: dict[Sheet, str] = field(default_factory=dict)

    def lose(self, table: str, sheet: Sheet, why: Exception) -> None:
        """Note that a sheet is left out of an area's table."""
        self.notes.append((table, "doubtful", f"{sheet.name} is left out: {why}"))
        self.lost[sheet] = str(why)


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
    places = _postcodes(found, gaps)
    frames = {
        "people": _people(found, gaps),
        "sen_support": _gathered(found, "lait", dfe_lait.sen_support, gaps, once=("name", "year", "phase")),
        "sen_in_england": _gathered(
            found, "sen_in_england", dfe_sen_in_england.sen_support, gaps, once=("authority", "year", "phase")
        ),
        "pupils": _gathered(found, "school_census", dfe_school_census.pupils_by_ncy, gaps, once=("authority", "year")),
        "schools": _schools(found, places, gaps),
        "postcodes": places,
        "deprivation": _deprivation(found, gaps),
        "block": _gathered(found, "dsg_block", dfe_funding.high_needs_block, gaps, once=("name", "financial_year")),
        "deductions": _gathered(
            found, "dsg_deductions", dfe_funding.place_deductions, gaps, once=("name", "financial_year")
        ),
        "outturn": _gathered(found, "section_251", dfe_section_251.outturn, gaps, once=("authority", "financial_year")),
        "benchmarks": _gathered(
            found, "benchmarking", dfe_funding.benchmarking, gaps, once=("number", "financial_year")
        ),
        "long_stock": _long_stock(found, gaps),
        "small_areas": _small_areas(found, gaps),
        "outcomes": _gathered(
            found, "lait", dfe_lait.outcomes, Gaps()
        ),  # what can't be read is told once, of SEN Support
        "neighbours": _gathered(found, "neighbours", dfe_lait.neighbours, gaps),
        "school_census": _school_census(found, gaps),
    }
    return frames, gaps


def _gathered(
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


def _postcodes(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
    """Return postcodes, each once; a directory's parts by postcode area, which repeat it, are not read."""
    files = catalogue.of_kind(found, "postcodes")
    whole = [f for f in files if not any("multi_csv" in m.lower() for m in f.sheet.members)]
    together = _gathered(whole or files, "postcodes", postcodes.postcodes, gaps)
    return together.drop_duplicates("postcode", ignore_index=True) if len(together) else together


def _deprivation(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
    """Return children in income-deprived families, those of the latest indices first."""
    frame = _gathered(found, "deprivation", mhclg_deprivation.children_in_deprived_families, gaps)
    return frame.sort_values("census", ascending=False, kind="stable") if len(frame) else frame


def _long_stock(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
    frames = []
    for file in catalogue.of_kind(found, "ehc_plans_2022"):
        try:
            frames.append(dfe_ehc_plans_2022.stock(file.release or file.sheet.file))
        except (InputError, MissingError) as caught:
            gaps.lose("long_view", file.sheet, caught)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _school_census(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
    """Return SEN school by school, each school once, with its absence where that is there."""
    frame = _gathered(found, "compare_census", dfe_school_performance.school_census, gaps)
    if frame.empty:
        return frame
    missed = _gathered(
        found, "compare_absence", lambda sheet: dfe_school_performance.absence(sheet).reset_index(), gaps
    )
    frame = frame.sort_values("year", na_position="first").drop_duplicates("school", keep="last")
    return frame.merge(missed.drop_duplicates("school"), on="school", how="left") if len(missed) else frame


def _people(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
    """Return people by code, mid-year and age from every file; a doubtful estimate gives way to any other."""
    frames = []
    for file in catalogue.of_kind(found, "people"):
        if file.level == "authority":
            try:
                frames.append(ons.people(file.sheet).assign(basis="estimate", doubt=file.is_doubtful))
            except (InputError, MissingError) as caught:
                gaps.lose("population", file.sheet, caught)
    projected = _gathered(found, "projection", ons.projection, gaps)
    if len(projected):
        frames.append(projected.assign(basis="projection", doubt=False))
    columns = ["code", "mid_year", "age", "children", "basis", "doubt"]
    if not frames:
        return pd.DataFrame(columns=columns)
    together = pd.concat(frames, ignore_index=True)[columns].sort_values("doubt", kind="stable")
    return together.drop_duplicates(["code", "mid_year", "age"], keep="first")


def _small_areas(found: Sequence[catalogue.Found], gaps: Gaps) -> pd.DataFrame:
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
    return small_areas.with_new_codes(last, _gathered(found, "lookup", ons.new_codes, gaps))


def _schools(found: Sequence[catalogue.Found], places: pd.DataFrame, gaps: Gaps) -> pd.DataFrame:
    """Return the school register: the latest row of each school, its capacity by the tables that have it by school."""
    together = _gathered(found, "gias", dfe_gias.schools, gaps)
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
    known = _gathered(found, "capacity", dfe_gias.capacity, gaps)
    units = _gathered(found, "capacity_mainstream", dfe_gias.unit_capacity, gaps)
    if len(units):
        by_school = units.drop_duplicates("setting", keep="last").set_index("setting")
        for column in ("unit_places", "resourced_places"):
            told = register["setting"].map(by_school[column])
            register[column] = told.fillna(register[column]) if column in register else told
    if len(known):
        own = register["setting"].map(known.drop_duplicates("setting", keep="last").set_index("setting")["capacity"])
        register["capacity"] = own.fillna(register["capacity"]) if "capacity" in register else own
    return register
