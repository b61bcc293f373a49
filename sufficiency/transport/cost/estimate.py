"""Two fast estimates of what rounds cost, each calibrated on an area's own routed samples, each with its measured error.

*Approximate*, for thousands of draws. With n stops spread evenly over A km², a leg between neighbours is 0.7124 √(A ÷ n)
by straight line, times a detour. Homes lie at seven distances from school, as a lognormal with the school's own mean and
spread; from each, a vehicle drives to school and one leg for each further stop, longer where homes are further out; the
load and the kind of vehicle are the cheapest that seats and the longest ride allow. What is left out is fitted on about
twenty schools that `rounds` has planned.

*Savings*, for anything at the margin: a plan by savings and set partitioning, times what polishing was found to save.

References
----------
Beardwood, Halton and Hammersley (1959), *The shortest path through many points*; Daganzo (2005), *Logistics Systems
Analysis*; Figliozzi (2008), Transportation Research Record 2089.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from sufficiency.errors import InfeasibleError, InputError
from sufficiency.transport.routing.morning import SchoolRun, Trip
from sufficiency.transport.routing.partition import best_partition
from sufficiency.transport.routing.plan_search import search
from sufficiency.transport.routing.rounds import compiled
from sufficiency.transport.routing.savings import savings_runs
from sufficiency.transport.routing.stops import Fleet, Floats, Ints, read_vehicles

LEG: Final = 0.7124  # shortest path through random points, a leg, × √(area ÷ points)
MEAN_APART: Final = 0.5108  # mean distance between two random points of a disc, × √area: 128 ÷ (45 π √π)
ROAD_OVER_CROW: Final = 1.35  # only its variation matters: the level is calibrated
MOST_ABOARD: Final = 30
DISTANCES: Final = 7
MARGIN_SECONDS: Final = 3.0
FEWEST_SAMPLES: Final = 8
RIDGE: Final = 0.05


@dataclass(frozen=True, eq=False)
class Homes:
    """Who travels to each school: arrays that broadcast together, by school, or by draw × year × school."""

    children: Floats  # who share or travel alone; nobody who walks [children]
    km: Floats  # mean distance to school by road [km]
    minutes: Floats  # and time [minutes]
    spread: Floats  # standard deviation of their minutes over the mean
    area_km2: Floats  # over which homes are spread: 4π √det of their covariance [km²]
    limit_minutes: Floats  # longest ride wanted; inf where there is none [minutes]
    boarding_minutes: Floats  # mean of what boarding takes [minutes]
    wheelchairs: Floats  # share of children in wheelchairs
    solo: Floats  # share of children who travel alone


@dataclass(frozen=True, eq=False)
class Sample:
    """One school that was planned: who travels there, what the plan cost, and what savings alone cost."""

    homes: Homes
    savings_gbp: float
    routed_gbp: float


@dataclass(frozen=True, eq=False)
class Estimate:
    """A calibrated estimate of what rounds cost a morning.

    `error_school` and `error_county` are mean absolute errors as shares, each school or group of schools being left out
    of the calibration that is tested on it.
    """

    fleet: Fleet
    weights: Floats
    savings_ratio: float
    margin_ratio: float
    error_school: float
    error_county: float
    savings_error_school: float
    savings_error_county: float
    samples: int

    def school(self, homes: Homes) -> Floats:
        """Return what each school's rounds cost a morning, in the shape of `homes`. [GBP]"""
        return np.asarray(
            approximate(homes, self.fleet) * np.exp(_features(homes) @ self.weights) * (homes.children > 0)
        )

    def county(self, homes: Homes, axis: int = -1) -> Floats:
        """Return the sum over schools, which are `axis` of `homes`; thousands of draws at once. [GBP]"""
        return np.asarray(self.school(homes).sum(axis=axis))

    def savings(self, stops: pd.DataFrame, vehicles: pd.DataFrame, travel: pd.DataFrame, *, school: Any) -> float:
        """Return what one school's rounds cost a morning, by savings; tables as `rounds` takes them. [GBP]"""
        return self.savings_ratio * savings_gbp(compiled(stops, vehicles, travel, school=school))

    def margin(
        self, before: pd.DataFrame, after: pd.DataFrame, vehicles: pd.DataFrame, travel: pd.DataFrame, *, school: Any
    ) -> float:
        """Return what it costs a morning more if `after` is who waits and not `before`. [GBP]"""
        return self.margin_ratio * margin_gbp(before, after, vehicles, travel, school=school)


def margin_gbp(
    before: pd.DataFrame, after: pd.DataFrame, vehicles: pd.DataFrame, travel: pd.DataFrame, *, school: Any
) -> float:
    """Return the difference between two mornings' plans by savings and set partitioning.

    Two greedy plans differ by more than the children who differ: so each morning is also offered the other's plan,
    without whoever is absent.
    """
    keys = [c for c in before if c in after]
    either = pd.concat([before[keys], after[keys]]).drop_duplicates(ignore_index=True)
    is_there = [
        either.merge(f[keys], on=keys, how="left", indicator=True)["_merge"].eq("both") for f in (before, after)
    ]
    either["location"] = either["location"] if "location" in either else either["stop"]
    either["stop"] = [str(i) for i in range(len(either))]
    run = compiled(either, vehicles, travel, school=school)
    owner = np.array([int(label) for label in run.stop])
    chosen = [np.flatnonzero(there.to_numpy()[owner]) for there in is_there]
    mornings = [run.only(parts) for parts in chosen]
    pools = [savings_runs(morning)[1] for morning in mornings]
    plans = [_best_of(m, pool) for m, pool in zip(mornings, pools, strict=True)]
    for turn in (1, 0):
        other = _moved(plans[1 - turn], chosen[1 - turn], chosen[turn])
        plans[turn] = _best_of(mornings[turn], pools[turn] | _within(mornings[turn], other))
    return mornings[1].total(plans[1]) - mornings[0].total(plans[0])


def _best_of(run: SchoolRun, pool: set[tuple[int, ...]]) -> list[Trip]:
    """Return the cheapest plan made of runs in `pool`, starting from the savings plan."""
    plan = savings_runs(run)[0]
    best = best_partition(run, pool, seconds=MARGIN_SECONDS, incumbent=plan if run.has_enough(plan) else None)
    if best is None:
        raise InfeasibleError("no plan within the fleet was found for one of the two mornings; raise `available`")
    return best


def _moved(plan: list[Trip], parts: Ints, there: Ints) -> set[tuple[int, ...]]:
    """Return the runs of a plan over `parts` as runs over `there`, without whoever is absent there."""
    place = {int(part): p for p, part in enumerate(there)}
    runs = (tuple(place[int(parts[p])] for p in t.parts if int(parts[p]) in place) for t in plan)
    return {kept for kept in runs if kept}


def _within(run: SchoolRun, pool: set[tuple[int, ...]]) -> set[tuple[int, ...]]:
    """Return the runs that still keep their rides: leaving out a stop can lengthen one where roads are odd."""
    return {p for p in pool if (run.rides(p) <= run.allowed[list(p)] + 1e-6).all()}


def savings_gbp(run: SchoolRun) -> float:
    """Return what a plan by savings and set partitioning alone costs. [GBP]"""
    return run.total(search(run, seconds=0, seed=1))


def calibrate(samples: Sequence[Sample], vehicles: pd.DataFrame) -> Estimate:
    """Return the estimate that fits an area's routed samples, with its error measured on samples left out.

    Raises
    ------
    InputError
        If there are fewer than eight samples: about twenty, of all sizes, are wanted.
    """
    if len(samples) < FEWEST_SAMPLES:
        raise InputError(
            f"{len(samples)} routed samples; at least {FEWEST_SAMPLES} and about 20 are needed, of all sizes"
        )
    fleet = read_vehicles(vehicles)
    homes = Homes(*(np.array([getattr(s.homes, f.name) for s in samples], dtype=float) for f in fields(Homes)))
    routed = np.array([s.routed_gbp for s in samples])
    saved = np.array([s.savings_gbp for s in samples])
    x, y = _features(homes), np.log(routed / approximate(homes, fleet))
    left_out = np.array([_fit(np.delete(x, i, 0), np.delete(y, i), np.delete(routed, i)) @ x[i] for i in range(len(y))])
    guess = routed * np.exp(left_out - y)
    ratio = np.array([_ratio(np.delete(saved, i), np.delete(routed, i)) for i in range(len(y))])
    return Estimate(
        fleet=fleet,
        weights=_fit(x, y, routed),
        savings_ratio=_ratio(saved, routed),
        margin_ratio=_ratio(saved, routed),
        error_school=_error(guess, routed),
        error_county=_group_error(guess, routed),
        savings_error_school=_error(ratio * saved, routed),
        savings_error_county=_group_error(ratio * saved, routed),
        samples=len(samples),
    )


def sample(
    stops: pd.DataFrame,
    vehicles: pd.DataFrame,
    travel: pd.DataFrame,
    *,
    school: Any,
    area_km2: float | None = None,
    seconds: float = 5,
    seed: int = 1,
) -> Sample:
    """Return one school planned by `rounds`, to calibrate on; `area_km2` blank: judged from travel alone."""
    run = compiled(stops, vehicles, travel, school=school)
    routed = run.total(search(run, seconds=seconds, seed=seed))
    return Sample(homes_of(run, area_km2), savings_gbp(run), routed)


def homes_of(run: SchoolRun, area_km2: float | None = None) -> Homes:
    """Return what the estimate needs to know of one school's stops.

    Without `area_km2` the spread is judged from km between homes: evenly spread over a disc, homes are on average
    0.511 √A apart.
    """
    weight = run.children / run.children.sum()
    if area_km2 is None:
        apart = float(weight @ (run.km + run.km.T) @ weight) / 2
        area_km2 = (apart / ROAD_OVER_CROW / MEAN_APART) ** 2
    finite = run.limit[np.isfinite(run.limit)]
    minutes = run.school_minutes + run.service
    mean = weight @ minutes
    facts = (
        run.children.sum(),
        weight @ run.school_km,
        mean,
        np.sqrt(weight @ (minutes - mean) ** 2) / max(mean, 1e-9),
        area_km2,
        finite.mean() if len(finite) else np.inf,
        weight @ run.service,
        run.wheelchairs.sum() / run.children.sum(),
        run.children[run.is_solo].sum() / run.children.sum(),
    )
    return Homes(*(np.asarray(fact, dtype=np.float64) for fact in facts))


def approximate(homes: Homes, fleet: Fleet) -> Floats:
    """Return the continuous approximation, not yet calibrated. [GBP a morning]"""
    children = np.maximum(np.asarray(homes.children, dtype=float), 1e-9)
    leg_km = LEG * np.sqrt(homes.area_km2 / np.maximum(children, 1.0)) * ROAD_OVER_CROW
    leg_minutes = leg_km * homes.minutes / np.maximum(homes.km, 0.1) + homes.boarding_minutes
    sigma = np.sqrt(np.log1p(np.square(homes.spread)))
    nodes, weights = np.polynomial.hermite_e.hermegauss(DISTANCES)
    a_child = np.zeros(np.broadcast_shapes(*(np.shape(getattr(homes, f.name)) for f in fields(Homes))))
    for node, weight in zip(nodes, weights / weights.sum(), strict=True):
        further = np.exp(sigma * node - sigma**2 / 2)
        there = replace(homes, km=homes.km * further, minutes=homes.minutes * further)
        thinner = np.sqrt(further)
        a_child = a_child + weight * _cheapest_child(there, fleet, leg_km * thinner, leg_minutes * thinner)
    return np.asarray(children * a_child)


def _cheapest_child(homes: Homes, fleet: Fleet, leg_km: Floats, leg_minutes: Floats) -> Floats:
    """Return the cost of a child at one distance from school, by the cheapest load of the cheapest kind. [GBP]"""
    shared: Any = np.inf
    accessible: Any = np.inf
    alone: Any = np.inf
    for k in range(len(fleet.vehicle)):
        for load in range(1, int(min(fleet.seats[k], MOST_ABOARD)) + 1):
            minutes = homes.minutes + (load - 1) * leg_minutes
            trip = fleet.fixed[k] + fleet.per_km[k] * (homes.km + (load - 1) * leg_km) + fleet.per_minute[k] * minutes
            riders = np.minimum(load, np.maximum(homes.children, 1.0))
            each = trip / riders if load == 1 else np.where(minutes <= homes.limit_minutes, trip / riders, np.inf)
            shared = np.minimum(shared, each)
            alone = np.minimum(alone, each) if load == 1 else alone
            accessible = np.minimum(accessible, each) if fleet.spaces[k] else accessible
    accessible = np.where(np.isfinite(accessible), accessible, shared)
    sharing = np.maximum(1 - homes.wheelchairs - homes.solo, 0.0)
    return np.asarray(sharing * shared + homes.wheelchairs * accessible + homes.solo * alone)


def _features(homes: Homes) -> Floats:
    """Return what the approximation's error is fitted on: the level, size, and how near the ride limit is."""
    near = np.where(np.isfinite(homes.limit_minutes), homes.minutes / homes.limit_minutes, 0.0)
    parts = np.broadcast_arrays(1.0, np.log(np.maximum(homes.children, 1.0) / 100), near - 0.4)
    return np.stack(parts, axis=-1).astype(np.float64)


def _fit(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Return least squares weighted by cost, shrunk a little except the level, since samples are few."""
    w = weight / weight.mean()
    keep = np.diag([1e-9] + [RIDGE * len(y)] * (x.shape[1] - 1))
    return np.asarray(np.linalg.solve(x.T @ (w[:, None] * x) + keep, x.T @ (w * y)))


def _ratio(saved: Floats, routed: Floats) -> float:
    return float(routed.sum() / saved.sum())


def _error(guess: Floats, truth: Floats) -> float:
    return float(np.abs(guess / truth - 1).mean())


def _group_error(guess: Floats, truth: Floats, groups: int = 2_000, size: int = 12) -> float:
    """Return the error of the sum over groups of twelve schools: what is left when errors by school offset one another."""
    draw = np.random.default_rng(1).integers(0, len(truth), (groups, size))
    return _error(guess[draw].sum(axis=1), truth[draw].sum(axis=1))
