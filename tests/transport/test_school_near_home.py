"""A school opened near children who are turned away: both budgets move, each by a sign that can be explained."""

from __future__ import annotations

import pytest
import xarray as xr

import sufficiency as sf
from sufficiency.scenarios.levers import OpenSetting
from sufficiency.words.destinations import DESTINATIONS

YEAR = 2028


@pytest.fixture(scope="module")
def with_school(example_outcome: sf.Outcome) -> sf.Outcome:
    """Return the example with 120 SEMH places for Years 2 to 11 in Kettering from September 2026."""
    near = example_outcome.area.settings.set_index("setting").loc["UNIT-KETTERING"]
    at = {"authority": "E06000061", "easting": float(near["easting"]), "northing": float(near["northing"])}
    school = OpenSetting(
        "NEW", "New school", "special", **at, ncy_low=2, ncy_high=11, needs="SEMH", places=120, year=2027
    )
    options = example_outcome.options
    return sf.run(
        sf.example_area(),
        sf.Scenario("A school", (school,)),
        to=options.to,
        draws=options.draws,
        placed_draws=options.placed_draws,
        seed=options.seed,
    )


def test_more_are_carried_since_mainstream_children_mostly_are_not_and_special_school_children_are(
    example_outcome: sf.Outcome, with_school: sf.Outcome
) -> None:
    """A child who leaves mainstream for the school is carried four times in five, and was carried in about one of three."""
    before, after = (_carried(o) for o in (example_outcome, with_school))
    gained = float(after.sel(setting="NEW").mean("draw"))
    lost = float((_away(before) - _away(after)).mean("draw"))
    filled = float(
        with_school.placed.attending.sel(setting="NEW", year=YEAR).sum(("need", "authority", "phase")).mean()
    )
    turned = [_away(_children(o)) for o in (example_outcome, with_school)]
    left = float((turned[0] - turned[1]).mean("draw"))
    assert gained / filled > 0.6 > 0.45 > lost / left
    cost = with_school.journeys.cost_gbp - example_outcome.journeys.cost_gbp
    from_fees = _at_fees(example_outcome) - _at_fees(with_school)
    by_draw = cost.sel(financial_year=YEAR).sum("authority")
    assert (by_draw.where(from_fees < 20, drop=True) > 0).all()


def test_high_needs_rises_where_children_come_from_mainstream_and_falls_where_they_come_from_fees(
    example_outcome: sf.Outcome, with_school: sf.Outcome
) -> None:
    """A package costs less than a special school's place and top-up, a fee more: who fills the school decides the sign."""
    turned = [_children(o).mean("draw") for o in (example_outcome, with_school)]
    left = (turned[0] - turned[1]).sel(setting=list(DESTINATIONS))
    assert float(left.sel(setting="in_mainstream")) > 0.5 * float(left.sum())
    spend = with_school.budget.spend - example_outcome.budget.spend
    by_draw = spend.sel(financial_year=YEAR).sum([d for d in spend.dims if d not in ("draw", "financial_year")])
    filled = with_school.placed.attending.sel(setting="NEW", year=YEAR).sum(("need", "authority", "phase"))
    from_fees = (_at_fees(example_outcome) - _at_fees(with_school)) / filled
    assert (by_draw.where(from_fees < 0.05, drop=True) > 0).all()
    assert (by_draw.where(from_fees > 0.5, drop=True) < 0).all()
    assert set(from_fees.values > 0.5) == {True, False}  # futures of both kinds, so that the range holds both signs


def _at_fees(outcome: sf.Outcome) -> xr.DataArray:
    """Return children at independent and non-maintained schools, the list's and beyond it."""
    types = outcome.area.settings.set_index("setting")["setting_type"]
    children = _children(outcome)
    at_fees = ("independent_special", "non_maintained_special", "in_independent", "in_non_maintained")
    return children.sel(setting=[s for s in children["setting"].values if types.get(s, s) in at_fees]).sum("setting")


def _carried(outcome: sf.Outcome) -> xr.DataArray:
    return outcome.journeys.runs["children"].sel(year=YEAR).sum(("authority", "mode"))


def _children(outcome: sf.Outcome) -> xr.DataArray:
    return outcome.placed.attending.sel(year=YEAR).sum(("need", "authority", "phase"))


def _away(children: xr.DataArray) -> xr.DataArray:
    return children.sel(setting=list(DESTINATIONS)).sum("setting")
