"""A run in four parts, each done again only where something that it reads has changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Final

from sufficiency import allocate, forecast, funding, transport
from sufficiency.area.area import Area
from sufficiency.outcome import Outcome, RunOptions
from sufficiency.scenarios.scenario import Scenario
from sufficiency.varied.listening import listening

FORECAST, ALLOCATE, TRANSPORT, FUNDING = "forecast", "allocate", "transport", "funding"
PARTS: Final = (FORECAST, ALLOCATE, TRANSPORT, FUNDING)
AFTER: Final[Mapping[str, tuple[str, ...]]] = {
    FORECAST: PARTS,
    ALLOCATE: (ALLOCATE, TRANSPORT, FUNDING),
    TRANSPORT: (TRANSPORT,),
    FUNDING: (FUNDING,),
}


@dataclass(frozen=True, eq=False)
class Traced:
    """What a run came to, and which values each of its parts asked the area for."""

    outcome: Outcome
    asked: Mapping[str, Set[str]]  # by part; what is worked out later is added when it is


def run_through(
    area: Area,
    scenario: Scenario,
    options: RunOptions,
    *,
    last: Traced | None = None,
    again: frozenset[str] = frozenset(PARTS),
    futures: Sequence[int] = (),
) -> Traced:
    """Return a run of an area that has the scenario's levers pulled.

    Parameters
    ----------
    area
        After the levers, and before journeys are found.
    scenario, options
        What they were, and the draws.
    last
        A run whose parts stand where they aren't done again.
    again
        Parts to do again: with one, all that follow from it (`AFTER`).
    futures
        Labels of the draws to place; by default as many as the options say, those that stand for all.
    """
    asked: dict[str, Set[str]] = dict(last.asked) if last else {}
    if last is None or FORECAST in again:
        heard = listening(area)
        plans = forecast.plans(heard, to=options.to, draws=options.draws, seed=options.seed)
        asked[FORECAST] = heard.asked
    else:
        plans = last.outcome.plans
    if last is None or ALLOCATE in again:
        heard = listening(area)
        ready = transport.with_travel(heard)
        placed = allocate.places(ready, plans, draws=futures or options.placed_draws, seed=options.seed)
        asked[ALLOCATE] = heard.asked
    else:
        before = last.outcome
        ready = before.area.replace(assumptions=area.assumptions, overflow=area.overflow)
        placed = dataclasses.replace(before.placed, area=ready)
    if last is None or TRANSPORT in again:
        heard = listening(ready)
        journeys = transport.journeys(heard, placed)
        asked[TRANSPORT] = heard.asked
    else:
        journeys = last.outcome.journeys
    if last is None or FUNDING in again:
        heard = listening(ready)
        budget = funding.high_needs(heard, plans, placed)
        asked[FUNDING] = heard.asked
    else:
        budget = last.outcome.budget
    outcome = Outcome(
        area=ready,
        scenario=scenario,
        plans=plans,
        support=None,
        options=options,
        before=area,
        placed=placed,
        journeys=journeys,
        budget=budget,
    )
    return Traced(outcome, asked)
