"""One school's morning from an area: who waits where in whole children, which vehicles there are, how long each leg takes."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency import estimated_travel
from sufficiency.area.area import Area
from sufficiency.errors import MissingError, one_of
from sufficiency.transport.cost.school_run_rates import SchoolRunRates
from sufficiency.transport.modes.modes import WAYS, Levers, guide_minutes, ways
from sufficiency.transport.roads.travel import travel

KINDS: Final = ("solo_taxi", "shared_taxi", "wheelchair_accessible", "minibus", "in_house_minibus")


def stops_at(area: Area, riders: pd.DataFrame, setting: str, year: int, *, alone: bool = True) -> pd.DataFrame:
    """Return who waits where for one school's vehicles, as `rounds` takes them, in whole children.

    Expected travellers are fractions; whole ones are picked at even steps through the list, so that totals by way of
    travelling are right to half a child and every zone has its fair chance. `alone` says whether children who travel alone
    are among them.
    """
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


def legs_of(area: Area, stops: pd.DataFrame, setting: str) -> pd.DataFrame:
    """Return travel between homes, and from homes to the school, which is as the area's travel has it.

    Between homes it is straight line × detour, scaled as the area's own journeys to the school are to theirs.
    """
    zones = area.zones[area.zones["zone"].isin(stops["location"])].reset_index(drop=True)
    others = zones.rename(columns={"zone": "setting"})
    between = estimated_travel.travel_table(zones, others, area)
    school = area.settings[area.settings["setting"] == setting]
    guess = estimated_travel.travel_table(zones, school, area)
    known = travel(area.replace(zones=zones, settings=school, travel=area.travel[area.travel["setting"] == setting]))
    for column in ("km", "minutes"):
        between[column] *= known[column].sum() / max(guess[column].sum(), 1e-9)
    legs = pd.concat([between, known], ignore_index=True)
    legs = legs.rename(columns={"zone": "origin", "setting": "destination"})
    return legs.loc[legs["origin"] != legs["destination"], ["origin", "destination", "km", "minutes"]]
