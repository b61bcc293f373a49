"""Where on the page a school or a district is told, so that maps and words can link to it."""

from __future__ import annotations

import re

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.outcome import Outcome
from sufficiency.words.vocabulary import SETTING_TYPES, SPECIALIST


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


def links(outcome: Outcome) -> dict[str, str]:
    """Return the anchor of each school with a card, by its code, and of each district, by its name, where there are several."""
    area = outcome.area
    found = {str(setting): school_key(str(setting)) for setting in carded(area)["setting"]}
    districts = area.zones["district"].unique()
    return found | {str(d): district_key(str(d)) for d in districts if len(districts) > 1}


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
