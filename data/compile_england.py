"""Compile England as an area of its own: `python data/compile_england.py DOWNLOADS [OUT]`.

The part of the January 2026 release lies beside DOWNLOADS, in `january_2026`: England's plans
by setting are carried forward at each age from January 2025, as `january_2026.py` says. It holds the nation's plans, flows, requests and children, so that any authority can be set beside it; SEN Support comes
from `compile_sen_support.py`. It has no zones or settings, so nothing is allocated, and no states, since needs by age are
not given for every authority.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import january_2026
import pandas as pd

from sufficiency.inputs import catalogue
from sufficiency.inputs.releases import dfe_ehc_plans, ons
from sufficiency.published import plans as published
from sufficiency.published import population
from sufficiency.published.plan_releases import latest_of
from sufficiency.words.vocabulary import ENGLAND

FACTS = Path(__file__).parent / "facts" / "england"
FIRST, BASE_YEAR = 2019, january_2026.YEAR


def main(downloads: Path, out: Path) -> None:
    """Write the area folder beside what else is there."""
    out.mkdir(parents=True, exist_ok=True)
    part = downloads.parent / "january_2026"
    with tempfile.TemporaryDirectory() as folder:
        releases = (january_2026.lay_out(part, Path(folder)), downloads / "ehcp_2025")
        new = latest_of([dfe_ehc_plans.new_plans(r) for r in releases])
        ceased = latest_of([dfe_ehc_plans.ceased_plans(r) for r in releases])
        requests = latest_of([dfe_ehc_plans.requests(r) for r in releases])
    stock = dfe_ehc_plans.stock(releases[1])
    now = january_2026.england_stock(part, stock, int(january_2026.totals(part)[ENGLAND]))
    tables = {
        "population": people(downloads),
        "plans": pd.concat([published.plans(stock, [ENGLAND]), now]),
        "flows": published.flows(new, ceased, dfe_ehc_plans.new_needs(releases[1]), [ENGLAND]),
        "requests": requests.loc[
            requests["authority"] == ENGLAND, ["authority", "year", "requests", "refused", "assessed", "issued"]
        ].sort_values("year"),
    }
    for name, frame in tables.items():
        frame.to_csv(out / f"{name}.csv", index=False, lineterminator="\n")
    shutil.copyfile(FACTS / "area.toml", out / "area.toml")


def people(downloads: Path) -> pd.DataFrame:
    """Return England's children: every authority's estimate summed, the years between along cohorts."""
    frames = []
    for file in catalogue.of_kind(catalogue.contents(downloads / "ons"), "people"):
        if file.level == "authority" and file.path.name.startswith("all_LAs") and file.mid_year is not None:
            frame = ons.people(file.sheet)
            frames.append(frame[frame["code"].str.match(r"E0[6789]")])
    whole = pd.concat(frames).groupby(["mid_year", "age"], as_index=False)["children"].sum()
    whole = whole.assign(code=ENGLAND, basis="estimate")
    return population.population(whole, ENGLAND, first=FIRST, base_year=BASE_YEAR)


if __name__ == "__main__":
    beside = Path(__file__).parent
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else beside / "england")
