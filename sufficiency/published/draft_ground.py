"""The ground of a draft area: zones from postcodes, settings and places from the school register, deprivation."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.errors import InputError
from sufficiency.inputs.releases import ons
from sufficiency.published import authorities, places
from sufficiency.published.downloads import Downloads
from sufficiency.published.gathered import Draft
from sufficiency.words.geojson import Feature

# What to download where a gap costs most.
REGISTER_FILE: Final = "DfE's school register (Get Information about Schools, all establishment data)"
POSTCODE_FILE: Final = "the ONS Postcode Directory"
SMALL_AREA_FILE: Final = "ONS, Lower layer Super Output Area population estimates (sapelsoasyoa….xlsx)"
NOTHING: Final = "nothing is allocated, and no journey is estimated"
MOST_LACKING: Final = 0.5  # of an authority's zones, that may have the mean of the others


def geography(made: Draft, downloads: Downloads) -> None:
    """Add zones from postcodes, and settings with places from the school register, where both are there."""
    if downloads.schools.empty or downloads.postcodes.empty or "zone" not in downloads.postcodes:
        lacks = [
            file
            for file, frame in ((REGISTER_FILE, downloads.schools), (POSTCODE_FILE, downloads.postcodes))
            if frame.empty
        ]
        add = " and ".join(lacks) or f"{POSTCODE_FILE}, with its column of small areas (LSOA)"
        made.note("settings", "missing", f"{NOTHING}; add {add}")
        return
    own = authorities.within(made.code)
    areas = places.zones(downloads.under("postcodes", own), own, made.code)
    if areas.empty:
        made.note("zones", "missing", f"{NOTHING}: none of its postcodes are there; add {POSTCODE_FILE}")
        return
    people = made.tables["population"]
    now = people[people["year"] == made.base_year]
    children, lacking = places.zone_children(areas, downloads.small_areas, now)
    if lacking > len(areas) * MOST_LACKING:
        made.note("zones", "missing", f"{NOTHING}: {_why_lacking(areas, downloads, lacking)}")
        return
    if lacking:
        made.note(
            "zone_children", "doubtful", f"{lacking} of {len(areas)} zones have no estimate: the mean of the others"
        )
    made.tables |= {"zones": areas, "zone_children": children}
    made.sources |= {
        "zones": "ONS or OS postcodes: median postcode of each small area; planning areas are postcode districts",
        "zone_children": "ONS small-area estimates, scaled to the authority's base year by NCY",
    }
    _settings(made, downloads, areas, [*own, *authorities.codes_of(made.code)])


def _settings(made: Draft, downloads: Downloads, areas: pd.DataFrame, codes: list[str]) -> None:
    """Add settings and places: the authority's own, those near it beyond the border, and where the rest may be."""
    plans_now = made.tables["plans"][made.tables["plans"]["year"] == made.base_year]
    schools, rooms = places.settings(downloads.schools, areas, codes, plans_now, code=made.code, year=made.base_year)
    if not rooms["places"].gt(0).any():
        made.note(
            "settings", "missing", f"{NOTHING}: the register has no special school of it with a capacity or a roll"
        )
        made.tables = {name: frame for name, frame in made.tables.items() if name not in ("zones", "zone_children")}
        return
    made.tables |= {"settings": schools, "places": rooms}
    made.sources |= {
        "settings": "DfE, Get Information about Schools",
        "places": "DfE, Get Information about Schools: capacity, or roll where it has none",
    }
    made.note("places", "doubtful", "capacity in the school register is not commissioned places")
    near = schools[~schools["is_in_area"] & ~schools["setting"].str.startswith("ELSEWHERE")]
    if len(near):
        made.note(
            "settings",
            "assumed",
            f"{len(near)} schools beyond the border are listed since they are near enough to be used; that its children are "
            "there, and how many, is an estimate",
        )
    elsewhere = schools[schools["setting"].str.startswith("ELSEWHERE")]
    if len(elsewhere):
        made.note("places", "assumed", f"places that no list names, of unknown number: {'; '.join(elsewhere['name'])}")


def _why_lacking(areas: pd.DataFrame, downloads: Downloads, lacking: int) -> str:
    if downloads.small_areas.empty:
        return f"no estimate by small area is there, so every zone would have as many children; add {SMALL_AREA_FILE}"
    why = "" if lacking < len(areas) else "; their codes are of another year, or of another authority"
    return (
        f"{lacking} of {len(areas)} zones are in no estimate and would have the mean of the others{why}; "
        f"add {SMALL_AREA_FILE}"
    )


def deprivation(made: Draft, downloads: Downloads) -> None:
    """Add to each zone the share of children in income-deprived families, where it is told."""
    if "zones" not in made.tables or downloads.deprivation.empty:
        return
    share, told = places.deprivation(made.tables["zones"], downloads.deprivation, made.tables["zone_children"])
    if told:
        made.tables["zones"] = made.tables["zones"].assign(deprivation=share)
        made.sources["zones"] += "; MHCLG, Indices of Deprivation: children in income-deprived families"


def boundaries(made: Draft, downloads: Downloads) -> None:
    """Add the shapes of the zones, where a file has every one of them."""
    if "zones" not in made.tables:
        return
    wanted = set(made.tables["zones"]["zone"])
    kept: dict[str, Feature] = {}
    for path in downloads.shapes:
        for code in ("LSOA21CD", "LSOA11CD"):
            try:
                shapes = ons.boundaries(path, code=code)
            except InputError:
                continue
            kept |= {f["properties"]["zone"]: f for f in shapes["features"] if f["properties"]["zone"] in wanted}
    if set(kept) == wanted:
        made.boundaries = {"type": "FeatureCollection", "features": [kept[z] for z in sorted(kept)]}
        made.sources["boundaries"] = "ONS, LSOA boundaries"
