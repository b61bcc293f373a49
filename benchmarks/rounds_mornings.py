"""A generator of school mornings that look like an English county's: towns and villages, special schools, a mixed fleet.

Homes cluster in towns whose sizes fall as in Zipf's law, the rest lie in the country; children mostly attend schools
near them; roads are straight lines times a detour that falls with distance, at 20 mph in towns and 30 mph outside; some
children use wheelchairs and some travel alone. Five of each twelve schools are primary (45-minute rides), the rest
secondary (75). No number here is any council's: the shapes are what matters to a solver.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

URBAN_KMH, RURAL_KMH = 32.2, 48.3
FLEET = pd.DataFrame(
    [
        ("saloon taxi", 4, 0, 58.0, 0.80, 0.12),
        ("people carrier", 7, 0, 84.0, 0.95, 0.12),
        ("minibus", 16, 0, 148.0, 1.25, 0.15),
        ("accessible taxi", 4, 1, 80.0, 0.95, 0.12),
        ("accessible carrier", 8, 2, 112.0, 1.10, 0.15),
        ("accessible minibus", 14, 5, 165.0, 1.35, 0.15),
    ],
    columns=["vehicle", "seats", "wheelchair_spaces", "fixed_gbp", "gbp_per_km", "gbp_per_minute"],
).assign(available=np.nan, start="")


@dataclass(frozen=True, eq=False)
class Morning:
    """One school's morning, as `sf.transport.rounds` takes it, with homes' places on a plane [km]."""

    school: str
    stops: pd.DataFrame
    vehicles: pd.DataFrame
    travel: pd.DataFrame
    places: pd.DataFrame  # location, x, y

    @property
    def tables(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Stops, vehicles and travel."""
        return self.stops, self.vehicles, self.travel


@dataclass(frozen=True, eq=False)
class County:
    """Where people live and where the schools are."""

    towns: np.ndarray  # x, y, spread [km]
    share: np.ndarray  # of children, by town
    schools: np.ndarray  # x, y
    size: tuple[float, float]
    in_country: float


def county(seed: int, schools: int = 12) -> County:
    """Return a county of about 2,200 km² with fourteen towns and a number of special schools."""
    draw = np.random.default_rng([seed, 1])
    size = (float(draw.uniform(44, 56)), float(draw.uniform(38, 48)))
    centres = draw.uniform(0.08, 0.92, (14, 2)) * size
    share = 1 / np.arange(1, 15) ** 0.8
    spread = 0.9 + 3.0 * np.sqrt(share / share.max())
    at = draw.choice(14, schools, p=share / share.sum())
    return County(
        towns=np.column_stack([centres, spread]),
        share=share / share.sum(),
        schools=centres[at] + draw.normal(0, 1, (schools, 2)) * spread[at, None],
        size=size,
        in_country=0.3,
    )


def mornings(children: int = 3_000, schools: int = 12, seed: int = 1, day: int = 0) -> list[Morning]:
    """Return one morning a school; the same county for every `day`, other children."""
    where = county(seed, schools)
    draw = np.random.default_rng([seed, 2, day])
    homes = _homes(where, children, draw)
    size = np.random.default_rng([seed, 3]).uniform(0.5, 1.8, schools)
    far = np.hypot(*(homes[:, None, :] - where.schools[None]).transpose(2, 0, 1))
    pull = size * np.exp(-far / 4.5) + 1e-9
    chosen = (pull.cumsum(axis=1) / pull.sum(axis=1, keepdims=True) > draw.random((children, 1))).argmax(axis=1)
    return [
        _morning(f"school {s + 1}", where, where.schools[s], homes[chosen == s], 45 if s % 12 < 5 else 75, draw)
        for s in range(schools)
        if (chosen == s).any()
    ]


def _homes(where: County, number: int, draw: np.random.Generator) -> np.ndarray:
    town = draw.choice(len(where.share), number, p=where.share)
    homes = where.towns[town, :2] + draw.normal(0, 1, (number, 2)) * where.towns[town, 2:]
    in_country = draw.random(number) < where.in_country
    homes[in_country] = draw.uniform(0, 1, (int(in_country.sum()), 2)) * where.size
    return np.clip(homes, 0, where.size)


def _morning(
    school: str, where: County, at: np.ndarray, homes: np.ndarray, limit: float, draw: np.random.Generator
) -> Morning:
    n = len(homes)
    labels = [school] + [f"home {i + 1}" for i in range(n)]
    points = np.vstack([at, homes])
    km, minutes = roads(where, points)
    origin, destination = np.meshgrid(labels, labels, indexing="ij")
    wheelchair, solo = draw.random(n) < 0.09, draw.random(n) < 0.04
    stops = pd.DataFrame(
        {
            "stop": labels[1:],
            "children": 1 + (draw.random(n) < 0.04) * ~solo,
            "wheelchairs": wheelchair.astype(int),
            "max_ride_minutes": float(limit),
            "service_minutes": np.where(wheelchair, 4.0, 1.0),
            "solo": solo,
        }
    )
    travel = pd.DataFrame(
        {"origin": origin.ravel(), "destination": destination.ravel(), "km": km.ravel(), "minutes": minutes.ravel()}
    )
    places = pd.DataFrame({"location": labels, "x": points[:, 0], "y": points[:, 1]})
    return Morning(school, stops, FLEET, travel, places)


def roads(where: County, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return km and minutes by road between points: detour 1.6 − 0.144 ln(km), slower where both ends are in a town."""
    crow = np.hypot(*(points[:, None, :] - points[None]).transpose(2, 0, 1))
    km = crow * np.clip(1.605 - 0.144 * np.log(np.maximum(crow, 0.25)), 1.13, 1.8)
    near = np.hypot(*(points[:, None, :] - where.towns[None, :, :2]).transpose(2, 0, 1)) < 1.5 * where.towns[:, 2]
    urban = near.any(axis=1).astype(float)
    # The first and last 3 km of a leg are at town speed where that end is in one.
    slow = np.minimum(km, 3.0 * (urban[:, None] + urban[None, :]))
    return km.round(3), (slow / URBAN_KMH + (km - slow) / RURAL_KMH).round(5) * 60
