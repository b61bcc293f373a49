"""An outcome: one run's area, scenario and parts; what it can measure, and what another person needs to repeat it."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import pandas as pd
import xarray as xr

from sufficiency.area.area import TABLES, Area
from sufficiency.errors import MissingError, nearest, one_of
from sufficiency.notebook import titled
from sufficiency.scenarios.scenario import Scenario, lever_name
from sufficiency.words.say import shown
from sufficiency.words.vocabulary import UNPLACED


@dataclass(frozen=True, eq=False)
class Outcome:
    """One run: the area as the scenario makes it, and what follows, part by part."""

    area: Area
    scenario: Scenario
    plans: Any
    support: Any
    placed: Any
    journeys: Any
    budget: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    before: Area | None = None

    def __repr__(self) -> str:
        """Return one line: the area, scenario and options."""
        return f"<Outcome {self.area.name}: {self.scenario.name}; {self._asked}>"

    def _repr_html_(self) -> str:
        parts = {"plans": self.plans, "shortfall": self.placed, "transport_gbp": self.journeys}
        rows = []
        for name, (says, unit, _) in MEASURES.items():
            if parts.get(name, self.budget) is not None:
                total, how = self.measure(name).median("draw"), "£m" if unit == "GBP" else "n"
                first, last = (f"{shown(float(total[at]), how)} in {int(total[total.dims[-1]][at])}" for at in (0, -1))
                rows.append((says, first, last))
        title = f"{self.area.name}: {self.scenario.name}"
        note = f"Middles of the simulated futures; money by financial year. {self._asked}."
        return titled(title, pd.DataFrame(rows, columns=["measure", "first", "last"]), note=note)

    @property
    def _asked(self) -> str:
        return ", ".join(f"{k}={v}" for k, v in self.options.items())

    def measure(self, name: str) -> xr.DataArray:
        """Return a measure's total in each draw: draw x year (or financial_year)."""
        if name not in MEASURES:
            raise MissingError(f"'{name}' is not one of {one_of(MEASURES)}{nearest(name, MEASURES)}")
        return MEASURES[name][2](self)

    def reproducibility(self) -> pd.DataFrame:
        """Return what another person needs to get the same numbers: options, versions, and a hash of every input."""
        rows = [("option", str(k), str(v)) for k, v in self.options.items()]
        rows += [
            ("version", name, _version(name))
            for name in ("sufficiency", "numpy", "pandas", "scipy", "ortools", "pyvrp")
        ]
        rows += [("version", "python", platform.python_version())]
        rows += [("scenario", lever_name(lever), repr(lever)) for lever in self.scenario.levers]
        area = self.before or self.area
        rows += [
            ("input", f"{name}.csv", table_hash(getattr(area, name))) for name in TABLES if len(getattr(area, name))
        ]
        rows += [("input", "area.toml, assumptions", table_hash(area.assumptions))]
        if area.roads is not None:
            rows += [("input", f"{area.roads.name}, as journeys", table_hash(self.area.travel))]
        return pd.DataFrame(rows, columns=["kind", "name", "value"])


def table_hash(frame: pd.DataFrame) -> str:
    """Return the first 16 digits of a SHA-256 of a table's text: the same table, the same digits, on any machine."""
    return hashlib.sha256(frame.to_csv(index=False, lineterminator="\n").encode()).hexdigest()[:16]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _total(array: xr.DataArray, keep: Iterable[str]) -> xr.DataArray:
    return array.sum([d for d in array.dims if d not in tuple(keep)])


# What a comparison can measure: what it is called, its unit, and the total in each draw and year.
MEASURES: Final[Mapping[str, tuple[str, str, Callable[[Outcome], xr.DataArray]]]] = {
    "plans": ("EHC plans", "plans", lambda o: _total(o.plans.plans, ("draw", "year"))),
    "shortfall": (
        "Children with no suitable place",
        "children",
        lambda o: _total(o.placed.attending.sel(setting=UNPLACED), ("draw", "year")),
    ),
    "transport_gbp": (
        "Home-to-school transport",
        "GBP",
        lambda o: _total(o.journeys.cost_gbp, ("draw", "financial_year")),
    ),
    "spend_gbp": ("High Needs spend", "GBP", lambda o: _total(o.budget.spend, ("draw", "financial_year"))),
    "balance_gbp": ("Carried-forward balance", "GBP", lambda o: _total(o.budget.balance, ("draw", "financial_year"))),
}
