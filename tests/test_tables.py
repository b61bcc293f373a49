"""A bad table is reported all at once, by row and column, in words; a good one comes back typed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pytest

from sufficiency import tables
from sufficiency.errors import FaultyTableError, InputError
from sufficiency.inputs.files.text import read_text_table
from sufficiency.tables import check


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
    with pytest.raises(FaultyTableError, match=r"the column 'plans' is missing; is it column \d, misspelt\?"):
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


def read(tmp_path: Path, words: str, schema: pa.DataFrameSchema) -> pd.DataFrame:
    (tmp_path / "table.csv").write_text(words, encoding="utf-8")
    return check(read_text_table(tmp_path / "table.csv"), schema, source="table.csv")


def test_rows_are_numbered_as_in_the_file_after_blank_lines(tmp_path: Path) -> None:
    words = "\n\nsetting,year,places\n\nA,2025,10\n\n\nB,2025,many\n"
    with pytest.raises(FaultyTableError, match="row 8, places: 'many' is not a number"):
        read(tmp_path, words, tables.PLACES)
    with pytest.raises(FaultyTableError, match=r"row 6, setting, year: 'A' '2025' is there already, in row 4"):
        read(tmp_path, "setting,year,places\nB,2024,1\n\nA,2025,10\n\nA,2025,11\n", tables.PLACES)


def test_a_date_given_as_places_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(FaultyTableError, match="45292 is above 20000; is it a date"):
        read(tmp_path, "setting,year,places\nA,2025,45292\n", tables.PLACES)


def test_a_character_that_no_document_may_hold_is_refused(tmp_path: Path) -> None:
    words = "authority,year,ncy,setting_type,plans,note\nE06000061,2025,1,special,3,\nE06\x0b61,2025,2,special,3,x\n"
    with pytest.raises(FaultyTableError, match="row 3, authority: has a character that can't be printed"):
        read(tmp_path, words, tables.PLANS)


def test_rows_alike_whose_keys_are_blank_are_told(tmp_path: Path) -> None:
    words = "authority,year,ncy,setting_type,plans\nE06000061,2025,,special,3\nE06000061,2025,,special,4\n"
    with pytest.raises(FaultyTableError, match=r"row 3.*\(blank\) 'special' is there already, in row 2"):
        read(tmp_path, words, tables.PLANS)
