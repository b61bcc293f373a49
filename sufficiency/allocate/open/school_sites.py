"""Where new special schools would best be for children turned away: the p-median of their homes, at district middles."""

from __future__ import annotations

import pandas as pd

from sufficiency import estimated_travel
from sufficiency.allocate.open.open_sites import open_sites
from sufficiency.allocate.open.turned_away import TurnedAway
from sufficiency.area.area import Area


def school_sites(area: Area, zones: pd.DataFrame, those: TurnedAway, most: int) -> list[tuple[int, TurnedAway]]:
    """Return up to `most` sites, each a zone by position and the children nearest it, so that minutes are least.

    Sites to choose among are the zones nearest to the middle of each district's children.
    """
    homes = those.mean.groupby(those.children["zone"]).sum().mul(those.draws).round().astype("int64")
    middles = [
        _nearest(zones, those.only(those.children["district"] == d)) for d in sorted(set(those.children["district"]))
    ]
    sites = sorted(set(middles))
    at = zones.iloc[sites].rename(columns={"zone": "setting"})
    minutes = estimated_travel.travel_table(zones.iloc[homes.index], at, area)
    zone = pd.Index(zones["zone"])
    routes = pd.DataFrame(
        {
            "group": zone.get_indexer(pd.Index(minutes["zone"])),
            "setting": zone.get_indexer(pd.Index(minutes["setting"])),
            "cost_gbp": minutes["minutes"],  # the least of these is what is asked for, whatever they are called
        }
    )
    frame = pd.DataFrame({"site": sites, "places": float("nan"), "fixed_gbp": 0.0})
    found = open_sites(homes, frame, routes, opened=min(most, len(sites)), seconds=5)
    goes = found.placements.sort_values("children").drop_duplicates("group", keep="last").set_index("group")["setting"]
    nearest = those.children["zone"].map(goes)
    return [(site, those.only(nearest == site)) for site in sites if site in found.opened]


def _nearest(zones: pd.DataFrame, those: TurnedAway) -> int:
    """Return the zone nearest to the middle of some children, by position."""
    east, north = those.middle(zones)
    return int(((zones["easting"] - east) ** 2 + (zones["northing"] - north) ** 2).to_numpy().argmin())
