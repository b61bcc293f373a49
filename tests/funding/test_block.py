"""The high needs block reproduces what was published, authority by authority, to the pound."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency import policy
from sufficiency.errors import InputError
from sufficiency.funding.block import block
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
