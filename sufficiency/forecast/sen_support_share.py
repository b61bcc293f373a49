"""SEN Support as a share of pupils: England's logit plus an authority's distance from it, each smoothed and damped.

England goes on by its last change, or its usual one where that is more, quickening a little as it has and fading. An
authority's distance follows damped exponential smoothing in statsmodels' state-space form, which steps over missing
Januaries, with parameters learnt once from all authorities rather than fitted to ten points: its own trend is mostly
noise and is believed a little.

By rule: Januaries before `Learnt.first_january` counted by another definition and are left out; a series of one January
keeps its distance from England; a series with none is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency import policy
from sufficiency.area.folder import data_folder
from sufficiency.errors import MissingError, one_of

METHODS: Final = ("model", "last value", "linear trend")
OWN_ERRORS: Final = ("all", "primary", "secondary")
KNOTS: Final = (5, 10, 11, 15)  # ages at which SEN Support by age is given, with straight lines between

Floats = NDArray[np.float64]
Table = TypeVar("Table", pd.DataFrame, Floats)


@dataclass(frozen=True)
class Learnt:
    """What all authorities' past teaches, as `assumptions/forecast.toml` explains each."""

    first_january: int
    england_damping: float
    england_quickening: float
    england_quickening_kept: float
    own_smoothing: float
    own_damping: float
    own_kept: float
    england_error: float
    own_error: Mapping[str, float]
    error_shared: float
    by_age: tuple[float, ...]  # at each of `KNOTS` [% of pupils]
    given_plans: float  # share of those given a plan who were on SEN Support

    @property
    def england_path(self) -> tuple[float, float, float]:
        """What England's path follows from: damping, the share of its quickening that goes on, and how that fades."""
        return self.england_damping, self.england_quickening, self.england_quickening_kept

    @classmethod
    def of(cls, value: Callable[[str], float]) -> Learnt:
        """Return the parameters that `value` (an area's, or the policy's) gives by name."""
        return cls(
            first_january=int(value("forecast.sen_support_first_january")),
            england_damping=value("forecast.sen_support_england_damping"),
            england_quickening=value("forecast.sen_support_england_quickening"),
            england_quickening_kept=value("forecast.sen_support_england_quickening_kept"),
            own_smoothing=value("forecast.sen_support_own_smoothing"),
            own_damping=value("forecast.sen_support_own_damping"),
            own_kept=value("forecast.sen_support_own_kept"),
            england_error=value("forecast.sen_support_england_error"),
            own_error={p: value(f"forecast.sen_support_own_error_{p}") for p in OWN_ERRORS},
            error_shared=value("forecast.sen_support_error_shared"),
            by_age=tuple(value(f"forecast.sen_support_age_{age}") for age in KNOTS),
            given_plans=value("forecast.new_plans_from_sen_support"),
        )


def observed(table: pd.DataFrame, *, since: int, to: int) -> pd.DataFrame:
    """Return logits of SEN Support, one row for each authority and phase, one column for each January; blanks where unknown."""
    percent = table["sen_support_percent"]
    own = table[table["year"].between(since, to) & percent.between(0, 100, inclusive="neither")]
    logits = own.assign(logit=np.log(own["sen_support_percent"] / (100 - own["sen_support_percent"])))
    wide = logits.pivot_table(index=["authority", "phase"], columns="year", values="logit", sort=False)
    asked = table[["authority", "phase"]].drop_duplicates().itertuples(index=False)
    bare = [f"{who}, {phase}" for who, phase in asked if (who, phase) not in wide.index]
    if bare:
        raise MissingError(f"sen_support.csv has no percentage between 0 and 100 since {since} for {one_of(bare)}")
    return wide.reindex(columns=range(since, to + 1)).astype("float64")


def expected(series: pd.DataFrame, learnt: Learnt, steps: int) -> Floats:
    """Return expected logits after the last column of `series` (as `observed` gives it): row x 1..steps.

    England's own series is cut at the same January: a forecast made then knew no more.
    """
    last = int(series.columns[-1])
    kept = learnt.own_kept ** np.arange(1, steps + 1)
    found = np.empty((len(series), steps))
    for i, ((_, phase), logits) in enumerate(series.iterrows()):
        national = _england(phase, last, steps, learnt.england_path)
        distance = logits.to_numpy() - national.reindex(series.columns).to_numpy()
        own = _smoothed(distance, steps, learnt.own_smoothing, learnt.own_damping)
        found[i] = national.loc[last + 1 :].to_numpy() + kept * own
    return found


def errors(
    learnt: Learnt, phases: Sequence[str], authorities: int, steps: int, draws: int, rng: np.random.Generator
) -> Floats:
    """Return errors of the logit: draw x 1..steps x authority x phase, England's shared by all.

    An authority's surprises are shared in part by its phases.
    """
    national = rng.normal(0, learnt.england_error, (draws, steps, 1, 1))
    common = rng.normal(0, np.sqrt(learnt.error_shared), (draws, steps, authorities, 1))
    alone = rng.normal(0, np.sqrt(1 - learnt.error_shared), (draws, steps, authorities, len(phases)))
    sd = np.array([learnt.own_error.get(phase, max(learnt.own_error.values())) for phase in phases])
    own = _carried((common + alone) * sd, learnt.own_smoothing, learnt.own_damping)
    return _carried(national, 1.0, learnt.england_damping) + own


def backtest(table: pd.DataFrame, *, horizons: Sequence[int] = (1, 2, 3), first_origin: int = 2019) -> pd.DataFrame:
    """Return forecasts made at each past January beside the truth, and beside last value and linear trend.

    Parameters
    ----------
    table
        As `tables.SEN_SUPPORT`: any number of authorities.
    horizons
        Years ahead.
    first_origin
        The first January forecast from.

    Returns
    -------
    DataFrame
        authority, phase, origin, horizon, method, forecast, actual [% of pupils], and for the model the 90 % bounds
        `low` and `high`.
    """
    learnt = Learnt.of(lambda name: policy.value(name, on=int(table["year"].max())))
    last = int(table["year"].max())
    percent = _percent(observed(table, since=learnt.first_january, to=last))
    found = []
    for origin in range(first_origin, last):
        known = percent.loc[:, :origin]
        known = known[known.iloc[:, -1].notna() & (known.notna().sum(axis=1) >= 3)]
        steps = min(max(horizons), last - origin)
        for method, ahead in _forecasts(known, learnt, steps).items():
            for h in (h for h in horizons if h <= steps):
                row = {"origin": origin, "horizon": h, "method": method}
                values = {"forecast": ahead[0][:, h - 1], "low": ahead[1][:, h - 1], "high": ahead[2][:, h - 1]}
                actual = percent.loc[known.index, origin + h]
                found.append(pd.DataFrame(values, index=known.index).assign(**row, actual=actual))
    return pd.concat(found).dropna(subset=["actual"]).reset_index()


def _forecasts(known: pd.DataFrame, learnt: Learnt, steps: int) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Return each method's forecasts, and the model's 90 % bounds, in per cent: row x 1..steps."""
    phases = list(known.index.get_level_values("phase").unique())
    logits = np.log(known / (100 - known))
    mean = expected(logits, learnt, steps)
    spread = errors(learnt, phases, 1, steps, 2000, np.random.default_rng(0)).std(axis=0)[:, 0, :]
    sd = spread[:, [phases.index(p) for p in known.index.get_level_values("phase")]].T
    bounds = [_percent(mean + z * 1.645 * sd) for z in (0, -1, 1)]
    unknown = np.full((len(known), steps), np.nan)
    last = np.repeat(known.iloc[:, [-1]].to_numpy(), steps, axis=1)
    x = known.columns.to_numpy(dtype="float64") - known.columns[-1]
    trend = np.array(
        [np.polyval(np.polyfit(x[~np.isnan(y)], y[~np.isnan(y)], 1), np.arange(1, steps + 1)) for y in known.to_numpy()]
    )
    return {
        "model": (bounds[0], bounds[1], bounds[2]),
        "last value": (last, unknown, unknown),
        "linear trend": (trend, unknown, unknown),
    }


@cache
def _england(phase: str, last: int, steps: int, path: tuple[float, float, float]) -> pd.Series:
    """Return England's logits by January: as published to `last`, then expected for `steps` more."""
    table = pd.read_csv(data_folder() / "england" / "sen_support.csv").assign(authority="England")
    by_phase = observed(table, since=int(table["year"].min()), to=int(table["year"].max())).droplevel("authority")
    known = by_phase.loc[phase if phase in by_phase.index else "all"].loc[:last]
    future = range(int(known.index[-1]) + 1, last + steps + 1)
    return pd.concat([known, pd.Series(_gone_on(known.to_numpy(), len(future), path), index=future)])


def _gone_on(values: Floats, steps: int, path: tuple[float, float, float]) -> Floats:
    """Return `steps` more values: the last change, or the mean change where that is more, quickening and fading.

    January 2021 alone fell short of the mean change: schools had been shut. Quickening is the mean change of changes.
    """
    damping, share, kept = path
    changes = np.diff(values)
    if not len(changes):
        return np.repeat(values, steps)
    change = max(float(changes[-1]), float(changes.mean()))
    quickening = share * float(changes[-1] - changes[0]) / max(len(changes) - 1, 1)
    found, level = np.empty(steps), float(values[-1])
    for step in range(steps):
        change, quickening = damping * change + quickening, kept * quickening
        level += change
        found[step] = level
    return found


def _smoothed(values: Floats, steps: int, into_trend: float, damping: float) -> Floats:
    """Return `steps` forecasts by damped exponential smoothing: the last level, and a trend that fades."""
    from statsmodels.tsa.statespace.exponential_smoothing import ExponentialSmoothing

    there = np.flatnonzero(~np.isnan(values))
    if len(there) == 0 or steps == 0:
        return np.zeros(steps)
    known = values[there[0] :]
    if len(known) == 1:
        return np.repeat(known, steps)
    start = {"initialization_method": "known", "initial_level": known[0], "initial_trend": 0.0}
    model = ExponentialSmoothing(known, trend=True, damped_trend=True, concentrate_scale=False, **start)
    return np.asarray(model.filter([1.0, into_trend, damping, 1.0]).forecast(steps))


def _carried(surprise: Floats, into_trend: float, damping: float) -> Floats:
    """Return the sum of surprises so far, each lasting in the level and, in part, in the fading trend."""
    level, trend = np.zeros_like(surprise[:, 0]), np.zeros_like(surprise[:, 0])
    found = np.empty_like(surprise)
    for t in range(surprise.shape[1]):
        level = level + damping * trend + surprise[:, t]
        trend = damping * trend + into_trend * surprise[:, t]
        found[:, t] = level
    return found


def _percent(logit: Table) -> Table:
    shares: Table = 100 / (1 + np.exp(-logit))
    return shares
