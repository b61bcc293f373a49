"""The published formats of facility-location problems are read as their keepers describe them."""

from __future__ import annotations

import pytest

from benchmarks import facility_readers as readers
from sufficiency import allocate

CAP = "4 3\n0 300\n0 400\n0 150\n0 200\n0\n130 140 130 100\n0\n120 100 90 120\n0\n80 50 140 150\n"
SIMPLE = "FILE: small.txt\n4 3 0\n1 300 130 120 80\n2 400 140 100 50\n3 150 130 90 140\n4 200 100 120 150\n"
SIZED = "2 2\ncapacity 10\n6 20.\n4\n8. 40.\n5\n25. 5.\n"
HOLMBERG = "2 2\n9 10\n6 20\n4 5\n8 25\n40 5\n"
PMED = "4 4 2\n1 2 5\n2 3 9\n3 4 1\n2 3 7\n"


def cost_of(instance: readers.Instance) -> tuple[float, set[str]]:
    found = allocate.open_sites(*instance.tables(), opened=instance.opened, gap=0.0)
    return found.objective_gbp, set(found.opened)


@pytest.mark.parametrize(("read", "text"), [(readers.orlib_cap, CAP), (readers.ufl_simple, SIMPLE)])
def test_a_problem_without_capacity_reads_alike_in_both_formats(tmp_path, read, text):
    path = tmp_path / "small.txt"
    path.write_text(text)
    assert cost_of(read(path)) == (510.0, {"site 3"})


def test_the_word_capacity_is_filled_in_and_costs_are_of_all_of_a_customer(tmp_path):
    path = tmp_path / "capa.txt"
    path.write_text(SIZED)
    wide = readers.orlib_cap(path, capacity=9)
    assert wide.places.tolist() == [9, 6]
    assert cost_of(wide)[0] == pytest.approx(min(10 + 8 + 25, 30 + 8 + 5))
    narrow = readers.orlib_cap(path, capacity=4)
    assert cost_of(narrow) == (pytest.approx(30 + 8 + 5), {"site 1", "site 2"})


def test_holmberg_lists_demands_before_costs(tmp_path):
    path = tmp_path / "p1.plc"
    path.write_text(HOLMBERG)
    assert cost_of(readers.holmberg(path))[0] == pytest.approx(43)


def test_the_last_of_a_repeated_edge_counts(tmp_path):
    path = tmp_path / "pmed.txt"
    path.write_text(PMED)
    instance = readers.orlib_pmed(path)
    assert instance.opened == 2
    assert instance.cost[0, 2] == 12
    assert cost_of(instance)[0] == 6
