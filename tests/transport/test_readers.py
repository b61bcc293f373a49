"""The benchmarks' readers, on files small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest

import sufficiency as sf
from benchmarks.rounds_readers import published_trips, read_routing, read_school_buses

NODES = "NODE_COORD_SECTION\n1 0 0\n2 3 4\n3 6 8\nDEMAND_SECTION\n1 0\n2 5\n3 4\nDEPOT_SECTION\n 1\n-1\n"
KINDS = "CAPACITIES\n5 9\nFIXED_COSTS\n10 30\nCOST_COEFFICIENTS\n1.0 2.0\nVEHICLES_AVAILABLE\n2 1\nEOF\n"


def test_a_cvrp_file_is_a_closed_tour_and_its_solution_is_known(tmp_path):
    (tmp_path / "X-n3-k1.vrp").write_text(f"NAME : X\nDIMENSION : 3\nCAPACITY : 9\n{NODES}EOF\n")
    (tmp_path / "X-n3-k1.sol").write_text("Route #1: 1 2\nCost 20\n")
    p = read_routing(tmp_path / "X-n3-k1.vrp")
    assert p.best_known == 20
    plan = sf.transport.rounds(p.stops, p.vehicles, p.travel, school=p.school, seconds=0)
    assert plan.cost_gbp == pytest.approx(20)


@pytest.mark.parametrize(
    ("variant", "fixed", "rate", "is_limited"),
    [
        ("HVRPFD", 30, 2, True),
        ("HVRPD", 0, 2, True),
        ("FSMFD", 30, 2, False),
        ("FSMF", 30, 1, False),
        ("FSMD", 0, 2, False),
    ],
)
def test_each_variant_of_a_mixed_fleet_keeps_what_it_counts(tmp_path, variant, fixed, rate, is_limited):
    (tmp_path / "t.txt").write_text(f"NAME : t\n{NODES}{KINDS}")
    larger = read_routing(tmp_path / "t.txt", variant, 1.0).vehicles.iloc[1]
    assert (larger["fixed_gbp"], larger["gbp_per_km"]) == (fixed, rate)
    assert np.isfinite(larger["available"]) == is_limited


def test_a_list_of_every_vehicle_becomes_kinds(tmp_path):
    sections = (
        "CAPACITY_SECTION\n1 5\n2 5\n3 9\nVEHICLES_FIXED_COST_SECTION\n1 1000\n2 1000\n3 3000\n"
        "VEHICLES_UNIT_DISTANCE_COST_SECTION\n1 100\n2 100\n3 200\nEOF\n"
    )
    (tmp_path / "v.vrp").write_text(f"NAME: v\nVEHICLES: 3\n{NODES}{sections}")
    kinds = read_routing(tmp_path / "v.vrp").vehicles
    assert kinds[["seats", "available", "fixed_gbp", "gbp_per_km"]].values.tolist() == [[5, 2, 10, 1], [9, 1, 30, 2]]


def test_a_school_bus_ride_is_from_leaving_the_first_stop_with_later_boarding(tmp_path):
    (tmp_path / "Schools.txt").write_text("ID\tX\tY\tAMEARLY\tAMLATE\n200001\t0\t0\t810\t830\n")
    stops = "ID\tX_COORD\tY_COORD\tEP_ID\tSTUDENT_COUNT\n100001\t8800\t0\t200001\t10\n100002\t8800\t8800\t200001\t20\n"
    (tmp_path / "Stops.txt").write_text(stops)
    problem = read_school_buses(tmp_path, 1_000)[0]
    plan = sf.transport.rounds(
        *(getattr(problem, t) for t in ("stops", "vehicles", "travel")), school="200001", seconds=0
    )
    assert len(plan.by_round) == 1
    # 300 s to the second stop, 19 + 26 s of boarding there, 300 s to school
    assert plan.rounds["minutes_on_board"].max() * 60 == pytest.approx(645)


def test_published_trips_are_counted_by_school(tmp_path):
    row = "\t".join(["0"] * 7)
    text = f"NODE_COORD_SECTION\n0\t{row}\t0\n1\t{row[:-2]}\t200001\t1\t99\t100001\n2\t{row[:-2]}\t200001\t1\t9\t1\nDIMENSION: 3\n"
    (tmp_path / "SBRP.txt").write_text(text)
    assert published_trips(tmp_path / "SBRP.txt") == {"200001": 2}
