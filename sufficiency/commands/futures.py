"""Futures that a report shows beside what is agreed: scenario files, the reform, or by default the reform twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sufficiency.area.area import Area
    from sufficiency.outcome import ForecastOutcome, RunOptions
    from sufficiency.scenarios.scenario import Scenario

BY_DEFAULT: Final = (1.0, 0.5)  # how far the reform is delivered in the futures shown where none is asked for
DRAWS: Final = 300  # simulated futures of each, where the run has as many: beside the outcome, not in its place
PLACED_DRAWS: Final = 20


def asked(files: Sequence[Path], reforms: Sequence[float], *, to: int) -> list[Scenario]:
    """Return the scenarios asked for; by default the reform delivered and half delivered, where a run reaches it."""
    import sufficiency as sf

    if files or reforms:
        found = [*(sf.scenarios.read_scenario(file) for file in files), *(sf.scenarios.reform(d) for d in reforms)]
        for scenario in found:
            scenario.check_ends_by(to)
        names = [scenario.name for scenario in found]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise sf.InputError(f"two scenarios are called '{twice[0]}': give each a `name` of its own")
        return found
    by_default = [sf.scenarios.reform(delivered) for delivered in BY_DEFAULT]
    begins = max(getattr(lever, "since", 0) for scenario in by_default for lever in scenario.levers)
    return by_default if to >= begins else []


def run(
    area: Area,
    scenarios: Sequence[Scenario],
    options: RunOptions,
    *,
    progress: Callable[[str, float], None] | None = None,
) -> list[ForecastOutcome]:
    """Return each scenario's outcome, under the seed of the run and at most so many draws."""
    import sufficiency as sf

    found: list[ForecastOutcome] = []
    for done, scenario in enumerate(scenarios):
        if progress is not None:
            progress(scenario.name, done / len(scenarios))
        found.append(
            sf.run(
                area,
                scenario,
                to=options.to,
                draws=min(options.draws, DRAWS),
                placed_draws=min(options.placed_draws, PLACED_DRAWS),
                seed=options.seed,
            )
        )
    return found
