"""The program is the definition: the flow, CBC and HiGHS agree; and each rule holds, or says by how much it can't."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

from sufficiency.allocate import as_program, solve
from sufficiency.allocate.flow import longest_journey
from sufficiency.allocate.flow.rules import CapOnMoves, ClassGroups, FairShare, MinimumRoll, PhaseBudget
from sufficiency.errors import InfeasibleError, InputError, MissingError, OutputError
from tests.allocate.problems import Tables, tables


def by_highs(given: Tables) -> float:
    """Return the objective as SciPy's HiGHS finds it, from the equations of `as_program`."""
    groups, places, routes = given.groups, given.places, given.routes
    count, width = len(routes), len(routes) + len(groups)
    everyone = np.zeros((len(groups), width))
    everyone[groups.index.get_indexer(routes["group"]), np.arange(count)] = 1
    everyone[np.arange(len(groups)), count + np.arange(len(groups))] = 1
    room = np.zeros((len(places), width))
    room[places.index.get_indexer(routes["setting"]), np.arange(count)] = 1
    cost = np.concatenate([routes["cost_gbp"], np.full(len(groups), given.unplaced_gbp)])
    return float(linprog(cost, A_ub=room, b_ub=places, A_eq=everyone, b_eq=groups, method="highs").fun)


@settings(max_examples=25)
@given(tables(pence=True))
def test_flow_cbc_and_highs_find_the_same_objective(given):
    asked = (given.groups, given.places, given.routes)
    flow = solve(*asked, unplaced_gbp=given.unplaced_gbp)
    algebra = as_program(*asked, unplaced_gbp=given.unplaced_gbp).solve()
    assert algebra.objective_gbp == pytest.approx(flow.objective_gbp, abs=1e-6)
    assert by_highs(given) == pytest.approx(flow.objective_gbp, abs=1e-6)
    assert algebra.used == ()
    assert algebra.placements["children"].sum() + algebra.unplaced.sum() == given.groups.sum()


@settings(max_examples=10)
@given(tables())
def test_everyone_must_be_placed_or_the_children_who_cannot_are_named(given):
    asked = (given.groups, given.places, given.routes)
    try:
        flow = solve(*asked, unplaced_gbp=None)
    except InfeasibleError:
        with pytest.raises(InfeasibleError, match="can't be placed"):
            as_program(*asked, unplaced_gbp=None).solve()
    else:
        assert as_program(*asked, unplaced_gbp=None).solve().objective_gbp == pytest.approx(flow.objective_gbp)


# Ten children in two districts; North is near x, South is far from everything. Six places in all.
GROUPS = pd.Series({"north": 5, "south": 5})
PLACES = pd.Series({"x": 4, "y": 2})
ROUTES = pd.DataFrame(
    {
        "group": ["north", "north", "south", "south"],
        "setting": ["x", "y", "x", "y"],
        "cost_gbp": [10.0, 20.0, 60.0, 90.0],
        "minutes": [10.0, 20.0, 60.0, 90.0],
    }
)
DISTRICT = pd.Series({"north": "North", "south": "South"})


def placed(solution) -> pd.Series:
    return solution.placements.groupby("group")["children"].sum().reindex(GROUPS.index, fill_value=0)


def asked(*rules, unplaced_gbp=100.0):
    return as_program(GROUPS, PLACES, ROUTES, unplaced_gbp=unplaced_gbp, rules=rules)


def test_without_rules_the_near_district_takes_most_places():
    assert placed(asked().solve()).tolist() == [5, 1]


def test_a_fair_share_moves_places_to_the_far_district_and_the_result_says_so():
    found = asked(FairShare(DISTRICT, 0.5)).solve()
    assert (placed(found) / GROUPS).min() >= 0.5
    assert found.used == ("every district places at least 50.0% of its children",)


def test_the_worst_share_is_made_as_large_as_it_can_be():
    found = asked(FairShare(DISTRICT)).solve()
    assert placed(found).tolist() == [3, 3]


def test_an_infeasible_floor_names_the_district_and_by_how_much():
    with pytest.raises(InfeasibleError, match=r"must place 80.0% of its 5 children, and is 2 children short"):
        asked(FairShare(DISTRICT, 0.8)).solve()


def test_fairness_as_a_price_keeps_the_flow():
    price = FairShare(DISTRICT, 0.5).priced(100.0, 200.0, "South")
    assert placed(solve(GROUPS, PLACES, ROUTES, unplaced_gbp=price)).tolist() == [1, 5]
    with pytest.raises(MissingError, match="East"):
        FairShare(DISTRICT).priced(100.0, 200.0, "East")
    with pytest.raises(InputError, match=r"1.5 is not a share"):
        FairShare(DISTRICT, 1.5)
    with pytest.raises(InputError, match="says nothing of group south"):
        asked(FairShare(DISTRICT[:1], 0.5)).solve()


def test_a_phase_budget_holds_and_as_a_price_pushes_the_same_way():
    rule = PhaseBudget(pd.Series({"north": "primary", "south": "secondary"}), {"primary": 30.0})
    found = asked(rule).solve()
    spent = found.placements.merge(ROUTES, on=["group", "setting"]).query("group == 'north'")
    assert (spent["children"] * spent["cost_gbp"]).sum() <= 30
    assert placed(solve(GROUPS, PLACES, rule.priced(ROUTES, 9.0), unplaced_gbp=100.0))["north"] == 0


def test_a_cap_on_moves_holds_and_counts_those_who_lose_their_place():
    current = pd.Series({"north": "y"})
    rule = CapOnMoves(current, 3)
    found = asked(rule).solve()
    stayed = found.placements.query("group == 'north' and setting == 'y'")["children"].sum()
    assert 5 - stayed <= 3
    assert rule.priced(ROUTES, 7.0)["cost_gbp"].tolist() == [17.0, 20.0, 60.0, 90.0]
    with pytest.raises(InfeasibleError, match="at most 1 children may move, and is 2 children over"):
        asked(CapOnMoves(current, 1)).solve()


def test_a_setting_below_its_minimum_roll_closes():
    found = asked(MinimumRoll(pd.Series({"y": 3}))).solve()
    assert set(found.placements["setting"]) == {"x"}
    with pytest.raises(InfeasibleError, match="y must have 3 children, and is 1 children short"):
        asked(MinimumRoll(pd.Series({"y": 3}), may_close=False)).solve()
    with pytest.raises(InputError, match="unknown setting: z"):
        asked(MinimumRoll(pd.Series({"z": 3}))).solve()


def test_a_minimum_roll_as_a_price_fills_the_setting():
    rule, roomy = MinimumRoll(pd.Series({"y": 2})), PLACES + 6
    assert set(solve(GROUPS, roomy, ROUTES, unplaced_gbp=100.0).placements["setting"]) == {"x"}
    filled = solve(GROUPS, roomy, rule.priced(ROUTES, 15.0), unplaced_gbp=100.0).placements
    assert filled.set_index("setting")["children"]["y"] >= 2


def test_a_class_is_of_one_class_group():
    rule = ClassGroups(DISTRICT, size=2, rooms=pd.Series({"x": 1, "y": 1}))
    found = asked(rule).solve()
    assert found.placements.groupby("setting")["group"].nunique().max() == 1
    assert found.placements["children"].sum() == 4


def test_class_groups_as_a_price_gather_children_who_can_share_a_class():
    """Two of each class group at either school: apart they leave eight seats empty, together none."""
    groups = pd.Series({"infants": 4, "juniors": 4})
    places = pd.Series({"x": 4, "y": 4})
    routes = pd.DataFrame(
        {"group": ["infants", "infants", "juniors", "juniors"], "setting": ["x", "y"] * 2, "cost_gbp": [1.0, 2.0, 1.0, 2.0]}
    )  # fmt: skip
    rule = ClassGroups(
        pd.Series({"infants": "infants", "juniors": "juniors"}), size=4, rooms=pd.Series({"x": 1, "y": 1})
    )
    mixed = pd.DataFrame(
        {"group": ["infants", "infants", "juniors", "juniors"], "setting": ["x", "y"] * 2, "children": [3, 1, 1, 3]}
    )
    priced = rule.priced(routes, mixed, 6.0)
    assert priced["cost_gbp"].tolist() == [1 + 2, 2 + 18, 1 + 18, 2 + 2]
    found = solve(groups, places, priced, unplaced_gbp=1_000.0).placements
    assert found.groupby("setting")["group"].nunique().max() == 1
    again = rule.priced(routes, found, 6.0)
    assert (again["cost_gbp"] - routes["cost_gbp"]).tolist() == [0.0, 18.0, 18.0, 0.0]


def test_the_longest_journey_is_as_short_as_it_can_be():
    found = longest_journey.shortest_longest(GROUPS, PLACES, ROUTES, unplaced_gbp=100.0)
    assert found.minutes == 60
    assert placed(found.solution).tolist() == [2, 4] or placed(found.solution).sum() == 6
    assert found.solution.placements.merge(ROUTES, on=["group", "setting"])["minutes"].max() <= 60
    assert longest_journey.priced(ROUTES, 2.0, beyond=45)["cost_gbp"].tolist() == [10.0, 20.0, 90.0, 180.0]
    with pytest.raises(InputError, match="minutes"):
        longest_journey.shortest_longest(GROUPS, PLACES, ROUTES.drop(columns="minutes"), unplaced_gbp=100.0)


def test_the_program_can_be_written_down(tmp_path):
    text = asked(FairShare(DISTRICT, 0.5)).write_lp(tmp_path / "places.lp").read_text()
    assert "no_setting_is_overfull(x): placed(north,x) + placed(south,x) <= 4" in text
    assert "fair_share(North)" in text
    with pytest.raises(OutputError, match="can't be written"):
        asked().write_lp(tmp_path / "absent" / "places.lp")


def test_two_rules_of_one_name_are_refused_in_words():
    twice = [MinimumRoll(pd.Series({"x": least})) for least in (1, 2)]
    with pytest.raises(InputError, match=r"two rules ask for roll\(x\); give one of them, the stricter"):
        asked(*twice).solve()
