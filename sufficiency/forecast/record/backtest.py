"""How far the forecast has been from the truth: the model run from past Januaries with what was known then.

Each origin is a truncated area through the same `plans` that forecasts the future. Beside it stand four naive
forecasts, whose intervals come from their errors at other origins or of other authorities, never from the error scored.
Needs and ages are published for few Januaries; a case is scored where both its forecast and its truth can be had.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sufficiency.area.area import Area
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.forecast.plans import plans as forecast_plans
from sufficiency.forecast.rates.rates import Floats
from sufficiency.forecast.record import naive
from sufficiency.forecast.record.national_growth import growth_by_label
from sufficiency.forecast.record.past_areas import as_of, joined
from sufficiency.forecast.record.scoring import COLUMNS, crps, score, with_errors
from sufficiency.frozen import frozen, remembered
from sufficiency.labels import FOLLOWS, asked, label_of
from sufficiency.notebook import titled
from sufficiency.words import run_options
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MODEL: Final = "model"
METHODS: Final = (MODEL, *naive.METHODS)
BY: Final = ("authority", "origin", "ncy", "phase", "age_group", "setting_type", "setting_group", "need", "need_group")
ORDERS: Final = {"ncy": NCYS, "setting_type": tuple(SETTING_TYPES), "need": tuple(NEEDS)}
UNRECORDED_LIMIT: Final = 0.15  # above this share of settings not recorded a January can't be scored by setting
EARLIEST_YEARS: Final = 2  # Januaries an origin needs at and before it


@frozen
@dataclass(frozen=True, eq=False)
class Run:
    """One origin: draws of plans by NCY and by setting, and the area that they came from."""

    origin: int
    by_ncy: Floats  # draw x horizon x authority x ncy
    by_setting: Floats  # draw x horizon x authority x setting_type
    by_need: Floats  # draw x horizon x authority x need


@frozen
@dataclass(frozen=True, eq=False)
class Backtest:
    """Forecasts from past Januaries beside what happened."""

    authorities: tuple[str, ...]
    horizons: tuple[int, ...]
    truth: pd.DataFrame
    needs: pd.DataFrame = field(repr=False)
    runs: tuple[Run, ...] = field(repr=False)

    def __repr__(self) -> str:
        """Return one line: authorities, origins, horizons, and how far the model was from the truth a year ahead."""
        model = self.scores().query("method == @MODEL").iloc[0]
        origins = ", ".join(str(run.origin) for run in self.runs)
        return (
            f"<Backtest of {len(self.authorities)} authorities from {origins}, {min(self.horizons)} to "
            f"{max(self.horizons)} years ahead: {model['wape']:.1f} % off at {model['horizon']:.0f} ahead>"
        )

    def _repr_html_(self) -> str:
        columns = ["horizon", "method", "cases", "wape", "bias", "coverage_90"]
        how = {"wape": "1", "bias": "1", "coverage_90": "%"}
        says = "wape: absolute errors over plans; bias: errors over plans, above 0 too many forecast [%]. " + (
            "coverage_90: truths inside the 90 % interval."
        )
        return titled("The forecast's record, beside simpler ways", self.scores()[columns], how, note=says)

    def scores(self, *by: str) -> pd.DataFrame:
        """Return how each method did: horizon, method, *by, cases, median_ape, wape, bias, coverage_90, width_90, crps.

        A case is an authority, an origin and, where asked for, a label of `by`. `median_ape`, `wape` and `bias` are
        percentages: the mean over origins of the median absolute error; absolute errors over plans; errors over plans
        (above 0, too many forecast). `coverage_90` is the share of truths inside the 90 % interval, `width_90` its
        mean width and `crps` the mean continuous ranked probability score, over the mean of plans. [%; %; %; share;
        ratio; ratio]

        `by` may name authority, origin, and one of ncy, phase, age_group, setting_type, setting_group, need and need_group.
        Needs can be scored where the area's `states` hold two Januaries or more.
        """
        labels = _dimension(by)[1]
        cases = self.cases(*by)
        if cases.empty:
            raise MissingError(f"nothing can be scored by {', '.join(by) or 'total'}: no January has both sides")
        keys = ["horizon", "method", *[b for b in by if b == "authority" or b == "origin" or b in labels]]
        rows = [(*key, *score(group)) for key, group in _groups(cases, keys)]
        return pd.DataFrame(rows, columns=[*keys, *COLUMNS])

    @remembered
    def cases(self, *by: str) -> pd.DataFrame:
        """Return every case: origin, horizon, authority, labels, method, truth, forecast, low, high, crps. [plans]"""
        dim, names = _dimension(by)
        known = self._history(dim, names)
        parts = [p for run in self.runs for h in self.horizons for p in self._at(run, h, dim, names, *known)]
        if not parts:
            return pd.DataFrame()
        points = pd.concat(parts, ignore_index=True)
        return pd.concat([points[points["method"] == MODEL], with_errors(points, MODEL)], ignore_index=True)

    def _at(
        self, run: Run, horizon: int, dim: str, names: Sequence[str], history: pd.DataFrame, codes: list[Hashable]
    ) -> Iterable[pd.DataFrame]:
        """Yield the cases of one origin and horizon: the model's with its draws' scores, and the naive points."""
        year = run.origin + horizon
        at = list(self.horizons).index(horizon)
        if year not in history.columns or run.origin not in history.columns:
            return
        labels, draws = _totalled(run, at, dim, names, codes)
        index = pd.MultiIndex.from_product([self.authorities, labels], names=["authority", "label"])
        truth = history[year].reindex(index)
        now = history[run.origin].reindex(index)
        keep = truth.notna() & now.notna()
        if not keep.any():
            return
        own = draws.reshape(draws.shape[0], -1)[:, keep.to_numpy()]
        seen = truth[keep].to_numpy(dtype="float64")
        frame = truth[keep].rename("truth").reset_index().assign(origin=run.origin, horizon=horizon)
        low, middle, high = np.quantile(own, LEVELS, axis=0)
        yield frame.assign(method=MODEL, forecast=middle, low=low, high=high, crps=crps(own, seen))
        past = history.loc[:, [c for c in history.columns if c <= run.origin]].reindex(index)[keep]
        growth = growth_by_label(dim, names, run.origin, frame["label"])
        for method in naive.METHODS:
            point = naive.forecast(method, past.to_numpy(dtype="float64"), growth, horizon)
            yield frame.assign(method=method, forecast=point)

    def _history(self, dim: str, names: Sequence[str]) -> tuple[pd.DataFrame, list[Hashable]]:
        """Return plans by authority and label (rows) and January (columns), and the label of each position of `dim`."""
        truth = self.needs if dim == "need" else self.truth
        if dim == "":
            label: str | pd.Series | Floats = "all"
        elif dim == "need":
            label = truth["need"] if names[0] == dim else label_of(names[0], truth["need"].to_numpy())
        else:
            known = truth["ncy"].notna() if dim == "ncy" else _recorded(truth)
            truth = truth[known]
            column = truth[dim].astype("int64") if dim == "ncy" else truth[dim]
            label = column if names[0] == dim else label_of(names[0], column.to_numpy())
        wide = truth.assign(label=label).pivot_table(
            index=["authority", "label"], columns="year", values="plans", aggfunc="sum"
        )
        there = truth.groupby(["authority", "year"])["plans"].sum().unstack()
        complete = there.reindex(wide.index.get_level_values("authority"))
        filled = wide.where(wide.notna() | complete.isna().to_numpy(), 0.0)
        order = list(ORDERS.get(dim, ("all",)))
        return filled, list(order if not names or names[0] == dim else label_of(names[0], np.array(order)))

    def chart(self, authority: str | None = None) -> Figure:
        """Return fans of every origin against the truth, all plans, for one authority or all of them together."""
        from matplotlib.figure import Figure

        chosen = [authority] if authority else list(self.authorities)
        unknown = [a for a in chosen if a not in self.authorities]
        if unknown:
            raise InputError(f"'{unknown[0]}' is not one of {one_of(self.authorities)}")
        at = [self.authorities.index(a) for a in chosen]
        own = self.truth[self.truth["authority"].isin(chosen)].groupby("year")["plans"].sum()
        figure = Figure(figsize=(8, 4.5), layout="constrained")
        axes = figure.add_subplot()
        for run in self.runs:
            draws = run.by_ncy[:, :, at].sum(axis=(2, 3))
            start = np.repeat(float(own[run.origin]), draws.shape[0])[:, None]
            levels = np.quantile(np.concatenate([start, draws], axis=1), [0.05, 0.25, 0.5, 0.75, 0.95], axis=0)
            years = [run.origin, *(run.origin + h for h in self.horizons)]
            axes.fill_between(years, levels[0], levels[4], color="#1f6f8b", alpha=0.15, linewidth=0)
            axes.fill_between(years, levels[1], levels[3], color="#1f6f8b", alpha=0.25, linewidth=0)
            axes.plot(years, levels[2], color="#1f6f8b", linewidth=1)
        axes.plot(own.index, own.to_numpy(), color="black", marker="o", markersize=3, label="plans counted")
        axes.set(xlabel="January", ylabel="EHC plans", title="Forecasts from each January: median, 50 % and 90 %")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False)
        return figure


def backtest(
    areas: Area | Sequence[Area],
    *,
    horizons: Sequence[int] = (1, 2, 3),
    origins: Sequence[int] | None = None,
    draws: int = 300,
    seed: int = 7,
) -> Backtest:
    """Return the forecast's record for one area or many.

    Parameters
    ----------
    areas
        An area, or several; their authorities are forecast together.
    horizons
        Years ahead. [years]
    origins
        Januaries to forecast from; by default every one with another before it and a truth after it.
    draws
        Simulated futures of each origin.

    Raises
    ------
    InputError
        If an origin or a horizon can't be used; the message names those that can.
    """
    run_options.draws(draws)
    run_options.seed(seed)
    whole = joined([areas] if isinstance(areas, Area) else list(areas))
    steps = run_options.horizons(horizons)
    known = sorted(int(y) for y in whole.plans["year"].unique() if y <= whole.base_year)
    able = [y for i, y in enumerate(known) if i >= EARLIEST_YEARS - 1 and y + steps[0] <= known[-1]]
    wanted = able if origins is None else sorted({int(o) for o in origins})
    if not able:
        raise InputError(
            f"plans.csv has January {one_of(known)}: a test needs a January before the one it forecasts from, and one "
            f"{steps[0]} after it"
        )
    wrong = [o for o in wanted if o not in able]
    if wrong or not wanted:
        said = f"January {wrong[0]} can't be forecast from" if wrong else "no January to forecast from is given"
        raise InputError(f"{said}: expected {one_of(able)}")
    runs = tuple(_run(whole, origin, steps, draws, seed) for origin in wanted)
    truth = whole.plans[whole.plans["year"] <= whole.base_year][["authority", "year", "ncy", "setting_type", "plans"]]
    needs = whole.states.groupby(["authority", "year", "need"], as_index=False)["plans"].sum()
    return Backtest(tuple(whole.authorities), steps, truth, needs[needs["need"] != "UNK"], runs)


def _run(area: Area, origin: int, horizons: Sequence[int], draws: int, seed: int) -> Run:
    then = as_of(area, origin)
    found = forecast_plans(then, to=origin + max(horizons), draws=draws, seed=seed)
    years = [origin + h for h in horizons]
    plans = found.plans.sel(year=years)
    everyone = list(area.authorities)
    by_ncy = plans.sum(["need", "setting_type"]).reindex(authority=everyone).to_numpy()
    by_setting = plans.sum(["need", "ncy"]).reindex(authority=everyone, setting_type=list(SETTING_TYPES)).to_numpy()
    by_need = plans.sum(["ncy", "setting_type"]).reindex(authority=everyone, need=list(NEEDS), fill_value=0).to_numpy()
    return Run(origin, by_ncy.astype("float64"), by_setting.astype("float64"), by_need.astype("float64"))


def _dimension(by: Sequence[str]) -> tuple[str, list[str]]:
    """Return the dimension that `by` needs, and the one label of it that is asked for."""
    names = [name for name in asked(by, BY) if name not in ("authority", "origin")]
    if len(names) > 1:
        raise InputError(f"scores are by one label at a time, not by {' and '.join(names)}")
    if not names:
        return "", []
    return FOLLOWS[names[0]][0] if names[0] in FOLLOWS else names[0], names


def _totalled(
    run: Run, at: int, dim: str, names: Sequence[str], codes: Sequence[Hashable]
) -> tuple[list[Hashable], Floats]:
    """Return the labels, and draws by authority and label."""
    if dim == "":
        return ["all"], run.by_ncy[:, at].sum(axis=2, keepdims=True)
    array = {"ncy": run.by_ncy, "setting_type": run.by_setting, "need": run.by_need}[dim][:, at]
    labels = list(dict.fromkeys(codes))
    if names[0] == dim:
        return labels, array
    where = np.array(codes, dtype=object)
    return labels, np.stack([array[:, :, where == label].sum(axis=2) for label in labels], axis=2)


def _recorded(truth: pd.DataFrame) -> pd.Series:
    """Return whether each row's authority and January has its settings recorded, but for a few."""
    keys = [truth["authority"], truth["year"]]
    whole = truth["plans"].groupby(keys).transform("sum")
    unknown = truth["plans"].where(truth["setting_type"] == "not_recorded", 0).groupby(keys).transform("sum")
    return unknown <= UNRECORDED_LIMIT * whole


def _groups(cases: pd.DataFrame, keys: list[str]) -> Iterable[tuple[tuple[Hashable, ...], pd.DataFrame]]:
    named = cases.rename(columns={"label": next((k for k in keys if k in BY[2:]), "label")})
    order = {m: i for i, m in enumerate(METHODS)}
    groups = list(named.groupby(keys, sort=False))
    groups.sort(key=lambda g: (g[0][0], order[g[0][1]], *(str(k) for k in g[0][2:])))
    yield from groups
