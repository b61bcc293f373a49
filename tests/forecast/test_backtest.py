"""The backtest: only what was known then, every method side by side, and scores that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sufficiency as sf
from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.forecast.record import naive
from sufficiency.forecast.record.backtest import METHODS, Backtest
from sufficiency.forecast.record.past_areas import as_of, joined
from sufficiency.forecast.record.scoring import COLUMNS, crps, score, with_errors
from sufficiency.scenarios.levers import ChangeRate
from tests.forecast import areas


@pytest.fixture(scope="module")
def record() -> Backtest:
    return sf.forecast.backtest(sf.example_area(), draws=60)


def test_scores_show_every_method_at_every_horizon(record: Backtest) -> None:
    found = record.scores()
    assert list(found.columns) == ["horizon", "method", *COLUMNS]
    assert set(found["method"]) == set(METHODS)
    assert sorted(found["horizon"].unique()) == [1, 2, 3]
    assert found["coverage_90"].between(0, 1).all()


@pytest.mark.parametrize("by", ["setting_type", "setting_group", "age_group", "phase", "ncy", "authority", "origin"])
def test_scores_by_a_label_have_its_column(record: Backtest, by: str) -> None:
    found = record.scores(by)
    assert list(found.columns) == ["horizon", "method", by, *COLUMNS]
    assert len(found)


def test_needs_cannot_be_scored_where_one_january_has_them(record: Backtest) -> None:
    with pytest.raises(MissingError, match="nothing can be scored by need"):
        record.scores("need")


def test_needs_are_scored_where_two_januaries_have_them() -> None:
    area = areas.area(plans=areas.plans(years=(2023, 2024, 2025)))
    held = area.plans.groupby(["authority", "year", "ncy", "setting_type"], as_index=False)["plans"].sum()
    states = held[held["year"] >= 2024].assign(need=lambda f: np.where(f["ncy"] % 2, "ASD", "SEMH"))
    with_needs = area.replace(states=tables.check(states, tables.STATES))
    found = sf.forecast.backtest(with_needs, horizons=(1,), draws=20).scores("need")
    assert {"ASD", "SEMH"} <= set(found["need"])
    assert found.set_index(["method", "need"]).loc[("model", "ASD"), "wape"] < 40


def test_only_labels_that_make_one_table_are_taken(record: Backtest) -> None:
    with pytest.raises(InputError, match="one label at a time"):
        record.scores("setting_type", "age_group")


def test_what_came_after_the_origin_changes_nothing() -> None:
    area = sf.example_area()
    later = area.plans["year"] > 2023
    changed = area.replace(plans=area.plans.assign(plans=area.plans["plans"].where(~later, 7)))
    runs = [sf.forecast.backtest(a, origins=[2023], horizons=(1,), draws=20).runs[0] for a in (area, changed)]
    assert (runs[0].by_setting == runs[1].by_setting).all()
    assert (runs[0].by_ncy == runs[1].by_ncy).all()


def test_an_area_as_of_a_january_has_no_later_rows_and_no_levers() -> None:
    area = ChangeRate("joining", 0.5, since=2027)(sf.example_area())
    then = as_of(area, 2022)
    assert then.base_year == 2022
    for name in ("plans", "states", "flows", "requests", "population"):
        frame = getattr(then, name)
        assert frame.empty or frame["year"].max() <= 2022
    assert then.changes.empty


def test_an_origin_that_cannot_be_used_is_refused_with_those_that_can() -> None:
    with pytest.raises(InputError, match=r"January 2019 can't be forecast from: expected 2020, 2021"):
        sf.forecast.backtest(sf.example_area(), origins=[2019], draws=5)


def test_too_few_januaries_to_test_are_said_to_be() -> None:
    with pytest.raises(InputError, match=r"plans.csv has January 2025: a test needs a January before the one"):
        sf.forecast.backtest(areas.area(plans=areas.plans(years=(2025,))), draws=5)


def test_areas_are_joined_and_each_authority_once() -> None:
    one = areas.area()
    other = areas.area(authorities={"C": "Ceeton"}, population=areas.population(authorities="C"),
                       plans=areas.plans(authorities="C"), zones=tables.empty(tables.ZONES),
                       zone_children=tables.empty(tables.ZONE_CHILDREN))  # fmt: skip
    assert list(joined([one, other]).authorities) == ["A", "B", "C"]
    with pytest.raises(InputError, match="A is in two of the areas"):
        joined([one, one])


def test_crps_of_one_draw_is_the_absolute_error() -> None:
    assert crps(np.array([[3.0, 5.0]]), np.array([4.0, 5.0])) == pytest.approx([1.0, 0.0])


def test_crps_of_two_draws_by_hand() -> None:
    # mean |x - y| = 1, half the mean distance between draws = (0 + 2 + 2 + 0) / 4 / 2 = 0.5
    assert crps(np.array([[3.0], [5.0]]), np.array([4.0])) == pytest.approx([0.5])


def test_naive_forecasts_by_hand() -> None:
    history = np.array([[np.nan, 80.0, 100.0], [60.0, 50.0, 40.0]])
    at = {m: naive.forecast(m, history, np.log(1.1), 2) for m in naive.METHODS}
    assert at["last value"].tolist() == [100, 40]
    assert at["linear trend"] == pytest.approx([140, 20])
    assert at["last growth"] == pytest.approx([156.25, 40 * 0.8**2])
    assert at["shrunk growth"] == pytest.approx([100 * 1.25 * 1.1, 40 * 0.8 * 1.1])


def points(origins: tuple[int, ...], authorities: tuple[str, ...] = ("A", "B")) -> pd.DataFrame:
    """Return last value's points: truth 10 % above the forecast in 2021, 20 % in 2022 and so on, as log ratios."""
    rows = [
        (a, o, 1, "all", "last value", 999.0, 1000 * np.exp(0.1 * (o - 2020)) - 1) for o in origins for a in authorities
    ]
    return pd.DataFrame(rows, columns=["authority", "origin", "horizon", "label", "method", "forecast", "truth"])


def test_a_naive_range_comes_from_the_errors_of_other_origins() -> None:
    found = with_errors(points((2021, 2022, 2023, 2024)), "model")
    last = found[found["origin"] == 2024]
    assert (last["high"] < last["truth"]).all()  # 2024's error, the largest, is in no range of its own
    assert last["high"].to_numpy() == pytest.approx(1000 * np.exp(0.3) - 1, rel=0.01)


def test_a_naive_range_of_few_origins_borrows_other_authorities_and_mirrors() -> None:
    one = with_errors(points((2021,)), "model")
    assert one["high"].to_numpy() == pytest.approx(1000 * np.exp(0.1) - 1, rel=0.02)
    assert one["low"].to_numpy() == pytest.approx(1000 * np.exp(-0.1) - 1, rel=0.02)


def test_an_error_alone_makes_no_range_and_no_score() -> None:
    alone = with_errors(points((2021,), ("A",)), "model")
    assert alone[["low", "high", "crps"]].isna().all(axis=None)
    figures = dict(zip(COLUMNS, score(alone), strict=True))
    assert figures["wape"] == pytest.approx(100 * (1 - np.exp(-0.1)), rel=0.01)
    assert all(np.isnan(figures[name]) for name in ("coverage_90", "width_90", "crps"))


def test_the_chart_shows_an_authority_or_all(record: Backtest) -> None:
    assert record.chart().axes[0].get_ylabel() == "EHC plans"
    assert record.chart("E06000062").axes
    with pytest.raises(InputError, match="E07"):
        record.chart("E07000001")


def test_januaries_with_settings_unrecorded_are_not_scored_by_setting() -> None:
    rows = [
        ("A", year, "mainstream" if not hidden else "not_recorded", 100)
        for year, hidden in ((2022, False), (2023, False), (2024, True))
    ]
    plans = pd.DataFrame(rows, columns=["authority", "year", "setting_type", "plans"]).assign(ncy=pd.NA)
    rest = areas.plans(years=(2022, 2023, 2024), authorities="B")
    area: Area = areas.area(
        base_year=2024,
        plans=tables.check(pd.concat([plans, rest]), tables.PLANS),
        population=areas.population(years=(2022, 2023, 2024)),
    )
    found = sf.forecast.backtest(area, horizons=(1,), origins=[2023], draws=10)
    assert set(found.cases("setting_type")["authority"]) == {"B"}
    assert set(found.cases()["authority"]) == {"A", "B"}
