"""How many children a percentage is of: as given, counted from plans, or estimated from residents and SEN Support."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.words.success import SuccessMeasure


@dataclass(frozen=True, eq=False)
class Cohorts:
    """An area's tables of children, each by authority and January (and NCY), for looking up."""

    population: pd.Series  # authority, year, ncy -> children
    plans: pd.Series  # authority, year, ncy -> plans
    new_plans: pd.Series  # authority, year -> plans begun in the calendar year before
    support: pd.Series  # authority, year, phase -> SEN Support [% of pupils]

    def size(self, code: str, measure: SuccessMeasure, year: int) -> float | None:
        """Return how many children of an authority a measure of one year is of; nothing where that can't be told.

        Residents stand for pupils, so those of every group but plans are estimates.
        """
        if measure.of == "in_20_weeks":
            began = self.new_plans.get((code, year + 1))
            return None if began is None else float(began)
        if measure.ncys is None:
            return None
        low, high = measure.ncys
        everyone = _between(self.population, code, year, low, high)
        with_plans = _between(self.plans, code, year, low, high)
        share = self.support.get((code, year, "primary" if high <= 6 else "secondary"))
        if measure.group == "all":
            return everyone
        if measure.group == "plans":
            return with_plans
        if everyone is None or share is None:
            return None
        at_support = everyone * float(share) / 100
        return at_support if measure.group == "support" else everyone - at_support - (with_plans or 0.0)


def cohorts(area: Area) -> Cohorts:
    """Return an area's tables of children for looking up."""
    new = area.flows[(area.flows["kind"] == "new") & area.flows["need"].eq("")]
    return Cohorts(
        area.population.set_index(["authority", "year", "ncy"])["children"].sort_index(),
        area.plans.dropna(subset=["ncy"]).groupby(["authority", "year", "ncy"])["plans"].sum(),
        _largest(new),
        area.sen_support.set_index(["authority", "year", "phase"])["sen_support_percent"].sort_index(),
    )


def _largest(new: pd.DataFrame) -> pd.Series:
    """Return new plans by authority and January: of the breakdowns that a year has, that which leaves fewest out."""
    by = ["authority", "year"]
    kinds = new.assign(aged=new["ncy"].notna(), placed=new["setting_type"].ne(""))
    return kinds.groupby([*by, "aged", "placed"])["children"].sum().groupby(by).max()


def _between(counts: pd.Series, code: str, year: int, low: int, high: int) -> float | None:
    try:
        own = counts.loc[(code, year)]
    except KeyError:
        return None
    own = own[(own.index >= low) & (own.index <= high)]
    return float(own.sum()) or None
