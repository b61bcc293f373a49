"""Rates from published flows, and growth: England's pattern balances, and an authority's own record moves it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sufficiency as sf
from sufficiency import tables
from sufficiency.forecast import base_year_plans, england
from sufficiency.forecast.rates import needs, own_drift, published_rates
from sufficiency.forecast.rates.own_drift import DriftRates
from sufficiency.forecast.taken import usual
from sufficiency.scenarios.levers import ChangeAssumption
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES
from tests.forecast import areas

PATTERN = usual(DriftRates, 2025).pattern


def test_england_s_pattern_gives_england_s_next_january() -> None:
    before = england.stock(2024) * england.totals()[2024] / england.stock(2024).sum()
    after = england.stock(2025)
    found = own_drift.step(before, PATTERN, PATTERN.first_settings, float(after.sum()))
    assert found.sum() == pytest.approx(after.sum())
    assert found.sum(axis=1)[4:] == pytest.approx(after.sum(axis=1)[4:], rel=0.01, abs=10)
    large = after.sum(axis=0) > 8_000
    assert found.sum(axis=0)[large] == pytest.approx(after.sum(axis=0)[large], rel=0.02)


def test_nobody_is_in_early_years_at_secondary_school_nor_stays_past_the_end() -> None:
    pattern = PATTERN
    assert (pattern.leaving[-1] == 1).all()
    assert pattern.takes[NCYS.index(9), list(SETTING_TYPES).index("early_years")] == 0
    assert pattern.first_settings.sum(axis=1) == pytest.approx(1.0)


def rates_of(area: sf.Area) -> tuple[published_rates.Rates, own_drift.Drifts]:
    known = base_year_plans.history(area)
    axes = (
        ("authority", list(area.authorities)),
        ("ncy", NCYS),
        ("need", ["UNK"]),
        ("setting_type", list(SETTING_TYPES)),
    )
    start = base_year_plans.array(base_year_plans.states(area, known), axes)
    return published_rates.from_flows(area, known, start, ["UNK"])


def test_first_settings_lean_to_the_authority_s_own_new_plans() -> None:
    new = pd.DataFrame(
        {"authority": "A", "year": 2025, "kind": "new", "setting_type": "special", "children": 900}, index=[0]
    )
    plain, own = (rates_of(areas.area(**kw))[0].joining for kw in ({}, {"flows": tables.check(new, tables.FLOWS)}))
    at = list(SETTING_TYPES).index("special")
    share = [j[0, :, 0, at].sum() / j[0].sum() for j in (plain, own)]
    assert share[1] > 3 * share[0]
    assert own[1] == pytest.approx(plain[1])


def test_new_plans_count_for_as_many_years_as_the_area_says() -> None:
    """Special schools took nine hundred children three years ago, and none since."""
    new = pd.DataFrame(
        {"authority": "A", "year": 2023, "kind": "new", "setting_type": "special", "children": 900}, index=[0]
    )
    area = areas.area(flows=tables.check(new, tables.FLOWS))
    late = ChangeAssumption("forecast.own_flow_years", 2.0)(area)
    usual, three, two = (rates_of(a)[0].joining[0] for a in (areas.area(), area, late))
    at = list(SETTING_TYPES).index("special")
    assert three[:, 0, at].sum() > 3 * two[:, 0, at].sum()
    assert two == pytest.approx(usual)


def test_a_january_without_ages_has_england_s_beside_its_own_as_far_as_the_area_says() -> None:
    """Twenty in each of Years 1 and 2 in 2024, and a hundred of no known age in 2025."""
    plans = pd.DataFrame(
        [("A", 2024, 1, 20), ("A", 2024, 2, 20), ("A", 2025, pd.NA, 100)], columns=["authority", "year", "ncy", "plans"]
    )
    plans = tables.check(plans.assign(setting_type="special"), tables.PLANS)

    def outside_years_1_and_2(share: float) -> int:
        area = ChangeAssumption("forecast.ages_england_share", share)(areas.area(plans=plans))
        found = base_year_plans.history(area).plans("A", 2025)
        assert found is not None
        assert found.sum() == 100
        return int(100 - found[[NCYS.index(1), NCYS.index(2)]].sum())

    assert outside_years_1_and_2(0.0) == 0
    assert outside_years_1_and_2(0.02) < 10 < outside_years_1_and_2(1.0)


def test_suppressed_and_unrecorded_flows_change_nothing() -> None:
    new = pd.DataFrame(
        {"authority": "A", "year": 2025, "kind": "new", "setting_type": "not_recorded", "children": 900}, index=[0]
    )
    plain, own = (rates_of(areas.area(**kw))[0].joining for kw in ({}, {"flows": tables.check(new, tables.FLOWS)}))
    assert own == pytest.approx(plain)


def test_drift_is_found_where_special_schools_gain() -> None:
    rows = [
        ("A", year, ncy, setting_type, n + (6 * (year - 2022) if setting_type == "special" else 0))
        for year in (2022, 2023, 2024, 2025)
        for ncy in range(11)
        for setting_type, n in (("mainstream", 40), ("special", 20))
    ]
    plans = pd.DataFrame(rows, columns=["authority", "year", "ncy", "setting_type", "plans"])
    area = areas.area(
        authorities={"A": "Aton"},
        plans=tables.check(plans, tables.PLANS),
        population=areas.population(authorities="A"),
        zones=tables.empty(tables.ZONES),
        zone_children=tables.empty(tables.ZONE_CHILDREN),
    )
    known = base_year_plans.history(area)
    drift = dict(
        zip(
            own_drift.SETTING_GROUPS,
            own_drift.drift(known, own_drift.DriftRates.of(area), "A", area.base_year, PATTERN.first_settings),
            strict=True,
        )
    )
    assert drift["special"] > 0.01 > 0 > drift["mainstream"]
    found = rates_of(area)[1]
    assert found.special_growth[0] > 0.05  # a tenth more places a year, beside England's 6 %


def test_settings_not_recorded_are_part_the_authority_s_own_and_part_as_usual() -> None:
    area = areas.area()
    rates = own_drift.DriftRates.of(area)
    counts = np.zeros((len(NCYS), len(SETTING_TYPES)))
    counts[5, 0], counts[5, -1] = 900, 99
    known = base_year_plans.History({("A", 2025): counts}, frozenset())
    found = own_drift.unrecorded(known, rates, "A", 2025)
    odds = (100 / 901) ** rates.unrecorded_own * (rates.unrecorded_usual / (1 - rates.unrecorded_usual)) ** (
        1 - rates.unrecorded_own
    )
    assert found == pytest.approx(odds / (1 + odds))
    assert own_drift.unrecorded(known, rates, "B", 2025) == rates.unrecorded_usual


def test_ages_are_shared_out_whole_with_every_setting_s_total() -> None:
    rng = np.random.default_rng(2)
    seed = rng.random((len(NCYS), len(SETTING_TYPES)))
    seed[:, 3] = 0.0
    totals = rng.integers(0, 500, len(SETTING_TYPES)).astype(float)
    found = base_year_plans.share_out(totals, seed)
    assert found.sum(axis=0) == pytest.approx(totals)
    assert (found >= 0).all()


def test_under_fives_stay_part_of_the_way_at_their_last_number() -> None:
    area = areas.area()
    known = base_year_plans.history(area)
    first = PATTERN.first_settings
    plain, leant = (
        own_drift.joining_by_age(
            known, replace(own_drift.DriftRates.of(area), joining_under_5_last=x), "A", 2025, first
        )
        for x in (0.0, 0.5)
    )
    now = known.plans("A", 2025)
    assert now is not None
    grown = float(now.sum() * england.totals()[2025] / england.totals()[2024])
    expected = own_drift.step(now, PATTERN, first * plain[:, None], grown)
    young = own_drift.BAND_OF_NCY == 0
    falls = expected[young].sum() > now[young].sum()
    assert (leant[young] < plain[young]).all() == falls
    assert leant[~young] == pytest.approx(plain[~young])


def test_a_need_that_england_hardly_counts_at_an_age_is_the_likelier_the_more_children_each_counts_as_having() -> None:
    plans = np.zeros((1, len(NCYS), len(NEEDS), len(SETTING_TYPES)), dtype=np.int64)
    rarest = []
    for least in (0.001, 0.1, 10.0):
        rates = replace(usual(needs.NeedRates, 2025), needs_least_children=least)
        found = needs.of_joiners(plans, list(NEEDS), list(SETTING_TYPES), rates)
        assert found.sum(axis=2) == pytest.approx(1.0)
        rarest.append(float(found.min(axis=2).mean()))
    assert rarest == sorted(rarest)
    assert rarest[2] > 10 * rarest[0]
