"""`recommended`: what to open of the places worth considering, for fewest children turned away within a stated budget."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.allocate.open.candidates import candidates
from sufficiency.allocate.open.opened import Openings
from sufficiency.allocate.open.openings import openings
from sufficiency.allocate.open.options import OWN
from sufficiency.allocate.place.placed import Placed
from sufficiency.area.area import Area
from sufficiency.tables import PlansResult
from sufficiency.words import run_options
from sufficiency.words.say import gbp

NATIONAL: Final = "funding.national_high_needs_capital_gbp"


def national_share(area: Area, plans: PlansResult) -> float:
    """Return the area's share of England's EHC plans in the base year."""
    own = float(plans.plans.sel(year=area.base_year).mean("draw").sum())
    return own / area.value("funding.national_plans")


def capital_share_gbp(area: Area, plans: PlansResult) -> float:
    """Return the area's share of the high needs capital announced for England, by EHC plans in the base year. [GBP]"""
    return national_share(area, plans) * area.value(NATIONAL)


def budget_words(area: Area, plans: PlansResult, budget_gbp: float | None = None) -> str:
    """Return in words how much capital there is, and where that is from; `budget_gbp` where somebody has said it."""
    if budget_gbp is not None:
        return f"{gbp(budget_gbp)} of capital, the budget given"
    return (
        f"{gbp(capital_share_gbp(area, plans))} of capital, this area's share by EHC plans ({100 * national_share(area, plans):.2f}%) of the "
        f"{gbp(area.value(NATIONAL))} announced for England for 2026-27 to 2029-30 (no council's own figure)"
    )


def recommended(
    placed: Placed,
    plans: PlansResult,
    *,
    budget_gbp: float | None = None,
    options: pd.DataFrame | None = None,
    draws: int = 5,
    seed: int = 7,
) -> Openings | None:
    """Return what to open so that fewest children are turned away, within a budget of capital.

    Blocks of places are taken one by one, the one that does most for its capital first (`openings(..., seconds=0)`), which
    comes out the same on every machine. `.scenario()` gives levers for `run`; most of what opens costs more than it saves.

    Parameters
    ----------
    placed, plans
        Of a run: its `.placed` and `.plans`.
    budget_gbp
        The most capital in all; by default the area's share, by EHC plans, of the high needs capital announced for
        England (`funding.national_high_needs_capital_gbp`). [GBP]
    options
        As `tables.OPTIONS`; by default the area's own options.csv or, where it has none, `candidates`.
    draws, seed
        As `openings`.

    Returns
    -------
    Openings or None
        None where there is nothing to weigh: nobody turned away, or too few for a class.

    Examples
    --------
    >>> import sufficiency as sf
    >>> outcome = sf.run(sf.example_area(), to=2031, draws=20, placed_draws=3)
    >>> best = sf.allocate.recommended(outcome.placed, outcome.plans, budget_gbp=12e6, draws=2)
    >>> best.capital_gbp <= 12e6
    True
    """
    run_options.budget(budget_gbp)
    run_options.draws(draws)
    run_options.seed(seed)
    area = placed.area
    own = area.options if len(area.options) else candidates(placed)
    offered = own if options is None else options
    if not (offered["kind"] != OWN).any() or len(placed.years) < 2:
        return None
    budget = capital_share_gbp(area, plans) if budget_gbp is None else budget_gbp
    return openings(area, plans, offered, budget_gbp=budget, aim="children", draws=draws, seconds=0, seed=seed)
