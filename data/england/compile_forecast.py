"""Compile England's own rows of the EHC-plan release, which the forecast shrinks authorities towards.

Run as `python data/england/compile_forecast.py FOLDER`, FOLDER holding the published downloads. Writes
`ehc_stock.csv`, `ehc_new.csv`, `ehc_ceased.csv`, `ehc_needs.csv`, `ehc_requests.csv`, `ehc_long.csv` and `ehc_children.csv` beside itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from sufficiency.inputs.releases import dfe_ehc_plans as dfe

HERE = Path(__file__).parent
RELEASE = "DfE, Education, health and care plans, reporting year 2025, England rows"


def main(folder: Path) -> None:
    """Write the tables beside this script from the published downloads in `folder`."""
    release = folder / "ehcp_2025"
    stock = _england(dfe.stock(release), ["year", "ncy", "setting_type", "plans"])
    new = _england(dfe.new_plans(release), ["year", "ncy", "setting_type", "children"])
    ceased = dfe.ceased_plans(release)
    ceased = ceased[ceased["reason"].isin(["", "moved to another authority"])]
    ceased = _england(ceased, ["year", "by", "ncy", "setting_type", "reason", "children"])
    needs = pd.concat(
        [
            _england(dfe.needs(release), ["year", "by", "ncy", "setting_type", "need", "plans"]).assign(of="plans"),
            _england(dfe.new_needs(release), ["year", "by", "ncy", "setting_type", "need", "children"])
            .rename(columns={"children": "plans"})
            .assign(of="new"),
        ]
    )
    requests = dfe.requests(release)
    requests = requests.loc[requests["level"] == "nation", ["year", "requests"]]
    requests.assign(source=RELEASE).to_csv(HERE / "ehc_requests.csv", index=False)
    for name, frame in {"stock": stock, "new": new, "ceased": ceased, "needs": needs}.items():
        frame.assign(source=RELEASE).to_csv(HERE / f"ehc_{name}.csv", index=False)
    _long(folder).to_csv(HERE / "ehc_long.csv", index=False)
    _children(folder / "ons").to_csv(HERE / "ehc_children.csv", index=False)


def _england(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    own = frame.loc[frame["level"] == "nation"]
    if "by" in own:
        own = own[(own["by"] != "age") | own["ncy"].notna()]
    else:
        own = own[(own["age"] == "all") | own["ncy"].notna()]
    key = [c for c in columns if c not in ("plans", "children")]
    value = next(c for c in columns if c in ("plans", "children"))
    return own.groupby(key, dropna=False, as_index=False)[value].sum(min_count=1).dropna(subset=[value])


def _long(folder: Path) -> pd.DataFrame:
    series = pd.read_csv(folder / "national" / "england_ehcp_vintage_national_series_2010-2025.csv")
    long = series[["year", "caseload_jan", "new_plans_calendar"]].copy()
    long.columns = ["year", "plans", "new_plans_in_year"]
    return long.assign(source="DfE, Education, health and care plans, releases to 2025: statements and plans").astype(
        {"plans": "Int64", "new_plans_in_year": "Int64"}
    )


def _children(ons: Path) -> pd.DataFrame:
    """Return England's children by January and NCY from the two mid-year estimates that cover every authority."""
    rows = []
    for file, code, mid_year in (
        ("all_LAs_ltla21_mid2020_population_by_single_year_of_age.csv", "ltla21_code", 2020),
        ("all_LAs_population_single_year_of_age_policyengine_probably_mid2023.csv", "code", 2023),
    ):
        frame = pd.read_csv(ons / file)
        england = frame[frame[code].str.match(r"E0[6789]")]
        ages = [c for c in england.columns if c.isdigit() and int(c) <= 24]
        rows += [(mid_year + 1, int(age) - 4, float(england[age].sum()), f"ONS mid-{mid_year}") for age in ages]
    return pd.DataFrame(rows, columns=["year", "ncy", "children", "source"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
