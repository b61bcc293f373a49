"""The order of places: by how often one more saves more than elsewhere, and how far other futures would agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import sufficiency as sf
from sufficiency.allocate.place.place_order import PlaceOrder, agreement, saves_more_than
from sufficiency.errors import InputError
from sufficiency.scenarios.levers import ChangeAssumption


def test_what_moves_all_places_alike_in_a_future_leaves_the_order_as_it_is() -> None:
    rng = np.random.default_rng(1)
    saves = rng.normal(0, 5_000, (30, 6)) + np.arange(6) * 2_000
    moved = saves + rng.normal(0, 50_000, (30, 1))
    assert np.array_equal(saves_more_than(saves), saves_more_than(moved))


def test_shares_of_a_future_add_up_to_half_of_the_settings() -> None:
    saves = np.array([[1.0, 1.0, 4.0, -2.0], [3.0, 3.0, 3.0, 3.0]])
    assert saves_more_than(saves).sum(axis=1).tolist() == [2.0, 2.0]
    assert saves_more_than(saves)[1].tolist() == [0.5, 0.5, 0.5, 0.5]


def test_the_agreement_said_is_the_agreement_that_other_futures_show() -> None:
    rng = np.random.default_rng(2)
    better = np.linspace(0, 24_000, 40)
    one, other = (saves_more_than(rng.normal(0, 30_000, (100, 40)) + better) for _ in range(2))
    shown = np.corrcoef(*(np.argsort(np.argsort(each.mean(axis=0))) for each in (one, other)))[0, 1]
    assert agreement(one) == pytest.approx(shown, abs=0.1)


def test_noise_alone_settles_nothing_and_too_few_futures_say_nothing() -> None:
    noise = saves_more_than(np.random.default_rng(3).normal(0, 1, (60, 30)))
    assert agreement(noise) < 0.6
    assert np.isnan(agreement(noise[:4]))


def test_the_example_has_an_order_of_its_own_state_settings() -> None:
    area = sf.AS_AGREED(sf.example_area())
    placed = sf.allocate.places(area, sf.forecast.plans(area, to=2028, draws=10), draws=10)
    found = placed.order_of_places(2028)
    assert isinstance(found, PlaceOrder)
    for settled in (found.agreement - 0.01, found.agreement + 0.01):
        asked = ChangeAssumption("allocate.order_settled_agreement", settled)(area)
        assert replace(placed, area=asked).order_of_places(2028).is_settled == (settled < found.agreement)
    assert found.table["saves_more_than"].is_monotonic_decreasing
    assert found.table["saves_more_than"].mean() == pytest.approx(0.5)
    ours = area.settings[area.settings["is_in_area"]].set_index("setting").index
    assert set(found.table["setting"]) <= set(ours)
    with pytest.raises(InputError, match="2040 is not a January of the forecast; expected 2026 to 2028"):
        placed.order_of_places(2040)
