"""How children travel: what each traveller needs, today's practice, and what the levers change.

A traveller is first put in one of five ways of travelling, by need and age: a public transport pass, a budget paid to the
family, a wheelchair-accessible vehicle, alone, or shared. Which vehicle those who share ride in is a matter of cost, and
is settled school by school.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.transport.entitled.eligibility import entitlement
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.vocabulary import NEED_GROUP_OF, NEED_GROUPS

Floats = npt.NDArray[np.float64]

WAYS: Final = ("pass", "budget", "wheelchair", "solo", "shared")
VEHICLES: Final = (
    "solo_taxi",
    "shared_taxi",
    "wheelchair_accessible",
    "minibus",
    "in_house_minibus",
)
MODES: Final = ("pass", "budget", *VEHICLES, "boarding")
TAXIS: Final = ("solo_taxi", "shared_taxi", "wheelchair_accessible")
MODE_GROUP_OF: Final = {
    **dict.fromkeys(TAXIS, "taxi or private hire"),
    "minibus": "contract minibus",
    "in_house_minibus": "in-house fleet",
    "pass": "public transport pass",
    "budget": "personal travel budget",
    "boarding": "boarders' weekly or termly journeys",
}
BOARDING: Final = ("independent_special", "non_maintained_special")  # types of setting where some children live in term


@dataclass(frozen=True)
class Levers:
    """Changes from today's practice, as shares; an area sets them as assumptions `transport.*`."""

    training_more: float = 0.0
    budget_more: float = 0.0
    pick_up_share: float = 0.0
    sharing_share: float = 0.0
    in_house_more: float = 0.0
    solo_review: float = 0.0
    stagger_share: float = 0.0

    @classmethod
    def of(cls, area: Area) -> Levers:
        """Return an area's levers; each must be a share."""
        found = {f.name: area.value(f"transport.{f.name}") for f in fields(cls)}
        wrong = [f"transport.{name} is {share:g}" for name, share in found.items() if not 0 <= share <= 1]
        if wrong:
            raise InputError(f"levers on transport are shares from 0 to 1: {', '.join(wrong)}")
        return cls(**found)

    @property
    def is_today(self) -> bool:
        """Whether nothing is changed."""
        return self == Levers()

    def without(self, name: str) -> Levers:
        """Return the levers with one put back."""
        return replace(self, **{name: 0.0})


def travellers(area: Area, placements: pd.DataFrame) -> pd.DataFrame:
    """Return who travels, row by row of `tables.PLACEMENTS`, those at a destination left out.

    Adds `phase`-free facts that later steps use: `setting_type`, `probability` of entitlement, `test` and `paragraph`,
    `travellers`: children × entitlement × take-up × those who don't board, and `boarders`: likewise those who do. [children]
    """
    rows = placements[~placements["setting"].isin(DESTINATIONS)].reset_index(drop=True)
    rows["setting_type"] = rows["setting"].map(area.settings.set_index("setting")["setting_type"])
    rows["need_group"] = rows["need"].map(NEED_GROUP_OF)
    # A child of an NCY turns a year older some time in it: half the year is spent at each age.
    first, second = (entitlement(_as_tested(area, rows, turned=t), area) for t in (0, 1))
    rows["probability"] = (first["probability"] + second["probability"]) / 2
    rows["test"], rows["paragraph"] = second["test"], second["paragraph"]
    boards = area.value("transport.residential_share") * rows["setting_type"].isin(BOARDING)
    carried = rows["children"] * rows["probability"] * area.value("transport.take_up")
    rows["travellers"], rows["boarders"] = carried * (1 - boards), carried * boards
    return rows


def ways(area: Area, rows: pd.DataFrame, levers: Levers) -> Floats:
    """Return the share of each row's travellers who go in each way, rows × `WAYS`; each row sums to 1."""
    able = by_group(area, "trainable", rows["need_group"]) * (rows["ncy"].to_numpy() >= 7)
    after_16 = rows["ncy"].to_numpy() >= 12
    by_pass = able * np.where(after_16, area.value("transport.pass_post_16"), area.value("transport.pass_secondary"))
    budget = np.full(len(rows), area.value("transport.budget_share")) * (1 - by_pass)
    rest = 1 - by_pass - budget
    wheelchair = rest * _wheelchair(area, rows["need"])
    solo = (rest - wheelchair) * by_group(area, "solo", rows["need_group"])
    shared = rest - wheelchair - solo
    # Levers, in the order in which a team would pull them: review solo, then train, then offer budgets.
    reviewed = solo * levers.solo_review
    solo, shared = solo - reviewed, shared + reviewed
    trained = shared * able * levers.training_more
    by_pass, shared = by_pass + trained, shared - trained
    taken = (shared + solo) * levers.budget_more
    budget, solo, shared = budget + taken, solo * (1 - levers.budget_more), shared * (1 - levers.budget_more)
    return np.column_stack([by_pass, budget, wheelchair, solo, shared])


def trained_share(area: Area, rows: pd.DataFrame, levers: Levers) -> Floats:
    """Return the share of each row's travellers newly trained to travel independently."""
    more = ways(area, rows, levers)[:, WAYS.index("pass")] - ways(area, rows, levers.without("training_more"))[:, 0]
    return np.asarray(more, dtype=np.float64)


def guide_minutes(area: Area, ncy: npt.ArrayLike) -> Floats:
    """Return the longest ride that guidance thinks suitable. [minutes]"""
    primary, secondary = area.value("transport.guide_primary_minutes"), area.value("transport.guide_secondary_minutes")
    return np.asarray(np.where(np.asarray(ncy) <= 6, primary, secondary), dtype=np.float64)


def _as_tested(area: Area, rows: pd.DataFrame, *, turned: int) -> pd.DataFrame:
    """Return rows as `tables.TRAVELLERS`: the school that a plan names is taken as the nearest suitable."""
    ncy = rows["ncy"].to_numpy()
    stages = ["early_years", "compulsory", "sixth_form"]
    # Reception children of 4 are mostly under compulsory school age for part of the year, but are carried as pupils.
    stage = np.select([ncy < 0, ncy <= 11, ncy <= 14], stages, "adult")
    return pd.DataFrame(
        {
            "stage": stage,
            "age_years": np.clip(ncy + 4 + turned, 0, 25),
            "ncy": ncy,
            "walk_km": rows["walk_km"],
            "road_km": rows["km"],
            "is_distance_estimated": rows["is_walk_estimated"],
            "home_spread_km": rows["home_spread_km"],
            "is_only_school_named": True,
            "cannot_walk": by_group(area, "cannot_walk", rows["need_group"]),
        },
        index=rows.index,
    )


def by_group(area: Area, quantity: str, group: pd.Series) -> Floats:
    """Return a quantity that an area assumes by group of need, row by row."""
    known = {g: area.value(f"transport.{quantity}_{g}") for g in NEED_GROUPS}
    return np.asarray(group.map(known), dtype=np.float64)


def _wheelchair(area: Area, need: pd.Series) -> Floats:
    other = area.value("transport.wheelchair_other")
    known = {"PMLD": area.value("transport.wheelchair_pmld"), "PD": area.value("transport.wheelchair_pd")}
    return np.asarray(need.map(known).fillna(other), dtype=np.float64)
