"""Where on the page a school or a district is told, so that maps and words can link to it."""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.outcome import Outcome
from sufficiency.words.vocabulary import SETTING_TYPES, SPECIALIST

MOST_PAGES: Final = 16  # districts; a draft area has postcode districts, often more


def school_key(setting: str) -> str:
    """Return the anchor of a school's card."""
    return f"school-{_slug(setting)}"


def district_key(district: str) -> str:
    """Return the anchor of a district's page."""
    return f"district-{_slug(district)}"


def carded(area: Area) -> pd.DataFrame:
    """Return the settings that have a card: the area's own state special schools, units and bases that a list names."""
    settings = area.settings
    is_state = settings["setting_type"].map(lambda t: SETTING_TYPES[t].is_state)
    own = settings[
        settings["setting_type"].isin(SPECIALIST) & is_state & settings["is_in_area"] & settings["has_number"]
    ]
    return own.reset_index(drop=True)


def paged(area: Area) -> list[str]:
    """Return the districts that have a page each: none where there is one alone, or so many that nobody would turn them."""
    districts = [str(district) for district in area.zones["district"].unique()]
    return districts if 1 < len(districts) <= MOST_PAGES else []


def links(outcome: Outcome) -> dict[str, str]:
    """Return the anchor of each school with a card, by its code, and of each district, by its name, where it has a page."""
    area = outcome.area
    found = {str(setting): school_key(str(setting)) for setting in carded(area)["setting"]}
    return found | {district: district_key(district) for district in paged(area)}


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
