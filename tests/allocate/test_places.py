"""Placing year by year: nobody is lost, those who have a place keep it, and every table adds up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import sufficiency as sf
from sufficiency import tables
from sufficiency.allocate.overflow import sampled, supply
from sufficiency.allocate.place import one_january
from sufficiency.allocate.place.children import NEW, Children, whole_mean
from sufficiency.allocate.place.parts_of_value import PARTS, Worth
from sufficiency.allocate.place.placed import Placed
from sufficiency.allocate.place.places import places
from sufficiency.allocate.place.routes import KINDS, NEED_CODES, route_map
from sufficiency.area.area import TABLES, Area
from sufficiency.errors import InputError, MissingError
from sufficiency.scenarios.levers import ChangeAssumption, ClosePlaces, OpenPlaces
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.vocabulary import SPECIALIST
from tests.allocate.any_area import any_area
from tests.allocate.forecasts import HandMade, grown


@pytest.fixture(scope="module")
def example() -> tuple[Area, HandMade, Placed]:
    area = sf.example_area()
    plans = grown(area, to=2029, draws=4, growth=0.03)
    return area, plans, places(area, plans, draws=4)


def needing(plans: HandMade) -> xr.DataArray:
    known = [t for t in SPECIALIST if t in plans.plans.indexes["setting_type"]]
    return plans.plans.sel(setting_type=known).sum(["setting_type", "ncy"])


def lost(placed: Placed, plans: HandMade) -> int:
    """Return the largest difference between children needing a place and children accounted for, in any cell."""
    wanted = needing(plans).sel(draw=placed.attending["draw"])
    return int(abs(placed.attending.sum(["phase", "setting"]) - wanted).max())


# --- nobody is lost ---------------------------------------------------------------------------------------------------


def test_every_child_is_at_a_setting_or_at_a_destination(example: tuple[Area, HandMade, Placed]) -> None:
    _, plans, placed = example
    assert lost(placed, plans) == 0
    assert list(placed.attending.indexes["setting"])[-len(DESTINATIONS) :] == list(DESTINATIONS)


def areas() -> st.SearchStrategy[tuple[Area, HandMade]]:
    """Return small areas with any mixture of settings, places and children, and a forecast of each."""
    return st.integers(0, 2**32 - 1).map(any_area)


@settings(max_examples=25)
@given(areas())
def test_nobody_is_lost_in_any_area(made: tuple[Area, HandMade]) -> None:
    """Whole children in every cell; nobody new is sent where age, sex or room forbid; tables agree."""
    area, plans = made
    placed = places(area, plans, draws=2)
    assert lost(placed, plans) == 0
    found, book = placed.routes, placed.drawn
    is_placed = book.setting < len(found.settings)
    some = np.flatnonzero(is_placed)
    ncy = book.ncy[some].astype(int)
    assert (ncy >= found.settings["ncy_low"].to_numpy()[book.setting[some]]).all()
    assert (ncy <= found.settings["ncy_high"].to_numpy()[book.setting[some]]).all()
    assert found.admits_sex[book.is_girl[some].astype(int), book.setting[some]].all()
    rolls = placed.attending.sum(["authority", "need", "phase"]).sel(setting=list(found.codes)).to_numpy()
    above = area.range_of("allocate.overfill_share")[1]  # drawn up to here
    most = np.floor(placed.places * (1 + above * found.has_number) + 1e-9)
    before = np.maximum(rolls[:, :-1], most[:, 1:])  # beyond that, a school is over-full only with children it had
    was_cut = placed.places[:, 1:] < placed.places[:, :-1]
    assert (rolls[:, 1:] <= np.where(was_cut, most[:, 1:], before)).all()
    away = placed.attending.sel(setting=list(DESTINATIONS)).sum(["authority", "need", "phase", "setting"])
    np.testing.assert_allclose(placed.shortfall(levels=(0.5,))["children"], away.median("draw"))
    assert np.isin(placed.saves[..., PARTS.index("turned_away")], (0, 1)).all()
    assert placed.certificate_gap_gbp == 0
    assert placed.placements.groupby("year")["children"].sum().sum() == placed.expected.zone.size


def shuffled(area: Area, by: np.random.Generator) -> Area:
    """Return an area with the rows of every table in another order."""
    tables_of = {name: getattr(area, name) for name in (*TABLES, "assumptions", "sources", "notes", "changes")}
    return area.replace(**{name: table.iloc[by.permutation(len(table))] for name, table in tables_of.items()})


def recoded(area: Area, codes: dict[str, str]) -> Area:
    """Return an area whose settings have other codes."""
    held = {name: getattr(area, name) for name in ("settings", "places", "attendance", "travel")}
    return area.replace(**{name: table.assign(setting=table["setting"].map(codes)) for name, table in held.items()})


def with_a_list(area: Area, by: np.random.Generator) -> Area:
    """Return an area with a list of who attends where, longer than some of its counts."""
    cells = area.states[area.states["setting_type"].isin(area.settings["setting_type"])]
    rows = cells.iloc[by.integers(0, len(cells), 60)] if len(cells) else cells
    rows = pd.DataFrame(
        {
            "zone": by.choice(area.zones["zone"], len(rows)),
            "setting": by.choice(area.settings["setting"], len(rows)),
            "ncy": rows["ncy"].to_numpy(),
            "need": rows["need"].to_numpy(),
        }
    ).drop_duplicates()
    return area.replace(attendance=tables.check(rows.assign(children=by.integers(1, 3, len(rows))), tables.ATTENDANCE))


@settings(max_examples=15)
@given(areas(), st.integers(0, 99))
def test_neither_the_order_of_rows_nor_a_code_of_the_same_rank_changes_who_goes_where(
    made: tuple[Area, HandMade], seed: int
) -> None:
    area, plans = made
    by = np.random.default_rng(seed)
    area = with_a_list(area, by)
    before = places(area, plans, draws=2)
    again = places(shuffled(area, by), plans, draws=2)
    pd.testing.assert_frame_equal(again.placements, before.placements)
    xr.testing.assert_identical(again.attending, before.attending)
    assert (again.value_gbp == before.value_gbp).all()
    codes = {code: f"School {n:03d}" for n, code in enumerate(sorted(area.settings["setting"]))}
    renamed = places(recoded(area, codes), plans, draws=2)
    np.testing.assert_array_equal(renamed.attending.to_numpy(), before.attending.to_numpy())
    assert list(renamed.routes.codes) == [codes[code] for code in before.routes.codes]


def test_the_expected_demand_adds_up(example: tuple[Area, HandMade, Placed]) -> None:
    _, plans, placed = example
    mean = needing(plans).sum(["authority", "need"]).mean("draw").to_numpy()
    whole = placed.placements.groupby("year")["children"].sum().to_numpy()
    assert np.abs(whole - mean).max() <= 2  # two authorities and two kinds of place, each rounded
    assert (whole == np.rint(whole)).all()


@given(st.integers(1, 5), st.integers(0, 1000))
def test_a_whole_mean_is_within_one_of_the_mean_everywhere(draws: int, seed: int) -> None:
    counts = np.random.default_rng(seed).poisson(1.3, (draws, 2, 1, 25, 3, 2))
    mean, whole = counts.mean(axis=0), whole_mean(counts.mean(axis=0))
    assert (np.abs(whole - mean) < 1).all()
    np.testing.assert_array_equal(whole.sum(axis=(2, 3)), np.rint(mean.sum(axis=(2, 3))))


# --- staying, moving, waiting -------------------------------------------------------------------------------------------


def child(**of: Any) -> Children:
    """Return children by position: zone A, Year 1, autism, special school, at S1, unless said otherwise."""
    count = max((len(v) for v in of.values() if isinstance(v, list)), default=1)
    given = {
        "zone": 0,
        "ncy": 1,
        "need": NEED_CODES.index("ASD"),
        "kind": 0,
        "is_girl": False,
        "setting": 0,
        "waited": 0,
    }
    return Children(**{name: np.array(np.broadcast_to(of.get(name, v), count)) for name, v in given.items()})


@pytest.fixture
def two_schools(tiny_area: Area) -> Area:
    """Return the tiny area with a second special school at C, the far end, and no unit."""
    return tiny_area.replace(
        settings=tiny_area.settings.assign(setting_type="special", ncy_high=14, needs=["ASD SLD", "ASD SLD"])
    )


def january(area: Area, children: Children, room: list[int], before: list[int] | None = None) -> one_january.January:
    """Return one January with everyone placed at least cost; those turned away are where England's middle shares say."""
    found, overflow = route_map(area), sampled.expected(sampled.ranges(area))
    elsewhere = one_january.Elsewhere(overflow, np.full(len(DESTINATIONS), np.inf), Worth.of(area, found, overflow))
    places_now, places_before, prices = np.array(room), np.array(before or room), one_january.Prices.of(area)
    rng = np.random.default_rng(0)
    return one_january.place(children, found, places_now, places_before, prices, elsewhere, rng, is_fitted=False)


def placed_at(area: Area, children: Children, room: list[int], before: list[int] | None = None) -> list[int]:
    """Return the setting of each child; 2, the number of settings, where they are turned away."""
    return np.minimum(january(area, children, room, before).children.setting, 2).tolist()


def test_a_child_stays_though_another_school_is_nearer(two_schools: Area) -> None:
    assert placed_at(two_schools, child(zone=[2]), [5, 5]) == [0]


def test_at_a_change_of_phase_a_child_may_move_nearer_home(two_schools: Area) -> None:
    assert placed_at(two_schools, child(zone=[2], ncy=7), [5, 5]) == [1]
    assert placed_at(two_schools, child(zone=[2], ncy=7), [5, 0]) == [0]


def test_nobody_loses_a_place_to_another_who_waited(two_schools: Area) -> None:
    """Into Year 7 at the only place there is, with a neighbour of the school who has waited three years."""
    children = child(zone=[2, 0], setting=[0, 2], ncy=7, waited=[0, 3])
    assert placed_at(two_schools, children, [1, 0]) == [0, 2]


def test_the_policy_decides_who_may_move(two_schools: Area) -> None:
    never = ChangeAssumption("allocate.who_may_move", 0.0)(two_schools)
    always = ChangeAssumption("allocate.who_may_move", 3.0)(two_schools)
    assert placed_at(never, child(zone=[2], ncy=7), [5, 5]) == [0]
    assert placed_at(always, child(zone=[2]), [5, 5]) == [1]
    as_they_open = ChangeAssumption("allocate.who_may_move", 2.0)(two_schools)
    assert placed_at(as_they_open, child(zone=[2]), [5, 5]) == [0]
    assert placed_at(as_they_open, child(zone=[2]), [5, 5], before=[5, 4]) == [1]
    dear = ChangeAssumption("allocate.move_gbp", 90_000.0)(always)
    assert placed_at(dear, child(zone=[2]), [5, 5]) == [0]


def test_an_over_full_school_keeps_its_children_and_takes_none(two_schools: Area) -> None:
    """Three children at a school of two places: all stay, and a new neighbour goes to the far school."""
    children = child(zone=[0, 0, 0, 0], setting=[0, 0, 0, NEW])
    assert placed_at(two_schools, children, [2, 5]) == [0, 0, 0, 1]
    transferring = child(zone=[0, 0, 0, 0], setting=[0, 0, 0, NEW], ncy=7)
    assert placed_at(two_schools, transferring, [2, 5]) == [0, 0, 0, 1]


def test_a_school_is_over_filled_only_where_the_area_says_so_and_at_a_price(two_schools: Area) -> None:
    """Four places, and a quarter more allowed: the fifth child next door goes in above the places."""
    soft = ChangeAssumption("allocate.overfill_share", 0.25, high=0.25)(two_schools)
    children = child(zone=[0] * 5, setting=NEW)
    assert sorted(placed_at(two_schools, children, [4, 0])) == [0, 0, 0, 0, 2]
    assert placed_at(soft, children, [4, 0]) == [0] * 5
    dear = ChangeAssumption("allocate.overfill_gbp", 99_000.0)(soft)
    assert sorted(placed_at(dear, children, [4, 5])) == [0, 0, 0, 0, 1]


def test_a_school_that_is_cut_lets_go_those_who_lose_least(two_schools: Area) -> None:
    children = child(zone=[0, 2, 0], setting=0)
    assert placed_at(two_schools, children, [2, 5], before=[3, 5]) == [0, 1, 0]


def test_a_child_too_old_for_their_school_needs_another(tiny_area: Area) -> None:
    at_the_unit = child(zone=[2], kind=1, setting=1, ncy=7)
    assert placed_at(tiny_area, at_the_unit, [5, 2]) == [0]


def test_those_who_waited_are_placed_first(two_schools: Area) -> None:
    children = child(zone=[0, 0], setting=[NEW, 2], waited=[0, 1])
    now = january(two_schools, children, [1, 0])
    assert np.minimum(now.children.setting, 2).tolist() == [2, 0]
    assert now.children.waited.tolist() == [1, 0]


def test_living_far_from_schools_puts_nobody_last_unless_the_area_says_so(two_schools: Area) -> None:
    """One place next door to the first child; the second, 10 km from either school, has waited a year."""
    children = child(zone=[0, 1], setting=[NEW, 2], waited=[0, 1])
    for share, expected in ((1.0, [2, 0]), (0.0, [0, 2])):
        area = ChangeAssumption("allocate.even_handed", share)(two_schools)
        assert placed_at(area, children, [1, 0]) == expected


def test_waiting_beyond_the_years_that_the_area_says_puts_nobody_further_forward(two_schools: Area) -> None:
    """One place next door to the first child; the second, 10 km away, has waited three years, or one as far as counts."""
    area, children = ChangeAssumption("allocate.even_handed", 0.0)(two_schools), child(zone=[0, 1], setting=[NEW, 2])
    children = children.take(slice(None), waited=np.array([0, 3]))
    assert placed_at(area, children, [1, 0]) == [2, 0]
    assert placed_at(ChangeAssumption("allocate.waiting_most_years", 1.0)(area), children, [1, 0]) == [0, 2]


@pytest.mark.parametrize("seed", range(30))
def test_the_value_of_a_place_is_what_one_more_would_save_part_by_part(two_schools: Area, seed: int) -> None:
    """Fees, packages, journeys, minutes and children turned away: each as placing again with one more place finds it.

    Every other time schools of three or four places take one child above their number, as they do with one place more.
    """
    by, takes_above = np.random.default_rng(seed), seed % 2 == 1
    area, count = (
        ChangeAssumption("allocate.even_handed", 0.0)(two_schools),
        int(by.integers(2, 13 if takes_above else 9)),
    )
    area = ChangeAssumption("allocate.overfill_share", 0.34 if takes_above else 0.0, high=1)(area)
    setting = np.where(by.random(count) < (0.6 if takes_above else 0.3), 0, NEW).tolist()
    children = child(zone=by.integers(0, 3, count).tolist(), ncy=int(by.integers(1, 11)), setting=setting)
    found, overflow = route_map(area), sampled.expected(sampled.ranges(area))
    worth = Worth.of(area, found, overflow)

    def total(room: list[int]) -> tuple[np.ndarray, np.ndarray]:
        now = january(area, children, room)
        at, is_away = np.minimum(now.children.setting, 1), now.children.setting >= 2
        parts = worth.of_routes(found, children.zone, at)
        return np.where(is_away[:, None], worth.of_turned_away(children), parts).sum(axis=0), now.saves

    room = (by.integers(3, 5, 2) if takes_above else by.integers(0, 4, 2)).tolist()
    now, saves = total(room)
    for school in (0, 1):
        more = [places_here + (n == school) for n, places_here in enumerate(room)]
        np.testing.assert_allclose(saves[school], now - total(more)[0], atol=1e-6)


# --- levers and tables ------------------------------------------------------------------------------------------------


def test_more_places_leave_fewer_without_and_cuts_more(example: tuple[Area, HandMade, Placed]) -> None:
    area, plans, placed = example
    short = placed.shortfall(levels=(0.5,)).set_index("year")["children"]
    more = places(OpenPlaces("140436", 300, 2027)(area), plans, draws=4).shortfall(levels=(0.5,)).set_index("year")
    fewer = places(ClosePlaces("140436", 150, 2027)(area), plans, draws=4).shortfall(levels=(0.5,)).set_index("year")
    assert more["children"][2026] == fewer["children"][2026] == short[2026]
    assert more["children"][2029] <= short[2029] < fewer["children"][2029]


def test_the_same_seed_places_the_same_children_whatever_other_draws_are_placed(
    example: tuple[Area, HandMade, Placed],
) -> None:
    area, plans, placed = example
    fewer = places(area, plans, draws=2)
    xr.testing.assert_identical(fewer.attending, placed.attending.sel(draw=list(fewer.draws)))
    assert places(area, plans, draws=(1, 3)).attending.identical(placed.attending.sel(draw=[1, 3]))
    assert not places(area, plans, draws=2, seed=8).attending.identical(fewer.attending)


def test_a_forecast_whose_base_year_varies_is_placed_all_the_same(example: tuple[Area, HandMade, Placed]) -> None:
    area, plans, _ = example
    shaken = HandMade(plans.plans.isel(year=slice(2)) + (plans.plans["draw"] % 3), plans.homes)
    assert lost(places(area, shaken, draws=9), shaken) == 0


def test_nothing_that_is_handed_out_can_be_changed_in_place(example: tuple[Area, HandMade, Placed]) -> None:
    _, _, placed = example
    before = placed.placements
    ours = placed.placements
    ours["children"] = 0
    ours.loc[0, "setting"] = "elsewhere"
    pd.testing.assert_frame_equal(placed.placements, before)
    with pytest.raises(ValueError, match="copy"):
        placed.attending[:] = 0


def test_placements_are_as_declared(example: tuple[Area, HandMade, Placed]) -> None:
    _, _, placed = example
    table = tables.check(placed.placements, tables.PLACEMENTS)
    assert (table["children"] > 0).all()
    is_away = table["setting"].isin(DESTINATIONS)
    assert table.loc[is_away, "km"].isna().all()
    assert table.loc[~is_away, "minutes"].notna().all()


def test_parts_of_a_shortfall_add_up_in_every_draw(example: tuple[Area, HandMade, Placed]) -> None:
    """With one draw a quantile is the draw itself, so parts must add up to the whole."""
    area, plans, _ = example
    one = places(area, plans, draws=1)
    whole = one.shortfall("year", levels=(0.5,)).set_index("year")["children"]
    for by in ("need_group", "phase", "district", "authority", "kind", "ncy"):
        parts = one.shortfall("year", by, levels=(0.5,))
        assert list(parts.columns) == ["year", by, "level", "children"]
        pd.testing.assert_series_equal(parts.groupby("year")["children"].sum(), whole)


def test_a_summary_counts_everyone_wherever_they_are(example: tuple[Area, HandMade, Placed]) -> None:
    area, plans, _ = example
    one = places(area, plans, draws=1)
    by_type = one.summary("setting_type", levels=(0.5,))
    assert "mainstream" in set(by_type["setting_type"])
    wanted = needing(plans).sel(draw=one.draws[0]).sum(["authority", "need"]).to_series()
    np.testing.assert_array_equal(by_type.groupby("year")["children"].sum(), wanted)


def test_journeys_are_summed_up_as_numpy_would(example: tuple[Area, HandMade, Placed]) -> None:
    area, plans, _ = example
    one = places(area, plans, draws=1)
    book, found = one.drawn, one.routes
    those = (book.year == 2) & (book.setting < len(found.settings))
    minutes = found.minutes[book.zone[those], book.setting[those]]
    row = one.travel("year", levels=(0.5,)).set_index("year").loc[2028]
    assert row["mean_minutes"] == pytest.approx(minutes.mean())
    assert row["p90_minutes"] == pytest.approx(np.quantile(minutes, 0.9, method="inverted_cdf"), abs=0.05)
    beyond = minutes > np.where(book.ncy[those] < 7, 45, 75)
    assert row["share_beyond"] == pytest.approx(beyond.mean())
    by_district = one.travel("year", "district", levels=(0.5,))
    assert set(by_district["district"]) == set(area.zones["district"])


def test_utilisation_counts_the_children_and_places_of_settings(example: tuple[Area, HandMade, Placed]) -> None:
    _, _, placed = example
    table = placed.utilisation("setting_type", levels=(0.5,))
    total = placed.utilisation(levels=(0.5,)).set_index("year")
    assert (table.groupby("year")["places"].sum() == total["places"]).all()
    assert total.loc[2026, "places"] == placed.expected_places[0, placed.routes.has_number].sum()
    assert set(table["setting_type"]) == {"special", "sen_unit"}, "a market has no number of places"
    with pytest.raises(InputError, match="'need' is not one of"):
        placed.utilisation("need")


def test_how_full_a_school_is_today_is_not_known_without_its_roll(example: tuple[Area, HandMade, Placed]) -> None:
    area, plans, placed = example
    by_school = placed.utilisation("setting", levels=(0.5,)).set_index(["year", "setting"])["share"]
    assert by_school[2026].isna().all()
    assert by_school.drop(2026).notna().all()
    zone = area.zones["zone"].iloc[0]
    on_roll = pd.DataFrame([(zone, "140436", 5, "ASD", 1)], columns=["zone", "setting", "ncy", "need", "children"])
    told = area.replace(attendance=tables.check(on_roll, tables.ATTENDANCE))
    again = places(told, plans, draws=1).utilisation("setting", levels=(0.5,)).set_index(["year", "setting"])["share"]
    assert again[2026].notna().sum() == 1
    assert again[2026, "140436"] > 0


def test_the_examples_first_january_is_the_published_caseload_type_by_type(
    example: tuple[Area, HandMade, Placed],
) -> None:
    """Everyone counted in a type of specialist setting is at a setting of that type, in each draw, age group and need."""
    area, _, placed = example
    published = area.states[area.states["setting_type"].isin(SPECIALIST)]
    by = ["authority", "setting_type", "ncy", "need"]
    counted = published[published["plans"] > 0].groupby(by)["plans"].sum()
    found = placed.in_each_draw(*by)
    for _, one in found[found["year"] == area.base_year].groupby("draw"):
        pd.testing.assert_series_equal(one.set_index(by)["children"].sort_index(), counted, check_names=False)
    assert placed.shortfall(levels=(0.5,)).set_index("year")["children"][2026] == 0


def test_no_setting_of_the_example_has_places_that_were_made_to_equal_its_children() -> None:
    """No number of places is what is left of a count, and schools without a number have none."""
    area = sf.example_area()
    listed, settings_ = set(area.places["setting"]), area.settings.set_index("setting")
    assert settings_.loc[sorted(listed), "has_number"].all()
    assert not settings_.drop(sorted(listed))["has_number"].any()
    held = settings_.loc[sorted(listed)].assign(places=area.places_in(2026))
    assert held["is_in_area"].all(), "the places of another council's school are not known"
    counted = area.states.groupby(["authority", "setting_type"])["plans"].sum()
    for cell, total in held.groupby(["authority", "setting_type"])["places"].sum().items():
        assert total != counted[cell], cell
    says = area.places["source"].str.cat(sep=" ")
    assert "less the places of" not in says
    assert "beyond the capacity" not in says


def test_a_school_without_a_number_goes_on_with_about_as_many_as_today(example: tuple[Area, HandMade, Placed]) -> None:
    area, _, placed = example
    low, high = area.range_of("allocate.no_number_growth")
    at = ~placed.routes.is_listed & placed._is_state[: len(placed.routes.settings)]
    now, last = placed.places[:, 0, at], placed.places[:, -1, at]
    assert (last >= np.floor(now * (1 + low) ** 4 + 1e-9)).all()
    assert (last <= np.floor(now * (1 + high) ** 4 + 1e-9)).all()
    assert len(set(last.sum(axis=1))) > 1, "drawn"
    assert now.sum(axis=1).min() > 500


def test_how_far_schools_are_filled_above_their_number_is_drawn_unless_the_area_says(tiny_area: Area) -> None:
    drawn = [supply.sampled(tiny_area, seed=7, draw=n).overfill_share for n in range(400)]
    low, high = tiny_area.range_of("allocate.overfill_share")
    assert low <= min(drawn) < max(drawn) <= high
    assert np.mean(drawn) == pytest.approx(supply.expected(tiny_area).overfill_share, abs=0.004)
    own = ChangeAssumption("allocate.overfill_share", 0.1)(tiny_area)
    assert {supply.sampled(own, seed=7, draw=n).overfill_share for n in range(5)} == {0.1}
    assert supply.expected(own).overfill_share == pytest.approx(0.1)


def test_places_are_not_added_where_their_number_is_not_known() -> None:
    with pytest.raises(InputError, match="UNIT-CORBY, whose number of places is not known"):
        OpenPlaces("UNIT-CORBY", 8, 2027)(sf.example_area())


def test_need_is_those_placed_and_those_turned_away_and_beside_it_what_rationing_may_have_hidden(
    two_schools: Area,
) -> None:
    """By hand: a quarter more than those at state special schools today, growing as need grows."""
    area = ChangeAssumption("allocate.latent_special_share", 0.25)(two_schools)
    plans = grown(area, to=2027, draws=2, growth=0.2)
    placed = places(area, plans, draws=1)
    need = placed.need(levels=(0.5,)).set_index("year")
    assert (need["need"] == placed.summary(levels=(0.5,)).set_index("year")["children"]).all()
    assert (need["turned_away"] == placed.shortfall(levels=(0.5,)).set_index("year")["children"]).all()
    at_special = placed.summary("setting_type", levels=(0.5,)).set_index(["setting_type", "year"])["children"]
    today = at_special["special"][2025]
    assert today > 0
    assert need["hidden"][2025] == 0.25 * today
    assert need["hidden"][2027] == pytest.approx(0.25 * today * need["need"][2027] / need["need"][2025])
    assert (need["without_a_place"] == need["turned_away"] + need["hidden"]).all()
    assert (need["need_with_hidden"] == need["need"] + need["hidden"]).all()
    with pytest.raises(InputError, match="'setting' is not one of"):
        placed.need("setting")


@settings(max_examples=15)
@given(areas())
def test_need_adds_up_over_homes_needs_and_ages_in_every_draw(made: tuple[Area, HandMade]) -> None:
    area, plans = made
    placed = places(area, plans, draws=1)
    whole = placed.need(levels=(0.5,)).set_index("year").drop(columns="level")
    for by in (("district", "need"), ("zone",), ("phase", "authority"), ("need_group",)):
        parts = placed.need(*by, levels=(0.5,)).groupby("year")[list(whole)].sum()
        pd.testing.assert_frame_equal(parts, whole, check_dtype=False)
    low, high = area.range_of("allocate.latent_special_share")
    assert ((placed.hidden_share >= low) & (placed.hidden_share <= high)).all()
    assert (whole["need"] == whole["placed"] + whole["turned_away"]).all()


def test_hidden_need_is_drawn_and_moves_nothing_else(example: tuple[Area, HandMade, Placed]) -> None:
    area, plans, placed = example
    assert len(set(placed.hidden_share)) == len(placed.draws)
    more = places(ChangeAssumption("allocate.latent_special_share", 0.34)(area), plans, draws=2)
    assert (more.hidden_share == 0.34).all()
    xr.testing.assert_identical(more.attending, placed.attending.sel(draw=list(more.draws)))
    need = placed.need(levels=(0.05, 0.95)).set_index(["year", "level"])["hidden"]
    assert need[2029, 0.05] < need[2029, 0.95]


def test_who_could_come_home(example: tuple[Area, HandMade, Placed]) -> None:
    _, _, placed = example
    home = placed.could_come_home("year", levels=(0.5,)).set_index("year")
    outside = placed.independent("year", levels=(0.5,)).set_index("year")
    assert (home["children"] <= outside["children"]).all()
    assert (home["saves_gbp"] > 10_000 * home["children"]).all()
    assert (placed.out_of_area(levels=(0.5,))["share"] < 0.5).all()


def test_the_value_of_a_place_names_every_setting(example: tuple[Area, HandMade, Placed]) -> None:
    _, _, placed = example
    table = placed.value_of_a_place("year", "name", levels=(0.5,))
    assert list(table.columns) == ["year", "setting", "name", "level", "value_of_a_place_gbp", *PARTS]
    assert set(table["setting"]) == set(placed.routes.codes)
    worth = table[(table["year"] == 2029) & (table["setting"] == "140436")]["value_of_a_place_gbp"].item()
    at = placed.routes.codes.get_loc("140436")
    assert worth == pytest.approx(np.median(placed.value_gbp[:, 3, at]))


def test_the_value_of_a_place_for_a_need_is_that_of_the_best_suited_setting(
    example: tuple[Area, HandMade, Placed],
) -> None:
    area, plans, _ = example
    one = places(area, plans, draws=1)
    by_setting = one.value_of_a_place(levels=(0.5,)).set_index(["year", "setting"])["value_of_a_place_gbp"]
    by_need = one.value_of_a_place("year", "need_group", "phase", levels=(0.5,))
    assert list(by_need.columns) == ["year", "need_group", "phase", "level", "value_of_a_place_gbp", *PARTS]
    found = by_need.set_index(["year", "need_group", "phase"])["value_of_a_place_gbp"]
    semh = route_map(area).suits[:, NEED_CODES.index("SEMH"), 0 + 4 : 6 + 5].any(axis=(0, 1))
    assert found[2028, "semh", "primary"] == by_setting[2028][list(one.routes.codes[semh])].max()
    by_district = one.value_of_a_place("district", "need_group", levels=(0.5,))
    assert list(by_district.columns) == ["year", "district", "need_group", "level", "value_of_a_place_gbp", *PARTS]
    assert by_district["value_of_a_place_gbp"].max() == by_setting.max()


def test_an_estimate_is_said_to_be_one(example: tuple[Area, HandMade, Placed]) -> None:
    _, _, placed = example
    says = " ".join(placed.notes["says"])
    assert "Today's settings are estimated" in says
    assert "straight lines" in says
    assert "turned away in 2029" in repr(placed)
    assert "<table" in placed._repr_html_()


def test_a_list_longer_than_the_plans_counted_is_doubtful(tiny_area: Area) -> None:
    listed = pd.DataFrame([("C", "S1", 1, "SLD", 9)], columns=["zone", "setting", "ncy", "need", "children"])
    area = tiny_area.replace(attendance=tables.check(listed, tables.ATTENDANCE))
    says = " ".join(places(area, grown(area, to=2026, draws=1)).notes["says"])
    assert "2 of 6 children are on the area's list" in says
    assert "7 children on the list are beyond the plans counted" in says


@pytest.mark.parametrize(
    ("change", "draws", "error", "says"),
    [
        ({"places": tables.empty(tables.PLACES)}, 1, MissingError, r"no places\.csv"),
        ({"zones": tables.empty(tables.ZONES)}, 1, MissingError, r"no zones\.csv"),
        ({}, 0, InputError, "draws is 0"),
    ],
)
def test_what_is_lacking_is_named(
    example: tuple[Area, HandMade, Placed], change: dict, draws: int, error: type, says: str
) -> None:
    area, plans, _ = example
    with pytest.raises(error, match=says):
        places(area.replace(**change), plans, draws=draws)


def test_demand_before_the_first_places_is_refused(example: tuple[Area, HandMade, Placed]) -> None:
    area, plans, _ = example
    later = area.replace(places=area.places.assign(year=2027).drop_duplicates("setting"))
    with pytest.raises(InputError, match=r"places\.csv begins in 2027, but children need places from January 2026"):
        places(later, plans, draws=1)


def test_a_label_that_is_not_known_is_refused(example: tuple[Area, HandMade, Placed]) -> None:
    _, _, placed = example
    with pytest.raises(InputError, match=r"'needs' is not one of.*did you mean 'need'"):
        placed.shortfall("needs")
    with pytest.raises(InputError, match="quantiles between 0 and 1"):
        placed.shortfall(levels=(5,))
    assert KINDS == ("special", "unit")


def test_the_more_a_lot_may_part_children_by_the_more_it_outweighs_a_shorter_journey(tiny_area: Area) -> None:
    """More children than places: with a lot of a penny those who live nearest have them, with a large one others too."""
    columns = ["authority", "year", "ncy", "need", "setting_type", "plans"]
    states = pd.DataFrame([("E06000001", 2025, 8, "SLD", "special", 10)], columns=columns)
    room = tiny_area.places.assign(places=[13, 0])
    area = tiny_area.replace(states=tables.check(states, tables.STATES), places=room)
    for name, value in {"fit_gbp": 0.0, "even_handed": 0.95, "overfill_share": 0.0, "waiting_gbp": 0.0}.items():
        area = ChangeAssumption(f"allocate.{name}", value)(area)
    plans = grown(area, to=2028, draws=20, growth=0.5)
    near, far = (places(ChangeAssumption("allocate.lot_gbp", lot)(area), plans, draws=20) for lot in (0.01, 1_000.0))
    assert near.travel()["mean_km"].mean() < far.travel()["mean_km"].mean()
    pd.testing.assert_frame_equal(near.shortfall(), far.shortfall())
