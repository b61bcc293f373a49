"""Maps stand on the area's boundaries, or on Thiessen cells where it has none."""

from __future__ import annotations

import pandas as pd
import shapely

import sufficiency as sf
from sufficiency.area.area import Area
from sufficiency.report.look.ground import ground
from sufficiency.report.look.maps import CELLS, interactive


def test_without_boundaries_every_zone_has_the_cell_nearest_to_its_middle(tiny_area: Area) -> None:
    """Homes at 0, 10 and 20 km on a line: each cell holds its own home and no other."""
    here = ground(tiny_area)
    assert here.is_thiessen
    for row in tiny_area.zones.itertuples():
        holders = [zone for zone, cell in here.shapes.items() if cell.covers(shapely.Point(row.easting, row.northing))]
        assert holders == [row.zone]
    settings = tiny_area.settings[["setting", "name", "easting", "northing"]].assign(places_2025=2, roll_2025=1)
    shades = pd.DataFrame({2025: [1.0, 2.0, 3.0]}, index=pd.Index(["A", "B", "C"], name="zone"))
    assert CELLS in interactive(tiny_area, "tiny", shades, unit="children", settings=settings)


def test_boundaries_in_longitude_and_latitude_are_put_on_the_grid() -> None:
    area = sf.example_area()
    here = ground(area)
    assert not here.is_thiessen
    homes = area.zones.set_index("zone")
    inside = [
        here.shapes[z].distance(shapely.Point(homes.at[z, "easting"], homes.at[z, "northing"])) < 500
        for z in homes.index
    ]
    assert sum(inside) / len(inside) > 0.99
