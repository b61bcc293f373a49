"""What a run hands back: a forecast alone, or, where an area has schools, the whole outcome; and what each can measure."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Generic, TypeVar

import pandas as pd
import xarray as xr

from sufficiency.allocate.place.placed import Placed
from sufficiency.area.area import TABLES, Area
from sufficiency.draws import LEVELS
from sufficiency.errors import MissingError, nearest, one_of
from sufficiency.forecast import PlanForecast, SenSupportForecast
from sufficiency.funding import HighNeedsBudget
from sufficiency.notebook import titled
from sufficiency.scenarios.scenario import Scenario, lever_name
from sufficiency.transport import Journeys
from sufficiency.words.destinations import AT_INDEPENDENT, DESTINATIONS
from sufficiency.words.say import between, shown
from sufficiency.words.school_year import financial_label
from sufficiency.words.vocabulary import SPECIALIST

PLACED_FROM: Final = ("settings", "places", "zones")  # tables without which no child can be placed
BALANCE: Final = "balance_gbp"
T = TypeVar("T")


@dataclass(frozen=True)
class RunOptions:
    """What was asked of a run: the last January, simulated futures, how many of them are placed, and the seed."""

    to: int
    draws: int
    placed_draws: int
    seed: int

    def __str__(self) -> str:
        """Return 'to=2035, draws=1000, placed_draws=100, seed=7'."""
        return ", ".join(f"{name}={value}" for name, value in asdict(self).items())


@dataclass(frozen=True)
class Measure(Generic[T]):
    """Something that outcomes are compared by: its name in words, its unit, and its total in each draw and year."""

    says: str
    unit: str
    total: Callable[[T], xr.DataArray]


@dataclass(frozen=True, eq=False, kw_only=True)
class ForecastOutcome:
    """A run of an area without schools: plans and SEN Support are forecast, and no child is placed.

    Attributes
    ----------
    area
        As the scenario makes it.
    scenario
        The levers that were pulled.
    plans
        The forecast of EHC plans.
    support
        The forecast of SEN Support, or None where the area has no `sen_support.csv`.
    options
        The last January, the draws and the seed.
    before
        The area as it was given, before any lever.
    """

    area: Area
    scenario: Scenario
    plans: PlanForecast
    support: SenSupportForecast | None
    options: RunOptions
    before: Area

    def __repr__(self) -> str:
        """Return one line: the area, scenario and options."""
        return f"<{type(self).__name__} {self.area.name}: {self.scenario.name}; {self.options}>"

    def _repr_html_(self) -> str:
        """Return each measure in the last year that is told of it, its middle and its range."""
        rows = []
        for name in self.measures:
            total = self.measure(name)
            year, how = self.told_year(name), "£" if MEASURES[name].unit == "GBP" else "n"
            low, middle, high = (float(v) for v in total.sel({total.dims[-1]: year}).quantile(LEVELS))
            when = f"January {year}" if total.dims[-1] == "year" else financial_label(year)
            rows.append((MEASURES[name].says, when, shown(middle, how), between(low, high, how)))
        table = pd.DataFrame(rows, columns=["measure", "when", "middle", "9 in 10 between"])
        return titled(f"{self.area.name}: {self.scenario.name}", table, note=f"{self.options}")

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of what can be measured."""
        return tuple(OF_PLANS)

    def measure(self, name: str) -> xr.DataArray:
        """Return a measure's total in each draw: draw x year (or financial_year).

        Raises
        ------
        MissingError
            If there is no such measure, or if it needs children to be placed and the area has no schools.
        """
        if name in OF_PLANS:
            return OF_PLANS[name].total(self)
        if name in OF_PLACES:
            raise MissingError(f"'{name}' needs children to be placed: {self.why_not_placed()}")
        raise MissingError(f"'{name}' is not one of {one_of(MEASURES)}{nearest(name, MEASURES)}")

    def told_year(self, name: str) -> int:
        """Return the year in which a measure is told: the last; of a balance, that in which the override ends at the latest.

        A balance is a sum of years, which nobody should read ten years out.
        """
        total = self.measure(name)
        last = int(total[total.dims[-1]].values[-1])
        return min(last, int(self.area.value("funding.override_last_financial_year"))) if name == BALANCE else last

    def why_not_placed(self) -> str:
        """Return in words what is missing, and what that costs; nothing where children are placed."""
        lacking = files_lacking(self.before) or files_lacking(self.area)
        if not lacking and has_nobody_to_place(self.plans):
            return (
                f"nobody with a plan is at a special school, unit or base of {self.area.name} in January "
                f"{self.area.base_year}, so plans are forecast, and no child is placed, carried or paid for. If there are such "
                "children, give them in plans.csv or states.csv, by setting_type"
            )
        if not lacking:
            return ""
        *most, last = lacking
        return (
            f"{self.area.name} has no {' or '.join([', '.join(most), last] if most else [last])}, so plans are forecast, and no child is placed, carried "
            "or paid for. `sufficiency new` makes a folder with each file to fill in"
        )

    def reproducibility(self) -> pd.DataFrame:
        """Return what another person needs to get the same numbers: options, versions, and a hash of every input."""
        rows = [("option", name, str(value)) for name, value in asdict(self.options).items()]
        rows += [
            ("version", name, _version(name))
            for name in ("sufficiency", "numpy", "pandas", "scipy", "ortools", "pyvrp")
        ]
        rows += [("version", "python", platform.python_version())]
        rows += [("scenario", lever_name(lever), repr(lever)) for lever in self.scenario.levers]
        rows += [("input", name, told) for name, told in input_hashes(self.before).items()]
        if self.before.roads is not None:
            rows += [("input", f"{self.before.roads.name}, as journeys", table_hash(self.area.travel))]
        return pd.DataFrame(rows, columns=["kind", "name", "value"])


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Outcome(ForecastOutcome):
    """A run of an area with schools: beside the forecast, who is placed where, how they travel, and what it costs.

    Attributes
    ----------
    placed
        Who goes where, and where those turned away are.
    journeys
        How children travel, and what it costs.
    budget
        The High Needs budget.
    """

    placed: Placed
    journeys: Journeys
    budget: HighNeedsBudget

    @property
    def measures(self) -> tuple[str, ...]:
        """Names of what can be measured."""
        return tuple(MEASURES)

    def measure(self, name: str) -> xr.DataArray:
        """Return a measure's total in each draw: draw x year (or financial_year).

        Raises
        ------
        MissingError
            If there is no such measure; the nearest is named.
        """
        return OF_PLACES[name].total(self) if name in OF_PLACES else super().measure(name)


def files_lacking(area: Area) -> tuple[str, ...]:
    """Return the files without which no child can be placed and that the area lacks."""
    return tuple(f"{name}.csv" for name in PLACED_FROM if getattr(area, name).empty)


def has_nobody_to_place(plans: PlanForecast) -> bool:
    """Return whether no plan of the first January is at a specialist setting."""
    held = plans.plans.isel(year=0).sel(setting_type=plans.plans.indexes["setting_type"].isin(SPECIALIST))
    return not bool(held.any())


def input_hashes(area: Area) -> dict[str, str]:
    """Return a hash of each table that an area has, by the name of its file."""
    tables = {f"{name}.csv": getattr(area, name) for name in TABLES} | {"changes by a lever": area.changes}
    hashes = {name: table_hash(table) for name, table in tables.items() if len(table)}
    return hashes | {"area.toml, assumptions": table_hash(area.assumptions)}


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


def _independent(placed: Placed) -> xr.DataArray:
    """Return children at independent and non-maintained schools, those turned away from state places included."""
    types = dict(zip(placed.routes.codes, placed.routes.settings["setting_type"], strict=True))
    names = [s for s in placed.attending["setting"].values if types.get(s, s) in AT_INDEPENDENT]
    return _total(placed.attending.sel(setting=names), ("draw", "year"))


def _away(code: str, outcome: Outcome) -> xr.DataArray:
    return _total(outcome.placed.attending.sel(setting=[code]), ("draw", "year"))


# What a forecast alone can measure, and what needs children to be placed.
OF_PLANS: Final[Mapping[str, Measure[ForecastOutcome]]] = {
    "plans": Measure("EHC plans", "plans", lambda o: _total(o.plans.plans, ("draw", "year"))),
}
OF_PLACES: Final[Mapping[str, Measure[Outcome]]] = {
    "shortfall": Measure(
        "Children turned away from every suitable state place",
        "children",
        lambda o: _total(o.placed.attending.sel(setting=list(DESTINATIONS)), ("draw", "year")),
    ),
    "independent": Measure(
        "Children at independent and non-maintained schools", "children", lambda o: _independent(o.placed)
    ),
    **{
        code: Measure(
            f"Turned away, and now: {where.name[0].lower()}{where.name[1:]}", "children", partial(_away, code)
        )
        for code, where in DESTINATIONS.items()
    },
    "transport_gbp": Measure(
        "Home-to-school transport", "GBP", lambda o: _total(o.journeys.cost_gbp, ("draw", "financial_year"))
    ),
    "spend_gbp": Measure("High Needs spend", "GBP", lambda o: _total(o.budget.spend, ("draw", "financial_year"))),
    "in_year_gbp": Measure(
        "In-year High Needs balance", "GBP", lambda o: _total(o.budget.in_year, ("draw", "financial_year"))
    ),
    BALANCE: Measure("Carried-forward balance", "GBP", lambda o: _total(o.budget.balance, ("draw", "financial_year"))),
}
MEASURES: Final[Mapping[str, Measure[ForecastOutcome] | Measure[Outcome]]] = {**OF_PLANS, **OF_PLACES}
