"""One assumption at each end of its range: what the measures come to, with everything else at its middle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from sufficiency.errors import SufficiencyError
from sufficiency.outcome import Outcome
from sufficiency.scenarios.scenario import Scenario
from sufficiency.varied.chain import AFTER, ALLOCATE, FORECAST, Traced, run_through
from sufficiency.varied.headlines import Headline
from sufficiency.varied.ranges import HIGH, LOW, OVERFLOW, Held, Varied, put
from sufficiency.words.vocabulary import SETTING_TYPES

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reading:
    """What one set of runs comes to."""

    effects: Mapping[tuple[str, str], Floats]  # scenario and measure -> by draw
    places: xr.DataArray | None  # draw x item (a setting): the value of a place, where it is asked for [GBP a year]


@dataclass(frozen=True, eq=False)
class Bench:
    """What all trials share: runs with every assumption at its middle, and what is measured."""

    scenarios: tuple[Scenario, ...]
    against: Scenario | None
    runs: tuple[Traced, ...]  # of the scenarios, and then of `against`
    asked: Mapping[str, Set[str]]  # by part of a run
    measures: Mapping[str, Headline]
    ranks_places: bool

    @property
    def ran(self) -> tuple[Scenario, ...]:
        """Every scenario that is run."""
        return self.scenarios if self.against is None else (*self.scenarios, self.against)

    def read(self, outcomes: Sequence[Outcome]) -> Reading:
        """Return the measures of runs, in the order of `ran`: less those of `against` where there is one."""
        effects: dict[tuple[str, str], Floats] = {}
        for name, headline in self.measures.items():
            values = [np.asarray(headline.of(outcome).to_numpy(), dtype=np.float64) for outcome in outcomes]
            base = values.pop() if self.against is not None else 0.0
            effects |= {(s.name, name): value - base for s, value in zip(self.scenarios, values, strict=True)}
        return Reading(effects, _places(outcomes[0]) if self.ranks_places else None)

    def again(self, varied: Varied) -> frozenset[str]:
        """Return which parts of a run must be done again, of those that a measure reads; none where it can't tell."""
        first = (
            {ALLOCATE} if varied.room == OVERFLOW else {p for p, names in self.asked.items() if varied.name in names}
        )
        read = {FORECAST, ALLOCATE, *(part for headline in self.measures.values() for part in headline.reads)}
        return frozenset(part for one in first for part in AFTER[one] if part in read)


@dataclass(frozen=True, eq=False)
class Trial:
    """What the measures come to at both ends of an assumption's range."""

    varied: Varied
    low: Reading
    high: Reading


def tried(bench: Bench, some: Sequence[Varied]) -> list[Trial | Held]:
    """Return a trial of each assumption, or why it can't be varied: an end that a part of a run refuses."""
    return [_tried(bench, varied) for varied in some]


def _tried(bench: Bench, varied: Varied) -> Trial | Held:
    try:
        return Trial(varied, *(_at(bench, varied, end) for end in (LOW, HIGH)))
    except SufficiencyError as refused:
        return Held(varied.name, varied.meaning, varied.middle, f"an end of its range is refused: {refused}")


def _at(bench: Bench, varied: Varied, end: str) -> Reading:
    again = bench.again(varied)
    outcomes = [
        run_through(
            put(run.outcome.before, varied, end),
            scenario,
            run.outcome.options,
            last=run,
            again=again,
            futures=run.outcome.placed.draws,
        ).outcome
        for scenario, run in zip(bench.ran, bench.runs, strict=True)
    ]
    return bench.read(outcomes)


def _places(outcome: Outcome) -> xr.DataArray:
    """Return the value of a place in the last January at each state setting of the area: draw x setting."""
    settings = outcome.placed.routes.settings
    is_state = np.array([SETTING_TYPES[kind].is_state for kind in settings["setting_type"]])
    some = np.flatnonzero(is_state & settings["is_in_area"].to_numpy(dtype=bool))
    names = settings["name"].to_numpy()[some]
    return xr.DataArray(outcome.placed.value_gbp[:, -1, some], dims=("draw", "item"), coords={"item": names})
