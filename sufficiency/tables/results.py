"""What levers and results hand from part to part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from sufficiency.tables.columns import authority, ncy, need, number, setting_type, table, text, whole, year

CHANGES: Final = table(
    "changes",
    "Changes to rates that levers ask for; blank means all",
    [],
    lever=text("Name of the lever"),
    flow=text(
        "Which rate",
        [
            "joining",
            "moving",
            "leaving",
            "requests",
            "assessing",
            "issuing",
            "sen_support",
            "first_placement",
            "support_plan",
            "england_growth",
        ],
    ),
    factor=number(
        "What the rate is multiplied by once the ramp has ended; of support_plan, the share of children with a plan at that "
        "NCY and setting who have an Individual Support Plan instead by each January; of england_growth, England's plans "
        "in that January over those of the January before",
        0,
        10,
    ),
    since=year("First January that the change can be seen in"),
    ramp_years=whole("Years over which it builds up; 0 at once [years]", 0, 50),
    authority=authority(nullable=True, required=False),
    need=need(nullable=True, required=False),
    setting_type=setting_type(nullable=True, required=False),
    to_setting_type=setting_type(nullable=True, required=False),
    ncy_low=ncy(nullable=True, required=False),
    ncy_high=ncy(nullable=True, required=False),
)

PLACEMENTS: Final = table(
    "placements",
    "Who goes where: children who need a specialist place, by home and setting, in the expected demand",
    ["year", "authority", "zone", "ncy", "need", "setting"],
    year=year(),
    authority=authority(),
    zone=text("Home zone"),
    ncy=ncy(),
    need=need(),
    setting=text("Setting, as settings.csv, or the destination of a child who was turned away"),
    children=whole("Children [children]", 0),
    km=number("One way, by road [km]", 0, nullable=True),
    minutes=number("One way, by road [minutes]", 0, nullable=True),
)

NOTES: Final = table(
    "notes",
    "What was read, what is doubtful, what is assumed",
    [],
    table=text("Which table or part it concerns"),
    kind=text("Kind of note", ["read", "doubtful", "assumed", "missing"]),
    says=text("In words"),
)

ASSUMPTIONS: Final = table(
    "assumptions",
    "Every number that no publication gives, or that the area sets for itself",
    ["assumption"],
    assumption=text("Name: the part, a dot, the quantity"),
    value=number("Its value"),
    unit=text("Its unit"),
    says=text("What it means"),
    moves=text("The figure that it moves", required=False, nullable=True),
    status=text("How far to trust it", ["sourced", "derived", "assumed", "unverified"]),
    source=text("Where it is from", required=False, nullable=True),
    low=number("Least that you mean; blank: the library's range", required=False, nullable=True),
    high=number("Most that you mean; blank: the library's range", required=False, nullable=True),
    dated=text("Since when, or as of when", required=False, nullable=True),
)


class PlansResult(Protocol):
    """What a forecast of plans hands on: arrays with named dimensions."""

    @property
    def plans(self) -> xr.DataArray:
        """Plans: draw x year x authority x ncy x need x setting_type [plans]."""

    @property
    def homes(self) -> xr.DataArray:
        """Share of an authority's plans that live in each zone: zone x ncy; sums to 1 over an authority's zones."""


class PlacedResult(Protocol):
    """What an allocation hands on."""

    @property
    def placements(self) -> pd.DataFrame:
        """Expected demand, whole children, as `PLACEMENTS`."""

    @property
    def attending(self) -> xr.DataArray:
        """Children who need a specialist place: draw x year x authority x need x phase x setting [children].

        Settings are URNs or codes, then the destinations of those turned away (`words.destinations.DESTINATIONS`).
        """

    @property
    def others(self) -> xr.DataArray:
        """Plans not at specialist settings: draw x year x authority x need x phase x setting_type [plans]."""

    @property
    def elsewhere(self) -> xr.Dataset:
        """What being turned away costs: gbp, entitled, km, draw x phase x setting; price_year, phase x setting."""

    def added_places(self, settings: Sequence[str], years: Sequence[int]) -> npt.NDArray[np.int64]:
        """Return places that opened beyond those of places.csv, on the same draws: draw x year x setting [places]."""
