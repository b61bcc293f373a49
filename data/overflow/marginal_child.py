"""Who takes a child when no state special place is free, and whom a new place takes in: shares with their spread.

Shares must lie between 0 and 1. They are held as log shares whose prior is the growth split within a factor of four (19
times in 20), so that what the data don't say about a small destination is said by where plans in general went. How far
they can be trusted has three parts, added: the estimate's own error, how much they move when they are estimated in other
ways that are as good, and how much authorities differ from one another for good.

An authority differs from England as its own growth split does, shrunk by the children it rests on; how much is fitted by
predicting each authority's second half of the years from its first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import least_squares, minimize_scalar
from scipy.stats import norm, qmc

from .placements import SCHOOL_AGE
from .rates import SUPPLY, Rates, changes, regress

SPAN: Final = 3  # years: shares over 1 to 5 years agree, and three have the least noise for the spans left
PRIOR_SD: Final = 0.7  # of log shares
TILT_SD: Final = 0.5  # of a group's tilt, in tilts: none to twice as much, 19 times in 20
LEVELS: Final = (0.05, 0.5, 0.95)
NODES: Final = 4096  # of the Sobol sequence behind `shares`

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MarginalSplit:
    """Where a child goes who is turned away from a state special school; England's until `for_authority`."""

    rates: pd.DataFrame  # by destination: growth, growth_sd, substitution, substitution_sd, each a share of a child
    middle: pd.Series  # by destination: log share
    covariance: pd.DataFrame  # destination × destination, of log shares: estimation, and ways of estimating
    between: pd.Series  # by destination: variance of log shares between authorities that lasts, and of a tilt
    own: pd.DataFrame  # authority × destination: what is added to the log share, shrunk
    weight: pd.Series  # by authority: how far its own split counts, 0 to 1
    cases: int  # spans of authorities behind the estimate

    @property
    def shares(self) -> pd.DataFrame:
        """Return destination, low, middle, high (5th, 50th, 95th percentile), mean, sd. [share of turned-away]"""
        levels = qmc.Sobol(len(self.middle), scramble=False).random(NODES)
        drawn = self._softmax(norm.ppf(np.clip(levels, 0.5 / NODES, 1 - 1e-9)))
        table = np.quantile(drawn, LEVELS, axis=0).T
        frame = pd.DataFrame(table, index=self.middle.index, columns=["low", "middle", "high"])
        frame["mean"], frame["sd"] = drawn.mean(axis=0), drawn.std(axis=0)
        return frame.rename_axis("destination").reset_index()

    def draws(self, n: int, rng: np.random.Generator) -> pd.DataFrame:
        """Return `n` samples, one column for each destination: none below 0, each row adds to 1."""
        return pd.DataFrame(self._softmax(rng.standard_normal((n, len(self.middle)))), columns=self.middle.index)

    def for_authority(self, code: str) -> MarginalSplit:
        """Return the split of one authority; one that was not in the estimate is England's with the whole spread."""
        if code not in self.own.index:
            return self
        left = 1 - float(self.weight[code])
        return replace(self, middle=self.middle + self.own.loc[code], between=self.between * left)

    def tilted(self, split: pd.Series) -> MarginalSplit:
        """Return the split for a group whose growth went as `split` (destination -> share), such as an age group.

        A destination that takes twice its share of the group's growth takes twice its odds of the turned-away: an
        assumption, so what it moves is widened by `TILT_SD`.
        """
        base, group = positive(self.rates["growth"]), positive(split.reindex(self.middle.index).fillna(0.0))
        tilt = np.log(group / base)
        return replace(self, middle=self.middle + tilt, between=self.between + (TILT_SD * tilt) ** 2)

    def without(self, *destinations: str) -> MarginalSplit:
        """Return the split where some destinations can't take a child, such as a unit when none is suitable."""
        kept = [d for d in self.middle.index if d not in destinations]
        return replace(
            self,
            rates=self.rates.loc[kept],
            middle=self.middle[kept],
            covariance=self.covariance.loc[kept, kept],
            between=self.between[kept],
            own=self.own[kept],
        )

    def _softmax(self, normal: Floats) -> Floats:
        values, vectors = np.linalg.eigh(self.covariance.to_numpy() + np.diag(self.between.to_numpy()))
        logs = self.middle.to_numpy() + normal @ (vectors * np.sqrt(values.clip(0.0))).T
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))


def estimate(
    table: pd.DataFrame, *, destinations: Sequence[str] = SCHOOL_AGE, span: int = SPAN, prior_sd: float = PRIOR_SD
) -> MarginalSplit:
    """Return where the marginal child goes, from plans by authority, January and destination.

    Parameters
    ----------
    table
        authority × year rows, one column for each placement; all ages. [plans] National rows must be left out.
    destinations
        Those among which children are split. The rest (after 16, early years, not recorded) are left out of "all".
    span
        Years between the Januaries compared; spans overlap, and errors are clustered by authority. [years]
    prior_sd
        Of log shares around the log growth split.

    Raises
    ------
    ValueError
        If fewer than three spans for each destination are complete.
    """
    names = list(destinations)
    change = changes(table, names, span=span)
    if len(change) < 3 * len(names):
        raise ValueError(f"{len(change)} spans of {span} years are complete; {3 * len(names)} are needed at least")
    found = regress(change, names)
    middle, spread = _posterior(found, prior_sd)
    others = [_posterior(way, prior_sd)[0] - middle for way in other_ways(table, names, span=span).values()]
    scatter = sum(np.outer(off, off) for off in others) / len(others)
    own, weight, between = _authorities(table, names)
    rates = {"growth": "all", "substitution": SUPPLY}
    sign = {"growth": 1, "substitution": -1}
    return MarginalSplit(
        rates=pd.DataFrame(
            {k: found.of(g) * sign[k] for k, g in rates.items()}
            | {f"{k}_sd": np.sqrt(np.diag(found.spread(g))) for k, g in rates.items()}
        ),
        middle=middle,
        covariance=pd.DataFrame(spread + scatter, index=names, columns=names),
        between=between,
        own=own,
        weight=weight,
        cases=len(change),
    )


def other_ways(table: pd.DataFrame, names: Sequence[str], *, span: int = SPAN) -> dict[str, Rates]:
    """Return rates estimated in other ways that a reader might think as good, by what is done instead."""
    change = changes(table, names, span=span)
    off = (change[SUPPLY] - change.groupby("start")[SUPPLY].transform("median")).abs()
    starts = sorted(change["start"].unique())
    ways = {
        "one year": changes(table, names, span=1),
        f"{span - 1} years": changes(table, names, span=span - 1),
        "all but the largest tenth of moves in places": change[off < off.quantile(0.9)],
        "placements not recorded are kept": changes(table, names, span=span, is_cleaned=False),
        "the earlier half of starts": change[change["start"].isin(starts[: (len(starts) + 1) // 2])],
        "the later half of starts": change[change["start"].isin(starts[len(starts) // 2 :])],
    }
    return {k: regress(way, names) for k, way in ways.items()} | {"least squares": regress(change, names, degrees=1e9)}


def growth_split(table: pd.DataFrame, names: Sequence[str], *, since: int, until: int) -> pd.DataFrame:
    """Return each authority's growth in children by destination between two Januaries, falls counted as none."""
    first, last = (table.xs(y, level="year")[list(names)] for y in (since, until))
    return (last - first).dropna().clip(lower=0.0)


def positive(split: pd.Series) -> pd.Series:
    """Return shares that add to one, none below a thousandth."""
    clipped = split.clip(lower=1e-3 * float(split.clip(lower=0.0).sum()))
    return clipped / clipped.sum()


def _posterior(found: Rates, prior_sd: float) -> tuple[pd.Series, Floats]:
    """Return log shares and their covariance: the estimate's likelihood, the growth split for a prior."""
    prior = np.log(positive(found.of("all")).to_numpy())
    truth = -found.of(SUPPLY).to_numpy()[:-1]
    half = np.linalg.cholesky(np.linalg.inv(found.spread(SUPPLY)[:-1, :-1] + 1e-10 * np.eye(len(truth)))).T

    def misfit(logs: Floats) -> Floats:
        shares = np.exp(logs - np.logaddexp.reduce(logs))
        return np.concatenate([half @ (shares[:-1] - truth), (logs - prior) / prior_sd])

    fitted = least_squares(misfit, prior)
    spread = np.linalg.inv(fitted.jac.T @ fitted.jac)
    return pd.Series(fitted.x - np.logaddexp.reduce(fitted.x), index=list(found.names)), spread


def _authorities(table: pd.DataFrame, names: list[str]) -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Return own additions to log shares, the weight of each authority, and the variance between them that lasts."""
    years = table.index.get_level_values("year")
    first, last = int(years.min()), int(years.max())
    middle = (first + last) // 2
    halves = [growth_split(table, names, since=a, until=b) for a, b in ((first, middle), (middle, last))]
    both = halves[0].index.intersection(halves[1].index)
    sizes = [h.loc[both].sum(axis=1) for h in halves]
    england = [positive(h.loc[both].sum()) for h in halves]
    ratio = [h.loc[both].div(s, axis=0) / m for h, s, m in zip(halves, sizes, england, strict=True)]

    def misfit(log_mass: float) -> float:
        weight = sizes[0] / (sizes[0] + np.exp(log_mass))
        guess = ratio[0].mul(weight, axis=0).add(1 - weight, axis=0)
        error = (ratio[1] - guess) * england[1]
        return float((error.pow(2).sum(axis=1) * sizes[1]).sum())

    mass = float(np.exp(minimize_scalar(misfit, bounds=(0.0, 14.0), method="bounded").x))
    share = sizes[1] / sizes[1].sum()
    lasting = ((ratio[0] - 1) * (ratio[1] - 1)).mul(share, axis=0).sum()
    between = np.log1p(lasting.clip(0.0, 1.0))
    whole = halves[0].reindex(halves[1].index.union(halves[0].index)).fillna(0.0).add(halves[1], fill_value=0.0)
    size = whole.sum(axis=1)
    weight = size / (size + mass)
    relative = whole.div(size.clip(lower=1.0), axis=0) / positive(whole.sum())
    own = np.log(relative.mul(weight, axis=0).add(1 - weight, axis=0))
    return own, weight, between
