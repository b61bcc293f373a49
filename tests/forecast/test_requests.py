"""Requests: they add up, follow plans where given, and levers change new plans by the amount they say."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sufficiency as sf
from sufficiency import tables
from sufficiency.errors import InputError, MissingError
from sufficiency.forecast.plan_forecast import PlanForecast
from sufficiency.forecast.requests import RequestsForecast, requests, shares
from sufficiency.scenarios.levers import ChangeAssumption, ChangeRate
from tests.forecast.areas import area


def asked(**changed: Any) -> pd.DataFrame:
    rows = [
        {"authority": a, "year": y, "requests": 1000, "refused": 240, "assessed": 700, "issued": 640}
        for a in "AB"
        for y in (2023, 2024, 2025)
    ]
    return tables.check(pd.DataFrame(rows).assign(**changed), tables.REQUESTS)


def forecast(*levers: ChangeRate, **options: Any) -> RequestsForecast:
    then = area(requests=asked())
    for lever in levers:
        then = lever(then)
    return requests(then, **{"to": 2028, "draws": 400, **options})


def stage(found: RequestsForecast, name: str, year: int = 2027) -> float:
    return float(found.children.sel(stage=name, year=year).sum("authority").mean("draw"))


def test_what_becomes_of_requests_adds_up_in_every_draw() -> None:
    found = forecast().children
    part = {name: found.sel(stage=name, drop=True) for name in found["stage"].to_numpy()}
    assert (part["requests"] == part["refused"] + part["open"] + part["assessed"]).all()
    assert (part["assessed"] == part["issued"] + part["not_issued"]).all()
    assert int(found.min()) >= 0


def test_shares_lean_on_the_authority_and_a_little_on_england() -> None:
    """700 of 1,000 in each of three years, and England's 68 % of two hundred."""
    found = shares(area(requests=asked()))
    nation = area().value("forecast.requests_assessed_share")
    assert found.loc["A", "assessed"] == pytest.approx((2100 + 200 * nation) / 3200)


def test_an_area_says_how_many_of_its_years_tell_its_shares_and_how_near_to_one_they_may_be() -> None:
    """900 of 1,000 assessed in the last year, 700 in the two before; England's 68 % of two hundred beside them."""
    known = asked()
    known.loc[known["year"] == 2025, "assessed"] = 900
    there = area(requests=known)
    nation = 200 * there.value("forecast.requests_assessed_share")
    assert shares(there).loc["A", "assessed"] == pytest.approx((2300 + nation) / 3200)
    one_year = ChangeAssumption("forecast.requests_years_back", 1.0)(there)
    assert shares(one_year).loc["A", "assessed"] == pytest.approx((900 + nation) / 1200)
    sure = ChangeAssumption("forecast.requests_prior", 0.0)(area(requests=asked(assessed=1000, refused=0)))
    assert shares(sure).loc["A", "assessed"] == 0.995
    assert shares(ChangeAssumption("forecast.requests_share_most", 0.9)(sure)).loc["A", "assessed"] == 0.9


def test_suppressed_and_missing_years_are_left_out_of_shares() -> None:
    known = asked()
    known.loc[known["year"] < 2025, "assessed"] = pd.NA
    assert shares(area(requests=known)).loc["B", "assessed"] == pytest.approx(
        (700 + 200 * area().value("forecast.requests_assessed_share")) / 1200
    )


def test_requests_grow_as_england_does_and_the_interval_widens() -> None:
    found = forecast(draws=3000)
    growth = area().value("forecast.requests_growth") * area().value("forecast.requests_growth_damping")
    assert stage(found, "requests", 2026) == pytest.approx(2000 * np.exp(growth), rel=0.02)
    wide = (
        found.summary("authority")
        .query("stage == 'requests' and authority == 'A'")
        .pivot_table(index="year", columns="level", values="children")
    )
    assert (np.diff(wide[0.95] / wide[0.05]) > 0).all()


@pytest.mark.parametrize(
    ("flow", "kept"), [("requests", ()), ("assessing", ("requests",)), ("issuing", ("requests", "assessed"))]
)
def test_a_lever_changes_plans_issued_by_its_factor_and_nothing_before_it(flow: str, kept: tuple[str, ...]) -> None:
    before, after = forecast(draws=2000), forecast(ChangeRate(flow, 0.8, 2027), draws=2000)
    assert stage(after, "issued") == pytest.approx(0.8 * stage(before, "issued"), rel=0.02)
    assert stage(after, "issued", 2026) == pytest.approx(stage(before, "issued", 2026), rel=0.02)
    for name in kept:
        assert stage(after, name) == pytest.approx(stage(before, name), rel=0.02)


def test_a_higher_threshold_refuses_those_it_does_not_assess() -> None:
    before, after = forecast(draws=2000), forecast(ChangeRate("assessing", 0.8, 2027), draws=2000)
    fewer = stage(before, "assessed") - stage(after, "assessed")
    assert stage(after, "refused") - stage(before, "refused") == pytest.approx(fewer, rel=0.05)
    assert stage(after, "open") == pytest.approx(stage(before, "open"), rel=0.05)


def test_more_than_all_cannot_be_assessed_or_issued() -> None:
    with pytest.raises(
        InputError, match=r"assessing x 1\.5 in 2027: Aton already has 70 % assessed, so the most is x 1\.34"
    ):
        forecast(ChangeRate("assessing", 1.5, 2027))
    with pytest.raises(InputError, match=r"issuing x 1\.2 in 2027"):
        forecast(ChangeRate("issuing", 1.2, 2027))


def test_a_lever_by_need_is_refused_here() -> None:
    with pytest.raises(InputError, match="not known by need, age or setting"):
        forecast(ChangeRate("requests", 0.9, 2027, need="ASD"))


def test_an_authority_without_requests_is_named() -> None:
    with pytest.raises(MissingError, match=r"requests\.csv has no row for B"):
        requests(area(requests=asked()[lambda t: t["authority"] == "A"]))


def test_a_notebook_shows_a_table() -> None:
    assert "Requests" in forecast(draws=3)._repr_html_()


def test_a_year_that_is_past_is_refused() -> None:
    with pytest.raises(InputError, match=r"not after the base year|is 0: a whole number"):
        forecast(to=2025)


def test_the_same_seed_gives_the_same_requests() -> None:
    assert forecast(seed=2).children.equals(forecast(seed=2).children)


def given(joiners: int) -> PlanForecast:
    """Return a forecast of plans with so many joiners each year in each authority."""
    coords = {
        "kind": ["joiners"],
        "draw": range(300),
        "year": [2026, 2027],
        "authority": ["A", "B"],
        "ncy": [3],
        "setting_type": ["special"],
    }
    flows = xr.DataArray(np.full([len(v) for v in coords.values()], joiners), coords=coords, dims=list(coords))
    return PlanForecast(xr.DataArray(), xr.DataArray(), flows, flows)


def test_beside_plans_those_issued_are_their_joiners() -> None:
    found = forecast(plans=given(640))
    assert (found.children.sel(stage="issued") == 640).all()
    share = shares(area(requests=asked())).loc["A"]
    assert stage(found, "requests", 2026) == pytest.approx(2 * 640 / share["issued"] / share["assessed"], rel=0.05)


@pytest.mark.parametrize("flow", ["requests", "assessing", "issuing"])
def test_levers_change_the_joiners_of_the_plan_forecast_by_their_factor(flow: str) -> None:
    """The example area, two Januaries ahead: nine tenths of the joiners, to within the noise of draws."""
    example = sf.example_area()
    joined = []
    for then in (example, ChangeRate(flow, 0.9, 2027)(example)):
        flows = sf.forecast.plans(then, to=2027, draws=60, seed=3).flows_by_ncy.sel(kind="joiners", year=2027)
        joined.append(float(flows.sum(["authority", "ncy", "setting_type"]).mean("draw")))
    assert joined[1] / joined[0] == pytest.approx(0.9, abs=0.01)
