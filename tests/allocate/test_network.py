"""The flow and its prices: equal to HiGHS, whole, exact where degenerate, and proved."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from sufficiency.allocate.flow.min_cost_flow import Guess, allocate
from sufficiency.allocate.flow.solve import Solution, solve
from sufficiency.errors import InfeasibleError, InputError, MissingError
from tests.allocate.problems import Tables, tables, town


def solved(t: Tables, **options: object) -> Solution:
    return solve(t.groups, t.places, t.routes, unplaced_gbp=t.unplaced_gbp, **options)


def by_highs(t: Tables) -> float:
    """Return the least cost, as SciPy's HiGHS finds it."""
    group, setting = t.groups.index.get_indexer(t.routes["group"]), t.places.index.get_indexer(t.routes["setting"])
    n, routes = len(t.groups), len(t.routes)
    columns = np.arange(routes + n)
    each_child = csr_array((np.ones(routes + n), (np.append(group, np.arange(n)), columns)))
    each_place = csr_array((np.ones(routes), (setting, columns[:routes])), shape=(len(t.places), routes + n))
    costs = np.append(t.routes["cost_gbp"], np.full(n, t.unplaced_gbp))
    return float(linprog(costs, A_ub=each_place, b_ub=t.places, A_eq=each_child, b_eq=t.groups).fun)


def test_by_hand() -> None:
    """Two towns, two schools: three children of A share two places at home, and the cheapest to move moves."""
    routes = pd.DataFrame(
        [("A", "north", 1.0), ("A", "south", 4.0), ("B", "north", 3.0), ("B", "south", 2.0)],
        columns=["group", "setting", "cost_gbp"],
    )
    found = solve(pd.Series({"A": 3, "B": 1}), pd.Series({"north": 2, "south": 5}), routes, unplaced_gbp=10.0)
    assert found.placements.to_dict("records") == [
        {"group": "A", "setting": "north", "children": 2},
        {"group": "A", "setting": "south", "children": 1},
        {"group": "B", "setting": "south", "children": 1},
    ]
    assert found.objective_gbp == 8.0
    assert found.value_of_a_place.to_dict() == {"north": 3.0, "south": 0.0}
    assert found.chain("north").to_dict("records") == [
        {"move": 1, "group": "A", "from": "south", "to": "north", "saves_gbp": 3.0}
    ]
    assert "3 of its 5 places empty" in found.why("south")
    assert found.certificate_gap_gbp == 0.0
    assert found.rounding_gbp == 0.0


@pytest.mark.parametrize(
    ("supply", "demand", "cost", "optimum"),
    [
        ([350, 600], [325, 300, 275], [[0.225, 0.153, 0.162], [0.225, 0.162, 0.126]], 153.675),
        ([35, 50, 40], [45, 20, 30, 30], [[8, 6, 10, 9], [9, 12, 13, 7], [14, 9, 16, 5]], 1_020.0),
        (
            [75, 125, 100],
            [80, 65, 70, 85],
            [[464, 513, 654, 867], [352, 416, 690, 791], [995, 682, 388, 685]],
            152_535.0,
        ),
    ],
    ids=["Dantzig 1963", "Winston Powerco", "Hillier and Lieberman P&T"],
)
def test_textbook_problems_come_out_as_printed(supply: list, demand: list, cost: list, optimum: float) -> None:
    at, to = np.indices((len(supply), len(demand)))
    routes = pd.DataFrame({"group": to.ravel(), "setting": at.ravel(), "cost_gbp": np.ravel(cost)})
    found = solve(pd.Series(demand), pd.Series(supply), routes, unplaced_gbp=None)
    assert found.objective_gbp == pytest.approx(optimum, abs=1e-9)
    assert found.certificate_gap_gbp == 0


@given(tables())
def test_equal_to_highs(t: Tables) -> None:
    assert solved(t).objective_gbp == pytest.approx(by_highs(t), abs=1e-6)


@given(tables(pence=True))
def test_equal_to_highs_to_the_penny(t: Tables) -> None:
    assert solved(t).objective_gbp == pytest.approx(by_highs(t), abs=1e-6)


@given(tables())
def test_children_are_whole_and_none_is_lost(t: Tables) -> None:
    found = solved(t)
    placed = found.placements.groupby("group")["children"].sum().reindex(t.groups.index, fill_value=0)
    taken = found.placements.groupby("setting")["children"].sum().reindex(t.places.index, fill_value=0)
    assert found.placements["children"].dtype == np.int64
    assert (placed + found.unplaced == t.groups).all()
    assert (taken <= t.places).all()
    cost = found.placements.merge(t.routes, on=["group", "setting"])
    total = (cost["children"] * cost["cost_gbp"]).sum() + found.unplaced.sum() * t.unplaced_gbp
    assert found.objective_gbp == pytest.approx(total)


@given(tables())
def test_a_value_is_what_solving_again_with_one_more_place_saves(t: Tables) -> None:
    found = solved(t)
    for setting in t.places.index:
        more = t.places.copy()
        more[setting] += 1
        saved = found.objective_gbp - solved(t.with_(places=more)).objective_gbp
        assert found.value_of_a_place[setting] == pytest.approx(saved, abs=1e-9)
        assert found.value_of_block(setting, 1) == pytest.approx(saved, abs=1e-9)


@given(tables())
def test_a_value_is_exact_where_everyone_must_be_placed(t: Tables) -> None:
    must = t.with_(unplaced_gbp=None)
    try:
        found = solved(must)
    except InfeasibleError:
        return
    for setting in t.places.index:
        more = t.places.copy()
        more[setting] += 1
        saved = found.objective_gbp - solved(must.with_(places=more)).objective_gbp
        assert found.value_of_a_place[setting] == pytest.approx(saved, abs=1e-9)
    assert found.certificate_gap_gbp == 0


@given(tables())
def test_a_chain_adds_up_to_the_value_and_starts_at_the_new_place(t: Tables) -> None:
    found = solved(t)
    for setting, value in found.value_of_a_place.items():
        moves = found.chain(setting)
        assert moves["saves_gbp"].sum() == pytest.approx(value, abs=1e-9)
        assert found.why(setting)
        if value:
            assert moves["to"].iloc[0] == setting
            assert list(moves["from"].iloc[:-1]) == list(moves["to"].iloc[1:])


@given(tables())
def test_the_certificate_gap_is_nothing(t: Tables) -> None:
    assert solved(t).certificate_gap_gbp == 0.0


@given(tables(), st.integers(1, 3))
def test_a_short_list_loses_nothing(t: Tables, count: int) -> None:
    short, whole = solved(t, short_list=count), solved(t, short_list=None)
    assert short.objective_gbp == whole.objective_gbp
    pd.testing.assert_series_equal(short.value_of_a_place, whole.value_of_a_place)


@given(tables(), st.data())
def test_a_guess_of_values_however_wrong_changes_neither_the_cost_nor_a_value(t: Tables, data: st.DataObject) -> None:
    whole = solved(t, short_list=None)
    values = st.lists(st.integers(0, 200_000), min_size=len(t.places), max_size=len(t.places))
    near = st.integers(0, 100_000)
    guess = Guess(np.array(data.draw(values), dtype=np.int64), data.draw(near), data.draw(near))
    found = allocate(whole.problem, guess=guess)
    assert found.objective == whole.flow.objective == found.bound
    assert np.array_equal(found.value, whole.flow.value)


@given(tables(), st.data())
def test_more_places_never_cost_more(t: Tables, data: st.DataObject) -> None:
    more = t.places + data.draw(st.lists(st.integers(0, 3), min_size=len(t.places), max_size=len(t.places)))
    assert solved(t.with_(places=more)).objective_gbp <= solved(t).objective_gbp


@given(tables(), st.randoms(use_true_random=False))
def test_relabelling_changes_nothing(t: Tables, shuffled: object) -> None:
    names = {g: f"home {n}" for n, g in enumerate(reversed(t.groups.index))}
    codes = {s: 100_000 - n for n, s in enumerate(t.places.index)}
    again = Tables(
        t.groups.rename(names).iloc[::-1],
        t.places.rename(codes).iloc[::-1],
        t.routes.assign(group=t.routes["group"].map(names), setting=t.routes["setting"].map(codes)).iloc[::-1],
        t.unplaced_gbp,
    )
    before, after = solved(t), solved(again)
    assert after.objective_gbp == before.objective_gbp
    assert after.value_of_a_place.to_dict() == before.value_of_a_place.rename(codes).to_dict()


def placements_of(found: Solution) -> dict[tuple[object, object], int]:
    return found.placements.set_index(["group", "setting"])["children"].to_dict()


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_even_where_many_allocations_are_cheapest(t: Tables, by: Random) -> None:
    def shuffled(table: Any) -> Any:
        return table.iloc[by.sample(range(len(table)), len(table))]

    again = t.with_(groups=shuffled(t.groups), places=shuffled(t.places), routes=shuffled(t.routes))
    before, after = solved(t), solved(again)
    assert placements_of(after) == placements_of(before)
    pd.testing.assert_series_equal(after.unplaced, before.unplaced)
    pd.testing.assert_series_equal(after.value_of_a_place, before.value_of_a_place)
    for setting in t.places.index:
        pd.testing.assert_frame_equal(after.chain(setting), before.chain(setting))


def test_a_table_of_a_solution_can_be_edited_and_the_solution_stays_as_it_is() -> None:
    found = solve(pd.Series({"A": 2}), pd.Series({"north": 1}), GOOD, unplaced_gbp=9.0)
    for table in (found.placements["children"], found.unplaced, found.value_of_a_place):
        table.iloc[0] = 77
    assert (found.placements["children"].sum(), found.unplaced["A"]) == (1, 1)
    assert found.value_of_a_place["north"] != 77


@given(tables())
def test_new_labels_in_the_same_order_change_nothing_else(t: Tables) -> None:
    codes = {s: f"school {n:03d}" for n, s in enumerate(sorted(t.places.index))}
    again = t.with_(places=t.places.rename(codes), routes=t.routes.assign(setting=t.routes["setting"].map(codes)))
    renamed = {(group, codes[setting]): n for (group, setting), n in placements_of(solved(t)).items()}
    assert placements_of(solved(again)) == renamed


def test_labels_of_several_types_have_an_order_too() -> None:
    groups, routes = pd.Series({"A": 1, 7: 1, None: 1}), [(g, "north", 1.0) for g in ("A", 7, None)]
    table = pd.DataFrame(routes, columns=["group", "setting", "cost_gbp"])
    first, again = (
        solve(groups.iloc[order], pd.Series({"north": 1}), table, unplaced_gbp=9.0) for order in ([0, 1, 2], [2, 0, 1])
    )
    assert placements_of(first) == placements_of(again)


@given(tables())
def test_a_route_removed_never_helps(t: Tables) -> None:
    least = solved(t).objective_gbp
    for route in t.routes.index:
        assert solved(t.with_(routes=t.routes.drop(route))).objective_gbp >= least


@given(tables())
def test_everyone_is_placed_or_told_why_not(t: Tables) -> None:
    fewest = int(solved(t.with_(unplaced_gbp=1e6)).unplaced.sum())
    must = t.with_(unplaced_gbp=None)
    if not fewest:
        assert solved(must).objective_gbp == solved(t.with_(unplaced_gbp=1e6)).objective_gbp
        assert not solved(must).unplaced.any()
    else:
        with pytest.raises(InfeasibleError, match="can't be placed"):
            solved(must)


def test_infeasible_names_who_competes_for_what() -> None:
    routes = pd.DataFrame(
        [("A", "north", 1.0), ("B", "north", 3.0), ("C", "south", 2.0)], columns=["group", "setting", "cost_gbp"]
    )
    groups, places = pd.Series({"A": 3, "B": 2, "C": 1}), pd.Series({"north": 4, "south": 9})
    with pytest.raises(
        InfeasibleError, match=r"1 child can't be placed: the 5 of A, B can only go to north, which have 4 places"
    ):
        solve(groups, places, routes, unplaced_gbp=None)
    with pytest.raises(InfeasibleError, match="1 child of C have no route"):
        solve(groups, places, routes.iloc[:2], unplaced_gbp=None)


def test_a_town_is_the_same_by_short_list_and_priced_exactly() -> None:
    """Three routes each are far too few at first; those left out are priced back in."""
    t = town(400, 20, seed=3, slack=1.0)
    short, whole = solved(t, short_list=3), solved(t, short_list=None)
    assert short.flow.rounds > 1
    assert short.objective_gbp == whole.objective_gbp == pytest.approx(by_highs(t), abs=1e-4)
    pd.testing.assert_series_equal(short.value_of_a_place, whole.value_of_a_place)
    for setting in t.places.index:
        assert short.value_of_block(setting, 1) == pytest.approx(short.value_of_a_place[setting], abs=1e-9)
    blocks = [short.value_of_block("s0", n) for n in range(4)]
    falls = np.diff(np.diff(blocks))
    assert (falls <= 1e-9).all()


@given(tables(), st.data())
def test_an_unplaced_price_by_group(t: Tables, data: st.DataObject) -> None:
    prices = data.draw(st.lists(st.integers(0, 20), min_size=len(t.groups), max_size=len(t.groups)))
    found = solve(t.groups, t.places, t.routes, unplaced_gbp=pd.Series(prices, t.groups.index).iloc[::-1])
    cost = found.placements.merge(t.routes, on=["group", "setting"])
    total = (cost["children"] * cost["cost_gbp"]).sum() + (found.unplaced * prices).sum()
    assert found.objective_gbp == pytest.approx(total)
    assert found.certificate_gap_gbp == 0.0


GOOD = pd.DataFrame([("A", "north", 1.0)], columns=["group", "setting", "cost_gbp"])


@pytest.mark.parametrize(
    ("groups", "places", "routes", "price", "says"),
    [
        ({"A": 1.5}, {"north": 1}, GOOD, 1.0, r"groups: 'A' has 1.5 children; whole numbers"),
        ({"A": 1}, {"north": -1}, GOOD, 1.0, r"places: 'north' has -1 places"),
        ({"A": None}, {"north": 1}, GOOD, 1.0, r"groups: 'A' has .* children"),
        ({"A": 1}, {"south": 1}, GOOD, 1.0, r"1 to an unknown setting: north.*known: south"),
        ({"B": 1}, {"north": 1}, GOOD, 1.0, r"1 to an unknown group: A"),
        ({"A": 1}, {"north": 1}, GOOD.assign(cost_gbp=-2.0), 1.0, r"A to north costs -2"),
        ({"A": 1}, {"north": 1}, GOOD.assign(cost_gbp=np.nan), 1.0, r"A to north costs nan"),
        ({"A": 1}, {"north": 1}, pd.concat([GOOD, GOOD]), 1.0, r"A to north is there twice"),
        ({"A": 1}, {"north": 1}, GOOD.drop(columns="cost_gbp"), 1.0, r"columns cost_gbp are missing"),
        ({"A": 1}, {"north": 1}, GOOD, -1.0, r"unplaced_gbp: -1.0 is not a price"),
        ({"A": 1}, {"north": 1}, GOOD, "cheap", r"unplaced_gbp: 'cheap' is not a price"),
        ({"A": 10**17}, {"north": 1}, GOOD, 1.0, r"too large"),
        ({"A": 1}, {"north": 1}, GOOD, pd.Series({"B": 1.0}), r"unplaced_gbp has no price for A"),
        ({"A": 1}, {"north": 1}, GOOD.assign(cost_gbp=1e18), 1.0, r"too large"),
    ],
)
def test_bad_input_is_named(groups: dict, places: dict, routes: pd.DataFrame, price: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        solve(pd.Series(groups), pd.Series(places), routes, unplaced_gbp=price)


def test_an_unknown_setting_is_refused_by_name() -> None:
    found = solve(pd.Series({"A": 1}), pd.Series({"north": 1}), GOOD, unplaced_gbp=1.0)
    with pytest.raises(MissingError, match="did you mean 'north'"):
        found.why("nrth")
    with pytest.raises(InputError, match="not a whole number"):
        found.value_of_block("north", 1.5)


def test_a_short_list_has_at_least_one_route() -> None:
    with pytest.raises(InputError, match="short_list=0"):
        solve(pd.Series({"A": 1}), pd.Series({"north": 1}), GOOD, unplaced_gbp=1.0, short_list=0)


def test_tables_may_be_empty() -> None:
    """No child, no setting or no route: nobody is placed, and that is the best there is."""
    none = pd.Series(dtype="int64")
    assert solve(none, pd.Series({"north": 1}), GOOD.iloc[:0], unplaced_gbp=1.0).objective_gbp == 0
    assert solve(pd.Series({"A": 2}), none, GOOD.iloc[:0], unplaced_gbp=5.0).unplaced.to_dict() == {"A": 2}
    assert solve(pd.Series({"A": 0}), pd.Series({"north": 1}), GOOD.iloc[:0], unplaced_gbp=None).placements.empty


def test_nothing_leads_to_a_school_without_routes() -> None:
    found = solve(pd.Series({"A": 1}), pd.Series({"north": 1, "far": 2}), GOOD, unplaced_gbp=1.0)
    assert found.why("far") == "no route leads to far, so a place there is worth nothing"
    assert found.value_of_a_place["far"] == 0.0


def test_what_rounding_can_move_is_said() -> None:
    thirds = GOOD.assign(cost_gbp=20_000 / 3)
    found = solve(pd.Series({"A": 3}), pd.Series({"north": 9}), thirds, unplaced_gbp=1e6)
    assert found.rounding_gbp == 1.5e-6
    assert found.objective_gbp == pytest.approx(20_000, abs=found.rounding_gbp)


def test_every_small_problem_is_least_by_enumeration() -> None:
    """Two groups and two settings, every cost of 0, 1 or 2: the flow is never beaten."""
    for a, b, c, d in itertools.product((0.0, 1.0, 2.0), repeat=4):
        routes = pd.DataFrame(
            [("A", "n", a), ("A", "s", b), ("B", "n", c), ("B", "s", d)], columns=["group", "setting", "cost_gbp"]
        )
        found = solve(pd.Series({"A": 1, "B": 1}), pd.Series({"n": 1, "s": 1}), routes, unplaced_gbp=9.0)
        assert found.objective_gbp == min(a + d, b + c)
