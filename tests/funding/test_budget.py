"""Every pound from a child to a budget line: what one child moves, and what must add up in every draw."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sufficiency import funding, tables
from sufficiency.errors import InputError, MissingError
from sufficiency.funding.budget_lines import LINES, PLACEMENT_GROUPS, STREAMS
from sufficiency.funding.places.place_spend import place_spend
from sufficiency.funding.top_up.top_up import unit_costs
from sufficiency.scenarios.levers import ChangeAssumption
from sufficiency.scenarios.pipeline import Coming
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.vocabulary import SETTING_TYPES
from tests.funding.conftest import HOME, NEEDS, NEXT, SCHOOLS, Placed, Plans, make_children

BASE = [
    (HOME, 5, "ASD", "S1", 4),
    (HOME, 8, "ASD", "U1", 3),
    (HOME, 5, "SEMH", "mainstream", 10),
    (NEXT, 5, "ASD", "S2", 5),
]


def by_line(area, *who, year: int = 2025, authority: str = HOME) -> pd.Series:
    budget = funding.high_needs(area, *make_children(*who))
    table = budget.summary("financial_year", "authority", "line", levels=(0.5,))
    here = table[(table["financial_year"] == year) & (table["authority"] == authority)]
    return here.set_index("line")["gbp"]


def moved(area, child, *, authority: str = HOME, year: int = 2025) -> dict[str, float]:
    """Return what one more child does, line by line, totals left out."""
    change = by_line(area, *BASE, child, authority=authority, year=year) - by_line(
        area, *BASE, authority=authority, year=year
    )
    return {line: round(gbp) for line, gbp in change.items() if abs(gbp) > 0.5 and line in LINES}


# One more child, the same all year: (who, what the authority of residence pays more, by line)
CASES = {
    "into a special school with an empty place": ((HOME, 5, "ASD", "S1", 1), {"1.2.1": 12_000}),
    "into a special school that is over its places": ((HOME, 5, "ASD", "S1", 3), {"1.2.1": 36_000}),
    "into an empty place of a unit, which then costs 4,000 less": (
        (HOME, 8, "ASD", "U1", 1),
        {"1.2.2": 8_000, "1.0.2": -4_000},
    ),
    "into a unit that is full": ((HOME, 8, "ASD", "U1", 2), {"1.2.2": 16_000, "1.0.2": -4_000}),
    "into an independent school": ((HOME, 5, "ASD", "I1", 1), {"1.2.3": 60_000}),
    "across the border to the neighbour's academy": ((HOME, 5, "ASD", "S2", 1), {"1.2.2": 12_000}),
    "at 16 in a special school": ((HOME, 12, "ASD", "S1", 1), {"1.2.1": 12_000}),
    "at 19 at a college": ((HOME, 15, "ASD", "further_education", 1), {"1.2.2": 4_818}),
    "turned away to an independent school": ((HOME, 5, "ASD", "in_independent", 1), {"1.2.3": 20_000}),
    "turned away and waiting": ((HOME, 5, "ASD", "waiting", 1), {"1.2.7": 20_000}),
}


@pytest.mark.parametrize("case", CASES)
def test_one_more_child_moves_exactly_the_lines_that_it_should(two_authorities, case):
    child, expected = CASES[case]
    assert moved(two_authorities, child) == pytest.approx(expected, abs=1)


def test_a_child_in_mainstream_is_shared_between_maintained_and_academy_lines(two_authorities):
    change = moved(two_authorities, (HOME, 5, "SEMH", "mainstream", 1))
    assert set(change) == {"1.2.1", "1.2.2"}
    assert sum(change.values()) == pytest.approx(7_000, abs=1)


def test_across_the_border_the_neighbour_pays_no_top_up_and_gains_6_000_once_it_is_counted(two_authorities):
    def path(in_january_2026: str) -> funding.HighNeedsBudget:
        plans, placed = make_children(*BASE, (HOME, 5, "ASD", in_january_2026, 1))
        stayed = make_children(*BASE, (HOME, 5, "ASD", "S1", 1))[1]
        placed.attending.loc[{"year": 2025}] = stayed.attending.sel(year=2025)
        return funding.high_needs(two_authorities, plans, placed)

    change = path("S2").income.sum("source") - path("S1").income.sum("source")
    assert change.sel(financial_year=2026, authority=NEXT).item() == 6_000
    assert change.sel(financial_year=2026, authority=HOME).item() == -6_000
    assert moved(two_authorities, (HOME, 5, "ASD", "S2", 1), authority=NEXT) == {}


def test_turning_16_moves_the_year_s_weights_and_no_line(two_authorities):
    def stepped(ncy: int) -> funding.HighNeedsBudget:
        """Return the budget with a child who arrives by January 2026."""
        plans, placed = make_children(*BASE, (HOME, ncy, "ASD", "S1", 1))
        before = make_children(*BASE)
        plans.plans.loc[{"year": 2025}] = before[0].plans.sel(year=2025)
        placed.attending.loc[{"year": 2025}] = before[1].attending.sel(year=2025)
        return funding.high_needs(two_authorities, plans, placed)

    base = funding.high_needs(two_authorities, *make_children(*BASE)).spend_gbp.sel(financial_year=2025).item()
    assert stepped(11).spend_gbp.sel(financial_year=2025).item() - base == pytest.approx(12_000 * 7 / 12)
    assert stepped(12).spend_gbp.sel(financial_year=2025).item() - base == pytest.approx(12_000 * 8 / 12)


def test_an_overfull_special_school_is_paid_for_the_extra_only_where_local_policy_says(two_authorities):
    generous = ChangeAssumption("funding.overfill_place_share", 0.5)(two_authorities)
    assert moved(generous, (HOME, 5, "ASD", "S1", 3)) == pytest.approx({"1.2.1": 36_000, "1.0.2": 2 * 5_000})


def test_places_are_paid_by_the_authority_where_the_school_is(two_authorities):
    assert by_line(two_authorities, *BASE)["1.0.2"] == pytest.approx(50_000 + 3 * 6_000 + 10_000 + 10 * 6_000)
    assert by_line(two_authorities, *BASE, authority=NEXT)["1.0.2"] == pytest.approx(50_000)


def test_academy_and_college_places_are_recouped_and_maintained_ones_are_not(two_authorities):
    budget = funding.high_needs(two_authorities, *make_children(*BASE))
    first = budget.recouped.sel(financial_year=2025, draw=0)
    assert first.sel(authority=HOME).item() == pytest.approx(3 * 6_000 + 10_000 + 10 * 6_000)
    assert first.sel(authority=NEXT).item() == pytest.approx(50_000)


@st.composite
def towns(draw) -> tuple[Plans, Placed]:
    """Return random children in random places, different in every draw and year."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    plans, placed = make_children(draws=3)
    plans.plans[:] = rng.poisson(0.2, plans.plans.shape)
    placed.attending[:] = rng.poisson(0.7, placed.attending.shape)
    placed.attending.loc[{"setting": "F1"}] = 0  # colleges are in the forecast, not placed
    return plans, placed


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(towns(), st.sampled_from([0, 1]), st.sampled_from([0, 1]))
def test_in_every_draw_lines_sum_to_provision_children_times_unit_to_spend_and_movement_to_balance(
    two_authorities, town, grant, follows
):
    area = ChangeAssumption("funding.stability_grant_is_paid", grant)(two_authorities)
    area = ChangeAssumption("funding.import_export_follows_children", follows)(area)
    budget = funding.high_needs(area, *town)
    budget.check()
    spend = budget.spend.assign_coords(item=np.arange(budget.spend.sizes["item"]))
    by_line_total = spend.groupby("line").sum().sum("line")
    by_provision = spend.groupby("provision").sum().sum("provision")
    xr.testing.assert_allclose(by_line_total, by_provision)
    follows_child = (budget.children * budget.unit_gbp).sum(["need", "phase", "stream"])
    places = budget.spend.where(budget.spend["kind"] == "place", 0).sum("item")
    np.testing.assert_allclose(follows_child + places, budget.spend.sum("item"))
    past = budget.opening
    for year in budget.balance["financial_year"].values:
        now = budget.balance.sel(financial_year=year)
        here = {"financial_year": year}
        xr.testing.assert_allclose((past + budget.in_year.sel(here) + budget.grant.sel(here)).transpose(*now.dims), now)
        past = now


def test_children_are_counted_once_and_none_is_lost(two_authorities):
    plans, placed = make_children(*BASE, (NEXT, 5, "SEMH", "in_mainstream", 2), (HOME, 16, "ASD", "elsewhere", 3))
    budget = funding.high_needs(two_authorities, plans, placed)
    np.testing.assert_allclose(
        budget.children.sum(["need", "phase", "stream"]).isel(financial_year=0),
        plans.plans.sum(["ncy", "need", "setting_type"]).isel(year=0),
    )


def test_the_balance_opens_with_what_was_reported_and_adds_each_year(two_authorities):
    budget = funding.high_needs(two_authorities, *make_children(*BASE))
    spent = by_line(two_authorities, *BASE)["spend"]
    assert budget.balance.sel(authority=HOME, financial_year=2025, draw=0).item() == pytest.approx(
        -200_000 + 1_000_000 - spent
    )


def test_the_budget_starts_from_the_balance_that_the_council_reports_unless_told_not_to(two_authorities):
    rows = pd.DataFrame(
        [(HOME, 2025, "reported_in_year_gbp", -300_000.0)], columns=["authority", "financial_year", "item", "amount"]
    )
    history = pd.concat([two_authorities.plans, two_authorities.plans.assign(year=2024)])
    area = two_authorities.replace(high_needs=pd.concat([two_authorities.high_needs, rows]), plans=history)
    told = by_line(area, *BASE)
    assert told["unexplained"] > 0
    assert any(
        "not explained by placements" in says for says in funding.high_needs(area, *make_children(*BASE)).notes["says"]
    )
    apart = by_line(ChangeAssumption("funding.reconcile_to_reported", 0)(area), *BASE)
    assert apart["unexplained"] == 0
    assert told["in_year"] == pytest.approx(apart["in_year"] - told["unexplained"])
    assert by_line(area, *BASE, year=2026)["unexplained"] == 0  # the year after is not reported
    carried = by_line(ChangeAssumption("funding.carry_unexplained", 1)(area), *BASE, year=2026)
    assert carried["unexplained"] == pytest.approx(told["unexplained"] * 1.025)


def test_a_lever_moves_no_unexplained_spending(two_authorities):
    rows = pd.DataFrame(
        [(HOME, 2025, "reported_in_year_gbp", -300_000.0)], columns=["authority", "financial_year", "item", "amount"]
    )
    history = pd.concat([two_authorities.plans, two_authorities.plans.assign(year=2024)])
    area = two_authorities.replace(high_needs=pd.concat([two_authorities.high_needs, rows]), plans=history)
    more = area.replace(places=area.places.assign(places=area.places["places"] + 5))
    assert by_line(area, *BASE)["unexplained"] == by_line(more, *BASE)["unexplained"]


def test_no_line_holds_transport(two_authorities):
    assert [code for code, name in LINES.items() if "ransport" in name] == [
        "1.4.11"
    ]  # what councils charge to the grant
    assert by_line(two_authorities, *BASE)["1.4.11"] == 0
    says = funding.high_needs(two_authorities, *make_children(*BASE)).notes["says"]
    assert any("transport is not paid from high needs" in s for s in says)


def test_every_type_of_setting_has_a_stream_a_line_and_a_placement_group():
    assert {s.provision for s in STREAMS.values()} == {*SETTING_TYPES, *DESTINATIONS} == set(PLACEMENT_GROUPS)
    assert {s.line for s in STREAMS.values()} <= set(LINES)


def test_summary_by_line_reads_down_to_the_balance(two_authorities):
    budget = funding.high_needs(two_authorities, *make_children(*BASE, draws=3))
    table = budget.summary("financial_year", "line")
    assert list(table.columns) == ["financial_year", "line", "level", "gbp"]
    wide = table[(table["financial_year"] == 2025) & (table["level"] == 0.5)].set_index("line")["gbp"]
    assert list(wide.index[-5:]) == ["spend", "income", "grant", "in_year", "balance"]
    assert wide[[line for line in wide.index if line in LINES]].sum() == pytest.approx(wide["spend"])
    assert wide["income"] - wide["spend"] == pytest.approx(wide["in_year"])


def test_summary_by_need_is_what_follows_the_child(two_authorities):
    budget = funding.high_needs(two_authorities, *make_children(*BASE))
    table = budget.summary("financial_year", "need", levels=(0.5,))
    year = table[table["financial_year"] == 2025].set_index("need")["gbp"]
    assert year["SEMH"] == pytest.approx(70_000)
    assert year["ASD"] == pytest.approx(9 * 12_000 + 3 * 8_000)


def test_every_pair_of_labels_adds_up_to_the_same_total(two_authorities):
    budget = funding.high_needs(two_authorities, *make_children(*BASE))
    whole = budget.spend.sel(draw=0).sum().item()
    for by in (("line", "provision"), ("kind", "recouped"), ("provision",), ("line", "kind", "authority")):
        assert budget.summary(*by, levels=(0.5,))["gbp"].sum() == pytest.approx(whole)
    follows = (budget.children * budget.unit_gbp).sum().item()
    for by in (("need_group", "provision"), ("need", "line"), ("phase", "need"), ("phase", "authority")):
        assert budget.summary(*by, levels=(0.5,))["gbp"].sum() == pytest.approx(follows)


def test_summary_refuses_a_column_that_is_not_there(two_authorities):
    budget = funding.high_needs(two_authorities, *make_children(*BASE))
    with pytest.raises(InputError, match="did you mean 'provision'"):
        budget.summary("provisions")
    with pytest.raises(InputError, match="quantiles between 0 and 1"):
        budget.summary("line", levels=(50,))


def test_unmitigated_and_mitigated_stand_side_by_side_and_differ_within_a_draw(two_authorities):
    plain = funding.high_needs(two_authorities, *make_children(*BASE, (HOME, 5, "ASD", "I1", 4), draws=2))
    better = funding.high_needs(two_authorities, *make_children(*BASE, (HOME, 5, "ASD", "S1", 4), draws=2))
    table = funding.side_by_side(plain, better, levels=(0.5,))
    spend = table[(table["measure"] == "spend") & (table["financial_year"] == 2025)].iloc[0]
    assert spend["difference_gbp"] == pytest.approx(4 * (12_000 - 60_000))
    assert spend["mitigated_gbp"] - spend["unmitigated_gbp"] == pytest.approx(spend["difference_gbp"])
    other = funding.high_needs(two_authorities, *make_children(*BASE, draws=3))
    with pytest.raises(InputError, match="different draws"):
        funding.side_by_side(plain, other)


def test_the_stability_grant_pays_nine_tenths_of_the_deficit_of_march_2026_in_2026_27(two_authorities):
    area = ChangeAssumption("funding.stability_grant_is_paid", 1)(two_authorities)
    deep = [*BASE, (HOME, 5, "ASD", "I1", 40)]
    budget = funding.high_needs(area, *make_children(*deep))
    here = {"authority": HOME, "draw": 0}
    owed = -budget.balance.sel(financial_year=2025, **here).item()
    assert owed > 0
    assert budget.grant.sel(financial_year=2026, **here).item() == pytest.approx(0.9 * owed)
    assert budget.grant.sel(financial_year=2025, **here).item() == 0


def test_balances_are_shown_with_and_without_the_grant_and_with_and_without_central_absorption(two_authorities):
    early = ChangeAssumption("funding.central_absorption_financial_year", 2026)(two_authorities)
    budget = funding.high_needs(early, *make_children(*BASE, (HOME, 5, "ASD", "I1", 40)))
    table = (
        budget.positions("authority", levels=(0.5,))
        .query("authority == @HOME")
        .set_index(["measure", "financial_year"])
    )
    before, after = (budget.balance.sel(authority=HOME, draw=0, financial_year=y).item() for y in (2025, 2026))
    last = table.loc[("balance", 2026)]
    assert last["as_now_gbp"] == pytest.approx(after)
    assert last["with_grant_gbp"] == pytest.approx(after - 0.9 * before)
    assert last["absorbed_gbp"] == pytest.approx(before)  # the year's deficit is met centrally
    assert last["both_gbp"] == pytest.approx(0.1 * before)
    assert table.loc[("met_centrally", 2026), "both_gbp"] == pytest.approx(before - after)
    owed = table.loc[("interest", 2026), "as_now_gbp"] / -before
    assert 0.04 <= owed <= 0.06


def test_a_surplus_earns_no_grant_and_nothing_is_met_centrally(two_authorities):
    early = ChangeAssumption("funding.central_absorption_financial_year", 2025)(two_authorities)
    rich = early.replace(high_needs=early.high_needs.assign(amount=early.high_needs["amount"].abs() * 10))
    table = funding.high_needs(rich, *make_children(*BASE)).positions(levels=(0.5,))
    assert (table.loc[table["measure"].isin(["grant", "met_centrally", "interest"]), "both_gbp"] == 0).all()


def test_places_that_open_are_paid_before_and_after_16_by_the_ages_of_who_is_there(two_authorities):
    row = {"project": "more", "setting": "U1", "name": "More", "kind": "unit", "authority": HOME, "places": 4}
    more = tables.check(
        pd.DataFrame([row | {"opens": 2027, "status": "agreed", "as_of": "2025", "source": "by hand"}]), tables.PIPELINE
    )
    _, placed = make_children((HOME, 5, "ASD", "U1", 4), (HOME, 13, "ASD", "U1", 4))
    opened = replace(placed, opened=Coming(more, np.array([[2027]])))
    at = {"financial_year": 2026, "authority": HOME, "stream": "sen_unit, academy"}
    before, after = (place_spend(two_authorities, p, [2026]).sel(at).item() for p in (placed, opened))
    # Half of those there are over 16, so of four places two are paid for seven months and two for eight.
    assert after - before == pytest.approx(2 * 6_000 * 7 / 12 + 2 * 6_000 * 8 / 12)
    _, none = make_children((HOME, 5, "ASD", "S1", 4))
    empty = place_spend(two_authorities, replace(none, opened=opened.opened), [2026]).sel(at).item()
    assert empty - place_spend(two_authorities, none, [2026]).sel(at).item() == pytest.approx(4 * 10_000 * 7 / 12)


def _plan(table: pd.DataFrame) -> pd.DataFrame:
    """Return a medium-term plan with a column for each row, and check that every year of it adds up."""
    wide = table.pivot(index="financial_year", columns="row", values="gbp")
    policy, saving = (wide.filter(like=start).sum(axis=1) for start in ("policy: ", "saving: "))
    met = wide["policy: stability grant"] + wide["policy: met centrally"]
    np.testing.assert_allclose(wide["in_year"] + met, wide["net"])
    np.testing.assert_allclose(wide[["base", "demand", "places", "price", "other"]].sum(axis=1), wide["spend"])
    np.testing.assert_allclose(wide["base"].iloc[1:], wide["spend"].iloc[:-1])
    np.testing.assert_allclose(wide["income"] + policy + saving - wide["spend"], wide["net"])
    np.testing.assert_allclose(wide["brought_forward"] + wide["net"], wide["balance"])
    np.testing.assert_allclose(wide["brought_forward"].iloc[1:], wide["balance"].iloc[:-1])
    return wide


def test_the_medium_term_plan_adds_up_row_by_row_and_delivers_a_saving_as_it_is_told(two_authorities):
    plain = funding.high_needs(two_authorities, *make_children(*BASE, (HOME, 5, "ASD", "I1", 4), draws=3))
    better = funding.high_needs(two_authorities, *make_children(*BASE, (HOME, 5, "ASD", "S1", 4), draws=3))
    wide = _plan(plain.medium_term({"a school": better}, delivery=(0.5, 1.0)))
    assert wide.loc[2025, "saving: a school"] == pytest.approx(0.5 * 4 * (60_000 - 12_000))
    full = (better.in_year - plain.in_year).sum("authority").mean("draw").sel(financial_year=2026).item()
    assert wide.loc[2026, "saving: a school"] == pytest.approx(full)
    assert wide.loc[2026, "demand"] == pytest.approx(0)  # the same children as the year before: prices alone move
    assert wide.loc[2026, "price"] > 0


def test_a_cost_comes_in_full_and_a_saving_s_shares_are_counted_from_the_year_in_which_its_lever_acts(two_authorities):
    plain = funding.high_needs(two_authorities, *make_children(*BASE, (HOME, 5, "ASD", "I1", 4), draws=3))
    better = funding.high_needs(two_authorities, *make_children(*BASE, (HOME, 5, "ASD", "S1", 4), draws=3))
    ramp = (0.5, 1.0)
    cost = _plan(better.medium_term({"no school": plain}, delivery=ramp))
    assert cost.loc[2025, "saving: no school"] == pytest.approx(-4 * (60_000 - 12_000))
    later = _plan(plain.medium_term({"a school": better}, delivery=ramp, starts={"a school": 2026}))
    full = _plan(plain.medium_term({"a school": better}))
    assert later.loc[2025, "saving: a school"] == 0
    assert later.loc[2026, "saving: a school"] == pytest.approx(0.5 * full.loc[2026, "saving: a school"])
    with pytest.raises(InputError, match="starts names 'a unit', which is no lever here: a school"):
        plain.medium_term({"a school": better}, starts={"a unit": 2026})


def test_the_first_year_beside_what_is_reported_is_the_budget_s_own(two_authorities):
    area = two_authorities.replace(
        plans=pd.concat([two_authorities.plans, two_authorities.plans.assign(year=2024)]),
    )
    budget = funding.high_needs(area, *make_children(*BASE, (HOME, 5, "ASD", "I1", 4), draws=3))
    shown = budget.against_reported.query("financial_year == 2025").set_index(["measure", "authority"])["modelled_gbp"]
    for authority in area.authorities:
        expected = float(budget.in_year.sel(authority=authority, financial_year=2025).mean())
        assert shown["in_year", authority] == pytest.approx(expected)
        assert f"modelled at {expected / 1e6:,.1f}m GBP" in " ".join(
            budget.against_reported.query("financial_year == 2025 and authority == @authority")["says"]
        )
    assert 2025 not in set(budget.past["financial_year"])


def test_what_law_and_allocation_change_is_policy_and_no_saving(two_authorities):
    early = ChangeAssumption("funding.central_absorption_financial_year", 2026)(two_authorities)
    own = [(HOME, 2025, "schools_block_gbp", 2_000_000.0), (HOME, 2026, "schools_block_transfer_share", 0.005)]
    more = pd.DataFrame(own, columns=["authority", "financial_year", "item", "amount"])
    area = early.replace(high_needs=tables.check(pd.concat([early.high_needs, more]), tables.HIGH_NEEDS))
    plain = funding.high_needs(area, *make_children(*BASE, (HOME, 5, "ASD", "I1", 40), draws=3))
    capped = funding.high_needs(area, *make_children(*BASE, (HOME, 5, "ASD", "I1", 30), draws=3))
    levers = {"fees capped": capped}
    wide = _plan(plain.medium_term(levers, by_law=["fees capped"], delivery=(0.5,), case="both"))
    assert not [row for row in wide if row.startswith("saving: ")]
    assert wide.loc[2025, "policy: fees capped"] == pytest.approx(10 * 60_000)  # law is delivered in full
    assert wide.loc[2026, "policy: transfer from the schools block"] == pytest.approx(10_000)
    assert wide.loc[2026, "policy: stability grant"] == pytest.approx(
        0.9 * (-capped.balance.sel(financial_year=2025)).clip(min=0).sum("authority").mean("draw").item()
    )
    # The other authority is in surplus: only deficits are granted and met.
    deficits = (-capped.in_year.sel(financial_year=2026)).clip(min=0).sum("authority").mean("draw").item()
    assert wide.loc[2026, "policy: met centrally"] == pytest.approx(deficits)
    by_name = plain.medium_term(levers, delivery={"fees capped": (0.25,)})
    assert _plan(by_name).loc[2025, "saving: fees capped"] == pytest.approx(0.25 * 10 * 60_000)
    with pytest.raises(InputError, match="by_law names 'a school', which is no lever here: fees capped"):
        plain.medium_term(levers, by_law=["a school"])
    with pytest.raises(InputError, match="case='grant' is not one of as_now, with_grant, absorbed, both"):
        plain.medium_term(case="grant")


def test_prices_grow_alike_under_every_scenario_and_differ_between_futures(two_authorities):
    wide = ChangeAssumption("funding.fee_inflation_spread", 0.02)(two_authorities)
    plain = funding.high_needs(wide, *make_children(*BASE, draws=20)).unit_gbp
    more = funding.high_needs(wide, *make_children(*BASE, (HOME, 5, "ASD", "I1", 4), draws=20)).unit_gbp
    xr.testing.assert_identical(plain, more)
    fee = plain.sel(financial_year=2026, authority=HOME, stream="independent_special").isel(need=0, phase=0) / 60_000
    assert 1.01 <= float(fee.min()) < float(fee.max()) <= 1.05
    assert float(fee.mean()) == pytest.approx(1.03, abs=0.005)


def test_lines_that_nobody_gives_are_said_to_be_unknown_and_not_to_be_nothing(two_authorities):
    says = " ".join(funding.high_needs(two_authorities, *make_children(*BASE)).notes["says"])
    assert "not known and counted as 0: lines 1.2.8, 1.2.9, 1.2.10, 1.2.11, 1.4.11" in says
    assert "England's 480m GBP core schools budget grant and 125m GBP for national insurance" in says
    given = [(HOME, 2025, "support_for_inclusion_gbp", 5_000.0), (HOME, 2025, "core_schools_budget_grant_gbp", 9_000.0)]
    more = pd.DataFrame(given, columns=["authority", "financial_year", "item", "amount"])
    area = two_authorities.replace(
        high_needs=tables.check(pd.concat([two_authorities.high_needs, more]), tables.HIGH_NEEDS)
    )
    budget = funding.high_needs(area, *make_children(*BASE))
    says = " ".join(budget.notes["says"])
    assert "lines 1.2.9, 1.2.10" in says
    assert "national insurance" not in says
    assert budget.in_year.sel(authority=NEXT).equals(
        funding.high_needs(two_authorities, *make_children(*BASE)).in_year.sel(authority=NEXT)
    )


def test_prices_and_interest_follow_the_seed(two_authorities):
    wide = ChangeAssumption("funding.fee_inflation_spread", 0.02)(two_authorities)
    runs = [funding.high_needs(wide, *make_children(*BASE, draws=20), seed=seed) for seed in (7, 7, 8)]
    fees = [run.unit_gbp.sel(financial_year=2026, stream="independent_special").values for run in runs]
    rates = [run.terms.interest_rate.values for run in runs]
    for same, again, other in (fees, rates):
        np.testing.assert_array_equal(same, again)
        assert (same != other).any()


def test_an_authority_s_own_bands_go_before_those_for_all_and_several_bands_are_weighed(two_authorities):
    bands = pd.DataFrame(
        [
            ("", "", "ASD", "special", 15_000.0, 1.0),
            (NEXT, "A", "ASD", "special", 10_000.0, 3.0),
            (NEXT, "B", "ASD", "special", 20_000.0, 1.0),
        ],
        columns=["authority", "band", "need", "setting_type", "top_up_gbp", "share"],
    ).assign(financial_year=2025)
    area = two_authorities.replace(bands=tables.check(bands, tables.BANDS))
    unit = unit_costs(area, [2025]).gbp.sel(provision="special", need="ASD", financial_year=2025)
    assert unit.sel(authority=HOME).item() == 15_000
    assert unit.sel(authority=NEXT).item() == pytest.approx(12_500)


def test_a_grant_passed_on_is_income_and_spending_alike(two_authorities):
    rows = pd.DataFrame(
        [(HOME, 2025, "core_schools_budget_grant_gbp", 90_000.0)], columns=list(two_authorities.high_needs)[:4]
    )
    area = two_authorities.replace(high_needs=pd.concat([two_authorities.high_needs, rows]))
    plain, given_it = (funding.high_needs(a, *make_children(*BASE)) for a in (two_authorities, area))
    xr.testing.assert_allclose(plain.in_year, given_it.in_year)
    assert (given_it.spend_gbp - plain.spend_gbp).sel(financial_year=2026).item() == pytest.approx(90_000)


def test_a_transfer_given_for_a_year_is_that_year_s_alone(two_authorities):
    rows = [(HOME, 2025, "schools_block_gbp", 2e8), (HOME, 2025, "schools_block_transfer_share", 0.005)]
    more = pd.DataFrame(rows, columns=list(two_authorities.high_needs)[:4])
    area = two_authorities.replace(high_needs=pd.concat([two_authorities.high_needs, more]))
    moved = funding.high_needs(area, *make_children(*BASE)).income.sel(source="schools_block_transfer", authority=HOME)
    assert moved.isel(draw=0).to_series().to_dict() == {2025: 1_000_000.0, 2026: 0.0}


def test_bands_price_by_need(two_authorities):
    bands = pd.DataFrame(
        [("ASD", "special", 2025, 15_000.0), ("SEMH", "special", 2025, 18_000.0)],
        columns=["need", "setting_type", "financial_year", "top_up_gbp"],
    )
    area = two_authorities.replace(bands=tables.check(bands, tables.BANDS))
    assert moved(area, (HOME, 5, "SEMH", "S1", 1)) == {"1.2.1": 18_000}
    assert moved(area, (HOME, 5, "SEMH", "S1", 1), year=2026) == {"1.2.1": 18_450}  # 2.5 % more


def test_a_band_missing_for_a_state_is_refused_by_name(two_authorities):
    bands = pd.DataFrame(
        [("ASD", "special", 2025, 15_000.0)], columns=["need", "setting_type", "financial_year", "top_up_gbp"]
    )
    area = two_authorities.replace(bands=tables.check(bands, tables.BANDS))
    with pytest.raises(InputError, match=r"no band for SEMH at special, where there are 1\.0 children in 2025-26"):
        funding.high_needs(area, *make_children(*BASE, (HOME, 5, "SEMH", "S1", 1)))


def test_a_band_that_begins_later_prices_its_need_from_then_on(two_authorities):
    bands = pd.DataFrame(
        [("ASD", "special", 2025, 15_000.0), ("SEMH", "special", 2026, 18_000.0)],
        columns=["need", "setting_type", "financial_year", "top_up_gbp"],
    )
    unit = unit_costs(two_authorities.replace(bands=tables.check(bands, tables.BANDS)), [2025, 2026, 2027]).gbp
    semh = unit.sel(authority=HOME, provision="special", need="SEMH")
    assert np.isnan(semh.sel(financial_year=2025).item())
    assert semh.sel(financial_year=2026).item() == 18_000
    assert semh.sel(financial_year=2027).item() == pytest.approx(18_450)


def test_bands_for_later_years_only_say_which_years_there_are(two_authorities):
    bands = pd.DataFrame(
        [("ASD", "special", 2027, 15_000.0)], columns=["need", "setting_type", "financial_year", "top_up_gbp"]
    )
    area = two_authorities.replace(bands=tables.check(bands, tables.BANDS))
    with pytest.raises(MissingError, match="no band at special for 2025-26: there are bands for 2027-28"):
        funding.high_needs(area, *make_children(*BASE))


def test_a_transfer_from_the_schools_block_is_income_and_one_above_the_limit_is_noted(two_authorities):
    rows = pd.DataFrame([(HOME, 2025, "schools_block_gbp", 2e8)], columns=list(two_authorities.high_needs)[:4])
    own = two_authorities.replace(
        high_needs=tables.check(pd.concat([two_authorities.high_needs, rows]), tables.HIGH_NEEDS)
    )

    def asked(share: float) -> funding.HighNeedsBudget:
        area = ChangeAssumption("funding.schools_block_transfer_share", share)(own)
        return funding.high_needs(area, *make_children(*BASE))

    none, half = asked(0.0), asked(0.005)
    assert (half.income.sel(source="schools_block_transfer", authority=HOME) == 1_000_000).all()
    assert (half.income.sel(source="schools_block_transfer", authority=NEXT) == 0).all()
    later = {"authority": HOME, "draw": 0, "financial_year": 2026}
    assert (half.balance - none.balance).sel(**later).item() == pytest.approx(2_000_000)
    assert not any("schools forum" in says for says in half.notes["says"])
    assert any("1.00% is above the 0.5% that a schools forum" in says for says in asked(0.01).notes["says"])


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("funding.top_up_inflation", 5, "5 % is written 0.05"),
        ("funding.fee_inflation", 0.8, "-0.2 to 0.3 is expected"),
        ("funding.block_growth_after", 0.9, "-0.2 to 0.3 is expected"),
        ("funding.centrally_met_share", -0.5, "0 to 1 is expected"),
        ("funding.overfill_place_share", 10, "0 to 1 is expected"),
        ("funding.academy_share_mainstream", 61.2, "61.2 % is written 0.612"),
        (
            "funding.schools_block_transfer_share",
            0.5,
            "0.5 is 50% of the schools block; 0.5% is the most, written 0.005",
        ),
        ("funding.schools_block_transfer_share", 0.005, "no schools_block_gbp to take it from"),
        ("funding.stability_grant_is_paid", 0.9, "is neither 1"),
        ("funding.import_export_follows_children", 2, "0 to 1 is expected"),
        ("funding.reconcile_to_reported", 0.5, "is neither 1"),
        ("funding.carry_unexplained", 0.5, "is neither 1"),
    ],
)
def test_an_assumption_that_can_t_be_read_is_refused_with_what_was_expected(two_authorities, name, value, says):
    with pytest.raises(InputError, match=says):
        funding.high_needs(ChangeAssumption(name, value)(two_authorities), *make_children(*BASE))


def test_a_negative_rate_is_refused_by_the_table_and_by_the_method(two_authorities):
    wrong = two_authorities.unit_costs.assign(gbp=-1.0)
    with pytest.raises(InputError, match="below 0"):
        tables.check(wrong, tables.UNIT_COSTS)
    with pytest.raises(InputError, match="-1 GBP in 2025-26 is below 0"):
        funding.high_needs(two_authorities.replace(unit_costs=wrong), *make_children(*BASE))


def test_a_forecast_of_one_january_is_refused(two_authorities):
    plans, placed = make_children(*BASE)
    with pytest.raises(InputError, match="a financial year spans two Januaries"):
        funding.high_needs(two_authorities, Plans(plans.plans.isel(year=[0])), Placed(placed.attending.isel(year=[0])))


def test_an_allocation_of_another_forecast_is_refused(two_authorities):
    plans, placed = make_children(*BASE)
    strange = replace(placed, attending=placed.attending.assign_coords(draw=[99]))
    with pytest.raises(InputError, match="draw 99 was placed but never forecast"):
        funding.high_needs(two_authorities, plans, strange)
    late = replace(placed, attending=placed.attending.isel(year=[0, 1]))
    with pytest.raises(InputError, match="different years"):
        funding.high_needs(two_authorities, plans, late)


def test_a_child_at_an_unknown_school_is_refused(two_authorities):
    plans, placed = make_children(*BASE)
    names = [*SCHOOLS, *DESTINATIONS]
    strange = placed.attending.assign_coords(setting=["999999", *names[1:]])
    with pytest.raises(InputError, match=r"placed at .999999., which is not in settings\.csv"):
        funding.high_needs(two_authorities, plans, Placed(strange))


def test_an_item_that_is_not_known_is_said_with_the_nearest(two_authorities):
    rows = pd.DataFrame([(HOME, 2024, "therapy_gbp", 1.0)], columns=["authority", "financial_year", "item", "amount"])
    area = two_authorities.replace(high_needs=pd.concat([two_authorities.high_needs, rows]))
    says = funding.high_needs(area, *make_children(*BASE)).notes["says"]
    assert any("item 'therapy_gbp' is not known and not used; did you mean 'therapies_gbp'" in s for s in says)


def test_the_needs_of_the_forecast_need_not_be_all_of_them(two_authorities):
    budget = funding.high_needs(two_authorities, *make_children(*BASE))
    assert list(budget.children["need"].values) == list(NEEDS)


def test_the_notes_say_what_the_grant_could_pay_and_when_the_override_ends(two_authorities):
    deep = [*BASE, (HOME, 5, "ASD", "I1", 40)]
    budget = funding.high_needs(two_authorities, *make_children(*deep))
    says = list(budget.notes["says"])
    owed = float((-budget.balance.sel(financial_year=2025)).clip(min=0).sum())
    assert any(f"up to {0.9 * owed / 1e6:,.1f}m GBP" in s for s in says)
    over = ChangeAssumption("funding.override_last_financial_year", 2025)(two_authorities)
    says = list(funding.high_needs(over, *make_children(*deep)).notes["says"])
    assert any("the statutory override ends in March 2026, with a deficit" in s for s in says)
    assert any("would not expect councils to fund future SEND costs from general funds" in s for s in says)


def test_unverified_national_values_are_named_in_the_notes(two_authorities):
    says = list(funding.high_needs(two_authorities, *make_children(*BASE)).notes["says"])
    assert sum(s.startswith("unverified: ") for s in says) == 4


def test_no_public_name_is_also_a_module():
    from pathlib import Path

    modules = {p.stem for p in Path(funding.__file__).parent.glob("*.py")}
    assert not modules & set(funding.__all__)
