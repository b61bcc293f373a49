"""A release of EHC plans is told by its files' headers: renamed, packed, scattered, recoded or in a workbook, it reads alike."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.errors import InputError
from sufficiency.inputs import catalogue
from sufficiency.inputs.releases import dfe_ehc_plans
from tests.inputs import forms_made as made
from tests.inputs.test_dfe_ehc_plans import LAYOUT_2025, NORTH, PLACES, caseload

NEEDS = [
    f"number_{n}"
    for n in ["asd", "hi", "mld", "msi", "oth", "pd", "pmld", "semh", "slcn", "sld", "spld", "vi", "need_unknown"]
]


def as_text(rows: list[dict[str, str]]) -> str:
    return pd.DataFrame(rows).to_csv(index=False)


def release(january: int = 2025) -> dict[str, str]:
    """Return a release's files by name: a caseload of 60, its needs, and 12 new plans with theirs."""
    period = f"{january - 1}{january % 100}"
    every = PLACES | {"time_period": period, "breakdown_topic": "All EHC plans", "breakdown": "All EHC plans"}
    started = PLACES | {"time_period": str(january - 1), "time_identifier": "Calendar year"}
    new = started | {"breakdown_topic": "New EHC plans", "breakdown": "New EHC plans", "new_ehc_plans": "12"}
    counts = dict.fromkeys(LAYOUT_2025, "0")
    needs = dict.fromkeys(NEEDS, "0")
    topic = {"breakdown_topic": "All EHC plans", "breakdown": "All EHC plans"}
    return {
        "caseload.csv": as_text([every | {"ehcplans": "60"} | counts]),
        "newplans.csv": as_text([new | counts]),
        "sen_needs_all_plans.csv": as_text([every | {"ehc_plans": "60"} | needs | {"number_asd": "60"}]),
        "sen_need_newplans.csv": as_text([started | topic | {"ehc_plans": "12"} | needs | {"number_semh": "12"}]),
    }


def people(folder: Path) -> None:
    table = {"code": [NORTH]} | {str(age): [100] for age in range(26)}
    pd.DataFrame(table).to_csv(folder / "people_mid2024.csv", index=False)


def again(words: str, header: Callable[[str], str] = str, delimiter: str = ",", titles: int = 0) -> str:
    rows = list(csv.reader(io.StringIO(words)))
    rows[0] = [header(cell) for cell in rows[0]]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([["Education, health and care plans"], []][:titles] + rows)
    return out.getvalue()


def as_book(path: Path, words: str) -> Path:
    rows = [[int(c) if c.isdigit() else c for c in row] for row in csv.reader(io.StringIO(words))]
    return made.book(path, {"Cover": [["About these statistics"]], "Table 1": [["Plans in January"], [], *rows]})


def put(files: dict[str, str], folder: Path) -> None:
    for name, words in files.items():
        (folder / name).write_text(words)


def renamed(folder: Path, files: dict[str, str]) -> None:
    put({f"{name.removesuffix('.csv')} (1).csv": words for name, words in files.items()}, folder)


def nameless(folder: Path, files: dict[str, str]) -> None:
    put({f"{i}a7e2{i}.csv": words for i, words in enumerate(files.values())}, folder)


def packed(folder: Path, files: dict[str, str]) -> None:
    for name, words in files.items():
        made.gzipped(folder / f"{name}.gz", words)


def half_in_a_zip(folder: Path, files: dict[str, str]) -> None:
    inside = {f"data/{n}": w for n, w in files.items() if n != "caseload.csv"}
    made.zipped(
        folder / "release.zip", {**inside, "data-guidance/data-guidance.txt": "Words", "data/meta.csv": "a,b\n"}
    )
    put({"caseload (2).csv": files["caseload.csv"]}, folder)


def scattered(folder: Path, files: dict[str, str]) -> None:
    for i, (name, words) in enumerate(files.items()):
        (folder / str(i)).mkdir()
        (folder / str(i) / name).write_text(words)


def spaced(folder: Path, files: dict[str, str]) -> None:
    put({n: again(w, lambda c: c.replace("_", " ").capitalize()) for n, w in files.items()}, folder)


def recoded(folder: Path, files: dict[str, str]) -> None:
    for name, words in files.items():
        (folder / name).write_bytes(again(words, str.upper, ";", titles=2).encode("utf-16"))


def marked(folder: Path, files: dict[str, str]) -> None:
    for name, words in files.items():
        (folder / name).write_bytes(words.encode("utf-8-sig"))


def in_workbooks(folder: Path, files: dict[str, str]) -> None:
    for i, words in enumerate(files.values()):
        as_book(folder / f"download{i}.xlsx", words)


def under_other_endings(folder: Path, files: dict[str, str]) -> None:
    endings = iter([".txt", "", ".csv.download", ".CSV"])
    put({f"{n.removesuffix('.csv')}{next(endings)}": w for n, w in files.items()}, folder)


WAYS = (
    renamed, nameless, packed, half_in_a_zip, scattered, spaced, recoded, marked, in_workbooks, under_other_endings,
)  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_a_release_reads_alike_however_it_was_saved(
    way: Callable[[Path, dict[str, str]], None], tmp_path: Path
) -> None:
    way(tmp_path, release())
    people(tmp_path)
    told = sf.published.what(tmp_path)
    assert told["used"].sum() == 5, told.to_string()
    seen = catalogue.survey(tmp_path)
    (whole,) = seen.releases
    assert dfe_ehc_plans.stock(whole)["plans"].sum() == 60
    assert dfe_ehc_plans.new_plans(whole)["children"].sum() == 12
    assert dfe_ehc_plans.needs(whole).query("need == 'ASD'")["plans"].sum() == 60
    assert dfe_ehc_plans.new_needs(whole).query("need == 'SEMH'")["children"].sum() == 12
    area = sf.published_area(tmp_path, authority=NORTH)
    assert area.plans["plans"].sum() == 60
    assert area.flows.query("kind == 'new'")["children"].sum() > 0


@pytest.mark.parametrize("way", [renamed, half_in_a_zip, recoded])
def test_the_published_release_reads_alike_however_it_was_saved(
    way: Callable[[Path, dict[str, str]], None], published: Path, tmp_path: Path
) -> None:
    files = {p.name: p.read_text() for p in sorted((published / "ehcp_2025" / "data").glob("*.csv"))}
    way(tmp_path, files)
    (whole,) = catalogue.survey(tmp_path).releases
    as_published = published / "ehcp_2025"
    for read in (dfe_ehc_plans.new_needs, dfe_ehc_plans.needs, dfe_ehc_plans.requests):
        pd.testing.assert_frame_equal(read(whole), read(as_published))


def test_two_copies_of_a_file_are_read_once_and_the_other_is_told(tmp_path: Path) -> None:
    put(release(), tmp_path)
    people(tmp_path)
    shutil.copy(tmp_path / "caseload.csv", tmp_path / "caseload (1).csv")
    assert sf.published_area(tmp_path, authority=NORTH).plans["plans"].sum() == 60
    told = sf.published.what(tmp_path).set_index("file")
    assert told.at["caseload.csv", "used"]
    assert "another file is the same table" in told.at["caseload (1).csv", "says"]


def test_two_releases_in_one_folder_are_told_apart_by_their_januaries(tmp_path: Path) -> None:
    put(release(2025), tmp_path)
    renamed(tmp_path, release(2024))
    people(tmp_path)
    area = sf.published_area(tmp_path, authority=NORTH)
    assert area.plans.groupby("year")["plans"].sum().to_dict() == {2024: 60, 2025: 60}
    assert len(catalogue.survey(tmp_path).releases) == 2


def test_needs_of_a_january_without_its_caseload_serve_the_later_one(tmp_path: Path) -> None:
    old, now = release(2024), release(2025)
    put({"caseload.csv": now["caseload.csv"]}, tmp_path)
    put({"needs.csv": old["sen_needs_all_plans.csv"]}, tmp_path)
    put({"old caseload.csv": release(2023)["caseload.csv"]}, tmp_path)
    people(tmp_path)
    from sufficiency.published import downloads

    assert downloads.read(tmp_path).needs["year"].unique().tolist() == [2024]


def test_what_lies_in_the_same_folder_is_not_said_to_be_of_the_release(tmp_path: Path) -> None:
    put({**release(), "holiday.csv": "beach,ice creams\n1,2\n"}, tmp_path)
    told = sf.published.what(tmp_path).set_index("file")
    assert told.at["holiday.csv", "says"] == "not recognised: it resembles no table that a draft reads"


def test_a_column_that_is_not_the_releases_is_told_by_its_place_and_never_by_its_name(tmp_path: Path) -> None:
    folder = caseload(tmp_path, LAYOUT_2025, topic="Child or young persons age", label="age 10")
    frame = pd.read_csv(folder / "caseload.csv", dtype="str").assign(**{"Aurelia Thistlewood": "1"})
    frame.to_csv(folder / "caseload.csv", index=False)
    with pytest.raises(InputError, match="column 56 is not one") as caught:
        dfe_ehc_plans.stock(folder)
    assert "Aurelia" not in str(caught.value)
