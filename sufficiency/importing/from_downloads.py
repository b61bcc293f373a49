"""A first draft of an authority's area folder from a folder of downloads."""

from __future__ import annotations

from pathlib import Path

from sufficiency.area.area import TABLES
from sufficiency.area.write import write_area
from sufficiency.importing.imported import Imported
from sufficiency.published.published_area import published_area
from sufficiency.published.what import helpful, what


def from_downloads(downloads: str | Path, authority: str, into: str | Path) -> Imported:
    """Write the draft area of `published_area` as a new area folder, and return what was done with every file.

    Parameters
    ----------
    downloads
        A folder of published files as they come.
    authority
        ONS code or name.
    into
        A folder that is empty or does not exist yet.

    Raises
    ------
    MissingError
        If the downloads lack what is needed, or have no such authority.
    OutputError
        If the folder has files in it, or can't be written.
    """
    area = published_area(downloads, authority)
    write_area(area, into)
    files = what(downloads)
    known = {name: frame for name in TABLES if len(frame := getattr(area, name))}
    made = {*known, *(["boundaries"] if area.boundaries is not None else [])}
    is_of_use = files["used"] & files["says"].map(lambda says: bool(_tables_of(says) & made))
    waits = files["used"] & ~is_of_use
    files["says"] = files["says"].mask(waits, files["says"] + ": not written, since other files are missing; see below")
    used, unused = files[is_of_use], files[~is_of_use]
    missing = area.notes[area.notes["kind"] == "missing"]
    best = helpful(downloads)
    wanted = best[~best["there"]]
    return Imported(
        f"{area.name}: a draft from {len(used)} of {len(files)} files, base year January {area.base_year}",
        Path(into),
        written=[("area.toml", "names, sources and notes")]
        + [(TABLES[name].file, f"{len(frame):,} rows") for name, frame in known.items()],
        unused=[f"{row.file}: {row.says}" for row in unused.itertuples()],
        remarks=[
            "Used:",
            *(f"  {row.file}: {row.says}" for row in used.itertuples()),
            "Missing:",
            *(f"  {row.table}: {row.says}" for row in missing.itertuples()),
            *(["What would help most:"] if len(wanted) else []),
            *(f"  {row.page}: {row.file} (for {row.gives})" for row in wanted.itertuples()),
        ],
    )


def _tables_of(says: str) -> set[str]:
    """Return the tables that a file is used for, of words such as 'settings, places' or 'zones: deprivation'."""
    return {part.split(":")[0].strip() for part in says.split(",")}
