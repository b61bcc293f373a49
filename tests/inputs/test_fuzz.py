"""Files as they arrive, spoilt in every way: read right, or refused by the library's own error, never another."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import witan_send
from sufficiency import tables
from sufficiency.errors import InputError, MissingError, SufficiencyError
from sufficiency.inputs.files.text import decoded, parsed, read_text_table
from sufficiency.inputs.releases import (
    dfe_ehc_plans,
    dfe_funding,
    dfe_gias,
    dfe_lait,
    dfe_school_census,
    mhclg_deprivation,
    ons,
    postcodes,
)
from tests.inputs.test_dfe_ehc_plans import LAYOUT_2025, caseload
from tests.inputs.test_readers import GIAS, WITAN


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a small caseload file, as published."""
    folder = tmp_path_factory.mktemp("release")
    caseload(folder, LAYOUT_2025, topic="Child or young persons age", label="age 10")
    return (folder / "caseload.csv").read_bytes()


def spoilt(content: bytes, kind: str, rng: np.random.Generator) -> bytes:
    """Return content spoilt in one of several ways."""
    at = int(rng.integers(0, len(content) + 1))
    if kind == "truncated":
        return content[:at]
    if kind == "flipped":
        some = bytearray(content)
        for place in rng.integers(0, max(len(some), 1), 5):
            some[int(place) % len(some)] = int(rng.integers(0, 256))
        return bytes(some)
    if kind == "inserted":
        extra = rng.choice([b'"', b"\n", b",", b"\x00", b"\xff\xfe", b'"\n"', b"\r", b"\xc3\x28", b";;;;", b"\t"])
        return content[:at] + bytes(extra) + content[at:]
    if kind == "doubled":
        return content[:at] + content
    return rng.bytes(int(rng.integers(0, 300)))


KINDS = ("truncated", "flipped", "inserted", "doubled", "noise")


@settings(max_examples=120)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32 - 1))
def test_a_spoilt_release_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, release: bytes, kind: str, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("spoilt")
    (folder / "caseload.csv").write_bytes(spoilt(release, kind, np.random.default_rng(seed)))
    try:
        stock = dfe_ehc_plans.stock(folder)
    except SufficiencyError:
        return
    assert set(stock.columns) == {"authority", "name", "level", "year", "age", "ncy", "setting_type", "plans"}


PLANS = b"authority,year,ncy,setting_type,plans\nE06000061,2025,3,special,14\nE06000061,2025,4,mainstream,21\n"


@settings(max_examples=120)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32 - 1))
def test_a_spoilt_table_of_ours_is_read_or_refused(kind: str, seed: int) -> None:
    content = spoilt(PLANS, kind, np.random.default_rng(seed))
    try:
        checked = tables.check(parsed(decoded(content, source="plans.csv"), source="plans.csv"), tables.PLANS)
    except SufficiencyError:
        return
    assert checked["plans"].ge(0).all()


SMALL: dict[str, tuple[str, Callable[[Path], object]]] = {
    "lait": (
        "Measure_short,Years,LA and Regions,LA Number,Values\nSEN_TotSENSuP,2025,X,940.0,12.7\n",
        dfe_lait.sen_support,
    ),
    "census": (
        "time_period,old_la_code,new_la_code,la_name,nc_year,headcount\n202223,940,E06000061,North,reception,4007\n",
        dfe_school_census.pupils_by_ncy,
    ),
    "gias": (pd.DataFrame(GIAS).to_csv(index=False), dfe_gias.schools),
    "people": (
        "lsoa11_code," + ",".join(str(a) for a in range(26)) + "\nE01000001," + ",".join(["9"] * 26) + "\n",
        lambda path: ons.estimates(path, mid_year=2020),
    ),
    "projection": ("AREA_CODE,AREA_NAME,SEX,AGE_GROUP,2022\nE1,A,persons,0,10\n", ons.projection),
    "births": ("gss_code,date,type,annual_births\nE1,2020-07-01,actual,10\n", ons.births),
    "postcodes": ("postcode,easting,northing,lsoa21_code\nNN1 1AA,475000,260000,E01027136\n", postcodes.postcodes),
    "deprivation": ("lsoa21_code,idaci_rate\nE01000001,0.2\n", mhclg_deprivation.children_in_deprived_families),
    "block": (
        "Dedicated schools grant: 2023 to 2024 allocations,,Total high needs elements,Basic entitlement factor,"
        "Number of pupils in special schools,Import/export adjustment\n940,North,50,4,3,-1\n",
        dfe_funding.high_needs_block,
    ),
    "geojson": ('{"features": [{"properties": {"LSOA21CD": "E01"}, "geometry": null}]}', ons.boundaries),
}


@settings(max_examples=25)
@given(kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32 - 1))
@pytest.mark.parametrize("name", sorted(SMALL))
def test_any_publishers_file_spoilt_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, name: str, kind: str, seed: int
) -> None:
    words, reader = SMALL[name]
    path = tmp_path_factory.mktemp(name) / "file.csv"
    path.write_bytes(spoilt(words.encode(), kind, np.random.default_rng(seed)))
    try:
        reader(path)
    except SufficiencyError:
        return


@pytest.mark.parametrize("name", sorted(SMALL))
def test_each_small_file_is_read_before_it_is_spoilt(tmp_path: Path, name: str) -> None:
    words, reader = SMALL[name]
    (tmp_path / "file.csv").write_text(words, encoding="utf-8")
    assert reader(tmp_path / "file.csv") is not None


@settings(max_examples=40)
@given(file=st.sampled_from(sorted(WITAN)), kind=st.sampled_from(KINDS), seed=st.integers(0, 2**32 - 1))
def test_a_spoilt_witan_send_folder_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, file: str, kind: str, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("witan")
    for name, words in WITAN.items():
        (folder / name).write_text(words)
    (folder / file).write_bytes(spoilt(WITAN[file].encode(), kind, np.random.default_rng(seed)))
    try:
        witan_send.read(folder)
    except SufficiencyError:
        return


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_a_release_saved_again_reads_the_same(
    tmp_path: Path, release: bytes, encoding: str, separator: str, ending: str
) -> None:
    frame = pd.read_csv(io.BytesIO(release), dtype="str", keep_default_na=False).iloc[:, ::-1]
    words = frame.to_csv(index=False, sep=separator, lineterminator=ending)
    (tmp_path / "caseload.csv").write_bytes(words.encode(encoding))
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "caseload.csv").write_bytes(release)
    pd.testing.assert_frame_equal(dfe_ehc_plans.stock(tmp_path), dfe_ehc_plans.stock(tmp_path / "plain"))


def test_a_name_with_a_line_break_in_quotes_is_one_cell() -> None:
    frame = parsed('code,name\nE06000058,"Bournemouth,\nChristchurch and Poole"\nE06000059,Dorset\n', source="las.csv")
    assert frame["code"].tolist() == ["E06000058", "E06000059"]
    assert frame.loc[0, "name"] == "Bournemouth,\nChristchurch and Poole"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "las.csv is empty"),
        ("\n\n  \n", "las.csv is empty"),
        ("a,b,a\n1,2,3\n", "columns 1 and 3 have the same name; keep one"),
        ("a,b\n1,2,3\n", "can't be read as a table.*line 2"),
        ("a,b\n1,2\n3,4,5\n", "can't be read as a table.*line 3"),
        ('a,b\n1,"2\n3,4\n', "can't be read as a table"),
        ("a,b\n1,2\n3", "ends in the middle of a row"),
    ],
)
def test_a_table_that_is_broken_says_how(words: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parsed(words, source="las.csv")


def test_a_workbook_or_picture_given_as_csv_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plans.csv").write_bytes(b"PK\x03\x04\x14\x00\x06\x00" + b"\x00" * 100)
    with pytest.raises(InputError, match="is not a text file; save the sheet as CSV UTF-8"):
        read_text_table(tmp_path / "plans.csv")


def test_a_million_rows_are_read(tmp_path: Path) -> None:
    rows = 1_000_000
    frame = pd.DataFrame({"zone": "E01000001", "setting": np.arange(rows), "km": 1.5, "minutes": 3})
    frame.to_csv(tmp_path / "travel.csv", index=False)
    assert len(read_text_table(tmp_path / "travel.csv")) == rows


def test_a_zip_that_unpacks_to_far_more_than_it_holds_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "release.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("data/caseload.csv", b"0" * 60_000_000)
    with pytest.raises(InputError, match=r"unpacks to over .* bytes, more than any release holds"):
        dfe_ehc_plans.stock(tmp_path / "release.zip")


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_spoilt_zip_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, release: bytes, seed: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("caseload.csv", release)
    rng = np.random.default_rng(seed)
    path = tmp_path_factory.mktemp("zip") / "release.zip"
    path.write_bytes(spoilt(packed.getvalue(), str(rng.choice(["truncated", "flipped", "inserted"])), rng))
    try:
        dfe_ehc_plans.stock(path)
    except SufficiencyError:
        return


def test_a_zip_without_the_file_says_what_it_lacks(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "release.zip", "w") as packed:
        packed.writestr("data/case_load.csv", "a,b\n1,2\n")
    with pytest.raises(MissingError, match=r"there is no caseload.csv in release.zip; did you mean 'case_load.csv'"):
        dfe_ehc_plans.stock(tmp_path / "release.zip")
