"""`what`: every file of a folder of downloads, and whether it is used: for what, or why not; and what would help most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency.errors import SufficiencyError
from sufficiency.inputs import catalogue
from sufficiency.inputs.catalogue import Found
from sufficiency.inputs.ehc_releases import KINDS
from sufficiency.inputs.files.columns import plain
from sufficiency.inputs.files.release import container
from sufficiency.inputs.files.sheets import Sheet, is_book, is_text
from sufficiency.inputs.form import any_of
from sufficiency.inputs.releases import dfe_lait, ons
from sufficiency.inputs.releases.postcodes import NAMES as POSTCODE_NAMES
from sufficiency.published.downloads import left_out

SHAPE_BYTES: Final = 4_000  # within which a map says by what its shapes are known
FEW: Final = 4  # tables of one zip, alike and told alike, from which they are one row
FOLDER: Final = "a folder, though it is named like a file; what lies in it is listed by itself"
NOT_NEEDED: Final = "not needed of this release"
# The files that a draft is best with: publisher and title of the page, the file, what it gives, and forms that are it.
HELPFUL: Final = (
    ("DfE, Education, health and care plans: all data as a zip", "caseload.csv and those beside it",
     "plans, states, flows, requests", ("ehc_plans",)),
    ("DfE, Get Information about Schools: Downloads, all establishment data", "edubasealldata….csv in extract.zip",
     "settings, places", ("gias",)),
    ("ONS, Open Geography portal: ONS Postcode Directory (latest)", "ONSPD_….zip", "zones", ("postcodes",)),
    ("ONS, Lower layer Super Output Area population estimates", "sapelsoasyoa….xlsx", "zone_children", ("small_areas",)),
    ("ONS, Subnational population projections for England: Z1, persons by single year of age",
     "2022 SNPP Population persons.csv in its zip", "population", ("projection",)),
    ("DfE, LA and school expenditure: all data as a zip", "s251_alleducation_la_regional_national.csv",
     "unit_costs, high_needs: balance carried forward", ("section_251",)),
    ("DfE, Dedicated schools grant (DSG): allocations", "dedicated-schools-grant_….ods", "high_needs", ("dsg_block",)),
    ("DfE, Special educational needs in England: all data as a zip", "sen_phase_type_.csv", "sen_support",
     ("sen_in_england",)),
)  # fmt: skip


def what(folder: str | Path) -> pd.DataFrame:
    """Return every file of a folder of downloads and what a draft area makes of it.

    Parameters
    ----------
    folder
        As for `published_area`.

    Returns
    -------
    DataFrame
        file (below the folder; a table in a zip or workbook by its own name), form (what its publisher calls it; blank
        where it is not recognised), used (true or false), says (the tables that it is used for, or why it is not used,
        or the nearest form).

    Raises
    ------
    MissingError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile, pathlib, sufficiency as sf
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = pathlib.Path(place, "births.csv").write_text("gss_code,annual_births")
    ...     print(sf.published.what(place)[["file", "used"]].to_string(index=False, header=False))
    births.csv False
    """
    seen = catalogue.survey(folder)
    root = seen.root
    refused = left_out(folder)
    rows = [
        (_place(root, f.sheet), f.form.title, *_if_read(f.sheet, _told(f, seen.found), refused)) for f in seen.found
    ]
    rows += [(str(path.relative_to(root)), "", False, FOLDER) for path in _folders_like_files(root)]
    beside = {container(f.sheet): f.form.title for f in seen.found if f.release and _is_publishers(f.sheet)}
    for sheet, head in seen.strangers:
        of_release = beside.get(container(sheet), "") if _is_publishers(sheet) else ""
        rows.append((_place(root, sheet), of_release, False, NOT_NEEDED if of_release else _nearest(head)))
    rows += [(str(path.relative_to(root)), "", False, _without_name(says, path)) for path, says in seen.broken]
    rows += [(str(path.relative_to(root)), *_other(path, says)) for path, says in seen.others]
    frame = pd.DataFrame(sorted(rows), columns=["file", "form", "used", "says"]).astype({"used": "bool"})
    return _fewer(frame)


def helpful(folder: str | Path) -> pd.DataFrame:
    """Return the eight files that help a draft most, and whether the folder has them.

    Returns
    -------
    DataFrame
        page (publisher and title of its page), file, gives (the tables), there (true or false).

    Raises
    ------
    MissingError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile, sufficiency as sf
    >>> with tempfile.TemporaryDirectory() as place:
    ...     sf.published.helpful(place)["there"].sum()
    np.int64(0)
    """
    found = catalogue.contents(folder)
    kinds = {"small_areas" if f.level == "lsoa" else f.kind for f in found if _told(f, found)[0]}
    rows = [(page, file, gives, bool(kinds & set(forms))) for page, file, gives, forms in HELPFUL]
    return pd.DataFrame(rows, columns=["page", "file", "gives", "there"])


def _place(root: Path, sheet: Sheet) -> str:
    where = sheet.file.relative_to(root).parent.as_posix()
    return sheet.name if where == "." else f"{where}/{sheet.name}"


def _if_read(sheet: Sheet, told: tuple[bool, str], refused: Mapping[Sheet, str]) -> tuple[bool, str]:
    """Return what was told of a sheet, or why its reader refuses it."""
    if not told[0] or sheet not in refused:
        return told
    says = refused[sheet].removeprefix(sheet.name).removeprefix(sheet.last.name).lstrip(": ")
    return False, f"not read: {says}"


def _folders_like_files(root: Path) -> list[Path]:
    """Return folders whose names are those of files: whoever unpacked them meant a table."""
    return [p for p in root.glob("*") if p.is_dir() and (is_text(p.name) or is_book(p.name) or p.suffix == ".zip")]


def _is_publishers(sheet: Sheet) -> bool:
    """Return whether a sheet lies where its publisher put it: in a zip, or in a release's folder `data`."""
    return bool(sheet.members) or sheet.file.parent.name == "data"


def _told(hit: Found, found: Sequence[Found]) -> tuple[bool, str]:
    """Return whether a sheet is used, and for what or why not."""
    if hit.kind in KINDS.values():
        return _of_release(hit, found)
    if hit.kind == "people":
        return _people(hit, found)
    if hit.kind == "lait":
        return _lait(hit, found)
    if hit.kind == "postcodes" and not _header(hit.sheet) & any_of(POSTCODE_NAMES["zone"]):
        return False, "it has no small areas (LSOA), of which zones are made; the ONS Postcode Directory has"
    if hit.kind == "benchmarking" and catalogue.of_kind(list(found), "section_251"):
        return True, "unit_costs: of years that the Section 251 outturn lacks"
    return bool(hit.form.use), hit.form.use or hit.form.why_not


def _of_release(hit: Found, found: Sequence[Found]) -> tuple[bool, str]:
    """Return whether a file of EHC plans is read: not where another copy of it is, or there is no caseload at all."""
    if not catalogue.of_kind(found, KINDS["caseload"]):
        return False, "there is no caseload of the release with it: download all files of the release"
    if hit.release is None:
        return False, "another file is the same table of the same January, and that one is read"
    return True, hit.form.use


def _lait(hit: Found, found: Sequence[Found]) -> tuple[bool, str]:
    try:
        gives = [
            name
            for name, rows in (
                ("sen_support", dfe_lait.sen_support(hit.sheet)),
                ("outcomes", dfe_lait.outcomes(hit.sheet)),
            )
            if len(rows)
        ]
    except SufficiencyError as caught:
        return False, str(caught)
    if "sen_support" in gives and catalogue.of_kind(list(found), "sen_in_england"):
        gives.remove("sen_support")  # the release has the counts
        if not gives:
            return False, "Special educational needs in England is there, which has the counts"
    return (True, ", ".join(gives)) if gives else (False, "none of its measures is one that a draft takes")


def _header(sheet: Sheet) -> set[str]:
    head = sheet.head()
    return {plain(cell) for cell in head[sheet.top or 0]} if head else set()


def _people(hit: Found, found: Sequence[Found]) -> tuple[bool, str]:
    name = f"{hit.sheet.page} {hit.sheet.last.stem}".lower()
    sexes = {age[0] for column in _header(hit.sheet) if (age := ons.age_of(column))}
    is_one_sex = sexes in ({"f"}, {"m"})
    if is_one_sex or "female" in name or " males" in f" {name}".replace("-", " "):
        return False, "women or men alone: the sheet of persons is needed"
    if hit.level not in ("authority", "lsoa"):
        level = hit.level.upper() or "an area that is not known"
        return False, f"estimates by {level}: those by authority and LSOA are used"
    if hit.level == "authority":
        return True, f"population: mid-{hit.mid_year}" if hit.mid_year else "population"
    if hit.mid_year is None:
        return False, "neither its sheet, its titles nor its name says of which year; name it such as mid2024"
    latest = max((f.mid_year or 0 for f in catalogue.of_kind(list(found), "people") if f.level == "lsoa"), default=0)
    used = hit.mid_year == latest
    return used, f"zone_children: mid-{hit.mid_year}" if used else f"estimates by LSOA of mid-{latest} are later"


def _nearest(head: Sequence[Sequence[str]]) -> str:
    """Return what a table is that no form tells: no table after all, one like a form, or one of a publisher's others."""
    widest = max((sum(bool(cell) for cell in row) for row in head), default=0)
    if widest <= 1:
        return "words, or one column: no table" if widest else "a blank sheet"
    near = catalogue.nearest_form(head)
    if near is None and catalogue.is_official(head):
        return "not recognised: a table of DfE's statistics, but none that a draft reads"
    if near is None:
        return "not recognised: it resembles no table that a draft reads"
    form, lacking = near
    lacks = f", but lacks: {', '.join(lacking[:4])}" if lacking else ""
    return f"not recognised; it resembles {form.title}{lacks}"


def _without_name(says: str, path: Path) -> str:
    return says.removeprefix(path.name).lstrip(": ")


def _other(path: Path, says: str) -> tuple[str, bool, str]:
    """Return what a file with no table is: a map of zones is used."""
    if path.suffix.lower() not in (".geojson", ".json"):
        return "", False, says
    with path.open("rb") as stream:
        start = stream.read(SHAPE_BYTES).lower()
    if b"featurecollection" not in start:
        return "", False, "JSON, not boundaries (a GeoJSON's FeatureCollection) and not a table"
    is_of_zones = b"lsoa21cd" in start or b"lsoa11cd" in start
    return "ONS, boundaries", is_of_zones, "boundaries: of zones" if is_of_zones else "boundaries, not of LSOAs"


def _fewer(frame: pd.DataFrame) -> pd.DataFrame:
    """Return many tables of one zip, of which the same is said, as one row."""
    outer = frame["file"].str.split(" › ").str[0]
    key = [outer, frame["form"], frame["used"], frame["says"]]
    inside = frame["file"].str.contains(" › ")
    many = frame.groupby(key)["file"].transform("size").gt(FEW) & inside
    first = frame[many].groupby([k[many] for k in key], sort=False)["file"]
    rows = [(f"{names.iloc[0]} and {len(names) - 1:,} more", *told[1:]) for told, names in first]
    kept = [frame[~many], pd.DataFrame(rows, columns=frame.columns).astype({"used": "bool"})]
    return pd.concat(kept).sort_values("file", ignore_index=True) if rows else frame
