"""Where money is written down: Section 251 lines, and the streams of children that lead to them.

A stream is a type of setting, split by who runs it where that decides the line. Every stream leads to one line for what
follows the child; place funding and services have lines of their own.
Source: DfE, Section 251 outturn, line names as read by DfE's Financial Benchmarking and Insights Tool.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.vocabulary import SETTING_TYPES

NO_FORECAST: Final = "if nothing changes; not a forecast of policy"  # of a balance after the statutory override
PLACE_LINE: Final = "1.0.2"
OTHER_PLACES: Final = "other places"  # provision of places not tied to a setting of the area
COMMISSIONED: Final = "special, commissioned beyond those listed"
UNEXPLAINED: Final = "unexplained"  # line and provision of what a council reports beyond what placements explain
GRANTS_PASSED_ON: Final = "grants passed on"  # line and provision of grants that go to schools as they come
LINES: Final[dict[str, str]] = {
    "1.0.2": "High needs place funding",
    "1.2.1": "Top-up funding: maintained schools",
    "1.2.2": "Top-up funding: academies, free schools and colleges",
    "1.2.3": "Top-up and other funding: non-maintained and independent providers",
    "1.2.4": "Additional high needs targeted funding: mainstream schools",
    "1.2.5": "SEN support services",
    "1.2.6": "Hospital education services",
    "1.2.7": "Other alternative provision services",
    "1.2.8": "Support for inclusion",
    "1.2.9": "Special schools and pupil referral units in financial difficulty",
    "1.2.10": "PFI and BSF costs at special schools and alternative provision",
    "1.2.11": "Direct payments (SEN and disability)",
    "1.2.13": "Therapies and other health related services",
    "1.4.11": "SEN transport charged to the dedicated schools grant (historic)",
    GRANTS_PASSED_ON: "Core schools budget and national insurance grants, passed on",
    UNEXPLAINED: "Reported beyond what placements explain",
}

# What `high_needs.csv` may give, by item. Money in GBP; below 0 is a deficit or a sum taken away.
ITEMS: Final[dict[str, str]] = {
    "nff_elements_gbp": "Formula elements without basic entitlement and import/export [A]",
    "basic_entitlement_gbp": "Basic entitlement a pupil, area cost adjusted [B]",
    "special_pupils": "Pupils in special schools and academies [C]",
    "import_export_gbp": "Import/export adjustment [D]",
    "special_free_school_gbp": "Additional funding for special free schools [E]",
    "hospital_gbp": "Hospital education and the like, in the block [F]",
    "formula_allocation_gbp": "Historic, proxy and floor elements that the additional allocation follows [G]",
    "additional_gbp": "Additional high needs allocation [H]",
    "block_gbp": "High needs block before deductions",
    "deductions_gbp": "Deducted from the block for places that DfE pays direct",
    "other_place_deductions_gbp": "Of which alternative provision, hospital, further education and mainstream post-16",
    "special_place_funding_gbp": "Place funding of the authority's state special schools, whoever pays it",
    "schools_block_gbp": "Schools block, from which a transfer may be agreed",
    "schools_block_transfer_share": "Share of the schools block moved to high needs",
    "core_schools_budget_grant_gbp": "Core schools budget grant for special schools and alternative provision",
    "national_insurance_grant_gbp": "National insurance contributions grant for the same",
    "additional_targeted_funding_gbp": "Additional high needs targeted funding for mainstream schools, spent (1.2.4)",
    "sen_support_services_gbp": "SEN support services, spent (1.2.5)",
    "hospital_education_gbp": "Hospital education services, spent (1.2.6)",
    "alternative_provision_services_gbp": "Other alternative provision services, spent (1.2.7)",
    "support_for_inclusion_gbp": "Support for inclusion, spent (1.2.8)",
    "financial_difficulty_gbp": "Special schools and pupil referral units in financial difficulty, spent (1.2.9)",
    "pfi_gbp": "PFI and BSF costs at special schools and alternative provision, spent (1.2.10)",
    "direct_payments_gbp": "Direct payments, spent (1.2.11)",
    "therapies_gbp": "Therapies and other health related services, spent (1.2.13)",
    "transport_in_the_grant_gbp": "SEN transport charged to the dedicated schools grant, spent (1.4.11)",
    "budget_high_needs_gbp": "High needs budget as set",
    "reported_spend_gbp": "High needs spending as reported, places that DfE pays direct included",
    "reported_in_year_gbp": "In-year high needs balance as reported or forecast by the council",
    "reported_in_year_all_blocks_gbp": "In-year balance of the whole dedicated schools grant",
    "reported_carried_forward_gbp": "Balance of the dedicated schools grant at the end of the financial year, as reported or forecast",
}

# Grants that come beside the block and go to schools as they come.
GRANTS: Final = ("core_schools_budget_grant_gbp", "national_insurance_grant_gbp")

# Services that no child's placement decides: line -> (item of `high_needs.csv`, national value a plan).
SERVICES: Final[dict[str, tuple[str, str]]] = {
    "1.2.4": ("additional_targeted_funding_gbp", "additional_targeted_funding_a_plan_gbp"),
    "1.2.5": ("sen_support_services_gbp", "sen_support_services_a_plan_gbp"),
    "1.2.6": ("hospital_education_gbp", "hospital_education_a_plan_gbp"),
    "1.2.7": ("alternative_provision_services_gbp", "alternative_provision_services_a_plan_gbp"),
    "1.2.8": ("support_for_inclusion_gbp", "other_services_a_plan_gbp"),
    "1.2.9": ("financial_difficulty_gbp", "other_services_a_plan_gbp"),
    "1.2.10": ("pfi_gbp", "other_services_a_plan_gbp"),
    "1.2.11": ("direct_payments_gbp", "other_services_a_plan_gbp"),
    "1.2.13": ("therapies_gbp", "therapies_a_plan_gbp"),
    "1.4.11": ("transport_in_the_grant_gbp", "other_services_a_plan_gbp"),
}

# In Section 251 and DfE's benchmarking, by type of setting; the DSG management plan uses the same groups.
_GROUPS: Final[dict[str, str]] = {
    "mainstream": "Mainstream schools or academies",
    "resourced_provision": "Resourced provision or SEN units",
    "sen_unit": "Resourced provision or SEN units",
    "special": "Maintained special schools or special academies",
    "independent_special": "Non-maintained or independent special schools",
    "non_maintained_special": "Non-maintained or independent special schools",
    "alternative_provision": "Hospital schools or alternative provision",
    "further_education": "Post-16",
    "specialist_post_16": "Post-16",
    "early_years": "Other",
    "elsewhere": "Other",
    "not_recorded": "Other",
}
PLACEMENT_GROUPS: Final[dict[str, str]] = _GROUPS | {
    code: _GROUPS[destination.setting_type] for code, destination in DESTINATIONS.items()
}


@dataclass(frozen=True)
class Stream:
    """Children of one type of setting whose money is written down on one line."""

    code: str
    provision: str
    line: str
    is_academy: bool = False

    @property
    def name(self) -> str:
        """Words for a table."""
        known = DESTINATIONS if self.provision in DESTINATIONS else SETTING_TYPES
        split = (" (academy)" if self.is_academy else " (maintained)") if self.provision in SPLIT else ""
        return known[self.provision].name + split


SPLIT: Final = (
    *("mainstream", "resourced_provision", "sen_unit", "special", "alternative_provision", "not_recorded"),
    *("in_mainstream", "in_alternative_provision"),
)
# Of what is not split: the line, where it is not that of non-maintained and independent providers.
_LINES: Final = {
    "further_education": "1.2.2",
    "in_college": "1.2.2",
    "arranged_otherwise": "1.2.7",
    "waiting": "1.2.7",
    "home_educated": "1.2.5",
    "not_in_education": "1.2.5",
}
INDEPENDENT: Final = ("independent_special", "non_maintained_special")


def _streams() -> dict[str, Stream]:
    found = []
    for code in [*SETTING_TYPES, *DESTINATIONS]:
        if code in SPLIT:
            found += [
                Stream(f"{code}, maintained", code, "1.2.1"),
                Stream(f"{code}, academy", code, "1.2.2", is_academy=True),
            ]
        else:
            found.append(Stream(code, code, _LINES.get(code, "1.2.3")))
    return {stream.code: stream for stream in found}


STREAMS: Final[dict[str, Stream]] = _streams()


AWAY: Final = tuple(code for code, stream in STREAMS.items() if stream.provision in DESTINATIONS)


def stream_of(provision: str, *, is_academy: bool) -> str:
    """Return the code of the stream of a type of setting."""
    return f"{provision}, {'academy' if is_academy else 'maintained'}" if provision in SPLIT else provision


def line_name(code: str) -> str:
    """Return a Section 251 line's name, or a total's."""
    totals = {
        "spend": "Total high needs spending",
        "income": "High needs block and transfers",
        "grant": "High Needs Stability Grant",
        "in_year": "In-year balance",
        "balance": "Balance carried forward",
    }
    return LINES.get(code) or totals.get(code, code)
