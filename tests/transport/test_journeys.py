"""The school run of an area: nobody lost, parts add up, money follows the calendar, levers move what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sufficiency as sf
from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.scenarios.levers import ChangeAssumption
from sufficiency.transport import Journeys, journeys
from sufficiency.transport.cost.elsewhere import Mix, price_elsewhere
from sufficiency.transport.cost.school_run_rates import SchoolRunRates
from sufficiency.transport.modes.modes import MODES
from sufficiency.words.destinations import DESTINATIONS
from tests.transport.children import Placing, placed


@pytest.fixture(scope="module")
def county() -> Area:
    return sf.example_area()


@pytest.fixture(scope="module")
def placing(county: Area) -> Placing:
    return placed(county, to=2028, draws=6, growth=0.05)


@pytest.fixture(scope="module")
def today(county: Area, placing: Placing) -> Journeys:
    return journeys(county, placing)


def test_tiny_area_by_hand(tiny_area: Area) -> None:
    """Two SLD and two secondary ASD children travel to the school, two ASD to the unit; nobody walks 10 km."""
    found = journeys(tiny_area, placed(tiny_area, to=2026, draws=2))
    rows = found.riders
    assert rows["children"].sum() == 6 * 2
    far = rows[rows["km"] > 8]
    assert (far["probability"] > 0.999).all()
    assert np.allclose(rows["travellers"], rows["children"] * rows["probability"] * 0.92)
    travellers = rows[rows["year"] == 2026][["travellers", "boarders"]].sum().sum()
    at_schools = found.runs["children"].sel(setting=list(tiny_area.settings["setting"]))
    assert float(at_schools.sel(year=2026, draw=0).sum()) == pytest.approx(travellers)


def test_every_traveller_has_one_mode(county: Area, today: Journeys) -> None:
    expected = today.riders.groupby("year")[["travellers", "boarders"]].sum().sum(axis=1)
    first = today.runs["children"].sel(year=2026, draw=0, setting=list(county.settings["setting"])).sum()
    assert float(first) == pytest.approx(expected[2026], rel=1e-6)
    assert float(today.runs["children"].min()) >= 0


def test_parts_add_up_within_a_draw(today: Journeys) -> None:
    by_mode = today.by_financial_year["gbp"].sum(("setting", "mode"))
    assert np.allclose(today.cost_gbp, by_mode.transpose(*today.cost_gbp.dims))
    whole, part = (today.summary(*by, levels=(0.5,))["children"].sum() for by in (("year",), ("year", "mode")))
    assert part == pytest.approx(whole, rel=0.01)


def test_a_financial_year_is_five_and_seven_twelfths(today: Journeys) -> None:
    year = today.by_year["gbp_constant"].sum(("setting", "mode"))
    expected = year.sel(year=2026) * 5 / 12 + year.sel(year=2027) * 7 / 12
    assert np.allclose(today.cost_gbp.sel(financial_year=2026), expected)  # prices of 2026-27
    assert today.cost_gbp["financial_year"].values.tolist() == [2026, 2027]
    assert today.cost_gbp.dims == ("draw", "financial_year", "authority")


def test_carbon_follows_the_km_of_each_vehicle_empty_ones_included(county: Area, today: Journeys) -> None:
    first = today.runs.sel(year=2026).sum(("authority", "setting")).mean("draw")
    for mode, fuel in (("shared_taxi", "taxi"), ("minibus", "minibus")):
        km = float(first["km"].sel(mode=mode))
        a_year = km * county.value("transport.school_days") * (1 + county.value("transport.empty_km_share"))
        kg = a_year * county.value(f"transport.co2_{fuel}_kg_per_km")
        assert float(first["co2_kg"].sel(mode=mode)) == pytest.approx(kg)
    assert today.summary("year", levels=(0.5,))["co2_kg"].gt(0).all()


def test_who_rides_longer_than_the_guide_is_everyone_at_0_minutes_and_nobody_in_a_day(
    county: Area, placing: Placing
) -> None:
    def beyond(minutes: float) -> tuple[float, float]:
        area = county
        for age in ("primary", "secondary"):
            area = ChangeAssumption(f"transport.guide_{age}_minutes", minutes)(area)
        runs = journeys(area, placing).runs.sel(setting=list(area.settings["setting"]))
        first = runs.sel(year=2026, mode=["shared_taxi", "minibus"]).sum()
        return float(first["beyond_guide"]), float(first["children"])

    assert beyond(0)[0] == pytest.approx(beyond(0)[1], rel=1e-6)
    assert 0 < beyond(45)[0] < beyond(45)[1]
    assert beyond(24 * 60)[0] == 0


def test_calibration_is_to_the_national_unit_cost_and_is_shown(today: Journeys) -> None:
    base = today.by_year.sel(year=2026).mean("draw")
    assert float(base["gbp"].sum() / base["children"].sum()) == pytest.approx(8_800)
    assert today.calibration["factor"].iloc[0] == today.calibration["factor"].iloc[1]
    before = today.summary("year", levels=(0.5,)).iloc[0]
    assert before["gbp"] / before["gbp_before_calibration"] == pytest.approx(
        today.calibration["factor"].iloc[0], rel=1e-6
    )


def test_calibration_is_to_own_spend_where_given(county: Area, placing: Placing) -> None:
    own = pd.DataFrame(
        [("E06000062", 2026, "send_transport_gbp", 12_500_000.0)],
        columns=["authority", "financial_year", "item", "amount"],
    )
    found = journeys(county.replace(high_needs=tables.check(own, tables.HIGH_NEEDS)), placing)
    base = found.by_year["gbp"].sel(year=2026).mean("draw").sum(("setting", "mode"))
    assert float(base.sel(authority="E06000062")) == pytest.approx(12_500_000)
    assert found.calibration.set_index("authority").at["E06000062", "basis"] == "own spend, 2026-27"


def test_more_children_cost_more_but_less_each(county: Area, placing: Placing) -> None:
    more = replace(placing, attending=placing.attending * 2, others=placing.others * 2)
    few, many = (journeys(county, p).runs.sel(year=2026, draw=0)[["gbp", "children"]].sum() for p in (placing, more))
    assert float(many["gbp"]) > float(few["gbp"])
    assert float(many["gbp"] / many["children"]) < float(few["gbp"] / few["children"])


def test_same_seed_same_cost(county: Area, placing: Placing, today: Journeys) -> None:
    assert journeys(county, placing).cost_gbp.equals(today.cost_gbp)
    assert not journeys(county, placing, seed=8).cost_gbp.equals(today.cost_gbp)


class Pulled(NamedTuple):
    """What a lever does: whose travellers are fewer and whose more, and whether it saves (None: either)."""

    lever: str
    falls: str | None
    rises: str | None
    saves: bool | None


LEVERS = [
    Pulled("training_more", "shared_taxi", "pass", True),
    Pulled("budget_more", "shared_taxi", "budget", True),
    Pulled("solo_review", "solo_taxi", "shared_taxi", True),
    Pulled("in_house_more", "shared_taxi", "in_house_minibus", None),
    Pulled("pick_up_share", None, None, True),
    Pulled("sharing_share", None, None, True),
    Pulled("stagger_share", None, None, True),
]


@pytest.fixture(params=LEVERS, ids=[pulled.lever for pulled in LEVERS])
def pulled(request: pytest.FixtureRequest) -> Pulled:
    found: Pulled = request.param
    return found


def test_each_lever_moves_what_it_says_and_only_from_the_year_after(
    county: Area, placing: Placing, today: Journeys, pulled: Pulled
) -> None:
    lever, falls, rises, saves = pulled
    then = journeys(ChangeAssumption(f"transport.{lever}", 0.4)(county), placing)
    xr.testing.assert_allclose(then.runs.sel(year=2026), today.runs.sel(year=2026))
    pd.testing.assert_frame_equal(then.calibration, today.calibration)
    before, after = (j.runs.sel(year=2028).sum(("authority", "setting")).mean("draw") for j in (today, then))
    assert float(after["children"].sum()) == pytest.approx(float(before["children"].sum()))
    if falls is not None:
        assert float(after["children"].sel(mode=falls)) < float(before["children"].sel(mode=falls))
        assert float(after["children"].sel(mode=rises)) > float(before["children"].sel(mode=rises))
    if saves:
        assert float(after["gbp"].sum()) < float(before["gbp"].sum())
    if lever == "stagger_share":
        each = [j["vehicles"].sel(mode="minibus") / j["children"].sel(mode="minibus") for j in (before, after)]
        assert float(each[1]) == pytest.approx(0.8 * float(each[0]), rel=0.1)


def test_a_lever_reaches_children_wherever_they_go(
    county: Area, placing: Placing, today: Journeys, pulled: Pulled
) -> None:
    lever, falls, rises, saves = pulled
    if lever == "sharing_share":
        return  # two schools on one run: of those not on the list it isn't known which are near one another
    then = journeys(ChangeAssumption(f"transport.{lever}", 0.4)(county), placing)
    for setting in ("mainstream", "in_independent", "further_education"):
        before, after = (j.runs.sel(year=2028, setting=setting).sum("authority").mean("draw") for j in (today, then))
        assert float(after["children"].sum()) == pytest.approx(float(before["children"].sum()))
        if falls is not None and setting != "in_independent":
            assert float(after["children"].sel(mode=falls)) < float(before["children"].sel(mode=falls))
            assert float(after["children"].sel(mode=rises)) > float(before["children"].sel(mode=rises))
        if (
            saves and lever != "solo_review" and float(before["children"].sum())
        ):  # so few ride together that sharing saves little
            assert float(after["gbp"].sum()) < float(before["gbp"].sum())


def test_sixth_formers_pay_their_part_at_colleges_too(county: Area, placing: Placing, today: Journeys) -> None:
    then = journeys(ChangeAssumption("transport.sixth_form_contribution_gbp", 500)(county), placing)
    less = (today.runs["gbp"] - then.runs["gbp"]).sel(year=2027).sum(("authority", "mode")).mean("draw")
    children = today.runs["children"].sel(year=2027).sum(("authority", "mode")).mean("draw")
    each = less / children
    assert 250 < float(each.sel(setting="further_education")) <= 500
    assert float(each.sel(setting="alternative_provision")) < float(each.sel(setting="further_education"))
    assert float(each.max()) <= 500.01


def test_how_those_elsewhere_travel_is_drawn_from_its_range_and_adds_up(county: Area) -> None:
    draws = np.arange(200)
    mix = Mix.of(county, ["mainstream", "in_college"], draws, seed=7)
    np.testing.assert_allclose(sum(mix.share.values()), 1)
    assert min(float(share.min()) for share in mix.share.values()) >= 0
    passes = mix.share["pass"]
    assert passes[:, 0].std() > 0.02
    assert passes[:, 1].mean() > passes[:, 0].mean()
    known = ChangeAssumption("transport.school_pass_share", 0.2)(county)
    assert np.ptp(Mix.of(known, ["mainstream"], draws, seed=7).share["pass"]) == 0  # what an area gives is known


def test_a_lever_must_be_a_share(county: Area, placing: Placing) -> None:
    with pytest.raises(InputError, match=r"transport\.solo_review is 1\.5"):
        journeys(ChangeAssumption("transport.solo_review", 1.5)(county), placing)


def test_model_is_shown_beside_national_figures_with_a_reason(today: Journeys) -> None:
    table = today.against_national().set_index("measure")
    assert set(table.index) == {
        "cost of a traveller",
        "cost of a traveller by taxi",
        "share by taxi",
        "share by minibus",
        "share alone",
    }
    assert (table["note"].str.len() > 0).all()
    assert (table["source"].str.contains("DfE")).all()


def test_summary_says_what_it_can_be_asked_by(today: Journeys) -> None:
    assert list(today.summary("mode").columns[:3]) == ["financial_year", "mode", "level"]
    assert set(today.summary("mode_group")["mode_group"]) >= {"taxi or private hire", "in-house fleet"}
    with pytest.raises(InputError, match="'mod' is not one of"):
        today.summary("mod")
    with pytest.raises(InputError, match="one kind of year"):
        today.summary("year", "financial_year")


def test_nobody_to_carry_is_said(county: Area, placing: Placing) -> None:
    nobody = placing.placements.assign(setting="waiting")
    with pytest.raises(MissingError, match="nobody is placed"):
        journeys(county, replace(placing, placements=nobody))


def test_entitlement_adds_up_and_names_its_tests(today: Journeys) -> None:
    by_test = today.entitlement("year", "test")
    whole = today.entitlement("year").set_index("year")
    assert by_test.groupby("year")["children"].sum().equals(whole["children"])
    assert {"walking distance", "SEN, disability or mobility", "sixth-form policy"} <= set(by_test["test"])
    assert (whole["entitled"] <= whole["children"]).all()
    assert (whole["travellers"] < whole["entitled"]).all()
    with pytest.raises(InputError, match="'phases' is not one of"):
        today.entitlement("phases")


def test_notes_say_what_is_assumed_and_left_out(today: Journeys) -> None:
    says = " ".join(today.notes["says"])
    for words in (
        "8,800 GBP",
        "before that a traveller costs",
        "is a probability",
        "at colleges and elsewhere are carried by stated shares",
    ):
        assert words in says


def test_an_area_s_own_rates_are_used_and_must_name_kinds_that_are_known(county: Area, placing: Placing) -> None:
    dear = county.vehicles.assign(fixed_gbp=county.vehicles["fixed_gbp"] * 2)
    unit = [journeys(a, placing).calibration["modelled_gbp"].mean() for a in (county, county.replace(vehicles=dear))]
    assert 1.3 * unit[0] < unit[1] < 2 * unit[0]
    odd = county.vehicles.assign(vehicle=county.vehicles["vehicle"].replace("minibus", "mini bus"))
    with pytest.raises(InputError, match=r"'mini bus' is not one of .* did you mean 'minibus'"):
        journeys(county.replace(vehicles=odd), placing)


def test_estimate_from_own_samples_is_taken_with_its_error(county: Area, placing: Placing, today: Journeys) -> None:
    own = today.estimate(schools=8, seconds=0.1)
    then = journeys(county, placing, estimate=own)
    assert then.estimate_error == pytest.approx(own.error_school * np.sqrt(np.pi / 2))
    assert 0 < own.error_school < 0.4
    ratio = then.calibration["modelled_gbp"] / today.calibration["modelled_gbp"]
    assert ratio.between(0.85, 1.15).all()


def test_a_sixth_form_contribution_comes_off_the_cost(county: Area, placing: Placing, today: Journeys) -> None:
    charged = journeys(ChangeAssumption("transport.sixth_form_contribution_gbp", 600)(county), placing)
    listed = list(county.settings["setting"])
    off = float((today.runs["gbp"] - charged.runs["gbp"]).sel(year=2026, draw=0, setting=listed).sum())
    rows = today.riders[(today.riders["year"] == 2026) & today.riders["ncy"].between(12, 14)]
    assert off == pytest.approx(600 * rows["travellers"].sum(), rel=0.02)


def test_a_known_share_of_minibuses_is_taken_and_paid_for(county: Area, placing: Placing) -> None:
    found = journeys(ChangeAssumption("transport.minibus_share", 0.5)(county), placing)
    schools = list(county.settings["setting"])
    children = found.runs["children"].sel(year=2026, setting=schools).sum(("draw", "authority", "setting"))
    minibus = float(children.sel(mode=["minibus", "in_house_minibus"]).sum())
    assert minibus == pytest.approx(float(children.sel(mode="shared_taxi")), rel=1e-6)
    by_cost = journeys(ChangeAssumption("transport.minibus_preference_gbp", 0)(county), placing)
    assert found.calibration["modelled_gbp"].min() > by_cost.calibration["modelled_gbp"].min()


def test_routed_over_approximate_moves_shared_runs_alike_and_leaves_those_alone(
    county: Area, placing: Placing, today: Journeys
) -> None:
    ratio = county.value("transport.rounds_over_estimate")
    found = journeys(ChangeAssumption("transport.rounds_over_estimate", 3 * ratio)(county), placing)
    for measure in ("vehicles", "km", "gbp"):
        ratios = (found.runs[measure] / today.runs[measure]).sel(year=2026, setting=list(county.settings["setting"]))
        by_mode = ratios.mean(("draw", "authority", "setting"))
        assert float(by_mode.sel(mode="shared_taxi")) == pytest.approx(3)
        assert float(by_mode.sel(mode="solo_taxi")) == pytest.approx(1)


def test_everyone_elsewhere_is_carried_by_their_share(county: Area, placing: Placing, away: Journeys) -> None:
    """Travellers at each destination and type of setting are children × the share carried, and no child is carried twice."""
    children = away.runs["children"].sum("mode")
    turned = replace_away(placing)
    for code in DESTINATIONS:
        expected = turned.attending.sel(setting=code).sum("need") * turned.elsewhere["entitled"].sel(setting=code)
        np.testing.assert_allclose(children.sel(setting=code), expected.sum("phase").transpose(*children.dims[:3]))
    known = ChangeAssumption("transport.carried_mainstream", 0.1)(county)
    found = journeys(known, placing).runs["children"].sel(setting="mainstream").sum("mode")
    offered = {"early_years": "early_years_offered", "post_16": "sixth_form_offered", "post_19": "adult_necessary"}
    held = placing.others.sel(setting_type="mainstream").sum("need")
    share = [0.1 * (county.value(f"transport.{offered[p]}") if p in offered else 1) for p in held["phase"].values]
    expected = (held * xr.DataArray(share, dims="phase")).sum("phase")
    np.testing.assert_allclose(found, expected.transpose(*found.dims))


@pytest.fixture(scope="module")
def away(county: Area, placing: Placing) -> Journeys:
    return journeys(county, replace_away(placing))


def replace_away(placing: Placing) -> Placing:
    """Return seven children of each need and phase at every destination besides those placed."""
    attending = placing.attending.copy()
    attending.loc[{"setting": list(DESTINATIONS)}] = 7.0
    return replace(placing, attending=attending)


def test_shares_carried_elsewhere_are_drawn_alike_under_every_scenario_and_known_ones_are_kept(
    county: Area, placing: Placing, today: Journeys
) -> None:
    drawn = today.runs["children"].sel(setting="mainstream", year=2026).sum(("mode", "authority"))
    assert float(drawn.std("draw")) > 0
    dearer = journeys(ChangeAssumption("transport.budget_more", 0.4)(county), placing)
    xr.testing.assert_allclose(
        dearer.runs["children"].sel(setting="mainstream", year=2026).sum(("mode", "authority")), drawn
    )
    known = journeys(ChangeAssumption("transport.carried_mainstream", 0.1)(county), placing)
    assert float(
        known.runs["children"].sel(setting="mainstream", year=2026).sum(("mode", "authority")).std("draw")
    ) == (pytest.approx(0, abs=1e-9))


def test_one_child_alone_by_taxi_to_college_by_hand(county: Area) -> None:
    """The day's taxi and its km there and back, on 190 days."""
    rates = SchoolRunRates.of(county)
    coords = {"draw": [0], "year": [2026], "authority": ["E06000061"], "setting": ["in_college"]}
    one = xr.DataArray(np.ones((1, 1, 1, 1)), dims=tuple(coords), coords=coords)
    mix = replace(Mix.of(county, ["in_college"], np.array([0]), seed=7), share=dict.fromkeys(MODES, np.zeros((1, 1))))
    alone = replace(mix, share=mix.share | {"solo_taxi": np.ones((1, 1))})
    found = price_elsewhere(rates, xr.Dataset({"children": one, "child_km": one * 12}), alone, minutes_per_km=1.5)
    taxi = rates.vehicles["solo_taxi"]
    a_day = taxi.crewed_day_gbp + 2 * 12 * (taxi.gbp_per_km + 1.5 * taxi.gbp_per_minute)
    assert float(found["gbp"].sum()) == pytest.approx(190 * a_day)
    assert float(found["vehicles"].sum()) == 1
    assert float(found["km"].sum()) == pytest.approx(24)


def test_cash_grows_by_financial_year_and_constant_prices_don_t(
    county: Area, placing: Placing, today: Journeys
) -> None:
    growth = 1 + today.price_growth
    ratio = (today.by_financial_year["gbp"] / today.by_financial_year["gbp_constant"]).mean(
        ("setting", "mode", "authority")
    )
    np.testing.assert_allclose(ratio.sel(financial_year=2026), 1)
    np.testing.assert_allclose(ratio.sel(financial_year=2027), growth)
    # One rate in each future, around 3 % a year, the same under every scenario and another at another seed.
    assert 0.02 <= float(today.price_growth.min()) < float(today.price_growth.max()) <= 0.04
    again = journeys(ChangeAssumption("transport.solo_review", 0.4)(county), placing)
    assert again.price_growth.equals(today.price_growth)
    assert not journeys(county, placing, seed=8).price_growth.equals(today.price_growth)
    steady = ChangeAssumption("transport.price_growth_spread", 0.0)(county)
    still = journeys(ChangeAssumption("transport.price_growth", 0.0)(steady), placing).summary(levels=(0.5,))
    assert still["gbp"].tolist() == pytest.approx(still["gbp_constant"].tolist())


def test_boarders_go_home_so_many_times_a_year_and_that_is_paid(
    county: Area, placing: Placing, today: Journeys
) -> None:
    boarders = today.runs.sel(mode="boarding", year=2026, draw=0).sum()
    expected = today.riders[today.riders["year"] == 2026]["boarders"].sum()
    assert float(boarders["children"]) == pytest.approx(expected)
    weekly = journeys(ChangeAssumption("transport.boarding_returns", 40)(county), placing)
    ratio = weekly.runs["gbp"].sel(mode="boarding").sum() / today.runs["gbp"].sel(mode="boarding").sum()
    assert float(ratio) == pytest.approx(40 / county.value("transport.boarding_returns"))


def test_the_mix_of_modes_of_the_example_is_near_the_nation_s(example_outcome: sf.Outcome) -> None:
    table = example_outcome.journeys.against_national().set_index("measure")
    shares = table.loc[["share by taxi", "share by minibus", "share alone"]]
    assert (shares["modelled"] - shares["national"]).abs().max() < 0.05
    cost = table["modelled"] / table["national"]
    assert 0.92 < cost["cost of a traveller"] < 1.08
    # Dearer by taxi, as far as is known: 425 children are taken to be at schools beyond the border, 24 to 31 km from home.
    assert 0.92 < cost["cost of a traveller by taxi"] < 1.13


def test_journeys_elsewhere_are_shared_among_homes_and_needs_whole(away: Journeys) -> None:
    named = {"in_mainstream", "in_college", "mainstream", "alternative_provision", "further_education", "state_special"}
    assert named <= set(away.summary("destination")["destination"])
    one = replace_one_draw(away)
    for by in ("district", "need", "phase"):
        parts = one.summary("setting_type", by, levels=(0.5,)).groupby(["financial_year", "setting_type"])["gbp"].sum()
        total = one.summary("setting_type", levels=(0.5,)).set_index(["financial_year", "setting_type"])["gbp"]
        pd.testing.assert_series_equal(parts[parts > 0].sort_index(), total[total > 0].sort_index(), check_names=False)


def replace_one_draw(found: Journeys) -> Journeys:
    """Return the first draw alone, so that parts add up."""
    return replace(found, runs=found.runs.isel(draw=[0]))
