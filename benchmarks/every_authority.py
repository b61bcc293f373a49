"""Every authority of the EHC-plan release as an area from published files alone, and forecast: how many, and why doubtful.

`python -m benchmarks.every_authority [DOWNLOADS] [DRAWS]`. The limit: each becomes an area and is forecast without an
exception, and its forecast starts at its published total.
"""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import sufficiency as sf
from sufficiency.published import downloads

YEARS_AHEAD = 10
WHY = {
    "suppressed": "counts suppressed in a January",
    "have no placement recorded": "over 5 % of plans with no placement recorded",
    "the base year is": "abolished: the base year is its last January",
    "was one authority": "split from another: history shared out",
    "no history before": "made anew or split: no history before",
    "needs are not published": "needs not published in its base year",
    "Januaries of its own": "fewer than three Januaries of its own",
    "no rows in the LAIT": "no SEN Support published",
    "publisher doesn't state": "an estimate of children whose year is not stated",
    "no projection": "no projection of children",
}


def one(folder: str, draws: int, code: str) -> tuple[str, float, str, list[str]]:
    """Return the code, seconds, the error if any, and why it is doubtful."""
    began = time.perf_counter()
    try:
        area = sf.published_area(folder, authority=code)
        forecast = sf.forecast.plans(area, to=area.base_year + YEARS_AHEAD, draws=draws, workers=1)
        own = area.plans[area.plans["year"] == area.base_year]["plans"].sum()
        first = forecast.plans.sel(year=area.base_year).sum(["authority", "ncy", "need", "setting_type"])
        fault = "" if bool((first == own).all()) else f"starts at {int(first[0])}, published {int(own)}"
        says = " ".join(area.notes["says"])
    except Exception as caught:  # every kind is counted
        return code, time.perf_counter() - began, f"{type(caught).__name__}: {caught}", []
    return code, time.perf_counter() - began, fault, [why for sign, why in WHY.items() if sign in says]


def main(folder: Path, draws: int) -> None:
    """Print how many were forecast, how many are doubtful and why, and the time each took."""
    names = downloads.read(folder).names
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        results = list(pool.map(partial(one, str(folder), draws), names, chunksize=8))
    failed = [(names[code], fault) for code, _, fault, _ in results if fault]
    reasons = Counter(why for *_, whys in results for why in whys)
    seconds = sorted(s for _, s, _, _ in results)
    print(f"codes in the release                     {len(results)}")
    print(f"areas made and forecast {YEARS_AHEAD} years, {draws} draws  {len(results) - len(failed)}")
    print(f"ratio to the limit (all of them)         {(len(results) - len(failed)) / len(results):.3f}")
    print(f"seconds each, median and longest         {seconds[len(seconds) // 2]:.2f}, {seconds[-1]:.2f}")
    print("\nwhy doubtful                                            authorities")
    for why, count in reasons.most_common():
        print(f"{why:<56}{count:>11}")
    for name, fault in failed:
        print(f"FAILED {name}: {fault[:200]}")


if __name__ == "__main__":
    beside = Path(__file__).parents[2] / "shared" / "data" / "published"
    main(
        Path(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("SUFFICIENCY_PUBLISHED", beside)),
        int(sys.argv[2]) if len(sys.argv) > 2 else 100,
    )
