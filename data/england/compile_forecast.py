"""Compile England's own rows of the EHC-plan releases, which the forecast shrinks authorities towards.

Plans by setting end in January 2025, as far as they are at hand; totals, new and ceased plans in January 2026.
Run as `python data/england/compile_forecast.py FOLDER`, FOLDER holding the published downloads, `january_2026` beside it. Writes
`ehc_stock.csv`, `ehc_new.csv`, `ehc_ceased.csv`, `ehc_needs.csv`, `ehc_long.csv`, `ehc_totals.csv` and `ehc_children.csv` beside itself.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd

from sufficiency.inputs.releases import dfe_ehc_plans as dfe
from sufficiency.published.plan_releases import latest_of
from sufficiency.words.vocabulary import ENGLAND

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import january_2026  # noqa: E402 - beside this folder

RELEASE = "DfE, Education, health and care plans, reporting year {}, England rows"
DOUBTFUL = {"E09000025": "Newham: 1,199 in January 2025 and 3,639 in 2026, so 2025 looks wrong"}


def main(folder: Path) -> None:
    """Write the tables beside this script from the published downloads in `folder`."""
    release = folder / "ehcp_2025"
    with tempfile.TemporaryDirectory() as laid_out:
        latest = january_2026.lay_out(folder.parent / "january_2026", Path(laid_out))
        releases = (latest, release)
        new = latest_of([dfe.new_plans(r) for r in releases])
        ceased = latest_of([dfe.ceased_plans(r) for r in releases])
    ceased = ceased[ceased["reason"].isin(["", "moved to another authority"])]
    needs = pd.concat(
        [
            _england(dfe.needs(release), ["year", "by", "ncy", "setting_type", "need", "plans"]).assign(of="plans"),
            _england(dfe.new_needs(release), ["year", "by", "ncy", "setting_type", "need", "children"])
            .rename(columns={"children": "plans"})
            .assign(of="new"),
        ]
    )
    tables = {
        "stock": _england(dfe.stock(release), ["year", "ncy", "setting_type", "plans"]),
        "new": _england(new, ["year", "ncy", "setting_type", "children"]),
        "ceased": _england(ceased, ["year", "by", "ncy", "setting_type", "reason", "children"]),
        "needs": needs,
    }
    for name, frame in tables.items():
        reported = frame["year"].clip(lower=2025).astype("str")
        frame.assign(source=[RELEASE.format(y) for y in reported]).to_csv(HERE / f"ehc_{name}.csv", index=False)
    _long(folder, new).to_csv(HERE / "ehc_long.csv", index=False)
    _authority_totals(folder).to_csv(HERE / "ehc_totals.csv", index=False)
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


def _long(folder: Path, new: pd.DataFrame) -> pd.DataFrame:
    series = pd.read_csv(folder / "national" / "england_ehcp_vintage_national_series_2010-2025.csv")
    long = series[["year", "caseload_jan", "new_plans_calendar"]].copy()
    long.columns = ["year", "plans", "new_plans_in_year"]
    nation = new[(new["level"] == "nation") & new["age"].eq("all")].groupby("year")["children"].sum()
    totals = january_2026.totals(folder.parent / "january_2026")
    long.loc[len(long)] = [january_2026.YEAR, float(totals[ENGLAND]), float("nan")]
    last = int(long["year"].max()) - 1  # new plans stand beside the January that they begin in
    long.loc[long["year"] == last, "new_plans_in_year"] = nation[last + 1]
    return long.assign(source="DfE, Education, health and care plans, releases to 2026: statements and plans").astype(
        {"year": "int64", "plans": "Int64", "new_plans_in_year": "Int64"}
    )


def _authority_totals(folder: Path) -> pd.DataFrame:
    """Return plans in January 2026 of the authorities at hand, from the table of annual reviews, whose total is the caseload's."""
    names = pd.read_csv(folder.parent / "january_2026" / "totals_january_2026.csv").set_index("new_la_code")
    found = names[names.index != ENGLAND].rename_axis("authority").sort_index().reset_index()
    found.insert(2, "year", january_2026.YEAR)
    return found.assign(
        source="DfE, Education, health and care plans, reporting year 2026",
        note=found["authority"].map(DOUBTFUL).fillna(""),
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
