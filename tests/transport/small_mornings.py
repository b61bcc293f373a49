"""Small school mornings: one that can be checked by hand, and hypothesis strategies for many."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st

Tables = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def road(points: dict[str, tuple[float, float]], minutes_a_km: float = 1.0) -> pd.DataFrame:
    """Return km and minutes between points on a plane, every ordered pair."""
    rows = [
        (a, b, float(np.hypot(p[0] - q[0], p[1] - q[1])))
        for a, p in points.items()
        for b, q in points.items()
        if a != b
    ]
    travel = pd.DataFrame(rows, columns=["origin", "destination", "km"])
    return travel.assign(minutes=travel["km"] * minutes_a_km)


def line() -> Tables:
    """Four stops on a road to the school S: at 2, 4, 6 and 8 km, a minute a km."""
    stops = pd.DataFrame(
        {"stop": ["a", "b", "c", "d"], "children": [1, 1, 1, 1], "wheelchairs": 0, "max_ride_minutes": 45.0}
    )
    vehicles = pd.DataFrame(
        {
            "vehicle": ["taxi", "minibus"],
            "seats": [2, 4],
            "wheelchair_spaces": [0, 1],
            "available": [np.nan, np.nan],
            "fixed_gbp": [10.0, 15.0],
            "gbp_per_km": [1.0, 1.0],
            "gbp_per_minute": [0.0, 0.0],
            "start": "",
        }
    )
    return stops, vehicles, road({"S": (0, 0), "a": (2, 0), "b": (4, 0), "c": (6, 0), "d": (8, 0)})


@st.composite
def mornings(draw: st.DrawFn, most: int = 9) -> Tables:
    """Draw a morning with wheelchairs, limits that may bind, solo children, assistants and a mixed fleet."""
    n = draw(st.integers(1, most))
    grid = st.integers(-20, 20)
    points = {"S": (0.0, 0.0)} | {f"s{i}": (float(draw(grid)), float(draw(grid))) for i in range(n)}
    children = [draw(st.integers(1, 7)) for _ in range(n)]
    stops = pd.DataFrame(
        {
            "stop": list(points)[1:],
            "children": children,
            "wheelchairs": [draw(st.integers(0, min(2, c))) for c in children],
            "max_ride_minutes": [draw(st.sampled_from([15.0, 30.0, 60.0, np.nan])) for _ in range(n)],
            "service_minutes": [draw(st.sampled_from([0.0, 1.0, 3.5])) for _ in range(n)],
            "solo": [draw(st.integers(0, 5)) == 0 for _ in range(n)],
            "assistant": [draw(st.integers(0, 5)) == 0 for _ in range(n)],
        }
    )
    vehicles = pd.DataFrame(
        {
            "vehicle": ["taxi", "accessible", "minibus"],
            "seats": [4, 3, 8],
            "wheelchair_spaces": [0, 1, 2],
            "available": [np.nan, np.nan, draw(st.sampled_from([np.nan, 0, 1, 2]))],
            "fixed_gbp": [40.0, 55.0, 90.0],
            "gbp_per_km": [0.8, 0.9, 1.2],
            "gbp_per_minute": [0.1, 0.1, draw(st.sampled_from([0.0, 0.2]))],
            "assistant_gbp": 30.0,
            "start": ["", draw(st.sampled_from(["", "s0"])), ""],
        }
    )
    return stops, vehicles, road(points, minutes_a_km=draw(st.sampled_from([0.5, 1.5])))
