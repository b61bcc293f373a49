"""Funding against what is published, and its speed: `python -m benchmarks.funding_check [FOLDER OF DOWNLOADS]`.

Blocks and deductions of every authority in the dedicated schools grant sheets; past spending of the example against
Section 251 outturn; and the time of a budget against pricing the same children in a tidy pandas frame.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

import sufficiency as sf
from sufficiency import funding
from sufficiency.funding.balance.past_years import compared, retrospect
from sufficiency.funding.block import block
from sufficiency.funding.places.deductions import DEDUCTIONS
from tests.funding.dsg import BLOCK_COLUMNS, dsg_rows

SUMS = ("ENGLAND", "East Midlands")


def main(folder: Path | None) -> None:
    if folder is not None:
        print(blocks(folder).to_string(index=False))
        print(deductions(folder).to_string(index=False))
    area = sf.example_area()
    table = compared(area, retrospect(area, area.base_year))
    told = table[table["reported_gbp"].notna()]
    print((told.drop(columns="says").set_index(["authority", "financial_year", "measure"]) / 1e6).round(2).to_string())
    speed(area)


def blocks(folder: Path) -> pd.DataFrame:
    """Return, by year, how many authorities' blocks follow from their components to the pound."""
    rows = []
    for year, columns in BLOCK_COLUMNS.items():
        sheet = dsg_rows(folder, year, "High_needs_block")
        sheet.columns = ["area", *columns]
        own = sheet[~sheet["area"].isin(SUMS)]
        given = own[[c for c in own if c in block.COMPONENTS and c != "additional_gbp"]]
        gap = (block.block_gbp(given, financial_year=year) - own["block_gbp"]).abs()
        rows.append((year, len(own), int((gap == 0).sum()), int(gap.max())))
    return pd.DataFrame(rows, columns=["financial_year", "authorities", "blocks_to_the_pound", "worst_gbp"])


def deductions(folder: Path) -> pd.DataFrame:
    """Return, by year, how many authorities' place deductions follow from their places, and the worst difference."""
    rows = []
    for year in BLOCK_COLUMNS:
        sheet = dsg_rows(folder, year, "High_needs_deductions").set_index(0)
        sheet = sheet[~sheet.index.isin(SUMS)]
        kinds = [k for k, _, _ in DEDUCTIONS]
        kinds.insert(kinds.index("sixteen_to_nineteen_academy"), "hospital")
        gaps = []
        for _, row in sheet.iterrows():
            places = [
                {"kind": kind, "before": row[1 + 3 * i], "after": row[2 + 3 * i]}
                for i, kind in enumerate(kinds)
                if kind != "hospital"
            ]
            hospital = float(row[3 + 3 * kinds.index("hospital")])
            found = funding.place_deductions(pd.DataFrame(places), financial_year=year, hospital_gbp=hospital)
            gaps.append(abs(found["total"] - row[49]))
        rows.append((year, len(gaps), int((np.array(gaps) == 0).sum()), int(max(gaps))))
    return pd.DataFrame(rows, columns=["financial_year", "authorities", "totals_to_the_pound", "worst_gbp"])


def speed(area: sf.Area) -> None:
    """Print the time of a budget over 100 draws, and its ratio to pricing the same children row by row in pandas."""
    plans = sf.forecast.plans(area, to=2035, draws=100, seed=7)
    placed = sf.allocate.places(area, plans, draws=100)
    _ = placed.attending
    began = time.perf_counter()
    budget = funding.high_needs(area, plans, placed)
    ours = time.perf_counter() - began
    began = time.perf_counter()
    children = budget.children.to_series().rename("children").reset_index()
    unit = budget.unit_gbp.to_series().rename("unit_gbp").reset_index()
    priced = children.merge(unit, on=["financial_year", "authority", "need", "stream"])
    by_pandas = (priced["children"] * priced["unit_gbp"]).groupby([priced["draw"], priced["financial_year"]]).sum()
    theirs = time.perf_counter() - began
    by_us = budget.spend.where(budget.spend["kind"].isin(["top_up", "fee"]), 0).sum(["authority", "item"]).to_series()
    print(
        f"whole budget, {budget.balance.sizes['draw']} draws x {budget.balance.sizes['financial_year']} years: {ours:.2f} s; "
        f"pricing children alone in a tidy pandas frame ({len(priced):,} rows): {theirs:.2f} s; ratio {theirs / ours:.1f}; "
        f"largest difference {np.abs(by_us.to_numpy() - by_pandas.to_numpy()).max():.4f} GBP"
    )


if __name__ == "__main__":
    beside = Path(__file__).parents[2] / "shared" / "data" / "published"
    asked = Path(sys.argv[1]) if len(sys.argv) > 1 else beside
    main(asked if asked.is_dir() else None)
