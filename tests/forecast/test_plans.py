"""Plans forecast: to the child, from the same seed the same, and only as wide as said."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import sufficiency as sf
from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.forecast.plan_forecast import PlanForecast
from sufficiency.scenarios.levers import ChangeRate
from sufficiency.words.vocabulary import SETTING_TYPES
from tests.forecast import areas


@pytest.fixture(scope="module")
def example() -> Area:
    return sf.example_area()


@pytest.fixture(scope="module")
def forecast(example: Area) -> PlanForecast:
    return sf.forecast.plans(example, to=2029, draws=60, seed=3)


def test_base_year_is_the_states_in_every_draw(example: Area, forecast: PlanForecast) -> None:
    base = forecast.plans.sel(year=example.base_year)
    assert (base == base.isel(draw=0)).all()
    own = example.states[example.states["year"] == example.base_year]
    counted = own.groupby(["authority", "ncy", "need", "setting_type"])["plans"].sum()
    seen = base.isel(draw=0).to_series()
    assert seen[seen > 0].sort_index().to_dict() == counted[counted > 0].to_dict()


def test_nobody_is_lost_at_any_age(forecast: PlanForecast) -> None:
    plans, flows = forecast.plans.sum("need"), forecast.flows_by_ncy
    before, after = plans.isel(year=slice(None, -1)).to_numpy(), plans.isel(year=slice(1, None)).to_numpy()
    kind = {k: flows.sel(kind=k).to_numpy() for k in flows["kind"].to_numpy()}
    stay = before - kind["leavers"] - kind["movers_out"]
    assert (stay >= 0).all()
    expected = kind["joiners"] + kind["movers"] + kind["transfers_in"]
    expected[:, :, :, 1:] += stay[:, :, :, :-1]
    assert (stay[:, :, :, -1] == 0).all()
    assert (expected == after).all()


def test_nobody_is_lost_at_any_need(forecast: PlanForecast) -> None:
    plans, flows = forecast.plans.sum("ncy"), forecast.flows_by_need
    change = np.diff(plans.to_numpy(), axis=1)
    kind = {k: flows.sel(kind=k).to_numpy() for k in flows["kind"].to_numpy()}
    came = kind["joiners"] + kind["movers"] + kind["transfers_in"]
    assert (change == came - kind["leavers"] - kind["movers_out"]).all()


def test_movers_arrive_where_others_left(forecast: PlanForecast) -> None:
    flows = forecast.flows_by_ncy.sum(["ncy", "setting_type"])
    assert (flows.sel(kind="movers") == flows.sel(kind="movers_out")).all()


def test_plans_are_whole_and_never_below_nought(forecast: PlanForecast) -> None:
    assert forecast.plans.dtype.kind == "i"
    assert (forecast.plans >= 0).all()
    assert (forecast.flows_by_ncy >= 0).all()


def test_a_child_who_ages_out_of_a_setting_moves_or_leaves(forecast: PlanForecast) -> None:
    later = forecast.plans.sel(year=forecast.plans["year"] > 2026)
    assert int(later.sel(setting_type="early_years", ncy=slice(8, None)).sum()) == 0
    assert int(later.sel(setting_type="further_education", ncy=slice(1, 4)).sum()) == 0


def test_same_seed_same_children_on_any_number_of_workers(example: Area, forecast: PlanForecast) -> None:
    again = sf.forecast.plans(example, to=2029, draws=60, seed=3, workers=1)
    assert (again.plans == forecast.plans).all()
    other = sf.forecast.plans(example, to=2029, draws=60, seed=4)
    assert not (other.plans == forecast.plans).all()


def test_totals_are_taken_within_a_draw(forecast: PlanForecast) -> None:
    by_hand = np.quantile(
        forecast.plans.sel(year=2029).sum(["authority", "ncy", "need", "setting_type"]), [0.05, 0.5, 0.95]
    )
    found = forecast.summary().query("year == 2029")["plans"].to_numpy()
    assert found == pytest.approx(by_hand)


@pytest.mark.parametrize(
    "by", ["setting_type", "setting_group", "need_group", "phase", "age_group", "authority", "ncy"]
)
def test_parts_of_the_base_year_sum_to_the_whole(forecast: PlanForecast, by: str) -> None:
    found = forecast.summary(by, levels=(0.5,)).query("year == 2026")
    assert list(found.columns) == ["year", by, "level", "plans"]
    assert found["plans"].sum() == int(forecast.plans.isel(draw=0, year=0).sum())


def test_flows_are_told_by_kind(forecast: PlanForecast) -> None:
    found = forecast.flows("kind", "phase")
    assert list(found.columns) == ["year", "kind", "phase", "level", "children"]
    assert set(found["kind"]) == {"joiners", "movers", "leavers", "transfers_in"}
    assert "movers_out" in set(forecast.flows("setting_type")["kind"])


def test_flows_by_age_and_need_together_are_refused(forecast: PlanForecast) -> None:
    with pytest.raises(InputError, match="by NCY and by need"):
        forecast.flows("ncy", "need")


def test_an_unknown_label_is_refused_with_the_nearest(forecast: PlanForecast) -> None:
    with pytest.raises(InputError, match="did you mean 'setting_type'"):
        forecast.summary("settingtype")


def test_most_joiners_start_mainstream_and_move_later(forecast: PlanForecast) -> None:
    flows = forecast.flows_by_need.sum(["draw", "year", "authority"])
    joiners = flows.sel(kind="joiners").sum("need").to_series()
    stock = forecast.plans.sel(year=2026).isel(draw=0).sum(["authority", "ncy", "need"]).to_series()
    assert joiners["mainstream"] / joiners.sum() > 0.65
    assert joiners["special"] / joiners.sum() < stock["special"] / stock.sum()
    assert flows.sel(kind="movers").sum("need").to_series()["special"] > joiners["special"]


def test_homes_share_an_authority_out_whole(example: Area, forecast: PlanForecast) -> None:
    sums = forecast.homes.groupby("authority").sum("zone")
    assert np.allclose(sums, 1.0)
    assert sums.sizes["authority"] == len(example.authorities)


@pytest.mark.parametrize(
    ("asked", "says"),
    [({"to": 2026}, "not after the base year"), ({"draws": 0}, "1 or more"), ({"draws": 1.5}, "1 or more")],
)
def test_what_cannot_be_forecast_is_refused(example: Area, asked: dict[str, Any], says: str) -> None:
    with pytest.raises(InputError, match=says):
        sf.forecast.plans(example, **({"to": 2027, "draws": 5} | asked))


# --- bad and thin data ------------------------------------------------------------------------------------------------


def test_an_area_of_twelve_children_can_be_forecast(tiny_area: Area) -> None:
    found = sf.forecast.plans(tiny_area, to=2028, draws=20)
    assert int(found.plans.sel(year=2025).isel(draw=0).sum()) == 12
    assert set(found.plans["need"].to_numpy()) >= {"ASD", "SLD", "SEMH"}


def test_without_needs_every_plan_has_an_unknown_need() -> None:
    found = sf.forecast.plans(areas.area(), to=2027, draws=10)
    assert list(found.plans["need"].to_numpy()) == ["UNK"]


def test_ages_not_published_are_shared_out_and_settings_kept() -> None:
    rows = [("A", y, pd.NA, s, n) for y in (2024, 2025) for s, n in (("mainstream", 90), ("special", 40))]
    rows += [("B", y, ncy, "special", 5) for y in (2024, 2025) for ncy in range(8)]
    plans = pd.DataFrame(rows, columns=["authority", "year", "ncy", "setting_type", "plans"])
    found = sf.forecast.plans(areas.area(plans=tables.check(plans, tables.PLANS)), to=2026, draws=5)
    base = found.plans.isel(draw=0, year=0).sel(authority="A").sum("need")
    assert int(base.sel(setting_type="mainstream").sum()) == 90
    assert int(base.sel(setting_type="special").sum()) == 40
    assert int((base.sum("setting_type") > 0).sum()) > 10


def test_missing_years_and_no_flows_still_give_a_forecast() -> None:
    plans = areas.plans(years=(2020, 2025))
    found = sf.forecast.plans(areas.area(plans=plans), to=2026, draws=10)
    assert int(found.plans.sel(year=2026).min("draw").sum()) > 0


def test_an_authority_with_no_plans_is_named() -> None:
    own = areas.plans()
    with pytest.raises(MissingError, match="no plans for B in January 2025"):
        sf.forecast.plans(areas.area(plans=own[own["authority"] == "A"]), to=2026, draws=5)


def test_settings_with_nobody_stay_possible() -> None:
    found = sf.forecast.plans(areas.area(), to=2027, draws=30)
    assert list(found.plans["setting_type"].to_numpy()) == list(SETTING_TYPES)


# --- levers -----------------------------------------------------------------------------------------------------------


def mean_flow(area: Area, *levers: ChangeRate, kind: str = "joiners", to: int = 2029, **at: Any) -> np.ndarray:
    """Return the mean of a flow by year, with levers pulled."""
    for lever in levers:
        area = lever(area)
    found = sf.forecast.plans(area, to=to, draws=80, seed=11)
    flows = (found.flows_by_need if "need" in at else found.flows_by_ncy).sel(kind=kind, **at)
    return np.asarray(flows.sum([d for d in flows.dims if d not in ("draw", "year")]).mean("draw"))


def test_joining_changes_joiners_by_its_factor_from_its_year(example: Area) -> None:
    plain, changed = mean_flow(example), mean_flow(example, ChangeRate("joining", 0.5, since=2028))
    assert changed[0] == pytest.approx(plain[0], rel=0.03)
    assert changed[1:] == pytest.approx(plain[1:] * 0.5, rel=0.04)


@pytest.mark.parametrize("flow", ["requests", "assessing", "issuing"])
def test_requests_assessing_and_issuing_scale_new_plans(example: Area, flow: str) -> None:
    plain, changed = mean_flow(example, to=2027), mean_flow(example, ChangeRate(flow, 0.8, since=2027), to=2027)
    assert changed == pytest.approx(plain * 0.8, rel=0.03)


def test_joining_of_one_need_leaves_the_others(example: Area) -> None:
    lever = ChangeRate("joining", 0.25, since=2027, need="SEMH")
    plain, changed = (mean_flow(example, *lv, need="SEMH", to=2027) for lv in ((), (lever,)))
    assert changed == pytest.approx(plain * 0.25, rel=0.1)
    plain, changed = (mean_flow(example, *lv, need="ASD", to=2027) for lv in ((), (lever,)))
    assert changed == pytest.approx(plain, rel=0.04)


def test_a_ramp_builds_up_evenly(example: Area) -> None:
    plain = mean_flow(example)
    changed = mean_flow(example, ChangeRate("joining", 0.4, since=2027, ramp_years=2))
    assert changed / plain == pytest.approx([0.8, 0.6, 0.4], abs=0.03)


def test_a_lever_on_one_authority_and_age_leaves_the_rest(example: Area) -> None:
    lever = ChangeRate("joining", 0.0, since=2027, authority="E06000061", ncy_low=0, ncy_high=6)
    pulled = mean_flow(example, lever, to=2027, authority="E06000061", ncy=slice(0, 6))
    assert pulled == pytest.approx([0.0])
    for at in ({"authority": "E06000062"}, {"authority": "E06000061", "ncy": slice(7, 20)}):
        plain, changed = (mean_flow(example, *lv, to=2027, **at) for lv in ((), (lever,)))
        assert changed == pytest.approx(plain, rel=0.06)


def test_leaving_changes_leavers_by_its_factor(example: Area) -> None:
    lever = ChangeRate("leaving", 0.5, since=2027, ncy_high=11)
    plain, changed = (mean_flow(example, *lv, kind="leavers", to=2027, ncy=slice(-4, 11)) for lv in ((), (lever,)))
    assert changed == pytest.approx(plain * 0.5, rel=0.08)


def test_moving_to_one_setting_can_be_halved(example: Area) -> None:
    lever = ChangeRate("moving", 0.5, since=2027, to_setting_type="special")
    plain, changed = (mean_flow(example, *lv, kind="movers", to=2027, setting_type="special") for lv in ((), (lever,)))
    assert changed == pytest.approx(plain * 0.5, rel=0.12)


def test_first_placement_changes_the_mix_and_not_the_number(example: Area) -> None:
    lever = ChangeRate("first_placement", 2.0, since=2027, setting_type="sen_unit")
    plain, changed = (mean_flow(example, *lv, to=2027) for lv in ((), (lever,)))
    assert changed == pytest.approx(plain, rel=0.03)
    plain, changed = (mean_flow(example, *lv, to=2027, setting_type="sen_unit") for lv in ((), (lever,)))
    assert changed == pytest.approx(plain * 2.0, rel=0.15)


def test_a_need_that_nobody_has_cannot_be_changed(example: Area) -> None:
    lever = ChangeRate("joining", 0.5, since=2027, need="DS")
    with pytest.raises(InputError, match="nobody here has the need 'DS'"):
        sf.forecast.plans(lever(example), to=2027, draws=2)


def test_a_lever_on_one_need_leaves_the_chance_of_the_others_nearly_as_it_was() -> None:
    area = sf.example_area()
    now = sf.forecast.plans(area, to=2028, draws=60, seed=7).plans
    then = sf.forecast.plans(sf.ChangeJoining(0.8, need="SEMH", since=2027)(area), to=2028, draws=60, seed=7).plans
    others = [need for need in now["need"].values if need != "SEMH"]
    rest = ["authority", "ncy", "need", "setting_type"]
    change = (then - now).sel(need=others, year=2028).sum(rest)
    assert float(change.std()) < 0.15 * float(now.sel(need=others, year=2028).sum(rest).std())


@pytest.mark.parametrize("workers", [0, -1, 1.5, "2"])
def test_a_number_of_workers_that_is_none_is_refused(workers) -> None:
    with pytest.raises(InputError, match="workers is"):
        sf.forecast.plans(sf.example_area(), to=2027, draws=2, workers=workers)
