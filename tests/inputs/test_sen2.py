"""A person-level return: read whole, nobody's name kept, every planted fault found and nothing else."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from sufficiency.errors import InputError, MissingError, SufficiencyError
from sufficiency.inputs.council.sen2.census import snapshot
from sufficiency.inputs.council.sen2.data_checks import check_sen2, workbook
from sufficiency.inputs.council.sen2.hashing import hashed, local_salt
from sufficiency.inputs.council.sen2.sen2_return import Sen2, read_sen2
from sufficiency.inputs.council.snapshots import transitions
from tests.inputs.sen2_made import CENSUS, REGISTER, Made, export, make, plant, save, save_xml, truth

SALT = b"a salt of thirty-two bytes, for tests"


@pytest.fixture(scope="module")
def made() -> Made:
    return make()


@pytest.fixture(scope="module")
def returns(made: Made, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Sen2]:
    folder = tmp_path_factory.mktemp("sen2")
    return {year: read_sen2(save(export(made, year), folder / str(year)), salt=SALT) for year in CENSUS}


def test_a_clean_return_has_no_fault(returns: dict[int, Sen2]) -> None:
    checked = check_sen2(returns[2025], REGISTER)
    assert checked.summary["count"].sum() == 0
    assert len(checked.summary) >= 30


def test_every_planted_fault_is_found_and_nothing_else(made: Made, tmp_path: Path) -> None:
    modules = export(made, 2025)
    planted = plant(modules)
    checked = check_sen2(read_sen2(save(modules, tmp_path / "bad"), salt=SALT), REGISTER)
    found = {code: set(rows["row"]) for code, rows in checked.rows.groupby("code")}
    assert found == planted
    assert set(found) == set(checked.summary["code"])


def test_the_snapshot_is_the_truth(made: Made, returns: dict[int, Sen2]) -> None:
    for year in CENSUS:
        held = snapshot(returns[year], REGISTER)
        true = truth(made, year)
        counted = held.groupby(["ncy", "need", "setting_type"]).size()
        expected = true.groupby(["ncy", "need", "setting_type"]).size()
        pd.testing.assert_series_equal(
            counted.sort_index(), expected.sort_index(), check_dtype=False, check_index_type=False
        )


def test_transitions_equal_the_generators_truth(made: Made, returns: dict[int, Sen2]) -> None:
    counted = transitions([snapshot(r, REGISTER) for r in returns.values()])
    for year in (2023, 2024, 2025):
        before, after = truth(made, year - 1), truth(made, year)
        both = before.merge(after, on="number", how="outer", suffixes=("", "_after"))
        here = counted[counted["year"] == year]
        assert here.loc[here["setting_type"] == "", "children"].sum() == both["ncy"].isna().sum()
        assert here.loc[here["setting_type_after"] == "", "children"].sum() == both["ncy_after"].isna().sum()
        moved = (both["setting_type"] != both["setting_type_after"]) & both["ncy"].notna() & both["ncy_after"].notna()
        stayed = (here["setting_type"] != "") & (here["setting_type_after"] != "")
        assert here.loc[stayed & (here["setting_type"] != here["setting_type_after"]), "children"].sum() == moved.sum()
        states = both.dropna().groupby(["ncy", "need", "setting_type", "setting_type_after"]).size()
        ours = here[stayed].groupby(["ncy", "need", "setting_type", "setting_type_after"])["children"].sum()
        pd.testing.assert_series_equal(
            ours.sort_index(), states.sort_index(), check_dtype=False, check_names=False, check_index_type=False
        )


def test_xml_and_zip_say_the_same_as_csv(made: Made, tmp_path: Path) -> None:
    small = Made(made.children.head(300), made.spells[made.spells["number"].isin(made.children["number"].head(300))])
    modules = export(small, 2025)
    folder = save(modules, tmp_path / "csv")
    packed = tmp_path / "sen2.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for part in folder.iterdir():
            file.write(part, part.name)
    by_csv = snapshot(read_sen2(folder, salt=SALT), REGISTER).sort_values("child", ignore_index=True)
    for path in (packed, save_xml(modules, tmp_path / "sen2.xml")):
        other = snapshot(read_sen2(path, salt=SALT), REGISTER).sort_values("child", ignore_index=True)
        pd.testing.assert_frame_equal(other, by_csv)


@pytest.mark.parametrize(("version", "change"), [("1.1", {"sex": "gendercurrent"}), ("1.2", {}), ("1.3", {})])
def test_each_schema_version_is_told_from_its_columns(
    made: Made, tmp_path: Path, version: str, change: dict[str, str]
) -> None:
    modules = export(Made(made.children.head(50), made.spells), 2025)
    modules["person"] = modules["person"].rename(columns=change)
    if version != "1.3":
        modules["requests"] = modules["requests"].drop(columns="requestsource")
    assert read_sen2(save(modules, tmp_path / version), salt=SALT).version == version


def test_nobody_can_be_found_in_what_comes_out(made: Made, returns: dict[int, Sen2], tmp_path: Path) -> None:
    modules = export(made, 2025)
    plant(modules)
    read = read_sen2(save(modules, tmp_path / "bad"), salt=SALT)
    checked = check_sen2(read, REGISTER)
    written = [frame.to_csv() for frame in (checked.summary, checked.rows, snapshot(read, REGISTER), read.person)]
    written += [repr(read), repr(checked), transitions([snapshot(r, REGISTER) for r in returns.values()]).to_csv()]
    with zipfile.ZipFile(io.BytesIO(workbook({2025: checked}))) as book:
        written += [book.read(name).decode("utf-8", "replace") for name in book.namelist()]
    everything = "\n".join(written)
    for child in made.children.head(40).itertuples():
        for secret in (
            child.surname,
            child.forename,
            child.upn,
            child.postcode,
            f"{child.born:%Y-%m-%d}",
            f"{child.born:%Y-%b-%d}",
        ):
            assert secret not in everything


def test_the_same_child_has_the_same_hash_only_with_the_same_salt() -> None:
    ids = pd.Series(["A1", "A2", "A1", ""])
    one = hashed(ids, b"one" * 11)
    assert one[0] == one[2] != one[1]
    assert one[3] == ""
    assert (hashed(ids, b"two" * 11)[:3] != one[:3]).all()


def test_the_salt_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    salt = local_salt(tmp_path / "here" / "salt")
    assert local_salt(tmp_path / "here" / "salt") == salt
    assert stat.S_IMODE((tmp_path / "here" / "salt").stat().st_mode) == 0o600


def test_a_missing_january_between_two_is_refused(returns: dict[int, Sen2]) -> None:
    with pytest.raises(InputError, match="no snapshot of January 2023"):
        transitions([snapshot(returns[y], REGISTER) for y in (2022, 2024)])


def test_a_misspelt_column_is_named_with_the_nearest_and_no_value(made: Made, tmp_path: Path) -> None:
    modules = export(Made(made.children.head(5), made.spells), 2025)
    modules["person"] = modules["person"].rename(columns={"personbirthdate": "personbirthday"})
    with pytest.raises(
        InputError, match=r"column 4 is not one of the return's; did you mean 'personbirthdate'"
    ) as caught:
        read_sen2(save(modules, tmp_path / "x"), salt=SALT)
    assert "Surname" not in str(caught.value)
    assert "personbirthday" not in str(caught.value)


def test_a_missing_module_is_named(made: Made, tmp_path: Path) -> None:
    modules = export(Made(made.children.head(5), made.spells), 2025)
    del modules["senneed"]
    with pytest.raises(MissingError, match="lacks the SEN2 modules senneed"):
        read_sen2(save(modules, tmp_path / "x"), salt=SALT)


@pytest.mark.parametrize(
    "content", [b"", b"<a", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", b"\x00\x01", b"<Message></Message>"]
)
def test_a_broken_xml_file_raises_the_librarys_own_error(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "sen2.xml"
    path.write_bytes(content)
    with pytest.raises(SufficiencyError):
        read_sen2(path, salt=SALT)


def test_a_zip_that_swells_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "sen2.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("person.csv", b"0" * 50_000_000)
    with pytest.raises(InputError, match="not opened"):
        read_sen2(path, salt=SALT)


def test_a_zip_damaged_inside_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "sen2.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("person.csv", "persontableid,surname\n" + "".join(f"{n},Made{n * n}\n" for n in range(2_000)))
    whole, refused = file.read_bytes(), 0
    for at in range(60, 200, 7):  # bytes of what is packed: its header is before, its list behind
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        with pytest.raises(SufficiencyError) as caught:
            read_sen2(file, salt=b"x" * 32)
        assert "Made" not in str(caught.value)
        refused += "can't be unpacked" in str(caught.value)
    assert refused > 10
