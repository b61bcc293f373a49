"""Reader of MHCLG's Indices of Deprivation, 2019 (LSOA 2011) and 2025 (LSOA 2021).

LSOA code (2011), LSOA code (2021), lsoa11_code, lsoa21_code -> zone
Income Deprivation Affecting Children Index (IDACI) Score (rate) -> children_rate
income_deprivation_affecting_children_index_idaci_numerator -> children_count, children in income-deprived families
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.errors import InputError
from sufficiency.inputs.files.columns import numbers, plain, take
from sufficiency.inputs.files.sheets import Source, sheet_of

NAMES: Final = {
    "zone": ["LSOA code (2021)", "LSOA code (2011)", "lsoa21_code", "lsoa21cd", "lsoa11_code", "lsoa11cd"],
    "children_rate": [
        "Income Deprivation Affecting Children Index (IDACI) Score (rate)",
        "idaci_rate_derived",
        "idaci_rate",
    ],
    "children_count": [
        "Income Deprivation Affecting Children Index (IDACI) numerator",
        "income_deprivation_affecting_children_index_idaci_numerator",
    ],
}


def children_in_deprived_families(source: Source) -> pd.DataFrame:
    """Return zone, census (2021 or 2011, whose small areas they are), and children_rate (0 to 1), children_count, or both.

    Raises
    ------
    InputError
        If it has neither.
    """
    sheet = sheet_of(source)
    text = sheet.frame()
    frame = take(text, NAMES, source=sheet.name, optional=["children_rate", "children_count"])
    measures = [c for c in ("children_rate", "children_count") if c in frame]
    if not measures:
        raise InputError(
            f"{sheet.name} has neither the IDACI score nor its numerator; file 7 of the indices has the score"
        )
    is_new = any(plain(c) in ("lsoacode2021", "lsoa21code", "lsoa21cd") for c in text.columns)
    frame = frame.assign(census=2021 if is_new else 2011)
    return frame.assign(**{c: numbers(frame[c], source=sheet.name) for c in measures})
