"""Population: what is given is kept, the rest is carried forward, and the error is that of the past."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sufficiency import tables
from sufficiency.errors import InputError, MissingError
from sufficiency.forecast.population import projection
from sufficiency.scenarios.levers import ChangeAssumption
from tests.forecast.areas import area
from tests.forecast.areas import population as people


def test_a_projection_is_kept_where_there_is_one() -> None:
    given = people(years=(2025, 2026))
    given.loc[given["year"] == 2026, ["children", "basis"]] = [123.0, "projection"]
    assert np.allclose(projection.expected(area(population=given), 2026).sel(year=2026), 123.0)


def test_a_cohort_ages_with_its_usual_progression() -> None:
    """A tenth more each year up the school, seen in 105,000 children: Year 3 in 2026 is Year 2 in 2025 times 1.1."""
    table = people(100_000.0, years=(2024, 2025))
    late = table["year"] == 2025
    table.loc[late & (table["ncy"] > -4), "children"] = 110_000.0
    found = projection.expected(area(population=table), 2027).sel(authority="A")
    assert float(found.sel(year=2026, ncy=3)) == pytest.approx(110_000 * 1.1, rel=1e-3)
    assert float(found.sel(year=2027, ncy=3)) == pytest.approx(110_000 * 1.1**2, rel=1e-3)
    assert float(found.sel(year=2026, ncy=-3)) == pytest.approx(100_000 * 1.1, rel=1e-3)


def test_few_children_tell_little_of_progression() -> None:
    """A rise of a tenth seen in 105 children, beside 200 who keep their number: 1 + 0.1 x 105 / 305."""
    table = people(100.0, years=(2024, 2025))
    table.loc[(table["year"] == 2025) & (table["ncy"] > -4), "children"] = 110.0
    found = projection.expected(area(population=table), 2026).sel(authority="A")
    assert float(found.sel(year=2026, ncy=3)) == pytest.approx(110 * (1 + 0.1 * 105 / 305))


def test_births_known_a_year_early_are_rows_of_the_youngest() -> None:
    born = pd.DataFrame(
        [{"authority": a, "year": 2026, "ncy": -4, "children": 80.0, "basis": "estimate"} for a in "AB"]
    )
    found = projection.expected(area(population=pd.concat([people(), born])), 2027).sel(authority="A")
    assert float(found.sel(year=2026, ncy=-4)) == 80.0
    assert float(found.sel(year=2027, ncy=-3)) == 80.0
    assert float(found.sel(year=2027, ncy=-4)) == pytest.approx(80 * (80 / 100) ** (0.5 / 2))


def test_the_trend_in_births_is_taken_over_as_many_years_as_the_area_says() -> None:
    """100 born in each of three years and 80 in the last: a fall of a fifth in one year, or of a third of that a year in three."""
    table = people(years=(2022, 2023, 2024, 2025))
    table.loc[(table["year"] == 2025) & (table["ncy"] == -4), "children"] = 80.0
    born = area(population=table)
    for years in (3.0, 1.0):
        own = ChangeAssumption("forecast.births_trend_years", years)(born)
        found = projection.expected(own, 2026).sel(authority="A", year=2026, ncy=-4)
        assert float(found) == pytest.approx(80 * (80 / 100) ** (0.5 / years))


def test_one_january_carries_children_and_keeps_the_profile_of_students() -> None:
    table = people(years=(2025,))
    table.loc[table["ncy"] == 5, "children"] = 140.0
    table.loc[table["ncy"] >= 15, "children"] = 30.0
    found = projection.expected(area(population=table), 2026).sel(authority="A", year=2026)
    assert float(found.sel(ncy=6)) == 140.0
    assert float(found.sel(ncy=15)) == pytest.approx(30.0)


def test_new_homes_bring_their_children_and_keep_them() -> None:
    rows = [{"zone": "A1", "year": 2027, "homes": 100.0, "children_per_home": 0.5}]
    built = area(housing=tables.check(pd.DataFrame(rows), tables.HOUSING))
    more = projection.expected(built, 2028) - projection.expected(area(), 2028)
    assert more.sel(authority="A").sum("ncy").to_numpy().tolist() == pytest.approx([0, 0, 50, 50])
    assert float(abs(more.sel(authority="B")).sum()) == 0


def test_homes_without_a_yield_take_the_national_one_by_age() -> None:
    rows = [{"zone": "B1", "year": 2026, "homes": 1000.0, "children_per_home": np.nan}]
    built = area(housing=tables.check(pd.DataFrame(rows), tables.HOUSING))
    found = projection.in_new_homes(built, 2026).sel(year=2026, zone="B1")
    primary = found.sel(ncy=slice(0, 6)).sum()
    assert float(primary) == pytest.approx(1000 * built.value("forecast.children_per_home_primary"))


def test_draws_start_from_the_same_children_and_widen() -> None:
    found = projection.draws(area(), 2030, 400, np.random.default_rng(1))
    assert found.dims == ("draw", "year", "authority", "ncy")
    spread = found.sel(ncy=8, authority="A").std("draw").to_numpy()
    assert spread[0] == 0
    assert (np.diff(spread) > 0).all()
    assert np.allclose(found.mean("draw"), projection.expected(area(), 2030), rtol=0.03)


def test_draws_are_the_same_for_the_same_stream() -> None:
    first, second = (projection.draws(area(), 2027, 5, np.random.default_rng(9)) for _ in "ab")
    assert first.equals(second)


def test_mid_year_estimates_feed_the_january_after() -> None:
    frame = pd.DataFrame({"authority": "A", "mid_year": 2024, "age": [4, 25], "children": [10.0, 9.0]})
    found = projection.from_mid_year(frame)
    assert found[["year", "ncy", "children"]].to_numpy().tolist() == [[2025, 0, 10.0]]


def test_an_age_that_was_never_counted_is_named() -> None:
    table = people()
    with pytest.raises(MissingError, match="no children of NCY 7 in B by January 2025"):
        projection.expected(area(population=table[~((table["ncy"] == 7) & (table["authority"] == "B"))]), 2026)


def test_a_year_before_the_base_is_refused() -> None:
    with pytest.raises(InputError, match="to=2024 is before the base year, 2025"):
        projection.expected(area(), 2024)


def test_bounds_hold_for_rolls_of_the_past(published) -> None:
    """Rolls of 2020 carried three years on, all authorities at hand: 90 % bounds of Years 4 to 9 hold as stated."""
    rolls = pd.read_csv(published / "school_census" / "pupils_by_nc_year_2011-12_to_2022-23.csv", dtype="str")
    rolls["ncy"] = rolls["nc_year"].map({"reception": 0} | {f"year_group_{i}": i for i in range(1, 12)})
    rolls = rolls.dropna(subset=["ncy"])
    rolls["year"] = rolls["time_period"].str[:4].astype(int) + 1
    rolls["children"] = pd.to_numeric(rolls["headcount"], errors="coerce")
    wide = rolls.pivot_table(index="new_la_code", columns=["year", "ncy"], values="children")
    whole = wide[(wide.min(axis=1) > 400) & wide.notna().all(axis=1)]
    covered = []
    for authority, row in whole.iterrows():
        counted = row.rename("children").reset_index().assign(authority=authority).astype({"ncy": int})
        older = [
            {"authority": authority, "year": 2020, "ncy": n, "children": 100.0}
            for n in range(-4, 21)
            if not 0 <= n <= 11
        ]
        table = pd.concat([counted[counted["year"] <= 2020], pd.DataFrame(older)]).assign(basis="estimate")
        then = area(authorities={authority: authority}, population=table, base_year=2020)
        drawn = projection.draws(then, 2023, 200, np.random.default_rng(0)).sel(
            ncy=slice(4, 9), year=2023, authority=authority
        )
        low, high = np.quantile(drawn.sum("ncy"), [0.05, 0.95])
        truth = counted[(counted["year"] == 2023) & counted["ncy"].between(4, 9)]["children"].sum()
        covered.append(low <= truth <= high)
    assert len(covered) > 60
    assert 0.80 <= np.mean(covered) <= 0.98, np.mean(covered)
