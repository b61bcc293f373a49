"""A child's liking of a setting is the same whatever other settings there are, and a plan with one more leaves the rest alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

import sufficiency as sf
from sufficiency.allocate.place import liking
from sufficiency.area.setting_keys import keys


def test_numbers_are_spread_evenly_and_differ_by_child_setting_and_january() -> None:
    child, setting = np.arange(20_000), np.full(20_000, np.uint64(7))
    found = liking.uniform(child, setting, 1)
    assert ((found > 0) & (found < 1)).all()
    assert np.histogram(found, bins=10)[0].min() > 1_800
    assert abs(np.corrcoef(found[1:], found[:-1])[0, 1]) < 0.03
    for other in (liking.uniform(child, setting, 2), liking.uniform(child, setting + np.uint64(1), 1)):
        assert abs(np.corrcoef(found, other)[0, 1]) < 0.03


def test_settings_that_are_alike_have_keys_of_their_own() -> None:
    alike = pd.DataFrame(
        {"setting_type": ["special"] * 2, "easting": 1.0, "northing": 1.0, "ncy_low": 0, "ncy_high": 11}
    )
    assert len(set(keys(alike))) == 2


def test_the_best_fitting_route_costs_nothing_more_and_one_to_no_place_is_not_the_best() -> None:
    who, child = np.array([0, 0, 0, 1]), np.array([4, 4, 4, 9])
    setting, counts = np.arange(4, dtype=np.uint64), np.array([True, True, False, False])
    found = liking.misfit(who, child, setting, counts, 3_000.0, 5)
    assert found[:2].min() == 0.0
    assert (found >= 0).all()
    assert found[3] == 0.0  # nowhere else to like better
    assert np.array_equal(liking.misfit(who[:2], child[:2], setting[:2], counts[:2], 3_000.0, 5), found[:2])


def test_before_a_school_opens_children_are_where_they_are_without_it() -> None:
    area = sf.AS_AGREED(sf.example_area())
    opened = sf.OpenSetting(
        "NEW-SEMH", name="New", setting_type="special", authority="E06000061", easting=486024.0, northing=278957.0,
        ncy_low=2, ncy_high=11, needs="SEMH", places=120, year=2028,
    )  # fmt: skip
    plans = sf.forecast.plans(area, to=2028, draws=2, seed=7)
    now, then = (sf.allocate.places(a, plans, draws=1, workers=1) for a in (area, opened(area)))
    names = [np.append(placed.routes.codes, "away") for placed in (now, then)]
    apart = {}
    for year in range(3):
        at = [
            names[i][np.minimum(placed.drawn.setting[placed.drawn.year == year], len(names[i]) - 1)]
            for i, placed in enumerate((now, then))
        ]
        apart[year] = (at[0] != at[1]).mean()
    assert apart[0] == 0.0
    assert apart[1] < 0.002  # children whom two places suit alike to the penny
    assert apart[2] > 0.02
