"""Rates from people: counted by hand, forced moves, nobody lost, faults named; and a year of the demonstration held out."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from benchmarks import witan_send
from sufficiency import forecast, tables
from sufficiency.area.area import Area
from sufficiency.errors import FaultyTableError, InputError, MissingError
from sufficiency.forecast.plans_from_people import _pattern, as_recorded, plans_from_people
from sufficiency.forecast.rates import people_rates
from sufficiency.forecast.rates.people_counted import Counted
from sufficiency.forecast.rates.people_rates import PeopleRates
from sufficiency.forecast.rates.shrinkage import shrunk
from sufficiency.forecast.record.backtest_people import backtest_people
from sufficiency.forecast.simulate.people_errors import PeopleErrors
from sufficiency.forecast.taken import usual
from sufficiency.inputs.council import snapshots
from sufficiency.scenarios.levers import ChangeAssumption
from sufficiency.words.school_year import NCYS
from tests.forecast.test_witan import demo

PRIORS = usual(PeopleRates, 2025)
PENALTIES = [f for f in fields(PeopleRates) if "_penalty_" in f.name]
AT = {ncy: i for i, ncy in enumerate(NCYS)}
AGES = pd.DataFrame(
    [{"setting_type": "infant", "ncy_low": 0, "ncy_high": 2}, {"setting_type": "school", "ncy_low": 0, "ncy_high": 6}]
)


def snapshot(year: int, *rows: tuple[str, int, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["child", "ncy", "need", "setting_type"]).assign(year=year)


BEFORE = snapshot(
    2024, ("a", 1, "T", "infant"), ("b", 2, "T", "infant"), ("c", 3, "U", "school"), ("d", 3, "U", "school")
)
AFTER = snapshot(
    2025, ("a", 2, "T", "infant"), ("b", 3, "T", "school"), ("c", 4, "T", "school"), ("e", 1, "U", "infant")
)


def population(years: range = range(2020, 2031), children: float = 100.0) -> pd.DataFrame:
    return pd.DataFrame([{"year": y, "ncy": n, "children": children} for y in years for n in NCYS])


def counted(*extra: pd.DataFrame) -> Counted:
    return Counted.of(snapshots.transitions([BEFORE, AFTER, *extra]), AGES)


def test_two_snapshots_make_joiners_movers_leavers_and_stayers() -> None:
    found = snapshots.transitions([AFTER, BEFORE]).set_index(
        ["ncy", "need", "setting_type", "need_after", "setting_type_after"]
    )
    assert found["children"].to_dict() == {
        (0, "", "", "U", "infant"): 1,
        (1, "T", "infant", "T", "infant"): 1,
        (2, "T", "infant", "T", "school"): 1,
        (3, "U", "school", "T", "school"): 1,
        (3, "U", "school", "", ""): 1,
    }
    assert (found["year"] == 2025).all()


def test_counts_are_by_state_and_a_change_of_need_is_a_move() -> None:
    found = counted()
    assert found.needs == ("T", "U")
    assert found.before.sum() == found.after.sum() == 4
    assert found.leavers[0, AT[3], 1, 1] == 1
    assert found.joiners[0, AT[1], 1, 0] == 1
    assert found.movers[AT[2], 0, 0, 0, 1] == 1
    assert found.movers[AT[3], 1, 1, 0, 1] == 1


def test_rates_are_valid_and_labelled_as_those_from_flows() -> None:
    found = people_rates.rates(counted(), population(), PRIORS)
    assert found.shape == (1, len(NCYS), 2, 2)
    moving = found.moving[0] > 0
    assert np.allclose(found.destinations[0].sum(axis=(3, 4))[moving], 1.0)
    assert found.joining.sum() == pytest.approx(1 / 100)


def test_a_child_who_ages_out_of_a_setting_moves_that_year() -> None:
    found = people_rates.rates(counted(), population(), PRIORS)
    assert (found.moving[0, AT[2], :, 0] == 1).all()
    assert (found.destinations[0, AT[2], :, 0, :, 0] == 0).all()
    assert (found.leaving[0, AT[6], :, 1] == 1).all()  # school ends at NCY 6, and there is nowhere else


def test_nobody_is_lost_in_any_draw() -> None:
    found = plans_from_people(snapshots.transitions([BEFORE, AFTER]), population(), to=2030, draws=60, ages=AGES)
    plans = found.plans.sum(["authority", "ncy", "need", "setting_type"]).diff("year")
    flows = found.flows_by_ncy.sum(["authority", "ncy", "setting_type"])
    expected = flows.sel(kind="joiners") + flows.sel(kind="transfers_in") - flows.sel(kind="leavers")
    np.testing.assert_array_equal(plans.transpose("draw", "year"), expected.transpose("draw", "year"))
    assert (found.plans.isel(year=0) == found.plans.isel(year=0, draw=0)).all()


def test_the_same_seed_gives_the_same_children() -> None:
    moves = snapshots.transitions([BEFORE, AFTER])
    first, second = (plans_from_people(moves, population(), to=2027, draws=30, seed=5) for _ in "ab")
    assert first.plans.equals(second.plans)
    assert first.summary("setting_type").equals(second.summary("setting_type"))


def test_snapshots_agree_with_themselves_and_files_may_not() -> None:
    third = snapshot(
        2026, ("a", 3, "T", "school"), ("b", 4, "T", "school"), ("c", 5, "T", "school"), ("e", 2, "U", "infant")
    )
    assert counted(third).disagreement() == 0
    assert counted().disagreement() is None
    moves = snapshots.transitions([BEFORE, AFTER, third])
    odd = moves.assign(need=moves["need"].mask((moves["year"] == 2026) & (moves["ncy"] == 2), "U"))
    assert Counted.of(odd, AGES).disagreement() == pytest.approx(2 / 4)


def test_as_recorded_keeps_totals_and_varies_as_stated() -> None:
    plans = np.full((4000, 1, 5, 4), 30)
    found = as_recorded(plans, np.ones((5, 4)), 2.0, np.random.default_rng(1), anywhere=0.2)
    assert (found.sum(axis=(2, 3)) == 600).all()
    assert found.mean() == pytest.approx(30)
    assert found[:, 0, 2, 2].var() == pytest.approx(2 * 30 * 0.95, rel=0.15)


def test_a_child_twice_in_a_snapshot_is_refused_by_row() -> None:
    twice = pd.concat([BEFORE, BEFORE.iloc[[1]]])
    with pytest.raises(FaultyTableError, match=r"row 6, child: the same child is in row 3") as caught:
        snapshots.transitions([twice, AFTER])
    assert "'b'" not in str(caught.value)


def test_a_child_without_a_birth_date_is_refused_by_row() -> None:
    unknown = BEFORE.assign(ncy=BEFORE["ncy"].astype("Int64").mask(BEFORE["child"] == "c"))
    with pytest.raises(FaultyTableError, match="row 4, ncy: no NCY: the birth date is missing"):
        snapshots.transitions([unknown, AFTER])


def test_a_missing_january_is_refused() -> None:
    with pytest.raises(InputError, match="no snapshot of January 2025"):
        snapshots.transitions([BEFORE, AFTER.assign(year=2026)])
    with pytest.raises(InputError, match="two or more snapshots of different Januaries"):
        snapshots.transitions([BEFORE, BEFORE])


def test_a_child_who_is_not_a_year_older_is_refused() -> None:
    with pytest.raises(InputError, match="1 children are not one NCY older in January 2025"):
        snapshots.transitions([BEFORE, AFTER.assign(ncy=AFTER["ncy"] - (AFTER["child"] == "a"))])


def test_a_suppressed_count_is_refused_by_row() -> None:
    moves = snapshots.transitions([BEFORE, AFTER])
    hidden = moves.assign(children=["c", *moves["children"].astype("str")[1:]])
    with pytest.raises(FaultyTableError, match="row 2, children: 'c' is not a number"):
        Counted.of(hidden)


def test_a_setting_without_ages_and_a_year_without_children_are_named() -> None:
    moves = snapshots.transitions([BEFORE, AFTER])
    with pytest.raises(MissingError, match="the ages of school are not given"):
        Counted.of(moves, AGES[:1])
    with pytest.raises(MissingError, match="no January 2025, whose transitions"):
        people_rates.rates(Counted.of(moves, AGES), population(range(2020, 2025)), PRIORS)
    with pytest.raises(MissingError, match="no January 2031"):
        plans_from_people(moves, population(), to=2031)
    with pytest.raises(InputError, match="to=2025 is not after"):
        plans_from_people(moves, population(), to=2025)


def test_a_state_with_no_plan_keeps_the_rate_of_its_margins() -> None:
    """Twenty of a hundred leave from one setting; the empty cell beside it is near its age, never at 0 or 1."""
    exposed, events = np.array([[100.0, 0.0], [100.0, 100.0]]), np.array([[20.0, 0.0], [5.0, 5.0]])
    found = shrunk(events, exposed, {(0,): 1.0, (1,): 1.0, (0, 1): 5.0})
    assert found[0, 0] == pytest.approx(0.2, abs=0.03)
    assert 0.1 < found[0, 1] < 0.25
    assert (shrunk(events * 0, exposed, {(0,): 1.0}) == 0).all()


def test_the_demonstration_is_forecast_better_than_its_own_model_did() -> None:
    """Errors of the peer in the same folds: 10.4 and 48.8 % one year ahead by setting and state, 12.3 and 52.0 two."""
    inputs = witan_send.read(demo())
    people_there = inputs.population.assign(year=inputs.population["year"] + 1)
    moves = witan_send.from_witan(inputs.transitions)
    found = backtest_people(moves, people_there, horizons=(1, 2), draws=500, ages=inputs.valid_states)
    scores = found.scores().set_index(["horizon", "level"])
    limits = {(1, "setting_type"): 10.4, (1, "state"): 48.8, (2, "setting_type"): 12.3, (2, "state"): 52.0}
    assert all(scores.at[at, "wape"] < limit for at, limit in limits.items())
    pooled = scores.groupby("level")[["coverage_95"]].min()
    assert (pooled["coverage_95"] >= 89).all()


def test_levers_change_joiners_from_people_by_their_factor() -> None:
    """Half as many joiners in infant classes from January 2027; the year before is untouched."""
    row = {"lever": "fewer", "flow": "joining", "factor": 0.5, "since": 2027, "ramp_years": 0, "setting_type": "infant"}
    asked = pd.DataFrame(
        [row | {"authority": "", "need": "", "to_setting_type": "", "ncy_low": pd.NA, "ncy_high": pd.NA}]
    )
    moves, many = snapshots.transitions([BEFORE, AFTER]), population(children=100.0)
    many.loc[many["year"] > 2025, "children"] = 20_000.0
    joined = [
        plans_from_people(moves, many, to=2027, draws=100, ages=AGES, asked=a).flows_by_ncy.sel(
            kind="joiners", setting_type="infant"
        )
        for a in (None, asked)
    ]
    ratio = joined[1].sum(["draw", "authority", "ncy"]) / joined[0].sum(["draw", "authority", "ncy"])
    assert ratio.to_numpy() == pytest.approx([1.0, 0.5], abs=0.02)


def test_a_need_code_before_its_time_is_refused() -> None:
    early = snapshots.transitions([BEFORE, AFTER]).replace({"need_after": {"T": "DS"}})
    with pytest.raises(InputError, match="DS was not a need in January 2025; it is from 2026"):
        Counted.of(early)


def test_a_population_of_two_authorities_is_refused() -> None:
    both = pd.concat([population().assign(authority=a) for a in "AB"])
    with pytest.raises(InputError, match="the population is of A, B"):
        people_rates.rates(counted(), both, PRIORS)
    with pytest.raises(InputError, match="NCY -4 in January 2020 twice"):
        people_rates.rates(counted(), pd.concat([population(), population()]), PRIORS)


def test_transitions_are_a_declared_table() -> None:
    assert isinstance(tables.check(snapshots.transitions([BEFORE, AFTER]), tables.TRANSITIONS), pd.DataFrame)
    assert isinstance(
        plans_from_people(snapshots.transitions([BEFORE, AFTER]), population(), to=2026, draws=3).plans, xr.DataArray
    )


def test_thin_counts_are_drawn_to_the_rate_of_all_as_far_as_the_priors_say() -> None:
    """One of two children at school in Year 3 left, and nobody else of four: one in four where no effect is believed."""
    wary, bold = (replace(PRIORS, **{f.name: x for f in PENALTIES}) for x in (10_000.0, 0.01))
    pooled, own = (people_rates.rates(counted(), population(), p).leaving[0, :, :, 1] for p in (wary, bold))
    assert pooled[AT[3], 1] == pytest.approx(1 / 4, abs=0.01)
    assert own[AT[3], 1] == pytest.approx(1 / 2, abs=0.05)


def seen(*rows: tuple[int, str, str, int]) -> Counted:
    """Return so many children of one need who went from one setting to another, from an NCY; home takes and keeps all."""
    moves = pd.DataFrame(rows, columns=["ncy", "setting_type", "setting_type_after", "children"])
    moves = moves.assign(year=2025, authority="", need=moves["setting_type"].where(moves["setting_type"] == "", "T"))
    ages = pd.DataFrame({"setting_type": ["base", "home", "school", "unit"], "ncy_low": 0, "ncy_high": 14})
    return Counted.of(
        tables.check(moves.assign(need_after="T"), tables.TRANSITIONS), ages, settings=tuple(ages["setting_type"])
    )


def test_movers_of_one_age_are_drawn_to_where_all_go_as_far_as_the_priors_say() -> None:
    """Twenty of Year 1 go from home to school, and twenty of Year 8 to units: each their own, or half and half."""
    of = seen((1, "home", "school", 20), (8, "home", "unit", 20))

    def go(**priors: float) -> np.ndarray:
        """Return the shares of base, home, school and unit among destinations of Year 1."""
        return people_rates.rates(of, population(), replace(PRIORS, **priors)).destinations[0, AT[1], 0, 1, 0]

    all_alike = {"people_movers_prior": 10_000.0, "people_movers_prior_age": 10_000.0, "people_movers_least": 0.001}
    assert go(**all_alike) == pytest.approx([0, 0, 0.5, 0.5], abs=0.01)
    of_an_age = all_alike | {"people_movers_prior_age": 0.01}
    assert go(**of_an_age) == pytest.approx([0, 0, 1, 0], abs=0.01)
    assert go(**of_an_age, people_reach=0.0) == pytest.approx([0, 0, 0.5, 0.5], abs=0.01)
    assert go(**all_alike | {"people_movers_prior": 0.01}) == pytest.approx([0, 0, 1, 0], abs=0.01)
    assert go(**all_alike | {"people_movers_least": 100.0})[0] == pytest.approx(100 / 340, abs=0.01)  # home is left out


def test_joiners_of_an_age_start_where_all_do_as_far_as_the_prior_says() -> None:
    of = seen((0, "", "school", 20), (7, "", "unit", 20))
    own, mixed = (
        people_rates.rates(of, population(), replace(PRIORS, people_joiners_prior=x)).joining[0, AT[1], 0, 2:]
        for x in (0.01, 10_000.0)
    )
    assert own / own.sum() == pytest.approx([1, 0], abs=0.01)
    assert mixed / mixed.sum() == pytest.approx([0.5, 0.5], abs=0.01)


def test_an_area_says_itself_how_far_its_thin_counts_are_believed(tiny_area: Area) -> None:
    rows = [(0, "", "", "ASD", "mainstream", 40), (1, "ASD", "mainstream", "ASD", "special", 10)]
    rows += [(ncy, "ASD", "special", "ASD", "special", 30) for ncy in range(2, 9)] + [(5, "ASD", "special", "", "", 20)]
    moves = pd.DataFrame(
        rows, columns=["ncy", "need", "setting_type", "need_after", "setting_type_after", "children"]
    ).assign(year=2025, authority="")
    area = tiny_area.replace(transitions=tables.check(moves, tables.TRANSITIONS))
    wary = area
    for penalty in PENALTIES:
        wary = ChangeAssumption(f"forecast.{penalty.name}", 10_000.0)(wary)
    left = [
        float(forecast.plans(a, to=2026, draws=100).flows_by_ncy.sel(kind="leavers", ncy=5).sum()) for a in (area, wary)
    ]
    assert left[1] < 0.5 * left[0]  # those of Year 5 no longer leave so much more than others


def test_an_area_says_itself_how_wrong_rates_from_its_people_may_be(tiny_area: Area) -> None:
    rows = [(0, "", "", "ASD", "mainstream", 40), (1, "ASD", "mainstream", "ASD", "special", 10)]
    rows += [(ncy, "ASD", "special", "ASD", "special", 30) for ncy in range(2, 9)] + [(5, "ASD", "special", "", "", 20)]
    moves = pd.DataFrame(
        rows, columns=["ncy", "need", "setting_type", "need_after", "setting_type_after", "children"]
    ).assign(year=2025, authority="")
    area = tiny_area.replace(transitions=tables.check(moves, tables.TRANSITIONS))
    sure = area
    for error in fields(PeopleErrors):
        if error.name.endswith("_error"):
            sure = ChangeAssumption(f"forecast.{error.name}", 0.0)(sure)
    spread = [
        forecast.plans(a, to=2028, draws=200).plans.sel(year=2028).sum(["ncy", "need"]).std("draw")
        for a in (area, sure)
    ]
    special = [float(s.sel(setting_type="special").item()) for s in spread]
    assert special[1] < 0.8 * special[0]


def test_another_record_may_have_a_child_where_neighbouring_ages_are_as_far_as_the_reach_says() -> None:
    """All of Year 1 are at school and all of Year 2 in units. Where ages tell alike, one in two may be told otherwise."""
    ages = pd.DataFrame({"setting_type": ["school", "unit"], "ncy_low": 0, "ncy_high": 8})
    stay = [(n, "T", where, "T", where, 400) for n, where in ((0, "school"), (1, "unit"))]
    rows = pd.DataFrame(stay, columns=["ncy", "need", "setting_type", "need_after", "setting_type_after", "children"])
    moves = tables.check(rows.assign(year=2025, authority=""), tables.TRANSITIONS)
    of = Counted.of(moves, ages)

    def told_otherwise(reach: float) -> float:
        """Return the share of Year 1 who may be recorded in a unit."""
        year_1 = _pattern(of, reach)[AT[1], 0]
        return float(year_1[of.settings.index("unit")] / year_1.sum())

    reaches = [told_otherwise(reach) for reach in (0.0, 0.5, 2.0, 20.0)]
    assert reaches[0] == pytest.approx(0.5)
    assert reaches == sorted(reaches, reverse=True)
    assert reaches[-1] == pytest.approx(0.0, abs=1e-6)
