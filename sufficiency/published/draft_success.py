"""What a draft area has on how children with SEND fare: measures, neighbours, and SEN school by school."""

from __future__ import annotations

from typing import Final

from sufficiency.published import authorities, success
from sufficiency.published.downloads import Downloads
from sufficiency.published.gathered import Draft

TOOL: Final = "DfE, Local authority interactive tool"
SCHOOLS: Final = "DfE, Compare school and college performance, school census"


def add(made: Draft, downloads: Downloads) -> None:
    """Add measures beside neighbours and England, and schools, where they are there."""
    names = {made.code: made.name}
    if len(downloads.neighbours):
        found = success.neighbours(downloads.neighbours, names)
        if len(found):
            made.tables["neighbours"], made.sources["neighbours"] = found, f"{TOOL}: statistical neighbours"
    if len(downloads.outcomes):
        beside = made.tables["neighbours"]["neighbour"] if "neighbours" in made.tables else []
        found = success.outcomes(downloads.outcomes, names, list(beside))
        if (found["whose"] == made.code).any():
            made.tables["outcomes"], made.sources["outcomes"] = found, TOOL
    _schools(made, downloads)


def _schools(made: Draft, downloads: Downloads) -> None:
    """Add SEN school by school, where schools and zones have coordinates."""
    if downloads.school_census.empty or downloads.schools.empty or "zones" not in made.tables:
        return
    own = downloads.schools["authority"].isin(authorities.codes_of(made.code))
    register = downloads.schools.loc[own, ["setting", "name", "easting", "northing"]].rename(
        columns={"setting": "school"}
    )
    frame = downloads.school_census.merge(register.drop_duplicates("school"), on="school")
    if frame.empty:
        return
    made.tables["school_sen"], made.sources["school_sen"] = success.school_sen(frame, made.tables["zones"]), SCHOOLS
    years = frame["year"].dropna().unique()
    says = (
        f"SEN by school is of January {', '.join(str(y) for y in sorted(years))}"
        if len(years)
        else "the file of SEN by school doesn't say of which January it is: its folder is named for no year"
    )
    made.note("school_sen", "doubtful", says)
