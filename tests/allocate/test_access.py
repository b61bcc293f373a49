"""Access: every place within reach is shared out once; the nearest suitable setting is that."""

from __future__ import annotations

import numpy as np
import pytest

from sufficiency import allocate
from sufficiency.allocate.explain.access import within_reach_each
from sufficiency.errors import InputError, MissingError
from tests.allocate.forecasts import grown


@pytest.mark.parametrize("decay", [False, True])
def test_children_times_access_is_every_place_that_anyone_can_reach(tiny_area, decay):
    plans = grown(tiny_area, to=2027, draws=3)
    found = allocate.within_reach(tiny_area, plans, decay=decay, draws=3)
    reached = found.by_setting.loc[found.by_setting["children_within"] > 0, "places"].sum()
    assert (found.children * found.places).sum() == pytest.approx(reached)
    assert found.year == 2025


def test_a_zone_near_the_school_has_more_within_reach_than_one_far_away(tiny_area):
    found = allocate.within_reach(tiny_area, grown(tiny_area, to=2026, draws=2), decay=True, draws=2)
    special = found.summary("zone", "kind").query("kind == 'special'").set_index("zone")["places_per_child"]
    assert special["A"] > special["B"] > special["C"]
    by_phase = found.summary("phase", "need_group")
    assert {"phase", "need_group", "children", "places_per_child", "share_out_of_reach"} == set(by_phase)


def test_several_januaries_at_once_are_each_as_alone(tiny_area):
    plans = grown(tiny_area, to=2027, draws=3, growth=0.5)
    for only_state in (True, False):
        each = within_reach_each(tiny_area, plans, [2027, 2025], only_state=only_state, draws=3)
        assert list(each) == [2027, 2025]
        for year, found in each.items():
            alone = allocate.within_reach(tiny_area, plans, year=year, only_state=only_state, draws=3)
            assert np.array_equal(found.places, alone.places)
            assert np.array_equal(found.children, alone.children)
            assert found.by_setting.equals(alone.by_setting)
    assert not np.array_equal(each[2025].children, each[2027].children)


def test_twice_the_places_are_twice_the_access(tiny_area):
    plans = grown(tiny_area, to=2026, draws=2)
    more = tiny_area.replace(places=tiny_area.places.assign(places=tiny_area.places["places"] * 2))
    one, two = (allocate.within_reach(a, plans, draws=2) for a in (tiny_area, more))
    assert np.allclose(two.places, 2 * one.places)


def test_the_nearest_suitable_setting_by_hand(tiny_area):
    found = allocate.nearest_suitable(tiny_area).set_index(["zone", "need_group", "phase"])
    assert found.loc[("C", "severe_learning", "secondary"), "setting"] == "S1"
    assert found.loc[("C", "semh", "secondary"), "setting"] == ""
    assert found.loc[("A", "severe_learning", "primary"), "km"] < 1
    unit = allocate.nearest_suitable(tiny_area, kind="unit").set_index(["zone", "need_group", "phase"])
    assert unit.loc[("C", "communication", "primary"), "setting"] == "U1"


def test_what_cannot_be_asked_is_named(tiny_area):
    plans = grown(tiny_area, to=2026, draws=2)
    with pytest.raises(MissingError, match="no January 2040; it runs from 2025 to 2026"):
        allocate.within_reach(tiny_area, plans, year=2040, draws=2)
    with pytest.raises(InputError, match=r"'zones' is not one of .*did you mean 'zone'"):
        allocate.within_reach(tiny_area, plans, draws=2).summary("zones")
    with pytest.raises(InputError, match="'school' is not one of special, unit"):
        allocate.nearest_suitable(tiny_area, kind="school")
