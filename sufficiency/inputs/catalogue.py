"""What a folder of downloads holds: each sheet's form, told by its header and not by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from sufficiency.errors import InputError, MissingError
from sufficiency.inputs.ehc_releases import KINDS, put_together
from sufficiency.inputs.files.columns import plain
from sufficiency.inputs.files.content import NoTableError
from sufficiency.inputs.files.release import Release, release_name
from sufficiency.inputs.files.sheets import Sheet, is_book, is_text, sheets_in
from sufficiency.inputs.form import Form
from sufficiency.inputs.forms import FORMS
from sufficiency.inputs.releases.ehc_plan_files import file_of
from sufficiency.inputs.releases.ons import level_of, mid_year_of
from sufficiency.inputs.releases.postcodes import is_code_point

DEEPEST: Final = 6
ALIKE: Final = 0.5  # share of a form's columns from which a table is said to resemble it
DFE: Final = frozenset({"timeperiod", "timeidentifier", "geographiclevel"})
COMMON: Final = DFE | {
    *("newlacode", "oldlacode", "laname", "countrycode", "countryname", "regioncode", "regionname"),
    *("area", "period", "value", "rank", "x", "y", "headcount"),
}
GRANT_TITLE: Final = re.compile(r"dedicated schools grant( \(dsg\))?:")
PACKED: Final = (".zip", ".gz")
# Files that hold no table of a draft, whatever is in them.
NO_TABLES: Final = {
    ".geojson": "boundaries",
    ".json": "boundaries",
    ".pbf": "a road map: give it with --roads",
    ".shp": "a map's shapes; boundaries are read as GeoJSON",
    ".gpkg": "a map's shapes; boundaries are read as GeoJSON",
    ".crdownload": "a download that had not finished; download it again",
    ".part": "a download that had not finished; download it again",
    ".partial": "a download that had not finished; download it again",
    ".exe": "a program, not a table",
}


@dataclass(frozen=True)
class Found:
    """A sheet of a form that is known.

    Attributes
    ----------
    form
        Which one.
    sheet
        Where.
    release
        The release that it is read with, where it is one file of several; None: another copy of it is.
    mid_year, level
        Of wide estimates of people: the year that they are for, and 'lsoa', 'msoa', 'oa' or 'authority'.
    is_doubtful
        Of estimates: their year is a guess of whoever named the file.
    """

    form: Form
    sheet: Sheet
    release: Release | None = None
    mid_year: int | None = None
    level: str = ""
    is_doubtful: bool = False

    @property
    def kind(self) -> str:
        """The form's name in the library."""
        return self.form.kind

    @property
    def path(self) -> Path:
        """The file on disk."""
        return self.sheet.file


@dataclass(frozen=True, eq=False)
class Survey:
    """Every file of a folder of downloads.

    Attributes
    ----------
    found
        Sheets of a form that is known.
    strangers
        Sheets of none, each with its first rows.
    broken
        Files that can't be read, and why.
    others
        Files that hold no table, and what they are.
    releases
        Releases of EHC plans that the files make together.
    """

    root: Path
    found: list[Found] = field(default_factory=list)
    strangers: list[tuple[Sheet, list[list[str]]]] = field(default_factory=list)
    broken: list[tuple[Path, str]] = field(default_factory=list)
    others: list[tuple[Path, str]] = field(default_factory=list)
    releases: list[Release] = field(default_factory=list)


def survey(folder: str | Path) -> Survey:
    """Return what every file of a folder is; one that is broken stops nothing.

    Raises
    ------
    MissingError
        If there is no such folder.
    """
    files = every_file(folder)
    return _survey(Path(folder), tuple((p, p.stat().st_mtime_ns, p.stat().st_size) for p in files))


@lru_cache(maxsize=4)
def _survey(root: Path, stamps: tuple[tuple[Path, int, int], ...]) -> Survey:
    """Return the survey of files as they are stamped: a folder is looked through once until one changes."""
    seen = Survey(root)
    for path, *_ in stamps:
        if path.suffix.lower() in NO_TABLES:
            seen.others.append((path, NO_TABLES[path.suffix.lower()]))
            continue
        try:
            inside = sheets_in(path)
            told = [(sheet, sheet.head()) for sheet in inside]
        except NoTableError as caught:
            seen.others.append((path, str(caught)))
            continue
        except InputError as caught:
            seen.broken.append((path, str(caught)))
            continue
        if not inside:
            seen.others.append((path, "no table is in it"))
        for sheet, head in told:
            hit = recognised(sheet, head)
            if hit is None and _is_words(path, head):
                seen.others.append((path, "words, not a table"))
            elif hit is None:
                seen.strangers.append((sheet, head))
            else:
                seen.found.append(hit)
    return _with_releases(seen)


def _is_words(path: Path, head: Sequence[Sequence[str]]) -> bool:
    """Return whether a file that no form tells is prose: its name is no table's, and it resembles none."""
    return not (is_text(path.name) or is_book(path.name) or path.suffix.lower() in PACKED) and not nearest_form(head)


def contents(folder: str | Path) -> list[Found]:
    """Return every sheet of a folder, and below, that a reader of ours knows, in order of path."""
    return survey(folder).found


def of_kind(found: Sequence[Found], *kinds: str) -> list[Found]:
    """Return those of the kinds named."""
    return [f for f in found if f.kind in kinds]


def every_file(folder: str | Path) -> list[Path]:
    """Return every file of a folder, and below, of any kind, in order of path; links are followed.

    Raises
    ------
    MissingError
        If there is no such folder.
    """
    root = Path(folder)
    if root.is_file():
        raise MissingError(f"{root} is a file; give the folder of downloads that it lies in")
    if not root.is_dir():
        raise MissingError(f"there is no folder {root}; give the folder of downloads")
    return sorted(_files(root))


def recognised(sheet: Sheet, head: Sequence[Sequence[str]]) -> Found | None:
    """Return a sheet's form, with the row of its header, or None: the first of its first rows that a form tells."""
    if is_code_point(list(map(list, head[:1]))):
        return Found(FORMS["code_point"], sheet)
    if grant := _grant(head):
        return Found(FORMS[grant], sheet)
    for top, row in enumerate(head):
        header = {plain(cell) for cell in row if cell}
        for form in FORMS.values():
            if len(header) > 1 and form.tells(header):
                file = file_of(header, head[top + 1 :], row)  # two files of EHC plans have one header
                found = Found(FORMS[KINDS[file]] if file else form, replace(sheet, top=top))
                return _people(found, head) if form.kind == "people" else found
    return None


def nearest_form(head: Sequence[Sequence[str]]) -> tuple[Form, list[str]] | None:
    """Return the form that a table resembles most, and the columns of it that the table lacks; None: it resembles none.

    Columns that most of a publisher's tables have, such as the year and the authority, make none like another.
    """
    best: tuple[float, Form, list[str]] | None = None
    for row in head:
        header = {plain(cell) for cell in row}
        for form in FORMS.values():
            telling = [c for c in form.columns if plain(c) not in COMMON]
            lacking = [c for c in form.columns if plain(c) not in header]
            share = sum(plain(c) in header for c in telling) / len(telling) if telling else 0.0
            if share >= ALIKE and (best is None or share > best[0]):
                best = (share, form, lacking)
    return None if best is None else (best[1], best[2])


def is_official(head: Sequence[Sequence[str]]) -> bool:
    """Return whether a table has the columns that every statistical table of the Department for Education has."""
    return any({plain(cell) for cell in row} >= DFE for row in head)


def _files(folder: Path, depth: int = 0, above: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """Yield files below a folder, links followed but never back to a folder above, no deeper than downloads are laid out."""
    above |= {folder.resolve()}
    for path in folder.iterdir():
        if path.name.startswith((".", "~$")) or path.name == "__MACOSX":
            continue
        if path.is_dir():
            if depth < DEEPEST and path.resolve() not in above:
                yield from _files(path, depth + 1, above)
        elif path.is_file():
            yield path


def _grant(head: Sequence[Sequence[str]]) -> str:
    """Return which table of the dedicated schools grant it is: its title stands in the first cells, above the header."""
    titles = [cell.lower() for row in head[:8] for cell in row[:2] if GRANT_TITLE.match(cell.lower())]
    if not titles:
        return ""
    is_block = any("block before deductions" in cell.lower() for row in head[:8] for cell in row)
    return "dsg_deductions" if "high needs block deductions" in titles[0] else "dsg_block" if is_block else "dsg_other"


def _with_releases(seen: Survey) -> Survey:
    """Return the survey with the releases that its files make, each file with the release that reads it."""
    together = put_together(seen.found)
    of_sheet = {sheet: release for release in together for sheet in release.sheets}
    early = {f.sheet: Release(release_name(f.sheet), (f.sheet,)) for f in seen.found if f.kind == "ehc_plans_2022"}
    found = [replace(f, release=of_sheet.get(f.sheet, early.get(f.sheet))) for f in seen.found]
    return replace(seen, found=found, releases=together)


def _people(found: Found, head: Sequence[Sequence[str]]) -> Found:
    """Return estimates with their year and with their level, from the smallest areas that a row names."""
    rows = head[(found.sheet.top or 0) + 1 :]
    levels = [level_of(cell) for row in rows for cell in row]
    level = next((small for small in ("oa", "lsoa", "msoa", "authority") if small in levels), "")
    doubtful = bool(re.search(r"probabl|estimated|vintage", found.sheet.last.stem.lower()))
    return replace(found, mid_year=mid_year_of(found.sheet), level=level, is_doubtful=doubtful)
