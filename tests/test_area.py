"""The area folder: the example reproduces the published figures, and a bad folder is refused in words."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.area.area import TABLES
from sufficiency.area.folder import check_area, data_folder
from sufficiency.area.template import write_template
from sufficiency.errors import InputError, MissingError, SufficiencyError
from sufficiency.words.vocabulary import SETTING_GROUP_OF

NORTH, WEST = "E06000061", "E06000062"
EXAMPLE = data_folder() / "northamptonshire"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the example's folder to spoil."""
    return Path(shutil.copytree(EXAMPLE, tmp_path / "area"))


def spoil(folder: Path, name: str, change: Callable[[pd.DataFrame], object]) -> None:
    """Change one CSV as text, in place."""
    frame = pd.read_csv(folder / name, dtype="str", keep_default_na=False)
    changed = change(frame)
    (changed if isinstance(changed, pd.DataFrame) else frame).to_csv(folder / name, index=False)


def faults(folder: Path) -> str:
    found = check_area(folder)
    assert all(isinstance(fault, SufficiencyError) for fault in found)
    with pytest.raises(SufficiencyError) as caught:
        sf.read_area(folder)
    assert str(found[0]) in str(caught.value)
    return "\n".join(str(fault) for fault in found)


# --- the example ------------------------------------------------------------------------------------------------------


def test_the_base_year_is_the_published_total_of_each_authority() -> None:
    plans = sf.example_area().plans
    totals = plans[plans["year"].isin([2025, 2026])].groupby(["year", "authority"])["plans"].sum()
    assert totals[2025].to_dict() == {NORTH: 4551, WEST: 4153}
    assert totals[2026].to_dict() == {NORTH: 5372, WEST: 5337}


def test_the_base_year_is_the_published_total_by_setting_group() -> None:
    states = sf.example_area().states
    groups = states.groupby(["authority", states["setting_type"].map(SETTING_GROUP_OF)])["plans"].sum()
    assert groups[NORTH].to_dict() == {
        "alternative_provision": 16,
        "early_years": 74,
        "elsewhere": 439,
        "further_education": 556,
        "mainstream": 2649,
        "not_recorded": 5,
        "special": 1633,
    }
    assert groups[WEST].to_dict() == {
        "alternative_provision": 30,
        "early_years": 45,
        "elsewhere": 415,
        "further_education": 582,
        "mainstream": 2576,
        "not_recorded": 1,
        "special": 1688,
    }


def test_states_are_the_plans_of_january_2026_and_their_needs_as_published_a_year_before(published: Path) -> None:
    from sufficiency.inputs.releases import dfe_ehc_plans

    area = sf.example_area()
    needs = dfe_ehc_plans.needs(published / "ehcp_2025")
    needs = needs[needs["by"] == "setting_type"]
    for code in (NORTH, WEST):
        own = area.states[area.states["authority"] == code]
        now = area.plans[(area.plans["authority"] == code) & (area.plans["year"] == 2026)]
        by = ["ncy", "setting_type"]
        told = now.groupby(by)["plans"].sum()
        assert own.groupby(by)["plans"].sum().to_dict() == told[told > 0].to_dict()
        before = needs[needs["authority"] == code].groupby(["setting_type", "need"])["plans"].sum().astype("float64")
        after = own.groupby(["setting_type", "need"])["plans"].sum().astype("float64")
        for setting_type in ("mainstream", "special", "further_education"):
            then, later = (f[setting_type] / f[setting_type].sum() for f in (before, after))
            assert (later.reindex(then.index, fill_value=0) - then).abs().max() < 0.05


def test_the_county_before_2022_is_shared_out_whole(published: Path) -> None:
    from sufficiency.inputs.releases import dfe_ehc_plans

    stock = dfe_ehc_plans.stock(published / "ehcp_2025")
    county = stock[(stock["authority"] == "E10000021") & (stock["age"] == "all")]
    plans = sf.example_area().plans
    before = plans[plans["year"] < 2022].groupby(["year", "setting_type"])["plans"].sum()
    told = county.groupby(["year", "setting_type"])["plans"].sum()
    assert before.to_dict() == told.to_dict()
    assert plans[plans["year"] < 2022].groupby("year")["plans"].sum().to_dict() == {2019: 4111, 2020: 4337, 2021: 4847}


def test_all_seventeen_state_special_schools_are_there_with_the_published_capacity() -> None:
    area = sf.example_area()
    schools = area.settings[area.settings["setting_type"].eq("special") & area.settings["is_in_area"]]
    assert len(schools) == 17
    places = area.places_in(2026)
    by_authority = schools.groupby("authority")["setting"].apply(lambda codes: int(places[list(codes)].sum()))
    assert by_authority.to_dict() == {NORTH: 1301, WEST: 1288}


def test_there_are_443_zones_in_seven_districts_and_their_children_are_the_authorities() -> None:
    area = sf.example_area()
    assert len(area.zones) == 443
    assert area.zones["district"].nunique() == 7
    children = area.zone_children.merge(area.zones[["zone", "authority"]], on="zone")
    now = area.population[area.population["year"] == 2026]
    zoned = children.groupby(["authority", "ncy"])["children"].sum()
    told = now.groupby(["authority", "ncy"])["children"].sum()
    assert ((zoned - told).abs() < 3).all()


def test_the_population_runs_from_2019_to_2048_with_no_gap() -> None:
    years = sf.example_area().population.groupby("authority")["year"].unique()
    assert all(sorted(y) == list(range(2019, 2049)) for y in years)


def test_every_table_of_the_example_names_its_source() -> None:
    area = sf.example_area()
    sourced = set(area.sources["table"])
    for name in TABLES:
        if len(getattr(area, name)):
            assert name in sourced, name


def test_what_is_assumed_about_places_is_in_the_notes() -> None:
    notes = sf.example_area().notes
    said = " ".join(notes.loc[notes["kind"].isin(["assumed", "doubtful"]), "says"])
    for words in (
        "those that no list names are one setting in each district",
        "not commissioned places",
        "shared between North and West",
    ):
        assert words in said


def test_every_zone_of_the_boundaries_is_a_zone_of_the_table() -> None:
    area = sf.example_area()
    assert area.boundaries is not None
    assert {f["properties"]["zone"] for f in area.boundaries["features"]} == set(area.zones["zone"])


def test_the_example_folder_is_small_enough_to_carry() -> None:
    assert sum(p.stat().st_size for p in EXAMPLE.iterdir()) < 3_000_000
    assert (EXAMPLE / "boundaries.geojson").stat().st_size < 700_000


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "column", "value", "message"),
    [
        ("states.csv", "need", "ASDD", "row 2, need: 'ASDD' is not one of ASD"),
        ("plans.csv", "setting_type", "specail", "row 2, setting_type: 'specail' is not one of mainstream"),
        ("plans.csv", "authority", "E06000016", "row 2, authority: 'E06000016' is not one of E06000061, E06000062"),
        ("places.csv", "places", "-3", "row 2, places: -3 is below 0"),
        ("places.csv", "places", "12.5", "row 2, places: 12.5 is not a whole number"),
        ("places.csv", "setting", "999999", "row 2, setting: '999999' is not one of"),
        ("zones.csv", "easting", "-0.9", "metres on the British National Grid are needed, not longitude and latitude"),
        ("settings.csv", "northing", "2000000", "northing: 2000000 is above 1300000"),
        ("settings.csv", "ncy_low", "14", "row 2, ncy_low: 14 is above ncy_high, 6"),
        ("settings.csv", "needs", "SLD PMDL", "'PMDL' is not one of ASD"),
        ("settings.csv", "needs", "SLD,PMLD", "put a space between needs, as ASD SEMH"),
        ("settings.csv", "setting_type", "unit", "'unit' is not one of mainstream"),
        (
            "zones.csv",
            "easting",
            "900000",
            "row 2, easting: 900000 is above 700000; metres on the British National Grid",
        ),
        ("zone_children.csv", "zone", "E0102694X", "'E0102694X' is not one of E01026949"),
        ("unit_costs.csv", "gbp", "about 70k", "gbp: 'about 70k' is not a number"),
    ],
)
def test_a_wrong_value_is_named_by_file_row_and_column(
    folder: Path, file: str, column: str, value: str, message: str
) -> None:
    def put(frame: pd.DataFrame) -> None:
        frame.loc[0, column] = value

    spoil(folder, file, put)
    said = faults(folder)
    assert said.startswith(file)
    assert message in said


@pytest.mark.parametrize("file", ["zones.csv", "settings.csv"])
@pytest.mark.parametrize(
    ("easting", "northing"), [("600000", "600000"), ("146000", "530000"), ("240000", "480000"), ("20000", "390000")]
)
def test_a_point_in_the_sea_or_in_ireland_is_refused(folder: Path, file: str, easting: str, northing: str) -> None:
    def put(frame: pd.DataFrame) -> None:
        frame.loc[0, ["easting", "northing"]] = [easting, northing]

    spoil(folder, file, put)
    said = faults(folder)
    assert said.startswith(f"{file}: 1 to correct")
    assert f"row 2, easting, northing: {easting}, {northing} is not on land in Great Britain; metres" in said


def test_easting_and_northing_swapped_are_refused(folder: Path) -> None:
    spoil(folder, "zones.csv", lambda f: f.rename(columns={"easting": "northing", "northing": "easting"}))
    assert "is not on land in Great Britain; metres on the British National Grid are needed, easting first" in faults(
        folder
    )


def test_a_zone_far_from_the_rest_is_refused(folder: Path) -> None:
    def put(frame: pd.DataFrame) -> None:
        frame.loc[0, "northing"] = "500000"

    spoil(folder, "zones.csv", put)
    assert "km from the middle of its authority's zones; within 150 km is expected" in faults(folder)


def test_a_school_twice_is_named_with_the_row_it_repeats(folder: Path) -> None:
    spoil(folder, "settings.csv", lambda f: pd.concat([f, f.iloc[[3]]]))
    assert "row 63, setting: '145906' is there already, in row 5" in faults(folder)


def test_a_missing_year_between_two_others_is_named(folder: Path) -> None:
    spoil(folder, "population.csv", lambda f: f[~((f["authority"] == NORTH) & (f["year"] == "2027"))])
    assert f"population.csv: 1 to correct\n  year: {NORTH} has no 2027" in faults(folder)


def test_an_empty_file_says_what_was_expected(folder: Path) -> None:
    (folder / "flows.csv").write_text("")
    assert "flows.csv is empty: expected a header and at least one row" in faults(folder)


def test_a_header_alone_says_what_was_expected(folder: Path) -> None:
    spoil(folder, "flows.csv", lambda f: f.iloc[:0])
    assert "flows.csv has no rows: expected columns authority, year" in faults(folder)


def test_a_misspelt_column_is_named_with_the_nearest(folder: Path) -> None:
    spoil(folder, "zones.csv", lambda f: f.rename(columns={"northing": "nothing"}))
    assert "the column 'northing' is missing; is it column " in faults(folder)


def test_a_misspelt_column_is_one_fault_and_a_column_of_no_use_another(folder: Path) -> None:
    spoil(folder, "states.csv", lambda f: f.rename(columns={"setting_type": "seting_type"}).assign(colour="red"))
    said = faults(folder)
    assert said.startswith("states.csv: 2 to correct")
    assert "row 1: the column 'setting_type' is missing; is it column 5, misspelt?" in said
    assert "row 1: column 7 is not one of authority, year, ncy, need, setting_type, plans" in said


def test_a_missing_column_is_named(folder: Path) -> None:
    spoil(folder, "states.csv", lambda f: f.drop(columns="need"))
    assert faults(folder) == "states.csv: 1 to correct\n  row 1: the column 'need' is missing"


def test_a_file_nearly_named_as_a_table_is_not_passed_over(folder: Path) -> None:
    (folder / "places.csv").rename(folder / "place.csv")
    assert "there is a file place.csv, which is not read; did you mean 'places.csv'?" in faults(folder)


def test_any_other_file_is_noted_as_not_read(folder: Path) -> None:
    shutil.copy(folder / "places.csv", folder / "our_workings.csv")
    assert "our_workings.csv is not one of an area's tables, so it was not read" in set(
        sf.read_area(folder).notes["says"]
    )


def test_a_folder_where_a_file_should_be_is_named(folder: Path) -> None:
    (folder / "plans.csv").unlink()
    (folder / "plans.csv").mkdir()
    assert "is a folder; a file of that name is needed" in faults(folder)


def test_a_file_given_as_the_folder_is_named(folder: Path) -> None:
    with pytest.raises(InputError, match=r"plans.csv is a file; give the folder that holds it"):
        sf.read_area(folder / "plans.csv")


def test_more_plans_than_children_is_refused(folder: Path) -> None:
    spoil(folder, "plans.csv", lambda f: f.assign(plans=[str(int(v) * 100) for v in f["plans"]]))
    assert f"plans.csv has 537,200 plans for {NORTH} in 2026, more than its" in faults(folder)


def test_states_that_differ_from_plans_are_doubtful(folder: Path) -> None:
    def put(frame: pd.DataFrame) -> None:
        frame.loc[0, "plans"] = str(int(frame.loc[0, "plans"]) + 10)

    spoil(folder, "states.csv", put)
    notes = sf.read_area(folder).notes
    said = notes.loc[notes["table"].eq("states") & notes["kind"].eq("doubtful"), "says"]
    assert any(f"{NORTH}: 5,382 plans in states.csv in 2026, 5,372 in plans.csv" in words for words in said)


@pytest.mark.parametrize(
    ("added", "message"),
    [
        ("[[notes]]\ntable = 'x'\n", "each [[notes]] must say something"),
        ("[assumptions]\nrate = 3\n", "[assumptions.rate] must be a table with value, unit, says, status and source"),
    ],
)
def test_a_part_of_area_toml_of_another_shape_is_refused(folder: Path, added: str, message: str) -> None:
    kept = f'name = "Ours"\nbase_year = 2026\n[authorities]\n{NORTH} = "North"\n{WEST} = "West"\n'
    (folder / "area.toml").write_text(kept + added, encoding="utf-8")
    assert message in faults(folder)


@pytest.mark.parametrize("content", ["[1]", '{"features": 3}', '{"features": [1]}', "{", '{"features": [{}]}'])
def test_boundaries_that_are_not_geojson_are_refused(folder: Path, content: str) -> None:
    (folder / "boundaries.geojson").write_text(content, encoding="utf-8")
    assert faults(folder).startswith("boundaries.geojson")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_saved_from_excel_reads_the_same(folder: Path, encoding: str, separator: str) -> None:
    frame = pd.read_csv(folder / "unit_costs.csv", dtype="str", keep_default_na=False)
    frame["gbp"] = [f"{float(v):,.0f}" for v in frame["gbp"]]
    frame.to_csv(folder / "unit_costs.csv", index=False, sep=separator, encoding=encoding)
    read = sf.read_area(folder).unit_costs
    pd.testing.assert_frame_equal(read, sf.example_area().unit_costs)


def test_every_fault_of_every_file_is_told_at_once(folder: Path) -> None:
    def put(column: str, value: str) -> Callable[[pd.DataFrame], None]:
        return lambda frame: frame.__setitem__(column, [value, *frame[column].iloc[1:]])

    spoil(folder, "places.csv", put("places", "-3"))
    spoil(folder, "states.csv", put("need", "ASDD"))
    said = faults(folder)
    assert "places.csv" in said
    assert "states.csv" in said


def test_a_folder_that_is_not_there_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match=r"there is no folder .*; `sufficiency new"):
        sf.read_area(tmp_path / "nowhere")


def test_a_folder_without_a_needed_table_names_it(folder: Path) -> None:
    (folder / "population.csv").unlink()
    assert "there is no file population.csv" in faults(folder)


def test_a_base_year_without_plans_is_named(folder: Path) -> None:
    toml = folder / "area.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace("base_year = 2026", "base_year = 2027"), encoding="utf-8")
    assert "plans.csv has no rows for E06000061 in 2027, the base year of area.toml" in faults(folder)


def test_an_area_toml_that_is_not_toml_is_refused(folder: Path) -> None:
    (folder / "area.toml").write_text("name = Northamptonshire")
    with pytest.raises(InputError, match=r"area.toml can't be read"):
        sf.read_area(folder)


def test_a_table_that_is_not_there_is_a_note_that_says_what_it_costs(folder: Path) -> None:
    (folder / "vehicles.csv").unlink()
    notes = sf.read_area(folder).notes
    missing = notes[notes["kind"] == "missing"]
    assert "no vehicles.csv: the library's assumed vehicle costs are used" in set(missing["says"])


def test_a_field_that_an_area_lacks_is_refused_with_the_nearest(tiny_area: sf.Area) -> None:
    with pytest.raises(InputError, match="an area has no 'setings'; did you mean 'settings'"):
        tiny_area.replace(setings=None)


def test_the_order_of_rows_in_the_files_changes_nothing(tmp_path: Path) -> None:
    write_template(tmp_path / "ours")
    before = sf.run(sf.read_area(tmp_path / "ours"), to=2027, draws=4, placed_draws=2)
    for file in (tmp_path / "ours").glob("*.csv"):
        header, *rows = file.read_text(encoding="utf-8").splitlines()
        file.write_text("\n".join([header, *reversed(rows)]) + "\n", encoding="utf-8")
    after = sf.run(sf.read_area(tmp_path / "ours"), to=2027, draws=4, placed_draws=2)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(after.area, name), getattr(before.area, name))
    np.testing.assert_array_equal(after.plans.plans, before.plans.plans)
    pd.testing.assert_frame_equal(after.placed.placements, before.placed.placements)
    np.testing.assert_array_equal(after.budget.balance, before.budget.balance)


def test_a_changed_copy_leaves_the_area_as_it_was(tiny_area: sf.Area) -> None:
    assert tiny_area.replace(name="Other").name == "Other"
    assert tiny_area.name == "Tinyshire"


def test_the_areas_own_value_comes_before_the_national_one(tiny_area: sf.Area) -> None:
    name = "allocate.move_gbp"
    national = tiny_area.value(name)
    changed = sf.ChangeAssumption(name, national + 1)(tiny_area)
    assert (tiny_area.value(name), changed.value(name)) == (national, national + 1)
    with pytest.raises(MissingError, match=r"no policy value 'allocate\.move_gb'; did you mean"):
        tiny_area.value("allocate.move_gb")


# --- England ----------------------------------------------------------------------------------------------------------


def test_england_is_an_area_too_with_its_published_totals() -> None:
    england = sf.read_area(data_folder() / "england")
    totals = england.plans.groupby("year")["plans"].sum()
    assert totals[2019] == 353_995
    assert totals[2025] == 638_745
    assert totals[2026] == 718_838
    assert "leave out Hackney and Peterborough" in " ".join(england.notes["says"])


def test_a_school_of_no_authority_is_refused(tmp_path: Path) -> None:
    write_template(tmp_path / "ours")
    path = tmp_path / "ours" / "settings.csv"
    frame = pd.read_csv(path, dtype="str")
    frame.loc[1, "authority"] = "E10000018"  # a county across the border: allowed
    frame.loc[2, "authority"] = "Northants"
    frame.to_csv(path, index=False)
    with pytest.raises(InputError, match="row 4, authority: 'Northants' is no authority's code"):
        sf.read_area(tmp_path / "ours")


@pytest.mark.parametrize(
    ("month", "message"),
    [
        ("5,1,99999,1", "new_plans: E06000999 has 99,999 in the year so far, more than its "),
        ("5,1,4,99999", "ceased: E06000999 has 99,999 in the year so far, more than its "),
        ("5,6,4,1", "refused: E06000999 has 6 in the year so far, more than its 5 requests"),
    ],
)
def test_a_year_so_far_beyond_all_sense_is_refused(tmp_path: Path, month: str, message: str) -> None:
    write_template(tmp_path / "ours")
    (tmp_path / "ours" / "in_year.csv").write_text(f"month,requests,refused,new_plans,ceased\n2025-01,{month}\n")
    assert message in faults(tmp_path / "ours")


def test_more_new_plans_in_a_year_so_far_than_there_were_plans_are_refused(tmp_path: Path) -> None:
    write_template(tmp_path / "ours")
    held = int(pd.read_csv(tmp_path / "ours" / "plans.csv").query("year == 2025")["plans"].sum())
    months = f"month,requests,refused,new_plans,ceased\n2025-01,,5,{held + 1},1\n"
    (tmp_path / "ours" / "in_year.csv").write_text(months)
    assert (
        f"new_plans: E06000999 has {held + 1:,} in the year so far, more than its {held:,} plans in January"
        in faults(tmp_path / "ours")
    )


def test_a_setting_said_to_have_a_number_of_places_and_without_a_row_of_them_is_doubtful(tmp_path: Path) -> None:
    ours = tmp_path / "ours"
    write_template(ours)
    before = set(sf.read_area(ours).notes["says"])
    first = pd.read_csv(ours / "places.csv", dtype="str")["setting"].iloc[0]
    spoil(ours, "places.csv", lambda f: f[f["setting"] != first])
    (says,) = set(sf.read_area(ours).notes["says"]) - before
    assert says.startswith(f"{first}: no row in places.csv, so no places but those of pipeline.csv; give their places")


def test_a_setting_whose_places_begin_after_the_base_year_is_noted(folder: Path) -> None:
    first = pd.read_csv(folder / "places.csv", dtype="str")["setting"].iloc[0]

    def later(frame: pd.DataFrame) -> None:
        frame.loc[frame["setting"] == first, "year"] = "2028"

    spoil(folder, "places.csv", later)
    notes = sf.read_area(folder).notes
    said = notes.loc[notes["table"].eq("places") & notes["kind"].eq("doubtful"), "says"]
    assert any(f"{first} has no places before January 2028" in words for words in said)


def test_what_differs_between_two_areas_is_named_by_value_and_not_by_object(tiny_area: sf.Area) -> None:
    again = tiny_area.replace(plans=tiny_area.plans, places=tiny_area.places.assign(places=1))
    assert tiny_area.changed_from(tiny_area) == frozenset()
    assert again.changed_from(tiny_area) == {"places"} == tiny_area.changed_from(again)
    assert tiny_area.replace(name="Elsewhere", base_year=2026).changed_from(tiny_area) == {"name", "base_year"}
