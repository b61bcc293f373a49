"""Whatever lies in a folder of downloads is told of truly: what it is, and why it isn't used."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.errors import InputError
from sufficiency.inputs.releases import dfe_gias, ons
from tests.inputs import forms_made as made
from tests.inputs.test_told_by_header import people, put, release

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504
DFE = "time_period,time_identifier,geographic_level,country_code,country_name,old_la_code,new_la_code,la_name"
PLACE = f"202425,Academic year,School,E92000001,England,940,{made.AUTHORITY},{made.NAME}"
AGES = ",".join(str(age) for age in range(26))
SCAP = f"{DFE},school_urn,school_name,school_places,SEND_unit_capacity,resourced_provision_capacity,pupils_on_roll\n"


def a_zip(members: dict[str, bytes]) -> bytes:
    import io

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


WORD = a_zip({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
BOOK = a_zip({"[Content_Types].xml": b"<x/>" * 99, "xl/workbook.xml": b"<x/>"})
HALF = release()["caseload.csv"][:-40]

# What lies in the folder, and what must be said of it.
ODD: dict[str, tuple[str | bytes, str]] = {
    "empty.csv": ("", "empty: nothing was saved"),
    "blank lines.csv": ("\n\n\n", "blank: it has no words in it"),
    "caseload.csv": ("<!DOCTYPE html><html>503 Service Unavailable", "a web page, not a table"),
    "guide.pdf": (b"%PDF-1.7\n", "a PDF, not a table"),
    "a pdf.csv": (b"%PDF-1.7\n", "a PDF, not a table"),
    "a picture.png": (b"\x89PNG\r\n\x1a\n\x00", "a picture, not a table"),
    "a photograph.csv": (b"\xff\xd8\xff\xe0\x00", "a picture, not a table"),
    "minutes.docx": (WORD, "a Word document, not a table"),
    "minutes.xlsx": (WORD, "a Word document, not a table"),
    "old minutes.doc": (OLE + "WordDocument".encode("utf-16-le"), "a Word document, not a table"),
    "locked.xlsx": (OLE + "EncryptedPackage".encode("utf-16-le"), "a workbook with a password"),
    "museums.csv": ("museum,month,visitors\nA,2024-01,5\n", "not recognised: it resembles no table that a draft reads"),
    "absence.csv": (f"{DFE},enrolments,sess_overall\n{PLACE},1,2\n", "a table of DfE's statistics, but none that a draft"),
    "exclusions.csv": (f"{DFE},headcount,perm_excl\n{PLACE},1,2\n", "a table of DfE's statistics, but none that a draft"),
    "cut.csv": (HALF, "not read: ends in the middle of a row"),
    "half.zip": (a_zip({"a.csv": b"a,b\n" * 999})[:60], "is a zip that is cut short or damaged"),
    "half.xlsx": (BOOK[:80], "is a workbook that is cut short or damaged"),
    "header.csv": (made.deprivation().splitlines()[0] + "\n", "not read: has a header and no rows"),
    "wards.csv": (f"Ward Code,{AGES}\nE05000001,{AGES}\n", "population estimates, but lacks: a code of authorities or"),
    "women.csv": (f"LSOA 2021 Code,{','.join(f'F{a}' for a in range(26))}\nE01000001,{AGES}\n", "women or men alone"),
    "no grid.csv": (made.edubase().replace("Easting", "East"), "resembles DfE, Get Information about Schools, but lacks"),
    "codes.csv": ("pcds,oseast1m,osnrth1m\nNN1 1AA,488000,279000\n", "it has no small areas (LSOA)"),
    "notes.txt": ("Remember to download the release.\n", "words, not a table"),
    "notes.md": ("# Notes\nfirst, second\n", "words, not a table"),
    "large.csv": ("version https://git-lfs.github.com/spec/v1\noid sha256:abc\n", "a note of where a large file is kept"),
    "meta.json": ('{"a": [1]}', "JSON, not boundaries"),
    "answer.csv": ('{"status": 429}', "JSON, not a table; choose CSV"),
    "sen2.xml": ('<?xml version="1.0"?><Message/>', "a SEN2 return is read with `sufficiency import sen2`"),
    "packed.7z": (b"7z\xbc\xaf\x27\x1c", "a 7z archive, which isn't read"),
    "caseload.csv.crdownload": (HALF, "a download that had not finished"),
    "page.xls": ("<table><tr><td>URN</td></tr></table>", "a web page's table; open it in Excel"),
    "photographs.zip": (a_zip({"a.jpg": b"\xff\xd8\xff"}), "no table is in it"),
    "nothing.zip": (a_zip({}), "no table is in it"),
    "bytes.csv": (b"a,b\n\x00\x00\x00,1\n", "not text, and no workbook or zip"),
    "one column.csv": ("postcode\nNN1 1AA\n", "words, or one column: no table"),
    "females.csv": (made.projection().replace("persons", "females"), "not read: has one sex alone"),
    "ranks.csv": ("LSOA code (2021),LSOA name (2021),Index of Multiple Deprivation (IMD) Rank\nE01,x,3\n", "it has neither"),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_a_file_that_is_not_used_is_told_what_it_is(name: str, tmp_path: Path) -> None:
    content, says = ODD[name]
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    told = sf.published.what(tmp_path)
    assert told["used"].tolist() == [False]
    assert says in told["says"].iloc[0], told["says"].iloc[0]


def test_a_file_is_what_its_bytes_say_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "csv as.xlsx").write_text(made.deprivation())
    made.book(tmp_path / "book.xlsx", {"Mid-2022 LSOA 2021": made.sape()}).rename(tmp_path / "book as.csv")
    made.zipped(tmp_path / "zip.zip", {"p.csv": made.projection()}).rename(tmp_path / "zip as.csv")
    told = sf.published.what(tmp_path)
    assert told["used"].all()
    assert len(told) == 3, told.to_string()


def test_a_folder_named_like_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "caseload.csv").mkdir()
    assert sf.published.what(tmp_path)["says"].tolist() == [
        "a folder, though it is named like a file; what lies in it is listed by itself"
    ]


def test_among_odd_files_a_draft_is_made_and_a_childs_row_is_not_echoed(tmp_path: Path) -> None:
    put(release(), tmp_path)
    people(tmp_path)
    for name, (content, _) in ODD.items():
        if name not in ("caseload.csv", "cut.csv"):
            (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "list.csv").write_text("Surname,Forename,DOB,UPN\nThistlewood,Aurelia,01/02/2012,A123456789012\n")
    (tmp_path / "no header.csv").write_text("Thistlewood,Aurelia,01/02/2012,A123456789012\n")
    area = sf.published_area(tmp_path, authority=made.AUTHORITY)
    assert area.plans["plans"].sum() == 60
    said = sf.published.what(tmp_path).to_string() + area.notes.to_string()
    assert not [word for word in ("Thistlewood", "Aurelia", "A123456789012", "01/02/2012") if word in said]


def test_women_alone_are_never_projected_as_all(tmp_path: Path) -> None:
    (tmp_path / "females.csv").write_text(made.projection().replace("persons", "females"))
    with pytest.raises(InputError, match="one sex alone"):
        ons.projection(tmp_path / "females.csv")


def test_mainstream_schools_capacity_is_their_units_and_not_special_places(tmp_path: Path) -> None:
    (tmp_path / "scap.csv").write_text(f"{SCAP}{PLACE},100001,A,210,10,z,200\n{PLACE},100002,B,420,0,8,400\n")
    (told,) = sf.published.what(tmp_path).to_dict("records")
    assert told["form"] == "DfE, School capacity: mainstream schools, by school"
    assert told["says"] == "places: SEN units and resourced provision"
    frame = dfe_gias.unit_capacity(tmp_path / "scap.csv")
    wanted = pd.DataFrame(
        {"setting": ["100001", "100002"], "unit_places": [10.0, 0.0], "resourced_places": [float("nan"), 8.0]}
    )
    pd.testing.assert_frame_equal(frame, wanted, check_dtype=False)
    from sufficiency.published import downloads

    put(release(), tmp_path)
    people(tmp_path)
    mainstream = made.edubase().replace("137875", "100001").replace("Academy special converter", "Academy converter")
    (tmp_path / "edubase.csv").write_text(mainstream)
    assert downloads.read(tmp_path).schools["unit_places"].tolist() == [10.0]
