"""The high needs block reproduces what was published, authority by authority, to the pound."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency import policy, tables
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.funding.block import block
from sufficiency.scenarios.levers import ChangeAssumption
from tests.funding.dsg import BLOCK_COLUMNS, dsg_rows

TABLES = Path(__file__).parent / "tables"
TOTALS = ("ENGLAND", "East Midlands")  # sums of authorities, each rounded up


@pytest.fixture(scope="module")
def blocks() -> pd.DataFrame:
    """Return the published blocks of Northamptonshire, its neighbours and England, 2020-21 to 2023-24."""
    return pd.read_csv(TABLES / "high_needs_blocks.csv")


def components(blocks: pd.DataFrame) -> pd.DataFrame:
    """Return what the identity needs; the additional allocation is left to the rule."""
    return blocks[[c for c in block.COMPONENTS if c != "additional_gbp"]].dropna(axis=1, how="all")


@pytest.mark.parametrize("year", [2020, 2021, 2022, 2023])
def test_the_block_of_every_authority_follows_from_its_components_to_the_pound(blocks, year):
    of_year = blocks[(blocks["financial_year"] == year) & ~blocks["area"].isin(TOTALS)]
    found = block.block_gbp(components(of_year), financial_year=year)
    assert len(found) >= 11
    pd.testing.assert_series_equal(found, of_year["block_gbp"], check_names=False)


@pytest.mark.parametrize("year", [2020, 2021, 2022, 2023])
def test_england_follows_within_the_rounding_of_its_printed_unit(blocks, year):
    england = blocks[(blocks["financial_year"] == year) & (blocks["area"] == "ENGLAND")].iloc[0]
    found = block.block_gbp(components(england.to_frame().T.infer_objects()).iloc[0].to_dict(), financial_year=year)
    half_a_penny = 0.005 * england["special_pupils"]
    assert abs(found - england["block_gbp"]) <= half_a_penny + 160  # and one pound for each authority rounded up


def test_north_northamptonshire_in_2023_is_57_925_150():
    north = {
        "nff_elements_gbp": 50_530_962,
        "basic_entitlement_gbp": 4_684.12,
        "special_pupils": 1_313,
        "import_export_gbp": block.import_export_gbp(-274, financial_year=2023),
        "special_free_school_gbp": 546_986,
        "hospital_gbp": 20_900,
    }
    assert block.block_gbp(north, financial_year=2023) == 57_925_150
    assert block.block_gbp(north | {"additional_gbp": 2_320_052}, financial_year=2023) == 57_925_150


def test_every_published_block_sheet_is_reproduced(published):
    for year in (2020, 2021, 2022, 2023):
        sheet = dsg_rows(published, year, "High_needs_block")
        sheet.columns = ["area", *BLOCK_COLUMNS[year]]
        authorities = sheet[~sheet["area"].isin(TOTALS)].set_index("area")
        given_components = authorities[[c for c in authorities if c in block.COMPONENTS and c != "additional_gbp"]]
        found = block.block_gbp(given_components, financial_year=year)
        pd.testing.assert_series_equal(found, authorities["block_gbp"].astype("int64"), check_names=False)
        summary = dsg_rows(published, year, "Allocations_summary").set_index(0)
        assert (summary.loc[found.index, 3].astype("int64") == found).all()


@given(st.integers(-500, 500), st.integers(0, 3_000), st.integers(1, 100_000_000))
def test_one_more_child_brought_in_adds_6_000_and_one_more_pupil_the_basic_entitlement(net, pupils, formula):
    def total(net: int, pupils: int) -> int:
        return block.block_gbp(
            {
                "nff_elements_gbp": formula,
                "basic_entitlement_gbp": 4_660,
                "special_pupils": pupils,
                "import_export_gbp": block.import_export_gbp(net, financial_year=2021),
            },
            financial_year=2021,
        )

    assert total(net + 1, pupils) - total(net, pupils) == 6_000
    assert total(net, pupils + 1) - total(net, pupils) == 4_660


def test_a_missing_component_is_named():
    with pytest.raises(InputError, match="lacks special_pupils"):
        block.block_gbp({"nff_elements_gbp": 1, "basic_entitlement_gbp": 4_660}, financial_year=2021)


def test_negative_pupils_are_refused():
    with pytest.raises(InputError, match="special_pupils: -3 is below 0"):
        block.block_gbp(
            {"nff_elements_gbp": 1, "basic_entitlement_gbp": 1, "special_pupils": -3},
            financial_year=2021,
        )


def test_the_formula_is_held_between_floor_and_gains_limit():
    parts = {"population": 10e6}
    kept = block.formula_elements_gbp(20e6, parts, population=20_000, baseline_gbp_a_head=980, financial_year=2025)
    assert kept == pytest.approx(980 * 20_000 * 1.07)  # 20m wanted is below the floor of 20.97m
    most = block.formula_elements_gbp(50e6, parts, population=20_000, baseline_gbp_a_head=980, financial_year=2025)
    assert most == pytest.approx(980 * 20_000 * 1.10)


@pytest.mark.parametrize("year", [2018, 2025])
def test_the_proxy_weights_make_a_whole(year):
    weights = [
        r.on(pd.Timestamp(year, 4, 1).date()) for n, r in policy.all_rates().items() if "funding.proxy_weight" in n
    ]
    assert sum(weights) == pytest.approx(1)


def test_each_component_counts_once():
    one_of_each = {
        "nff_elements_gbp": 1_000_000,
        "basic_entitlement_gbp": 4_000,
        "special_pupils": 10,
        "import_export_gbp": -6_000,
        "special_free_school_gbp": 500,
        "hospital_gbp": 70,
        "formula_allocation_gbp": 900_000,
    }
    plain = 1_000_000 + 40_000 - 6_000 + 500 + 70
    assert block.block_gbp(one_of_each, financial_year=2021) == plain
    assert block.block_gbp(one_of_each, financial_year=2022) == plain + math.ceil(900_000 * 0.0412457403)
    assert block.block_gbp(one_of_each | {"additional_gbp": 3}, financial_year=2022) == plain + 3
    nothing = {"nff_elements_gbp": 0, "basic_entitlement_gbp": 0, "special_pupils": 0}
    assert block.block_gbp(nothing, financial_year=2021) == 0
    without = {k: v for k, v in one_of_each.items() if k != "formula_allocation_gbp"}
    assert block.block_gbp(without, financial_year=2022) == plain + math.ceil(1_000_000 * 0.0412457403)


def test_one_negative_figure_among_many_is_refused_and_negative_formula_elements_are_not():
    table = pd.DataFrame({"nff_elements_gbp": [5.0, -5.0], "basic_entitlement_gbp": 0.0, "special_pupils": 0.0})
    found = block.block_gbp(table, financial_year=2021)
    assert (found.name, found.tolist()) == ("block_gbp", [5, -5])
    with pytest.raises(InputError, match="basic_entitlement_gbp: -1 is below 0"):
        block.block_gbp(table.assign(basic_entitlement_gbp=[3.0, -1.0]), financial_year=2021)


@pytest.mark.parametrize(
    ("gbp", "up"), [(10.0, 10), (10.00004, 10), (10.00006, 11), (10.4, 11), (9.9999999, 10), (-0.5, 0)]
)
def test_pounds_go_up_but_not_for_what_binary_fractions_leave(gbp, up):
    assert block.rounded_up(gbp) == up


HOME = "E06000001"


def blocks_of(area: Area, *years: int) -> pd.DataFrame:
    found = block.income(area, years)
    return found[found["authority"] == HOME].set_index("financial_year")


def with_money(area: Area, *rows: tuple[int, str, float]) -> Area:
    money = pd.DataFrame([(HOME, *row) for row in rows], columns=["authority", "financial_year", "item", "amount"])
    return area.replace(high_needs=tables.check(money, tables.HIGH_NEEDS))


def test_a_published_block_is_rolled_forward_then_grows_as_assumed(two_authorities):
    area = ChangeAssumption("funding.roll_forward_growth", 0.01)(two_authorities)
    area = ChangeAssumption("funding.block_growth_after", 0.03)(area)
    found = blocks_of(area, 2028, 2025, 2026, 2027)
    wanted = [1e6, 1.01e6, 1.01e6 * 1.03, 1.01e6 * 1.03**2]
    assert found["gbp"].tolist() == pytest.approx(wanted)
    assert found.index.tolist() == [2025, 2026, 2027, 2028]
    assert found["status"].tolist() == ["sourced", "sourced", "assumed", "assumed"]
    assert found["rule"].tolist()[:2] == ["published for 2025-26", "rolled forward: the formula is suspended"]
    assert found["rule"].iloc[-1] == "assumed growth of 3.0% a year: nothing is published"


def test_a_published_block_holds_whatever_the_year_before_would_grow_to(two_authorities):
    area = with_money(two_authorities, (2025, "block_gbp", 1e6), (2027, "block_gbp", 5e6))
    assert blocks_of(area, 2026, 2027, 2028)["gbp"].tolist() == pytest.approx([1e6, 5e6, 5.1e6])


def test_components_make_a_block_where_no_total_is_given(two_authorities):
    parts = [(2024, "nff_elements_gbp", 9e5), (2024, "basic_entitlement_gbp", 4e3), (2024, "special_pupils", 10.0)]
    assert block.published(with_money(two_authorities, *parts), HOME) == {2024: 940_000}
    assert block.published(with_money(two_authorities, *parts[:2]), HOME) == {}
    assert block.published(with_money(two_authorities, *parts, (2024, "block_gbp", 7.0)), HOME) == {2024: 7}


# The formula gave 7.5 % more a head in 2025-26, between a floor of 7 % and a limit of 10 %; in 2024-25, 4 %.
@pytest.mark.parametrize("people", [0.9, 1.0, 1.2])
@pytest.mark.parametrize(("year", "a_head"), [(2025, 0.075), (2024, 0.04)])
def test_a_block_that_is_not_given_grows_as_others_did_a_head_times_the_people(two_authorities, people, year, a_head):
    table = two_authorities.population
    counts = table["ncy"].between(-2, 13)  # sixteen school years of 100 children
    grows = table["ncy"].isin([-2, 13]) & (table["year"] >= year)  # all growth is in the first and the last of them
    children = (100.0 + 800.0 * (people - 1) * grows).where(counts, 1e6 * table["year"] - 2e9)
    children = children.where(table["year"] >= year - 1, 50.0).where(table["authority"] == HOME, 7.0 * table["year"])
    area = with_money(two_authorities, (year - 1, "block_gbp", 1e6))
    found = blocks_of(area.replace(population=table.assign(children=children)), year)
    assert found["gbp"].item() == pytest.approx(1e6 * (1 + a_head) * people)
    assert found["status"].item() == ("assumed" if year == 2024 else "derived")
    assert found["rule"].item().startswith(f"{a_head:.1%} a head more than the year before")


def test_without_a_block_it_is_england_s_a_plan_times_the_plans_of_the_nearest_january(two_authorities):
    plans = two_authorities.plans
    more = pd.concat([plans, plans.assign(year=2023, plans=plans["plans"] * 3)])
    area = with_money(two_authorities.replace(plans=more), (2025, "therapies_gbp", 0.0))
    a_plan = 12_000e6 / 638_745
    found = blocks_of(area, 2025, 2026)
    assert found["gbp"].tolist() == pytest.approx([40 * a_plan, 40 * a_plan])
    assert found["rule"].iloc[0] == "no block given for this authority: England's a plan, times its plans"
    assert found["rule"].iloc[1] == "rolled forward: the formula is suspended"
    assert blocks_of(area, 2023)["gbp"].item() == pytest.approx(120 * 9_952_172_126 / 517_048)


def test_without_plans_csv_it_goes_by_the_plans_of_states_csv_and_without_both_says_what_is_missing(two_authorities):
    area = with_money(two_authorities.replace(plans=two_authorities.plans.iloc[:0]), (2025, "therapies_gbp", 0.0))
    held = pd.DataFrame({"authority": list(area.authorities), "year": 2026, "ncy": 3, "need": "ASD", "plans": 7})
    with_states = area.replace(states=held.assign(setting_type="special", note=""))
    assert blocks_of(with_states, 2025)["gbp"].item() == pytest.approx(7 * 12_000e6 / 638_745)
    with pytest.raises(MissingError, match=r"neither plans.csv nor states.csv has plans for E0600000\d, so money"):
        blocks_of(area.replace(states=area.states.iloc[:0]), 2025)


def test_the_formula_held_before_its_last_year_too(two_authorities):
    found = blocks_of(with_money(two_authorities, (2021, "block_gbp", 1e6)), 2022, 2023, 2024)
    limits = [1.11, 1.11 * 1.07, 1.11 * 1.07 * 1.04]  # England grew by 13.7 % and 10.7 %, the limits were 11 % and 7 %
    assert found["gbp"].tolist() == pytest.approx([1e6 * limit for limit in limits])
    assert found["status"].tolist() == ["derived", "derived", "assumed"]  # no block of 2024-25 is at hand


def test_a_year_before_the_first_published_block_is_by_plans_too(two_authorities):
    found = blocks_of(two_authorities, 2024, 2025)
    assert found["gbp"].tolist() == pytest.approx([40 * 10_700e6 / 576_474, 1e6])
    assert found["status"].tolist() == ["derived", "sourced"]


def test_historic_spend_counts_half(two_authorities):
    held = block.formula_elements_gbp(
        20e6, {"population": 10e6, "fsm": 1e6}, population=19_500, baseline_gbp_a_head=1_000, financial_year=2025
    )
    assert held == pytest.approx(21e6)  # between 20.9m and 21.5m


def test_what_is_assumed_of_2024_25_can_be_set_and_what_follows_from_it_says_so(two_authorities):
    area = with_money(two_authorities, (2023, "block_gbp", 1e6))
    own = ChangeAssumption("funding.block_growth_2024_a_head", 0.05)(area)
    plain, more = (blocks_of(a, 2024, 2025) for a in (area, own))
    assert (more["gbp"] / plain["gbp"]).tolist() == pytest.approx([1.05 / 1.04] * 2)
    assert more["status"].tolist() == ["assumed", "assumed"]
    assert "assumed, since no block of that year is at hand" in more["rule"].iloc[0]
