"""Every authority of the published release as one area, so that forecasts can be tested on all of them at once."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.forecast import england
from sufficiency.forecast.base_year_plans import grid
from sufficiency.inputs.releases import dfe_ehc_plans, dfe_ehc_plans_2022, ons
from sufficiency.margins import fit, side
from sufficiency.published import plans as published
from sufficiency.words.school_year import AGE_GROUPS, NCYS
from sufficiency.words.vocabulary import SETTING_TYPES

BASE_YEAR = 2025
# County -> the last three figures of its districts' codes, first and last of each run (ONS code history).
DISTRICTS = {
    "E10000003": ((8, 12),),
    "E10000007": ((32, 39),),
    "E10000008": ((40, 47),),
    "E10000011": ((61, 65),),
    "E10000012": ((66, 77),),
    "E10000013": ((78, 83),),
    "E10000014": ((84, 94),),
    "E10000015": ((95, 96), (98, 99), (102, 103), (240, 243)),
    "E10000016": ((105, 116),),
    "E10000017": ((117, 128),),
    "E10000018": ((129, 135),),
    "E10000019": ((136, 142),),
    "E10000020": ((143, 149),),
    "E10000024": ((170, 176),),
    "E10000025": ((177, 181),),
    "E10000028": ((192, 199),),
    "E10000029": ((200, 200), (202, 203), (244, 245)),
    "E10000030": ((207, 217),),
    "E10000031": ((218, 222),),
    "E10000032": ((223, 229),),
    "E10000034": ((234, 239),),
}

# Counties that are one authority now: the release keeps the code on the left for the whole series.
RECODED = {"E10000002": "E06000060", "E10000023": "E06000065", "E10000027": "E06000066"}


def folder(arguments: list[str]) -> Path:
    """Return the folder of published files: the first argument, SUFFICIENCY_PUBLISHED, or the one beside the project."""
    beside = Path(__file__).parents[2] / "shared" / "data" / "published"
    return Path(arguments[0]) if arguments else Path(os.environ.get("SUFFICIENCY_PUBLISHED", beside))


def area(published_folder: Path) -> Area:
    """Return all authorities whose plans are published for January 2025 and at least two Januaries before."""
    release = published_folder / "ehcp_2025"
    stock = dfe_ehc_plans.stock(release)
    own = stock[(stock["level"] == "authority") & (stock["age"] == "all") & stock["plans"].notna()]
    years = own.groupby("authority")["year"].agg(["nunique", "max"])
    codes = list(years.index[(years["nunique"] >= 3) & (years["max"] == BASE_YEAR)])
    plans = published.plans(stock, codes)
    plans = _with_bands(plans, published_folder / "ehcp_2022")
    flows = published.flows(
        dfe_ehc_plans.new_plans(release), dfe_ehc_plans.ceased_plans(release), dfe_ehc_plans.new_needs(release), codes
    )
    requests = dfe_ehc_plans.requests(release)
    requests = requests[requests["authority"].isin(codes)]
    kept = [c for c in ("authority", "year", "requests", "refused", "assessed", "issued") if c in requests]
    names = own.drop_duplicates("authority").set_index("authority")["name"]
    return Area(
        name="All authorities",
        authorities={code: str(names[code]) for code in codes},
        base_year=BASE_YEAR,
        population=population(published_folder / "ons", codes),
        plans=tables.check(plans, tables.PLANS),
        flows=tables.check(flows, tables.FLOWS),
        requests=tables.check(requests[kept], tables.REQUESTS),
    )


def _with_bands(plans: pd.DataFrame, release: Path) -> pd.DataFrame:
    """Return plans with ages in the Januaries to 2022 for which age groups are published.

    Age groups are exact and settings nearly; single ages inside them are as England's of January 2024.
    """
    bands = dfe_ehc_plans_2022.stock_by_age_group(release)
    bands = bands[(bands["level"] == "authority") & (bands["age_group"] != "all")]
    wide = bands.pivot_table(index=["authority", "year"], columns="age_group", values="plans", aggfunc="sum").fillna(0)
    shape = (len(NCYS), len(SETTING_TYPES))
    group_of = np.array([next(i for i, (a, b) in enumerate(AGE_GROUPS.values()) if a <= n + 4 <= b) for n in NCYS])
    kept = []
    for key, rows in plans.groupby(["authority", "year"], sort=False):
        if rows["ncy"].notna().all() or key not in wide.index:
            kept.append(rows)
            continue
        by_setting = grid(rows.assign(ncy=0)).sum(axis=0)
        by_band = wide.loc[key].reindex(list(AGE_GROUPS)).to_numpy(dtype="float64")
        if abs(by_band.sum() - by_setting.sum()) > 0.5:
            kept.append(rows)
            continue
        sides = [
            side("settings", shape, (1,), by_setting),
            side("age groups", shape, (0,), np.zeros(len(NCYS))),
        ]
        sides[1] = type(sides[1])("age groups", np.repeat(group_of, len(SETTING_TYPES)), by_band)
        cells = fit(england.stock(england.AGES_KNOWN) + 1e-3, sides, rounds=200, tolerance=1e-3).reshape(shape)
        kept.append(_whole(cells, group_of, by_band, key))
    return pd.concat(kept, ignore_index=True)


def _whole(cells: np.ndarray, group_of: np.ndarray, by_band: np.ndarray, key: tuple[str, int]) -> pd.DataFrame:
    """Return whole plans: each age group's total exact, largest remainders up."""
    found = np.floor(cells + 1e-9)
    for band, total in enumerate(by_band):
        at = np.flatnonzero(group_of == band)
        part = (cells - found)[at].ravel()
        short = round(float(total - found[at].sum()))
        up = np.zeros(part.size)
        up[np.argsort(-part, kind="stable")[: max(short, 0)]] = 1
        found[at] += up.reshape(len(at), -1)
    ncy, setting_type = np.nonzero(found)
    columns = {"authority": key[0], "year": key[1], "ncy": np.array(NCYS)[ncy]}
    return pd.DataFrame(
        columns
        | {"setting_type": np.array(list(SETTING_TYPES))[setting_type], "plans": found[ncy, setting_type].astype(int)}
    )


def population(folder_: Path, codes: list[str]) -> pd.DataFrame:
    """Return children by January and NCY from the two mid-year estimates of every authority; counties of districts."""
    county = {
        f"E07{district:06d}": code
        for code, runs in DISTRICTS.items()
        for first, last in runs
        for district in range(first, last + 1)
    }
    parts = []
    for file, mid_year in (
        ("all_LAs_ltla21_mid2020_population_by_single_year_of_age.csv", 2020),
        ("all_LAs_population_single_year_of_age_policyengine_probably_mid2023.csv", 2023),
    ):
        parts.append(ons.estimates(folder_ / file, mid_year=mid_year))
    frame = pd.concat(parts)
    for old, new in RECODED.items():
        frame.loc[frame["code"] == new, "code"] = old if old in codes else new
    frame["authority"] = frame["code"].map(county).fillna(frame["code"])
    frame = frame[frame["authority"].isin(codes) & frame["age"].le(24)]
    frame = frame.assign(year=frame["mid_year"] + 1, ncy=frame["age"] - 4)
    summed = frame.groupby(["authority", "year", "ncy"], as_index=False)["children"].sum()
    return tables.check(summed, tables.POPULATION)
