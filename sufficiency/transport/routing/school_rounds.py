"""One school's rounds in one year: the expected travellers as stops, planned by `rounds`, as a table and as a map.

Homes are zones, never addresses. A zone may still be small, so what is written out has its points rounded, or left out,
unless asked for as they are.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError, OutputError, nearest, one_of
from sufficiency.frozen import frozen
from sufficiency.notebook import titled
from sufficiency.transport.routing.rounds import Rounds, rounds
from sufficiency.transport.routing.school_stops import legs_of, stops_at, vehicles
from sufficiency.words.geojson import Feature, Features, Shape

Points = Literal["rounded", "exact", "none"]
ROUNDED_M: Final = 1_000  # points are rounded to the nearest km of the grid [m]


@frozen
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

    @property
    def says(self) -> str:
        """The plan in a line: how many children in how many vehicles, and what that costs a school day."""
        children, runs = int(self.plan.rounds["children"].sum()), len(self.plan.by_round)
        return (
            f"{self.name}, January {self.year}: {children:,} children in {runs:,} vehicle{'s' if runs != 1 else ''}, "
            f"£{self.cost_gbp:,.0f} a school day"
        )

    def __repr__(self) -> str:
        """Return one line: the school, the January, children, vehicles and cost."""
        return f"<SchoolRounds {self.says}>"

    def _repr_html_(self) -> str:
        minutes = dict.fromkeys(("minutes_on_board", "round_km", "round_minutes"), "1")
        return titled(f"Rounds to {self.says}", self.table(), {**minutes, "round_gbp_a_day": "2"})

    def table(self) -> pd.DataFrame:
        """Return a row for each stop, as a transport team could take to market.

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

    def write(self, out: str | Path, *, homes: Points = "rounded") -> list[Path]:
        """Write rounds.csv (a row for each stop), rounds.geojson (for a map) and rounds.vrp (for another solver).

        Raises
        ------
        OutputError
            If the folder can't be written.
        """
        folder, name = Path(out), f"{self.setting} {self.year}"
        files = {
            "rounds.csv": self.table().to_csv(index=False, lineterminator="\n", float_format="%.2f"),
            "rounds.geojson": json.dumps(self.geojson(homes=homes)),
            "rounds.vrp": self.plan.to_vrplib(name),
        }
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for file, text in files.items():
                (folder / file).write_text(text, encoding="utf-8")
        except OSError as caught:
            raise OutputError(f"{folder} can't be written: {caught.strerror or caught}") from caught
        return [folder / file for file in files]

    def geojson(self, *, homes: Points = "rounded") -> Features:
        """Return rounds as GeoJSON: a line for each round, from its first stop to the school.

        Parameters
        ----------
        homes
            "rounded": stops to the nearest km; "exact": where their zones are; "none": the school only.
        """
        if homes not in ("rounded", "exact", "none"):
            raise InputError(f"homes='{homes}' is not one of rounded, exact, none")
        places = self._places(homes)
        table = self.table()
        features: list[Feature] = []
        for number, stops in table.groupby("round", sort=True):
            line = [places[zone] for zone in stops["zone"] if zone in places] + [places[self.setting]]
            shape: Shape = (
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
    setting = _code_of(area, setting)
    stops = stops_at(area, riders, setting, year)
    legs = legs_of(area, stops, setting)
    plan = rounds(stops, vehicles(area), legs, school=setting, seconds=seconds, iterations=iterations, seed=seed)
    school = area.settings.set_index("setting").loc[[setting]]
    zones = area.zones.set_index("zone").loc[stops["location"].unique()]
    points = pd.concat([zones, school])[["easting", "northing"]].astype(float)
    return SchoolRounds(setting, str(school["name"].iloc[0]), year, plan, points)


def _code_of(area: Area, setting: str) -> str:
    """Return the code of a setting given by its code, or by its name in any case."""
    codes, names = area.settings["setting"], area.settings["name"]
    if setting in set(codes):
        return setting
    called = codes[names.str.casefold() == setting.strip().casefold()]
    if len(called) != 1:
        raise MissingError(
            f"there is no setting '{setting}' in {area.name}{nearest(setting, [*codes, *names])}"
            if called.empty
            else f"{len(called)} settings are called '{setting}': give the code, {one_of(sorted(called))}"
        )
    return str(called.iloc[0])
