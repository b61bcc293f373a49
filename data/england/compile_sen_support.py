"""Compile England's SEN Support percentages by phase, which the forecast pools authorities to.

Run as `python data/england/compile_sen_support.py FOLDER`, FOLDER holding the published downloads. Writes
`sen_support.csv` beside itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

MEASURES = {"SEN_TotSENSuP": "all", "PrimNoStatements": "primary", "SecNoStatements": "secondary"}
RELEASE = "DfE, Local authority interactive tool, England rows; SEN Support as a share of pupils"


def main(folder: Path) -> None:
    """Write England's rows of the tool by January and phase."""
    frame = pd.read_csv(folder / "national" / "england_eastmids_sen_rates_2016-2025_lait.csv", dtype="str")
    own = frame[(frame["LA and Regions"] == "England") & frame["Short Desc"].isin(MEASURES)]
    found = pd.DataFrame(
        {
            "authority": "E92000001",
            "year": own["Years"].astype(int),
            "phase": own["Short Desc"].map(MEASURES),
            "sen_support_percent": own["Values"].astype(float),
            "source": RELEASE,
        }
    )
    found.sort_values(["phase", "year"]).to_csv(Path(__file__).parent / "sen_support.csv", index=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
