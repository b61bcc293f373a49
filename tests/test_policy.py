"""National values: the one in force on the day asked for, or an error that says what there is."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sufficiency import policy
from sufficiency.errors import InputError, MissingError

VALUES = {date(2024, 4, 1): 1.0, date(2025, 9, 1): 2.0}
RATE = policy.Rate("part.name", "what it is", "GBP", "assumed", "none", VALUES, low=0.0, high=10.0, evidence="seen")


def test_a_value_holds_from_its_day_until_the_next() -> None:
    days = (date(2024, 4, 1), date(2025, 8, 31), date(2025, 9, 1), date(2040, 1, 1))
    assert [RATE.on(day) for day in days] == [1.0, 1.0, 2.0, 2.0]


def test_before_its_first_day_there_is_none_and_the_first_is_said() -> None:
    with pytest.raises(
        MissingError, match=r"part\.name has no value on 31 March 2024; the first is from 01 April 2024"
    ):
        RATE.on(date(2024, 3, 31))


def test_a_year_means_the_financial_year_that_starts_in_it() -> None:
    name = next(iter(policy.all_rates()))
    assert policy.value(name, on=2025) == policy.value(name, on=date(2025, 4, 1))
    assert policy.value(name, on=np.int64(2025)) == policy.value(name, on=2025)


def test_a_value_asked_for_by_year_is_the_one_in_force_on_1_april(monkeypatch: pytest.MonkeyPatch) -> None:
    days = {date(2024, 4, 1): 1.0, date(2025, 3, 2): 2.0, date(2025, 4, 1): 3.0, date(2025, 4, 2): 4.0}
    found = dataclasses.replace(RATE, values=days)
    monkeypatch.setattr(policy, "all_rates", lambda: {"part.name": found})
    assert policy.value("part.name", on=2025) == 3.0
    assert policy.value("part.name", on=date(2025, 3, 31)) == 2.0
    listed = policy.rates(date(2025, 4, 1)).iloc[0]
    assert (listed["value"], listed["since"]) == (3.0, date(2025, 4, 1))


def test_a_share_above_its_range_is_taken_for_a_percentage_and_any_other_number_is_not() -> None:
    share = dataclasses.replace(RATE, unit="share of children", high=0.5)
    with pytest.raises(InputError, match=r"0 to 0\.5 is expected \(seen\); 40 % is written 0\.4; if"):
        share.check(40.0)
    with pytest.raises(InputError, match=r"0 to 0\.5 is expected \(seen\); if"):
        share.check(-0.1)
    with pytest.raises(InputError, match=r"0 to 10 is expected \(seen\); if"):
        RATE.check(40.0)


ENTRY = {"meaning": "m", "unit": "GBP", "status": "assumed", "source": "s", "evidence": "e", "low": 0, "high": 9,
         "values": {"2025-04-01": 5}}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"meaning": ""}, "lacks meaning;"),
        ({"evidence": "", "high": None}, "lacks high, as_of"),
        ({"status": "hoped"}, "lacks a known status; status is one of"),
        ({"values": {"2025-04-01": 10}}, "is 10, outside its own range, 0 to 9"),
        ({"likely": [1]}, r"likely is \[1\.0\]; two values from 0 to 9 are expected"),
        ({"likely": [-1, 5]}, r"likely is \[-1\.0, 5\.0\]; two values"),
        ({"likely": [6, 5]}, r"likely is \[6\.0, 5\.0\]; two values"),
        ({"likely": [1, 10]}, r"likely is \[1\.0, 10\.0\]; two values"),
    ],
)
def test_a_value_written_wrongly_is_refused_with_what_it_lacks(
    wrong: dict[str, object], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = {k: v for k, v in {**ENTRY, **wrong}.items() if v is not None}
    _written(tmp_path, monkeypatch, {"assumptions": entry})
    with pytest.raises(InputError, match=says):
        policy.all_rates.__wrapped__()


@pytest.mark.parametrize("likely", [[0, 9], [1, 4], [5, 5]])
def test_a_likely_range_lies_within_the_accepted_one_ends_included(
    likely: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _written(tmp_path, monkeypatch, {"assumptions": {**ENTRY, "likely": likely}})
    found = policy.all_rates.__wrapped__()
    assert found["part.key"].likely == tuple(likely)
    monkeypatch.setattr(policy, "all_rates", lambda: found)
    row = policy.rates(date(2025, 4, 1)).iloc[0]
    assert [row["likely_low"], row["likely_high"]] == likely


def test_a_value_is_given_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _written(tmp_path, monkeypatch, {"assumptions": ENTRY})
    assert policy.all_rates.__wrapped__()["part.key"].on(date(2025, 4, 1)) == 5.0
    _written(tmp_path, monkeypatch, {"law": ENTRY, "assumptions": ENTRY})
    with pytest.raises(InputError, match=r"part\.key is given twice, in law and in assumptions"):
        policy.all_rates.__wrapped__()


def _written(folder: Path, monkeypatch: pytest.MonkeyPatch, rooms: dict[str, dict[str, object]]) -> None:
    """Write one entry into each room, and have the library read those rooms instead of its own."""
    for room, entry in rooms.items():
        values = ", ".join(f'"{day}" = {amount}' for day, amount in entry["values"].items())  # type: ignore[attr-defined]
        lines = [f"{k} = {v!r}" for k, v in entry.items() if k != "values"]
        (folder / room).mkdir(exist_ok=True)
        text = "\n".join(["[key]", *lines, f"values = {{{values}}}"])
        (folder / room / "part.toml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(
        policy, "_files", lambda room: list((folder / room).glob("*.toml")) if (folder / room).is_dir() else []
    )


def test_an_unknown_value_is_named_with_the_nearest() -> None:
    name = next(iter(policy.all_rates()))
    with pytest.raises(MissingError, match=rf"no policy value '{name}x'; did you mean '{name}'"):
        policy.rate(f"{name}x")


def test_what_is_assumed_or_unverified_is_doubtful_and_what_is_sourced_is_not() -> None:
    assert RATE.is_doubtful
    for found in policy.all_rates().values():
        assert found.is_doubtful == (found.status in ("assumed", "unverified"))


def test_the_list_of_a_day_has_every_value_in_force_and_no_other() -> None:
    day = date(2025, 9, 1)
    listed = policy.rates(day).set_index("name")
    in_force = {name: r for name, r in policy.all_rates().items() if min(r.values) <= day}
    assert set(listed.index) == set(in_force)
    assert all(listed.loc[name, "value"] == r.on(day) for name, r in in_force.items())
    assert (listed["since"] <= day).all()
    assert (listed["source"].str.len() > 0).all()


def test_a_value_of_an_areas_own_keeps_to_the_range_or_to_one_that_it_gives() -> None:
    RATE.check(10.0)
    RATE.check(0.0)
    RATE.check(11.0, high=12.0)
    with pytest.raises(
        InputError, match=r"part\.name is -1,000,000 \[GBP\]: 0 to 10 is expected \(seen\); if you mean it"
    ):
        RATE.check(-1e6)
    with pytest.raises(InputError, match=r"part\.name is nan \[GBP\]"):
        RATE.check(float("nan"))


@pytest.mark.parametrize("name", sorted(policy.all_rates()))
def test_no_value_may_be_a_million_below_zero(name: str) -> None:
    with pytest.raises(InputError, match="is expected"):
        policy.rate(name).check(-1e6)
