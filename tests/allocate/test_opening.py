"""Openings for an area: what opens, why, what knowing more is worth, and levers that a run can test."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from sufficiency import allocate, tables
from sufficiency.errors import FaultyTableError, InputError, MissingError
from sufficiency.scenarios.levers import ChangeAssumption, ClosePlaces, OpenPlaces, OpenSetting
from tests.allocate.forecasts import grown

OPTIONS = pd.DataFrame(
    [
        {"option": "More at Ashby", "kind": "expand", "setting": "S1", "places": 4, "blocks": 3, "year": 2026},
        {"option": "East school", "kind": "special", "setting": "S9", "places": 10, "year": 2026, "set_up_years": 1,
         "name": "Colby School", "authority": "E06000001", "easting": 420_000, "northing": 300_000, "ncy_low": 0,
         "ncy_high": 14, "needs": "ASD SLD"},
    ]
).assign(capital_gbp_per_place=50_000.0)  # fmt: skip


@pytest.fixture(scope="module")
def forecast_of():
    return lambda area, **k: grown(area, to=2029, draws=6, growth=0.5, **k)


def test_what_opens_keeps_to_the_budget_and_to_the_first_year_each_can_open(tiny_area, forecast_of):
    plans = forecast_of(tiny_area)
    found = allocate.openings(tiny_area, plans, OPTIONS, budget_gbp=800_000, draws=6, seconds=10, aim="children")
    assert 0 < found.capital_gbp <= 800_000
    assert found.openings["capital_gbp"].sum() == found.capital_gbp
    assert (found.openings.query("option == 'East school'")["year"] >= 2027).all()
    assert found.gap <= 0.05
    assert found.saving["turned_away"] > 0
    assert "fewer children are turned away" in found.why


def test_what_knowing_more_is_worth_is_never_below_nothing(tiny_area, forecast_of):
    found = allocate.openings(tiny_area, forecast_of(tiny_area), OPTIONS, draws=6, seconds=10)
    assert found.value_of_stochastic_solution_gbp >= 0
    assert found.value_of_perfect_information_gbp >= -1e-6
    assert (found.regret["regret_gbp"] >= -1e-6).all()
    assert found.leading["opens"].iloc[0] == found.words(found.plan)
    assert "nothing" in set(found.leading["opens"])
    assert found.leading["mean_gbp"].iloc[0] == pytest.approx(found.cost_gbp)


def test_a_budget_that_opens_nothing_says_what_the_cheapest_option_needs(tiny_area, forecast_of):
    found = allocate.openings(tiny_area, forecast_of(tiny_area), OPTIONS, budget_gbp=1_000, draws=2, seconds=3)
    assert found.openings.empty
    assert found.words(found.plan) == "nothing"
    assert "the limits allow none of 2 options" in found.why
    assert "More at Ashby, needs GBP 200,000 of capital" in found.why


def test_an_option_that_does_not_pay_says_by_how_much(tiny_area, forecast_of):
    dear = OPTIONS.assign(capital_gbp_per_place=50_000_000.0)
    found = allocate.openings(tiny_area, forecast_of(tiny_area), dear, draws=2, seconds=3)
    assert found.openings.empty
    assert found.short_gbp == pytest.approx(found.gap * found.cost_gbp)
    assert "More at Ashby, would cost more than is saved, by GBP" in found.why
    assert "repaying capital" in found.why
    assert "aim='children'" in found.why


def test_a_budget_by_year_is_kept_in_the_year_of_spending(tiny_area, forecast_of):
    by_year = {2026: 200_000.0, 2027: 200_000.0}
    found = allocate.openings(tiny_area, forecast_of(tiny_area), OPTIONS, budget_by_year=by_year, draws=2, seconds=5)
    spent = found.openings.groupby("spent_in")["capital_gbp"].sum()
    assert all(spent[y] <= by_year.get(y, 0.0) for y in spent.index)


def test_a_wary_plan_is_found_too(tiny_area, forecast_of):
    found = allocate.openings(tiny_area, forecast_of(tiny_area), OPTIONS, draws=6, risk="cvar", tail=0.34, seconds=5)
    by_draw = found.problem.cost_gbp(found.plan, found.problem.parts(found.plan))
    assert found.cost_gbp == pytest.approx(found.problem.risk(by_draw))
    assert found.cost_gbp >= by_draw.mean() - 1e-6


def test_the_scenario_opens_what_was_chosen_when_it_was_chosen(tiny_area, forecast_of):
    found = allocate.openings(tiny_area, forecast_of(tiny_area), OPTIONS, draws=6, seconds=10, aim="children")
    after = found.scenario()(tiny_area)
    assert all(isinstance(lever, OpenPlaces | OpenSetting) for lever in found.scenario().levers)
    opened = after.places_in(2029) - tiny_area.places_in(2029).reindex(after.settings["setting"], fill_value=0)
    assert opened.sum() == found.openings["places"].sum()
    placed = allocate.places(after, forecast_of(tiny_area), draws=2)
    before = allocate.places(tiny_area, forecast_of(tiny_area), draws=2)
    assert placed.shortfall()["children"].sum() <= before.shortfall()["children"].sum()


def test_closing_and_designating_are_options_too(tiny_area, forecast_of):
    options = pd.DataFrame(
        [
            {"option": "Close the unit", "kind": "close", "setting": "U1", "places": 2, "running_gbp_per_place": 1e6},
            {"option": "Wider school", "kind": "designate", "setting": "S1", "places": 0, "needs": "SEMH"},
        ]
    ).assign(year=2026, capital_gbp_per_place=0.0)
    found = allocate.openings(tiny_area, forecast_of(tiny_area), options, draws=2, seconds=3)
    assert "Close the unit" in set(found.openings["option"])
    assert any(isinstance(lever, ClosePlaces) for lever in found.scenario().levers)
    assert found.scenario()(tiny_area).places_in(2027)["U1"] == 0


def test_a_wider_designation_is_chosen_where_it_fills_empty_places(tiny_area):
    """S1 takes SLD alone: its places for the ASD children of secondary age stand empty until it is designated."""
    narrow = tiny_area.settings.assign(needs=["SLD", "ASD SLCN"])
    area = tiny_area.replace(settings=narrow, places=tiny_area.places.assign(places=[30, 2]))
    option = {"option": "ASD too", "kind": "designate", "setting": "S1", "places": 0, "needs": "ASD", "year": 2026}
    found = allocate.openings(
        area,
        grown(area, to=2029, draws=3),
        pd.DataFrame([option]).assign(capital_gbp_per_place=0.0),
        draws=3,
        seconds=3,
    )
    assert found.openings["option"].tolist() == ["ASD too"]
    scenario = pickle.loads(pickle.dumps(found.scenario()))  # so that it can be run in another process
    after = scenario(area)
    assert after.settings.set_index("setting")["needs"].to_dict() == {"S1": "SLD ASD", "U1": "ASD SLCN"}
    assert area.settings["needs"].tolist() == ["SLD", "ASD SLCN"]


@pytest.mark.parametrize(("least", "opens"), [(0.1, ["DS too"]), (0.5, [])])
def test_a_place_counts_for_a_group_if_it_suits_at_least_the_share_that_the_area_asks_for(tiny_area, least, opens):
    """Of four children with severe learning difficulties, one has Down syndrome: a quarter could use what the option adds."""
    rows = [(8, "ASD", "special", 2), (8, "SLD", "special", 9), (8, "DS", "special", 3)]
    states = pd.DataFrame(rows, columns=["ncy", "need", "setting_type", "plans"])
    area = tiny_area.replace(
        states=tables.check(states.assign(authority="E06000001", year=2025), tables.STATES),
        settings=tiny_area.settings.assign(needs=["ASD", "ASD"]),
        places=tiny_area.places.assign(places=[30, 2]),
    )
    area = ChangeAssumption("allocate.opening_suits_share", least)(area)
    option = {"option": "DS too", "kind": "designate", "setting": "S1", "places": 0, "needs": "DS", "year": 2026}
    options = pd.DataFrame([option]).assign(capital_gbp_per_place=0.0)
    plans = grown(area, to=2028, draws=3)
    found = allocate.openings(area, plans, options, draws=3, seconds=3, aim="children")
    assert found.openings["option"].tolist() == opens


AIMS = ("cash", "children", "minutes")


@pytest.mark.parametrize("aim", AIMS)
def test_a_budget_of_nothing_opens_nothing(tiny_area, forecast_of, aim):
    found = allocate.openings(tiny_area, forecast_of(tiny_area), OPTIONS, budget_gbp=0, draws=3, seconds=3, aim=aim)
    assert found.openings.empty
    assert found.saves_gbp == found.capital_gbp == 0


@pytest.mark.parametrize(("aim", "part"), [("cash", "saves_gbp"), ("children", "turned_away"), ("minutes", "minutes")])
def test_more_budget_never_does_less_of_what_is_aimed_for(tiny_area, forecast_of, aim, part):
    area = ChangeAssumption("allocate.placement_special_gbp", 2_000)(
        tiny_area
    )  # so that some places pay for themselves
    options, plans = OPTIONS.assign(running_gbp_per_place=500.0), forecast_of(tiny_area)
    saved = [
        allocate.openings(area, plans, options, budget_gbp=budget, draws=3, seconds=5, aim=aim).saving[part]
        for budget in (0, 200_000, 400_000, 700_000, 2e6)
    ]
    assert saved == sorted(saved)
    assert saved[-1] > 0 or aim == "minutes"


@pytest.mark.parametrize("aim", AIMS)
def test_a_place_that_nobody_would_use_is_never_opened_even_where_it_is_free(tiny_area, forecast_of, aim):
    free = OPTIONS[1:].assign(ncy_low=-4, ncy_high=-4, capital_gbp_per_place=0.0, running_gbp_per_place=0.0)
    found = allocate.openings(tiny_area, forecast_of(tiny_area), free, draws=3, seconds=3, aim=aim)
    assert found.openings.empty
    assert "nobody would use it" in found.why


def test_where_places_cost_more_than_they_save_the_children_they_would_serve_can_still_be_asked_for(
    tiny_area, forecast_of
):
    plans = forecast_of(tiny_area)
    cash = allocate.openings(tiny_area, plans, OPTIONS, budget_gbp=800_000, draws=6, seconds=10)
    assert cash.openings.empty
    assert "aim='children' asks which places keep most children" in cash.why
    children = allocate.openings(tiny_area, plans, OPTIONS, budget_gbp=800_000, draws=6, seconds=10, aim="children")
    assert children.saves_gbp < 0 < children.saving["turned_away"]
    assert "cost more than is saved, by GBP" in children.why
    assert "regret_children" in children.regret


def test_what_is_saved_is_the_sum_of_its_parts(tiny_area, forecast_of):
    found = allocate.openings(tiny_area, forecast_of(tiny_area), OPTIONS, draws=3, seconds=5, aim="children")
    money = ["fees_gbp", "packages_gbp", "journeys_gbp", "places_gbp", "set_up_gbp", "repayments_gbp"]
    assert found.saving[money].sum() == pytest.approx(found.saving["cash_gbp"])
    assert found.saving["cash_gbp"] + found.saving["time_gbp"] == pytest.approx(found.saves_gbp)
    assert found.leading["saves_gbp"].iloc[0] == found.saves_gbp
    nothing = found.leading.query("opens == 'nothing'")
    assert (nothing[[*money, "turned_away", "saves_gbp"]] == 0).all(axis=None)


def test_capital_is_repaid_in_equal_payments_over_the_years_that_places_are_open(tiny_area, forecast_of):
    area = ChangeAssumption("funding.interest_rate", 0.0)(tiny_area)
    options = OPTIONS[:1].assign(blocks=1, set_up_gbp=30_000.0)
    found = allocate.openings(area, forecast_of(area), options, draws=3, seconds=5, aim="children")
    years_open = 2030 - found.openings["year"].item()
    life = area.value("funding.appraisal_years")
    assert found.saving["repayments_gbp"] == pytest.approx(-200_000 / life * years_open)
    assert found.saving["set_up_gbp"] == -30_000


@pytest.mark.parametrize(
    ("options", "limits", "error", "words"),
    [
        (OPTIONS.assign(setting=["S2", "S9"]), {}, MissingError, "there is no setting 'S2'"),
        (OPTIONS.assign(setting=["S1", "S1"]), {}, InputError, "the setting 'S1' is there already"),
        (OPTIONS.assign(easting=np.nan), {}, InputError, "a new special needs easting"),
        (OPTIONS.assign(kind="build"), {}, FaultyTableError, "'build' is not one of"),
        (OPTIONS.assign(kind="close", setting="S1"), {}, InputError, "more than one option to close or designate"),
        (OPTIONS[:1].assign(kind="designate", places=0), {}, InputError, "designate needs the designations"),
        (
            OPTIONS[:1].assign(kind="designate", places=0, needs=np.nan),
            {},
            InputError,
            "designate needs the designations",
        ),
        (OPTIONS, {"budget_gbp": -5}, InputError, "budget_gbp is -5"),
        (OPTIONS, {"budget_by_year": {2027: -5}}, InputError, "budget_by_year, 2027 is -5"),
        (OPTIONS, {"most": 1.5}, InputError, "most is 1.5"),
        (OPTIONS, {"risk": "worst"}, InputError, "risk: 'worst' is not one of mean, cvar"),
        (
            OPTIONS,
            {"aim": "child"},
            InputError,
            "aim: 'child' is not one of cash, children, minutes; did you mean 'children'",
        ),
        (OPTIONS, {"tail": 0}, InputError, "tail: 0"),
    ],
)
def test_options_and_limits_that_cannot_be_used_are_named(tiny_area, forecast_of, options, limits, error, words):
    with pytest.raises(error, match=words):
        allocate.openings(tiny_area, forecast_of(tiny_area), options, draws=2, **limits)
