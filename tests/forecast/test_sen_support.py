"""SEN Support: pooled to England, adding up, moved by plans and levers, better than the naive forecasts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sufficiency import tables
from sufficiency.errors import InputError, MissingError
from sufficiency.forecast import sen_support_share
from sufficiency.forecast.sen_support import SenSupportForecast, sen_support
from sufficiency.scenarios.levers import ChangeRate
from sufficiency.words.school_year import NCYS
from tests.forecast.areas import area

ENGLAND_ALL = {2022: 12.6, 2023: 13.0, 2024: 13.6, 2025: 14.2}


def support(
    percent: dict[int, float] | None = None, phases: tuple[str, ...] = ("all", "primary", "secondary"), **pupils: float
) -> pd.DataFrame:
    roll = {"all": 1500.0, "primary": 700.0, "secondary": 500.0} | pupils
    rows = [
        {"authority": a, "year": y, "phase": p, "pupils": roll[p], "sen_support_percent": v}
        for a in "AB"
        for y, v in (percent or ENGLAND_ALL).items()
        for p in phases
    ]
    return tables.check(pd.DataFrame(rows), tables.SEN_SUPPORT)


def forecast(table: pd.DataFrame | None = None, **options: Any) -> SenSupportForecast:
    return sen_support(area(sen_support=support() if table is None else table), **{"to": 2028, "draws": 200, **options})


def test_the_base_year_is_as_observed_in_every_draw() -> None:
    found = forecast(support(phases=("all",))).summary("authority").query("year == 2025")
    assert found["pupils"].tolist() == [213.0] * 6
    assert found["percent"].to_numpy() == pytest.approx(14.2)


def test_a_base_year_that_is_not_counted_yet_is_forecast_with_a_range() -> None:
    """Shares end in January 2024 and pupils in 2023: 2025 is what a forecast from 2024 says, and goes on from there."""
    table = support({2022: 12.6, 2023: 13.0, 2024: 13.6}, phases=("all",))
    table.loc[table["year"] == 2024, "pupils"] = float("nan")
    found = forecast(table, draws=2_000)
    percent = (
        found.summary("authority").query("authority == 'A'").pivot(index="year", columns="level", values="percent")
    )
    assert percent.loc[2025, 0.05] < 13.8 < percent.loc[2025, 0.5] < 14.6 < percent.loc[2025, 0.95]
    assert abs(percent.loc[2026, 0.5] - percent.loc[2025, 0.5]) < 0.7, "one year's growth, not two"
    assert float(found.rolls.sel(year=2025).mean()) == pytest.approx(1500, rel=0.02), (
        "the last roll counted, not children"
    )
    assert "counted to January 2024" in found.notes["says"].iloc[0]


def test_an_authority_that_is_a_january_behind_goes_on_from_its_own() -> None:
    table = support(phases=("all",))
    behind = table[(table["authority"] != "B") | (table["year"] < 2025)]
    percent = forecast(behind).summary("authority", levels=(0.5,)).set_index(["authority", "year"])["percent"]
    assert percent["A", 2025] == pytest.approx(14.2)
    assert 14.0 < percent["B", 2025] < 14.5, "13.6 in January 2024, and a year of England's growth"


def test_phases_add_up_to_all_schools_in_every_draw() -> None:
    """213 of 1,500 in all schools, 99 of 700 and 71 of 500 in the phases: 43 elsewhere, 300 on roll."""
    found = forecast()
    assert found.pupils["phase"].to_numpy().tolist() == ["primary", "secondary", "other"]
    assert found.pupils.sel(year=2025, draw=0, authority="A").to_numpy().tolist() == [99, 71, 43]
    alone = forecast(support(phases=("all",)))
    assert float(found.rolls.sum("phase").isel(year=0, draw=0, authority=0)) == 1500
    expected = alone.pupils.mean("draw").sum("phase")
    assert np.allclose(found.pupils.sum("phase").mean("draw"), expected, rtol=0.02)


def test_an_authority_that_is_as_england_goes_as_england() -> None:
    table = support(phases=("all",))
    learnt = sen_support_share.Learnt.of(area().value)
    found = sen_support_share.expected(sen_support_share.observed(table, since=2016, to=2025), learnt, 2)
    england = [np.log(p / (100 - p)) for p in (13.6, 14.2)]
    step = learnt.england_damping * (england[1] - england[0])
    assert found[0, 0] == pytest.approx(england[1] + step, abs=0.005)
    assert found[0, 1] == pytest.approx(england[1] + step * (1 + learnt.england_damping), abs=0.008)


def test_an_authority_far_from_england_comes_slowly_closer() -> None:
    series = sen_support_share.observed(support(dict.fromkeys(range(2020, 2026), 20.0), ("all",)), since=2016, to=2025)
    learnt = sen_support_share.Learnt.of(area().value)
    distance = sen_support_share.expected(series, learnt, 10) - sen_support_share.expected(
        sen_support_share.observed(support(phases=("all",)), since=2016, to=2025), learnt, 10
    )
    assert (np.diff(distance[0]) < 0).all()
    assert distance[0, -1] > 0


def test_januaries_of_the_older_definition_are_left_out() -> None:
    old = {2012: 40.0, 2014: 40.0, 2015: 30.0}
    with_old = forecast(support(old | ENGLAND_ALL, ("all",)))
    assert with_old.pupils.equals(forecast(support(phases=("all",))).pupils)


def test_one_january_is_enough_and_none_is_refused() -> None:
    assert float(forecast(support({2025: 13.0}, ("all",))).pupils.sel(year=2026).mean()) > 0
    with pytest.raises(MissingError, match="no percentage between 0 and 100 since 2016 for A, all"):
        forecast(support({2014: 13.0}, ("all",)))


def test_a_missing_january_is_stepped_over() -> None:
    gap = support({y: v for y, v in ENGLAND_ALL.items() if y != 2024}, ("all",))
    assert np.isfinite(forecast(gap).summary()["percent"]).all()


def test_a_phase_that_one_authority_lacks_is_named() -> None:
    table = support()
    with pytest.raises(MissingError, match="B, secondary"):
        forecast(table[~((table["authority"] == "B") & (table["phase"] == "secondary"))])


def test_an_area_without_sen_support_is_refused() -> None:
    with pytest.raises(MissingError, match="Tiny has no SEN Support"):
        sen_support(area(), to=2028)


def test_by_ncy_sums_to_the_phase() -> None:
    found = forecast()
    by_ncy = found.by_ncy()
    np.testing.assert_array_equal(by_ncy.sum("ncy"), found.pupils.transpose(*by_ncy.sum("ncy").dims))
    primary = by_ncy.sel(phase="primary", authority="A", year=2025, draw=0)
    assert int(primary.sel(ncy=6)) > int(primary.sel(ncy=0))
    assert found.summary("ncy").query("ncy == 13")["pupils"].max() == 0


def test_a_lever_scales_sen_support_from_its_year() -> None:
    base = area(sen_support=support(phases=("all",)))
    less = ChangeRate("sen_support", 0.5, 2027)(base)
    before, after = (sen_support(a, to=2028, draws=50) for a in (base, less))
    ratio = (after.pupils.sum(["authority", "phase"]) / before.pupils.sum(["authority", "phase"])).mean("draw")
    assert ratio.to_numpy() == pytest.approx([1, 1, 0.5, 0.5], abs=0.01)


def test_a_lever_by_need_is_refused() -> None:
    asked = ChangeRate("sen_support", 0.5, 2027, need="ASD")(area(sen_support=support()))
    with pytest.raises(InputError, match="not forecast by need"):
        sen_support(asked, to=2028, draws=5)


class Plans:
    """Plans as another part hands them on."""

    def __init__(self, each: int) -> None:
        coords = {"draw": range(200), "year": range(2025, 2029), "authority": ["A", "B"], "ncy": list(NCYS)}
        shape = tuple(len(v) for v in coords.values())
        self.plans = xr.DataArray(np.full(shape, each), coords=coords, dims=list(coords))
        self.plans = self.plans.expand_dims(need=["ASD"], setting_type=["mainstream"])
        self.homes = xr.DataArray()


def test_a_child_given_a_plan_leaves_sen_support() -> None:
    """One plan more at each of seven primary years, 0.8 of them from SEN Support: six fewer pupils, to the nearest."""
    found = forecast()
    after = found.with_plans(Plans(3), Plans(2))
    change = (after.pupils - found.pupils).sel(draw=5, year=2027, authority="B")
    assert change.to_numpy().tolist() == [-6, -4, 0]
    assert found.with_plans(Plans(2), Plans(2)).pupils.equals(found.pupils)


def test_plans_of_other_draws_are_refused() -> None:
    with pytest.raises(InputError, match="forecast both alike"):
        forecast(draws=300).with_plans(Plans(3), Plans(2))


def test_the_long_series_is_compared_and_its_old_definition_left_out() -> None:
    rows = [(2012, "pupils", 1000), (2012, "sen_support", 180), (2025, "pupils", 3000), (2025, "sen_support", 420)]
    long = tables.check(pd.DataFrame(rows, columns=["year", "measure", "count"]), tables.LONG_VIEW)
    found = (
        sen_support(area(sen_support=support(phases=("all",)), long_view=long), to=2026, draws=3).notes["says"].tolist()
    )
    assert found == [
        "January 2012, 18.0 % of pupils, is left out: SEN was counted otherwise before 2016",
        "January 2025: 14.0 % of pupils in the long series, 14.2 % as published",
    ]


def test_a_notebook_shows_a_table() -> None:
    assert "Secondary" in forecast(draws=3)._repr_html_()


def test_a_year_that_is_past_is_refused() -> None:
    with pytest.raises(InputError, match=r"not after the base year|is 0: a whole number"):
        forecast(to=2025)


def test_the_same_seed_gives_the_same_pupils() -> None:
    assert forecast(seed=3).pupils.equals(forecast(seed=3).pupils)
    assert not forecast(seed=3).pupils.equals(forecast(seed=4).pupils)


def test_an_unknown_cut_is_refused() -> None:
    with pytest.raises(InputError, match="'need' is not one of year, authority, phase, ncy, age_group"):
        forecast().summary("need")


def test_it_beats_last_value_and_linear_trend(published: Any) -> None:
    """Authorities of DfE's interactive tool, January 2019 to 2024, one to three years ahead, each phase."""
    from benchmarks.sen_support_accuracy import authorities, scores

    found = scores(sen_support_share.backtest(authorities(published)))
    mean = found["mean"].to_frame().pivot_table(index=["phase", "horizon"], columns="method", values="mean")
    assert (mean["model"] < 0.9 * mean["last value"]).all()
    assert (mean["model"] < 0.9 * mean["linear trend"]).all()
    assert found["inside"].dropna().between(0.8, 0.95).all()


def test_england_goes_on_by_its_last_change_or_the_usual_one_where_that_is_more() -> None:
    plain = (1.0, 0.0, 0.0)
    assert sen_support_share._gone_on(np.array([0.0, 0.1, 0.3]), 2, plain) == pytest.approx([0.5, 0.7])
    assert sen_support_share._gone_on(np.array([0.0, 0.4, 0.3]), 2, plain) == pytest.approx([0.45, 0.6])
    assert sen_support_share._gone_on(np.array([0.3]), 2, plain) == pytest.approx([0.3, 0.3])


def test_half_of_a_quickening_goes_on_and_fades() -> None:
    # changes 0.1 and 0.2: the next would be 0.3; half of the 0.1 more goes on, then half of that half
    found = sen_support_share._gone_on(np.array([0.0, 0.1, 0.3]), 2, (1.0, 0.5, 0.5))
    assert found == pytest.approx([0.3 + 0.25, 0.3 + 0.25 + 0.275])
