"""Compile what growth is set against: plans in England by age group, and every published authority's plans since 2010.

Run as `python data/england/compile_growth.py FOLDER`, FOLDER holding the published downloads, `january_2026` beside it. Writes
`ehc_age_groups.csv` and `ehc_authorities.csv` beside itself.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from sufficiency.inputs.releases import dfe_ehc_plans as dfe
from sufficiency.inputs.releases import dfe_ehc_plans_2022 as dfe_2022
from sufficiency.words.school_year import AGE_GROUPS

HERE = Path(__file__).parent
RELEASE = "DfE, Education, health and care plans, reporting year {}"
LATEST = 2026
COUNTY, DISTRICTS = "E10000021", ("E06000061", "E06000062")  # Northamptonshire, one authority to January 2021
ODD = {("E09000025", 2025)}  # Newham: 1,199 between 2,705 and 3,639 looks wrong


def main(folder: Path) -> None:
    """Write the tables beside this script from the published downloads in `folder`."""
    _age_groups(folder).to_csv(HERE / "ehc_age_groups.csv", index=False)
    _authorities(folder).to_csv(HERE / "ehc_authorities.csv", index=False)


def _age_groups(folder: Path) -> pd.DataFrame:
    """Return England's plans by January and age group: to 2022, and from 2024."""
    old = dfe_2022.stock_by_age_group(folder / "ehcp_2022")
    old = old[(old["level"] == "nation") & (old["age_group"] != "all")]
    old = old.groupby(["year", "age_group"], as_index=False)["plans"].sum().assign(source=RELEASE.format(2022))
    new = dfe.stock(folder / "ehcp_2025")
    new = new[(new["level"] == "nation") & new["ncy"].notna()]
    new = _grouped(new).assign(source=RELEASE.format(2025))
    last = pd.read_csv(folder.parent / "january_2026" / "england_january_2026_by_age.csv")
    ages = last["age"].astype("str").str.extract(r"(\d+)")[0].astype("float64")
    last = last.assign(year=LATEST, ncy=ages - 4)[ages.notna()]
    return pd.concat([old, new, _grouped(last).assign(source=RELEASE.format(LATEST))], ignore_index=True)


def _grouped(by_age: pd.DataFrame) -> pd.DataFrame:
    age = by_age["ncy"] + 4
    group = pd.cut(age, [-1, *(b for _, b in AGE_GROUPS.values())], labels=list(AGE_GROUPS)).astype("str")
    return by_age.assign(age_group=group).groupby(["year", "age_group"], as_index=False)["plans"].sum()


def _authorities(folder: Path) -> pd.DataFrame:
    """Return each published authority's plans by January, 2010 on; one that was split, as the parts together."""
    old, new = dfe_2022.stock(folder / "ehcp_2022"), dfe.stock(folder / "ehcp_2025")
    new = new[new["age"] == "all"]
    parts = [
        (old[old["year"] < new["year"].min()], 2022),
        (new, 2025),
    ]
    rows = []
    for frame, release in parts:
        own = frame[(frame["level"] == "authority") & frame["plans"].notna()]
        rows.append(
            own.groupby(["authority", "year"], as_index=False)["plans"].sum().assign(source=RELEASE.format(release))
        )
    last = pd.read_csv(folder.parent / "january_2026" / "totals_january_2026.csv").rename(
        columns={"new_la_code": "authority"}
    )
    rows.append(last[["authority", "plans"]].assign(year=LATEST, source=RELEASE.format(LATEST)))
    whole = pd.concat(rows, ignore_index=True)
    whole["authority"] = whole["authority"].replace(dict.fromkeys(DISTRICTS, COUNTY))
    whole = whole.groupby(["authority", "year", "source"], as_index=False)["plans"].sum()
    odd = [key in ODD for key in zip(whole["authority"], whole["year"], strict=True)]
    whole = whole[
        [not o and a.startswith(("E06", "E08", "E09", "E10")) for o, a in zip(odd, whole["authority"], strict=True)]
    ]
    return whole[["authority", "year", "plans", "source"]].astype({"plans": "int64"}).sort_values(["authority", "year"])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
