"""What it costs to carry children elsewhere than to a school on the list: a stated mix of modes, at the vehicles' own rates.

Homes and schools aren't known, only how many and how far, so rounds can't be approximated: so many ride together, a round
is so much longer than the direct journey, and each vehicle costs its day and its km as any other of its kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.transport.cost.runs import Floats, Runs
from sufficiency.transport.cost.school_run_rates import SchoolRunRates, Vehicle
from sufficiency.transport.cost.school_year_cost import MEASURES, budget_measures, run_measures, without_runs
from sufficiency.transport.modes.carried import COLLEGES, PLACE, sampled
from sufficiency.transport.modes.modes import MODES

BY_MIX: Final = ("pass", "budget", "solo_taxi", "minibus")


@dataclass(frozen=True, eq=False)
class Mix:
    """How those carried elsewhere travel: shares of mode by setting, and how many ride together in each draw."""

    share: dict[str, Floats]  # by mode: setting
    together: dict[str, Floats]  # by mode: draw [children]
    detour: float  # of a shared round over the direct journey

    @classmethod
    def of(cls, area: Area, settings: list[str], draws: np.ndarray, seed: int) -> Mix:
        """Return an area's mix; the sum of the shares of a kind must not be above 1."""
        kinds = ["college" if s in COLLEGES else "school" for s in settings]
        share = {m: np.array([area.value(f"transport.{k}_{m}_share") for k in kinds]) for m in BY_MIX}
        share["shared_taxi"] = np.maximum(1 - sum(share.values()), 0.0)
        in_house = area.value("transport.in_house_share")
        share["in_house_minibus"] = share["minibus"] * in_house
        share["minibus"] = share["minibus"] * (1 - in_house)
        taxi, bus = (sampled(area, f"transport.elsewhere_{v}_children", draws, seed) for v in ("taxi", "minibus"))
        together = {"shared_taxi": taxi, "minibus": bus, "in_house_minibus": bus, "solo_taxi": np.ones(len(draws))}
        return cls(share, together, area.value("transport.elsewhere_detour"))


def price_elsewhere(rates: SchoolRunRates, travellers: xr.Dataset, mix: Mix, *, minutes_per_km: float) -> xr.Dataset:
    """Return what each mode carries, needs and costs, as `price_year` does, in prices of the base year.

    Parameters
    ----------
    travellers
        `children` and `child_km`, draw × year × authority × setting, as `modes.carried` returns. [children, km]
    mix
        Of the same draws and settings.
    minutes_per_km
        Of a journey, for vehicles that are paid by the minute.
    """
    children = travellers["children"].transpose(*PLACE).to_numpy()
    km = travellers["child_km"].transpose(*PLACE).to_numpy() / np.maximum(children, 1e-9)
    modes = dict.fromkeys(MODES, without_runs(np.zeros_like(children), np.zeros_like(children)))
    modes["pass"] = without_runs(children * mix.share["pass"], children * mix.share["pass"] * rates.pass_gbp)
    modes["budget"] = budget_measures(rates, children * mix.share["budget"], km)
    for mode, together in mix.together.items():
        riders = children * mix.share[mode]
        run = _runs(rates.vehicles[mode], riders, km, together[:, None, None, None], mix.detour, minutes_per_km)
        modes[mode] = run_measures(rates, mode, riders, run, run.gbp * rates.school_days)
    coords = {d: travellers[d].values for d in PLACE} | {"mode": list(MODES)}
    return xr.Dataset(
        {name: ((*PLACE, "mode"), np.stack([modes[m][name] for m in MODES], axis=-1)) for name in MEASURES},
        coords=coords,
    )


def _runs(vehicle: Vehicle, riders: Floats, km: Floats, together: Floats, detour: float, minutes_per_km: float) -> Runs:
    """Return a school day's runs, there and back, of vehicles in which so many ride."""
    vehicles = riders / together
    driven = 2 * vehicles * km * np.where(together > 1, detour, 1.0)
    gbp = vehicles * vehicle.crewed_day_gbp + driven * (vehicle.gbp_per_km + minutes_per_km * vehicle.gbp_per_minute)
    nothing = np.zeros_like(riders)
    return Runs(vehicles, driven, nothing, vehicles * vehicle.assistant_share, gbp)
