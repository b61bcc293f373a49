"""A fleet that is too small: who is left, and the smallest fleet found that works."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from sufficiency.errors import InfeasibleError, one_of
from sufficiency.transport.routing.effort import Work
from sufficiency.transport.routing.morning import SchoolRun
from sufficiency.transport.routing.partition import best_partition
from sufficiency.transport.routing.polish import Step, polish
from sufficiency.transport.routing.savings import savings_runs
from sufficiency.transport.routing.stops import UNLIMITED

HIRING: Final = Work(1_000)  # enough to say what fleet would do; the same words on any machine


def fleet_is_too_small(run: SchoolRun) -> bool:
    """Whether the seats or wheelchair spaces of the whole fleet fall short: a proof that no plan exists."""
    if not run.is_limited:
        return False
    room = np.zeros((len(run.available), run.room.shape[1]), dtype=np.int64)
    np.maximum.at(room, run.base, run.room)
    return bool((run.load.sum(axis=0) > (room * run.available[:, None]).sum(axis=0)).any())


def hired_plan(run: SchoolRun, *, seed: int) -> InfeasibleError:
    """Return the error that says who is left and what fleet would do.

    Each kind is offered again, in any number, at a price above that of any plan: so as few as possible are hired.
    """
    hired = _with_hire(run)
    start, pool = savings_runs(hired)
    plan = best_partition(hired, pool, HIRING.partitioning(is_first=True)) or [
        replace(t, kind=t.kind if t.kind >= len(run.kind) else t.kind + len(run.kind)) for t in start
    ]
    better = polish(hired, plan, Step(), HIRING.polishing(1), seed=seed).plan
    plan = better if better is not None and hired.total(better) < hired.total(plan) else plan
    left = [t for t in plan if t.kind >= len(run.kind)]
    parts = [p for t in left for p in t.parts]
    rows = len(run.available)
    labels = dict(zip(run.base.tolist(), run.kind, strict=True))
    used = hired.used(plan)
    need = [
        f"{int(used[r] + used[r + rows])} {labels[r]}"
        + (f" ({int(used[r + rows])} more than there are)" if used[r + rows] else "")
        for r in range(rows)
        if used[r] + used[r + rows]
    ]
    return InfeasibleError(
        f"the fleet is too small: {int(run.children[parts].sum())} children are left, at stops "
        f"{one_of(sorted({run.stop[p] for p in parts}))}. The smallest fleet found that works: {', '.join(need)}. "
        "Raise `available`, or lengthen the ride limit"
    )


def _with_hire(run: SchoolRun) -> SchoolRun:
    alone = sum(run.cost(t) for i in range(len(run)) if (t := run.cheapest((i,))) is not None)
    return replace(
        run,
        room=np.concatenate([run.room, run.room]),
        has_assistant=np.tile(run.has_assistant, 2),
        per_km=np.tile(run.per_km, 2),
        per_minute=np.tile(run.per_minute, 2),
        start_km=np.concatenate([run.start_km, run.start_km]),
        start_minutes=np.concatenate([run.start_minutes, run.start_minutes]),
        kind=run.kind * 2,
        fixed=np.concatenate([run.fixed, run.fixed + alone + 1.0]),
        base=np.concatenate([run.base, run.base + len(run.available)]),
        available=np.concatenate([run.available, np.full_like(run.available, UNLIMITED)]),
    )
