"""Places worth considering, made from a run, and what is recommended of them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sufficiency as sf
from sufficiency import allocate, tables
from sufficiency.allocate.open.recommended import budget_words, capital_share_gbp
from sufficiency.allocate.open.turned_away import turned_away
from sufficiency.scenarios.levers import ChangeAssumption
from sufficiency.words.school_year import PHASES


@pytest.fixture(scope="module")
def made(example_outcome):
    return allocate.candidates(example_outcome.placed)


@pytest.fixture(scope="module")
def best(example_outcome):
    return allocate.recommended(example_outcome.placed, example_outcome.plans, draws=3)


def test_those_turned_away_are_as_many_as_the_shortfall(example_outcome):
    placed = example_outcome.placed
    away = turned_away(placed, 2031)
    in_each = placed.in_each_draw("provision", "need_group", "phase", "district")
    from sufficiency.words.destinations import DESTINATIONS

    nowhere = in_each[(in_each["year"] == 2031) & in_each["provision"].isin(list(DESTINATIONS))]
    assert away.by_draw().tolist() == nowhere.groupby("draw")["children"].sum().tolist()
    mean = away.mean.groupby([away.children["need_group"], away.children["phase"], away.children["district"]]).sum()
    same = nowhere.groupby(["need_group", "phase", "district"])["children"].sum() / len(placed.draws)
    pd.testing.assert_series_equal(mean, same, check_names=False)


def test_candidates_are_options_with_whom_they_are_for(made):
    tables.check(made, tables.OPTIONS, source="candidates")
    assert set(made["kind"]) >= {"specialist_base", "support_base", "expand"}
    assert made["why"].str.contains("turned away in January 2031").all()
    assert made["option"].is_unique


def test_no_base_is_for_the_most_complex_needs(made):
    bases = made[made["kind"].isin(["specialist_base", "support_base"])]
    assert not bases["needs"].str.contains("SLD|PMLD").any()


def test_a_base_has_no_more_places_than_children_turned_away_who_need_one_there(made, example_outcome):
    away = turned_away(example_outcome.placed, 2031).children
    of_unit = away[away["kind"] == 1]
    for row in made[made["kind"] == "specialist_base"].itertuples():
        group = {"ASD SLCN": "communication", "SEMH": "semh", "MLD SPLD": "moderate_learning"}[row.needs]
        phase = "primary" if row.ncy_high == 6 else "secondary"
        same = of_unit[of_unit[["district", "phase", "need_group"]].eq([row.district, phase, group]).all(axis=1)]
        assert row.places * row.blocks <= same["children"].sum() / len(example_outcome.placed.draws)


def test_a_school_grows_by_no_more_than_the_stated_share_of_its_places(made, example_outcome):
    placed, area = example_outcome.placed, example_outcome.area
    there = pd.Series(placed.expected_places[placed.years.index(2031)], index=placed.routes.codes)
    growing = made[made["kind"] == "expand"]
    assert (
        growing["places"] * growing["blocks"]
        <= area.value("allocate.candidate_expand_share") * growing["setting"].map(there)
    ).all()
    assert (growing["places"] * growing["blocks"] >= area.value("allocate.candidate_least_places")).all()


def test_a_new_school_takes_the_phases_and_spends_its_capital_as_the_area_says(example_outcome):
    def schools(**assumed):
        area = example_outcome.area
        for name, value in {"candidate_school_places": 10.0, **assumed}.items():
            area = ChangeAssumption(f"allocate.{name}", value)(area)
        found = allocate.candidates(replace(example_outcome.placed, area=area))
        return found[found["kind"] == "special"]

    as_usual, one_phase, all_through = schools(), schools(candidate_phase_share=1.0), schools(candidate_phase_share=0.0)
    assert len(as_usual) == len(one_phase) == len(all_through) > 0
    lowest, highest = min(low for low, _ in PHASES.values()), max(high for _, high in PHASES.values())
    assert (all_through[["ncy_low", "ncy_high"]].to_numpy() == [lowest, highest]).all()
    assert {(low, high) for low, high in one_phase[["ncy_low", "ncy_high"]].to_numpy()} <= set(PHASES.values())
    assert (as_usual["set_up_years"] == 2).all()
    assert (schools(candidate_school_set_up_years=1.0)["set_up_years"] == 1).all()


def test_nobody_turned_away_makes_no_candidates_and_no_recommendation(tiny_area):
    area = tiny_area.replace(places=tiny_area.places.assign(places=500))
    outcome = sf.run(area, to=tiny_area.base_year + 2, draws=4, placed_draws=2)
    made = allocate.candidates(outcome.placed)
    assert made.empty
    assert list(made.columns) == list(tables.OPTIONS.columns)
    assert allocate.recommended(outcome.placed, outcome.plans) is None


def test_a_january_that_the_run_has_not_is_named(example_outcome):
    with pytest.raises(sf.errors.MissingError, match="no January 2050"):
        allocate.candidates(example_outcome.placed, year=2050)


def test_what_is_recommended_keeps_to_the_areas_share_of_national_capital(best, example_outcome):
    share = capital_share_gbp(example_outcome.area, example_outcome.plans)
    plans = example_outcome.area.plans
    own = plans.loc[plans["year"] == example_outcome.area.base_year, "plans"].sum()
    assert share == pytest.approx(3e9 * own / 718_800)
    assert 0 < best.capital_gbp <= share
    assert "announced for England" in budget_words(example_outcome.area, example_outcome.plans)


def test_what_is_recommended_is_the_same_again_and_turns_fewer_away_than_nothing(best, example_outcome):
    again = allocate.recommended(example_outcome.placed, example_outcome.plans, draws=3)
    assert np.array_equal(again.plan, best.plan)
    assert best.saving["turned_away"] > 0
    assert best.aim == "children"


def test_more_capital_never_turns_more_away_and_none_opens_nothing(example_outcome):
    away = [
        found.saving["turned_away"]
        for budget in (0.0, 4e6, 12e6)
        for found in [allocate.recommended(example_outcome.placed, example_outcome.plans, budget_gbp=budget, draws=2)]
    ]
    assert away[0] == 0
    assert away == sorted(away)


def test_a_support_base_is_left_out_since_the_authority_places_nobody_there(made, best, example_outcome):
    assert not (best.options.table["kind"] == "support_base").any()
    only = made[made["kind"] == "support_base"]
    with pytest.raises(sf.InputError, match="all are support bases"):
        allocate.openings(example_outcome.area, example_outcome.plans, only)


def test_the_recommended_scenario_opens_what_is_recommended_with_its_capital(best, example_outcome):
    levers = best.scenario("Recommended").levers
    assert sum(lever.places for lever in levers) == best.openings["places"].sum()
    assert sum(lever.capital_gbp for lever in levers) == pytest.approx(best.capital_gbp)
    area = best.scenario("Recommended")(example_outcome.area)
    added = area.places_in(2031).sum() - example_outcome.area.places_in(2031).sum()
    assert added == best.openings.loc[best.openings["year"] <= 2031, "places"].sum()


def test_taken_block_by_block_is_near_the_best_that_a_search_finds(tiny_area):
    from tests.allocate.forecasts import grown
    from tests.allocate.test_opening import OPTIONS

    plans = grown(tiny_area, to=2029, draws=6, growth=0.5)
    quick, searched = (
        allocate.openings(tiny_area, plans, OPTIONS, budget_gbp=800_000, draws=6, seconds=s, aim="children")
        for s in (0, 5)
    )
    assert quick.saving["turned_away"] >= 0.8 * searched.saving["turned_away"]
