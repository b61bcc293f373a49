"""Distance without a network: known ratios, sensible limits, an error that makes a probability."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sufficiency import estimated_travel, policy, tables


class National:
    """National values, as an area with no assumption of its own has."""

    def value(self, name: str) -> float:
        return policy.value(name, on=date(2025, 4, 1))


AREA = National()


def places(kind: str, *points: tuple[float, float], **more: object) -> pd.DataFrame:
    return pd.DataFrame(
        {
            kind: [f"{kind[0]}{i}" for i in range(len(points))],
            **dict(zip(("easting", "northing"), zip(*points, strict=True), strict=True)),
            **more,
        }
    )


def test_every_pair_is_there_once_and_the_table_is_as_declared() -> None:
    zones = places("zone", (470_000, 260_000), (480_000, 260_000), is_rural=[True, False])
    settings = places("setting", (470_000, 264_000), (500_000, 260_000), (480_000, 260_500))
    table = estimated_travel.travel_table(zones, settings, AREA)
    checked = tables.check(table, tables.TRAVEL, source="estimate")
    assert len(checked) == 6
    assert set(checked["source"]) == {estimated_travel.ESTIMATED}


def test_rutland_fit_is_given_back_at_4_km_in_the_country() -> None:
    """1.605 − 0.144 ln 4 = 1.405 by road and 1.436 − 0.098 ln 4 = 1.300 on foot."""
    table = estimated_travel.travel_table(
        places("zone", (470_000, 260_000), is_rural=[True]), places("setting", (470_000, 264_000)), AREA
    )
    assert table.at[0, "km"] == pytest.approx(4 * (1.605 - 0.144 * np.log(4)))
    assert table.at[0, "walk_km"] == pytest.approx(4 * (1.436 - 0.098 * np.log(4)))
    assert table.at[0, "minutes"] == pytest.approx(table.at[0, "km"] / 48.3 * 60 * 1.25)


def test_towns_are_slower_than_the_country() -> None:
    town, country = estimated_travel.drive_minutes(10.0, 0.0, AREA), estimated_travel.drive_minutes(10.0, 1.0, AREA)
    assert town == pytest.approx((6 / 32.2 + 4 / 48.3) * 60 * 1.25)
    assert town > country


@given(st.floats(0, 200), st.floats(0, 1))
def test_a_road_is_never_shorter_than_the_straight_line(crow: float, rural: float) -> None:
    assert estimated_travel.drive_detour(crow, rural, AREA) >= 1.17
    assert estimated_travel.walk_detour(crow, AREA) >= 1.0


@given(st.floats(0.1, 150), st.floats(0.01, 20), st.floats(0, 1))
def test_farther_is_never_nearer_by_road(crow: float, more: float, rural: float) -> None:
    near, far = (c * float(estimated_travel.drive_detour(c, rural, AREA)) for c in (crow, crow + more))
    assert far > near


def test_an_estimate_at_the_limit_is_as_likely_beyond_as_within_and_a_fact_is_not_beyond() -> None:
    assert estimated_travel.chance_beyond(3.2, 3.2, spread=estimated_travel.spread(AREA)) == pytest.approx(0.5)
    assert estimated_travel.chance_beyond(3.2, 3.2, spread=0.0) == 0.0
    assert estimated_travel.chance_beyond(3.2001, 3.2, spread=0.0) == 1.0


def test_between_seven_tenths_and_eleven_tenths_of_the_limit_nothing_is_certain() -> None:
    limit = 3.21869
    crow = np.linspace(0.7, 1.1, 9) * limit
    walk = crow * estimated_travel.walk_detour(crow, AREA)
    chance = estimated_travel.chance_beyond(walk, limit, spread=estimated_travel.spread(AREA))
    assert (chance > 0.0).all()
    assert (chance < 1.0).all()
    assert (np.diff(chance) > 0).all()


def test_homes_spread_in_their_zone_make_the_answer_less_sure() -> None:
    zones = places("zone", (470_000, 260_000), (474_000, 260_000))
    spread = estimated_travel.home_spread_km(zones)
    assert spread.tolist() == [1.0, 1.0]
    near, far = (estimated_travel.chance_beyond(2.8, 3.2, spread=0.1, home_spread_km=s) for s in (0.0, 1.0))
    assert near < far < 0.5
