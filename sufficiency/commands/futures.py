"""What a report shows beside what is agreed: a scenario of its own, others beside it, and the law announced for 2029."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sufficiency.area.area import Area
    from sufficiency.outcome import ForecastOutcome, RunOptions
    from sufficiency.scenarios.scenario import Scenario

BY_DEFAULT: Final = (1.0, 0.5)  # how far the reform is delivered in the futures shown where none is asked for
PLACED_DRAWS: Final = 20  # of the draws that the run places, how many are placed in each future beside it


def asked(files: Sequence[Path], reforms: Sequence[float], *, to: int, area: Area | None = None) -> list[Scenario]:
    """Return the scenarios asked for and, unless one changes the law, the reform delivered and half delivered.

    The reform is left out where the run ends before it shows. With `area`, the levers of a file are tried on it, so that
    one that can't be pulled is told at once, by its file.
    """
    import sufficiency as sf
    from sufficiency.report.sections.law import changes_law

    found = [*(tried(file, to, area) for file in files), *(sf.scenarios.reform(d) for d in reforms)]
    for scenario in found:
        scenario.check_ends_by(to)
    names = [scenario.name for scenario in found]
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise sf.InputError(f"two scenarios are called '{twice[0]}': give each a `name` of its own")
    if reforms or any(changes_law(scenario) for scenario in found):
        return found
    by_default = [sf.scenarios.reform(delivered) for delivered in BY_DEFAULT]
    begins = max(getattr(lever, "since", 0) for scenario in by_default for lever in scenario.levers)
    return [*found, *by_default] if to >= begins else found


def reported(scenarios: Sequence[Scenario]) -> Scenario | None:
    """Return the scenario that the report is of: the first that leaves the law alone, or None for what is agreed."""
    from sufficiency.report.sections.law import changes_law

    return next((s for s in scenarios if s.levers and not changes_law(s)), None)


def tried(file: Path, to: int, area: Area | None) -> Scenario:
    """Return the scenario of a file, once its levers could be pulled on `area`; a fault is told with the file's name."""
    import sufficiency as sf
    from sufficiency.errors import SufficiencyError
    from sufficiency.scenarios.pipeline_levers import from_agreed

    scenario = sf.read_scenario(file)
    try:
        scenario.check_ends_by(to)
        if area is not None:
            from_agreed(scenario)(area)
    except SufficiencyError as caught:
        raise sf.InputError(f"{file.name}: {caught}") from caught
    return scenario


def run(
    area: Area,
    scenarios: Sequence[Scenario],
    options: RunOptions,
    *,
    beside: ForecastOutcome | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> list[ForecastOutcome]:
    """Return each scenario's outcome in the run's own simulated futures, of which a few are placed; `beside` as `sf.run`."""
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
                draws=options.draws,
                placed_draws=min(options.placed_draws, PLACED_DRAWS),
                seed=options.seed,
                beside=beside,
            )
        )
    return found
