"""`recommend`: what to open, chosen from a run within a stated budget, and the run with it open: the same futures again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from sufficiency.allocate.open.opened import Openings
from sufficiency.allocate.open.recommended import budget_words, recommended
from sufficiency.method import Progress, run
from sufficiency.notebook import titled
from sufficiency.outcome import Outcome
from sufficiency.scenarios.scenario import Scenario
from sufficiency.words import run_options

NAME: Final = "Recommended"
PLACED_DRAWS: Final = 20  # of the draws that the run places, how many are placed again with the places open


@dataclass(frozen=True, eq=False)
class Recommendation:
    """What to open, the run without it and the run with it.

    Attributes
    ----------
    now, then
        The run that it was made from, and the same futures with what is recommended open; `then` is None where nothing is.
    openings
        What opens, when, and what it costs; None where there is nothing to weigh.
    budget
        How much capital there is, and where that figure is from, in words.
    """

    now: Outcome
    then: Outcome | None
    openings: Openings | None
    budget: str

    def __repr__(self) -> str:
        """Return one line: places, capital and the budget."""
        if self.openings is None or self.then is None:
            return f"<Recommendation: nothing to open within {self.budget}>"
        places = int(self.openings.openings["places"].sum())
        return f"<Recommendation: {places:,} places, capital GBP {self.openings.capital_gbp:,.0f}>"

    def _repr_html_(self) -> str:
        if self.openings is None or self.then is None:
            return titled("Recommended: nothing to open", pd.DataFrame({"budget": [self.budget]}))
        says = f"Recommended within {self.budget}: GBP {self.openings.capital_gbp:,.0f} of capital"
        return titled(says, self.openings.openings, {"year": "year"})


def recommend(
    outcome: Outcome,
    *,
    budget_gbp: float | None = None,
    options: pd.DataFrame | None = None,
    draws: int = 5,
    progress: Progress | None = None,
) -> Recommendation:
    """Return what to open so that fewest children are turned away within a budget, tested child by child in a run.

    Parameters
    ----------
    outcome
        Of `run`: children turned away there are whom places are made for, on top of its own scenario.
    budget_gbp, options, draws
        As `allocate.recommended`. [GBP]
    progress
        Called with what is being done and the share done.

    Returns
    -------
    Recommendation
        `.openings`, `.then` (the outcome with them open, fewer draws placed), `.budget` in words.

    Examples
    --------
    >>> import sufficiency as sf
    >>> outcome = sf.run(sf.example_area(), to=2031, draws=20, placed_draws=3)
    >>> sf.recommend(outcome, budget_gbp=6e6, draws=2).openings.capital_gbp <= 6e6
    True
    """
    run_options.draws(draws)
    tell, asked = progress or (lambda _what, _share: None), outcome.options
    tell("Choosing what to open", 0.0)
    best = recommended(
        outcome.placed,
        outcome.plans,
        budget_gbp=budget_gbp,
        options=options,
        draws=min(draws, asked.draws),
        seed=asked.seed,
    )
    words = budget_words(outcome.area, outcome.plans, budget_gbp)
    if best is None or best.openings.empty:
        return Recommendation(outcome, None, best, words)
    levers = (*outcome.scenario.levers, *best.scenario(NAME).levers)
    then = run(
        outcome.before,
        Scenario(NAME, levers),
        to=asked.to,
        draws=asked.draws,
        placed_draws=min(asked.placed_draws, PLACED_DRAWS),
        seed=asked.seed,
        beside=outcome,
        progress=lambda what, share: tell(what, 0.4 + 0.6 * share),
    )
    assert isinstance(then, Outcome)  # the run that it adds places to placed children already
    return Recommendation(outcome, then, best, words)
