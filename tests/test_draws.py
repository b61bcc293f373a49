"""Labelled draws: totals within a draw, then quantiles, by every label that a result knows, and asked alike of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

import sufficiency as sf
from sufficiency import draws, labels
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError
from sufficiency.labels import Labels
from sufficiency.outcome import Outcome
from sufficiency.words.school_year import NCYS, phase_of
from sufficiency.words.vocabulary import NEED_GROUP_OF, NEEDS, SETTING_TYPES

DISTRICTS = ["Corby", "Daventry", "Kettering"]


@st.composite
def arrays(draw: st.DrawFn) -> xr.DataArray:
    """Return whole children: draw x year x zone x ncy x need x setting_type, each zone in one of three districts."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    zones = [f"Z{n}" for n in range(draw(st.integers(1, 5)))]
    ncys, needs, types = (
        draw(st.lists(st.sampled_from(list(known)), min_size=1, max_size=6, unique=True))
        for known in (NCYS, NEEDS, SETTING_TYPES)
    )
    shape = (draw(st.integers(1, 4)), draw(st.integers(1, 3)), len(zones), len(ncys), len(needs), len(types))
    coords = {
        "year": range(2025, 2025 + shape[1]),
        "zone": zones,
        "district": ("zone", rng.choice(DISTRICTS, len(zones))),
        "ncy": ncys,
        "need": needs,
        "setting_type": types,
    }
    dims = ("draw", "year", "zone", "ncy", "need", "setting_type")
    return xr.DataArray(rng.integers(0, 50, shape), coords=coords, dims=dims)


asked_by = st.lists(
    st.sampled_from(
        [
            *("year", "zone", "district", "ncy", "phase", "age_group", "need", "need_group"),
            *("setting_type", "setting_group"),
        ]
    ),
    max_size=4,
    unique=True,
)


@given(arrays(), asked_by)
def test_totals_by_any_labels_add_up_to_the_total_in_each_draw(array: xr.DataArray, by: list[str]) -> None:
    known = Labels.of(array)
    values, labels = known.totals(array, known.asked(by))
    assert list(labels) == [name for name in by if name != "year"]
    assert not labels.duplicated().any() or not list(labels)
    whole = array.sum(["zone", "ncy", "need", "setting_type"]).transpose("draw", "year").to_numpy()
    np.testing.assert_array_equal(values.sum(axis=-1), whole)


@given(arrays(), asked_by, st.randoms())
def test_the_order_of_what_comes_in_changes_nothing(array: xr.DataArray, by: list[str], chance: Any) -> None:
    moved = array
    for dim in array.dims[2:]:
        moved = moved.isel({dim: chance.sample(range(array.sizes[dim]), array.sizes[dim])})
    free = [name for name in by if name not in array.dims]  # a dimension keeps its own order
    first, second = (draws.summary({"children": a}, free) for a in (array, moved))
    pd.testing.assert_frame_equal(first, second)


@given(arrays(), asked_by)
def test_a_new_name_of_the_same_rank_changes_only_the_name(array: xr.DataArray, by: list[str]) -> None:
    renamed = array.assign_coords(district=("zone", [f"The {d}" for d in array["district"].to_numpy()]))
    first, second = (draws.summary({"children": a}, by) for a in (array, renamed))
    if "district" in first:
        first["district"] = "The " + first["district"]
    pd.testing.assert_frame_equal(first, second)


@given(arrays(), asked_by)
def test_children_one_by_one_have_the_totals_of_their_array(array: xr.DataArray, by: list[str]) -> None:
    known = Labels.of(array)
    names = known.asked(by)
    at = np.argwhere(array.to_numpy() > 0)
    if not len(at):
        return
    where = {str(dim): at[:, n] for n, dim in enumerate(array.dims) if n > 1}
    cell, labels = known.cells(names, where)
    values, whole = known.totals(array, names)
    count = np.bincount(cell, array.to_numpy()[tuple(at.T)], minlength=len(labels))
    total = whole.assign(total=values.sum(axis=(0, 1))).query("total > 0").reset_index(drop=True)
    pd.testing.assert_frame_equal(labels, total.drop(columns="total"), check_column_type=False)
    np.testing.assert_array_equal(count, total["total"])


def test_the_quantile_of_a_total_is_not_the_total_of_quantiles() -> None:
    plans = xr.DataArray(
        [[[0, 9]], [[5, 5]], [[9, 0]]], dims=("draw", "year", "ncy"), coords={"year": [2025], "ncy": [5, 6]}
    )
    found = draws.summary({"plans": plans}, ["phase"], [0.5, 1.0])
    assert found["plans"].tolist() == [9, 10]
    apart = draws.summary({"plans": plans}, ["ncy"], [1.0])
    assert apart["plans"].sum() == 18


def test_labels_of_one_dimension_go_together_as_the_pairs_that_there_are() -> None:
    one_child_each = xr.DataArray(np.ones((1, 1, len(NCYS))), dims=("draw", "year", "ncy"))
    array = one_child_each.assign_coords(year=[2025], ncy=list(NCYS))
    found = draws.summary({"children": array}, ["phase", "age_group"], [0.5])
    assert list(found.columns) == ["year", "phase", "age_group", "level", "children"]
    pairs = found.set_index(["phase", "age_group"])["children"].to_dict()
    assert pairs == {
        ("early_years", "under 5"): 4,  # ages 0 to 3
        ("primary", "under 5"): 1,  # Reception: 4 on 31 August
        ("primary", "5-10"): 6,
        ("secondary", "11-15"): 5,
        ("post_16", "16-19"): 3,
        ("post_19", "16-19"): 1,  # 19 on 31 August
        ("post_19", "20-25"): 5,
    }


def test_labels_are_in_the_order_of_schooling_and_places_from_a_to_z() -> None:
    array = xr.DataArray(np.ones((1, 1, 2, 3)), dims=("draw", "year", "zone", "ncy"))
    array = array.assign_coords(year=[2025], zone=["b", "a"], ncy=[12, 7, 0], district=("zone", ["West", "East"]))
    found = draws.summary({"n": array}, ["district", "phase"], [0.5])
    assert found["district"].tolist() == ["East"] * 3 + ["West"] * 3
    assert found["phase"].tolist() == ["primary", "secondary", "post_16"] * 2


def test_labels_of_one_dimension_may_stand_apart_and_their_totals_with_them() -> None:
    """Phase, then zone, then age group: two labels of NCY with another between."""
    array = xr.DataArray(
        [[[[1, 2, 4, 8], [16, 32, 64, 128]]]],
        dims=("draw", "year", "zone", "ncy"),
        coords={"year": [2025], "zone": ["z1", "z2"], "ncy": [0, 1, 7, 2]},
    )
    values, names = Labels.of(array).totals(array, ["phase", "zone", "age_group"])
    counted = dict(zip([tuple(row) for row in names.to_numpy()], values[0, 0].tolist(), strict=True))
    assert list(counted.items()) == [
        (("primary", "z1", "under 5"), 1),
        (("primary", "z1", "5-10"), 2 + 8),
        (("primary", "z2", "under 5"), 16),
        (("primary", "z2", "5-10"), 32 + 128),
        (("secondary", "z1", "11-15"), 4),
        (("secondary", "z2", "11-15"), 64),
    ]


def test_a_label_without_a_name_comes_last_and_names_are_plain_values() -> None:
    array = xr.DataArray(np.ones((1, 1, 3)), dims=("draw", "year", "zone"))
    array = array.assign_coords(year=[2025], zone=[3, 1, 2], district=("zone", ["West", None, "East"]))
    known = Labels.of(array).known
    assert known["district"].order[:2] == ("East", "West")
    assert pd.isna(known["district"].order[2])
    assert [type(name) for name in known["zone"].names] == [int] * 3
    assert known["zone"].order == (3, 1, 2)


def test_a_share_of_nobody_is_left_out_of_its_quantile() -> None:
    share = np.array([[[0.2, np.nan]], [[np.nan, np.nan]], [[0.4, np.nan]]])
    found = draws.quantiles({"share": share}, pd.DataFrame({"need": ["ASD", "SLD"]}), [0.5], years=[2025])
    assert found["share"].iloc[0] == pytest.approx(0.3)
    assert np.isnan(found["share"].iloc[1])


def test_what_follows_from_a_code_is_told_for_one_or_many() -> None:
    assert labels.label_of("phase", [3, 9]).tolist() == ["primary", "secondary"]
    assert labels.label_of("need_group", ["SEMH"]).tolist() == [NEED_GROUP_OF["SEMH"]]


def test_an_array_is_asked_by_its_dimensions_and_by_coordinates_along_one_of_them() -> None:
    array = xr.DataArray(
        np.ones((2, 1, 3, 2)),
        dims=("draw", "year", "zone", "ncy"),
        coords={
            "year": [2025],
            "zone": ["z1", "z2", "z3"],
            "ncy": [3, 9],
            "district": ("zone", ["b", "a", "b"]),
            "asked": ("year", ["no"]),
            "both": (("zone", "ncy"), np.zeros((3, 2))),
        },
    )
    known = Labels.of(array)
    assert set(known.known) == {"zone", "ncy", "phase", "age_group", "district"}
    values, names = known.totals(array, ["district"])
    assert values.shape == (2, 1, 2)
    assert names["district"].tolist() == ["a", "b"]
    assert values[0, 0].tolist() == [2.0, 4.0]


def test_a_total_without_years_has_one() -> None:
    array = xr.DataArray(np.arange(6.0).reshape(2, 3), dims=("draw", "ncy"), coords={"ncy": [1, 2, 8]})
    values, names = Labels.of(array).totals(array, ["phase"])
    assert values.shape == (2, 1, 2)
    assert values[:, 0].tolist() == [[1.0, 2.0], [7.0, 5.0]]
    assert names["phase"].tolist() == ["primary", "secondary"]


def test_a_label_that_an_array_has_of_its_own_is_not_worked_out_over_it() -> None:
    array = xr.DataArray(
        np.ones((1, 1, 2, 2)),
        dims=("draw", "year", "phase", "ncy"),
        coords={"year": [2025], "phase": ["a", "b"], "ncy": [3, 9]},
    )
    assert Labels.of(array).known["phase"].names == ("a", "b")


def test_the_least_and_the_most_of_all_draws_can_be_asked_for() -> None:
    values = {"n": np.array([[[3]], [[9]], [[4]]])}
    found = draws.quantiles(values, pd.DataFrame(index=[0]), (1, 0), years=[2025])
    assert found["level"].tolist() == [0.0, 1.0]
    assert found["n"].tolist() == [3.0, 9.0]


@pytest.mark.parametrize("levels", [(50,), (1.5,), (0.5, 2.0), (), (-0.1,), 0.5, ("middle",), (float("nan"),)])
def test_a_level_that_is_no_share_is_refused(levels: Any) -> None:
    with pytest.raises(InputError, match="quantiles between 0 and 1 are expected"):
        draws.quantiles({"n": np.ones((1, 1, 1))}, pd.DataFrame(index=[0]), levels, years=[2025])


@pytest.fixture(scope="module")
def one_future() -> Outcome:
    """Return a run with one future, so that every quantile is its value and parts add up."""
    return sf.run(sf.example_area(), to=2028, draws=1, placed_draws=1, seed=7)


@pytest.fixture(scope="module")
def summaries(one_future: Outcome) -> Mapping[str, Callable[..., pd.DataFrame]]:
    """Return what can be asked of every result."""
    area, plans = one_future.area, one_future.plans
    placed = one_future.placed
    return {
        "plans": plans.summary,
        "flows": plans.flows,
        "support": one_future.support.summary,
        "requests": sf.forecast.requests(area, to=2028, draws=1).summary,
        "small areas": sf.forecast.by_small_area(area, plans, draws=1).summary,
        "placed": placed.summary,
        "shortfall": placed.shortfall,
        "out of area": placed.out_of_area,
        "independent": placed.independent,
        "travel": placed.travel,
        "utilisation": placed.utilisation,
        "value of a place": placed.value_of_a_place,
        "could come home": placed.could_come_home,
        "journeys": one_future.journeys.summary,
        "budget": one_future.budget.summary,
    }


HOME = ("authority", "district", "zone")
CHILD = ("ncy", "phase", "age_group", "need", "need_group")
SCHOOL = ("setting", "name", "setting_type", "setting_group")
KNOWN = {
    "plans": (*HOME, *CHILD, "setting_type", "setting_group"),
    "flows": ("kind", "authority", *CHILD, "setting_type", "setting_group"),
    "support": ("authority", "phase", "ncy", "age_group"),
    "requests": ("authority", "stage"),
    "small areas": ("zone", "district", "authority", "ncy", "phase", "age_group"),
    "placed": (*HOME, *CHILD, *SCHOOL, "kind"),
    "shortfall": (*HOME, *CHILD, *SCHOOL, "kind"),
    "out of area": (*HOME, *CHILD, *SCHOOL, "kind"),
    "independent": (*HOME, *CHILD, *SCHOOL, "kind"),
    "travel": (*HOME, *CHILD, *SCHOOL, "kind"),
    "utilisation": (*SCHOOL, "authority", "district", "is_state"),
    "value of a place": (*SCHOOL, "authority", "district", "is_state", *CHILD),
    "could come home": (*HOME, *CHILD, *SCHOOL, "kind"),
    "journeys": (*HOME, *CHILD, *SCHOOL, "destination", "mode", "mode_group"),
    "budget": ("authority", "line", "provision", "kind", "recouped", "need", "need_group", "phase"),
}
ADDS_UP = {
    "plans": "plans",
    "support": "pupils",
    "small areas": "children",
    "placed": "children",
    "shortfall": "children",
    "out of area": "children",
    "independent": "children",
    "utilisation": "places",
    "could come home": "saves_gbp",
    "journeys": "gbp",
}


@pytest.mark.parametrize("result", KNOWN)
def test_every_result_can_be_asked_by_every_label_that_it_knows(
    result: str, summaries: Mapping[str, Callable[..., pd.DataFrame]]
) -> None:
    ask = summaries[result]
    for name in KNOWN[result]:
        table = ask(name)
        assert table.columns[0] in draws.TIMES
        assert name in table
        assert "level" in table
        assert set(table["level"]) == set(LEVELS)
        if result in ADDS_UP:
            parts, whole = (
                t.query("level == 0.5").groupby(t.columns[0])[ADDS_UP[result]].sum() for t in (table, ask())
            )
            np.testing.assert_allclose(parts, whole, rtol=1e-9)


@pytest.mark.parametrize("result", KNOWN)
def test_an_unknown_label_is_refused_in_the_same_words_by_every_result(
    result: str, summaries: Mapping[str, Callable[..., pd.DataFrame]]
) -> None:
    last = KNOWN[result][0]
    with pytest.raises(
        InputError, match=rf"^'{last}z' is not one of (year|financial_year), .*; did you mean '{last}'\?$"
    ):
        summaries[result](f"{last}z")
    with pytest.raises(InputError, match=rf"^'{last}' is asked for twice: {last}, {last}$"):
        summaries[result](last, last)
    with pytest.raises(InputError, match=r"^levels=\(5,\): quantiles between 0 and 1 are expected"):
        summaries[result](levels=(5,))
    refused = pytest.raises(InputError, match=r"^'nonsense' is not one of")
    with refused as said:
        summaries[result]("nonsense")
    assert all(name in str(said.value) for name in KNOWN[result])


@pytest.mark.parametrize("result", KNOWN)
def test_the_year_comes_first_whether_it_is_named_or_not(
    result: str, summaries: Mapping[str, Callable[..., pd.DataFrame]]
) -> None:
    ask, name = summaries[result], KNOWN[result][0]
    year = "financial_year" if result in ("journeys", "budget") else "year"
    pd.testing.assert_frame_equal(ask(name), ask(name, year))
    assert ask(name).columns[0] == year


def test_plans_by_district_are_shared_as_homes_say(one_future: Outcome) -> None:
    plans = one_future.plans
    found = plans.summary("district", "phase", levels=(0.5,)).query("year == 2028")
    by_hand = xr.dot(
        plans.plans.sel(draw=0, year=2028).sum(["need", "setting_type"]).sel(authority=plans.homes["authority"]),
        xr.DataArray(phase_of(plans.plans["ncy"].to_numpy()) == "primary", dims="ncy"),
        plans.homes.sel(ncy=plans.plans["ncy"]),
        dim="ncy",
    ).groupby("district")
    np.testing.assert_allclose(
        found.query("phase == 'primary'").set_index("district")["plans"], by_hand.sum().to_series().sort_index()
    )


def test_a_run_is_shared_among_its_riders_alike(one_future: Outcome) -> None:
    run = ["year", "authority", "setting", "mode"]
    by_need, whole = (one_future.journeys.summary(*run, *more, levels=(0.5,)) for more in (["need"], []))
    both = by_need[by_need["children"] > 1e-9].merge(whole, on=run, suffixes=("", "_of_the_run"))
    assert len(both) > 500
    np.testing.assert_allclose(both["unit_cost_gbp"], both["unit_cost_gbp_of_the_run"])


def test_a_financial_year_of_journeys_is_five_and_seven_twelfths(one_future: Outcome) -> None:
    years = one_future.journeys.summary("year", "district", levels=(0.5,)).set_index(["district", "year"])["children"]
    found = one_future.journeys.summary("district", levels=(0.5,)).query("financial_year == 2026")
    by_hand = 5 / 12 * years.xs(2026, level="year") + 7 / 12 * years.xs(2027, level="year")
    np.testing.assert_allclose(found.set_index("district")["children"], by_hand)
