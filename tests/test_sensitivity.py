"""What the answer hangs on: on a toy area where by hand one assumption turns the sign of an effect, and others don't."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sufficiency as sf
from sufficiency import policy, tables
from sufficiency.allocate.overflow.sampled import national_overflow
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.report.look.pictures import as_png
from sufficiency.report.sections import turns_on
from sufficiency.varied import signs
from sufficiency.varied.found import Sensitivity
from sufficiency.varied.listening import listening
from sufficiency.varied.ranges import Varied, at_the_middle, of_overflow, put, to_vary
from sufficiency.varied.shares import ALL, ASSUMPTIONS, CHANCE, Swing, shares

PRICE = "overflow.in_mainstream.gbp"
LOW, MIDDLE, HIGH = 1_000.0, 8_000.0, 90_000.0  # of a package in mainstream; a special place lies between
ONLY = ("overflow", "funding.top_up_inflation", "forecast.requests_growth")
ASKED = {"to": 2027, "draws": 3, "varied_draws": 3}


def short_of_places(area: Area, high: float = HIGH) -> Area:
    """Return the tiny area with sixty times the children, full schools, and mainstream for those turned away."""
    always = {f"share_{end}": 1.0 for end in ("low", "middle", "high")}
    never = {f"entitled_{end}": 0.0 for end in ("low", "middle", "high")}
    ages = national_overflow().drop_duplicates("age_group")
    prices = {"gbp_low": LOW, "gbp_middle": MIDDLE, "gbp_high": high}
    overflow = ages.assign(destination="in_mainstream", **always, **never, **prices, growth_high=None)
    return area.replace(
        overflow=tables.check(overflow, tables.OVERFLOW),
        places=area.places.assign(places=[240, 120]),
        plans=area.plans.assign(plans=area.plans["plans"] * 60),
        states=area.states.assign(plans=area.states["plans"] * 60),
    )


MORE = sf.Scenario("Sixty more places", (sf.OpenPlaces("S1", places=60, year=2026),))


@pytest.fixture(scope="module")
def found(tiny_area_once: Area) -> Sensitivity:
    """Return what the effect of sixty more places hangs on."""
    return sf.sensitivity(
        short_of_places(tiny_area_once),
        MORE,
        against=sf.AS_AGREED,
        measures=["high_needs_gbp", "shortfall"],
        only=ONLY,
        **ASKED,
    )


@pytest.fixture(scope="module")
def tiny_area_once() -> Area:
    """Return the tiny area, once for all tests here."""
    from tests.conftest import tiny_area

    return tiny_area.__wrapped__() if hasattr(tiny_area, "__wrapped__") else tiny_area.__pytest_wrapped__.obj()


def test_the_assumption_that_turns_the_sign_is_named_with_both_ends_and_where_it_turns(found: Sensitivity) -> None:
    """A place dearer than a package of 8,000 raises High Needs; against one of 90,000 it saves."""
    (row,) = found.flips("high_needs_gbp").itertuples()
    assert row.assumption == PRICE
    assert (row.low, row.middle, row.high) == (LOW, MIDDLE, HIGH)
    assert row.at_low > row.at_middle > 0 > row.at_high
    assert MIDDLE < row.turns_at < HIGH
    says = found.says("high_needs_gbp")
    assert "turns on: Mainstream school with a support package" in says
    assert "at 90,000" in says


def test_the_effect_falls_by_the_price_of_each_child_who_leaves(found: Sensitivity) -> None:
    """Spending is children times their price, so that the effect is a straight line in it, and that line is known."""
    row = found.table("high_needs_gbp").set_index("assumption").loc[PRICE]
    below = (row["at_low"] - row["at_middle"]) / (MIDDLE - LOW)
    above = (row["at_middle"] - row["at_high"]) / (HIGH - MIDDLE)
    assert below == pytest.approx(above)
    assert row["turns_at"] == pytest.approx(MIDDLE + row["at_middle"] / above)


def test_an_assumption_that_moves_the_effect_and_not_its_sign_is_listed_and_does_not_flip(found: Sensitivity) -> None:
    row = found.table("high_needs_gbp").set_index("assumption").loc["funding.top_up_inflation"]
    assert row["swing"] > 0
    assert not row["flips"]
    assert math.isnan(row["turns_at"])


def test_where_nothing_flips_it_is_said(found: Sensitivity) -> None:
    """What a place would have cost instead decides nobody's place."""
    assert found.table("shortfall").empty
    says = found.says("shortfall")
    assert says.startswith("No assumption among those varied (overflow, ")
    assert "changes the sign of the effect on children turned away" in says


def test_an_assumption_that_nothing_reads_has_no_effect_and_is_not_listed(found: Sensitivity) -> None:
    assert "forecast.requests_growth" not in set(found.table()["assumption"])
    assert "forecast.requests_growth" not in set(found.held["assumption"])


def test_what_is_held_says_why(found: Sensitivity) -> None:
    held = found.held.set_index("assumption")["because"]
    assert held["forecast.growth_damping"].startswith("only the forecast reads it")
    assert held["funding.fee_inflation_spread"] == "it is the range of funding.fee_inflation, which is varied"


def test_shares_of_the_range_lie_between_none_and_all_and_add_up(found: Sensitivity) -> None:
    for _, part in found.share_of_range().groupby("measure"):
        share = part.set_index("part")["share"]
        assert share.between(0, 1).all()
        assert share[CHANCE] + share[ASSUMPTIONS] == pytest.approx(share[ALL])
    table = found.share_of_range("high_needs_gbp").set_index("part")
    assert table.loc["overflow", "share"] > table.loc["funding", "share"]
    assert table.loc["overflow", "low"] < 0 < table.loc["overflow", "high"]


def test_two_scenarios_are_ranked_and_the_price_that_changes_their_order_is_named(tiny_area_once: Area) -> None:
    """Sixty places cost more than eight, most of them empty; where packages are very dear, they save more."""
    half = sf.Scenario("Eight more", (sf.OpenPlaces("S1", places=8, year=2026),))
    ranked = sf.sensitivity(
        short_of_places(tiny_area_once, high=300_000.0),
        [half, MORE],
        against=sf.AS_AGREED,
        measures=["high_needs_gbp", "value_of_a_place"],
        only=(PRICE,),
        **ASKED,
    )
    order = ranked.rankings().set_index("ranking")
    spend = order.loc["high_needs_gbp"]
    assert (spend["first_at_middle"], spend["first_at_high"]) == (MORE.name, half.name)
    assert order.loc["value_of_a_place", "first_at_middle"] in ("Ashby School", "Colby Unit")
    assert set(ranked.table()["scenario"]) == {half.name, MORE.name}


def test_an_unknown_measure_is_refused_with_the_nearest(tiny_area: Area, found: Sensitivity) -> None:
    with pytest.raises(MissingError, match=r"'high_need_gbp' is not one of .*; did you mean 'high_needs_gbp'\?"):
        sf.sensitivity(tiny_area, measures=["high_need_gbp"])
    with pytest.raises(MissingError, match=r"'shortfal' is not one of .*; did you mean 'shortfall'\?"):
        found.table("shortfal")


def test_an_unknown_assumption_is_refused_with_the_nearest(tiny_area: Area) -> None:
    with pytest.raises(
        MissingError, match=r"no assumption 'funding.fee_inflaton'; did you mean 'funding.fee_inflation'"
    ):
        sf.sensitivity(tiny_area, only=["funding.fee_inflaton"])


def test_what_can_not_be_compared_is_refused(tiny_area: Area) -> None:
    with pytest.raises(InputError, match="two scenarios are called 'As agreed'"):
        sf.sensitivity(tiny_area, against=sf.AS_AGREED)
    with pytest.raises(InputError, match="varied_draws is 0"):
        sf.sensitivity(tiny_area, varied_draws=0)
    without = tiny_area.replace(places=tables.empty(tables.PLACES))
    with pytest.raises(MissingError, match=r"has no places\.csv, so no child is placed"):
        sf.sensitivity(without)


def test_an_area_notes_what_is_asked_of_it_and_of_its_copies(tiny_area: Area) -> None:
    heard = listening(tiny_area)
    heard.value("allocate.fit_gbp")
    heard.replace(name="Other").value("allocate.move_gbp")
    tiny_area.value("allocate.waiting_gbp")
    assert heard.asked == {"allocate.fit_gbp", "allocate.move_gbp"}


def test_each_range_is_the_narrowest_that_is_known(tiny_area: Area) -> None:
    own = sf.ChangeAssumption("allocate.move_gbp", 2_000, low=1_000, high=4_000)(tiny_area)
    known = sf.ChangeAssumption("allocate.waiting_gbp", 2_000)(own)
    names = ["allocate.move_gbp", "funding.fee_inflation", "pipeline.chance_agreed", "allocate.unit_child_in_special"]
    names += ["allocate.fit_gbp", "allocate.waiting_gbp", "transport.solo_review", "funding.special_place_gbp"]
    varied, held = to_vary(known, names)
    ranges = {v.name: (v.low, v.middle, v.high) for v in varied}
    assert ranges["allocate.move_gbp"] == (1_000, 2_000, 4_000)  # the area's own
    assert ranges["funding.fee_inflation"] == pytest.approx((0.01, 0.03, 0.05))  # with its spread
    assert ranges["pipeline.chance_agreed"] == (0.75, 0.9, 1.0)  # likely
    assert ranges["allocate.unit_child_in_special"] == (0, 1, 1)  # yes or no
    assert ranges["allocate.fit_gbp"] == (3_500, 7_000, 14_000)  # half to twice
    assert {h.name for h in held} == {"allocate.waiting_gbp", "transport.solo_review"}  # known; and 0


def test_every_assumption_has_a_range_or_a_reason_why_it_is_held(tiny_area: Area) -> None:
    names = [name for name, rate in policy.all_rates().items() if rate.evidence]
    varied, held = to_vary(tiny_area, names)
    assert {one.name for one in (*varied, *held)} == set(names)
    assert all(one.low <= one.middle <= one.high and one.low < one.high for one in varied)


def test_at_its_middle_overflow_is_the_same_in_every_draw_and_still_goes_to_its_ends(tiny_area: Area) -> None:
    central = at_the_middle(tiny_area, ranges := of_overflow(tiny_area))
    assert of_overflow(central) == []
    price = next(one for one in ranges if one.name == "overflow.in_independent.gbp")
    rows = national_overflow().query("destination == 'in_independent'").set_index("age_group")
    for end in ("low", "middle", "high"):
        table = put(central, price, end).overflow.query("destination == 'in_independent'").set_index("age_group")
        assert (table["gbp_middle"] == rows[f"gbp_{end}"].reindex(table.index)).all()


@given(
    chance=st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30),
    ends=st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), max_size=4),
)
def test_whatever_moves_the_answer_shares_are_shares(chance: list[float], ends: list[tuple[float, float]]) -> None:
    one = Varied("part.name", "it", "GBP", 0.0, 1.0, 4.0, "", "")
    found = shares(0.0, np.array(chance), [Swing(one, *pair) for pair in ends]).set_index("part")
    assert found["share"].between(0, 1 + 1e-9).all()
    assert (found["low"] <= found["high"]).all()


def test_a_straight_line_over_a_triangle_has_the_variance_of_the_triangle() -> None:
    """Of a triangle from 0 to 4 with its peak at 1: (a² + b² + c² − ab − ac − bc) / 18."""
    swing = Swing(Varied("part.name", "it", "GBP", 0.0, 1.0, 4.0, "", ""), -10.0, 30.0)
    found = shares(0.0, np.zeros(2), [swing]).set_index("part")
    assert found.loc["part", "sd"] ** 2 == pytest.approx(100 * (16 + 1 - 4) / 18, rel=1e-3)
    assert found.loc["part", "share"] == 1


def test_a_change_that_chance_could_make_turns_no_sign() -> None:
    middle, noise = np.array([1.0, 1.0, 1.0, 1.0]), np.array([-9.0, 8.0, -9.0, 8.0])
    assert not signs.flips(middle, middle + noise - 2)
    assert signs.flips(middle, middle - 2)


def test_an_order_changes_where_two_change_places_in_nearly_every_future() -> None:
    """By leader alone, what happens behind the first is not asked."""
    middle = np.tile([3.0, 2.0, 1.0], (4, 1))
    behind = np.tile([3.0, 1.0, 2.0], (4, 1))
    assert signs.reordered(middle, behind, leader_only=False)
    assert not signs.reordered(middle, behind, leader_only=True)
    assert signs.reordered(middle, middle[:, ::-1], leader_only=True)
    assert not signs.reordered(middle, middle + np.array([[9.0], [-9.0], [9.0], [-9.0]]), leader_only=False)


def test_a_result_is_short_in_a_line_and_in_a_notebook_and_can_be_drawn(found: Sensitivity) -> None:
    assert "a sign turns on 1" in repr(found)
    assert "\n" not in repr(found)
    assert "he sign turns" in found._repr_html_()
    assert as_png(sf.report.tornado(found, "high_needs_gbp"))[:4] == b"\x89PNG"
    assert as_png(sf.report.tornado(found, "shortfall"))[:4] == b"\x89PNG"  # nothing moves it


def test_the_report_says_what_the_sign_turns_on(found: Sensitivity) -> None:
    made = turns_on.section(found)
    words = " ".join(made.words)
    assert "turns on: Mainstream school with a support package" in words
    assert "within its range changes the sign of the effect on children turned away" in words
    assert "of that is due to assumptions varied, the rest to chance and growth" in words
    assert {e.key for e in made.exhibits} >= {"tornado-high_needs_gbp", "assumptions-varied", "share-of-range"}


def test_the_command_says_what_a_scenario_in_a_file_hangs_on(
    command_run: Callable[..., tuple[str, str]], tiny_area: Area, tmp_path: Path
) -> None:
    folder, file, out = tmp_path / "tiny", tmp_path / "more.toml", tmp_path / "out"
    sf.write_area(short_of_places(tiny_area), folder)
    file.write_text('name = "More"\n[[levers]]\nlever = "OpenPlaces"\nsetting = "S1"\nplaces = 60\nyear = 2026\n')
    words = ("--measure", "high_needs_gbp", "--only", PRICE, "--to", "2027", "--draws", "3", "--varied-draws", "3")
    printed, said = command_run("sensitivity", folder, "--scenario", file, *words, "--out", out)
    table = pd.read_csv(io.StringIO(printed))
    assert list(table["assumption"]) == [PRICE]
    assert table["flips"].all()
    assert "More: The sign of the effect on High Needs spend a year" in said
    assert sorted(p.name for p in out.iterdir()) == ["held.csv", "sensitivity.csv", "share_of_range.csv"]
    _, said = command_run("sensitivity", folder, "--measure", "both_gb")
    assert "did you mean 'both_gbp'?" in said


@pytest.fixture
def command_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[str, str]]:
    """Return a function that runs the command and returns what it printed and what it said."""
    import sys

    from sufficiency import cli

    def run(*words: object) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["sufficiency", *map(str, words)])
        with pytest.raises(SystemExit):
            cli.main()
        said = capsys.readouterr()
        return said.out, said.err

    return run
