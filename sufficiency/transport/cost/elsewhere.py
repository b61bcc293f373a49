"""What it costs to carry children elsewhere than to a school on the list: a stated mix of modes, at the vehicles' own rates.

Homes and schools aren't known, only how many and how far, so rounds can't be approximated: so many ride together, a round
is so much longer than the direct journey, and each vehicle costs its day and its km as any other of its kind. Levers move
them as they move those at schools on the list, but for two schools on one run: which are near one another isn't known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.transport.cost.market import SHARED
from sufficiency.transport.cost.runs import Floats, Runs
from sufficiency.transport.cost.school_run_rates import SchoolRunRates, Vehicle
from sufficiency.transport.cost.school_year_cost import MEASURES, budget_measures, run_measures, without_runs
from sufficiency.transport.modes.carried import COLLEGES, PLACE, sampled
from sufficiency.transport.modes.modes import MODES, Levers

BY_MIX: Final = ("pass", "budget", "solo_taxi", "minibus")


@dataclass(frozen=True, eq=False)
class Mix:
    """How those carried elsewhere travel: shares of mode by setting, and how many ride together, in each draw."""

    share: dict[str, Floats]  # by mode: draw × setting
    together: dict[str, Floats]  # by mode: draw [children]
    detour: float  # of a shared round over the direct journey
    twice: float = 0.0  # share of minibuses that make a second run
    trained: Floats | None = None  # newly trained to travel by themselves, of all travellers: draw × setting

    @classmethod
    def of(cls, area: Area, settings: list[str], draws: np.ndarray, seed: int) -> Mix:
        """Return an area's mix in each draw; where the shares of a kind come to more than 1, each is cut alike."""
        kinds = np.array(["college" if s in COLLEGES else "school" for s in settings])
        share = {}
        for mode in BY_MIX:
            each = {k: sampled(area, f"transport.{k}_{mode}_share", draws, seed) for k in ("school", "college")}
            share[mode] = np.where(kinds == "college", each["college"][:, None], each["school"][:, None])
        total = np.maximum(sum(share.values()), 1.0)
        share = {mode: each / total for mode, each in share.items()}
        share["shared_taxi"] = np.maximum(1 - sum(share.values()), 0.0)
        in_house = area.value("transport.in_house_share")
        share["in_house_minibus"] = share["minibus"] * in_house
        share["minibus"] = share["minibus"] * (1 - in_house)
        taxi, bus = (sampled(area, f"transport.elsewhere_{v}_children", draws, seed) for v in ("taxi", "minibus"))
        together = {"shared_taxi": taxi, "minibus": bus, "in_house_minibus": bus, "solo_taxi": np.ones(len(draws))}
        return cls(share, together, area.value("transport.elsewhere_detour"))

    def moved(self, levers: Levers, *, able: Floats, pick_up_children: float) -> Mix:
        """Return the mix with levers pulled, in the order in which `modes.ways` pulls them.

        `able` is the share of each setting's travellers who could learn to travel by themselves.
        """
        share = dict(self.share)
        plain = sum(share[mode] for mode in SHARED)
        reviewed = share["solo_taxi"] * levers.solo_review
        solo, shared = share["solo_taxi"] - reviewed, plain + reviewed
        trained = shared * able * levers.training_more
        shared = shared - trained
        taken = (solo + shared) * levers.budget_more
        share["pass"], share["budget"] = share["pass"] + trained, share["budget"] + taken
        share["solo_taxi"], shared = solo * (1 - levers.budget_more), shared * (1 - levers.budget_more)
        rest = np.divide(shared, plain, out=np.zeros_like(plain), where=plain > 0)
        parts = {mode: share[mode] * rest for mode in SHARED}
        contract = {mode: parts[mode] * (1 - levers.in_house_more) for mode in SHARED if mode != "in_house_minibus"}
        share |= contract
        share["in_house_minibus"] = shared - sum(contract.values())
        # Fewer stops shorten what a round is longer than the direct journey.
        stops_each = 1 - levers.pick_up_share * (1 - 1 / pick_up_children)
        return replace(
            self,
            share=share,
            detour=1 + (self.detour - 1) * stops_each,
            twice=levers.stagger_share,
            trained=trained,
        )


def price_elsewhere(
    rates: SchoolRunRates, travellers: xr.Dataset, mix: Mix, *, minutes_per_km: float | Floats
) -> xr.Dataset:
    """Return what each mode carries, needs and costs, as `price_year` does, in prices of the base year.

    Parameters
    ----------
    travellers
        `children` and `child_km`, draw × year × authority × setting, as `modes.carried` returns. [children, km]
    mix
        Of the same draws and settings.
    minutes_per_km
        Of a journey, for vehicles that are paid by the minute; one for all, or year × authority × setting.
    """
    children = travellers["children"].transpose(*PLACE).to_numpy()
    km = travellers["child_km"].transpose(*PLACE).to_numpy() / np.maximum(children, 1e-9)
    modes = dict.fromkeys(MODES, without_runs(np.zeros_like(children), np.zeros_like(children)))
    by_mode = {mode: children * share[:, None, None, :] for mode, share in mix.share.items()}
    modes["pass"] = without_runs(by_mode["pass"], by_mode["pass"] * rates.pass_gbp)
    modes["budget"] = budget_measures(rates, by_mode["budget"], km)
    for mode, together in mix.together.items():
        riders = by_mode[mode]
        twice = mix.twice / 2 if mode.endswith("minibus") else 0.0
        run = _runs(rates.vehicles[mode], riders, km, together[:, None, None, None], mix.detour, minutes_per_km, twice)
        modes[mode] = run_measures(rates, mode, riders, run, run.gbp * rates.school_days)
    coords = {d: travellers[d].values for d in PLACE} | {"mode": list(MODES)}
    return xr.Dataset(
        {name: ((*PLACE, "mode"), np.stack([modes[m][name] for m in MODES], axis=-1)) for name in MEASURES},
        coords=coords,
    )


def _runs(
    vehicle: Vehicle,
    riders: Floats,
    km: Floats,
    together: Floats,
    detour: float,
    minutes_per_km: float | Floats,
    twice: float,
) -> Runs:
    """Return a school day's runs, there and back, of vehicles in which so many ride, a share of which run a second time."""
    runs = riders / together
    vehicles = runs * (1 - twice)
    driven = 2 * runs * km * np.where(together > 1, detour, 1.0)
    gbp = vehicles * vehicle.crewed_day_gbp + driven * (vehicle.gbp_per_km + minutes_per_km * vehicle.gbp_per_minute)
    nothing = np.zeros_like(riders)
    return Runs(vehicles, driven, nothing, vehicles * vehicle.assistant_share, gbp)
