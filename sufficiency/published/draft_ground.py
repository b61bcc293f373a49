"""The ground of a draft area: zones from postcodes, settings and places from the school register, deprivation."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.errors import MissingError
from sufficiency.published import authorities, places
from sufficiency.published.downloads import Downloads
from sufficiency.published.gathered import Draft

# What to download where a gap costs most.
REGISTER_FILE: Final = "DfE's school register (Get Information about Schools, all establishment data)"
POSTCODE_FILE: Final = "the ONS Postcode Directory"


def own_rows(frame: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return an authority's rows under every code that it has had, as one."""
    return frame[frame["authority"].isin(authorities.codes_of(code))].assign(authority=code)


def geography(made: Draft, downloads: Downloads) -> None:
    """Add zones from postcodes, and settings with places from the school register, where both are there."""
    if downloads.schools.empty or downloads.postcodes.empty or "zone" not in downloads.postcodes:
        lacks = [
            file
            for file, frame in ((REGISTER_FILE, downloads.schools), (POSTCODE_FILE, downloads.postcodes))
            if frame.empty
        ]
        add = " and ".join(lacks) or f"{POSTCODE_FILE}, with its column of small areas (LSOA)"
        made.note("settings", "missing", f"nothing is allocated, and no journey is estimated; add {add}")
        return
    own = geography_codes(made.code, set(downloads.postcodes["authority"]))
    areas = places.zones(downloads.postcodes, own, made.code)
    if areas.empty:
        made.note(
            "zones",
            "missing",
            f"nothing is allocated, and no journey is estimated: none of its postcodes are there; add {POSTCODE_FILE}",
        )
        return
    people = made.tables["population"]
    now = people[people["year"] == made.base_year]
    children, lacking = places.zone_children(areas, downloads.small_areas, now)
    if lacking:
        made.note(
            "zone_children", "doubtful", f"{lacking} of {len(areas)} zones have no estimate: the mean of the others"
        )
    plans_now = made.tables["plans"][made.tables["plans"]["year"] == made.base_year]
    placed = plans_now.groupby("setting_type")["plans"].sum()
    codes = [made.code, *own, *authorities.codes_of(made.code)]
    schools, rooms = places.settings(downloads.schools, areas, codes, placed, code=made.code, year=made.base_year)
    made.tables |= {"zones": areas, "zone_children": children, "settings": schools, "places": rooms}
    made.sources |= {
        "zones": "ONS or OS postcodes: median postcode of each small area; planning areas are postcode districts",
        "zone_children": "ONS small-area estimates, scaled to the authority's base year by NCY",
        "settings": "DfE, Get Information about Schools",
        "places": "DfE, Get Information about Schools: capacity, or roll where it has none",
    }
    made.note("places", "doubtful", "capacity in the school register is not commissioned places")
    made.note("places", "assumed", "children placed beyond its schools' capacity are held in aggregates at its middle")


def geography_codes(code: str, known: set[str]) -> list[str]:
    """Return the codes that an authority's small areas and postcodes stand under, among those known."""
    try:
        return authorities.parts_in(code, known)
    except MissingError:
        return []


def deprivation(made: Draft, downloads: Downloads) -> None:
    """Add to each zone the share of children in income-deprived families, where it is told."""
    if "zones" not in made.tables or downloads.deprivation.empty:
        return
    share, told = places.deprivation(made.tables["zones"], downloads.deprivation, made.tables["zone_children"])
    if told:
        made.tables["zones"] = made.tables["zones"].assign(deprivation=share)
        made.sources["zones"] += "; MHCLG, Indices of Deprivation: children in income-deprived families"
