"""Places still to open: agreed ones open by chance and late, the same in every scenario; proposed ones only when asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sufficiency as sf
from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.area.template import write_template
from sufficiency.errors import InputError, MissingError
from sufficiency.scenarios.pipeline import NEVER, drawn, most_likely
from sufficiency.scenarios.pipeline_levers import OpenAgreed, from_agreed
from tests.allocate.forecasts import grown

UNIT = {
    "project": "barton-unit", "setting": "N1", "name": "Barton Unit", "kind": "unit", "authority": "E06000001",
    "district": "West", "easting": 410_000, "northing": 300_000, "ncy_low": 0, "ncy_high": 6, "needs": "ASD",
    "places": 3, "opens": 2027, "promised": "September 2026", "status": "agreed", "chance": 1.0, "delay_years_low": 0,
    "delay_years_mode": 0, "delay_years_high": 0, "capital_gbp": 60_000, "as_of": "2025-04", "source": "by hand",
}  # fmt: skip
MORE = {
    "project": "ashby-more", "setting": "S1", "name": "Ashby School", "kind": "special", "authority": "E06000001",
    "places": 4, "opens": 2026, "status": "proposed", "as_of": "2025-04", "source": "by hand",
}  # fmt: skip


def with_pipeline(area: Area, *rows: dict[str, object]) -> Area:
    return area.replace(pipeline=tables.check(pd.DataFrame(list(rows)), tables.PIPELINE))


def places_of(area: Area, draws: int = 400, *, seed: int = 7) -> np.ndarray:
    """Return draw x year (2025 to 2030) of all the places that opened."""
    return drawn(area, range(draws), seed=seed).places(area.settings["setting"], range(2025, 2031)).sum(axis=2)


def test_an_agreed_unit_takes_children_from_the_january_that_it_opens(tiny_area: Area) -> None:
    """Two children fill Colby Unit each January; a third has nowhere until Barton Unit opens in January 2027."""
    states = tiny_area.states.assign(plans=[4, 3, 2, 2, 2])
    area = sf.AS_AGREED(with_pipeline(tiny_area.replace(states=states), UNIT))
    area = sf.ChangeAssumption("allocate.unit_child_in_special", 0)(area)
    plans = grown(area, to=2028, draws=3)
    plans.plans[:, 1:] = plans.plans[:, :1].to_numpy()  # the same children wanted every January
    placed = sf.allocate.places(area, plans, draws=3)
    full = placed.utilisation("setting", levels=(0.5,)).set_index(["setting", "year"])
    assert full.loc["N1", "places"].tolist() == [0, 0, 3, 3]
    assert full.loc["N1", "children"].loc[:2026].tolist() == [0, 0]
    assert placed.shortfall(levels=(0.5,))["children"].tolist() == [0, 1, 0, 0]
    assert placed.expected_places.tolist() == placed.places[0].tolist()
    without = sf.allocate.places(sf.CancelAgreed()(area), plans, draws=3)
    assert without.shortfall(levels=(0.5,))["children"].tolist() == [0, 1, 1, 1]


def test_opened_places_are_paid_for_in_the_draws_where_they_opened(tiny_area: Area) -> None:
    row = UNIT | {"chance": 0.5}
    area = sf.AS_AGREED(with_pipeline(tiny_area, row))
    plans = grown(area, to=2029, draws=12)
    placed = sf.allocate.places(area, plans, draws=12)
    is_open = placed.opened.opens[:, 0] == 2027
    assert 0 < is_open.sum() < 12
    spend = sf.funding.high_needs(area, plans, placed).spend
    paid = spend.sel(financial_year=2027, item=(spend["kind"] == "place") & (spend["provision"] == "sen_unit"))
    lowest = paid.sum(["authority", "item"]).to_numpy()
    assert lowest[is_open].min() >= 5 * 6_000  # two places at Colby and three at Barton, at the least a place
    assert lowest[~is_open].max() <= 2 * 10_000


def test_the_run_opens_what_is_agreed_and_says_so(tiny_area: Area) -> None:
    area = with_pipeline(tiny_area, UNIT, MORE)
    options = {"to": 2028, "draws": 4, "placed_draws": 2}
    now = sf.run(area, **options)
    then = sf.run(area, sf.Scenario("More at Ashby", (sf.OpenPlaces("S1", 3, 2026),)), **options)
    assert now.scenario.name == "As agreed"
    for outcome in (now, then):
        barton = outcome.placed.places[..., outcome.placed.routes.codes.get_loc("N1")]
        assert barton.tolist() == [[0, 0, 3, 3]] * 2
    steps = sf.compare(now, then, measure="shortfall").steps["step"].tolist()
    assert steps == ["As agreed", "Open 3 places at Ashby School by 2026"]
    assert "As agreed" in set(now.reproducibility()["name"])


@pytest.mark.parametrize("project", ["ashby-more", ("ashby-more",), ()])
def test_a_proposed_row_opens_nowhere_unless_asked(tiny_area: Area, project: str | tuple[str, ...]) -> None:
    area = with_pipeline(tiny_area, UNIT, MORE)
    agreed = sf.AS_AGREED(area)
    assert agreed.coming["project"].tolist() == ["barton-unit"]
    assert places_of(agreed)[:, -1].tolist() == [3] * 400
    asked = from_agreed(sf.Scenario("All", (sf.OpenProposed(project, chance=1),)))(area)
    assert (places_of(asked)[:, -1] == 3 + 4).all()
    half = places_of(sf.OpenProposed(project)(agreed))[:, -1]
    assert abs((half == 7).mean() - area.value("pipeline.chance_proposed")) < 4 * 0.5 / 20


@given(
    chance=st.floats(0, 1), places=st.integers(1, 200), low=st.integers(0, 1), more=st.tuples(st.integers(0, 2), st.integers(0, 2))
)  # fmt: skip
def test_over_draws_places_are_chance_times_places_within_binomial_error(
    chance: float, places: int, low: int, more: tuple[int, int]
) -> None:
    mode, high = low + more[0], low + more[0] + more[1]
    weight = {d: (d - low + 1) / (mode - low + 1) if d <= mode else (high - d + 1) / (high - mode + 1) for d in range(low, high + 1)}  # fmt: skip
    row = UNIT | {"chance": chance, "places": places} | dict(zip(DELAYS, (low, mode, high), strict=True))
    draws = 2_000
    found = places_of(opened(row), draws)
    for n, year in enumerate(range(2025, 2031)):
        share = chance * sum(w for d, w in weight.items() if 2027 + d <= year) / sum(weight.values())
        error = places * np.sqrt(share * (1 - share) / draws)
        assert abs(found[:, n].mean() - places * share) <= 5 * error + 1e-9


@given(st.floats(0, 1), st.floats(0, 1), st.integers(0, 2**32))
def test_more_chance_never_opens_fewer_places_in_any_draw(one: float, other: float, seed: int) -> None:
    less, more = sorted((one, other))
    rows = [opened(UNIT | {"chance": c, "delay_years_high": 2}) for c in (less, more)]
    assert (places_of(rows[0], 50, seed=seed) <= places_of(rows[1], 50, seed=seed)).all()


def test_the_same_seed_opens_the_same_in_every_scenario_and_whatever_other_draws_there_are(tiny_area: Area) -> None:
    area = with_pipeline(tiny_area, UNIT | {"chance": 0.5, "delay_years_high": 2}, MORE | {"chance": 0.5})
    alone, both = sf.AS_AGREED(area), sf.OpenProposed()(sf.AS_AGREED(area))
    first = drawn(alone, range(100), seed=7).opens[:, 0]
    assert first.tolist() == drawn(both, range(100), seed=7).opens[:, 0].tolist()
    assert first[[4, 60]].tolist() == drawn(alone, [4, 60], seed=7).opens[:, 0].tolist()
    assert first.tolist() != drawn(alone, range(100), seed=8).opens[:, 0].tolist()
    assert len(set(first)) == 4  # 2027, a year late, two years late, never


def test_projects_have_luck_of_their_own(tiny_area: Area) -> None:
    rows = [UNIT | {"project": str(n), "setting": str(n), "chance": 0.5} for n in range(20)]
    found = drawn(sf.AS_AGREED(with_pipeline(tiny_area, *rows)), range(200), seed=7).opens < NEVER
    assert np.abs(np.corrcoef(found.T) - np.eye(20)).max() < 0.35


def test_rows_of_one_scheme_open_together_and_as_late_as_one_another(tiny_area: Area) -> None:
    late = {"chance": 0.5, "delay_years_high": 3}
    rows = [UNIT | late | {"project": p, "setting": p, "scheme": s} for p, s in (("a", "x"), ("b", "x"), ("c", ""))]
    found = drawn(sf.AS_AGREED(with_pipeline(tiny_area, *rows)), range(400), seed=7).opens
    assert (found[:, 0] == found[:, 1]).all()
    assert len(set(found[:, 0])) == 5  # in time, one to three years late, never
    assert (found[:, 0] != found[:, 2]).mean() > 0.3


def test_rows_of_one_scheme_are_at_one_site_and_at_one_stage(tmp_path: Path) -> None:
    first, base = ours() | {"scheme": "x"}, {"project": "base", "setting": "N2", "kind": "alternative_provision_base"}
    assert checked(tmp_path, first, ours() | base | {"scheme": "x"}) == ""
    moved = ours() | base | {"scheme": "x", "easting": 481_000}
    assert "row 3, scheme: 'x' is elsewhere in the row of" in checked(tmp_path, first, moved)
    hoped = ours() | base | {"scheme": "x", "status": "proposed", "chance": 0.5}
    assert "row 3, scheme: 'x' is agreed in the row of" in checked(tmp_path, first, hoped)


def test_blank_chances_and_delays_are_the_librarys_for_the_status_and_kind(tiny_area: Area) -> None:
    blank = dict.fromkeys((*DELAYS, "chance"))
    school = UNIT | blank | {"project": "new", "setting": "N2", "kind": "special"}
    area = sf.AS_AGREED(with_pipeline(tiny_area, UNIT | blank, school, MORE | {"status": "agreed", "opens": 2027}))
    coming = drawn(area, range(2_000), seed=7)
    projects, found = coming.projects["project"].tolist(), coming.opens
    years = {p: sorted(set(column[column < NEVER])) for p, column in zip(projects, found.T, strict=True)}
    soon = [2027, 2028]  # more places at Ashby are not a new school
    assert years == {"ashby-more": soon, "barton-unit": soon, "new": [2028, 2029, 2030]}
    assert abs((found < NEVER).mean() - 0.9) < 0.02
    likely = dict(zip(projects, most_likely(area).opens[0], strict=True))
    assert likely == {"ashby-more": 2027, "barton-unit": 2027, "new": 2029}
    sooner = sf.ChangeAssumption("pipeline.new_school_delay_low_years", 0)(area)
    assert drawn(sooner, range(500), seed=7).opens[:, projects.index("new")].min() == 2027


def test_a_support_base_is_its_schools_own_and_takes_no_child_of_the_authoritys(tiny_area: Area) -> None:
    area = sf.AS_AGREED(with_pipeline(tiny_area, UNIT | {"kind": "support_base"}))
    assert area.settings.set_index("setting").loc["N1", "setting_type"] == "mainstream"
    placed = sf.allocate.places(area, grown(area, to=2028, draws=2), draws=2)
    assert "N1" not in placed.routes.codes


def test_openings_are_chosen_beside_the_same_places_by_draw(tiny_area: Area) -> None:
    area = sf.AS_AGREED(with_pipeline(tiny_area, UNIT | {"chance": 0.5}))
    plans = grown(area, to=2028, draws=6, growth=0.5)
    option = {
        "option": "More",
        "kind": "expand",
        "setting": "S1",
        "places": 4,
        "year": 2026,
        "capital_gbp_per_place": 5e4,
    }
    found = sf.allocate.openings(area, plans, pd.DataFrame([option]), draws=6, seconds=2)
    placed = sf.allocate.places(area, plans, draws=6)
    assert found.problem.places.transpose(1, 0, 2).tolist() == placed.places[:, 1:].tolist()


def test_what_is_not_agreed_cant_be_cancelled_and_what_is_not_proposed_cant_be_asked_for(tiny_area: Area) -> None:
    area = sf.AS_AGREED(with_pipeline(tiny_area, UNIT, MORE))
    with pytest.raises(MissingError, match="no agreed project is called 'ashby-more'; known: barton-unit"):
        sf.CancelAgreed("ashby-more")(area)
    with pytest.raises(MissingError, match="no proposed project is called 'ashby-mor'; did you mean 'ashby-more'"):
        sf.OpenProposed("ashby-mor")(area)
    with pytest.raises(MissingError, match=r"pipeline\.csv has none that is proposed"):
        sf.OpenProposed("any")(sf.AS_AGREED(with_pipeline(tiny_area, UNIT)))
    with pytest.raises(InputError, match=r"a chance of 1\.5 is not between 0 and 1"):
        sf.OpenProposed("ashby-more", chance=1.5)(area)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"setting": "UNIT-2", "easting": "", "northing": "", "ncy_low": "", "ncy_high": ""},
         "row 2, setting: 'UNIT-2' is not in settings.csv; did you mean 'UNIT-1'?"),
        ({"setting": "Q9", "easting": "", "northing": "", "ncy_low": "", "ncy_high": ""},
         "row 2, setting: 'Q9' is not in settings.csv; a new setting needs easting, northing, ncy_low, ncy_high"),
        ({"northing": ""}, "row 2, northing: N1 is not in settings.csv, and a new setting needs northing"),
        ({"northing": 52.3}, "row 2, northing: 52.3 is below 1000; metres on the British National Grid"),
        ({"easting": 650_000, "northing": 900_000}, "row 2, easting, northing: 650000, 900000 is not on land in Great Britain"),
        ({"ncy_low": 11, "ncy_high": 7}, "row 2, ncy_low: 11 is above ncy_high, 7; swap them"),
        ({"needs": "ASD,SEMH"}, "row 2, needs: 'ASD,SEMH' is not one of"),
        ({"opens": 2025}, "row 2, opens: 2025 is not after the base year, 2025; if the places are open, put them in places.csv"),
        ({"status": "open"}, "row 2, status: 'open', but places.csv has 0 places at N1 in 2027, fewer than the 3 of this row"),
        ({"chance": 1.2}, "row 2, chance: 1.2 is above 1; write nine in ten as 0.9"),
        ({"chance": -0.1}, "row 2, chance: -0.1 is below 0"),
        ({"status": "proposed", "chance": 1}, "row 2, chance: 1, but what is only proposed is not certain"),
        ({"places": 0}, "row 2, places: 0 is below 1; leave the row out until the number is known"),
        ({"places": "many"}, "row 2, places: 'many' is not a number"),
        ({"kind": "academy"}, "row 2, kind: 'academy' is not one of special, unit"),
        ({"status": "hoped"}, "row 2, status: 'hoped' is not one of open, agreed, proposed"),
        ({"delay_years_mode": ""}, "row 2, delay_years_low: low, mode and high are given together"),
        ({"delay_years_low": 3}, "row 2, delay_years_low: 3, 0, 0 are not in order: low, mode, high"),
        ({"setting": "900001", "easting": "", "northing": ""}, "row 2, kind: 'unit', but 900001 is special in settings.csv; expected special"),
        ({"setting": "UNIT-1"}, "row 2, easting: UNIT-1 is in settings.csv, which says where it is"),
        ({"authority": "E06000998"}, "row 2, authority: 'E06000998' is not one of E06000999"),
        ({"source": ""}, "row 2, source: is blank"),
    ],
)  # fmt: skip
def test_a_row_that_cant_be_so_is_named_with_the_way_out(tmp_path: Path, changed: dict, says: str) -> None:
    faults = checked(tmp_path, ours() | changed)
    assert f"pipeline.csv: 1 to correct\n  {says}" in faults


def test_places_that_open_twice_are_named(tmp_path: Path) -> None:
    again = ours() | {"project": "again"}
    assert "row 3, setting, opens: N1 opens a unit in 2027 already, in row 2; add the places up" in checked(
        tmp_path, ours(), again
    )
    elsewhere = ours() | {"project": "again", "easting": 481_000, "opens": 2028}
    assert "row 3, easting, northing: N1 is somewhere else in row 2" in checked(tmp_path, ours(), elsewhere)
    twice = {**ours(), "setting": "900001", "kind": "special", "places": 8} | dict.fromkeys(NEW, "")
    assert "places.csv opens 8 places at 900001 in 2027 too, so they would count twice" in checked(tmp_path, twice)


def test_more_places_at_a_new_setting_need_no_point_of_their_own(tmp_path: Path) -> None:
    second = {**ours(), "project": "second", "opens": 2028} | dict.fromkeys(NEW, "")
    assert checked(tmp_path, ours(), second) == ""
    area = sf.AS_AGREED(sf.read_area(tmp_path / "ours"))
    assert area.settings["setting"].tolist().count("N1") == 1
    assert places_of(area)[0].tolist() == [0, 0, 3, 6, 6, 6]


def test_an_area_made_in_python_is_checked_too(tiny_area: Area) -> None:
    with pytest.raises(InputError, match="row 2, opens: 2025 is not after the base year"):
        sf.AS_AGREED(with_pipeline(tiny_area, UNIT | {"opens": 2025}))


DELAYS = ("delay_years_low", "delay_years_mode", "delay_years_high")
NEW = ("easting", "northing", "ncy_low", "ncy_high", "needs", "district")


def opened(row: dict[str, object]) -> Area:
    """Return an area whose scenario opens one row."""
    coming = tables.check(pd.DataFrame([row]), tables.PIPELINE)
    empty = {"population": pd.DataFrame(), "plans": pd.DataFrame()}
    settings = pd.DataFrame({"setting": coming["setting"]})
    return Area("One", {"E06000001": "One"}, 2025, **empty, settings=settings, coming=coming)


def ours() -> dict[str, object]:
    return UNIT | {"authority": "E06000999", "district": "Town", "easting": 480_000, "northing": 265_000}


def checked(folder: Path, *rows: dict[str, object]) -> str:
    """Return every fault of the template with these rows for its pipeline."""
    ours = folder / "ours"
    if not ours.exists():
        write_template(ours)
    pd.DataFrame(list(rows)).to_csv(ours / "pipeline.csv", index=False)
    return "\n".join(str(fault) for fault in sf.check_area(ours))


def test_the_base_case_is_pulled_once() -> None:
    assert from_agreed(sf.AS_AGREED) is sf.AS_AGREED
    assert [type(lever) for lever in from_agreed(sf.Scenario("Other")).levers] == [OpenAgreed]
