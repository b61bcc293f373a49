"""All of England: 640,000 children, their 12 nearest settings, 7.7 million routes; by authority, and across borders.

    python -m benchmarks.allocate_england                 each authority by itself, then one flow across borders
    python -m benchmarks.allocate_england --short 0.95    places for 95 % of the children
    python -m benchmarks.allocate_england --stop 2        give the joint flow 2 seconds, to show the fallback

Authorities, homes and settings are made up: clusters on a map of England's size, places uneven between authorities.
CPU seconds, of this process and those that it starts; memory is the largest resident size.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

import sufficiency as sf

AUTHORITIES, CHILDREN, SETTING_TYPES, NEAREST = 152, 4_211, 35, 12
UNPLACED_GBP = 60_000.0


def england(
    slack: float, seed: int = 1
) -> tuple[pd.Series, pd.Series, pd.DataFrame, pd.Series, pd.Series, pd.DataFrame]:
    """Return children, places, routes to the nearest across borders, regions, and routes to the nearest at home."""
    rng = np.random.default_rng(seed)
    centre = rng.random((AUTHORITIES, 2)) * np.array([350.0, 450.0])
    homes = np.repeat(centre, CHILDREN, axis=0) + rng.normal(0, 9, (AUTHORITIES * CHILDREN, 2))
    sites = np.repeat(centre, SETTING_TYPES, axis=0) + rng.normal(0, 9, (AUTHORITIES * SETTING_TYPES, 2))
    uneven = np.clip(rng.normal(1, 0.15, AUTHORITIES), 0.6, 1.5)
    room = [rng.multinomial(int(CHILDREN * slack * f), np.full(SETTING_TYPES, 1 / SETTING_TYPES)) for f in uneven]
    names = pd.RangeIndex(len(homes), name="group")
    codes = pd.Index([f"{100_000 + j}" for j in range(len(sites))], name="setting")
    groups, places = pd.Series(1, names), pd.Series(np.concatenate(room), codes)
    group_region = pd.Series(np.repeat(np.arange(AUTHORITIES), CHILDREN), names)
    setting_region = pd.Series(np.repeat(np.arange(AUTHORITIES), SETTING_TYPES), codes)

    def table(km: np.ndarray, at: np.ndarray) -> pd.DataFrame:
        cost = np.round(km * 1.35 * 2 * 190 * 1.62, 2)
        return pd.DataFrame(
            {"group": np.repeat(names, NEAREST), "setting": codes[at.ravel()], "cost_gbp": cost.ravel()}
        )

    at_home_km, at_home = np.empty((len(homes), NEAREST)), np.empty((len(homes), NEAREST), dtype=np.int64)
    for a in range(AUTHORITIES):
        own, its = slice(a * CHILDREN, (a + 1) * CHILDREN), slice(a * SETTING_TYPES, (a + 1) * SETTING_TYPES)
        at_home_km[own], found = cKDTree(sites[its]).query(homes[own], k=NEAREST)
        at_home[own] = found + a * SETTING_TYPES
    across = table(*cKDTree(sites).query(homes, k=NEAREST))
    return groups, places, across, group_region, setting_region, table(at_home_km, at_home)


def cpu() -> float:
    """Return CPU seconds so far, of this process and of those that it started."""
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def memory_gb() -> str:
    """Return the largest resident size so far, of this process and of the largest that it started. [GB]"""
    sizes = [resource.getrusage(who).ru_maxrss / 1e6 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return f"{sizes[0]:.2f} GB here, {sizes[1]:.2f} GB in the process apart"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", type=float, default=1.02, help="places for each child")
    parser.add_argument("--stop", type=float, default=90.0, help="seconds for the joint flow")
    options = parser.parse_args(arguments)
    groups, places, across, group_region, setting_region, at_home = england(options.short)
    print(
        f"{len(groups):,} children, {len(places):,} settings, {places.sum():,} places, {len(across):,} routes each way"
    )
    print(f"  tables: {memory_gb()}")
    regions = {"group_region": group_region, "setting_region": setting_region, "unplaced_gbp": UNPLACED_GBP}
    for name, routes, joint, limit in (
        ("authority by authority", at_home, False, 20.0),
        ("one flow across borders", across, True, 90.0),
    ):
        began, clock = cpu(), time.monotonic()
        found = sf.allocate.solve_regions(groups, places, routes, **regions, across=joint, seconds=options.stop)
        assert len(found.value_of_a_place) == len(places)
        taken, waited = cpu() - began, time.monotonic() - clock
        print(
            f"  {name:24s} {taken:6.1f} s CPU ({waited:.1f} s by the clock), {taken / limit:.2f} of the limit of "
            f"{limit:.0f} s; {memory_gb()}"
        )
        share = found.certificate_gap_gbp / found.objective_gbp
        print(f"    GBP {found.objective_gbp:,.0f}, {found.unplaced.sum():,} unplaced, certificate gap {share:.3%}")


if __name__ == "__main__":
    main(sys.argv[1:])
