"""Reader of DfE's *LA and school expenditure*: Section 251 outturn, `s251_alleducation_la_regional_national.csv`.

    time_period 202425 -> financial_year 2024       new_la_code -> authority
    category_of_expenditure '1.2.3 Top-up and other funding – non-maintained and independent providers' -> line 1.2.3
    early_years_establishments, primary_schools, secondary_schools, sen_and_special_schools,
    pupil_referral_units_and_alt_provision, post_16 -> phase      gross_expenditure, net_expenditure -> 'gross', 'net'

Net of income is what an authority's own children cost it: income is other authorities' children and recoupment.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sufficiency.errors import InputError
from sufficiency.inputs.files.columns import column_among, numbers, plain, take
from sufficiency.inputs.files.sheets import Source, sheet_of

NAMES: Final = {
    "period": "time_period",
    "level": "geographic_level",
    "authority": "new_la_code",
    "name": "la_name",
    "category": "category_of_expenditure",
}
PHASES: Final = {
    "early_years_establishments": "early_years",
    "primary_schools": "primary",
    "secondary_schools": "secondary",
    "sen_and_special_schools": "special",
    "pupil_referral_units_and_alt_provision": "alternative_provision",
    "post_16": "post_16",
    "gross_expenditure": "gross",
    "net_expenditure": "net",
}
HIGH_NEEDS: Final = "1.2."
CARRIED_FORWARD: Final = "1.9.3"


def outturn(source: Source) -> pd.DataFrame:
    """Return high needs lines and the balance carried forward: authority, name, financial_year, line, phase, gbp. [GBP]

    `line` is the number, such as '1.2.3'; `phase` one of `PHASES`. A blank cell is nothing spent. '1.9.3' is the
    dedicated schools grant carried forward to the next year, negative for a deficit.

    Raises
    ------
    InputError
        If it has no line 1.2 for an authority.
    """
    sheet = sheet_of(source)
    is_named, is_phase = column_among(NAMES), {plain(c) for c in PHASES}
    text = sheet.frame(lambda column: is_named(column) or plain(column) in is_phase)
    frame = take(
        text,
        NAMES | {ours: [theirs] for theirs, ours in PHASES.items()},
        source=sheet.name,
        optional=list(PHASES.values()),
    )
    frame["line"] = frame["category"].str.extract(r"^\s*(\d+\.\d+\.\d+)")[0]
    is_own = frame["level"].str.strip().str.lower().eq("local authority")
    rows = frame[is_own & (frame["line"].str.startswith(HIGH_NEEDS, na=False) | frame["line"].eq(CARRIED_FORWARD))]
    if rows.empty:
        raise InputError(
            f"{sheet.name} has no authority's line such as '1.2.3 Top-up …'; is it the Section 251 outturn?"
        )
    phases = [p for p in PHASES.values() if p in rows]
    wide = rows.assign(
        financial_year=rows["period"].str.strip().str[:4].astype("int64"),
        **{p: numbers(rows[p], source=sheet.name) for p in phases},
    )
    key = ["authority", "name", "financial_year", "line"]
    long = wide.melt(key, phases, "phase", "gbp").dropna(subset=["gbp"])
    summed = long.groupby([*key, "phase"], as_index=False)["gbp"].sum()
    return summed[np.isfinite(summed["gbp"])].reset_index(drop=True)
