"""`sensitivity`: which assumptions move the answer, by how much, and where a sign or an order turns on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from concurrent.futures import Executor, as_completed
from dataclasses import asdict, fields, replace

import pandas as pd

from sufficiency import allocate, policy
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError, nearest
from sufficiency.method import Progress
from sufficiency.outcome import RunOptions, files_lacking
from sufficiency.scenarios.pipeline_levers import AS_AGREED, from_agreed
from sufficiency.scenarios.scenario import Scenario
from sufficiency.varied.chain import FORECAST, PARTS, run_through
from sufficiency.varied.found import Sensitivity
from sufficiency.varied.headlines import VALUE, headlines, when
from sufficiency.varied.ranges import Held, Varied, at_the_middle, of_overflow, to_vary
from sufficiency.varied.trial import Bench, Trial, tried
from sufficiency.words import run_options

AT_ONCE = 4  # assumptions that one job of an executor tries, so that what they share is sent seldom


def sensitivity(
    area: Area,
    scenario: Scenario | Sequence[Scenario] = AS_AGREED,
    *,
    against: Scenario | None = None,
    measures: Sequence[str] = (),
    only: Sequence[str] = (),
    to: int = 2031,
    draws: int = 40,
    varied_draws: int = 8,
    forecasting: bool = False,
    seed: int = 7,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Return which assumptions move a scenario's effect, by how much, and where its sign turns on one.

    Each assumption that a run asks the area for is put at the low and the high end of its range, with every other one at
    its middle and the same futures; parts of a run that don't read it are not run again. What no part reads has no effect
    and isn't listed. A change smaller than chance in single children makes is not called one. On the example with every
    measure it takes about a quarter of an hour of one core; `measures`, `only` and `executor` make it shorter.

    Parameters
    ----------
    area
        The area as it is.
    scenario
        One scenario, or several to be ranked as well.
    against
        The scenario that effects are measured from, such as `sf.AS_AGREED`; None: the measures themselves, not effects.
    measures
        Of high_needs_gbp, transport_gbp, both_gbp, shortfall, balance_gbp, in_year_gbp, independent_gbp; by default all.
        value_of_a_place ranks the area's state settings by what one more place would save.
    only
        Assumptions to vary, by name or by the word before the dot: overflow, funding.fee_inflation; by default all that a
        measure can hang on.
    to
        Last January forecast; measures "a year" are of the last year. [year]
    draws
        Futures that chance and growth are judged by, and that plans are forecast in.
    varied_draws
        How many of them are placed for each assumption.
    forecasting
        Whether to vary also what only the forecast of plans reads. By default it isn't: the forecast's ranges are tested
        against Januaries held out, so the error of its assumptions is in the futures already.
    seed
        The same seed gives the same numbers.
    executor
        A process pool, say, to try assumptions side by side; the numbers are the same.
    progress
        Called with what is being done and the share done.

    Returns
    -------
    Sensitivity
        `.table()`, `.flips()`, `.rankings()`, `.share_of_range()`, `.held`, `.says(measure)`.

    Raises
    ------
    MissingError
        If there is no such measure or assumption, or the area has no schools.
    InputError
        If an option can't be used, or two scenarios have one name.

    Examples
    --------
    >>> import sufficiency as sf
    >>> later = sf.Scenario("Sixteen more places", (sf.OpenPlaces("UNIT-135306", places=16, year=2027),))
    >>> found = sf.sensitivity(sf.example_area(), later, against=sf.AS_AGREED, measures=["shortfall"], only=["allocate.overfill_share"], to=2027, draws=2, varied_draws=2)
    >>> list(found.flips()["assumption"])
    []
    """
    tell = progress or (lambda _what, _share: None)
    wanted = headlines(measures)
    _check_known(area, only)
    scenarios = (scenario,) if isinstance(scenario, Scenario) else tuple(scenario)
    _check(area, scenarios, against, to=to, draws=draws, varied_draws=varied_draws, seed=seed)
    options = RunOptions(to=to, draws=draws, placed_draws=min(varied_draws, draws), seed=seed)
    ran = [from_agreed(s) for s in (*scenarios, *([] if against is None else [against]))]
    areas = [s(area) for s in ran]

    tell("Finding what a run rests on", 0.0)
    one = replace(options, placed_draws=1)
    heard = [run_through(changed, s, one) for changed, s in zip(areas, ran, strict=True)]
    asked = {part: frozenset().union(*(run.asked[part] for run in heard)) for part in PARTS}
    varied, held = _to_vary(areas, asked, forecasting=forecasting)

    tell("Running with every assumption at its middle", 0.05)
    central = [at_the_middle(changed, varied) for changed in areas]
    wide = [run_through(a, s, replace(options, placed_draws=draws)) for a, s in zip(central, ran, strict=True)]
    again = frozenset(PARTS) - {FORECAST}
    # Effects are taken future by future: every scenario and trial is placed in the same ones.
    futures = allocate.chosen_futures(wide[-1].outcome.plans, options.placed_draws)
    runs = [
        run_through(a, s, options, last=run, again=again, futures=futures)
        for a, s, run in zip(central, ran, wide, strict=True)
    ]
    bench = Bench(scenarios, against, tuple(runs), asked, wanted, VALUE in measures)
    some = [one for one in varied if bench.again(one) and (not only or {one.name, one.room} & set(only))]
    results = _trials(bench, some, executor, lambda share: tell("Varying assumptions", 0.1 + 0.9 * share))
    tell("Done", 1.0)
    return Sensitivity(
        area=area.name,
        scenarios=tuple(s.name for s in scenarios),
        against="" if against is None else against.name,
        options=options,
        middle=bench.read([run.outcome for run in runs]),
        futures=bench.read([run.outcome for run in wide]),
        trials=tuple(r for r in results if isinstance(r, Trial)),
        measures=wanted,
        years={name: when(headline.of(wide[0].outcome)) for name, headline in wanted.items()},
        only=tuple(only),
        held=_table([*held, *(r for r in results if isinstance(r, Held))]),
    )


def _check(
    area: Area,
    scenarios: Sequence[Scenario],
    against: Scenario | None,
    *,
    to: int,
    draws: int,
    varied_draws: int,
    seed: int,
) -> None:
    run_options.years(to, after=area.base_year)
    run_options.draws(draws)
    run_options.draws(varied_draws, "varied_draws")
    run_options.seed(seed)
    names = [s.name for s in (*scenarios, *([] if against is None else [against]))]
    if not scenarios:
        raise InputError("no scenario is given; give one, such as sf.AS_AGREED")
    if twice := [name for name in names if names.count(name) > 1]:
        raise InputError(f"two scenarios are called '{twice[0]}'; give each a name of its own")
    if lacking := files_lacking(area):
        raise MissingError(
            f"{area.name} has no {' and no '.join(lacking)}, so no child is placed and nothing but plans could be measured; "
            "`sufficiency new` makes a folder with each file to fill in"
        )
    for one in (*scenarios, *([] if against is None else [against])):
        one.check_ends_by(to)


def _check_known(area: Area, only: Sequence[str]) -> None:
    names = {*(n for n, rate in policy.all_rates().items() if rate.evidence), *(one.name for one in of_overflow(area))}
    known = [*sorted({name.split(".")[0] for name in names}), *sorted(names)]
    for name in only:
        if name not in known:
            raise MissingError(
                f"there is no assumption '{name}'{nearest(name, known)}; `sufficiency policy` lists them, and "
                "overflow.csv has more"
            )


def _to_vary(
    areas: Sequence[Area], asked: Mapping[str, Set[str]], *, forecasting: bool
) -> tuple[list[Varied], list[Held]]:
    """Return what to vary, and what is held: what a scenario sets, and what only the forecast reads."""
    names = frozenset().union(*asked.values())
    later = frozenset().union(*(asked[part] for part in PARTS if part != FORECAST))
    varied, held = to_vary(areas[0], names)
    kept = []
    for one in (*varied, *of_overflow(areas[0])):
        if one.name in names and len({area.value(one.name) for area in areas}) > 1:
            held.append(_held(one, "a scenario sets it"))
        elif one.name in names and one.name not in later and not forecasting:
            held.append(
                _held(one, "only the forecast reads it, whose error is in the futures; forecasting=True varies it")
            )
        else:
            kept.append(one)
    return kept, held


def _held(varied: Varied, because: str) -> Held:
    return Held(varied.name, varied.meaning, varied.middle, because)


def _trials(
    bench: Bench, some: Sequence[Varied], executor: Executor | None, tell: Callable[[float], None]
) -> list[Trial | Held]:
    jobs = [some[first : first + AT_ONCE] for first in range(0, len(some), AT_ONCE)]
    if executor is None:
        done: list[Trial | Held] = []
        for number, job in enumerate(jobs):
            tell(number / len(jobs))
            done += tried(bench, job)
        return done
    waiting = [executor.submit(tried, bench, job) for job in jobs]
    for number, _ in enumerate(as_completed(waiting), start=1):
        tell(number / len(jobs))
    return [result for job in waiting for result in job.result()]


def _table(held: Sequence[Held]) -> pd.DataFrame:
    columns = [f.name for f in fields(Held)]
    frame = pd.DataFrame([asdict(one) for one in held], columns=columns)
    return frame.rename(columns={"name": "assumption"}).sort_values("assumption", ignore_index=True)
