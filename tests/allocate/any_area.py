"""Any small area: a mixture of settings, places and children, as a seed says. The laws of placing hold in each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.scenarios.levers import ChangeAssumption
from sufficiency.words.vocabulary import SPECIALIST
from tests.allocate.forecasts import HandMade, grown


def any_area(seed: int) -> tuple[Area, HandMade]:
    """Return the area of a seed, and a forecast of it."""
    rng = np.random.default_rng(seed)
    zones, schools = int(rng.integers(1, 5)), int(rng.integers(1, 6))
    authorities = [f"E0600000{a}" for a in range(1, int(rng.integers(1, 3)) + 1)]
    zone_table = pd.DataFrame(
        {
            "zone": [f"Z{i}" for i in range(max(zones, len(authorities)))],
            "district": "D",
            "easting": rng.uniform(400_000, 430_000, max(zones, len(authorities))),
            "northing": rng.uniform(300_000, 330_000, max(zones, len(authorities))),
        }
    )
    zone_table["authority"] = [authorities[i % len(authorities)] for i in range(len(zone_table))]
    low = rng.integers(-4, 12, schools)
    setting_table = pd.DataFrame(
        {
            "setting": [f"S{j}" for j in range(schools)],
            "name": "School",
            "setting_type": rng.choice(SPECIALIST, schools),
            "authority": rng.choice(authorities, schools),
            "district": "D",
            "easting": rng.uniform(400_000, 430_000, schools),
            "northing": rng.uniform(300_000, 330_000, schools),
            "ncy_low": low,
            "ncy_high": np.minimum(low + rng.integers(0, 15, schools), 20),
            "needs": rng.choice(["", "ASD", "SEMH", "ASD SLD", "SLCN MLD"], schools),
            "sex": rng.choice(["all", "girls", "boys"], schools, p=[0.6, 0.2, 0.2]),
            "is_in_area": rng.random(schools) < 0.8,
        }
    )
    setting_table["has_number"] = (rng.random(schools) < 0.8) | (setting_table.index == 0)
    years = [year for year in (2026, 2027) if rng.random() < 0.5]
    place_table = pd.concat(
        [
            pd.DataFrame({"setting": setting_table["setting"], "year": y, "places": rng.integers(0, 12, schools)})
            for y in [2025, *years]
        ]
    )
    place_table = place_table[place_table["setting"].map(setting_table.set_index("setting")["has_number"])]
    cells = 25
    states = pd.DataFrame(
        {
            "authority": rng.choice(authorities, cells),
            "year": 2025,
            "ncy": rng.integers(-4, 21, cells),
            "need": rng.choice(["ASD", "SEMH", "SLD", "MLD", "OTH"], cells),
            "setting_type": rng.choice([*SPECIALIST, "mainstream"], cells),
            "plans": rng.integers(0, 5, cells),
        }
    ).drop_duplicates(["authority", "ncy", "need", "setting_type"])
    area = Area(
        name="Anyshire",
        authorities={a: a for a in authorities},
        base_year=2025,
        population=tables.empty(tables.POPULATION),
        plans=tables.empty(tables.PLANS),
        states=tables.check(states, tables.STATES),
        zones=tables.check(zone_table, tables.ZONES),
        zone_children=pd.DataFrame(
            [(z, n, float(rng.integers(0, 3))) for z in zone_table["zone"] for n in range(-4, 21)],
            columns=["zone", "ncy", "children"],
        ),
        settings=tables.check(setting_table, tables.SCHOOLS),
        places=tables.check(place_table, tables.PLACES),
    )
    area = ChangeAssumption("allocate.who_may_move", float(rng.integers(0, 4)))(area)
    area = ChangeAssumption("allocate.overfill_share", float(rng.choice([0.0, 0.3])), high=0.3)(area)
    area = ChangeAssumption("allocate.outside_share", float(rng.choice([0.0, 0.1, 1.0])))(area)
    return area, grown(area, to=2028, draws=2, growth=0.1, seed=seed % 100)
