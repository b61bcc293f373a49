"""Reader of DfE's *Schools, pupils and their characteristics*: pupils by National Curriculum year and authority.

    time_period 202223 -> year 2023    old_la_code -> number    new_la_code -> authority
    nc_year 'reception', 'year_group_1', 'Year group 1' -> ncy 0, 1    headcount -> pupils

Pupils are counted where they go to school, not where they live.
"""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.errors import InputError
from sufficiency.inputs.files.columns import codes, january_of, numbers, take
from sufficiency.inputs.files.sheets import Source, sheet_of

NAMES: Final = {
    "year": "time_period",
    "number": "old_la_code",
    "authority": "new_la_code",
    "name": "la_name",
    "nc_year": ["nc_year", "ncyear", "year_group"],
    "pupils": "headcount",
}
WORDS: Final = {"nursery": -1, "early first year": -2, "nursery 1": -2, "nursery 2": -1, "reception": 0}


def pupils_by_ncy(source: Source) -> pd.DataFrame:
    """Return pupils on roll in January: authority, name, number, year, ncy, pupils. [pupils]

    Year groups that are not one year ('not followed', totals) have no NCY and are left out.
    """
    sheet = sheet_of(source)
    text = take(sheet.frame(), NAMES, source=sheet.name)
    label = text["nc_year"].str.strip().str.lower().str.replace("_", " ")
    by_number = label.str.extract(r"^(?:nc )?year (?:group )?(\d+)$")[0]
    ncy = pd.to_numeric(by_number, errors="coerce").fillna(label.map(WORDS))
    if ncy.isna().all():
        raise InputError(
            f"{sheet.name}: no nc_year such as 'reception' or 'year_group_1' in it; the first is '{label.iloc[0]}'"
        )
    frame = text.assign(
        year=january_of(text["year"], source=sheet.name),
        number=codes(text["number"]),
        ncy=ncy.astype("Int64"),
        pupils=numbers(text["pupils"], source=sheet.name),
    )
    frame = frame[frame["ncy"].notna() & frame["authority"].ne("")]
    return frame[["authority", "name", "number", "year", "ncy", "pupils"]].reset_index(drop=True)
