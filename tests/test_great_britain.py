"""Land and sea are told apart at the coast itself."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sufficiency.area.great_britain import is_in_great_britain

LAND = {
    "Kettering": (487_000, 279_000),
    "Land's End": (134_300, 25_000),
    "Lowestoft Ness": (655_400, 293_700),
    "Lerwick": (447_500, 1_141_500),
    "Hugh Town, Scilly": (90_500, 10_600),
    "Cowes": (449_500, 96_000),
    "Holyhead": (224_700, 382_600),
}
SEA = {
    "Kettering, swapped": (279_000, 487_000),
    "Dogger": (560_000, 450_000),
    "Irish Sea, in a square with land": (270_000, 420_000),
    "The Wash": (557_000, 341_000),
    "Bristol Channel": (310_000, 160_000),
    "English Channel": (450_000, 60_000),
    "Isle of Man": (238_000, 480_000),
    "Belfast, on this grid": (150_000, 530_000),
}


SCHOOLS = "england_special_schools_2018_register_with_jan2019_roll.csv"


@pytest.mark.parametrize(("points", "is_land"), [(LAND, True), (SEA, False)])
def test_points_on_land_and_at_sea_are_told_apart(points: dict[str, tuple[int, int]], is_land: bool) -> None:
    table = pd.DataFrame(points, index=["easting", "northing"]).T
    assert is_in_great_britain(table["easting"], table["northing"]).eq(is_land).all()


def test_every_special_school_of_england_is_on_land(published: Path) -> None:
    register = pd.read_csv(published / "schools" / SCHOOLS, low_memory=False).query("easting > 0")
    assert len(register) > 1_500
    assert is_in_great_britain(register["easting"], register["northing"]).all()
