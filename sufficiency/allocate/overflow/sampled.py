"""What one draw takes overflow to be: shares, prices and who is carried, sampled within the ranges of `overflow.csv`.

Shares of a draw are log-normal around the middle, made to add to one within an age group, and tilted by need. A draw
has one number for each destination, the same for all ages and all years: what isn't known of a destination isn't known
of it anywhere. Prices and shares carried are triangular. The expected demand takes the mean of each.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from sufficiency import tables
from sufficiency.allocate.overflow.own_fees import own_fees
from sufficiency.area.area import Area
from sufficiency.area.overflow_faults import overflow_faults
from sufficiency.errors import FaultyTableError
from sufficiency.frozen import frozen
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import AGE_GROUPS, NCYS, age_group_of
from sufficiency.words.vocabulary import NEEDS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CODES: Final = tuple(DESTINATIONS)
AGE_OF_NCY: Final = np.array([list(AGE_GROUPS).index(group) for group in age_group_of(np.array(NCYS))])
STREAM: Final = 7_001  # of the random numbers, apart from those that place children
SPREAD_OF_90: Final = 2 * float(ndtri(0.95))  # standard deviations between a 5th and a 95th percentile
LEAST_SHARE: Final = 1e-4
EVEN: Final = 1_024  # points of the even sequence whose mean is the expected share
PRIMES: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)  # whose roots are tied to one another by no ratio


@dataclass(frozen=True, eq=False)
class Ranges:
    """`overflow.csv` as arrays: age group x destination, low, middle and high last."""

    share: Floats
    gbp: Floats  # [GBP a child a year]
    price_year: Ints  # age group x destination [financial year]
    entitled: Floats
    distance_km: Floats  # age group x destination [km]
    growth_high: Floats  # destination: inf where nothing limits it
    odds: Floats  # need x destination
    is_there: npt.NDArray[np.bool_]  # age group x destination


@frozen
@dataclass(frozen=True, eq=False)
class Sampled:
    """Overflow in one draw."""

    share: Floats  # age group x need x destination, adding to 1 over destinations
    gbp: Floats  # age group x destination [GBP a child a year]
    entitled: Floats  # age group x destination: share carried to school
    distance_km: Floats  # age group x destination [km]
    price_year: Ints  # age group x destination [financial year]
    growth_high: Floats  # destination


def ranges(area: Area) -> Ranges:
    """Return the area's overflow, or the library's, at the area's own fees, where it has none.

    Raises
    ------
    InputError
        If a range is out of order, or children of an age group could be nowhere.
    """
    table = area.overflow if len(area.overflow) else own_fees(area, national_overflow())
    if faults := overflow_faults(table):
        raise FaultyTableError("overflow.csv", [replace(fault, row=None) for fault in faults])  # an area sorts its rows
    age = table["age_group"].map({group: i for i, group in enumerate(AGE_GROUPS)}).to_numpy()
    at = table["destination"].map({code: i for i, code in enumerate(CODES)}).to_numpy()
    shape = (len(AGE_GROUPS), len(CODES))

    def grid(*columns: str) -> Floats:
        found = np.zeros((*shape, len(columns)))
        found[age, at] = table[list(columns)].to_numpy(dtype=np.float64)
        return found

    is_there = np.zeros(shape, dtype=bool)
    is_there[age, at] = table["share_high"].to_numpy() > 0
    growth = np.full(len(CODES), np.inf)
    limit = table.dropna(subset=["growth_high"]).groupby("destination")["growth_high"].max()
    growth[[CODES.index(code) for code in limit.index]] = limit.to_numpy()
    return Ranges(
        share=grid("share_low", "share_middle", "share_high"),
        gbp=grid("gbp_low", "gbp_middle", "gbp_high"),
        price_year=grid("price_year")[..., 0].astype(np.int64),
        entitled=grid("entitled_low", "entitled_middle", "entitled_high"),
        distance_km=grid("distance_km")[..., 0],
        growth_high=growth,
        odds=_odds(),
        is_there=is_there,
    )


def expected(known: Ranges) -> Sampled:
    """Return the mean of what is drawn: of shares over an even sequence, since they are tied to one another."""
    levels = np.arange(1, EVEN + 1)[:, None] * np.sqrt(PRIMES[: len(CODES)]) % 1.0  # Kronecker's sequence
    return Sampled(
        np.mean([_tilted(_logs(known, level), known) for level in levels], axis=0),
        known.gbp.mean(axis=-1),
        known.entitled.mean(axis=-1),
        known.distance_km,
        known.price_year,
        known.growth_high,
    )


def sampled(known: Ranges, *, seed: int, draw: int) -> Sampled:
    """Return one draw's overflow: the same for a seed and draw under every scenario."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM, draw)))
    normal, price, carried = (rng.random(len(CODES)) for _ in range(3))
    return Sampled(
        _tilted(_logs(known, normal), known),
        _triangular(known.gbp, price),
        _triangular(known.entitled, carried),
        known.distance_km,
        known.price_year,
        known.growth_high,
    )


def _logs(known: Ranges, level: Floats) -> Floats:
    """Return log shares by age group at a level of each destination, 0 to 1."""
    low, middle, high = (np.log(np.maximum(known.share[..., i], LEAST_SHARE)) for i in range(3))
    return np.asarray(middle + ndtri(level) * (high - low) / SPREAD_OF_90)


def _tilted(logs: Floats, known: Ranges) -> Floats:
    """Return shares by age group and need that add to one, from log shares by age group."""
    weight = np.where(known.is_there, np.exp(logs), 0.0)[:, None, :] * known.odds[None]
    return np.asarray(weight / weight.sum(axis=-1, keepdims=True))


def _triangular(bounds: Floats, level: Floats) -> Floats:
    """Return the value at `level` of each triangular range; a range of no width is its middle."""
    low, middle, high = (bounds[..., i] for i in range(3))
    rises = low + np.sqrt(level * (high - low) * (middle - low))
    falls = high - np.sqrt((1 - level) * (high - low) * (high - middle))
    return np.asarray(np.where(level * (high - low) < middle - low, rises, falls))


@cache
def national_overflow() -> pd.DataFrame:
    """Return the library's own overflow, estimated over all authorities at hand, as `tables.OVERFLOW`."""
    return _read("overflow.csv", tables.OVERFLOW)


def _odds() -> Floats:
    """Return need x destination: odds of each need against all needs together; 1 where none is known."""
    table = _national_odds()
    found = np.ones((len(NEEDS), len(CODES)))
    known = list(NEEDS)
    found[[known.index(n) for n in table["need"]], [CODES.index(d) for d in table["destination"]]] = table["odds"]
    return found


@cache
def _national_odds() -> pd.DataFrame:
    return _read("overflow_by_need.csv", tables.OVERFLOW_BY_NEED)


def _read(name: str, schema: object) -> pd.DataFrame:
    with resources.files("sufficiency.assumptions").joinpath(name).open(encoding="utf-8") as file:
        return tables.check(pd.read_csv(file, keep_default_na=False), schema, source=name)  # type: ignore[arg-type]
