"""What DfE's *Education, health and care plans* calls its files, columns and labels, release by release, and what we call them.

The publisher's names stand on the left, ours on the right; what a release renames is in `BY_RELEASE`.
"""

from __future__ import annotations

import re
from typing import Final

from sufficiency.words.vocabulary import NEEDS

PLACE: Final = {
    "time_period": "year",
    "time_identifier": None,
    "geographic_level": "level",
    "country_code": "country",
    "country_name": None,
    "region_code": "region",
    "region_name": "region_name",
    "new_la_code": "authority",
    "old_la_code": "number",
    "la_name": "name",
    "breakdown_topic": "topic",
    "breakdown": "label",
}
LEVELS: Final = {"Local authority": "authority", "Regional": "region", "National": "nation"}

# Columns of placements -> our type of setting. A `total` gives its group; what its columns leave over joins the first.
PLACEMENTS: Final = {
    "mainstream_la_maintained": "mainstream",
    "mainstream_academy": "mainstream",
    "mainstream_free_school": "mainstream",
    "mainstream_independent": "mainstream",
    "mainstream_la_maintained_resourced_provision": "resourced_provision",
    "mainstream_academy_resourced_provision": "resourced_provision",
    "mainstream_free_school_resourced_provision": "resourced_provision",
    "mainstream_la_maintained_senunit": "sen_unit",
    "mainstream_academy_senunit": "sen_unit",
    "mainstream_free_school_senunit": "sen_unit",
    "special_la_maintained": "special",
    "special_academy_free": "special",
    "special_academy": "special",
    "special_free_school": "special",
    "special_independent": "independent_special",
    "special_non_maintained": "non_maintained_special",
    "ap_pru_academy": "alternative_provision",
    "ap_pru_free_school": "alternative_provision",
    "ap_pru_la_maintained": "alternative_provision",
    "general_fe_tertiary_colleges": "further_education",
    "ukrlp_provider": "further_education",
    "specialist_post_16_institutions": "specialist_post_16",
    "nm_early_years": "early_years",
    "elective_home_education": "elsewhere",
    "other_arrangements_la": "elsewhere",
    "other_arrangements_parents": "elsewhere",
    "online_provider": "elsewhere",
    "w_settings": "elsewhere",
    "other_schools": "elsewhere",
    "other_placement_settings": "elsewhere",
    "neet": "elsewhere",
    "neet_ntci": "elsewhere",
    "neet_other": "elsewhere",
    "neet_other_csa": "elsewhere",
    "placement_unknown": "not_recorded",
    "await_prov_2022": "not_recorded",
    "perm_ex_2022": "not_recorded",
    "await_prov": "not_recorded",
    "perm_ex": "not_recorded",
}
GROUP_TOTALS: Final = {
    "mainstream_total": "mainstream",
    "special_total": "special",
    "ap_pru_total": "alternative_provision",
    "fe_total": "further_education",
    "ed_elsewhere": "elsewhere",
}
NEED_COLUMNS: Final = {f"number_{code.lower()}": code for code in NEEDS if code != "UNK"} | {
    "number_need_unknown": "UNK"
}
REASONS: Final = {
    "max_age": "maximum age",
    "needs_met": "needs met",
    "he": "higher education",
    "employ": "employment",
    "transfer": "moved to another authority",
    "no_engage": "no longer wishes to engage",
    "moved_outside_eng": "moved outside England",
    "deceased": "died",
    # The 2025 release's guidance describes these two the other way round; `other` holds nearly all, and all from 2026.
    "not_rec": "not recorded",
    "other": "other",
}
REQUESTS: Final = {
    "requests_received_in_year": "requests",
    "requests_decided_to_assess": "agreed",
    "requests_decided_not_to_assess": "refused",
    "requests_decision_not_made": "undecided",
    "requests_withdrawn": "withdrawn",
}
ASSESSMENTS: Final = {
    "assess_in_year": "assessed",
    "assess_issued": "issued",
    "assess_not_issued": "not_issued",
}
TOTALS: Final = ("ehcplans", "ehc_plans", "new_ehc_plans", "total_ceased")
# Columns that some releases lack, and what stands for them there ('' where nothing need).
BY_RELEASE: Final = {
    "special_academy_free": "special_academy",
    "special_academy": "special_academy_free",
    "special_free_school": "special_academy_free",
    "await_prov_2022": "",
    "perm_ex_2022": "",
    "await_prov": "",
    "perm_ex": "",
    "number_ds": "",
    "not_rec": "",
}
NOT_USED: Final = re.compile(
    r".*_pc$|.*(mediation|tribunal|six_weeks|6_weeks|_time|_rya|not_made|withdrawn).*", re.IGNORECASE
)

# Labels of 'Type of placement' rows -> the column that says the same in the caseload.
PLACEMENT_LABELS: Final = {
    "ap/pru - academy": "alternative_provision",
    "ap/pru - free school": "alternative_provision",
    "ap/pru - la maintained": "alternative_provision",
    "fe - general fe and tertiary colleges": "further_education",
    "fe - ukrlp provider": "further_education",
    "fe - specialist post-16 institutions": "specialist_post_16",
    "mainstream - academy": "mainstream",
    "mainstream - free school": "mainstream",
    "mainstream - independent": "mainstream",
    "mainstream - la maintained": "mainstream",
    "non-maintained early years": "early_years",
    "placement not recorded": "not_recorded",
    "special - academy/free schools": "special",
    "special - academy/free school": "special",
    "special - academy": "special",
    "special - free school": "special",
    "special - la maintained": "special",
    "special - independent": "independent_special",
    "special - non-maintained": "non_maintained_special",
}
