"""The ledger of placed children by hand: who is entered where, what each can be counted by, totals and percentiles."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from sufficiency.allocate.place.children import Children
from sufficiency.allocate.place.ledger import (
    WHERE,
    Ledger,
    cells_of,
    child_labels,
    destinations,
    percentile_within,
    setting_labels,
    suited,
    totals,
)
from sufficiency.allocate.place.routes import NEED_CODES, RouteMap, route_map
from sufficiency.area.area import Area
from sufficiency.words.destinations import DESTINATIONS

ASD, SLD = NEED_CODES.index("ASD"), NEED_CODES.index("SLD")
WAITING = list(DESTINATIONS).index("waiting")
HOMES = np.array([0, 0, 0])  # one authority


@pytest.fixture
def routes(tiny_area: Area) -> RouteMap:
    """Return the routes of the tiny area: S1, a special school, and U1, a unit."""
    return route_map(tiny_area)


def with_schools(routes: RouteMap, **columns: list[object]) -> RouteMap:
    """Return the same settings with other types, or in another place."""
    return replace(routes, settings=routes.settings.assign(**columns))


def children(setting: list[int], **of: list[int]) -> Children:
    """Return children at settings by position: zone A, Year 1, autism, special school, boys, unless said otherwise."""
    given = {"zone": 0, "ncy": 1, "need": ASD, "kind": 0, "is_girl": False, "waited": 0}
    return Children(
        setting=np.array(setting), **{k: np.broadcast_to(of.get(k, v), len(setting)) for k, v in given.items()}
    )


def where(routes: RouteMap, setting: list[int], places: list[int]) -> list[str]:
    return [WHERE[d] for d in destinations(np.array(setting), np.array(places), routes)]


# --- where each child is ---


def test_a_child_is_at_the_kind_of_place_that_the_setting_is_or_where_they_were_turned_away_to(
    routes: RouteMap,
) -> None:
    assert where(routes, [0, 1, 2, 2 + WAITING], [5, 2]) == ["state_special", "unit", "in_mainstream", "waiting"]
    dear = with_schools(routes, setting_type=["independent_special", "non_maintained_special"])
    assert where(dear, [1, 0], [5, 2]) == ["non_maintained_special", "independent_special"]
    assert where(with_schools(routes, setting_type=["special", "resourced_provision"]), [1], [5, 2]) == ["unit"]


def test_only_a_state_special_school_beyond_the_boundary_is_told_apart(routes: RouteMap) -> None:
    beyond = with_schools(routes, is_in_area=[False, False])
    assert where(beyond, [0, 1], [5, 2]) == ["special_outside", "unit"]
    halves = with_schools(routes, setting_type=["special", "special"], is_in_area=[True, False])
    assert where(halves, [0, 1], [5, 2]) == ["state_special", "special_outside"]


def test_the_last_to_arrive_at_a_state_setting_beyond_its_places_are_above_its_number(routes: RouteMap) -> None:
    """Two places at each; three children at the school, in turn with two at the unit."""
    found = where(routes, [0, 1, 0, 1, 0], [2, 2])
    assert found == ["state_special", "unit", "state_special", "unit", "over_number"]


def test_nobody_is_above_a_number_that_a_school_has_not(routes: RouteMap) -> None:
    market = with_schools(routes, setting_type=["independent_special", "sen_unit"])
    assert where(market, [0, 0, 1], [1, 1]) == ["independent_special", "independent_special", "unit"]
    unknown = with_schools(routes, has_number=[False, True])
    assert where(unknown, [0, 0, 1, 1], [0, 1]) == ["state_special", "state_special", "unit", "over_number"]
    assert where(routes, [2, 2, 2], [0, 0]) == ["in_mainstream"] * 3  # turned away: no limit is counted here


# --- one entry for each child ---


@pytest.fixture
def book(routes: RouteMap) -> Ledger:
    """Return two Januaries of the fourth draw and one of the first: five children and then one."""
    first = children([0, 0, 1], zone=[0, 1, 2], ncy=[-4, 1, 6], need=[SLD, ASD, ASD], kind=[0, 0, 1])
    second = children([0, 2 + WAITING], zone=[1, 1], ncy=[2, 20], is_girl=[True, False])
    fourth = Ledger.of(3, [first, second], np.array([[1, 2], [5, 2]]), routes)
    return Ledger.join([fourth, Ledger.of(0, [children([1])], np.array([[5, 2]]), routes)])


def test_every_child_of_every_january_has_one_entry_in_order(book: Ledger) -> None:
    entries = {f.name: getattr(book, f.name).tolist() for f in fields(book)}
    assert entries == {
        "draw": [3, 3, 3, 3, 3, 0],
        "year": [0, 0, 0, 1, 1, 0],
        "zone": [0, 1, 2, 1, 1, 0],
        "ncy": [-4, 1, 6, 2, 20, 1],
        "need": [SLD, ASD, ASD, ASD, ASD, ASD],
        "kind": [0, 0, 1, 0, 0, 0],
        "is_girl": [False, False, False, True, False, False],
        "setting": [0, 0, 1, 0, 2 + WAITING, 1],
        "destination": [
            WHERE.index(d) for d in ("state_special", "over_number", "unit", "state_special", "waiting", "unit")
        ],
    }


def test_places_for_other_januaries_than_those_entered_are_refused(routes: RouteMap) -> None:
    with pytest.raises(ValueError, match="argument 2 is shorter"):
        Ledger.of(0, [children([0]), children([0])], np.array([[5, 2]]), routes)


def test_a_child_is_counted_by_home_by_who_they_are_and_by_where_they_go(routes: RouteMap, book: Ledger) -> None:
    labels = child_labels(routes, HOMES, ["E06000001"])

    def counted(*by: str) -> dict[tuple[object, ...], int]:
        cell, cells = cells_of(book, labels, by)
        assert not cells.duplicated().any()
        names = [tuple(row) for row in cells.to_numpy()]
        return dict(zip(names, np.bincount(cell, minlength=len(cells)).tolist(), strict=True))

    assert counted("authority") == {("E06000001",): 6}
    assert counted("district", "zone") == {("East", "C"): 1, ("West", "A"): 2, ("West", "B"): 3}
    assert counted("ncy") == {(-4,): 1, (1,): 2, (2,): 1, (6,): 1, (20,): 1}
    assert counted("phase", "need") == {
        ("early_years", "SLD"): 1,
        ("primary", "ASD"): 4,
        ("post_19", "ASD"): 1,
    }
    assert counted("kind") == {("special",): 5, ("unit",): 1}
    assert counted("setting") == {("S1",): 3, ("U1",): 2, ("waiting",): 1}
    assert counted("name") == {("Ashby School",): 3, ("Colby Unit",): 2, ("Waiting, with no school",): 1}
    assert counted("setting_type") == {("special",): 3, ("sen_unit",): 2, ("elsewhere",): 1}
    assert counted("provision") == {("special",): 3, ("sen_unit",): 2, ("waiting",): 1}
    assert counted("destination") == {("state_special",): 2, ("unit",): 2, ("over_number",): 1, ("waiting",): 1}


def test_destinations_are_told_in_the_order_in_which_a_planner_asks(routes: RouteMap, book: Ledger) -> None:
    _, cells = cells_of(book, child_labels(routes, HOMES, ["E06000001"]), ["destination"])
    assert cells["destination"].tolist() == ["state_special", "unit", "over_number", "waiting"]


def test_a_setting_is_known_by_its_columns_and_by_who_runs_it(routes: RouteMap) -> None:
    labels = setting_labels(with_schools(routes, setting_type=["special", "independent_special"]).settings)
    by = ("setting", "name", "setting_type", "setting_group", "authority", "district", "is_state")
    _, cells = labels.cells(by, {"setting": np.array([0, 1])})
    assert cells.to_numpy().tolist() == [
        ["S1", "Ashby School", "special", "special", "E06000001", "West", True],
        ["U1", "Colby Unit", "independent_special", "special", "E06000001", "East", False],
    ]


def test_totals_count_entries_or_add_their_weights_apart_for_each_draw_and_year(book: Ledger) -> None:
    cell = np.array([0, 1, 1, 2, 2, 0])
    counts = totals(book, cell, (4, 2, 3))
    assert counts.shape == (4, 2, 3)
    assert counts[3].tolist() == [[1, 2, 0], [0, 0, 2]]
    assert counts[0].tolist() == [[1, 0, 0], [0, 0, 0]]
    assert counts.sum() == 6
    weighed = totals(book, cell, (4, 2, 3), np.array([0.5, 1.0, 2.0, 4.0, 8.0, 16.0]))
    assert weighed[3].tolist() == [[0.5, 3, 0], [0, 0, 12]]
    assert weighed[0, 0, 0] == 16
    assert totals(book, cell, (4, 2, 3), book.is_girl)[3].tolist() == [[0, 0, 0], [0, 0, 1]]


# --- which settings suit whom ---


def test_a_setting_suits_a_cell_where_it_suits_some_child_of_it(routes: RouteMap) -> None:
    """S1 is for autism and severe learning difficulties to Year 14, U1 for autism and speech and language to Year 6.

    Where speech is taught, hearing impairment is too, as `suitability.csv` says.
    """
    found, cells = suited(routes, ["need"])
    by_need = dict(zip(cells["need"], found.tolist(), strict=True))
    assert by_need["HI"] == [False, True]
    assert by_need["SLD"] == [True, False]
    assert by_need["SEMH"] == [False, False]
    assert by_need["ASD"] == [True, True]
    found, cells = suited(routes, ["phase", "need"])
    by_phase = {tuple(key): row for key, row in zip(cells.to_numpy(), found.tolist(), strict=True)}
    assert by_phase["primary", "ASD"] == [True, True]
    assert by_phase["secondary", "ASD"] == [True, False]
    assert by_phase["post_16", "ASD"] == [True, False]
    assert by_phase["early_years", "ASD"] == by_phase["post_19", "SLD"] == [False, False]
    assert len(found) == 5 * len(NEED_CODES)


def test_without_labels_a_setting_suits_somebody(routes: RouteMap) -> None:
    found, cells = suited(routes, [])
    assert found.tolist() == [[True, True]]
    assert len(cells) == 1


# --- percentiles ---


def test_a_percentile_is_the_value_that_the_share_of_a_cell_does_not_exceed() -> None:
    """Ten journeys in the first cell, shuffled; none in the second; one in the third."""
    values = np.array([7.0, 3.0, 9.0, 1.0, 5.0, 10.0, 2.0, 8.0, 4.0, 6.0, 31.26])
    key = np.array([0] * 10 + [2])
    ninety, half, least = (percentile_within(values, key, 3, share) for share in (0.9, 0.5, 0.0))
    assert [ninety[0], half[0], least[0]] == [9.0, 5.0, 1.0]
    assert np.isnan([ninety[1], half[1], least[1]]).all()
    assert [ninety[2], half[2], least[2]] == [31.3] * 3  # to a tenth
    assert percentile_within(values, key, 3, 0.95)[0] == 10.0
    assert percentile_within(values, key, 3, 0.41)[0] == 5.0


def test_a_percentile_of_nobody_is_none_and_a_journey_without_end_is_only_very_long() -> None:
    assert np.isnan(percentile_within(np.zeros(0), np.zeros(0, dtype=np.int64), 2, 0.9)).all()
    endless = percentile_within(np.array([np.inf, 20.0]), np.array([0, 1]), 2, 0.9)
    assert endless.tolist() == [104_857.5, 20.0]
    pd.testing.assert_series_equal(
        pd.Series(percentile_within(np.full(3, 52_429.0), np.array([0, 1, 1]), 2, 0.9)), pd.Series([52_429.0] * 2)
    )
