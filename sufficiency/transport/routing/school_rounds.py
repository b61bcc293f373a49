"""One school's rounds in one year: the expected travellers as stops, planned by `rounds`, as a table and as a map.

Homes are zones, never addresses. A zone may still be small, so what is written out has its points rounded, or left out,
unless asked for as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency import distance
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError, nearest, one_of
from sufficiency.transport.cost.homes import Homes, spread_of
from sufficiency.transport.cost.market import shared_gbp
from sufficiency.transport.cost.sampled import Estimate, Sample, fit_samples
from sufficiency.transport.cost.school_run_rates import SchoolRunRates
from sufficiency.transport.modes.modes import WAYS, Levers, guide_minutes, ways
from sufficiency.transport.routing.effort import Clock
from sufficiency.transport.routing.plan_search import search
from sufficiency.transport.routing.rounds import Rounds, compiled, rounds

Points = Literal["rounded", "exact", "none"]
ROUNDED_M: Final = 1_000  # points are rounded to the nearest km of the grid [m]
FEWEST: Final = 5  # travellers at a school worth sampling
KINDS: Final = ("solo_taxi", "shared_taxi", "wheelchair_accessible", "minibus", "in_house_minibus")


@dataclass(frozen=True, eq=False)
class SchoolRounds:
    """Rounds to one school, with where its stops are."""

    setting: str
    name: str
    year: int
    plan: Rounds = field(repr=False)
    points: pd.DataFrame = field(repr=False)  # by location: easting, northing [m]

    @property
    def cost_gbp(self) -> float:
        """What the rounds cost a school day, morning and afternoon, at the rates given. [GBP]"""
        return self.plan.cost_gbp

    def table(self) -> pd.DataFrame:
        """Return a row a stop, as a transport team could take to market.

        Returns
        -------
        DataFrame
            round, vehicle, order, zone, children, wheelchairs, minutes_on_board; and the round's km and minutes one way
            and its cost a school day. [km, minutes, GBP]
        """
        stops = self.plan.stops.set_index("stop")["location"]
        rows = self.plan.rounds.assign(zone=self.plan.rounds["stop"].map(stops))
        each = self.plan.by_round[["round", "km", "minutes", "cost_gbp"]]
        each = each.rename(columns={"km": "round_km", "minutes": "round_minutes", "cost_gbp": "round_gbp_a_day"})
        found = rows.merge(each, on="round")
        first = ["round", "vehicle", "order", "zone", "children", "wheelchairs", "minutes_on_board"]
        return found[[*first, "round_km", "round_minutes", "round_gbp_a_day"]].reset_index(drop=True)

    def geojson(self, *, homes: Points = "rounded") -> dict[str, Any]:
        """Return rounds as GeoJSON: a line a round, from its first stop to the school.

        Parameters
        ----------
        homes
            "rounded": stops to the nearest km; "exact": where their zones are; "none": the school only.
        """
        if homes not in ("rounded", "exact", "none"):
            raise InputError(f"homes='{homes}' is not one of rounded, exact, none")
        places = self._places(homes)
        table = self.table()
        features = []
        for number, stops in table.groupby("round", sort=True):
            line = [places[zone] for zone in stops["zone"] if zone in places] + [places[self.setting]]
            shape = (
                {"type": "LineString", "coordinates": line}
                if len(line) > 1
                else {"type": "Point", "coordinates": line[0]}
            )
            first = stops.iloc[0]
            features.append(
                {
                    "type": "Feature",
                    "geometry": shape,
                    "properties": {
                        "setting": self.setting,
                        "year": self.year,
                        "round": str(number),
                        "vehicle": str(first["vehicle"]),
                        "stops": len(stops),
                        "children": int(stops["children"].sum()),
                        "wheelchairs": int(stops["wheelchairs"].sum()),
                        "km": round(float(first["round_km"]), 1),
                        "minutes": round(float(first["round_minutes"]), 1),
                        "gbp_a_day": round(float(first["round_gbp_a_day"]), 2),
                    },
                }
            )
        return {"type": "FeatureCollection", "features": features}

    def _places(self, homes: Points) -> dict[str, list[float]]:
        """Return longitude and latitude of what may be shown."""
        from pyproj import Transformer

        points = self.points.copy()
        is_home = points.index != self.setting
        if homes == "none":
            points = points[~is_home]
        elif homes == "rounded":
            points.loc[is_home] = (points.loc[is_home] / ROUNDED_M).round() * ROUNDED_M
        to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
        east, north = to_degrees.transform(points["easting"].to_numpy(), points["northing"].to_numpy())
        return {str(z): [round(x, 6), round(y, 6)] for z, x, y in zip(points.index, east, north, strict=True)}


def school_rounds(
    area: Area,
    riders: pd.DataFrame,
    setting: str,
    year: int,
    *,
    seconds: float = 10,
    iterations: int | None = None,
    seed: int = 1,
) -> SchoolRounds:
    """Return rounds for the expected travellers to one school in one year.

    Parameters
    ----------
    riders
        Expected placements with who travels, as `Journeys.riders`.
    seconds, iterations, seed
        As `rounds`.
    """
    stops = stops_at(area, riders, setting, year)
    legs = _legs(area, stops, setting)
    plan = rounds(stops, vehicles(area), legs, school=setting, seconds=seconds, iterations=iterations, seed=seed)
    school = area.settings.set_index("setting").loc[[setting]]
    zones = area.zones.set_index("zone").loc[stops["location"].unique()]
    points = pd.concat([zones, school])[["easting", "northing"]].astype(float)
    return SchoolRounds(setting, str(school["name"].iloc[0]), year, plan, points)


def stops_at(area: Area, riders: pd.DataFrame, setting: str, year: int, *, alone: bool = True) -> pd.DataFrame:
    """Return who waits where for one school's vehicles, as `rounds` takes them, in whole children.

    Expected travellers are fractions; whole ones are picked at even steps through the list, so that totals by way of
    travelling are right to half a child and every zone has its fair chance. `alone` says whether children who travel alone
    are among them.
    """
    known = area.settings["setting"]
    if setting not in set(known):
        raise MissingError(f"there is no setting '{setting}' in {area.name}{nearest(setting, known)}")
    rows = riders[(riders["setting"] == setting) & (riders["year"] == year)].sort_values(["zone", "ncy", "need"])
    if rows.empty:
        raise MissingError(
            f"nobody is placed at {setting} in {year}; there are years {one_of(sorted(set(riders['year'])))}"
        )
    levers = Levers.of(area) if year > area.base_year else Levers()
    amounts = ways(area, rows, levers) * rows["travellers"].to_numpy()[:, None]
    limit = guide_minutes(area, rows["ncy"])
    frames = []
    for way in ("wheelchair", "solo", "shared") if alone else ("wheelchair", "shared"):
        whole = _whole(amounts[:, WAYS.index(way)])
        frames.append(
            pd.DataFrame({"location": rows["zone"].to_numpy(), "way": way, "limit": limit, "children": whole})
        )
    found = pd.concat(frames).groupby(["location", "way", "limit"], as_index=False)["children"].sum()
    found = found[found["children"] > 0].reset_index(drop=True)
    if found.empty:
        raise MissingError(f"nobody is expected to need a vehicle to {setting} in {year}")
    in_chair = found["way"] == "wheelchair"
    board = [area.value(f"transport.boarding{kind}_minutes") for kind in ("_wheelchair", "")]
    return pd.DataFrame(
        {
            "stop": found["location"] + " " + found["way"] + " " + found["limit"].map("{:g}".format),
            "location": found["location"],
            "children": found["children"],
            "wheelchairs": found["children"].where(in_chair, 0),
            "solo": found["way"] == "solo",
            "assistant": alone & (found["way"] != "solo"),  # see `vehicles`
            "max_ride_minutes": found["limit"],
            "service_minutes": np.where(in_chair, *board),
        }
    )


def routed_estimate(
    area: Area, riders: pd.DataFrame, year: int, *, schools: int = 20, seconds: float = 2, seed: int = 1
) -> Estimate:
    """Return what routed rounds cost over their approximation, fitted on schools of the area that are routed here."""
    return fit_samples(routed_samples(area, riders, year, schools=schools, seconds=seconds, seed=seed))


def routed_samples(
    area: Area, riders: pd.DataFrame, year: int, *, schools: int = 20, seconds: float = 2, seed: int = 1
) -> list[Sample]:
    """Return schools of the area, from the largest to the smallest at even steps, each routed and approximated."""
    here = riders[riders["year"] == year]
    size = here.groupby("setting")["travellers"].sum().sort_values(ascending=False)
    size = size[size >= FEWEST]
    picked = size.index[np.unique(np.linspace(0, len(size) - 1, min(schools, len(size))).round().astype(int))]
    homes = spread_of(here.assign(limit=guide_minutes(area, here["ncy"])), ["setting"])
    rates, fleet = SchoolRunRates.of(area), vehicles(area, alone=False)
    samples = []
    for setting in picked:
        stops = stops_at(area, riders, setting, year, alone=False)
        run = compiled(stops, fleet, _legs(area, stops, setting), school=setting)
        routed = run.total(search(run, effort=Clock.of(seconds), seed=seed))
        children, chairs = (float(stops[c].sum()) for c in ("children", "wheelchairs"))
        where = Homes(**{str(c): np.asarray(v, dtype=np.float64) for c, v in homes.loc[setting].items()})
        way = {"shared": np.asarray(children - chairs), "wheelchair": np.asarray(chairs)}
        samples.append(Sample(children, where, float(shared_gbp(rates, way, where)), routed))
    return samples


def vehicles(area: Area, *, alone: bool = True) -> pd.DataFrame:
    """Return the fleet as `rounds` takes it, at what a school day costs: there in the morning, back in the afternoon.

    Whoever shares is taken to have an assistant aboard, with a seat beside the children's, at the average cost of one; so
    a taxi for one child, which has none, is left to children who need to travel alone. Where none does, it is left out.
    """
    rates = SchoolRunRates.of(area).vehicles
    own = area.vehicles.set_index("vehicle")["available"]
    rows = [
        {
            "vehicle": kind,
            "seats": rates[kind].seats + (alone and kind != "solo_taxi"),
            "wheelchair_spaces": rates[kind].wheelchair_spaces,
            "available": own.get(kind, pd.NA),
            "fixed_gbp": rates[kind].crewed_day_gbp,
            "gbp_per_km": 2 * rates[kind].gbp_per_km,
            "gbp_per_minute": 2 * rates[kind].gbp_per_minute,
        }
        for kind in KINDS
        if alone or kind != "solo_taxi"
    ]
    return pd.DataFrame(rows).astype({"available": "Int64"})


def _whole(amount: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return whole numbers with the same total, to the nearest, each within one of its amount."""
    steps = np.floor(np.concatenate([[0.0], np.cumsum(amount)]) + 0.5)
    return np.diff(steps).astype(np.int64)


def _legs(area: Area, stops: pd.DataFrame, setting: str) -> pd.DataFrame:
    """Return travel between homes, and from homes to the school, which is as the area's travel has it.

    Between homes it is straight line × detour, scaled as the area's own journeys to the school are to theirs.
    """
    from sufficiency.transport.roads.travel import travel

    zones = area.zones[area.zones["zone"].isin(stops["location"])].reset_index(drop=True)
    others = zones.rename(columns={"zone": "setting"})
    between = distance.travel_table(zones, others, area)
    school = area.settings[area.settings["setting"] == setting]
    guess = distance.travel_table(zones, school, area)
    known = travel(area.replace(zones=zones, settings=school, travel=area.travel[area.travel["setting"] == setting]))
    for column in ("km", "minutes"):
        between[column] *= known[column].sum() / max(guess[column].sum(), 1e-9)
    legs = pd.concat([between, known], ignore_index=True)
    legs = legs.rename(columns={"zone": "origin", "setting": "destination"})
    return legs.loc[legs["origin"] != legs["destination"], ["origin", "destination", "km", "minutes"]]
