"""The rows of the Local SEND Reform Plan: fourteen kinds of provision, seven sections of need, and what goes where.

Source: the rows, sections and needs as `MastodonC/witan.send.lsrp` reads the plan's template (1 May 2026); DfE, *Local SEND Reform
Plan*, 2026, section 6.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.area.area import Area

POST_16: Final = 12  # NCY from which a place in a mainstream school is a post-16 row
NO_ASSESSMENT: Final = "NSA"
# The plan has twelve needs, none of them Down syndrome, and a row for SEN support without an assessment, in which no child
# with a plan can be. What has no row of its own is in Other: a row of learning difficulty would say how severe it is.
NEEDS: Final = {"DS": "OTH", "UNK": "OTH"}
NEEDS_SAID: Final = "Down syndrome, and need not recorded, have no row and are in Other difficulty or disability"
NO_ASSESSMENT_NAME: Final = "SEN support but no specialist assessment"

ROWS: Final[dict[str, str]] = {
    "early_years": "Early Years settings including PVIs",
    "mainstream": "Mainstream schools or academies",
    "support_base": "Support bases in mainstream settings",
    "specialist_base": "Specialist bases in mainstream settings",
    "state_special": "Maintained special schools or special academies",
    "independent_placed": "NMSS or independent schools - LA funded placements",
    "independent_other": "NMSS or independent schools - other suitable arrangements",
    "alternative_provision": "Alternative Provision",
    "post_16_mainstream": "Mainstream Post 16 provision",
    "post_16_base": "Mainstream Post 16 specialist provision",
    "specialist_post_16": "Specialist Post-16 institutions",
    "home_educated": "Elective Home Education (EHE)",
    "arranged_otherwise": "Other arrangements by LA (EOTAS)",
    "other": "Other (including hospital schools where applicable)",
}
SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "7.1 Early years": ("early_years",),
    "7.2 Mainstream, support bases included": ("mainstream", "support_base"),
    "7.3 Specialist bases": ("specialist_base",),
    "7.4 State special": ("state_special",),
    "7.5 NMSS and independent": ("independent_placed", "independent_other"),
    "7.6 Alternative provision or hospital": ("alternative_provision",),
    "7.7 Post-16": ("post_16_mainstream", "post_16_base", "specialist_post_16"),
}
_ROW_OF: Final[dict[str, str]] = {
    "early_years": "early_years",
    "mainstream": "mainstream",
    "in_mainstream": "mainstream",
    "sen_unit": "specialist_base",
    "resourced_provision": "specialist_base",
    "special": "state_special",
    "independent_special": "independent_placed",
    "non_maintained_special": "independent_placed",
    "in_independent": "independent_placed",
    "in_non_maintained": "independent_placed",
    "alternative_provision": "alternative_provision",
    "in_alternative_provision": "alternative_provision",
    "further_education": "post_16_mainstream",
    "in_college": "post_16_mainstream",
    "specialist_post_16": "specialist_post_16",
    "home_educated": "home_educated",
    "arranged_otherwise": "arranged_otherwise",
    "elsewhere": "other",
    "waiting": "other",
    "not_in_education": "other",
    "not_recorded": "other",
}
GOLDEN: Final = (5**0.5 - 1) / 2  # steps of an even sequence
_AFTER_16: Final = {"mainstream": "post_16_mainstream", "specialist_base": "post_16_base"}


def with_rows(area: Area, frame: pd.DataFrame) -> pd.DataFrame:
    """Return whole plans by row of the plan: `provision` is a code of `ROWS`, and `need` one that the plan has.

    What a release counts as educated elsewhere is shared among home education, arrangements by the authority, and other:
    child by child, by an even sequence, so that any run of them is shared out as the shares say.

    Parameters
    ----------
    area
        Whose shares of those educated elsewhere apply.
    frame
        year, authority, ncy, need, provision (a type of setting or a destination), plans; other columns are kept.
    """
    row = frame["provision"].map(_ROW_OF)
    row = row.mask(frame["ncy"] >= POST_16, row.map(_AFTER_16).fillna(row))
    named = frame.assign(provision=row, need=frame["need"].replace(NEEDS))
    unsplit = (frame["provision"] == "elsewhere").to_numpy()
    at_home, arranged = (area.value(f"returns.elsewhere_{kind}") for kind in ("home_educated", "arranged"))
    parts = {"home_educated": at_home, "arranged_otherwise": arranged, "other": max(1 - at_home - arranged, 0.0)}
    ladder = np.cumsum(list(parts.values())) / sum(parts.values())
    each = named[unsplit].loc[lambda cells: cells.index.repeat(cells["plans"].astype("int64"))]
    rung = np.searchsorted(ladder, GOLDEN * np.arange(1, len(each) + 1) % 1.0, side="right")
    split = each.assign(provision=np.array(list(parts))[rung], plans=1)
    by = [column for column in frame if column != "plans"]
    both = pd.concat([named[~unsplit], split], ignore_index=True)
    return both.groupby(by, as_index=False, sort=False)["plans"].sum()
