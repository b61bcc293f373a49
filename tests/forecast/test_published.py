"""On published authorities: better than a ruler, and as wide as it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import panel
from sufficiency.area.area import Area
from sufficiency.forecast import Backtest, backtest


@pytest.fixture(scope="module")
def some(published: Path) -> Area:
    area = panel.area(published)
    codes = sorted(area.authorities)[::6]
    kept = {n: getattr(area, n) for n in ("plans", "population", "requests", "flows")}
    return area.replace(
        authorities={c: area.authorities[c] for c in codes},
        **{n: f[f["authority"].isin(codes)] for n, f in kept.items()},
    )


@pytest.fixture(scope="module")
def record(some: Area) -> Backtest:
    return backtest(some, origins=[2021, 2022], draws=60)


def test_errors_are_under_those_of_every_ruler_for_all_plans(record: Backtest) -> None:
    errors = record.scores().set_index(["horizon", "method"])["median_ape"].unstack()
    assert (errors["model"] <= errors.drop(columns="model").min(axis=1) * 1.01).all()


@pytest.mark.parametrize("by", ["setting_group", "age_group"])
def test_intervals_hold_about_as_often_as_they_say(record: Backtest, by: str) -> None:
    found = record.scores(by).query("method == 'model'")
    odd = ["not_recorded", "alternative_provision"]  # how a return is filled in, and few children
    found = found[~found[by].isin(odd)]
    inside = (found["coverage_90"] * found["cases"]).sum() / found["cases"].sum()
    assert 0.8 < inside < 0.97


def test_ages_of_januaries_to_2022_are_exact_by_age_group(some: Area) -> None:
    then = some.plans[some.plans["year"].isin([2019, 2020, 2021, 2022])]
    assert then["ncy"].notna().mean() > 0.9
