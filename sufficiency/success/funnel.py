"""`by_school`: SEN Support school by school, and which schools differ from the rest of their phase by more than chance.

Limits of a funnel: shares between which a school of so many pupils lies 19 times in 20 (95 %), and 998 times in 1,000
(99.8 %), were each pupil as likely to be at SEN Support there as anywhere in the phase. Schools vary by more than that
for reasons that are theirs: `overdispersion` is the mean square of their distances from the middle, in standard errors,
the most extreme tenth at each end drawn in, so that 1 is chance alone. Wide limits are wider by its root.

References
----------
Spiegelhalter, "Funnel plots for comparing institutional performance", Statistics in Medicine 24 (2005); "Handling
over-dispersion of performance indicators", Quality and Safety in Health Care 14 (2005).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency.area.area import Area
from sufficiency.errors import MissingError
from sufficiency.frozen import frozen
from sufficiency.notebook import titled

LIMITS: Final[dict[str, float]] = {"95 %": 0.05, "99.8 %": 0.002}
DRAWN_IN: Final = 0.1  # at each end
PHASES: Final = ("primary", "secondary")
Floats = NDArray[np.float64]


@frozen
@dataclass(frozen=True, eq=False)
class Funnel:
    """Schools of each phase beside what chance allows.

    `schools` has school, name, phase, authority, district, pupils, sen_support, plans, percent, and `stands`: 'above' or
    'below' the 99.8 % limits, 'rather above' or 'rather below' the 95 % ones, or 'within'; `is_beyond_spread` where it
    is outside 99.8 % limits widened by how schools vary. `phases` has phase, schools, pupils, percent, overdispersion.
    """

    schools: pd.DataFrame
    phases: pd.DataFrame

    def __repr__(self) -> str:
        """Return one line: schools, and how many lie outside the limits."""
        out = self.schools["stands"].isin(["above", "below"]).sum()
        return f"<Funnel {len(self.schools)} schools: {out} outside the 99.8 % limits>"

    def _repr_html_(self) -> str:
        return titled("SEN Support by school", self.summary(), {"percent": "1", "overdispersion": "1"})

    def summary(self) -> pd.DataFrame:
        """Return one row for each phase: schools, pupils, percent, overdispersion, and how many schools stand where."""
        counts = self.schools.groupby(["phase", "stands"]).size().unstack(fill_value=0)
        wanted = ["above", "rather above", "within", "rather below", "below"]
        return self.phases.merge(counts.reindex(columns=wanted, fill_value=0).reset_index(), on="phase")

    def limits(self, phase: str, pupils: Floats) -> pd.DataFrame:
        """Return the limits of a phase at schools of so many pupils: pupils, low and high of each limit. [%]"""
        target = float(self.phases.set_index("phase").at[phase, "percent"]) / 100
        found = {"pupils": pupils}
        for name, chance in LIMITS.items():
            low, high = _binomial(pupils, target, chance)
            found |= {f"low {name}": 100 * low, f"high {name}": 100 * high}
        return pd.DataFrame(found)


def by_school(area: Area, *, phases: tuple[str, ...] = PHASES) -> Funnel:
    """Return SEN Support school by school, and which schools differ from the rest of their phase by more than chance.

    Parameters
    ----------
    area
        With `school_sen.csv`.
    phases
        Those wanted, each beside its own middle.

    Raises
    ------
    MissingError
        If the area has no schools of those phases in `school_sen.csv`.

    Examples
    --------
    >>> import sufficiency as sf
    >>> sf.success.by_school(sf.example_area())
    <Funnel 298 schools: 57 outside the 99.8 % limits>
    """
    schools = area.school_sen
    schools = schools[schools["phase"].isin(phases) & (schools["pupils"] > 0)]
    if schools.empty:
        raise MissingError(
            f"school_sen.csv has no {' or '.join(phases)} schools of {area.name}; `sufficiency new` shows its columns"
        )
    parts, told = [], []
    for phase in [p for p in phases if schools["phase"].eq(p).any()]:
        part, spread = _one_phase(schools[schools["phase"] == phase])
        parts.append(part)
        whole = part[["pupils", "sen_support"]].sum()
        told.append((phase, len(part), whole["pupils"], 100 * whole["sen_support"] / whole["pupils"], spread))
    columns = ["phase", "schools", "pupils", "percent", "overdispersion"]
    return Funnel(pd.concat(parts, ignore_index=True), pd.DataFrame(told, columns=columns))


def _one_phase(schools: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """Return the schools of one phase with where each stands, and how much more they vary than chance would have them."""
    pupils, count = (schools[c].to_numpy(dtype=float) for c in ("pupils", "sen_support"))
    target, share = count.sum() / pupils.sum(), count / pupils
    errors = np.sqrt(max(target * (1 - target), 1e-12) / pupils)
    scores = (share - target) / errors
    low, high = np.quantile(scores, [DRAWN_IN, 1 - DRAWN_IN])
    spread = max(1.0, float(np.mean(np.clip(scores, low, high) ** 2)))
    stands = np.full(len(schools), "within", dtype=object)
    for name, (below, above) in {"95 %": ("rather below", "rather above"), "99.8 %": ("below", "above")}.items():
        bottom, top = _binomial(pupils, target, LIMITS[name])
        stands[share < bottom], stands[share > top] = below, above
    from scipy.stats import norm

    beyond = np.abs(scores) > norm.ppf(1 - LIMITS["99.8 %"] / 2) * np.sqrt(spread)
    return schools.assign(percent=100 * share, stands=stands.astype(str), is_beyond_spread=beyond), spread


def _binomial(pupils: Floats, target: float, chance: float) -> tuple[Floats, Floats]:
    """Return the shares between which a school of so many pupils lies but for `chance`, half of it at each end.

    Between two whole counts the limit is drawn where the chance would be met, as Spiegelhalter's appendix does.
    """
    from scipy.stats import binom

    def limit(chance_below: float) -> Floats:
        count = binom.ppf(chance_below, pupils, target)
        upto, at = binom.cdf(count, pupils, target), binom.pmf(count, pupils, target)
        past = np.divide(upto - chance_below, at, out=np.zeros_like(upto), where=at > 0)
        return np.asarray(np.clip((count - past) / pupils, 0.0, 1.0), dtype=np.float64)

    return limit(chance / 2), limit(1 - chance / 2)
