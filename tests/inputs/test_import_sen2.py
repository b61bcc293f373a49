"""Returns go into an area folder by one command: counted, followed, checked, and from there into a report."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import sufficiency as sf
from sufficiency import cli
from sufficiency.area.template import write_template
from sufficiency.errors import InputError, OutputError
from sufficiency.words.school_year import NCYS
from tests.inputs.sen2_made import CENSUS, REGISTER, Made, export, make, save, save_xml, truth

CODE = "E06000999"


@pytest.fixture(scope="module")
def made() -> Made:
    return make(1_500)


@pytest.fixture
def returns(made: Made, tmp_path: Path) -> list[Path]:
    return [save(export(made, year), tmp_path / "returns" / str(year)) for year in CENSUS]


@pytest.fixture
def council(made: Made, tmp_path: Path) -> Path:
    """Return a made council's folder: the template with a population for the returns, and the register's special schools."""
    folder = tmp_path / "our-council"
    write_template(folder)
    people = pd.read_csv(folder / "population.csv")
    years = range(2022, 2036)
    rows = [(CODE, y, n, 850.0, "projection") for y in years for n in NCYS]
    pd.DataFrame(rows, columns=people.columns[:5]).to_csv(folder / "population.csv", index=False)
    special = REGISTER[REGISTER["setting_type"].isin(["special", "independent_special"])]
    settings = pd.read_csv(folder / "settings.csv", dtype={"setting": "str"})
    like = settings[settings["setting"] == "900001"].iloc[0]
    own = pd.DataFrame([like] * len(special)).assign(
        setting=special["urn"].to_numpy(),
        setting_type=special["setting_type"].to_numpy(),
        needs="",
        ncy_low=-4,
        ncy_high=20,
    )
    pd.concat([settings, own]).to_csv(folder / "settings.csv", index=False)
    places = pd.read_csv(folder / "places.csv", dtype={"setting": "str"})
    more = pd.DataFrame({"setting": special["urn"], "year": 2025, "places": 60})
    pd.concat([places, more]).to_csv(folder / "places.csv", index=False)
    return folder


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Return the made register in the publisher's columns."""
    words = {
        "mainstream": "Community school",
        "special": "Community special school",
        "independent_special": "Other independent special school",
        "alternative_provision": "Pupil referral unit",
    }
    frame = pd.DataFrame(
        {
            "URN": REGISTER["urn"],
            "EstablishmentName": "A school",
            "TypeOfEstablishment (name)": REGISTER["setting_type"].map(words),
            "EstablishmentTypeGroup (name)": "Local authority maintained schools",
            "EstablishmentStatus (name)": "Open",
            "CloseDate": "",
            "Easting": 470_000,
            "Northing": 260_000,
        }
    )
    frame.to_csv(tmp_path / "edubasealldata20250116.csv", index=False)
    return tmp_path / "edubasealldata20250116.csv"


@pytest.fixture
def postcodes(made: Made, council: Path, tmp_path: Path) -> Path:
    """Return a postcode directory that puts every made home in one of the council's zones."""
    codes = made.children["postcode"].unique()
    zones = np.array(["Z1", "Z2", "Z3", "Z4"])[np.arange(len(codes)) % 4]
    frame = pd.DataFrame({"pcds": codes, "oseast1m": 470_000, "osnrth1m": 260_000, "lsoa21": zones, "doterm": ""})
    frame.to_csv(tmp_path / "ONSPD.csv", index=False)
    return tmp_path / "ONSPD.csv"


def test_four_returns_go_to_a_report_with_real_rolls_in_one_command(
    made: Made, returns: list[Path], council: Path, register: Path, postcodes: Path, tmp_path: Path
) -> None:
    words = ["import", "sen2", *map(str, returns), "--into", str(council), "--register", str(register)]
    words += ["--postcodes", str(postcodes), "--salt", str(tmp_path / "salt"), "--report", str(tmp_path / "report")]
    done = CliRunner().invoke(cli.app, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "report" / "report.html").is_file()
    assert stat.S_IMODE((tmp_path / "salt").stat().st_mode) == 0o600
    area = sf.read_area(council)
    assert area.base_year == 2025
    true = {year: truth(made, year) for year in CENSUS}
    by_year = area.plans[area.plans["year"].isin(CENSUS)].groupby("year")["plans"].sum()
    assert by_year.to_dict() == {year: len(frame) for year, frame in true.items()}
    ours = area.states.groupby(["ncy", "need", "setting_type"])["plans"].sum()
    expected = true[2025].groupby(["ncy", "need", "setting_type"]).size()
    pd.testing.assert_series_equal(ours, expected, check_dtype=False, check_index_type=False, check_names=False)
    assert area.is_followed
    assert "counted from children followed from January 2022 to 2025" in " ".join(area.notes["says"])
    special = true[2025]["setting_type"].isin(["special", "independent_special"]).sum()
    listed = area.attendance.merge(area.settings, on="setting")
    assert listed["children"].sum() == special
    assert (area.requests["year"] >= 2022).all()
    assert not area.requests.empty
    new = area.flows[(area.flows["kind"] == "new") & (area.flows["year"] == 2025)]["children"].sum()
    started = made.children["started"].dt.year.eq(2024) & (made.children["started"] <= CENSUS[2025])
    assert new == started.sum()
    plans = sf.forecast.plans(area, to=2027, draws=10)
    assert int(plans.plans.sel(year=2025, draw=0).sum()) == len(true[2025])
    for said in ("4 SEN2 returns, January 2022 to 2025", "transitions.csv", "attendance.csv", "The salt is at"):
        assert said in done.output
    rolls = sf.allocate.places(area.replace(travel=sf.transport.travel(area)), plans, draws=2).notes
    assert rolls["says"].str.contains(f"{special} of ").any()  # all but those in units, which settings.csv lacks
    assert "children in a sen_unit that settings.csv does not have" in done.output


def test_years_and_authorities_that_the_returns_are_not_of_stay(
    returns: list[Path], council: Path, tmp_path: Path
) -> None:
    before = sf.read_area(council)
    sf.importing.from_sen2(returns[2:], council, salt=tmp_path / "salt")
    after = sf.read_area(council)
    kept = after.plans[after.plans["year"] == 2023]
    assert kept["plans"].sum() == before.plans[before.plans["year"] == 2023]["plans"].sum()
    assert after.transitions["year"].unique().tolist() == [2025]
    assert "# An area: your authority" in (council / "area.toml").read_text()
    assert "SEN2 person-level returns, January 2024 to 2025" in dict(after.sources.to_numpy())["plans"]


def test_xml_and_csv_make_the_same_tables(made: Made, returns: list[Path], council: Path, tmp_path: Path) -> None:
    files = [save_xml(export(made, year), tmp_path / f"{year}.xml") for year in (2024, 2025)]
    sf.importing.from_sen2(files, council, salt=tmp_path / "salt")
    by_xml = sf.read_area(council)
    sf.importing.from_sen2(returns[2:], council, salt=tmp_path / "salt")
    by_csv = sf.read_area(council)
    for name in ("plans", "states", "flows", "requests", "transitions"):
        pd.testing.assert_frame_equal(getattr(by_xml, name), getattr(by_csv, name))


def test_what_is_not_used_is_said_with_the_reason(returns: list[Path], council: Path, tmp_path: Path) -> None:
    said = str(sf.importing.from_sen2([returns[3]], council, salt=tmp_path / "salt"))
    assert "children can't be followed with one January alone" in said
    assert "homes: give --postcodes" in said
    assert "give --register" in said
    said = str(sf.importing.from_sen2([returns[0], returns[2], returns[3]], council, salt=tmp_path / "salt"))
    assert "children before January 2024 are not followed: there is no return of January 2023" in said


def test_a_birth_date_corrected_later_does_not_stop_the_rest(made: Made, council: Path, tmp_path: Path) -> None:
    modules = export(made, 2024)
    held = export(made, 2025)["person"]["persontableid"]
    row = modules["person"].index[modules["person"]["persontableid"].isin(held)][0]
    modules["person"].loc[row, "personbirthdate"] = "2008-Mar-01 00:00:00"
    folders = [save(modules, tmp_path / "2024"), save(export(made, 2025), tmp_path / "2025")]
    said = str(sf.importing.from_sen2(folders, council, salt=tmp_path / "salt"))
    assert "that a later return corrects" in said


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda r: [r[3], r[3]], "two returns are of January 2025"),
        (lambda r: [], "no return was given"),
        (lambda r: [r[0]], "before the area's base year"),
    ],
)
def test_returns_that_do_not_fit_are_refused_and_nothing_is_written(
    returns: list[Path], council: Path, tmp_path: Path, change: object, says: str
) -> None:
    before = {p.name: p.read_bytes() for p in council.iterdir() if p.is_file()}
    with pytest.raises(InputError, match=says):
        sf.importing.from_sen2(change(returns), council, salt=tmp_path / "salt")  # type: ignore[operator]
    assert {p.name: p.read_bytes() for p in council.iterdir() if p.is_file()} == before


def test_a_folder_that_could_then_not_be_read_is_left_as_it_was(
    returns: list[Path], council: Path, tmp_path: Path
) -> None:
    people = pd.read_csv(council / "population.csv")
    people[people["year"] <= 2024].to_csv(council / "population.csv", index=False)
    (council / "area.toml").write_text(
        (council / "area.toml").read_text().replace("base_year = 2025", "base_year = 2024")
    )
    plans = pd.read_csv(council / "plans.csv")
    plans[plans["year"] <= 2024].to_csv(council / "plans.csv", index=False)
    states = pd.read_csv(council / "states.csv").assign(year=2024)
    states.to_csv(council / "states.csv", index=False)
    (council / "in_year.csv").unlink(missing_ok=True)  # months of 2025
    before = (council / "area.toml").read_bytes()
    with pytest.raises(InputError, match=r"nothing was written.*\n.*population.csv has no rows for E06000999 in 2025"):
        sf.importing.from_sen2(returns, council, salt=tmp_path / "salt")
    assert (council / "area.toml").read_bytes() == before


def test_a_salt_that_could_be_guessed_is_refused(returns: list[Path], council: Path, tmp_path: Path) -> None:
    (tmp_path / "salt").write_text("00" * 16)
    with pytest.raises(InputError, match="the salt has 16 bytes: 32 or more are needed"):
        sf.importing.from_sen2(returns, council, salt=tmp_path / "salt")


def test_nothing_is_written_where_one_file_can_not_be(council, returns, register, tmp_path):
    (council / "checks.xlsx").mkdir()
    before = {p.name: p.read_bytes() for p in council.iterdir() if p.is_file()}
    with pytest.raises(OutputError, match=r"checks\.xlsx can't be written: .* Nothing was changed"):
        sf.importing.from_sen2(returns, council, register=register, salt=tmp_path / "salt")
    assert {p.name: p.read_bytes() for p in council.iterdir() if p.is_file()} == before
    assert not list(council.glob(".sufficiency-*"))
