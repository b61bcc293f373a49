"""Which vehicles those who share ride in, school by school: what costs least there, with a spread of prices in the market."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from sufficiency.transport.cost.homes import Homes
from sufficiency.transport.cost.neighbours import Neighbours, runs_with_neighbour
from sufficiency.transport.cost.runs import Floats, Runs, runs
from sufficiency.transport.cost.school_run_rates import SchoolRunRates
from sufficiency.transport.modes.modes import Levers

SHARED: Final = ("shared_taxi", "minibus", "in_house_minibus")
ACCESSIBLE: Final = "wheelchair_accessible"


def shared_runs(
    rates: SchoolRunRates,
    way: Mapping[str, Floats],
    homes: Homes,
    levers: Levers | None = None,
    neighbours: Neighbours | None = None,
) -> dict[str, tuple[Floats, Runs]]:
    """Return riders and runs a school day of every kind of vehicle that is shared.

    Parameters
    ----------
    way
        Travellers who share ("shared") and who are in wheelchairs ("wheelchair"), of one shape. [children]
    neighbours
        Each school's nearest other, for the lever that lets schools share; none: each school by itself.
    """
    levers = levers or Levers()
    riders, vehicles = way["shared"], rates.vehicles
    # Who rides in what is settled by today's cost: a lever makes runs cheaper, it doesn't re-let every contract.
    plain = {kind: runs(rates, riders, homes, vehicles[kind]) for kind in SHARED}
    part = _parts(rates, riders, plain, levers)
    found = {}
    for kind in SHARED:
        every = plain[kind]
        if not levers.is_today:
            every = runs_with_neighbour(rates, riders, homes, vehicles[kind], levers, neighbours)
        found[kind] = (riders * part[kind], every.times(part[kind]))
    chairs = runs_with_neighbour(rates, way["wheelchair"], homes, vehicles[ACCESSIBLE], levers, neighbours)
    return found | {ACCESSIBLE: (way["wheelchair"], chairs)}


def shared_gbp(rates: SchoolRunRates, way: Mapping[str, Floats], homes: Homes) -> Floats:
    """Return what shared and wheelchair-accessible runs cost a school day today, before calibration. [GBP]"""
    return np.asarray(sum(run.gbp for _, run in shared_runs(rates, way, homes).values()), dtype=np.float64)


def _parts(rates: SchoolRunRates, riders: Floats, each: Mapping[str, Runs], levers: Levers) -> dict[str, Floats]:
    """Return the share of those who share who ride in each kind: what costs least there, unless minibuses' is known.

    Authorities pay `minibus_preference_gbp` more for a minibus than for taxis, so it is added to what one saves.

    A share is the chance that a school's runs are of that kind, so each kind is costed as if it carried everyone.
    """
    apart = (each["shared_taxi"].gbp - each["minibus"].gbp) / np.maximum(riders, 1e-9)
    apart = apart + rates.minibus_preference_gbp
    by_cost = 1 / (1 + np.exp(-np.clip(apart / rates.choice_gbp, -30, 30)))  # beyond ±30 a share is 0 or 1 anyway
    minibus = by_cost if rates.minibus_share < 0 else np.full_like(by_cost, rates.minibus_share)
    in_house = minibus * rates.in_house_share
    contract, taxi = minibus - in_house, 1 - minibus
    moved = levers.in_house_more * (contract + taxi)
    kept = 1 - levers.in_house_more
    return {"shared_taxi": taxi * kept, "minibus": contract * kept, "in_house_minibus": in_house + moved}
