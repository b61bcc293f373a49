"""The record five to ten years ahead: only what was known then, bundled and any other totals, and bounds that hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.errors import InputError, MissingError
from sufficiency.forecast import england
from sufficiency.forecast.record.backtest_far import METHODS, FarBacktest
from sufficiency.forecast.record.scoring import COLUMNS


@pytest.fixture(scope="module")
def record() -> FarBacktest:
    return sf.forecast.backtest_far(origins=[2015, 2016, 2017, 2018], draws=300)


def totals(years: range = range(2012, 2024), growth: float = 0.1) -> pd.DataFrame:
    """Return two authorities whose plans grow evenly."""
    rows = [(a, y, round(n * np.exp(growth * (y - 2012)))) for a, n in (("A", 1_000), ("B", 3_000)) for y in years]
    return pd.DataFrame(rows, columns=["authority", "year", "plans"])


def test_scores_show_every_method_at_five_seven_and_ten_years(record: FarBacktest) -> None:
    found = record.scores()
    assert list(found.columns) == ["horizon", "method", *COLUMNS]
    assert found["method"].tolist() == [*METHODS] * 3
    assert sorted(found["horizon"].unique()) == [5, 7, 10]
    assert "9 in 10 ranges held" in repr(record)
    assert "five to ten years" in record._repr_html_()


def test_four_truths_in_five_lie_in_the_range_seven_years_on_and_it_is_sharper_than_a_random_walk(
    record: FarBacktest,
) -> None:
    found = record.scores().set_index(["horizon", "method"]).loc[7]
    assert found.at["model", "coverage_90"] >= 0.8
    assert found.at["model", "width_90"] < found.at["random walk in growth", "width_90"] / 2
    assert found.at["model", "crps"] < found["crps"].drop("model").min()


def test_a_naive_forecast_has_no_range_and_its_score_is_its_error(record: FarBacktest) -> None:
    naive = record.cases[record.cases["method"] == "last growth"]
    assert (naive["low"] == naive["high"]).all()
    assert naive["crps"].to_numpy() == pytest.approx((naive["forecast"] - naive["truth"]).abs().to_numpy())


def test_what_came_after_the_origin_changes_no_far_forecast() -> None:
    known = england.table("authorities")
    later = known["year"] > 2016
    changed = known.assign(plans=known["plans"].where(~later, 7))
    one, other = (sf.forecast.backtest_far(t, origins=[2016], horizons=[7], draws=20).cases for t in (known, changed))
    assert (one["forecast"] == other["forecast"]).all()
    assert (one["truth"] != other["truth"]).any()


def test_an_authority_s_own_totals_can_be_tested() -> None:
    found = sf.forecast.backtest_far(totals(), horizons=[5], draws=40)
    cases = found.cases[found.cases["method"] == "last growth"]
    assert cases["origin"].unique().tolist() == [2014, 2015, 2016, 2017, 2018]
    assert cases["forecast"].to_numpy() == pytest.approx(cases["truth"].to_numpy(), rel=0.02)


def test_origins_and_horizons_that_cannot_be_used_are_named() -> None:
    with pytest.raises(InputError, match="January 2010 can't be forecast from: expected 2012, 2013"):
        sf.forecast.backtest_far(origins=[2010])
    with pytest.raises(InputError, match="horizons is 0: a whole number of 1 or more"):
        sf.forecast.backtest_far(horizons=[0])
    with pytest.raises(InputError, match="the column 'plans' is missing"):
        sf.forecast.backtest_far(totals().drop(columns="plans"))
    with pytest.raises(MissingError, match="needs plans of 7 years or more; they are known for January 2012 to 2016"):
        sf.forecast.backtest_far(totals(range(2012, 2017)), horizons=[5])


def test_bundled_totals_are_those_published() -> None:
    long = england.table("authorities").set_index(["authority", "year"])["plans"]
    assert long["E10000021", 2026] == 5_372 + 5_337  # North and West Northamptonshire
    assert ("E09000025", 2025) not in long.index  # Newham's count looks wrong
    assert long["E08000037", 2026] == 2_046  # Gateshead
