"""`published_area`: a first draft of any English authority's area from a folder of downloads."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.area.area_toml import AreaToml
from sufficiency.area.crossed import cross_faults
from sufficiency.area.notes import notes
from sufficiency.errors import InputError
from sufficiency.published import downloads, draft


def published_area(folder: str | Path, authority: str) -> Area:
    """Return a first draft of any English authority's area from a folder of published files, and nothing else.

    Parameters
    ----------
    folder
        Downloads as they come, in any order of folders: the EHC-plan release (folder or zip) and population estimates
        by single year of age are needed; the local authority interactive tool and the school census add SEN Support;
        projections, the school register and postcodes sharpen it.
    authority
        ONS code ("E06000061") or name ("North Northamptonshire").

    Returns
    -------
    Area
        Base year the last January that is published for it; `notes` says what was read, what is missing and what
        each gap costs.

    Raises
    ------
    MissingError
        If the folder lacks what is needed, or has no such authority: names the nearest.
    """
    made = draft.draft(downloads.read(folder), authority)
    found = draft.checked(made)
    settings: AreaToml = {
        "authorities": {made.code: made.name},
        "base_year": made.base_year,
        "sources": made.sources,
        "notes": [{"table": table, "kind": kind, "says": says} for table, kind, says in made.notes],
    }
    faults = list(cross_faults(settings, found))
    if faults:
        raise InputError("\n".join(str(fault) for fault in faults))
    return Area(
        name=made.name,
        authorities=settings["authorities"],
        base_year=made.base_year,
        sources=pd.DataFrame(list(made.sources.items()), columns=["table", "source"]),
        notes=notes(settings, found, tables.empty(tables.ASSUMPTIONS)),
        boundaries=made.boundaries,
        **found,
    )
