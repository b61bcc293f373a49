"""The peer's estimates: each formula by hand on ten children, and its published figures on its own demonstration files."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from benchmarks import witan_estimates, witan_send
from benchmarks.witan_send import WitanInputs
from sufficiency.errors import InputError, MissingError
from sufficiency.forecast.simulate import cohort
from sufficiency.forecast.simulate.ready_year import Year

N = ("", "")


def transitions(*rows: tuple[int, int, tuple[str, str], tuple[str, str], int]) -> pd.DataFrame:
    """Return rows of (year, ncy before, state before, state after, children), a state being (need, setting_type)."""
    found = []
    for year, ncy, before, after, children in rows:
        kind = "joiner" if before == N else "leaver" if after == N else "stayer" if before[1] == after[1] else "mover"
        row = {"year": year, "ncy_1": ncy, "need_1": before[0], "setting_1": before[1], "kind": kind}
        found += [row | {"ncy_2": ncy + 1, "need_2": after[0], "setting_2": after[1]}] * children
    return pd.DataFrame(found)


VALID = pd.DataFrame(
    [
        {"setting_type": "unit", "ncy_low": 0, "ncy_high": 2, "needs": "T U", "moves_to": "unit school"},
        {"setting_type": "school", "ncy_low": 0, "ncy_high": 3, "needs": "T U", "moves_to": "unit school"},
    ]
)
MOVES = transitions(
    (2020, 0, N, ("T", "unit"), 3),
    (2021, 0, N, ("U", "unit"), 1),
    (2020, 1, ("T", "unit"), ("T", "unit"), 4),
    (2021, 1, ("T", "unit"), ("T", "school"), 2),
    (2021, 1, ("T", "unit"), N, 1),
    (2021, 1, ("U", "school"), ("U", "unit"), 1),
)
PEOPLE = pd.DataFrame(
    [{"year": y, "ncy": n, "children": 100.0 + 10 * (y - 2020)} for y in (2020, 2021, 2022) for n in range(4)]
)
TINY = WitanInputs(MOVES, PEOPLE, pd.DataFrame(), VALID)


@pytest.fixture(scope="module")
def tiny() -> witan_estimates.Estimates:
    return witan_estimates.estimates(TINY)


def test_the_start_is_the_last_year_without_leavers(tiny: witan_estimates.Estimates) -> None:
    assert tiny.start.to_dict() == {(1, "U", "unit"): 1, (2, "T", "school"): 2, (2, "U", "unit"): 1}


def test_each_year_adds_its_share_to_joining(tiny: witan_estimates.Estimates) -> None:
    """NCY 1: three of 100, then one of 110. NCY 2: nobody, twice."""
    assert tiny.joining.loc[1].tolist() == pytest.approx([3 / 2 + 1 / 2, 97 / 2 + 109 / 2], abs=1e-6)
    assert tiny.joining.loc[2].tolist() == pytest.approx([0.002, 100 / 2 + 110 / 2], abs=1e-6)


def test_first_states_have_a_quarter_child_each_and_those_seen(tiny: witan_estimates.Estimates) -> None:
    assert set(tiny.first_states.index.unique("ncy")) == {1}
    assert tiny.first_states[1, "T", "unit"] == pytest.approx(3.25, abs=1e-6)
    assert tiny.first_states[1, "U", "school"] == pytest.approx(0.25, abs=1e-6)


def test_leaving_counts_on_a_prior_of_its_ncy(tiny: witan_estimates.Estimates) -> None:
    """NCY 1: one of eight left, so m = 1.5 / 9; (T, unit) lost one of seven. NCY 0: nobody was seen."""
    m = 1.5 / 9
    assert tiny.leaving.loc[(1, "T", "unit")].tolist() == pytest.approx([1 + m, 6 + 1 - m], abs=1e-6)
    assert tiny.leaving.loc[(1, "T", "school")].tolist() == pytest.approx([m, 1 - m], abs=1e-6)
    assert tiny.leaving.loc[(0, "T", "unit")].tolist() == [0.5, 0.5]


def test_moving_is_of_those_who_stay(tiny: witan_estimates.Estimates) -> None:
    """NCY 1: three of seven moved, so m = 3.5 / 8; two of the six of (T, unit). NCY 0: one and one."""
    m = 3.5 / 8
    assert tiny.moving.loc[(1, "T", "unit")].tolist() == pytest.approx([2 + m, 4 + 1 - m], abs=1e-6)
    assert tiny.moving.loc[(0, "T", "unit")].tolist() == [1.0, 1.0]


def test_destinations_lean_on_the_moves_of_their_ncy_or_the_one_below(tiny: witan_estimates.Estimates) -> None:
    """One other setting: the prior of one mover is all its, and those seen are added."""
    assert tiny.destinations[1, "T", "unit", "T", "school"] == pytest.approx(1 + 2, abs=1e-6)
    assert tiny.destinations[2, "T", "unit", "T", "school"] == pytest.approx(1, abs=1e-6)


def test_destinations_share_a_prior_by_allowed_settings_and_arrivals() -> None:
    """Three settings, own dropped: 1/3 each, and two moves into b at that NCY, so 7/8 and 1/8 of one mover."""
    rows = [{"setting_type": s, "ncy_low": 0, "ncy_high": 3, "needs": "T", "moves_to": "a b c"} for s in "abc"]
    moves = transitions((2020, 1, ("T", "c"), ("T", "b"), 2), (2020, 0, N, ("T", "a"), 1))
    found = witan_estimates.estimates(WitanInputs(moves, PEOPLE, pd.DataFrame(), pd.DataFrame(rows)))
    assert found.destinations[1, "T", "a", "T", "b"] == pytest.approx((1 / 3 + 2) / (2 / 3 + 2), abs=1e-6)
    assert found.destinations[1, "T", "c", "T", "b"] == pytest.approx((1 / 3 + 2) / (2 / 3 + 2) + 2, abs=1e-6)
    assert found.destinations[0, "T", "a", "T", "b"] == pytest.approx(0.5, abs=1e-6)
    assert found.destinations[3, "T", "a", "T", "b"] == pytest.approx((1 / 3 + 2) / (2 / 3 + 2), abs=1e-6)


def test_joiners_expected_use_the_population_of_the_year(tiny: witan_estimates.Estimates) -> None:
    assert tiny.joiners(PEOPLE, 2022) == pytest.approx(120 * 2 / (2 + 103), abs=1e-6)
    with pytest.raises(MissingError, match="the population has no 2030"):
        tiny.joiners(PEOPLE, 2030)


def test_their_means_run_in_our_simulation_and_lose_nobody(tiny: witan_estimates.Estimates) -> None:
    rates = witan_estimates.rates(tiny)
    base = np.zeros(rates.shape, dtype=int)
    for (ncy, need, setting_type), plans in tiny.start.items():
        base[0, rates.ncys.index(ncy), rates.needs.index(need), rates.settings.index(setting_type)] = plans
    ones = np.ones((50, 3, 1, len(rates.ncys), 1), dtype=np.float32)
    out = cohort.simulate(
        base, [Year.of(rates)] * 3, cohort.Paths(ones * 100, ones, ones), seed=np.random.SeedSequence(1)
    )
    plans = out.plans.sum(axis=(2, 3, 4, 5))
    joined, _, _, left, came = out.flows_by_ncy.sum(axis=(3, 4, 5))
    np.testing.assert_array_equal(np.diff(plans, axis=1), joined + came - left)
    unit = rates.settings.index("unit")
    assert out.plans[:, 1:, 0, rates.ncys.index(3), :, unit].sum() == 0


def test_a_state_that_is_not_valid_is_named() -> None:
    wrong = transitions((2020, 1, ("T", "unit"), ("Z", "unit"), 1))
    with pytest.raises(InputError, match=r"row 2: \(2, Z, unit\) is not a valid state"):
        witan_estimates.estimates(WitanInputs(wrong, PEOPLE, pd.DataFrame(), VALID))


def test_a_year_without_population_is_named() -> None:
    with pytest.raises(MissingError, match=r"population\.csv has no 2020"):
        witan_estimates.estimates(WitanInputs(MOVES, PEOPLE[PEOPLE["year"] > 2020], pd.DataFrame(), VALID))


def test_valid_states_are_needed() -> None:
    with pytest.raises(MissingError, match=r"valid-states\.csv is needed"):
        witan_estimates.estimates(WitanInputs(MOVES, PEOPLE, pd.DataFrame(), VALID.iloc[:0]))


def demo() -> Path:
    """Return the peer's demonstration inputs, or skip and say why."""
    beside = Path(__file__).parents[3] / "shared" / "data" / "peers"
    folder = Path(os.environ.get("SUFFICIENCY_PEERS", beside)) / "witan_send_demo" / "inputs"
    if not folder.is_dir():
        pytest.skip(f"no demonstration files at {folder}; set SUFFICIENCY_PEERS to the folder that holds them")
    return folder


def test_the_demonstration_expects_the_joiners_that_the_peer_does() -> None:
    inputs = witan_send.read(demo())
    found = witan_estimates.estimates(inputs)
    joiners = [round(found.joiners(inputs.population, year), 2) for year in range(2018, 2023)]
    assert joiners == [273.80, 273.92, 277.65, 282.73, 287.89]
    assert len(found.leaving) == 1464
    assert int(found.start.sum()) == 2153
