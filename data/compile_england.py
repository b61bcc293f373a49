"""Compile England as an area of its own: `python data/compile_england.py DOWNLOADS [OUT]`.

It holds the nation's plans, flows, requests and children, so that any authority can be set beside it; SEN Support comes
from `compile_sen_support.py`. It has no zones or settings, so nothing is allocated, and no states, since needs by age are
not given for every authority.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pandas as pd

from sufficiency.inputs import catalogue
from sufficiency.inputs.releases import dfe_ehc_plans, ons
from sufficiency.published import plans as published
from sufficiency.published import population
from sufficiency.words.vocabulary import ENGLAND

FACTS = Path(__file__).parent / "facts" / "england"
FIRST, BASE_YEAR = 2019, 2025


def main(downloads: Path, out: Path) -> None:
    """Write the area folder beside what else is there."""
    out.mkdir(parents=True, exist_ok=True)
    release = downloads / "ehcp_2025"
    stock = dfe_ehc_plans.stock(release)
    requests = dfe_ehc_plans.requests(release)
    tables = {
        "population": people(downloads),
        "plans": published.plans(stock, [ENGLAND]),
        "flows": published.flows(
            dfe_ehc_plans.new_plans(release),
            dfe_ehc_plans.ceased_plans(release),
            dfe_ehc_plans.new_needs(release),
            [ENGLAND],
        ),
        "requests": requests.loc[
            requests["authority"] == ENGLAND, ["authority", "year", "requests", "refused", "assessed", "issued"]
        ],
    }
    for name, frame in tables.items():
        frame.to_csv(out / f"{name}.csv", index=False, lineterminator="\n")
    shutil.copyfile(FACTS / "area.toml", out / "area.toml")


def people(downloads: Path) -> pd.DataFrame:
    """Return England's children: every authority's estimate summed, the years between along cohorts."""
    frames = []
    for file in catalogue.of_kind(catalogue.contents(downloads / "ons"), "people"):
        if file.level == "authority" and file.path.name.startswith("all_LAs") and file.mid_year is not None:
            frame = ons.estimates(file.path, mid_year=file.mid_year)
            frames.append(frame[frame["code"].str.match(r"E0[6789]")])
    whole = pd.concat(frames).groupby(["mid_year", "age"], as_index=False)["children"].sum()
    whole = whole.assign(code=ENGLAND, basis="estimate")
    return population.population(whole, ENGLAND, first=FIRST, base_year=BASE_YEAR)


if __name__ == "__main__":
    beside = Path(__file__).parent
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else beside / "england")
