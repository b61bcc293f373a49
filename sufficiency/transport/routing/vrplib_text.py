"""A plan's problem as VRPLIB text, so that any other solver can try to beat it."""

from __future__ import annotations

import numpy as np

from sufficiency.transport.routing.polish import TICKS_A_MINUTE
from sufficiency.transport.routing.rounds import Rounds, compiled
from sufficiency.whole_units import PENCE

METRES = 1_000


def vrplib(plan: Rounds, *, name: str = "rounds") -> str:
    """Return the problem behind a plan as VRPLIB text, in PyVRP's dialect for several kinds of vehicle.

    Node 1 is the school, where open runs end; the other nodes are parts of stops, without labels. Edges are metres, then
    tenths of a second, boarding included. A node's RIDE_LIMIT_SECTION is the longest ride allowed, −1 for none; legs from
    where each vehicle starts are in START_EDGE_SECTION. Money is in pence: a day, a metre (× 1,000) and a minute.
    """
    run = compiled(plan.stops, plan.vehicles, plan.travel, school=plan.school, apart=plan.apart)
    n = len(run)
    metres, ticks = np.zeros((n + 1, n + 1)), np.zeros((n + 1, n + 1))
    metres[1:, 1:], metres[1:, 0] = run.km * METRES, run.school_km * METRES
    ticks[1:, 1:] = (run.minutes + run.service[:, None]) * TICKS_A_MINUTE
    ticks[1:, 0] = (run.school_minutes + run.service) * TICKS_A_MINUTE
    np.fill_diagonal(ticks, 0)
    allowed = np.where(np.isfinite(run.allowed), run.allowed * TICKS_A_MINUTE, -1)
    most = np.minimum(run.available[run.base], n)
    each = [k for k in range(len(run.kind)) for _ in range(int(most[k]))]
    sections = {
        "EDGE_WEIGHT_SECTION": _rows(metres),
        "EDGE_DURATION_SECTION": _numbered(ticks),
        "START_EDGE_SECTION": _numbered(run.start_km[each] * METRES),
        "DEMAND_SECTION": _numbered(np.vstack([np.zeros(run.load.shape[1]), run.load])),
        "RIDE_LIMIT_SECTION": _numbered(np.append(-1, allowed)[:, None]),
        "CAPACITY_SECTION": _numbered(run.room[each]),
        "VEHICLES_FIXED_COST_SECTION": _numbered(PENCE.whole(run.fixed[each, None])),
        "VEHICLES_UNIT_DISTANCE_COST_SECTION": _numbered(PENCE.whole(run.per_km[each, None])),
        "VEHICLES_UNIT_DURATION_COST_SECTION": _numbered(PENCE.whole(run.per_minute[each, None])),
        "DEPOT_SECTION": ["1", "-1"],
    }
    head = {
        "NAME": name,
        "COMMENT": f"open runs that end at node 1; the plan to beat costs {plan.cost_gbp:.2f} GBP",
        "TYPE": "HFVRP",
        "DIMENSION": n + 1,
        "VEHICLES": len(each),
        "EDGE_WEIGHT_TYPE": "EXPLICIT",
        "EDGE_WEIGHT_FORMAT": "FULL_MATRIX",
    }
    body = [line for title, rows in sections.items() for line in (title, *rows)]
    return "\n".join([*(f"{key} : {value}" for key, value in head.items()), *body, "EOF", ""])


def _rows(matrix: np.ndarray) -> list[str]:
    return [" ".join(str(int(x)) for x in row) for row in np.rint(matrix)]


def _numbered(matrix: np.ndarray) -> list[str]:
    return [f"{i} {row}" for i, row in enumerate(_rows(matrix), start=1)]
