"""Commands about place funding: the tariff, what settings are paid, and deductions, to the pound."""

from __future__ import annotations

import pytest


def test_the_tariff_is_listed_with_its_elements_and_payer(table):
    found = table("tariff", "--year", 2024).set_index(["setting_type", "stage", "state"])
    assert found.loc[("special", "pre-16", "either"), "place_gbp"] == 10_000
    assert found.loc[("sen_unit", "pre-16", "empty"), "element_1_gbp"] == 4_000


def test_each_setting_of_a_folder_is_paid_for_its_places(command, table, tmp_path):
    command("new", tmp_path / "ours")
    found = table("place-funding", tmp_path / "ours", "--year", 2026).set_index("setting")["place_funding_gbp"]
    assert found["900002"] == 240_000
    assert found["900001"] == round(10_000 * (60 * 5 / 12 + 68 * 7 / 12))
    assert found["UNIT-1"] == 72_000
    assert "900003" not in found


def test_places_after_16_come_from_the_folder(command, table, tmp_path):
    command("new", tmp_path / "ours")
    (tmp_path / "ours" / "places.csv").write_text("setting,year,places,post_16_places\n900001,2025,60,12\n")
    found = table("place-funding", tmp_path / "ours", "--year", 2026).set_index("setting")
    assert found.loc["900001", ["pre_16_gbp", "post_16_gbp"]].tolist() == [480_000, 120_000]


def test_deductions_are_as_published(table, tmp_path):
    places = tmp_path / "places.csv"
    places.write_text("kind,before,after\nspecial_academy,665,676\nmainstream_academy_unit_empty,9,2\n")
    found = table("deductions", places, "--year", 2023, "--hospital", 1000).set_index("kind")["deduction_gbp"]
    assert found["mainstream_academy_unit_empty"] == 49_167
    assert found["hospital"] == 1_000


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("kind,before\nspecial_academy,1\n", "places.csv lacks the column after"),
        ("kind,before,after\nspecial_academy,many,1\n", "before and after must be numbers of places"),
        ("kind,before,after\nspecial_acadmy,1,1\n", "did you mean 'special_academy'"),
    ],
)
def test_a_file_of_places_that_can_t_be_used_is_named(command, tmp_path, text, says):
    (tmp_path / "places.csv").write_text(text)
    assert says in command("deductions", tmp_path / "places.csv", "--year", 2023)
