"""Which zone a postcode lies in: by the small area that a postcode file gives it, or by the nearest zone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from scipy.spatial import cKDTree

from sufficiency.area.area import Area
from sufficiency.inputs.releases.postcodes import postcodes as read_postcodes


def home_zones(area: Area, path: str | Path | None) -> tuple[dict[str, str], str]:
    """Return postcode (capitals, no spaces) -> zone of the area, and why there is none where there is none.

    A postcode file with small areas, such as the ONS directory, tells each postcode's zone. One without, such as
    Code-Point Open, tells a place, and the zone with the nearest centre in the area's own authorities is taken.
    """
    if path is None:
        return {}, "homes: give --postcodes, the ONS Postcode Directory or Code-Point Open, to have rolls by home zone"
    if area.zones.empty:
        return {}, "homes: the area has no zones.csv"
    frame = read_postcodes(path, live_only=False)
    if "zone" in frame:
        own = frame[frame["zone"].isin(area.zones["zone"])]
        why = (
            ""
            if len(own)
            else f"homes: no postcode of {Path(path).name} is in a zone of zones.csv; 2011 codes for 2021?"
        )
    else:
        own = _nearest(frame, area)
        why = "" if len(own) else f"homes: no postcode of {Path(path).name} is in {', '.join(area.authorities)}"
    return dict(zip(own["postcode"], own["zone"], strict=True)), why


def _nearest(frame: pd.DataFrame, area: Area) -> pd.DataFrame:
    inside = frame[frame["authority"].isin(list(area.authorities))] if "authority" in frame else frame.iloc[:0]
    if inside.empty:
        return inside.assign(zone="")
    _, at = cKDTree(area.zones[["easting", "northing"]].to_numpy()).query(inside[["easting", "northing"]].to_numpy())
    return inside.assign(zone=area.zones["zone"].to_numpy()[at])
