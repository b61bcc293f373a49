"""What is exported for other solvers is the problem that was planned."""

from __future__ import annotations

import numpy as np
import pytest

import sufficiency as sf
from tests.transport.small_mornings import line


def test_another_reader_finds_the_same_problem(tmp_path):
    library = pytest.importorskip("vrplib")
    stops, vehicles, travel = line()
    plan = sf.transport.rounds(stops.assign(service_minutes=1.0), vehicles, travel, school="S", seconds=0)
    (tmp_path / "morning.vrp").write_text(plan.to_vrplib("morning"))
    found = library.read_instance(tmp_path / "morning.vrp")
    assert found["name"] == "morning"
    assert found["edge_weight"][1].tolist() == [2000, 0, 2000, 4000, 6000]  # a: to the school, itself, b, c, d
    assert found["edge_duration"][1, 0] == 600 * 3  # two minutes' drive and one of boarding
    assert found["demand"].tolist() == [0, 1, 1, 1, 1]
    assert np.unique(found["capacity"]).tolist() == [2, 4]
    assert found["vehicles"] == 8
    assert f"{plan.cost_gbp:.2f} GBP" in found["comment"]


def test_no_label_of_a_stop_is_in_the_text():
    stops, vehicles, travel = line()
    home = stops.assign(location=stops["stop"], stop=["Ann", "Bo", "Cy", "Di"])
    text = sf.transport.rounds(home, vehicles, travel, school="S", seconds=0).to_vrplib()
    assert not any(name in text for name in home["stop"])
