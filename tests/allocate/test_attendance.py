"""Who attends where today: the list first, the gravity estimate for the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sufficiency as sf
from sufficiency import tables
from sufficiency.allocate.place.attendance import Outside, attending_today, balance, home_authority, whole_choices
from sufficiency.allocate.place.children import Children, Demand, demand_of
from sufficiency.allocate.place.routes import NEED_CODES, RouteMap, route_map
from sufficiency.area.area import Area
from sufficiency.words.school_year import NCY_LOW
from sufficiency.words.vocabulary import SPECIALIST
from tests.allocate.forecasts import grown


def today(area: Area, beta: float = 0.1) -> tuple[Children, int, Demand, RouteMap]:
    found = route_map(area)
    demand = demand_of(grown(area, to=2027, draws=1), found.zones, area.authorities, draws=1, girls_share=0.28)
    room = area.places_in(2026).reindex(found.codes).to_numpy()
    rng, outside = np.random.default_rng(0), Outside.of_area(area)
    likely = area.value("allocate.least_likely_share")
    children, listed = attending_today(
        demand,
        found,
        room,
        area.attendance,
        gravity_per_km=beta,
        least_likely_share=likely,
        rng=rng,
        outside=outside,
    )
    return children, listed, demand, found


def counts(children: Children, demand: Demand, zones: int) -> np.ndarray:
    cell = demand.cell(home_authority(demand, zones)[children.zone], children)
    return np.bincount(cell, minlength=demand.expected[0].size).reshape(demand.expected[0].shape)


def test_every_child_of_the_base_year_has_a_home_and_a_setting_of_their_type(tiny_area: Area) -> None:
    children, listed, demand, found = today(tiny_area)
    assert listed == 0
    assert (counts(children, demand, 3) == demand.expected[0]).all()
    at = found.settings["setting_type"].to_numpy()[children.setting]
    assert (at[children.kind == 1] == "sen_unit").all()
    assert (at[children.kind == 0] == "special").all()


def test_the_list_comes_first_and_the_estimate_fills_the_rest(tiny_area: Area) -> None:
    listed = pd.DataFrame(
        [("C", "S1", 1, "SLD", 1), ("A", "U1", 1, "ASD", 1)], columns=["zone", "setting", "ncy", "need", "children"]
    )
    children, known, demand, _ = today(tiny_area.replace(attendance=tables.check(listed, tables.ATTENDANCE)))
    assert known == 2
    assert (counts(children, demand, 3) == demand.expected[0]).all()
    first = [
        (int(z), int(s), int(n), NEED_CODES[i])
        for z, s, n, i in zip(children.zone[:2], children.setting[:2], children.ncy[:2], children.need[:2], strict=True)
    ]
    assert sorted(first) == [(0, 1, 1, "ASD"), (2, 0, 1, "SLD")]


def test_children_listed_beyond_the_forecasts_count_are_left_out(tiny_area: Area) -> None:
    listed = pd.DataFrame([("C", "S1", 1, "SLD", 9)], columns=["zone", "setting", "ncy", "need", "children"])
    children, known, demand, _ = today(tiny_area.replace(attendance=tables.check(listed, tables.ATTENDANCE)))
    assert known == 2
    assert (counts(children, demand, 3) == demand.expected[0]).all()


@given(st.integers(2, 30), st.integers(1, 5), st.integers(0, 1000))
def test_balancing_keeps_children_whole_and_rolls_where_they_can_be_kept(homes: int, settings: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    weight = np.exp(-rng.random((homes, settings)) * 3)
    roll = rng.dirichlet(np.ones(settings)) * homes
    share = balance(weight, roll)
    np.testing.assert_allclose(share.sum(axis=1), 1.0)
    np.testing.assert_allclose(share.sum(axis=0), roll, atol=0.02 * homes + 1e-6)


@given(st.integers(1, 40), st.integers(1, 5), st.integers(0, 1000))
def test_whole_children_follow_their_shares(homes: int, settings: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    share = rng.dirichlet(np.full(settings, 2.0), size=homes)
    chosen = whole_choices(share, 0.05)
    assert ((chosen >= 0) & (chosen < settings)).all()
    assert np.abs(np.bincount(chosen, minlength=settings) - share.sum(axis=0)).max() <= settings


def test_a_child_whom_nothing_draws_is_nowhere() -> None:
    assert whole_choices(np.array([[0.0, 0.0], [0.0, 1.0]]), 0.05).tolist() == [2, 1]


def test_a_child_is_not_sent_where_they_are_least_likely_to_be() -> None:
    """Ten children, each with one chance in twenty of being at the far school: one goes there, or none where that is too few."""
    share = np.array([[0.95, 0.05]] * 10)
    assert whole_choices(share, 0.0).tolist().count(1) == 1
    assert whole_choices(share, 0.1).tolist() == [0] * 10


def test_distance_matters_as_much_as_it_is_said_to() -> None:
    """In the example, the further the fall with distance, the nearer the schools; rolls stay near places."""
    area = sf.example_area()
    km = []
    for beta in (0.0, 0.1, 0.5):
        children, _, demand, found = today(area, beta)
        assert (counts(children, demand, len(found.zones)) == demand.expected[0]).all()
        placed = children.setting < len(found.settings)
        km.append(found.km[children.zone[placed], children.setting[placed]].mean())
    assert km[0] > km[1] > km[2]
    special = (found.settings["setting_type"].to_numpy() == "special") & found.is_listed
    room = area.places_in(2026).reindex(found.codes).to_numpy()
    rolls = np.bincount(children.setting, minlength=len(found.settings) + 1)[:-1]
    assert abs(rolls[special].sum() - room[special].sum()) < 0.08 * room[special].sum()
    assert demand.by_type.shape[-1] == len(SPECIALIST)
    assert children.ncy.min() >= NCY_LOW


def test_nobody_attends_a_school_before_it_opens() -> None:
    area = sf.example_area()
    later = area.places["setting"] == "TIFFIELD"
    area = area.replace(places=area.places.assign(year=area.places["year"] + later))
    children, _, _, found = today(area)
    shut = area.places_in(2026).reindex(found.codes).to_numpy() == 0
    shut &= found.is_listed
    assert shut.any()
    assert not np.isin(children.setting, np.flatnonzero(shut)).any()


def test_a_stated_share_is_outside_and_units_that_no_list_names_have_what_is_left() -> None:
    area = sf.example_area()
    children, _, demand, found = today(area)
    rolls = np.bincount(children.setting, minlength=len(found.settings))
    types, away = found.settings["setting_type"].to_numpy(), ~found.settings["is_in_area"].to_numpy()
    counted = dict(zip(SPECIALIST, demand.by_type.sum(axis=(0, 1, 2)), strict=True))
    state = counted["special"] * area.value("allocate.outside_share")
    assert rolls[(types == "special") & away].sum() == pytest.approx(state, rel=0.12)
    assert rolls[types == "non_maintained_special"].sum() == counted["non_maintained_special"]
    named = (types == "sen_unit") & found.is_listed
    assert rolls[named].sum() <= area.places_in(2026).reindex(found.codes)[named].sum() * 1.05
    assert rolls[(types == "sen_unit")].sum() == counted["sen_unit"]
