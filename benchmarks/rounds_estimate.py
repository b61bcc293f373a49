"""How near the approximation of rounds is to routed mornings: by school, and by a dozen schools together.

    python -m benchmarks.rounds_estimate [seconds a school] [years …]

Every school of the example area in each year (2025, 2027 and 2029), with its own rates and with the assumed ones, is
routed and approximated. *One ratio*: the approximation times one number for all. *Sampled*: times the ratio fitted on
twenty schools of the first year, tested on the other years; which twenty they are moves its level by a few per cent.
"""

from __future__ import annotations

import sys
import time

import numpy as np

import sufficiency as sf
from sufficiency.area.area import Area
from sufficiency.transport.cost.homes import Homes
from sufficiency.transport.cost.sampled import Sample, fit_samples
from sufficiency.transport.routing.routed_samples import routed_samples


def routed(area: Area, years: list[int], seconds: float) -> dict[int, list[Sample]]:
    riders = sf.run(area, to=max(years), draws=10, placed_draws=3, seed=7).journeys.riders
    return {year: routed_samples(area, riders, year, schools=1_000, seconds=seconds) for year in years}


def report(name: str, guess: np.ndarray, truth: np.ndarray, bars: str) -> None:
    off = np.abs(guess / truth - 1)
    dozen = np.random.default_rng(1).integers(0, len(truth), (2_000, 12))
    together = np.abs(guess[dozen].sum(axis=1) / truth[dozen].sum(axis=1) - 1)
    print(
        f"  {name}: by school {off.mean():.1%} (worst {off.max():.0%}), a dozen together {together.mean():.1%}, "
        f"all together {guess.sum() / truth.sum() - 1:+.1%}; bars {bars}"
    )


def column(samples: list[Sample], name: str) -> np.ndarray:
    return np.array([getattr(s, name) for s in samples])


def main(seconds: float = 0.7, *years: int) -> None:
    wanted = list(years) or [2025, 2027, 2029]
    example = sf.example_area()
    for words, area in (("own rates", example), ("assumed rates", example.replace(vehicles=example.vehicles.iloc[:0]))):
        began = time.perf_counter()
        by_year = routed(area, wanted, seconds)
        every = [s for samples in by_year.values() for s in samples]
        modelled, truth = column(every, "modelled_gbp"), column(every, "routed_gbp")
        ratios = (column(s, "routed_gbp").sum() / column(s, "modelled_gbp").sum() for s in by_year.values())
        shown = ", ".join(f"{ratio:.3f}" for ratio in ratios)
        print(f"{words}: {len(every)} plans in {time.perf_counter() - began:.0f} s; routed over approximate {shown}")
        report("one ratio", modelled * truth.sum() / modelled.sum(), truth, "8 % and 3 %")
        first = sorted(by_year[wanted[0]], key=lambda s: s.children)
        some = [first[i] for i in np.unique(np.linspace(0, len(first) - 1, 20).astype(int))]
        fitted = fit_samples(some, shrinkage=area.value("transport.sample_shrinkage"))
        rest = [s for year in wanted[1:] for s in by_year[year]]
        if not rest:
            continue
        homes = Homes(*(np.array([getattr(s.homes, f) for s in rest], float) for f in Homes.__dataclass_fields__))
        guess = column(rest, "modelled_gbp") * fitted.ratio(column(rest, "children"), homes)
        report("sampled", guess, column(rest, "routed_gbp"), "8 % and 3 %")
        print(f"  it says of itself: {fitted.error_school:.1%} and {fitted.error_county:.1%}")


if __name__ == "__main__":
    main(*(float(v) for v in sys.argv[1:2]), *(int(v) for v in sys.argv[2:]))
