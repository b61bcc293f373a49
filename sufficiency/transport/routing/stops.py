"""The three tables that `rounds` takes, checked: stops, vehicles, and travel between places."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency import tables
from sufficiency.errors import InputError, nearest, one_of
from sufficiency.tables import columns

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Labels = NDArray[np.object_]

UNLIMITED: Final = 10**6

STOPS: Final = columns.table(
    "stops",
    "Where children wait, and how",
    ["stop"],
    stop=columns.text("Label of the stop; where `location` is blank, also its place in the travel table"),
    children=columns.whole("Children who wait there, those in wheelchairs included [children]", 0),
    wheelchairs=columns.whole("Those of them in wheelchairs [children]", 0, required=False),
    max_ride_minutes=columns.number("Longest ride; blank means no limit [minutes]", 0, nullable=True, required=False),
    location=columns.text("Its place in the travel table", nullable=True, required=False),
    service_minutes=columns.number("What boarding takes [minutes]", 0, required=False, default=0.0),
    wheelchair_seats=columns.whole("Seats that each wheelchair takes [seats]", 0, required=False, default=1),
    solo=columns.truth("Whether each child there travels alone", required=False),
    assistant=columns.truth("Whether they need a passenger assistant, who takes a seat", required=False),
)

VEHICLES: Final = columns.table(
    "vehicles",
    "Kinds of vehicle",
    ["vehicle"],
    vehicle=columns.text("Kind"),
    seats=columns.whole("Children it can carry in all [seats]", 0),
    wheelchair_spaces=columns.whole("How many of them in wheelchairs [spaces]", 0, required=False),
    available=columns.whole("How many there are; blank means as many as needed", 0, nullable=True, required=False),
    fixed_gbp=columns.number("A vehicle a day [GBP]", 0, required=False, default=0.0),
    gbp_per_km=columns.number("A km, from where it starts to the school [GBP/km]", 0, required=False, default=0.0),
    gbp_per_minute=columns.number("A minute, likewise [GBP/minute]", 0, required=False, default=0.0),
    start=columns.text("Where it starts; blank means at its first stop", nullable=True, required=False),
    assistant_gbp=columns.number("An assistant a day, where one is needed [GBP]", 0, required=False, default=0.0),
)


@dataclass(frozen=True, eq=False)
class Stops:
    """Stops where somebody waits, a row each."""

    stop: Labels
    location: Labels
    children: Ints
    wheelchairs: Ints
    limit: Floats  # inf where there is none [minutes]
    service: Floats  # [minutes]
    wheelchair_seats: Ints
    solo: Flags
    assistant: Flags


@dataclass(frozen=True, eq=False)
class Fleet:
    """Kinds of vehicle, a row each."""

    vehicle: Labels
    seats: Ints
    spaces: Ints
    available: Ints
    fixed: Floats
    per_km: Floats
    per_minute: Floats
    start: Labels  # '' where runs begin at their first stop
    assistant: Floats

    @property
    def starts(self) -> list[str]:
        """Places where vehicles start, in order."""
        return sorted({str(s) for s in self.start} - {""})


def read_stops(frame: pd.DataFrame) -> Stops:
    """Return a stops table as arrays, without stops where nobody waits.

    Raises
    ------
    InputError
        Listing every fault: a blank or repeated stop, more wheelchairs than children, a number below 0.
    """
    known = tables.check(_plain(frame, STOPS.columns, "max_ride_minutes"), STOPS, source="stops")
    wrong = known[known["wheelchairs"] > known["children"]]
    if len(wrong):
        first = wrong.iloc[0]
        raise InputError(
            f"stop {first['stop']}: {first['wheelchairs']} wheelchairs but {first['children']} children; "
            "`children` counts everyone who waits, those in wheelchairs included"
        )
    if not known["children"].sum():
        raise InputError("stops: nobody waits at any stop; expected `children` of 1 or more somewhere")
    known = known[known["children"] > 0]
    return Stops(
        stop=known["stop"].to_numpy(dtype=object),
        location=known["location"].where(known["location"] != "", known["stop"]).to_numpy(dtype=object),
        children=known["children"].to_numpy(),
        wheelchairs=known["wheelchairs"].to_numpy(),
        limit=known["max_ride_minutes"].fillna(np.inf).to_numpy(),
        service=known["service_minutes"].to_numpy(),
        wheelchair_seats=known["wheelchair_seats"].to_numpy(),
        solo=known["solo"].to_numpy(dtype=bool),
        assistant=known["assistant"].to_numpy(dtype=bool),
    )


def read_vehicles(frame: pd.DataFrame) -> Fleet:
    """Return a vehicles table as arrays; a blank `available` is as many as needed."""
    known = tables.check(_plain(frame, VEHICLES.columns, "available"), VEHICLES, source="vehicles")
    return Fleet(
        vehicle=known["vehicle"].to_numpy(dtype=object),
        seats=known["seats"].to_numpy(),
        spaces=known["wheelchair_spaces"].to_numpy(),
        available=known["available"].fillna(UNLIMITED).to_numpy(dtype=np.int64),
        fixed=known["fixed_gbp"].to_numpy(),
        per_km=known["gbp_per_km"].to_numpy(),
        per_minute=known["gbp_per_minute"].to_numpy(),
        start=known["start"].to_numpy(dtype=object),
        assistant=known["assistant_gbp"].to_numpy(),
    )


def _plain(frame: pd.DataFrame, columns: Iterable[str], unlimited: str) -> pd.DataFrame:
    """Return the columns that matter, with an infinite limit as a blank one and labels as words."""
    plain = frame[[c for c in frame if c in columns]].copy()
    if unlimited in plain:
        plain[unlimited] = plain[unlimited].replace([np.inf, "inf"], np.nan)
    return plain


def labels_as_given(*columns: Iterable[Hashable]) -> dict[str, Hashable]:
    """Return each label, as a word, with the label as its table gave it: results speak the caller's language."""
    return {str(label).strip(): label for column in columns for label in column}


def travel_matrices(travel: pd.DataFrame, places: list[str], needed: Flags) -> tuple[Floats, Floats]:
    """Return km and minutes between `places` (rows are origins); 0 from a place to itself, NaN where not needed.

    Raises
    ------
    InputError
        If a column is missing, a number is negative, a pair is there twice, or a needed pair is absent.
    """
    columns = ("origin", "destination", "km", "minutes")
    for column in columns:
        if column not in travel:
            raise InputError(f"travel: the column '{column}' is missing; expected {one_of(columns)}")
    index = pd.Index(places)
    origin = index.get_indexer(_words(travel["origin"]))
    destination = index.get_indexer(_words(travel["destination"]))
    used = (origin >= 0) & (destination >= 0)
    matrices = []
    for column in ("km", "minutes"):
        values = pd.to_numeric(travel[column], errors="coerce").to_numpy(dtype=np.float64)
        if (values < 0).any():
            raise InputError(f"travel, {column}: {_row(travel, values < 0, column)}; nothing is below 0")
        matrix = np.full((len(places), len(places)), np.nan)
        matrix[origin[used], destination[used]] = values[used]
        matrices.append(matrix)
    pairs = origin[used] * len(places) + destination[used]
    if len(np.unique(pairs)) < len(pairs):
        twice = pd.Series(pairs).duplicated().to_numpy()
        raise InputError(f"travel: {_row(travel[used], twice, 'minutes')} is there twice; leave one row for each pair")
    for matrix in matrices:
        np.fill_diagonal(matrix, 0.0)
    _check_complete(matrices, places, needed, known=set(origin) | set(destination), travel=travel)
    return matrices[0], matrices[1]


def _check_complete(
    matrices: list[Floats], places: list[str], needed: Flags, known: set[int], travel: pd.DataFrame
) -> None:
    lacking = needed & ~(np.isfinite(matrices[0]) & np.isfinite(matrices[1]))
    if not lacking.any():
        return
    unknown = [place for i, place in enumerate(places) if i not in known]
    if unknown:
        origins = set(_words(travel["origin"])) | set(_words(travel["destination"]))
        raise InputError(
            f"travel has nothing about {one_of(unknown)}{nearest(unknown[0], origins)}; "
            "every stop, start and the school must be an origin or a destination"
        )
    pairs = [f"{places[i]} to {places[j]}" for i, j in np.argwhere(lacking)[:4]]
    raise InputError(
        f"travel lacks km or minutes for {int(lacking.sum()):,} pairs of places that a run could join: {one_of(pairs)}"
        f"{' …' if lacking.sum() > 4 else ''}; give each ordered pair a row, or leave out stops that no road reaches"
    )


def _words(column: pd.Series) -> pd.Index:
    codes, labels = pd.factorize(column)
    words = np.array([str(label).strip() for label in labels] + ["nan"], dtype=object)
    return pd.Index(words[codes])


def _row(travel: pd.DataFrame, chosen: Flags, column: str) -> str:
    first = travel[chosen].iloc[0]
    return f"{first['origin']} to {first['destination']} is {first[column]}"
