"""A bad table is reported all at once, by row and column, in words; a good one comes back typed."""

from __future__ import annotations

import pandas as pd
import pytest

from sufficiency import tables
from sufficiency.errors import FaultyTableError, InputError


def plans(**columns: list[object]) -> pd.DataFrame:
    good = {
        "authority": ["E1", "E1"],
        "year": ["2025", "2025"],
        "ncy": ["1", "2"],
        "setting_type": ["special", "special"],
        "plans": ["3", "4"],
    }
    return pd.DataFrame(good | columns)


def test_text_as_read_from_a_file_comes_back_typed() -> None:
    checked = tables.check(plans(plans=["1,234", " 4 "]), tables.PLANS)
    assert checked["plans"].tolist() == [1234, 4]
    assert str(checked["year"].dtype) == "int64"


def test_every_fault_is_named_at_once_with_its_row_as_excel_shows_it() -> None:
    bad = plans(ncy=["25", "2"], setting_type=["specail", "special"], plans=["c", "-2"], year=["2025", "2025.5"])
    with pytest.raises(FaultyTableError) as caught:
        tables.check(bad, tables.PLANS, source="plans.csv")
    message = str(caught.value)
    assert message.startswith("plans.csv: 5 to correct")
    assert "row 2, ncy: 25 is above 20" in message
    assert "row 2, plans: 'c' is not a number" in message
    assert "row 2, setting_type: 'specail' is not one of mainstream" in message
    assert "did you mean 'special'?" in message
    assert "row 3, plans: -2 is below 0" in message
    assert "row 3, year: 2025.5 is not a whole number" in message


def test_a_misspelt_column_is_named_with_the_nearest() -> None:
    with pytest.raises(FaultyTableError, match=r"the column 'plans' is missing; did you mean 'plan'\?"):
        tables.check(plans().rename(columns={"plans": "plan"}), tables.PLANS)


def test_a_repeated_row_is_named_with_the_row_it_repeats() -> None:
    with pytest.raises(FaultyTableError, match=r"row 3, .* is there already, in row 2"):
        tables.check(plans(ncy=["1", "1"]), tables.PLANS)


def test_longitude_and_latitude_are_refused_with_what_is_needed() -> None:
    zone = {"zone": ["Z"], "authority": ["E1"], "district": ["D"], "easting": ["-0.7"], "northing": ["52.1"]}
    with pytest.raises(FaultyTableError, match="not longitude and latitude"):
        tables.check(pd.DataFrame(zone), tables.ZONES)


def test_a_table_with_no_rows_says_what_was_expected() -> None:
    with pytest.raises(InputError, match=r"plans.csv has no rows: expected columns authority, year"):
        tables.check(plans().head(0), tables.PLANS)


def test_the_frame_given_is_never_changed() -> None:
    given = plans()
    before = given.copy()
    tables.check(given, tables.PLANS)
    pd.testing.assert_frame_equal(given, before)


def test_a_header_from_before_is_read_under_its_new_name() -> None:
    old = plans().rename(columns={"setting_type": "setting"})
    assert tables.old_names(old, tables.PLANS) == {"setting": "setting_type"}
    pd.testing.assert_frame_equal(tables.check(old, tables.PLANS), tables.check(plans(), tables.PLANS))
    assert tables.old_names(pd.DataFrame(columns=["setting", "year", "places"]), tables.PLACES) == {}
