"""The modules of a SEN2 return and their columns: publisher's name -> ours, for schema versions 1.1 to 1.3.

Source: DfE, *Special educational needs survey: SEN2 guide*, modules 0 to 5; the names of the COLLECT export.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

# Module -> (publisher's column -> ours). A column that only some versions have is marked in `SINCE` or `UNTIL`.
MODULES: Final[Mapping[str, Mapping[str, str]]] = {
    "sen2": {
        "sen2tableid": "row",
        "lea": "la_number",
        "year": "year",
        "referencedate": "census_date",
        "release": "release",
    },
    "person": {
        "persontableid": "row",
        "surname": "surname",
        "forename": "forename",
        "personbirthdate": "birth_date",
        "sex": "sex",
        "gendercurrent": "sex",
        "postcode": "postcode",
        "upn": "upn",
        "uniquelearnernumber": "uln",
        "upnunknown": "upn_unknown",
    },
    "requests": {
        "requeststableid": "row",
        "persontableid": "person_row",
        "receiveddate": "received",
        "requestsource": "request_source",
        "requestoutcomedate": "decided",
        "requestoutcome": "outcome",
        "exported": "exported",
    },
    "assessment": {
        "assessmenttableid": "row",
        "requeststableid": "request_row",
        "assessmentoutcome": "outcome",
        "assessmentoutcomedate": "decided",
        "week20": "is_excepted",
    },
    "namedplan": {
        "namedplantableid": "row",
        "assessmenttableid": "assessment_row",
        "startdate": "started",
        "ceasedate": "ceased",
        "ceasereason": "cease_reason",
    },
    "plandetail": {
        "plandetailtableid": "row",
        "namedplantableid": "plan_row",
        "urn": "urn",
        "ukprn": "ukprn",
        "sensetting": "sen_setting",
        "placementrank": "rank",
        "senunitindicator": "is_unit",
        "resourcedprovisionindicator": "is_resourced",
    },
    "activeplans": {
        "activeplanstableid": "row",
        "requeststableid": "request_row",
        "transferla": "transferred_from",
        "lastreview": "last_review",
    },
    "placementdetail": {
        "placementdetailtableid": "row",
        "activeplanstableid": "active_row",
        "urn": "urn",
        "ukprn": "ukprn",
        "sensetting": "sen_setting",
        "placementrank": "rank",
        "entrydate": "entered",
        "leavingdate": "left",
        "senunitindicator": "is_unit",
        "resourcedprovisionindicator": "is_resourced",
    },
    "senneed": {"senneedtableid": "row", "activeplanstableid": "active_row", "sentype": "need", "sentyperank": "rank"},
}
OPTIONAL: Final = {
    "requestsource",
    "upnunknown",
    "exported",
    "week20",
    "transferla",
    "lastreview",
    "release",
    "sex",
    "gendercurrent",
    "year",
}
DATES: Final = (
    "census_date",
    "birth_date",
    "received",
    "decided",
    "started",
    "ceased",
    "entered",
    "left",
    "last_review",
)
TRUTHS: Final = ("is_unit", "is_resourced", "is_excepted")
# What the export adds to every module and this library doesn't use.
PASSED_OVER: Final = re.compile(r"nativeid|sourceid|.*orderseqcolumn|.*tableid|ethnicity|rya|.*mediation|.*tribunal|planres|planwbp|pb|oa|dp|res|wbp|"
                                r"sensettingother|review.*|phasetransfer.*|collection|sourcelevel|softwarecode|serialno|datetime|dmo|dco|dsco")  # fmt: skip


def needed(module: str) -> list[str]:
    """Return the columns that every version of a module has."""
    return [c for c in MODULES[module] if c not in OPTIONAL]
