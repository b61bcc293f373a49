"""The law announced for 2029: nobody vanishes, nothing is delivered for nothing, each lever does what it says and no more."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sufficiency as sf
from sufficiency import tables
from sufficiency.area.area import TABLES, Area
from sufficiency.errors import InputError, MissingError
from sufficiency.forecast.rates.rates import Rates
from sufficiency.forecast.simulate import cohort
from sufficiency.forecast.simulate.ready_year import Year
from sufficiency.funding.top_up import top_up
from sufficiency.funding.top_up.price_bands import capped_mean
from sufficiency.outcome import Outcome
from sufficiency.scenarios.law_2029.reform import PARTS
from sufficiency.scenarios.scenario import Scenario
from sufficiency.transport.modes.carried import with_support_plans
from sufficiency.words.vocabulary import SPECIALIST

STATES = ("authority", "ncy", "need", "setting_type")
KEEPERS = [t for t in SPECIALIST if t not in ("sen_unit", "resourced_provision")]


def forecast(scenario: Scenario, draws: int = 12, to: int = 2035) -> sf.forecast.PlanForecast:
    return sf.forecast.plans(scenario(sf.example_area()), to=to, draws=draws, seed=3)


def total(array: xr.DataArray) -> xr.DataArray:
    return array.sum([d for d in array.dims if d in STATES])


def mean(plans: sf.forecast.PlanForecast, year: int) -> float:
    return float(total(plans.plans).sel(year=year).mean())


@pytest.fixture(scope="module")
def delivered() -> dict[float, sf.forecast.PlanForecast]:
    return {share: forecast(sf.scenarios.reform(share)) for share in (0.0, 0.25, 0.5, 1.0)}


def test_nobody_vanishes_in_any_draw(delivered: dict[float, sf.forecast.PlanForecast]) -> None:
    plans = delivered[1.0]
    assert plans.support_plans is not None
    flow = total(plans.flows_by_ncy)
    kind = {str(k): flow.sel(kind=k, drop=True) for k in flow["kind"].values}
    came, left = kind["joiners"] + kind["transfers_in"], kind["leavers"] + kind["to_support_plan"]
    assert (total(plans.plans).diff("year") == came - left).all()
    moved = kind["to_support_plan"] - kind["support_plans_ended"]
    assert (total(plans.support_plans).diff("year") == moved).all()
    assert int(kind["to_support_plan"].sum()) > 0


def test_nobody_vanishes_at_any_age_need_or_setting(delivered: dict[float, sf.forecast.PlanForecast]) -> None:
    plans = delivered[1.0]
    assert plans.support_plans is not None
    held = plans.plans.sum(["authority", "ncy"])
    flow = plans.flows_by_need.sum("authority")
    kind = {str(k): flow.sel(kind=k, drop=True) for k in flow["kind"].values}
    change = kind["joiners"] + kind["movers"] + kind["transfers_in"]
    change = change - kind["movers_out"] - kind["leavers"] - kind["to_support_plan"]
    assert (held.diff("year") == change).all()
    by_age = plans.support_plans.sum(["authority", "need", "setting_type"])
    moved = plans.flows_by_ncy.sel(kind="to_support_plan", drop=True).sum(["authority", "setting_type"])
    ended = plans.flows_by_ncy.sel(kind="support_plans_ended", drop=True).sum(["authority", "setting_type"])
    before = by_age.to_numpy()[:, :-1] - ended.to_numpy()
    after = moved.to_numpy().copy()
    after[:, :, 1:] += before[:, :, :-1]
    assert (by_age.to_numpy()[:, 1:] == after).all()


def test_nothing_delivered_is_as_agreed_to_the_child(delivered: dict[float, sf.forecast.PlanForecast]) -> None:
    agreed = forecast(sf.AS_AGREED)
    assert (delivered[0.0].plans == agreed.plans).all()
    assert delivered[0.0].support_plans is None
    every = tuple(make(0.0) for make in PARTS.values())
    assert (forecast(Scenario("each at 0", every)).plans == agreed.plans).all()


def test_more_delivered_never_means_more_plans(delivered: dict[float, sf.forecast.PlanForecast]) -> None:
    for year in range(2026, 2036):
        each = [mean(plans, year) for plans in delivered.values()]
        assert each == sorted(each, reverse=True), year
    assert mean(delivered[1.0], 2035) < 0.9 * mean(delivered[0.0], 2035)


def test_until_the_first_lever_acts_every_child_is_where_they_were(
    delivered: dict[float, sf.forecast.PlanForecast],
) -> None:
    before = slice(2026, 2029)
    assert (delivered[1.0].plans.sel(year=before) == delivered[0.0].plans.sel(year=before)).all()


def test_support_plans_are_of_those_reviewed_and_keep_out_of_special_schools(
    delivered: dict[float, sf.forecast.PlanForecast],
) -> None:
    held = delivered[1.0].support_plans
    assert held is not None
    assert int(held.sel(year=slice(2025, 2030)).sum()) == 0
    assert int(held.sel(year=2031).sum()) > 0
    assert int(held.sel(ncy=slice(-4, 6)).sum()) == 0
    assert int(held.sel(setting_type=KEEPERS).sum()) == 0
    in_2031 = held.sel(year=2031).sum(["draw", "authority", "need", "setting_type"]).to_series()
    assert set(in_2031[in_2031 > 0].index) == {7, 12}
    by_phase = delivered[1.0].individual_support_plans("phase", "need_group", levels=(0.5,))
    assert list(by_phase.columns) == ["year", "phase", "need_group", "level", "children"]


def test_a_forecast_without_support_plans_says_how_to_have_them(
    delivered: dict[float, sf.forecast.PlanForecast],
) -> None:
    with pytest.raises(MissingError, match=r"pull a lever that moves them, such as sf\.scenarios\.Individ"):
        delivered[0.0].individual_support_plans()


def test_all_who_are_reviewed_move_at_a_share_of_one_but_those_from_where_none_is_reviewed_keep_their_plan() -> None:
    # One need, settings mainstream and special; at NCY 0 half of mainstream and all of special move to the other.
    shape = (1, 3, 1, 2)
    leaving, moving = np.zeros(shape), np.zeros(shape)
    leaving[:, -1], moving[0, 0, 0] = 1.0, (0.5, 1.0)
    rates = Rates(
        ("A",), (0, 1, 2), ("n",), ("mainstream", "special"),
        joining=np.zeros(shape), leaving=leaving, moving=moving, transfers=np.zeros(shape),
        destinations=np.array([[0.0, 1.0], [1.0, 0.0]]).reshape(1, 1, 1, 2, 1, 2),
    )  # fmt: skip
    base = np.zeros(shape, dtype=np.int64)
    base[0, 0, 0] = (100, 40)
    share = np.zeros(shape)
    share[0, 1, 0, 0] = 1.0
    year = Year.of(rates)
    reviewed = Year(**{**vars(year), "review": share, "ageing": year})
    ones = np.ones((5, 1, 1, 1, 1), dtype=np.float32)
    found = cohort.simulate(base, [reviewed], cohort.Paths(ones, ones, ones), seed=np.random.SeedSequence(1), workers=1)
    assert found.support is not None
    stayed = found.support.held[:, 1, 0, 1, 0, 0]
    assert (found.plans[:, 1, 0, 1, 0, 0] == 40).all()  # from special, to mainstream, with their plans
    assert (found.plans[:, 1, 0, 1, 0, 1] == 100 - stayed).all()
    assert found.plans[:, 1].sum() + found.support.held[:, 1].sum() == 5 * 140


@pytest.mark.parametrize(
    ("part", "tables", "flows", "values"),
    [
        ("individual_support_plans", {"changes"}, {"support_plan"}, set()),
        ("new_plans", {"changes"}, {"joining"}, set()),
        ("inclusion_bases", {"settings", "pipeline", "coming"}, set(), set()),
        ("price_bands", {"changes", "assumptions"}, {"moving", "first_placement"}, {"reform.price_bands_extent"}),
        ("mainstream_support", set(), set(), set()),
        (
            "who_pays",
            {"assumptions"},
            set(),
            {"funding.stability_grant_is_paid", "reform.central_absorption_is_counted"},
        ),
    ],
)
def test_each_lever_alone_touches_only_what_it_says(
    part: str, tables: set[str], flows: set[str], values: set[str]
) -> None:
    before = sf.AS_AGREED(sf.example_area())
    after = sf.scenarios.reform(levers=[part])(before)
    names = [*TABLES, "changes", "coming", "assumptions"]
    assert {n for n in names if not getattr(after, n).equals(getattr(before, n))} == tables
    assert set(after.changes["flow"]) == flows
    own = after.assumptions.merge(before.assumptions[["assumption", "value"]], how="left", on="assumption")
    assert set(own.loc[own["value_x"] != own["value_y"], "assumption"]) == values


@pytest.mark.parametrize(
    ("mean_gbp", "cap", "spread", "expected"),
    [(63_000, 60_000, 0.5, 50_000), (63_000, 60_000, 0.3, 54_200), (63_000, 80_000, 0.5, 56_500)],
)
def test_a_cap_takes_the_mean_fee_to_the_expectation_of_the_lesser(
    mean_gbp: float, cap: float, spread: float, expected: float
) -> None:
    assert float(capped_mean(mean_gbp, cap, spread)) == pytest.approx(expected, abs=50)
    sigma = np.sqrt(np.log1p(spread**2))
    fees = np.random.default_rng(1).lognormal(np.log(mean_gbp) - sigma**2 / 2, sigma, 400_000)
    assert float(capped_mean(mean_gbp, cap, spread)) == pytest.approx(np.minimum(fees, cap).mean(), rel=0.003)


def test_price_bands_move_fees_of_independent_schools_from_2029_and_nothing_else() -> None:
    area = sf.example_area()
    years = [2027, 2028, 2029, 2030, 2033]
    now = top_up.unit_costs(area, years).gbp
    then = top_up.unit_costs(sf.scenarios.PriceBands()(area), years).gbp
    less = (then < now - 1e-6).any(["authority", "need"])
    found = {
        (int(y), str(p)) for y in years for p in now["provision"].values if less.sel(financial_year=y, provision=p)
    }
    assert found == {(y, p) for y in (2029, 2030, 2033) for p in ("independent_special", "non_maintained_special")}
    assert not bool((then > now + 1e-6).any())
    fee = [float(x.sel(financial_year=2029, provision="independent_special")[0, 0]) for x in (now, then)]
    cap = 60_000 * float(top_up.growth_rates(area)["top_up"].rise(2025, 2029)[0])
    assert fee[1] == pytest.approx(fee[0] + 0.22 * (float(capped_mean(fee[0], cap, 0.5)) - fee[0]))


def test_bases_open_school_by_school_and_fill_over_three_years() -> None:
    places = sf.scenarios.InclusionBases(secondaries=10)(sf.example_area())
    by_year = sf.scenarios.InclusionBases(secondaries=10).places(sf.example_area())
    # 1.25 schools of 15 places a year to January 2030: half open in the first year, 0.8 in the second, all in the third.
    assert by_year.loc[2027:2029].tolist() == pytest.approx([9.375, 24.375, 43.125])
    assert by_year.loc[2040] == pytest.approx(150)
    bases = places.coming[places.coming["source"].str.startswith("Inclusion")]
    by_kind = bases.groupby("kind")["places"].sum()
    assert by_kind["specialist_base"] == pytest.approx(90, abs=len(places.zones["district"].unique()))
    assert by_kind["support_base"] == pytest.approx(60, abs=len(places.zones["district"].unique()))
    assert (bases["capital_gbp"] == 50_000 * bases["places"]).all()
    types = places.settings.set_index("setting")["setting_type"]
    assert set(types[bases.loc[bases["kind"] == "support_base", "setting"]]) == {"mainstream"}
    assert set(types[bases.loc[bases["kind"] == "specialist_base", "setting"]]) == {"sen_unit"}


def test_an_areas_bases_are_near_its_share_of_the_places_announced() -> None:
    bases = sf.scenarios.InclusionBases()
    area = sf.example_area()
    assert 700 < bases.held_against(area) < 1_000  # by plans it would be 818
    assert bases.places(area).loc[2040] == pytest.approx(bases.held_against(area), rel=0.2)


@pytest.mark.parametrize(("decision", "opens", "swaps"), [("build", 40, 0), ("cancelled", 0, 0), ("cash", 0, 40)])
def test_a_free_school_is_built_cancelled_or_swapped_for_as_many_base_places(
    decision: str, opens: int, swaps: int
) -> None:
    lever = sf.scenarios.FreeSchoolSwap(decisions={"corby-unit": decision})
    area = lever(sf.AS_AGREED(sf.example_area()))
    coming = area.coming
    assert coming.loc[coming["project"] == "corby-unit", "places"].sum() == opens
    bought = coming[coming["setting"].str.startswith("SWAP")]
    assert bought["places"].sum() == pytest.approx(swaps, abs=len(area.zones["district"].unique()))
    assert (bought["opens"] >= 2030).all()  # promised for 2029, and a year to the first base


def test_mainstream_support_is_a_memorandum_and_moves_plans_only_where_an_effect_is_assumed() -> None:
    memo = sf.scenarios.MainstreamSupport().memo(sf.example_area())
    assert sorted(memo["financial_year"].unique()) == [2026, 2027, 2028]
    assert 10e6 < memo.loc[memo["financial_year"] == 2026, "gbp"].sum() < 20e6
    fewer = sf.ChangeAssumption("reform.mainstream_support_demand_effect", -0.2)
    area = sf.scenarios.MainstreamSupport(0.5)(fewer(sf.example_area()))
    (row,) = area.changes.to_dict("records")
    assert (row["flow"], row["factor"], row["since"]) == ("joining", pytest.approx(0.9), 2028)


def test_the_published_target_leaves_room_for_few_new_plans() -> None:
    told = sf.scenarios.reform_arithmetic()
    assert told["new_plans_a_year"].round(-3).tolist() == [4_000, 27_000]
    for row in told.itertuples():
        plans = row.peak_plans
        for _ in range(row.years):
            plans = plans * (1 - row.leaving) + row.new_plans_a_year - row.moved / row.years
        assert plans == pytest.approx(row.end_plans)


@pytest.mark.parametrize("share", [-0.1, 1.5, "half", True, float("nan")])
def test_a_share_delivered_is_between_0_and_1(share: Any) -> None:
    with pytest.raises(InputError, match=r"a share from 0 \(as agreed\) to 1"):
        sf.scenarios.reform(share)
    with pytest.raises(InputError, match="delivered is"):
        sf.scenarios.PriceBands(share)


def test_a_lever_or_path_that_is_not_known_is_named_with_the_nearest() -> None:
    with pytest.raises(InputError, match="no lever 'price_band'; did you mean 'price_bands'"):
        sf.scenarios.reform(levers=["price_band"])
    with pytest.raises(InputError, match="path is 'DfE': expected own, dfe; did you mean 'dfe'"):
        sf.scenarios.reform(path="DfE")
    with pytest.raises(InputError, match="needs free_schools"):
        sf.scenarios.reform(levers=["free_school_swap"])
    with pytest.raises(InputError, match="'sold' for 'corby-unit' is not one of build, cash, cancelled"):
        sf.scenarios.FreeSchoolSwap(decisions={"corby-unit": "sold"})(sf.example_area())


def test_a_share_above_1_is_refused() -> None:
    with pytest.raises(InputError, match=r"reform\.move_share_mainstream is 1\.2 .*: 0 to 1 is expected"):
        sf.ChangeAssumption("reform.move_share_mainstream", 1.2)(sf.example_area())


def test_a_share_above_one_is_refused_even_where_an_area_gives_a_range_of_its_own() -> None:
    area = sf.example_area()
    wide = {"assumption": "reform.move_share_mainstream", "value": 1.2, "unit": "share", "low": 0.0, "high": 2.0}
    told = {"says": "who move", "status": "assumed", "source": "ours"}
    own = tables.check(pd.DataFrame([wide | told]), tables.ASSUMPTIONS, source="ours")
    with pytest.raises(InputError, match=r"move_share_mainstream is 1\.2 \[share\]: a share is from 0 \(none\) to 1"):
        sf.scenarios.reform()(area.replace(assumptions=pd.concat([area.assumptions, own], ignore_index=True)))


def test_an_anchor_year_outside_the_run_is_refused() -> None:
    area = sf.example_area()
    with pytest.raises(
        InputError, match="England as DfE's points have it: that is after the last January of this run, 2028"
    ):
        sf.run(area, sf.scenarios.reform(path="dfe", levers=[]), to=2028, draws=2)
    with pytest.raises(InputError, match="Individual Support Plans from 2031: that is after the last January"):
        sf.run(area, sf.scenarios.reform(), to=2030, draws=2)
    with pytest.raises(InputError, match="January 2030, the peak, is not after the base year, 2031"):
        sf.scenarios.FollowDfE()(area.replace(base_year=2031))


def test_years_of_the_reform_are_in_order() -> None:
    early = sf.ChangeAssumption("reform.first_move_year", 2030)
    with pytest.raises(InputError, match="first_move_year is 2031 or later"):
        sf.scenarios.IndividualSupportPlans()(early(sf.example_area()))


@pytest.fixture(scope="module")
def outcomes() -> tuple[Outcome, Outcome]:
    found = [
        sf.run(sf.example_area(), scenario, to=2032, draws=8, placed_draws=2, seed=7)
        for scenario in (sf.AS_AGREED, sf.scenarios.reform())
    ]
    assert isinstance(found[0], Outcome)
    assert isinstance(found[1], Outcome)
    return found[0], found[1]


def test_who_pays_holds_the_balance_still_from_march_2028(outcomes: tuple[Outcome, Outcome]) -> None:
    now, then = (outcome.measure("balance_gbp") for outcome in outcomes)
    after = then.sel(financial_year=slice(2027, None))
    assert float(abs(after - after.isel(financial_year=0)).max()) < 1
    assert (now.sel(financial_year=2030) < now.sel(financial_year=2028)).all()
    positions = outcomes[1].budget.positions(levels=(0.5,))
    own = positions[positions["measure"] == "balance"].set_index("financial_year")["both_gbp"]
    assert own[2029] == pytest.approx(float(then.sel(financial_year=2029).median()))


def test_children_with_support_plans_are_carried_as_before_and_cost_no_top_up(
    outcomes: tuple[Outcome, Outcome],
) -> None:
    _, then = outcomes
    held = then.plans.support_plans
    assert held is not None
    others = with_support_plans(then.area, then.placed, held)
    draws = then.placed.others["draw"].values
    more = (others - then.placed.others).sum()
    assert float(more) == float(held.sel(draw=draws).sum()) > 0
    funded = float(then.budget.children.isel(financial_year=-1).sum("stream").sum())
    plans = float(then.plans.plans.sel(draw=draws, year=[2031, 2032]).sum()) / 2
    assert funded == pytest.approx(plans, rel=0.02)


def test_the_report_shows_each_law_with_a_range_of_its_own(outcomes: tuple[Outcome, Outcome]) -> None:
    from sufficiency.report.sections import law

    now, then = outcomes
    made = law.section(now, [then])
    words = " ".join(made.words)
    assert "If the law stays (as agreed):" in words
    assert "If the law changes, delivered:" in words
    assert "4,000 to 27,000 new plans a year" in words
    assert "Individual Support Plan in January 2032" in words
    chart, table, _ = made.exhibits
    assert chart.draw().axes[0].get_legend() is not None
    assert {"If the law stays (as agreed)", "If the law changes, delivered"} < set(table.frame.columns)
    headline = sf.report.headlines(now, futures=[then])
    assert "if the law stays" in headline[0].says
    assert "if the law changes" in headline[1].says


def test_england_follows_dfes_points_where_it_is_asked_to() -> None:
    from sufficiency.forecast.national_path import england_area, school_rate, without_errors

    england = without_errors(england_area())
    path = sf.forecast.plans(sf.scenarios.reform(path="dfe")(england), to=2035, draws=4, seed=7)
    plans = total(path.plans).median("draw").to_series()
    assert plans[2026] == pytest.approx(718_800, abs=500)
    assert plans[2030] == pytest.approx(910_000, abs=5_000)
    assert plans[2035] == pytest.approx(640_000, abs=5_000), (
        "run benchmarks/reform_england and set reform.dfe_new_plans"
    )
    share = school_rate(path, england)
    assert share.round(3)[[2026, 2030, 2035]].tolist() == [0.060, 0.077, 0.047], (
        "run benchmarks/reform_england and set reform.dfe_moves_away"
    )
    alone = sf.scenarios.reform(levers=["individual_support_plans"])(england)
    moved = total(sf.forecast.plans(alone, to=2035, draws=4, seed=7).flows_by_ncy).sel(kind="to_support_plan")
    assert float(moved.sum("year").mean()) / 718_800 == pytest.approx(1 / 8, abs=0.015)


def test_an_area_on_dfes_path_grows_by_as_much_more_as_england_is_put_above_our_forecast() -> None:
    own = forecast(sf.AS_AGREED, draws=8, to=2031)
    dfe = forecast(sf.scenarios.reform(path="dfe", levers=[]), draws=8, to=2031)
    assert mean(dfe, 2030) < mean(own, 2030)
    assert mean(dfe, 2031) < mean(dfe, 2030) * 1.02


def test_levers_leave_the_area_that_they_are_given_as_it_was() -> None:
    area = sf.example_area()
    before = {name: getattr(area, name).copy() for name in TABLES}
    sf.scenarios.reform()(area)
    for name, table in before.items():
        pd.testing.assert_frame_equal(getattr(area, name), table)


def test_an_area_without_schools_has_the_reform_of_its_plans_alone(tiny_area: Area) -> None:
    bare = tiny_area.replace(settings=tiny_area.settings.iloc[:0], places=tiny_area.places.iloc[:0])
    assert sf.scenarios.InclusionBases()(bare).coming.empty
