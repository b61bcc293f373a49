"""One run from area to budget: nobody lost, the base year as published, the same seed the same numbers."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sufficiency as sf
from sufficiency import tables
from sufficiency.errors import InputError, MissingError
from sufficiency.outcome import MEASURES, Outcome
from sufficiency.report.returns.write_returns import return_tables
from sufficiency.words.vocabulary import SETTING_GROUP_OF, SPECIALIST

SMALL = {"to": 2028, "draws": 8, "placed_draws": 3, "seed": 7}


def forecast_only() -> sf.Area:
    """Return the example without its settings, so that nothing is placed and a run is short."""
    return sf.example_area().replace(settings=tables.empty(tables.SCHOOLS), places=tables.empty(tables.PLACES))


def test_the_base_year_is_the_published_one_by_authority_setting_group_and_age(example_outcome: Outcome) -> None:
    base = example_outcome.plans.plans.sel(year=2026)
    by_authority = base.sum(["ncy", "need", "setting_type"])
    assert (by_authority.sel(authority="E06000061") == 5372).all()
    assert (by_authority.sel(authority="E06000062") == 5337).all()
    published = example_outcome.area.plans.query("year == 2026")
    for authority, part in published.groupby("authority"):
        here = base.sel(authority=authority).isel(draw=0)
        groups = part.groupby(part["setting_type"].map(SETTING_GROUP_OF))["plans"].sum()
        ours = here.sum(["ncy", "need"]).to_series().groupby(SETTING_GROUP_OF).sum()
        assert ours[groups.index].tolist() == groups.tolist()
        ages = part.groupby("ncy")["plans"].sum()
        assert here.sum(["need", "setting_type"]).to_series()[ages.index].tolist() == ages.tolist()


def test_published_groups_of_january_2025(example_outcome: Outcome) -> None:
    """The figures that the release prints: North 30.4 % special of 5,372, West 31.6 % of 5,337."""
    base = example_outcome.plans.plans.sel(year=2026).isel(draw=0).sum(["ncy", "need"])
    special = base.sel(setting_type=["special", "independent_special", "non_maintained_special"]).sum("setting_type")
    assert special.sel(authority="E06000061") == 1633
    assert special.sel(authority="E06000062") == 1688


def test_in_every_draw_plans_next_are_plans_plus_joiners_and_transfers_less_leavers(example_outcome: Outcome) -> None:
    plans = example_outcome.plans.plans.sum(["authority", "ncy", "need", "setting_type"])
    flows = example_outcome.plans.flows_by_ncy.sum(
        [d for d in example_outcome.plans.flows_by_ncy.dims if d not in ("kind", "draw", "year")]
    )
    change = plans.diff("year")
    moved = flows.sel(kind="joiners") + flows.sel(kind="transfers_in") - flows.sel(kind="leavers")
    np.testing.assert_array_equal(
        change.transpose("draw", "year"), moved.sel(year=change["year"]).transpose("draw", "year")
    )


def test_everyone_who_needs_a_specialist_place_is_placed_or_counted_as_not(example_outcome: Outcome) -> None:
    attending = example_outcome.placed.attending
    need = example_outcome.plans.plans.sel(draw=attending["draw"], setting_type=list(SPECIALIST)).sum(
        ["ncy", "need", "setting_type"]
    )
    found = attending.sum(["need", "phase", "setting"])
    np.testing.assert_array_equal(
        found.transpose("draw", "year", "authority"), need.transpose("draw", "year", "authority")
    )


def test_the_same_seed_gives_the_same_numbers_in_other_processes() -> None:
    area = sf.example_area()
    with ProcessPoolExecutor(1) as pool:
        (there,) = sf.run_many([area], [sf.AS_AGREED], executor=pool, **SMALL)
    (here,) = sf.run_many([area], [sf.AS_AGREED], **SMALL)
    for measure in ("plans", "shortfall", "transport_gbp", "spend_gbp", "balance_gbp"):
        np.testing.assert_array_equal(here.measure(measure), there.measure(measure))


def test_the_waterfall_names_each_lever_and_ends_at_the_scenario() -> None:
    area = sf.example_area()
    school = area.settings.loc[area.settings["name"] == "Kings Meadow School", "setting"].iloc[0]
    scenario = sf.Scenario("Two", (sf.OpenPlaces(school, 60, 2027), sf.ChangeJoining(0.5, since=2027)))
    now, then = sf.run(area, **SMALL), sf.run(area, scenario, **SMALL)
    found = sf.compare(now, then, measure="plans")
    assert found.steps["step"].tolist() == [
        "As agreed",
        "Open 60 places at Kings Meadow School by 2027",
        scenario.levers[1].label,
    ]
    assert found.steps["change"].tolist()[1] == 0.0
    assert found.steps["change"].tolist()[2] < -100
    assert found.steps["value"].iloc[-1] == float(then.measure("plans").sel(year=2028).median())
    first = sf.compare(now, then, measure="plans", year=2027, steps=(now, then))
    assert first.steps["value"].tolist() == [float(o.measure("plans").sel(year=2027).median()) for o in (now, then)]
    with pytest.raises(MissingError, match="plans has no year 2032; it has 2026, 2027, 2028"):
        sf.compare(now, then, measure="plans", year=2032, steps=(now, then))


def test_levers_that_both_have_are_pulled_once_and_other_scenarios_are_one_step() -> None:
    area = forecast_only()
    fewer, later = sf.ChangeJoining(0.5, since=2027), sf.ChangeJoining(0.5, since=2028)
    scenarios = [sf.Scenario("Fewer", (fewer,)), sf.Scenario("Both", (fewer, later)), sf.Scenario("Later", (later,))]
    one, both, other = sf.run_many([area], scenarios, **SMALL)
    assert [o.scenario.name for o in (one, both, other)] == ["Fewer", "Both", "Later"]
    found = sf.compare(one, both, measure="plans")
    assert found.steps["step"].tolist() == ["Fewer", later.label]
    assert found.steps["value"].tolist() == [float(o.measure("plans").sel(year=2028).median()) for o in (one, both)]
    assert sf.compare(one, other, measure="plans").steps["step"].tolist() == ["Fewer", "Later"]


def test_areas_are_outermost_where_there_are_many() -> None:
    area = forecast_only()
    told = sf.run_many([area, area.replace(name="Again")], [sf.Scenario("A"), sf.Scenario("B")], **SMALL)
    names = [(o.area.name, o.scenario.name) for o in told]
    assert names == [(area.name, "A"), (area.name, "B"), ("Again", "A"), ("Again", "B")]


def test_an_area_without_settings_is_forecast_and_not_placed() -> None:
    outcome = sf.run(forecast_only(), **SMALL)
    assert not isinstance(outcome, Outcome)
    assert not {"placed", "journeys", "budget"} & set(dir(outcome))
    assert outcome.measures == ("plans",)
    assert (outcome.measure("plans") > 0).all()


def test_a_forecast_alone_says_which_files_a_measure_of_places_needs() -> None:
    outcome = sf.run(forecast_only(), **SMALL)
    with pytest.raises(MissingError, match=r"'balance_gbp' needs .* has no settings\.csv or places\.csv, so plans"):
        outcome.measure("balance_gbp")
    with pytest.raises(MissingError, match="did you mean 'balance_gbp'"):
        outcome.measure("balance")


def test_a_forecast_alone_makes_a_report_of_plans_and_the_children_of_the_returns(tmp_path: Path) -> None:
    outcome = sf.run(forecast_only(), **SMALL)
    page = sf.report.write(outcome, tmp_path).read_text(encoding="utf-8")
    assert "has no settings.csv or places.csv" in page
    assert len(sf.report.headlines(outcome)) == 1
    assert not (tmp_path / "returns").exists()
    tables_made = return_tables(outcome)
    assert len(tables_made["scap_special"])
    assert tables_made["dsg_plan_money"].empty


def test_an_outcome_shows_every_measure_in_words(example_outcome: Outcome) -> None:
    shown = example_outcome._repr_html_()
    assert all(measure.says in shown for measure in MEASURES.values())
    assert "January 2031" in shown
    assert "£" in shown
    assert repr(example_outcome) == ("<Outcome Northamptonshire: As agreed; to=2031, draws=60, placed_draws=6, seed=7>")


def test_runs_with_other_options_do_not_compare() -> None:
    area = sf.example_area()
    now, then = sf.run(area, **SMALL), sf.run(area, **(SMALL | {"seed": 8}))
    with pytest.raises(InputError, match=r"same options compare: .*seed=7, the other .*seed=8"):
        sf.compare(now, then)


def test_runs_of_other_areas_do_not_compare_whatever_they_are_called() -> None:
    area = forecast_only()
    now = sf.run(area, **SMALL)
    north, west = area.authorities
    fewer = area.replace(population=area.population.assign(children=area.population["children"] * 0.9))
    others = {
        "the two were read with different population.csv": fewer,
        "the two were read with different area.toml, assumptions": sf.ChangeAssumption("allocate.move_gbp", 40_000)(
            area
        ),
        r"one starts from January 2026, the other from January 2024": area.replace(base_year=2024),
        rf"one is of .*{north}.* and .*{west}.*, the other of .*{north}\)\.": area.replace(
            authorities={north: area.authorities[north]}
        ),
    }
    for says, other in others.items():
        with pytest.raises(InputError, match=f"only runs of one area compare: {says}"):
            sf.compare(now, replace(now, before=other), measure="plans")
    read_again = replace(now, before=forecast_only().replace(name="Again"))
    assert sf.compare(now, read_again, measure="plans").steps["change"].tolist() == [0.0, 0.0]


def test_a_run_beside_another_comes_to_the_same_and_shares_the_forecast_that_no_lever_moves() -> None:
    area = sf.example_area()
    opens = sf.Scenario("More places", (sf.OpenPlaces("137875", 24, 2028),))
    now = sf.run(area, **SMALL)
    for scenario in (opens, sf.Scenario("Fewer", (sf.ChangeJoining(0.5, since=2027),))):
        alone, beside = sf.run(area, scenario, **SMALL), sf.run(area, scenario, beside=now, **SMALL)
        for name in alone.measures:
            np.testing.assert_array_equal(beside.measure(name), alone.measure(name))
        assert (beside.plans is now.plans) == (scenario is opens)
        assert beside.support is not None
        assert alone.support is not None
        pd.testing.assert_frame_equal(beside.support.summary(), alone.support.summary())


@pytest.mark.parametrize("other", [{"seed": 8}, {"draws": 9}, {"to": 2029}])
def test_a_run_beside_one_of_other_options_or_of_another_area_forecasts_for_itself(other: dict[str, int]) -> None:
    area = forecast_only()
    now = sf.run(area, **{**SMALL, **other})
    assert sf.run(area, beside=now, **SMALL).plans is not now.plans
    fewer = area.plans.assign(plans=lambda t: t["plans"] + (t["year"] == area.base_year) * (t["plans"] > 100))
    same = sf.run(area.replace(plans=fewer), **SMALL)
    assert sf.run(area, beside=same, **SMALL).plans is not same.plans
    assert sf.run(area.replace(name="Elsewhere"), beside=same, **SMALL).plans is not same.plans


def test_an_unknown_measure_is_named_with_the_nearest(example_outcome: Outcome) -> None:
    with pytest.raises(MissingError, match="did you mean 'balance_gbp'"):
        example_outcome.measure("balance")


def test_a_horizon_in_the_past_is_refused() -> None:
    with pytest.raises(InputError, match="not after the base year, January 2026"):
        sf.run(sf.example_area(), to=2026)


def test_what_is_needed_to_repeat_a_run_is_told(example_outcome: Outcome) -> None:
    told = example_outcome.reproducibility()
    assert {"option", "version", "input"} <= set(told["kind"])
    assert told.loc[told["name"] == "seed", "value"].tolist() == ["7"]
    hashes = told.loc[told["kind"] == "input", "value"]
    assert hashes.str.fullmatch(r"[0-9a-f]{16}").all()
    assert isinstance(told, pd.DataFrame)


def test_a_lever_on_plans_moves_sen_support_the_other_way() -> None:
    area = sf.example_area()
    now = sf.run(area, **SMALL)
    then = sf.run(area, sf.Scenario("Fewer", (sf.ChangeJoining(0.5, since=2027),)), **SMALL)
    more = then.support.pupils.sum(["authority", "phase"]) - now.support.pupils.sum(["authority", "phase"])
    assert (more.sel(year=2028) > 0).all()


def test_a_step_names_its_school_and_money_reads_as_money(tiny_area: sf.Area) -> None:
    options = {"to": 2027, "draws": 4, "placed_draws": 2}
    now = sf.run(tiny_area, **options)
    then = sf.run(tiny_area, sf.Scenario("More", (sf.OpenPlaces("S1", 3, 2026),)), **options)
    found = sf.compare(now, then, measure="transport_gbp")
    assert found.steps["step"].tolist() == ["As agreed", "Open 3 places at Ashby School by 2026"]
    assert "e+" not in repr(found)


def test_transport_and_high_needs_follow_the_seed_of_the_run() -> None:
    area, options = sf.example_area(), {"to": 2027, "draws": 2, "placed_draws": 2}
    one, other = (sf.run(area, seed=seed, **options) for seed in (7, 8))
    assert isinstance(one, sf.Outcome)
    assert isinstance(other, sf.Outcome)
    assert (one.budget.terms.interest_rate.values != other.budget.terms.interest_rate.values).all()
    same = sf.transport.journeys(one.area, one.placed, seed=7).cost_gbp
    np.testing.assert_array_equal(same, one.journeys.cost_gbp)
    assert (same != sf.transport.journeys(one.area, one.placed, seed=8).cost_gbp).any()
    with_other = sf.funding.high_needs(other.area, other.plans, other.placed, seed=8).spend
    np.testing.assert_array_equal(with_other, other.budget.spend)
