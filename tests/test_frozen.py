"""Frozen in truth: editing what an area or a result hands out raises, or changes nothing."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

import sufficiency as sf
from sufficiency.area.area import Area
from sufficiency.frozen import frozen, once, remembered
from sufficiency.outcome import Outcome

ASKED: list[tuple[int, ...]] = []  # what `Held.times` had to work out
TABLES = [f.name for f in fields(Area) if "DataFrame" in str(f.type)]


@frozen
@dataclass(frozen=True, eq=False)
class Held:
    """A table, an array and draws, and a table worked out of them."""

    table: pd.DataFrame
    array: np.ndarray
    draws: xr.DataArray

    @once
    def worked_out(self) -> pd.DataFrame:
        """Twice the table."""
        return self.table * 2

    @remembered
    def times(self, *by: int, levels: Sequence[float] = (1.0,)) -> pd.DataFrame:
        """Return the table times each of `by`."""
        ASKED.append(by)
        return pd.concat([self.table * b * level for b in by for level in levels])


def edits(frame: pd.DataFrame) -> Iterator[Callable[[], Any]]:
    """Yield ways to edit a table in place, down to the arrays that hold its columns."""
    for column in frame:
        other = frame[column].iloc[::-1].to_numpy()
        yield lambda c=column: frame.pop(c)
        yield lambda c=column: frame[c].array.__setitem__(slice(None), frame[c].iloc[-1])
        yield lambda c=column: frame[c].values.__setitem__(slice(None), frame[c].iloc[-1])
        yield lambda c=column, v=other: frame.__setitem__(c, v)
        yield lambda c=column, v=other: frame.loc.__setitem__((slice(None), c), v)
    yield lambda: frame.values.__setitem__((0, 0), 99_999)
    yield lambda: frame.iloc.__setitem__((0, 0), 99_999)
    yield lambda: setattr(frame.index, "name", "edited")
    yield lambda: setattr(frame, "columns", [f"x{i}" for i in range(frame.shape[1])])
    yield lambda: frame.attrs.__setitem__("edited", True)
    yield lambda: frame.insert(0, "edited", 1)


def tried(edit: Callable[[], Any]) -> None:
    try:
        edit()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return  # refused, which is as good


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [n for n in TABLES if len(getattr(sf.example_area(), n))])
def test_a_table_of_the_example_can_t_be_edited(name: str) -> None:
    before = getattr(sf.example_area(), name).copy()
    count = sum(1 for _ in edits(before.copy()))
    for i in range(count):
        handed_out = getattr(sf.example_area(), name)
        tried(list(edits(handed_out))[i])
        pd.testing.assert_frame_equal(getattr(sf.example_area(), name), before)
        assert not getattr(sf.example_area(), name).attrs


@pytest.fixture(scope="module")
def done() -> Outcome:
    return sf.run(sf.example_area(), to=2028, draws=4, placed_draws=2)


HANDED_OUT: dict[str, Callable[[Outcome], Any]] = {
    "plans": lambda o: o.plans.plans,
    "homes": lambda o: o.plans.homes,
    "attending": lambda o: o.placed.attending,
    "placements": lambda o: o.placed.placements,
    "notes of places": lambda o: o.placed.notes,
    "value of a place": lambda o: o.placed.value_gbp,
    "riders": lambda o: o.journeys.riders,
    "calibration": lambda o: o.journeys.calibration,
    "journeys by year": lambda o: o.journeys.by_year["gbp"],
    "spend": lambda o: o.budget.spend,
    "balance": lambda o: o.budget.balance,
    "notes of the budget": lambda o: o.budget.notes,
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", HANDED_OUT)
def test_what_a_result_hands_out_can_t_be_edited(name: str, done: Outcome) -> None:
    handed_out = HANDED_OUT[name]
    before = handed_out(done).copy()
    if isinstance(before, pd.DataFrame):
        for i in range(sum(1 for _ in edits(before.copy()))):
            tried(list(edits(handed_out(done)))[i])
        pd.testing.assert_frame_equal(handed_out(done), before)
    else:
        with pytest.raises(ValueError, match=r"read-only|is a view"):
            handed_out(done)[...] = 99_999
        np.testing.assert_array_equal(handed_out(done), before)


def test_what_an_area_was_made_from_may_be_edited_afterwards(tiny_area: Area) -> None:
    mine = tiny_area.plans
    area = tiny_area.replace(plans=mine)
    mine.loc[0, "plans"] = 99_999
    assert area.plans["plans"].tolist() == tiny_area.plans["plans"].tolist()


def test_names_and_boundaries_can_t_be_edited() -> None:
    area = sf.example_area()
    with pytest.raises(TypeError):
        area.authorities["E06000061"] = "Elsewhere"  # type: ignore[index]
    assert area.boundaries is not None
    area.boundaries["features"][0]["properties"]["zone"] = "edited"
    area.boundaries["features"].clear()
    assert sf.example_area().boundaries["features"][0]["properties"]["zone"] != "edited"
    with pytest.raises(AttributeError):
        area.plans = area.plans.head(1)  # type: ignore[misc]


def test_an_area_goes_to_another_process_and_back(tiny_area: Area) -> None:
    back = pickle.loads(pickle.dumps(tiny_area))
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(back, name), getattr(tiny_area, name))
    assert (back.name, dict(back.authorities), back.base_year) == ("Tinyshire", dict(tiny_area.authorities), 2025)
    with pytest.raises(TypeError):
        back.authorities["X"] = "Elsewhere"
    assert back != tiny_area, "two areas are the same only where they are one"


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=5), st.integers(0, 9))
def test_whatever_a_class_holds_is_kept(values: list[int], other: int) -> None:
    held = Held(pd.DataFrame({"n": values}), np.array(values), xr.DataArray(np.array(values), dims="draw"))
    with pytest.raises(ValueError, match="read-only"):
        held.array[0] = other
    with pytest.raises(ValueError, match="read-only"):
        held.draws.values[0] = other
    with pytest.raises(ValueError, match="is a view"):
        held.draws[0] = other
    held.draws.attrs["n"] = other
    held.table.loc[:, "n"] = other
    held.worked_out.loc[:, "n"] = other
    held.times(3).loc[:, "n"] = other
    for one in (held, pickle.loads(pickle.dumps(held))):
        assert one.times(3)["n"].tolist() == [3 * v for v in values]
        assert one.table["n"].tolist() == values
        assert one.worked_out["n"].tolist() == [2 * v for v in values]
        assert one.array.tolist() == one.draws.values.tolist() == values
        assert not one.draws.attrs
        assert not one.array.flags.writeable
        assert not one.draws.values.flags.writeable


def test_what_is_remembered_is_worked_out_once_for_each_question() -> None:
    held = Held(pd.DataFrame({"n": [1, 2]}), np.ones(2), xr.DataArray([1.0], dims="draw"))
    ASKED.clear()
    for _ in range(2):
        assert held.times(2)["n"].tolist() == [2, 4]
        assert held.times(2, 3)["n"].tolist() == [2, 4, 3, 6]
        assert held.times(3, 2)["n"].tolist() == [3, 6, 2, 4]
        assert held.times(2, levels=[10.0])["n"].tolist() == [20, 40]
        assert held.times(2, levels=(10.0,))["n"].tolist() == [20, 40]
    assert ASKED == [(2,), (2, 3), (3, 2), (2,)]
    assert held.times(2, levels=np.array([10.0]))["n"].tolist() == [20, 40], "no key, and answered all the same"


def test_what_is_remembered_stays_with_the_object_that_was_asked() -> None:
    held = Held(pd.DataFrame({"n": [1, 2]}), np.ones(2), xr.DataArray([1.0], dims="draw"))
    unasked = pickle.dumps(held)
    held.times(2)
    assert pickle.dumps(held) == unasked
    for other in (pickle.loads(unasked), copy.copy(held), copy.deepcopy(held)):
        ASKED.clear()
        assert other.times(2)["n"].tolist() == [2, 4]
        assert ASKED == [(2,)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "asked",
    [
        lambda o: o.plans.summary("need"),
        lambda o: o.placed.shortfall("district"),
        lambda o: o.journeys.summary("mode"),
        lambda o: o.budget.summary("line"),
    ],
)
def test_an_answer_can_be_edited_and_the_next_is_as_it_was(asked: Callable[[Outcome], Any], done: Outcome) -> None:
    before = asked(done)
    for i in range(sum(1 for _ in edits(before.copy()))):
        tried(list(edits(asked(done)))[i])
    pd.testing.assert_frame_equal(asked(done), before)
    pd.testing.assert_frame_equal(asked(pickle.loads(pickle.dumps(done))), before)


def test_a_national_value_can_not_be_edited() -> None:
    values = sf.policy.rate("funding.national_plans").values
    with pytest.raises(TypeError):
        values[next(iter(values))] = 1.0  # type: ignore[index]


def test_when_places_open_and_where_overflow_goes_can_not_be_edited(example_outcome: Outcome) -> None:
    placed = example_outcome.placed
    before, edited = placed.opened.projects, placed.opened.projects
    edited["places"] = 0
    pd.testing.assert_frame_equal(placed.opened.projects, before)
    for array in (placed.opened.opens, placed.expected_overflow.share, placed.overflow[0].gbp):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


HANDS_OUT = (pd.DataFrame, pd.Series, pd.Index, np.ndarray, xr.DataArray, xr.Dataset, Mapping, list, tuple)


def handed_out(thing: object, path: str, depth: int = 0) -> Iterator[tuple[object, str, str]]:
    """Yield what a result and its parts hold by public name, as (holder, name, where), each kind of holder once a name."""
    if depth > 4 or not type(thing).__module__.startswith("sufficiency"):
        return
    names = [f.name for f in fields(thing)] if is_dataclass(thing) else []
    names += [n for n, v in vars(type(thing)).items() if isinstance(v, (property, cached_property, once))]
    for name in sorted({n for n in names if not n.startswith("_")}):
        try:
            value = getattr(thing, name)
        except sf.SufficiencyError:
            continue  # such as what only a run from people has
        if isinstance(value, HANDS_OUT):
            yield thing, name, f"{path}.{name}"
        inside = (
            list(value.values())[:1] if isinstance(value, Mapping) else value[:1] if type(value) is tuple else [value]
        )
        for part in inside:
            yield from handed_out(part, f"{path}.{name}", depth + 1)


def state(value: object) -> object:
    """Return what a value is, to be compared after an edit."""
    if isinstance(value, pd.DataFrame | pd.Series):
        return value.to_csv()
    if isinstance(value, np.ndarray | pd.Index):
        return value.tolist()
    if isinstance(value, xr.DataArray | xr.Dataset):
        return repr(value.to_dict())
    if isinstance(value, Mapping):
        return {key: state(held) for key, held in value.items()}
    return [state(held) for held in value] if isinstance(value, list | tuple) else value


def edit(value: Any) -> None:
    """Edit a value in every way that comes to mind; what is refused is as good."""
    last = slice(-1, None)
    if isinstance(value, pd.DataFrame):
        for change in edits(value):
            tried(change)
    elif isinstance(value, pd.Series | pd.Index):
        tried(lambda: value.array.__setitem__(0, value.array[last][0]))
        tried(lambda: value.to_numpy().__setitem__(0, value.to_numpy()[-1]))
        tried(lambda: value.__setitem__("edited", 1))
    elif isinstance(value, np.ndarray):
        tried(lambda: value.__setitem__(..., value.ravel()[last]))
    elif isinstance(value, xr.DataArray | xr.Dataset):
        parts = [value, *value.coords.values()] if isinstance(value, xr.DataArray) else [*value.data_vars.values()]
        for part in parts:
            tried(lambda p=part: p.values.__setitem__(..., p.values.ravel()[last]))
            tried(lambda p=part: p.__setitem__(..., 77))
    elif isinstance(value, Mapping | list | tuple):
        for part in list(value.values() if isinstance(value, Mapping) else value)[:2]:
            edit(part)
        tried(lambda: value.clear())


@pytest.fixture(scope="module")
def results(done: Outcome) -> Mapping[str, object]:
    """Return results of every kind."""
    groups, places = pd.Series({"A": 3, "B": 2}), pd.Series({"S1": 4, "S2": 2})
    routes = pd.DataFrame([(g, s, 9.0 + len(g + s)) for g in groups.index for s in places.index])
    routes.columns = ["group", "setting", "cost_gbp"]
    sites = pd.DataFrame({"site": places.index, "places": 5, "fixed_gbp": [10.0, 20.0]})
    options, setting = sf.allocate.candidates(done.placed).iloc[:3], done.journeys.riders["setting"].iloc[0]
    return {
        "outcome": done,
        "order": done.placed.order_of_places(2027),
        "requests": sf.forecast.requests(done.area, to=2028, draws=4),
        "small areas": sf.forecast.by_small_area(done.area, done.plans, draws=2),
        "backtest": sf.forecast.backtest(done.area, origins=[2023], horizons=(1,), draws=4),
        "comparison": sf.compare(done, done),
        "openings": sf.allocate.openings(done.area, done.plans, options, budget_gbp=5e6, draws=2, seconds=1),
        "solution": sf.allocate.solve(groups, places, routes, unplaced_gbp=100.0),
        "sites": sf.allocate.open_sites(groups, sites, routes.rename(columns={"setting": "site"}), unplaced_gbp=100.0),
        "rounds": done.journeys.rounds(setting, 2026, iterations=20),
        "success": sf.success_measures(done.area),
        "reform": sf.scenarios.reform(),
    }


@pytest.mark.filterwarnings("ignore")
def test_nothing_that_a_result_or_its_parts_hold_can_be_edited_or_set(results: Mapping[str, object]) -> None:
    edited, tried_on = [], set()
    for result, held in results.items():
        for holder, name, where in handed_out(held, result):
            if (type(holder), name) in tried_on:
                continue
            tried_on.add((type(holder), name))
            before = state(getattr(holder, name))
            edit(getattr(holder, name))
            tried(lambda h=holder, n=name: setattr(h, n, None))
            if state(getattr(holder, name)) != before:
                edited.append(where)
    assert not edited
    assert len(tried_on) > 150
