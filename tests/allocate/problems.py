"""Random allocation problems for the laws, small enough that ties and shortages are common."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from hypothesis import strategies as st


@dataclass(frozen=True)
class Tables:
    """What `solve` takes."""

    groups: pd.Series
    places: pd.Series
    routes: pd.DataFrame
    unplaced_gbp: float

    def with_(self, **changed: object) -> Tables:
        """Return a changed copy."""
        return replace(self, **changed)


@st.composite
def tables(draw: st.DrawFn, *, pence: bool = False) -> Tables:
    """Draw groups, settings, some of the routes between them, and a price of being unplaced.

    Costs come from few values, so that most problems are degenerate.
    """
    groups, settings = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    children = draw(st.lists(st.integers(0, 4), min_size=groups, max_size=groups))
    places = draw(st.lists(st.integers(0, 6), min_size=settings, max_size=settings))
    amounts = st.integers(0, 9).map(float) if not pence else st.integers(0, 99_999).map(lambda p: p / 100)
    costs = draw(st.lists(st.none() | amounts, min_size=groups * settings, max_size=groups * settings))
    names, codes = [f"g{i}" for i in range(groups)], [f"s{j}" for j in range(settings)]
    rows = [(names[n // settings], codes[n % settings], cost) for n, cost in enumerate(costs) if cost is not None]
    routes = pd.DataFrame(rows, columns=["group", "setting", "cost_gbp"]).astype({"cost_gbp": "float64"})
    price = draw(st.sampled_from([0.0, 4.0, 9.0, 50.0]))
    return Tables(pd.Series(children, names), pd.Series(places, codes), routes, price)


def town(groups: int, settings: int, *, seed: int, slack: float = 1.05, nearest: int | None = None) -> Tables:
    """Return homes and settings on a plane, costs by distance to the penny, one child a group."""
    rng = np.random.default_rng(seed)
    homes, sites = rng.random((groups, 2)), rng.random((settings, 2))
    cost = np.round(np.hypot(*(homes[:, None] - sites[None]).transpose(2, 0, 1)) * 20_000, 2)
    who, where = np.nonzero(np.ones_like(cost) if nearest is None else cost <= np.sort(cost, 1)[:, [nearest - 1]])
    names, codes = pd.Index([f"g{i}" for i in range(groups)]), pd.Index([f"s{j}" for j in range(settings)])
    routes = pd.DataFrame({"group": names[who], "setting": codes[where], "cost_gbp": cost[who, where]})
    room = rng.multinomial(int(groups * slack), np.full(settings, 1 / settings))
    return Tables(pd.Series(1, names), pd.Series(room, codes), routes, 40_000.0)
