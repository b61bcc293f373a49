"""A person-level return goes all the way to a report, and nobody in it can be found in anything that comes out."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

import sufficiency as sf
from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.errors import SufficiencyError
from sufficiency.inputs.council.sen2.census import snapshot
from sufficiency.inputs.council.sen2.data_checks import check_sen2, workbook
from sufficiency.inputs.council.sen2.sen2_return import read_sen2
from sufficiency.inputs.council.snapshots import transitions
from sufficiency.words.school_year import NCYS
from tests.inputs.sen2_made import REGISTER, Made, export, make, plant, save, save_xml

SALT = b"a salt of thirty-two bytes, for tests"
NAMES = ("Featherstonehaugh", "Persephone-Xanthe")
POSTCODE, UPN, BORN = "ZE99 9ZZ", "Z987654321098", pd.Timestamp(2014, 2, 27)
# Each way of writing them that a program might fall into.
SECRETS = (
    *NAMES,
    POSTCODE,
    POSTCODE.replace(" ", ""),
    UPN,
    *(f"{BORN:{style}}" for style in ("%Y-%m-%d", "%d/%m/%Y", "%Y-%b-%d", "%d %B %Y", "%Y%m%d")),
)
EVERYONE = re.compile(r"(Surname|Forename)\d{5}|\bA\d{11}[A-H]\b")


@pytest.fixture(scope="module")
def made() -> Made:
    """Return a small caseload in which one child, in a plan throughout, has a name that nothing else has."""
    made = make(900)
    children = made.children.copy()
    held = children["started"].lt("2021-01-01") & children["ceased"].gt("2026-01-01")
    row = children.index[held & children["born"].between("2010-01-01", "2018-01-01")][0]
    children.loc[row, ["surname", "forename", "postcode", "upn"]] = [*NAMES, POSTCODE, UPN]
    children.loc[row, "born"] = BORN
    return Made(children, made.spells)


def files(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield what every file says, those inside documents and workbooks too."""
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as book:
                for name in book.namelist():
                    yield f"{path.name}/{name}", book.read(name).decode("utf-8", "replace")
        else:
            yield path.name, path.read_bytes().decode("utf-8", "replace")


def bare(words: str) -> str:
    """Return words in small letters without spaces or marks, so that no spelling of a secret hides."""
    return re.sub(r"[\W_]", "", words.lower())


def assert_nobody_is_in(where: str, words: str) -> None:
    for secret in SECRETS:
        assert secret not in words, f"{where} tells {secret}"
    squeezed = bare(words)
    for secret in (*NAMES, POSTCODE, UPN):
        assert bare(secret) not in squeezed, f"{where} tells {secret}, spelt another way"
    found = EVERYONE.search(words)
    assert found is None, f"{where} tells {found}"


def area_of(area: Area, people: pd.DataFrame) -> Area:
    """Return the area with plans counted from a snapshot of people."""
    by = ["authority", "year", "ncy", "need", "setting_type"]
    states = people.assign(authority=next(iter(area.authorities))).groupby(by).size().rename("plans").reset_index()
    plans = states.groupby(["authority", "year", "ncy", "setting_type"], as_index=False)["plans"].sum()
    return area.replace(states=tables.check(states, tables.STATES), plans=tables.check(plans, tables.PLANS))


def test_what_is_planted_is_in_the_return_and_would_be_found(made: Made, tmp_path: Path) -> None:
    words = "".join(text for _, text in files(save(export(made, 2025), tmp_path)))
    assert all(secret in words for secret in (*NAMES, POSTCODE, UPN))
    assert EVERYONE.search(words)


def test_nobody_is_in_a_report_made_from_a_return(
    made: Made, tiny_area: Area, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    read = {y: read_sen2(save(export(made, y), tmp_path / str(y)), salt=SALT) for y in (2023, 2024, 2025)}
    people = {y: snapshot(one, REGISTER) for y, one in read.items()}
    moved = transitions(list(people.values()))
    population = pd.DataFrame(
        [(y, n, 300.0) for y in range(2023, 2028) for n in NCYS], columns=["year", "ncy", "children"]
    )
    plans = sf.forecast.plans_from_people(moved, population, to=2027, draws=8)
    outcome = sf.run(area_of(tiny_area, people[2025]), to=2027, draws=8, placed_draws=2)
    for limit in (0, 5):
        sf.report.write(outcome, tmp_path / f"report-{limit}", suppress=limit)
        for name, words in files(tmp_path / f"report-{limit}"):
            assert_nobody_is_in(name, words)
    for name, frame in {"transitions": moved, "flows": plans.flows("kind"), "summary": plans.summary("need")}.items():
        assert_nobody_is_in(name, frame.to_csv())
    for said in (repr(read[2025]), repr(plans), repr(outcome), outcome.reproducibility().to_csv()):
        assert_nobody_is_in("a repr", said)
    assert_nobody_is_in("a log", caplog.text)
    assert_nobody_is_in("the screen", "".join(capfd.readouterr()))


def test_a_child_can_not_be_found_by_hash_in_what_is_published(made: Made, tiny_area: Area, tmp_path: Path) -> None:
    people = snapshot(read_sen2(save(export(made, 2025), tmp_path / "in"), salt=SALT), REGISTER)
    outcome = sf.run(area_of(tiny_area, people), to=2026, draws=4, placed_draws=1)
    sf.report.write(outcome, tmp_path / "report")
    everything = "".join(words for _, words in files(tmp_path / "report"))
    assert not [child for child in people["child"] if child in everything]


@pytest.mark.parametrize("how", ["csv", "xml"])
def test_nobody_is_in_the_checks_of_a_faulty_return(made: Made, tmp_path: Path, how: str) -> None:
    modules = export(made, 2025)
    plant(modules)
    path = save(modules, tmp_path / "in") if how == "csv" else save_xml(modules, tmp_path / "in.xml")
    read = read_sen2(path, salt=SALT)
    checked = check_sen2(read, REGISTER)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "checks.xlsx").write_bytes(workbook({2025: checked}))
    (tmp_path / "out" / "rows.csv").write_text(checked.rows.to_csv() + checked.summary.to_csv() + repr(checked))
    for name, words in files(tmp_path / "out"):
        assert_nobody_is_in(name, words)


@pytest.mark.parametrize("column", ["personbirthdate", "upn", "postcode", "surname", "sex", "persontableid"])
@pytest.mark.parametrize("value", [f"{NAMES[0]} {UPN} {POSTCODE}", "", "31/02/2014"])
def test_nobody_is_in_an_error(made: Made, tmp_path: Path, column: str, value: str) -> None:
    modules = export(Made(made.children.head(200), made.spells), 2025)
    modules["person"].loc[:3, column] = value
    try:
        read = read_sen2(save(modules, tmp_path / "in"), salt=SALT)
        said = repr(check_sen2(read, REGISTER)) + snapshot(read, REGISTER).to_csv()
    except SufficiencyError as error:
        said = str(error)
    assert_nobody_is_in("an error", said)
    assert value == "" or value not in said


def test_an_export_given_as_a_table_of_an_area_is_refused_without_its_names(
    made: Made, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from sufficiency.area.template import write_template

    write_template(tmp_path / "ours")
    export(made, 2025)["person"].to_csv(tmp_path / "ours" / "plans.csv", index=False)
    with pytest.raises(SufficiencyError) as caught:
        sf.read_area(tmp_path / "ours")
    assert_nobody_is_in("an error", str(caught.value))
    assert_nobody_is_in("the screen", "".join(capsys.readouterr()))


def test_no_small_count_is_on_the_page_of_a_small_area(tmp_path: Path) -> None:
    from sufficiency.area.template import write_template

    write_template(tmp_path / "ours")
    outcome = sf.run(sf.read_area(tmp_path / "ours"), to=2027, draws=10, placed_draws=4)
    page = sf.report.write(outcome, tmp_path / "report", suppress=5).read_text(encoding="utf-8")
    assert not re.search(r"\b[1-4] children (in|without)\b", page)
    summary = page[page.index('id="summary"') : page.index('id="purpose"')]
    assert "runs short of state specialist places" in summary
    assert not re.search(r"[a-z] \(\d+\)[,;.]", summary)
    assert "children without a place" not in page  # nor is anybody counted as turned away in a group of few
    assert not (tmp_path / "report" / "rounds.geojson").exists()
    told = [roll for year in re.findall(r'"settings":(\{.*?\})', page) for roll in re.findall(r"\[\d+,(\w+),", year)]
    assert set(told) <= {"null"}  # a roll estimated for so few isn't told, where schools are drawn at all


def headless(modules: dict[str, pd.DataFrame], folder: Path) -> Path:
    """Write a return whose person module has lost its header row, so that a child's row is taken for it."""
    save(modules, folder)
    path = next(folder.glob("*person.csv"))
    rows = path.read_text().splitlines(keepends=True)
    first = next(i for i, row in enumerate(rows) if NAMES[0] in row)
    path.write_text("".join([rows[first], *rows[1:first], *rows[first + 1 :]]))
    return folder


@pytest.fixture
def council(tmp_path: Path) -> Path:
    from sufficiency.area.template import write_template

    write_template(tmp_path / "ours")
    return tmp_path / "ours"


def imported(*words: str | Path) -> str:
    """Return everything that the command says."""
    done = subprocess.run(
        [Path(sys.executable).with_name("sufficiency"), "import", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


def test_a_return_without_its_header_row_is_refused_without_its_names(
    made: Made, council: Path, tmp_path: Path
) -> None:
    folder = headless(export(made, 2025), tmp_path / "in")
    said = imported("sen2", folder, "--into", council, "--salt", tmp_path / "salt")
    assert_nobody_is_in("the screen", said)
    assert "the first row is not a header" in said


@pytest.mark.parametrize("spelt", [str.upper, str.lower, lambda w: w.replace(" ", "-"), lambda w: f'"{w}"'])
@pytest.mark.parametrize("secret", [NAMES[0], POSTCODE, UPN, "27/02/2014"])
def test_a_column_named_after_a_child_is_told_by_its_place(
    made: Made, tmp_path: Path, secret: str, spelt: Callable[[str], str]
) -> None:
    modules = export(Made(made.children.head(20), made.spells), 2025)
    modules["person"][spelt(secret)] = "x"
    with pytest.raises(SufficiencyError, match="column 11 is not one of the return's") as caught:
        read_sen2(save(modules, tmp_path / "in"), salt=SALT)
    assert_nobody_is_in("an error", str(caught.value))


def test_nobody_is_in_anything_that_an_import_leaves(made: Made, council: Path, tmp_path: Path) -> None:
    returns = []
    for year in (2024, 2025):
        modules = export(made, year)
        if year == 2025:
            plant(modules)
        for column in ("persontableid", "upnunknown"):  # whatever a system puts there
            modules["person"].loc[5, column] = f"{NAMES[0]} {UPN} {POSTCODE.lower()}"
        returns.append(save(modules, tmp_path / str(year)))
    people = pd.read_csv(council / "population.csv")
    pd.concat([people, people.assign(year=people["year"] + 13)]).drop_duplicates(["year", "ncy"]).to_csv(
        council / "population.csv", index=False
    )
    postcodes = tmp_path / "onspd.csv"
    homes = pd.DataFrame({"pcds": made.children["postcode"].unique(), "oseast1m": 1, "osnrth1m": 1, "lsoa21": "Z1"})
    homes.to_csv(postcodes, index=False)
    said = imported("sen2", *returns, "--into", council, "--salt", tmp_path / "salt", "--postcodes", postcodes)
    assert "checks.xlsx" in said
    assert_nobody_is_in("the screen", said)
    for name, words in files(council):
        assert_nobody_is_in(name, words)
    area = sf.read_area(council)
    assert_nobody_is_in("a repr", repr(area) + area.notes.to_csv() + area.transitions.to_csv())
    hashes = set(snapshot(read_sen2(returns[1], salt=(salt_of(tmp_path / "salt"))), REGISTER)["child"])
    assert not [h for h in hashes if any(h in words for _, words in files(council))]


def salt_of(path: Path) -> bytes:
    return bytes.fromhex(path.read_text())


def test_a_childs_row_taken_for_an_areas_header_is_never_quoted(made: Made, council: Path, tmp_path: Path) -> None:
    folder = headless(export(made, 2025), tmp_path / "in")
    person = next(folder.glob("*person.csv"))
    for name in ("plans.csv", "settings.csv"):
        (council / name).write_bytes(person.read_bytes())
    said = "\n".join(str(fault) for fault in sf.check_area(council))
    assert "the first row is not this table's header" in said
    assert_nobody_is_in("an error", said)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_xml_is_read_in_any_encoding_and_with_a_document_type_in_none(
    made: Made, tmp_path: Path, encoding: str
) -> None:
    small = Made(made.children.head(60), made.spells)
    path = save_xml(export(small, 2025), tmp_path / "sen2.xml")
    declared = "utf-8" if encoding == "utf-8-sig" else encoding
    words = path.read_text(encoding="utf-8").replace('encoding="utf-8"', f'encoding="{declared}"')
    path.write_bytes(words.encode(encoding))
    assert len(read_sen2(path, salt=SALT).person) == len(export(small, 2025)["person"])
    opening, rest = words.split("?>", 1)
    for name in (
        "<!DOCTYPE a [<!ENTITY b 'Featherstonehaugh'>]>",
        "<!-- a remark --> <!DOCTYPE a SYSTEM 'file:///etc/hosts'>",
    ):
        path.write_bytes(f"{opening}?>{' ' * 6_000}{name}{rest}".encode(encoding))
        with pytest.raises(SufficiencyError, match="declares a document type") as caught:
            read_sen2(path, salt=SALT)
        assert_nobody_is_in("an error", str(caught.value))


@pytest.mark.parametrize(
    "person",
    ["Zebedee Featherstone", "FEATHERSTONE,Zebedee", "zebedee  featherstone", "ZE99 9ZZ", "ze999zz", "Z987654321098",
     "1234567890", "27/02/2014", "2014-02-27", "27.2.14", "Zebedee Featherstone, DOB 27/02/2014"],
)  # fmt: skip
@pytest.mark.parametrize("column", ["authority", "need", "plans"])
def test_a_person_typed_into_a_table_is_in_no_error(person: str, column: str) -> None:
    row = {"year": "2026", "authority": "E06000061", "ncy": "3", "need": "ASD", "setting_type": "special", "plans": "9"}
    with pytest.raises(SufficiencyError) as caught:
        tables.check(pd.DataFrame([row | {column: person, "year": "x"}]), tables.STATES)
    said = str(caught.value).lower()
    assert "row 2, year: 'x' is not a number" in said
    for part in re.findall(r"\w{3,}", person.lower()):
        assert part not in said or part == "dob"


def test_a_slip_of_a_code_is_shown_in_its_error() -> None:
    for slip, says in (("ADS", "'ADS' is not one of"), ("E0600061", "'E0600061' is not one of")):
        row = {"year": 2026, "authority": "E06000061", "ncy": 3, "need": slip, "setting_type": "special", "plans": 9}
        with pytest.raises(SufficiencyError, match=says):
            tables.check(pd.DataFrame([row]), tables.STATES)
