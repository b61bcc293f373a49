"""Small areas: shares that sum to one, counts that sum to the authority's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency import tables
from sufficiency.errors import InputError, MissingError
from sufficiency.forecast import small_area
from sufficiency.forecast.homes import by_district, homes
from sufficiency.words.school_year import NCYS
from tests.forecast.areas import area, zone_children, zones


def counts(values: np.ndarray, authorities: str = "AB") -> xr.DataArray:
    return xr.DataArray(
        values,
        coords={"draw": range(values.shape[0]), "year": [2025, 2026], "authority": list(authorities), "ncy": [3, 12]},
        dims=("draw", "year", "authority", "ncy"),
    )


def test_shares_sum_to_one_over_each_authority_at_every_ncy() -> None:
    by_authority = homes(area()).groupby("authority").sum("zone")
    assert np.allclose(by_authority, 1.0)


def test_deprived_zones_have_more_plans_by_the_stated_relative_rate() -> None:
    """With equal children, A1 (none deprived) and A2 (half) stand as 1 to 1 + 1.25 x 0.5."""
    found = homes(area()).sel(ncy=5)
    assert float(found.sel(zone="A2") / found.sel(zone="A1")) == pytest.approx(1.625)


def test_sen_support_leans_less_on_deprivation_than_plans_do() -> None:
    plans, support = (homes(area(), kind=k).sel(ncy=5, zone="A2") for k in ("plans", "sen_support"))
    assert float(support) < float(plans)


def test_a_zone_without_a_deprivation_figure_takes_its_authority_mean() -> None:
    unknown = zones()
    unknown.loc[unknown["zone"] == "B2", "deprivation"] = np.nan
    found = homes(area(zones=unknown)).sel(ncy=5)
    assert float(found.sel(zone="B1")) == pytest.approx(float(found.sel(zone="B2")))


def test_without_children_by_zone_they_are_shared_evenly_but_for_deprivation() -> None:
    bare = area(zone_children=tables.empty(tables.ZONE_CHILDREN))
    assert np.allclose(homes(bare), homes(area()))


def test_known_homes_draw_the_shares_towards_them() -> None:
    """Thirty children at A1: with variance three times chance the prior is fifteen, so two thirds of the weight."""
    seen = pd.DataFrame([{"zone": "A1", "setting": "S", "ncy": 5, "need": "ASD", "children": 30}])
    placed = area(attendance=tables.check(seen, tables.ATTENDANCE))
    before, after = homes(area()), homes(placed)
    assert float(after.sel(zone="A1", ncy=2)) == pytest.approx((30 + 15 * float(before.sel(zone="A1", ncy=2))) / 45)
    assert np.allclose(after.sel(ncy=9), before.sel(ncy=9))
    assert np.allclose(after.groupby("authority").sum("zone"), 1.0)


def test_new_homes_shift_the_shares_once_they_are_lived_in() -> None:
    housing = pd.DataFrame([{"zone": "A3", "year": 2027, "homes": 100.0, "children_per_home": 0.5}])
    built = area(housing=tables.check(housing, tables.HOUSING))
    share = [float(homes(built, year=y).sel(zone="A3", ncy=3)) for y in (2026, 2027)]
    assert share[1] > share[0]


def test_an_area_without_zones_has_no_homes() -> None:
    bare = area(zones=tables.empty(tables.ZONES), zone_children=tables.empty(tables.ZONE_CHILDREN))
    assert homes(bare).sizes == {"zone": 0, "ncy": len(NCYS)}


@settings(max_examples=15)
@given(st.lists(st.integers(0, 60), min_size=16, max_size=16), st.integers(0, 2**32), st.sampled_from([0.0, 1.0, 3.0]))
def test_zones_sum_to_the_authority_in_every_draw(values: list[int], seed: int, overdispersion: float) -> None:
    whole = counts(np.array(values).reshape(2, 2, 2, 2))
    found = small_area.split(whole, homes(area()), np.random.default_rng(seed), overdispersion=overdispersion)
    assert int(found.min()) >= 0
    summed = found.groupby("authority").sum("zone").transpose(*whole.dims)
    np.testing.assert_array_equal(summed, whole)


def test_districts_sum_to_the_authority_too() -> None:
    whole = counts(np.arange(16).reshape(2, 2, 2, 2))
    shares = by_district(homes(area()))
    found = small_area.split(whole, shares, np.random.default_rng(1), overdispersion=3.0)
    assert set(found["zone"].to_numpy()) == {"north", "south", "east"}
    np.testing.assert_array_equal(found.groupby("authority").sum("zone").transpose(*whole.dims), whole)


def test_a_child_goes_to_every_zone_in_proportion_even_where_cells_hold_one() -> None:
    """Rounding to the largest share would put every lone child in A2."""
    whole = counts(np.ones((4000, 2, 2, 2), dtype=int))
    shares = homes(area())
    found = small_area.split(whole, shares, np.random.default_rng(2), overdispersion=0.0).mean(("draw", "year", "ncy"))
    assert np.allclose(found, shares.sel(ncy=3), atol=0.02)


def test_the_same_seed_gives_the_same_zones() -> None:
    whole = counts(np.full((3, 2, 2, 2), 40))
    first, second = (small_area.split(whole, homes(area()), np.random.default_rng(3), overdispersion=3.0) for _ in "ab")
    assert first.equals(second)


def test_zone_totals_vary_as_much_as_stated() -> None:
    """Six hundred children, variance three times chance: a third of them would vary by sqrt(3 x 200)."""
    whole = counts(np.full((2000, 2, 2, 2), 300))
    shares = homes(area())
    found = small_area.split(whole, shares, np.random.default_rng(4), overdispersion=3.0)
    ones = found.sel(zone="B1", year=2025).sum("ncy")
    assert float(ones.var()) == pytest.approx(3 * 600 * 0.25, rel=0.2)  # half of B's: n p (1 - p) times three


def test_a_forecast_of_plans_or_sen_support_by_district_sums_to_it() -> None:
    class Plans:
        plans = counts(np.arange(16).reshape(2, 2, 2, 2)).expand_dims(need=["ASD"], setting_type=["special"])

    class Support:
        def by_ncy(self) -> xr.DataArray:
            return counts(np.arange(16).reshape(2, 2, 2, 2)).expand_dims(phase=["primary"])

    for forecast in (Plans(), Support()):
        found = small_area.by_small_area(area(), forecast)  # type: ignore[arg-type]
        assert found.children.sum("zone").equals(counts(np.arange(16).reshape(2, 2, 2, 2)).sum("authority"))
        by_authority = found.summary("authority", levels=(0.5,)).query("year == 2025")
        assert by_authority["children"].tolist() == [(1 + 17) / 2, (5 + 21) / 2]
        assert set(found.summary("district")["district"]) == {"north", "south", "east"}
    zones_too = small_area.by_small_area(area(), Plans(), to="zone")  # type: ignore[arg-type]
    assert set(zones_too.summary("zone", "phase")["zone"]) == set(zones()["zone"])
    both = zones_too.summary("zone", "district")[["zone", "district"]].drop_duplicates()
    assert both.set_index("zone")["district"].to_dict() == zones().set_index("zone")["district"].to_dict()


def test_a_district_in_two_authorities_is_refused_by_name() -> None:
    muddled = zones()
    muddled.loc[muddled["zone"] == "B1", "district"] = "north"
    with pytest.raises(InputError, match="'north' has zones in A, B"):
        by_district(homes(area(zones=muddled)))


def test_an_authority_without_zones_is_refused_by_name() -> None:
    shares = homes(area())
    with pytest.raises(MissingError, match="no zone belongs to C"):
        small_area.split(
            counts(np.ones((1, 2, 2, 2), dtype=int), "AC"), shares, np.random.default_rng(1), overdispersion=0
        )


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(InputError, match="'sen' is not one of plans, sen_support"):
        homes(area(), kind="sen")  # type: ignore[arg-type]


def test_children_are_those_of_zone_children() -> None:
    doubled = zone_children()
    doubled.loc[doubled["zone"] == "B1", "children"] = 20.0
    found = homes(area(zone_children=doubled)).sel(ncy=5)
    assert float(found.sel(zone="B1")) == pytest.approx(2 / 3)


def test_the_stated_rates_agree_with_the_register_of_schools(published: Path) -> None:
    """Plans in primary schools, January 2019, by free school meals: the stated rate and the stated variance."""
    folder = published / "schools"
    names = ("northants", "neighbour_LAs")
    found = [pd.read_csv(folder / f"{n}_schools_2018_register_with_jan2019_roll.csv") for n in names]
    schools = pd.concat(found)
    schools = schools[schools["census_school_type"] == "State-funded primary"]
    columns = ["number_on_roll_jan2019", "pupils_ehc_jan2019", "pct_fsm_ever6_jan2019"]
    schools[columns] = schools[columns].apply(pd.to_numeric, errors="coerce")
    schools = schools.dropna(subset=columns)
    schools = schools[schools["number_on_roll_jan2019"] > 30]
    roll, plans, meals = (schools[c].to_numpy() for c in columns)
    deprived = roll * meals / 100
    (other, extra), scale = weighted(plans, np.column_stack([roll, deprived]))
    assert 1 + extra / other == pytest.approx(area().value("forecast.plans_relative_rate_deprived"), abs=0.4)
    assert scale == pytest.approx(area().value("forecast.zone_overdispersion"), abs=0.5)


def weighted(counts: np.ndarray, terms: np.ndarray) -> tuple[np.ndarray, float]:
    """Return effects of a Poisson model with an identity link, by iterated weights, and its scaled chi-squared."""
    mean = np.full(len(counts), counts.mean())
    for _ in range(30):
        weight = 1 / np.maximum(mean, 0.05)
        effects = np.linalg.solve(terms.T @ (weight[:, None] * terms), terms.T @ (weight * counts))
        mean = terms @ effects
    return effects, float(((counts - mean) ** 2 / np.maximum(mean, 0.05)).sum() / (len(counts) - terms.shape[1]))
