"""A council's own table brought into an area folder under our names."""

from __future__ import annotations

from pathlib import Path

from sufficiency.area.area import TABLES
from sufficiency.area.write import put_tables
from sufficiency.errors import InputError, nearest, one_of
from sufficiency.importing.imported import Imported
from sufficiency.inputs.council.local_tables import local_table


def from_table(file: str | Path, name: str, into: str | Path) -> Imported:
    """Write a council's own file as one of an area folder's tables, in place of what it had.

    Parameters
    ----------
    file
        CSV or .xlsx, in the council's words for columns; years down, or across for places and housing.
    name
        The table: places, travel, housing, bands, unit_costs or any other that an area folder may hold.
    into
        An area folder that can be read.

    Raises
    ------
    InputError
        If there is no such table; or naming every fault at once of the file, or of the folder as it would then be.
        Nothing is written then.
    """
    if name not in TABLES:
        raise InputError(f"there is no table '{name}'{nearest(name, TABLES)}; the tables are {one_of(TABLES, 30)}")
    frame, others = local_table(file, TABLES[name].declared)
    put_tables(into, {name: frame}, sources={name: f"the council's own file {Path(file).name}"})
    return Imported(
        f"{Path(file).name} read as {name}",
        Path(into),
        written=[(TABLES[name].file, f"{len(frame):,} rows")],
        unused=[f"column {place} of the file, which is no column of {TABLES[name].file}" for place in others],
    )
