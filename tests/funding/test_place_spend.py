"""Place funding over the forecast by hand: whose places are paid, how many each January, and the pounds of a financial year.

A special place is 10,000 GBP before and after 16, and so is an empty place of a unit before 16; an occupied one, or any
other place after 16, is 6,000. Of financial year 2025, five twelfths are of January 2025 and seven of January 2026; after
16, four and eight.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.errors import InputError
from sufficiency.funding.places.place_spend import (
    commissioned,
    commissioned_beyond,
    is_recouped,
    paid_settings,
    place_spend,
    places_by_year,
)
from sufficiency.scenarios.levers import ChangeAssumption
from sufficiency.scenarios.pipeline import Coming
from tests.funding.conftest import HOME, NEXT, Placed, make_children

SPECIAL, UNIT, COLLEGE = "special, maintained", "sen_unit, academy", "further_education"


def with_places(area: Area, *rows: tuple[str, int, int, int]) -> Area:
    """Return an area with these places: (setting, year, places, of which after 16)."""
    frame = pd.DataFrame(rows, columns=["setting", "year", "places", "post_16_places"])
    return area.replace(places=tables.check(frame, tables.PLACES))


def changed(area: Area, code: str, **columns: object) -> Area:
    """Return an area whose setting of a code has other columns."""
    settings = area.settings.copy()
    for name, value in columns.items():
        settings.loc[settings["setting"] == code, name] = value
    return area.replace(settings=settings)


def with_items(area: Area, *rows: tuple[str, int, str, float]) -> Area:
    more = pd.DataFrame(rows, columns=["authority", "financial_year", "item", "amount"])
    return area.replace(high_needs=tables.check(pd.concat([area.high_needs, more]), tables.HIGH_NEEDS))


def paid(area: Area, placed: Placed, stream: str, *, authority: str = HOME, year: int = 2025) -> float:
    spend = place_spend(area, placed, [year])
    return float(spend.sel(draw=0, financial_year=year, authority=authority, stream=stream))


def nobody() -> Placed:
    return make_children()[1]


def attending(*who: tuple[str, int, str, str, int]) -> Placed:
    return make_children(*who)[1]


# --- whose places ---


def test_an_authority_pays_for_state_places_that_are_its_own_and_inside_the_area(two_authorities: Area) -> None:
    """N1 is not a state school and I1 is independent; NEXT has said what its other places cost, HOME has not."""
    assert paid_settings(two_authorities)["setting"].tolist() == ["F1", "S1", "S2", "U1"]
    assert paid_settings(changed(two_authorities, "S1", is_in_area=False))["setting"].tolist() == ["F1", "S2", "U1"]
    away = changed(two_authorities, "S1", authority="E06000099")
    assert paid_settings(away)["setting"].tolist() == ["F1", "S2", "U1"]
    assert list(paid_settings(away).index) == [0, 1, 2]
    assert list(paid_settings(away)) == list(away.settings)


def test_other_places_are_paid_by_number_only_where_no_sum_is_published_and_the_number_is_known(
    two_authorities: Area,
) -> None:
    assert "F1" not in set(paid_settings(changed(two_authorities, "F1", is_estimate=True))["setting"])
    assert "F1" not in set(paid_settings(changed(two_authorities, "F1", authority=NEXT))["setting"])
    assert "S1" in set(paid_settings(changed(two_authorities, "S1", is_estimate=True))["setting"])
    assert "S2" in set(paid_settings(two_authorities)["setting"])  # NEXT's sum is of other places
    given = with_items(two_authorities, (HOME, 2025, "other_place_deductions_gbp", 1.0))
    assert "F1" not in set(paid_settings(given)["setting"])


# --- how many ---


def test_places_stay_as_listed_until_the_next_list_and_are_none_before_the_first(two_authorities: Area) -> None:
    area = with_places(two_authorities, ("S1", 2025, 5, 2), ("S1", 2027, 9, 0), ("U1", 2026, 4, 1), ("F1", 2025, 10, 0))
    settings = paid_settings(area)
    before, after = places_by_year(area, settings, [2024, 2025, 2026, 2027, 2028])
    assert before[["S1", "U1", "S2"]].to_numpy().tolist() == [[0, 0, 0], [3, 0, 0], [3, 3, 0], [9, 3, 0], [9, 3, 0]]
    assert after[["S1", "U1", "S2"]].to_numpy().tolist() == [[0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0], [0, 1, 0]]
    assert list(before.columns) == list(after.columns) == list(settings["setting"])
    assert after["F1"].tolist() == [0, 10, 10, 10, 10]  # every place of a college is after 16
    assert before["F1"].tolist() == [0] * 5


@pytest.mark.parametrize(
    ("column", "says"), [("places", "-1 places in 2025, 0 of them"), ("post_16_places", "5 places in 2025, -1 of them")]
)
def test_places_below_none_are_refused_by_setting_and_year(two_authorities: Area, column: str, says: str) -> None:
    settings = paid_settings(two_authorities)
    wrong = two_authorities.places.copy()
    wrong.loc[wrong["setting"].isin(["S2", "U1"]), column] = -1
    with pytest.raises(InputError, match=f"S2 has {says} after 16: below 0"):  # the first of the two
        places_by_year(two_authorities.replace(places=wrong), settings, [2025])
    none = two_authorities.places.assign(places=0)
    assert (places_by_year(two_authorities.replace(places=none), settings, [2025])[0] == 0).all(axis=None)


def test_commissioned_places_are_one_row_for_each_setting_and_january(two_authorities: Area) -> None:
    area = with_places(two_authorities, ("S1", 2025, 5, 2), ("S1", 2026, 7, 2), ("F1", 2025, 10, 0))
    area = changed(area, "U1", has_number=False)
    rows = commissioned(area, (2025, 2026))
    assert list(rows) == ["setting", "setting_type", "year", "places", "post_16_places"]
    assert [tuple(row) for row in rows.to_numpy()] == [
        *[("F1", "further_education", 2025, 10, 10), ("F1", "further_education", 2026, 10, 10)],
        *[("S1", "special", 2025, 5, 2), ("S1", "special", 2026, 7, 2)],
        *[("S2", "special", 2025, 0, 0), ("S2", "special", 2026, 0, 0)],
    ]


def test_funding_published_beyond_the_places_listed_is_the_last_up_to_the_base_year_less_theirs(
    two_authorities: Area,
) -> None:
    assert commissioned_beyond(two_authorities, HOME) == 0.0
    item = "special_place_funding_gbp"
    area = with_items(
        two_authorities,
        *[(HOME, 2025, item, 75_000.0), (HOME, 2023, item, 50_000.0), (HOME, 2024, item, 60_000.0)],
        (HOME, 2026, item, 99_000.0),
        *[(NEXT, 2023, item, 10_000.0), (NEXT, 2024, item, 20_000.0)],
    )
    area = with_places(area, ("S1", 2025, 5, 2), ("S2", 2025, 3, 0), ("U1", 2025, 4, 0), ("F1", 2025, 10, 0))
    assert commissioned_beyond(area, HOME) == 75_000 - 5 * 10_000
    assert commissioned_beyond(area, NEXT) == 20_000 - 3 * 10_000


# --- the pounds ---


def test_a_special_place_is_paid_filled_or_empty_by_the_academic_years_of_its_age(two_authorities: Area) -> None:
    area = with_places(two_authorities, ("S1", 2025, 5, 2), ("S1", 2026, 8, 4))
    expected = 10_000 * (3 * 5 / 12 + 4 * 7 / 12) + 10_000 * (2 * 4 / 12 + 4 * 8 / 12)
    assert paid(area, nobody(), SPECIAL) == pytest.approx(expected)
    assert paid(area, attending((HOME, 5, "ASD", "S1", 3)), SPECIAL) == pytest.approx(expected)
    assert paid(area, nobody(), SPECIAL, year=2026) == pytest.approx(10_000 * 8)


def test_a_unit_s_place_costs_less_once_filled_by_a_child_of_its_age(two_authorities: Area) -> None:
    """Six places, two of them after 16: four children before 16 fill all of theirs, four after 16 the two."""
    area = with_places(two_authorities, ("U1", 2025, 6, 2))
    assert paid(area, nobody(), UNIT) == pytest.approx(4 * 10_000 + 2 * 6_000)
    assert paid(area, attending((HOME, 5, "ASD", "U1", 3)), UNIT) == pytest.approx(3 * 6_000 + 10_000 + 2 * 6_000)
    one_late = attending((HOME, 5, "ASD", "U1", 3), (HOME, 13, "ASD", "U1", 1))
    assert paid(area, one_late, UNIT) == pytest.approx(3 * 6_000 + 10_000 + 2 * 6_000)
    three_late = attending((HOME, 5, "ASD", "U1", 3), (HOME, 13, "ASD", "U1", 3))
    assert paid(area, three_late, UNIT) == pytest.approx(6 * 6_000)  # the third sits in a place before 16
    many = attending((HOME, 5, "ASD", "U1", 9))
    assert paid(area, many, UNIT) == pytest.approx(6 * 6_000)


def test_a_setting_where_the_allocation_has_nobody_is_paid_as_empty(two_authorities: Area) -> None:
    placed = attending((HOME, 5, "ASD", "S1", 3))
    elsewhere = replace(placed, attending=placed.attending.drop_sel(setting="U1"))
    assert paid(two_authorities, elsewhere, UNIT) == pytest.approx(4 * 10_000)
    assert paid(changed(two_authorities, "U1", has_number=False), elsewhere, UNIT) == 0.0


def test_an_empty_place_of_one_january_is_paid_for_its_months(two_authorities: Area) -> None:
    placed = attending((HOME, 5, "ASD", "U1", 4))
    placed.attending.loc[{"year": 2026}] = 0
    assert paid(two_authorities, placed, UNIT) == pytest.approx(4 * 6_000 * 5 / 12 + 4 * 10_000 * 7 / 12)


def test_a_college_s_places_are_paid_as_after_16_and_alternative_provision_before_16_as_a_special_school_s(
    two_authorities: Area,
) -> None:
    area = with_places(two_authorities, ("F1", 2025, 10, 0), ("F1", 2026, 4, 0))
    assert paid(area, nobody(), COLLEGE) == pytest.approx(6_000 * (10 * 4 / 12 + 4 * 8 / 12))
    unit = changed(with_places(two_authorities, ("U1", 2025, 5, 2)), "U1", setting_type="alternative_provision")
    assert paid(unit, nobody(), "alternative_provision, academy") == pytest.approx(3 * 10_000 + 2 * 6_000)


def test_children_above_the_number_of_a_special_school_are_paid_by_the_share_that_policy_says(
    two_authorities: Area,
) -> None:
    """Five places, two of them after 16, and eight children, one of them after 16: three above the number."""
    area = with_places(two_authorities, ("S1", 2025, 5, 2), ("U1", 2025, 4, 0))
    crowd = attending((HOME, 5, "ASD", "S1", 7), (HOME, 13, "ASD", "S1", 1), (HOME, 5, "ASD", "U1", 9))

    def at(share: float, stream: str, placed: Placed = crowd) -> float:
        return paid(ChangeAssumption("funding.overfill_place_share", share)(area), placed, stream)

    places = 10_000 * 5
    assert at(0.0, SPECIAL) == pytest.approx(places)
    assert at(0.5, SPECIAL) == pytest.approx(places + 3 * 5_000)
    assert at(1.0, SPECIAL) == pytest.approx(places + 3 * 10_000)
    assert at(1.0, UNIT) == at(0.0, UNIT) == pytest.approx(4 * 6_000)
    for children in (5, 3):  # full, and with places empty
        assert at(1.0, SPECIAL, attending((HOME, 5, "ASD", "S1", children))) == pytest.approx(places)


@pytest.mark.parametrize("wrong", [-0.01, 1.01])
def test_a_share_that_an_area_widens_beyond_all_or_none_is_refused(two_authorities: Area, wrong: float) -> None:
    area = ChangeAssumption("funding.overfill_place_share", wrong, low=-1.0, high=2.0)(two_authorities)
    with pytest.raises(InputError, match=rf"overfill_place_share: {wrong:g} is not a share between 0 and 1"):
        paid(area, nobody(), SPECIAL)


def test_a_setting_without_a_known_number_is_paid_for_the_children_who_are_there(two_authorities: Area) -> None:
    area = changed(two_authorities, "S1", has_number=False)
    placed = attending((HOME, 5, "ASD", "S1", 7), (HOME, 13, "ASD", "S1", 2))
    placed.attending.loc[{"year": 2025}] *= 2
    expected = 7 * 10_000 * (2 * 5 / 12 + 7 / 12) + 2 * 10_000 * (2 * 4 / 12 + 8 / 12)
    assert paid(area, placed, SPECIAL) == pytest.approx(expected)
    unit = changed(two_authorities, "U1", has_number=False)
    both = attending((HOME, 5, "ASD", "U1", 3), (HOME, 13, "ASD", "U1", 2))
    assert paid(unit, both, UNIT) == pytest.approx(5 * 6_000)  # nobody there, nothing empty


def opening(placed: Placed, setting: str, places: int, year: int) -> Placed:
    """Return an allocation in which so many places open."""
    row = {"project": "more", "setting": setting, "name": "More", "kind": "special", "authority": HOME}
    row |= {"places": places, "opens": year, "status": "agreed", "as_of": "2025", "source": "by hand"}
    more = tables.check(pd.DataFrame([row]), tables.PIPELINE)
    return replace(placed, opened=Coming(more, np.array([[year]])))


def test_places_that_open_are_paid_as_before_and_after_16_by_who_is_there_and_all_after_16_at_a_college(
    two_authorities: Area,
) -> None:
    area = with_places(two_authorities, ("S1", 2025, 5, 0), ("F1", 2025, 10, 0))
    mixed = attending((HOME, 5, "ASD", "S1", 3), (HOME, 13, "ASD", "S1", 1))
    more = paid(area, opening(mixed, "S1", 4, 2026), SPECIAL) - paid(area, mixed, SPECIAL)
    assert more == pytest.approx(10_000 * (3 * 7 / 12 + 1 * 8 / 12))
    one = attending((HOME, 13, "ASD", "S1", 1))
    more = paid(area, opening(one, "S1", 4, 2026), SPECIAL) - paid(area, one, SPECIAL)
    assert more == pytest.approx(4 * 10_000 * 8 / 12)  # the one child there is over 16
    empty = paid(area, opening(nobody(), "S1", 4, 2026), SPECIAL) - paid(area, nobody(), SPECIAL)
    assert empty == pytest.approx(4 * 10_000 * 7 / 12)
    college = paid(area, opening(nobody(), "F1", 4, 2026), COLLEGE) - paid(area, nobody(), COLLEGE)
    assert college == pytest.approx(4 * 6_000 * 8 / 12)


def test_each_authority_and_stream_is_paid_for_its_own_in_every_draw(two_authorities: Area) -> None:
    placed = make_children((NEXT, 5, "ASD", "U1", 2), draws=2)[1]
    placed.attending.loc[{"draw": 1}] *= 2
    area = with_places(two_authorities, ("S1", 2025, 5, 0), ("S2", 2025, 3, 0), ("U1", 2025, 4, 0))
    spend = place_spend(area, placed, [2025, 2026])
    assert spend.dims == ("draw", "financial_year", "authority", "stream")
    assert spend.sel(authority=NEXT, stream="special, academy").to_numpy() == pytest.approx(np.full((2, 2), 30_000))
    assert spend.sel(authority=HOME, stream="special, academy").to_numpy() == pytest.approx(np.zeros((2, 2)))
    units = spend.sel(authority=HOME, stream=UNIT, financial_year=2026).to_numpy()
    assert units == pytest.approx([2 * 6_000 + 2 * 10_000, 4 * 6_000])
    two = changed(area, "S2", authority=HOME, is_academy=False)
    assert paid(two, nobody(), SPECIAL) == pytest.approx(80_000)


def test_dfe_recoups_places_at_colleges_and_academies_and_no_others() -> None:
    assert is_recouped("further_education")
    assert is_recouped("special, academy")
    assert is_recouped("alternative_provision, academy")
    assert not is_recouped("special, maintained")
    assert not is_recouped("independent_special")
    assert not is_recouped("independent_special, academy")


def test_settings_without_a_known_number_anywhere_are_paid_for_those_there_and_nothing_fails(
    two_authorities: Area,
) -> None:
    nowhere = two_authorities.places.iloc[:0]
    before, after = places_by_year(
        two_authorities.replace(places=nowhere), paid_settings(two_authorities), [2025, 2026]
    )
    assert before.to_numpy().sum() == after.to_numpy().sum() == 0
    assert list(before.index) == [2025, 2026]
