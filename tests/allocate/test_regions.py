"""Many regions: each by itself, joined across borders, and the fallback where time runs out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency.allocate.flow import many_authorities
from sufficiency.allocate.flow.many_authorities import by_blocks, one_by_one, solve_regions
from sufficiency.allocate.flow.solve import solve
from sufficiency.allocate.flow.whole_numbers import stated
from sufficiency.errors import InputError
from tests.allocate.problems import Tables, tables, town


def split(t: Tables, count: int) -> dict[str, pd.Series]:
    """Return a region for each group and each setting of a problem."""
    return {
        "group_region": pd.Series([f"R{i % count}" for i in range(len(t.groups))], t.groups.index),
        "setting_region": pd.Series([f"R{j % count}" for j in range(len(t.places))], t.places.index),
    }


@given(tables(), st.integers(1, 4))
def test_regions_by_themselves_are_solved_as_if_borders_had_no_routes(t: Tables, count: int) -> None:
    by = split(t, count)
    home = by["group_region"].reindex(t.routes["group"]).to_numpy()
    held = by["setting_region"].reindex(t.routes["setting"]).to_numpy()
    whole = solve(t.groups, t.places, t.routes[home == held], unplaced_gbp=t.unplaced_gbp)
    found = solve_regions(t.groups, t.places, t.routes, **by, unplaced_gbp=t.unplaced_gbp, across=False)
    assert found.objective_gbp == whole.objective_gbp
    assert found.certificate_gap_gbp == 0
    pd.testing.assert_series_equal(found.value_of_a_place, whole.value_of_a_place)


@given(tables(), st.integers(1, 4))
def test_the_fallback_is_never_dearer_than_regions_apart_nor_cheaper_than_the_best(t: Tables, count: int) -> None:
    by = split(t, count)
    asked = stated(t.groups, t.places, t.routes, t.unplaced_gbp)
    problem, scale = asked.problem, asked.units.a_pound
    home, held = (pd.factorize(s, sort=True)[0].astype(np.int64) for s in by.values())
    best = solve(t.groups, t.places, t.routes, unplaced_gbp=t.unplaced_gbp).objective_gbp
    inside = problem.only(home[problem.group] == held[problem.setting])
    apart = one_by_one(inside, home, held).objective / scale
    found = by_blocks(problem, home, held, seconds=5)
    assert best <= found.objective / scale <= apart
    assert found.bound / scale <= best
    assert (np.bincount(problem.setting, found.children, minlength=len(t.places)) <= t.places).all()
    assert (np.bincount(problem.group, found.children, minlength=len(t.groups)) + found.unplaced == t.groups).all()


def test_across_borders_is_one_flow() -> None:
    t = town(300, 12, seed=5, slack=0.98)
    by = split(t, 3)
    best = solve(t.groups, t.places, t.routes, unplaced_gbp=t.unplaced_gbp)
    found = solve_regions(t.groups, t.places, t.routes, **by, unplaced_gbp=t.unplaced_gbp, seconds=60)
    assert found.objective_gbp == best.objective_gbp
    pd.testing.assert_series_equal(found.value_of_a_place, best.value_of_a_place)
    assert found.certificate_gap_gbp == 0


def test_where_time_runs_out_blocks_of_neighbours_take_over() -> None:
    t = town(300, 12, seed=5)
    by = split(t, 3)
    best = solve(t.groups, t.places, t.routes, unplaced_gbp=t.unplaced_gbp)
    asked = {**by, "unplaced_gbp": t.unplaced_gbp, "seconds": 0.001}
    found = solve_regions(t.groups, t.places, t.routes, **asked, fallback_seconds=5)
    assert found.objective_gbp == best.objective_gbp  # three regions are one block
    assert found.certificate_gap_gbp >= 0
    stopped = solve_regions(t.groups, t.places, t.routes, **asked, fallback_seconds=0)
    assert stopped.objective_gbp >= best.objective_gbp
    assert stopped.certificate_gap_gbp >= stopped.objective_gbp - best.objective_gbp


def test_a_process_that_takes_too_long_is_stopped() -> None:
    t = town(50, 4, seed=1)
    problem = stated(t.groups, t.places, t.routes, t.unplaced_gbp).problem
    assert many_authorities.apart(problem, seconds=0.001) is None


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_where_the_process_is_killed_for_its_memory_blocks_take_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = tmp_path / "killed"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(killed))
    t = town(100, 6, seed=2)
    found = solve_regions(t.groups, t.places, t.routes, **split(t, 2), unplaced_gbp=t.unplaced_gbp, fallback_seconds=2)
    best = solve(t.groups, t.places, t.routes, unplaced_gbp=t.unplaced_gbp)
    assert found.objective_gbp - best.objective_gbp <= found.certificate_gap_gbp


def test_a_setting_without_a_region_is_named() -> None:
    t = town(20, 4, seed=1)
    by = split(t, 2)
    by["setting_region"] = by["setting_region"].drop("s3")
    with pytest.raises(InputError, match="setting_region has no region for s3"):
        solve_regions(t.groups, t.places, t.routes, **by, unplaced_gbp=1.0)
