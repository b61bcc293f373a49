"""The field's words and codes, each with its dates and source. One word an idea, the same in every table.

*plan* an EHC plan · *setting* where a child is educated (in a state: the type of setting; in allocation: one
school, unit or college, with its `setting_type`) · *place* capacity · *need* primary need · *ncy* National Curriculum
year · *state* (ncy, need, setting) · *joiner, mover, leaver, stayer* · *draw* one simulated future · *route* a suitable
home-setting pair · *lever* a change to test · *rate*. `year` is the January census year and the academic year that
holds it; `financial_year` starts on 1 April of the year named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ENGLAND: Final = "E92000001"


@dataclass(frozen=True)
class Need:
    """A primary need as the SEN2 return codes it, its planning group, and the first January it can appear."""

    code: str
    name: str
    group: str
    broad_area: str
    since: int = 2015


# DfE, SEN2 census guide, "SEN type"; four broad areas: SEND Code of Practice (2015), chapter 6.
# `group` follows the designations councils use for specialist places. DS from the 2026 release.
NEEDS: Final[dict[str, Need]] = {
    need.code: need
    for need in (
        Need("ASD", "Autistic spectrum disorder", "communication", "communication and interaction"),
        Need("SLCN", "Speech, language and communication needs", "communication", "communication and interaction"),
        Need("SEMH", "Social, emotional and mental health", "semh", "social, emotional and mental health"),
        Need("MLD", "Moderate learning difficulty", "moderate_learning", "cognition and learning"),
        Need("SPLD", "Specific learning difficulty", "moderate_learning", "cognition and learning"),
        Need("DS", "Down syndrome", "severe_learning", "cognition and learning", since=2026),
        Need("SLD", "Severe learning difficulty", "severe_learning", "cognition and learning"),
        Need("PMLD", "Profound and multiple learning difficulty", "severe_learning", "cognition and learning"),
        Need("HI", "Hearing impairment", "sensory_physical", "sensory and/or physical"),
        Need("VI", "Visual impairment", "sensory_physical", "sensory and/or physical"),
        Need("MSI", "Multi-sensory impairment", "sensory_physical", "sensory and/or physical"),
        Need("PD", "Physical disability", "sensory_physical", "sensory and/or physical"),
        Need("OTH", "Other difficulty or disability", "other", "not categorised"),
        Need("UNK", "Need not recorded", "other", "not categorised"),
    )
}

NEED_GROUPS: Final[dict[str, str]] = {
    "communication": "Communication and interaction",
    "semh": "Social, emotional and mental health",
    "moderate_learning": "Moderate and specific learning",
    "severe_learning": "Severe and profound learning",
    "sensory_physical": "Sensory and physical",
    "other": "Other and not recorded",
}

NEED_GROUP_OF: Final[dict[str, str]] = {code: need.group for code, need in NEEDS.items()}


@dataclass(frozen=True)
class SettingType:
    """A type of setting, the group that the published totals use, and how its places are paid."""

    code: str
    name: str
    group: str
    is_specialist: bool
    is_state: bool


# DfE, *Education, health and care plans*, placement types (2025 release); groups as its totals.
SETTING_TYPES: Final[dict[str, SettingType]] = {
    setting.code: setting
    for setting in (
        SettingType("mainstream", "Mainstream school", "mainstream", False, True),
        SettingType("resourced_provision", "Resourced provision", "mainstream", True, True),
        SettingType("sen_unit", "SEN unit", "mainstream", True, True),
        SettingType("special", "State special school", "special", True, True),
        SettingType("independent_special", "Independent special school", "special", True, False),
        SettingType("non_maintained_special", "Non-maintained special school", "special", True, False),
        SettingType("alternative_provision", "Alternative provision", "alternative_provision", False, True),
        SettingType("further_education", "Further education", "further_education", False, True),
        SettingType("specialist_post_16", "Specialist post-16 institution", "further_education", False, False),
        SettingType("early_years", "Non-maintained early years", "early_years", False, False),
        SettingType("elsewhere", "Educated elsewhere", "elsewhere", False, False),
        SettingType("not_recorded", "Placement not recorded", "not_recorded", False, False),
    )
}

SETTING_GROUPS: Final[dict[str, str]] = {
    "mainstream": "Mainstream and units",
    "special": "Special",
    "alternative_provision": "Alternative provision",
    "further_education": "Further education",
    "early_years": "Non-maintained early years",
    "elsewhere": "Educated elsewhere",
    "not_recorded": "Placement not recorded",
}

SETTING_GROUP_OF: Final[dict[str, str]] = {code: setting.group for code, setting in SETTING_TYPES.items()}
SPECIALIST: Final[tuple[str, ...]] = tuple(code for code, setting in SETTING_TYPES.items() if setting.is_specialist)

# What is built or promised, and the type of setting that it becomes. Under the reform a support base is commissioned and
# paid for by its school or trust, so that no child is placed there by the authority; a specialist base, which takes
# over from units and resourced provision, is the authority's (DfE, *Local SEND Reform Plan*, 2026, section 6).
PROJECT_KINDS: Final[dict[str, str]] = {
    "special": "special",
    "unit": "sen_unit",
    "specialist_base": "sen_unit",
    "support_base": "mainstream",
    "alternative_provision_base": "alternative_provision",
}
PROJECT_STATUSES: Final[tuple[str, ...]] = ("open", "agreed", "proposed")

# The kinds of flow between one January and the next; "transfers_in" is net of what no return explains.
FLOWS: Final[tuple[str, ...]] = ("joiners", "movers", "leavers", "transfers_in")
