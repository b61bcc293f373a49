"""The published sheets of the dedicated schools grant, as they are: several header rows, then one row for each area."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

_COMMON = ["nff_elements_gbp", "basic_entitlement_gbp", "special_pupils", "import_export_gbp"]
_LATER = [*_COMMON, "special_free_school_gbp", "hospital_gbp", "formula_allocation_gbp", "additional_gbp", "block_gbp"]
BLOCK_COLUMNS = {
    2020: [*_COMMON, "special_free_school_gbp", "block_gbp"],
    2021: [*_COMMON, "special_free_school_gbp", "hospital_gbp", "block_gbp"],
    2022: _LATER,
    2023: _LATER,
}


def dsg_rows(published: Path, year: int, sheet: str) -> pd.DataFrame:
    """Return a sheet's rows of figures: the area's name, then numbers."""
    path = published / "funding" / f"dsg_{year}_to_{year + 1}_{sheet}_northants_neighbours_england.csv"
    raw = pd.read_csv(path, dtype="str", header=None).iloc[1:].fillna("")
    numbers = raw.iloc[:, 2:].apply(pd.to_numeric, errors="coerce")
    figures = numbers.notna().all(axis=1)
    names = raw[1].where(raw[1].str.strip() != "", raw[0]).str.strip()
    rows = pd.concat([names[figures].rename(0), numbers[figures]], axis=1).reset_index(drop=True)
    rows.columns = range(rows.shape[1])
    return rows
