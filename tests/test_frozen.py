"""Frozen in truth: editing what an area or a result hands out raises, or changes nothing."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
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
