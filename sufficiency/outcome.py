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
from sufficiency.scenarios.scenario import Scenario, lever_name
from sufficiency.words.vocabulary import DESTINATIONS


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
        options = ", ".join(f"{k}={v}" for k, v in self.options.items())
        return f"<Outcome {self.area.name}: {self.scenario.name}; {options}>"

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
# What a comparison can measure: what it is called, its unit, and the total in each draw and year.
MEASURES: Final[Mapping[str, tuple[str, str, Callable[[Outcome], xr.DataArray]]]] = {
    "plans": ("EHC plans", "plans", lambda o: _total(o.plans.plans, ("draw", "year"))),
    "shortfall": (
        "Children turned away from every suitable state place",
        "children",
        lambda o: _total(o.placed.attending.sel(setting=list(DESTINATIONS)), ("draw", "year")),
    ),
    "transport_gbp": (
        "Home-to-school transport",
        "GBP",
        lambda o: _total(o.journeys.cost_gbp, ("draw", "financial_year")),
    ),
    "spend_gbp": ("High Needs spend", "GBP", lambda o: _total(o.budget.spend, ("draw", "financial_year"))),
    "balance_gbp": ("Carried-forward balance", "GBP", lambda o: _total(o.budget.balance, ("draw", "financial_year"))),
}
