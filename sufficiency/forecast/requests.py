"""Requests for an assessment, what becomes of them, and what a change of a rate or a threshold does to new plans.

Requests are refused, assessed, or left open (withdrawn, or decided the year after); assessments lead to a plan or do not.
A threshold moves children between refused and assessed. Beside a forecast of plans, plans issued are its joiners, draw
by draw, and requests are what those joiners imply; alone, requests grow as England's do, fading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency import draws as labelled_draws
from sufficiency.area.area import Area
from sufficiency.draws import LEVELS
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.forecast.plan_forecast import PlanForecast
from sufficiency.forecast.rates.rates import Floats
from sufficiency.forecast.simulate.changes import strength
from sufficiency.forecast.taken import taken
from sufficiency.frozen import frozen
from sufficiency.notebook import titled, wide
from sufficiency.words import run_options

STAGES: Final = ("requests", "refused", "open", "assessed", "issued", "not_issued")
LEVERS: Final = ("requests", "assessing", "issuing")


@dataclass(frozen=True)
class RequestsRates:
    """What a forecast of requests takes of an area's assumptions; each is told in assumptions/forecast.toml."""

    requests_years_back: float  # [years]
    requests_prior: float  # [requests]
    requests_refused_share: float
    requests_assessed_share: float
    requests_issued_share: float
    requests_share_most: float
    requests_growth: float  # [log ratio a year]
    requests_growth_damping: float
    requests_year_error: float  # [log ratio]
    requests_share_error: float  # [logit]

    @classmethod
    def of(cls, area: Area) -> RequestsRates:
        """Return those of an area."""
        return taken(cls, area)


@frozen
@dataclass(frozen=True, eq=False)
class RequestsForecast:
    """Simulated requests and outcomes: draw x year x authority x stage. [requests; children]

    In every draw requests = refused + open + assessed, and assessed = issued + not_issued. `year` is the January at the
    end of the calendar year.
    """

    children: xr.DataArray

    def __repr__(self) -> str:
        """Return one line: years, draws, and requests in the last of the years."""
        years = self.children["year"].to_numpy()
        low, middle, high = self.summary().query("stage == 'requests'")["children"].to_numpy()[-len(LEVELS) :]
        return (
            f"<RequestsForecast {years[0]} to {years[-1]}, {self.children.sizes['draw']:,} draws: "
            f"{middle:,.0f} requests ({low:,.0f} to {high:,.0f}) in {years[-1]}>"
        )

    def _repr_html_(self) -> str:
        middle = wide(self.summary(levels=(0.5,)), "stage", "children")
        says = f"Middle of {self.children.sizes['draw']:,} simulated futures; the calendar year before each January."
        return titled("Requests for an assessment, and what becomes of them", middle, note=says)

    def summary(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return quantiles of totals taken within each draw: year, stage, *by, level, children; `by` is authority."""
        return labelled_draws.summary({"children": self.children}, by, levels, always=("stage",))


def requests(
    area: Area, *, to: int = 2035, draws: int = 1_000, seed: int = 7, plans: PlanForecast | None = None
) -> RequestsForecast:
    """Return requests, refusals, assessments and plans issued, each January from the base year's next to `to`.

    Parameters
    ----------
    area
        `requests` by authority and year; `changes` with flow requests, assessing or issuing.
    to, draws, seed
        As for `plans`; those of `plans` where it is given.
    plans
        A forecast of the same area: plans issued are then its joiners, and requests follow from them.

    Raises
    ------
    MissingError
        If an authority has no requests.
    InputError
        If a lever would assess or issue more than there are; the message gives the most it can be.
    """
    run_options.seed(seed)
    rates = shares(area)
    if plans is not None:
        joiners = (
            plans.flows_by_ncy.sel(kind="joiners").sum(["ncy", "setting_type"]).transpose("draw", "year", "authority")
        )
        years, draws = [int(y) for y in joiners["year"].to_numpy()], joiners.sizes["draw"]
    else:
        years = run_options.years(to, after=area.base_year)
        run_options.draws(draws)
    rng = np.random.default_rng(seed)
    levers = {name: _factors(area, name, years) for name in LEVERS}
    _check(area, rates, levers, years)
    p = _drawn(rates, levers, RequestsRates.of(area), draws, rng)
    if plans is not None:
        issued = joiners.sel(authority=list(area.authorities)).to_numpy().astype("int64")
        assessed = issued + rng.negative_binomial(np.maximum(issued, 1), p["issued"]) * (issued > 0)
        asked = assessed + rng.negative_binomial(np.maximum(assessed, 1), p["assessed"]) * (assessed > 0)
    else:
        asked = rng.poisson(_expected(area, years, draws, rng) * levers["requests"])
        assessed = rng.binomial(asked, p["assessed"])
        issued = rng.binomial(assessed, p["issued"])
    left = asked - assessed
    refused = rng.binomial(left, np.minimum(p["refused"] / (1 - p["assessed"]), 1.0))
    values = np.stack([asked, refused, left - refused, assessed, issued, assessed - issued], axis=-1)
    coords = {"draw": range(draws), "year": years, "authority": list(area.authorities), "stage": list(STAGES)}
    return RequestsForecast(xr.DataArray(values, coords=coords, dims=list(coords), name="children"))


def shares(area: Area) -> pd.DataFrame:
    """Return each authority's shares: refused and assessed of requests, issued of assessed; its last years', with England's.

    A year counts where both of its numbers are published; a blank (suppressed or not collected) is left out.
    """
    rates = RequestsRates.of(area)
    first = area.base_year - int(rates.requests_years_back) + 1
    table = area.requests[area.requests["year"].between(first, area.base_year)]
    bare = [a for a in area.authorities if not (area.requests["authority"] == a).any()]
    if bare:
        raise MissingError(
            f"requests.csv has no row for {one_of(bare)}: levers on requests and thresholds can't be tested"
        )
    prior = rates.requests_prior
    found = pd.DataFrame(index=list(area.authorities), columns=["refused", "assessed", "issued"], dtype="float64")
    for part, of in (("refused", "requests"), ("assessed", "requests"), ("issued", "assessed")):
        known = table.dropna(subset=[part, of]).groupby("authority")[[part, of]].sum().astype("float64")
        known = known.reindex(list(area.authorities)).fillna(0.0)
        nation = getattr(rates, f"requests_{part}_share")
        found[part] = ((known[part] + prior * nation) / (known[of] + prior)).clip(upper=rates.requests_share_most)
    return found


def _expected(area: Area, years: Sequence[int], draws: int, rng: np.random.Generator) -> Floats:
    """Return requests before any lever: the last year's, growing as England's do and fading: draw x year x authority."""
    known = area.requests.dropna(subset=["requests"])
    known = known[known["year"] <= area.base_year].sort_values("year").drop_duplicates("authority", keep="last")
    last = known.set_index("authority").reindex(list(area.authorities))
    bare = list(last.index[last["requests"].isna()])
    if bare:
        raise MissingError(
            f"requests.csv has no number of requests for {one_of(bare)}; blanks can't be carried forward"
        )
    rates = RequestsRates.of(area)
    damping = rates.requests_growth_damping
    ahead = np.array(years)[:, None] - last["year"].to_numpy(dtype="int64")[None, :]
    growth = rates.requests_growth * damping * (1 - damping**ahead) / (1 - damping)
    spread = rates.requests_year_error
    error = rng.normal(0, spread, (draws, *growth.shape)).cumsum(axis=1) - spread**2 * ahead / 2
    return np.asarray(last["requests"].to_numpy(dtype="float64") * np.exp(growth + error))


def _factors(area: Area, name: str, years: Sequence[int]) -> Floats:
    """Return what levers multiply a flow by, children of every age and need taken together: year x authority.

    A lever on some needs or ages changes a part of requests that no return counts; plans show what it does.
    """
    found = np.ones((len(years), len(area.authorities)))
    for change in area.changes[area.changes["flow"] == name].itertuples():
        part = [change.need, change.setting_type, change.to_setting_type, change.ncy_low, change.ncy_high]
        if any(not pd.isna(value) and value != "" for value in part):
            raise InputError(
                f"{change.lever}: requests are not known by need, age or setting; use a lever on joining, or leave them blank"
            )
        who = [
            a for a, code in enumerate(area.authorities) if change.authority in ("", code) or pd.isna(change.authority)
        ]
        found[:, who] *= np.array([strength(change, year) for year in years])[:, None]
    return found


def _check(area: Area, rates: pd.DataFrame, levers: dict[str, Floats], years: Sequence[int]) -> None:
    """Refuse levers that would assess more than are assessed or refused, or issue more than are assessed."""
    for name, part, most in (
        ("assessing", "assessed", rates["assessed"] + rates["refused"]),
        ("issuing", "issued", pd.Series(1.0, index=rates.index)),
    ):
        limit = np.minimum(most, 1.0).to_numpy() / rates[part].to_numpy()
        over = np.argwhere(levers[name] > limit * (1 + 1e-9))
        if len(over):
            year, who = years[over[0][0]], over[0][1]
            raise InputError(
                f"{name} x {levers[name][tuple(over[0])]:.3g} in {year}: {area.authorities[rates.index[who]]} already has"
                f" {100 * rates[part].iloc[who]:.0f} % {part}, so the most is x {limit[who]:.3g}"
            )


def _drawn(
    rates: pd.DataFrame, levers: dict[str, Floats], assumed: RequestsRates, draws: int, rng: np.random.Generator
) -> dict[str, Floats]:
    """Return shares with an error that lasts through a draw, and the levers' effect: draw x year x authority each."""
    found = {}
    for part in ("assessed", "refused", "issued"):
        value = rates[part].to_numpy()
        logit = np.log(value / (1 - value)) + rng.normal(0, assumed.requests_share_error, (draws, 1, len(rates)))
        found[part] = 1 / (1 + np.exp(-logit))
    both = np.maximum(found["assessed"] + found["refused"], 1e-9)
    most = assumed.requests_share_most
    scale = np.minimum(1.0, most / both)
    assessed, refused = found["assessed"] * scale, found["refused"] * scale
    now = np.minimum(assessed * levers["assessing"], assessed + refused)
    return {
        "assessed": np.minimum(now, most),
        "refused": np.maximum(assessed + refused - now, 0.0),
        "issued": np.minimum(found["issued"] * levers["issuing"], most),
    }
