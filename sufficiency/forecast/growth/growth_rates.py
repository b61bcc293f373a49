"""What growth takes of an area's assumptions; each is told in assumptions/forecast.toml."""

from __future__ import annotations

from dataclasses import dataclass

from sufficiency.area.area import Area
from sufficiency.forecast.taken import taken


@dataclass(frozen=True)
class GrowthRates:
    """An area's weights, limits and errors of growth, as assumptions/forecast.toml names them."""

    growth_england_years: float  # [years]
    growth_years_held: float  # [years]
    growth_damping: float
    growth_recent_damping: float
    growth_per_requests: float  # [log ratio a year]
    growth_per_waiting: float
    growth_per_issued: float
    growth_per_own: float
    growth_per_own_alone: float
    growth_per_rate: float
    growth_per_aged_20: float
    growth_most_requests: float
    growth_most_waiting: float
    growth_most_issued: float
    growth_most_own: float  # [log ratio]
    growth_most_rate: float  # [log ratio]
    growth_most_aged_20: float
    growth_half_trusted: float  # [plans]
    growth_england_error: float  # [log ratio]
    growth_england_year_error: float  # [log ratio]
    growth_break_chance: float  # [share of years]
    growth_break_lowest: float  # [log ratio a year]
    growth_break_highest: float  # [log ratio a year]
    growth_most_plans_a_child: float
    growth_ceiling_steepness: float
    growth_lasting_error: float  # [log ratio]
    growth_year_error: float  # [log ratio]
    growth_error_per_waiting: float
    growth_shock_tails: float  # [degrees of freedom]

    @classmethod
    def of(cls, area: Area) -> GrowthRates:
        """Return those of an area."""
        return taken(cls, area)

    def per(self, name: str) -> float:
        """Return growth a year for each unit of a difference, by its name."""
        return float(getattr(self, f"growth_per_{name}"))

    def most(self, name: str) -> float:
        """Return the most that a difference counts for, however odd an authority's figures are."""
        return float(getattr(self, f"growth_most_{name.removesuffix('_alone')}"))
