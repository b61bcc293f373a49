"""Each publisher's file is read whole, and its own totals are what comes back; a stranger to it is refused in words."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from benchmarks import witan_send
from sufficiency import tables
from sufficiency.errors import FaultyTableError, InputError, MissingError
from sufficiency.inputs import catalogue
from sufficiency.inputs.council import local_tables
from sufficiency.inputs.files.text import read_text_table
from sufficiency.inputs.releases import (
    dfe_funding,
    dfe_gias,
    dfe_lait,
    dfe_school_census,
    dfe_sen_in_england,
    mhclg_deprivation,
    ons,
    postcodes,
)

# --- Department for Education -----------------------------------------------------------------------------------------


def test_lait_percentages_are_the_tools_own(published: Path) -> None:
    support = dfe_lait.sen_support(published / "lait" / "sen_measures_2016-2025.csv")
    england = support[(support["name"] == "England") & (support["phase"] == "all")].set_index("year")
    assert england["sen_support_percent"].to_dict()[2025] == pytest.approx(14.2)
    north = support[(support["number"] == 940) & (support["phase"] == "primary")].set_index("year")
    assert north["sen_support_percent"].to_dict() == pytest.approx({2022: 11.7, 2023: 11.8, 2024: 12.4, 2025: 12.7})


def test_lait_years_of_money_are_financial_years(published: Path) -> None:
    costs = dfe_lait.measures(published / "lait" / "sen_measures_2016-2025.csv")
    costs = costs[costs["measure"] == "unit_cost_gbp_a_week"]
    assert costs["year"].min() == 2016
    assert costs["period"].str.contains("OT").all()


def test_every_pupil_of_the_school_census_has_a_year_group(published: Path) -> None:
    path = published / "school_census" / "pupils_by_nc_year_2011-12_to_2022-23.csv"
    raw = pd.read_csv(path)
    pupils = dfe_school_census.pupils_by_ncy(path)
    assert pupils["pupils"].sum() == pd.to_numeric(raw["headcount"], errors="coerce").sum()
    north = pupils[(pupils["number"] == 940) & (pupils["year"] == 2023)].set_index("ncy")["pupils"]
    assert north[0] == 4007
    assert north[11] == 3913


@pytest.mark.parametrize("year", [2020, 2021, 2022, 2023])
def test_the_high_needs_block_adds_up_to_the_pound(published: Path, year: int) -> None:
    file = f"dsg_{year}_to_{year + 1}_High_needs_block_northants_neighbours_england.csv"
    block = dfe_funding.high_needs_block(published / "funding" / file)
    wide = block.pivot_table(index="name", columns="item", values="amount", aggfunc="first").fillna(0)
    parts = wide.reindex(
        columns=["import_export_gbp", "special_free_school_gbp", "hospital_gbp", "additional_gbp"]
    ).fillna(0)
    total = wide["nff_elements_gbp"] + wide["basic_entitlement_gbp"] * wide["special_pupils"] + parts.sum(axis=1)
    local_rows = wide.index.difference(["England", "East Midlands"])
    assert len(local_rows) >= 8
    assert (total[local_rows] - wide.loc[local_rows, "block_gbp"]).abs().max() < 60  # the unit is given to the penny
    assert set(block["financial_year"]) == {year}


def test_place_deductions_sum_to_the_published_total(published: Path) -> None:
    file = published / "funding" / "dsg_2023_to_2024_High_needs_deductions_northants_neighbours_england.csv"
    frame = dfe_funding.place_deductions(file)
    money = frame["period"].str.contains("£")
    total = frame["provider"].str.startswith("Total deduction")
    sums = frame[money & ~total].groupby("name")["amount"].sum()
    told = frame[total].set_index("name")["amount"]
    assert told["North Northamptonshire"] == 11_082_170
    assert (sums - told.reindex(sums.index)).abs().max() < 5
    places = frame[(frame["name"] == "North Northamptonshire") & frame["provider"].eq("Special academies")]
    assert places.loc[places["kind"].eq("Pre-16 SEN Places"), "amount"].tolist() == [665, 676, 6_714_167]


def test_benchmarking_gives_both_reports_of_an_authority(published: Path) -> None:
    frame = dfe_funding.benchmarking(published / "funding" / "high_needs_benchmarking_2021-22.xlsx")
    north = frame[frame["number"] == 940].set_index(["report", "line", "phase"])["gbp"]
    top_up = "Top up funding (maintained schools, academies, free schools and colleges)"
    assert north["outturn", top_up, "Special schools and academies"] == pytest.approx(13_584_803.46)
    assert north["budget", top_up, "total"] == pytest.approx(23_445_160.57)
    assert frame["number"].nunique() > 140


GIAS = {
    "URN": ["137875", "900001", "900002", "900003", "900004"],
    "LA (code)": ["940", "940", "941", "941", "940"],
    "LA (name)": ["North Northamptonshire"] * 5,
    "EstablishmentName": [
        "Kingsley – Special Academy",
        "Café School",
        "Beacon",
        "The Old School",
        "A Children's Centre",
    ],
    "TypeOfEstablishment (name)": [
        "Academy special converter",
        "Academy converter",
        "Other independent special school",
        "Community special school",
        "Children's centre",
    ],
    "EstablishmentTypeGroup (name)": [
        "Academies",
        "Academies",
        "Independent schools",
        "Special schools",
        "Other types",
    ],
    "EstablishmentStatus (name)": ["Open", "Open, but proposed to close", "Proposed to open", "Closed", "Open"],
    "OpenDate": ["01-01-2012", "", "01-09-2027", "", ""],
    "CloseDate": ["", "31-08-2027", "", "31-08-2019", ""],
    "StatutoryLowAge": ["3", "4", "11", "5", ""],
    "StatutoryHighAge": ["11", "11", "19", "16", ""],
    "Gender (name)": ["Mixed", "Mixed", "Boys", "Mixed", ""],
    "SchoolCapacity": ["156", "210", "40", "60", ""],
    "NumberOfPupils": ["174", "200", "", "", ""],
    "SenUnitCapacity": ["", "12", "", "", ""],
    "ResourcedProvisionCapacity": ["", "8", "", "", ""],
    "SEN1 (name)": [
        "ASD - Autistic Spectrum Disorder",
        "Not Applicable",
        "SEMH - Social, Emotional and Mental Health",
        "",
        "",
    ],
    "SEN2 (name)": ["SLD - Severe Learning Difficulty", "", "ASD - Autistic Spectrum Disorder", "", ""],
    "Easting": ["488689", "480000", "470000", "471000", "472000"],
    "Northing": ["278122", "270000", "260000", "261000", "262000"],
}


def test_the_school_register_gives_types_years_needs_and_places(tmp_path: Path) -> None:
    path = tmp_path / "edubasealldata20260501.csv"
    pd.DataFrame(GIAS).to_csv(path, index=False, encoding="cp1252")
    schools = dfe_gias.schools(path).set_index("setting")
    assert schools["setting_type"].to_dict() == {
        "137875": "special",
        "900001": "mainstream",
        "900002": "independent_special",
        "900003": "special",
    }
    assert schools["status"].tolist() == ["open", "closing", "proposed", "closed"]
    assert schools.loc["137875", "name"] == "Kingsley – Special Academy"
    assert schools.loc["137875", ["ncy_low", "ncy_high"]].tolist() == [-1, 6]
    assert schools.loc["137875", "needs"] == "ASD SLD"
    assert schools.loc["900002", "needs"] == "SEMH ASD"
    assert schools.loc["900002", "sex"] == "boys"
    assert schools.loc["900001", ["unit_places", "resourced_places"]].tolist() == [12, 8]
    assert schools.loc["900002", "opened"] == pd.Timestamp(2027, 9, 1)


def test_the_registers_links_are_predecessors_and_successors(tmp_path: Path) -> None:
    path = tmp_path / "links_edubasealldata.csv"
    rows = {
        "URN": ["150242", "122162"],
        "LinkURN": ["122162", "150242"],
        "LinkName": ["The Gateway School"] * 2,
        "LinkType": ["Predecessor", "Successor - merged"],
        "LinkEstablishedDate": ["01-09-2023", "01-09-2023"],
    }
    pd.DataFrame(rows).to_csv(path, index=False)
    links = dfe_gias.links(path)
    assert links["kind"].tolist() == ["predecessor", "successor"]


def test_a_register_without_coordinates_is_refused(tmp_path: Path) -> None:
    pd.DataFrame(GIAS).rename(columns={"Easting": "Eastings (m)"}).to_csv(tmp_path / "edubase.csv", index=False)
    with pytest.raises(InputError, match=r"the column 'Easting' is missing; is it column \d+, misspelt\?"):
        dfe_gias.schools(tmp_path / "edubase.csv")


SEN = {
    "time_period": "202425",
    "geographic_level": "Local authority",
    "new_la_code": "E06000061",
    "la_name": "North Northamptonshire",
    "phase_type_grouping": "State-funded primary",
}


def test_sen_in_england_reads_the_same_with_a_column_or_a_row_a_count(tmp_path: Path) -> None:
    wide = SEN | {
        "type_of_establishment": "Total",
        "hospital_school": "Total",
        "sen_support": "254",
        "sen_support_percent": "12.7",
    }
    part = wide | {"type_of_establishment": "Academy", "sen_support_percent": "9"}
    pd.DataFrame([wide, part]).to_csv(tmp_path / "sen_phase_type_.csv", index=False)
    long = [
        SEN | {"establishment_type": "Total", "sen_provision": provision, "pupil_count": count}
        for provision, count in (
            ("SEN support", "254"),
            ("EHC plans", "80"),
            ("No identified SEN", "1666"),
            ("Total", "2000"),
        )
    ]
    pd.DataFrame(long).to_csv(tmp_path / "sen_long.csv", index=False)
    for name in ("sen_phase_type_.csv", "sen_long.csv"):
        frame = dfe_sen_in_england.sen_support(tmp_path / name)
        assert frame[["authority", "year", "phase", "pupils", "sen_support_percent"]].to_numpy().tolist() == [
            ["E06000061", 2025, "primary", 2000, 12.7]
        ]
    pd.DataFrame([part]).to_csv(tmp_path / "part.csv", index=False)
    with pytest.raises(InputError, match="no row for a whole authority"):
        dfe_sen_in_england.sen_support(tmp_path / "part.csv")


# --- Office for National Statistics -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "year", "code"),
    [
        ("northants_lsoa11_mid2020_population_by_single_year_of_age.csv", 2020, "lsoa11_code"),
        ("northants_msoa11_mid2020_population_by_single_year_of_age.csv", 2020, "msoa11_code"),
        ("all_LAs_ltla21_mid2020_population_by_single_year_of_age.csv", 2020, "ltla21_code"),
        ("all_LAs_population_single_year_of_age_policyengine_probably_mid2023.csv", 2023, "code"),
    ],
)
def test_estimates_sum_to_the_files_own(published: Path, file: str, year: int, code: str) -> None:
    raw = pd.read_csv(published / "ons" / file)
    people = ons.estimates(published / "ons" / file, mid_year=year)
    assert people["children"].sum() == pytest.approx(raw[[str(a) for a in range(26)]].sum().sum())
    assert set(people["code"]) == set(raw[code])


def test_the_districts_of_2020_are_their_small_areas_summed(published: Path) -> None:
    small = ons.estimates(
        published / "ons" / "northants_lsoa11_mid2020_population_by_single_year_of_age.csv", mid_year=2020
    )
    whole = ons.estimates(
        published / "ons" / "northants_old_districts_mid2020_population_by_single_year_of_age.csv", mid_year=2020
    )
    assert small.groupby("age")["children"].sum().to_dict() == whole.groupby("age")["children"].sum().to_dict()


def test_the_projection_is_read_with_its_years_and_places(published: Path) -> None:
    frame = ons.projection(published / "ons" / "snpp2022_migcat_persons_northants_age0_25.csv")
    assert sorted(set(frame["mid_year"])) == list(range(2022, 2048))
    north = frame[(frame["code"] == "E06000061") & (frame["age"] == 0)].set_index("mid_year")["children"]
    assert north[2022] == 3768
    assert north[2047] == pytest.approx(3592.757)


def test_the_2018_based_layout_is_females_and_males_summed(tmp_path: Path) -> None:
    rows = [
        ("E1", "A", "Population", sex, age, 10, 12) for sex in ("females", "males") for age in ("0", "1", "All ages")
    ]
    columns = ["AREA_CODE", "AREA_NAME", "COMPONENT", "SEX", "AGE_GROUP", "2018", "2019"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / "2018.csv", index=False)
    frame = ons.projection(tmp_path / "2018.csv")
    assert frame.set_index(["age", "mid_year"])["children"].to_dict() == {
        (0, 2018): 20,
        (0, 2019): 24,
        (1, 2018): 20,
        (1, 2019): 24,
    }


def test_women_and_men_of_a_small_area_table_are_summed(tmp_path: Path) -> None:
    row = {"LSOA 2021 Code": "E01000001", "Total": "520"} | {f"{s}{a}": "10" for s in "FM" for a in range(26)}
    pd.DataFrame([row]).to_csv(tmp_path / "sape.csv", index=False)
    assert ons.estimates(tmp_path / "sape.csv", mid_year=2022)["children"].tolist() == [20] * 26


def test_long_estimates_of_two_kinds_are_read(tmp_path: Path) -> None:
    myeb = pd.DataFrame(
        {
            "ladcode23": ["E1", "E1", "E1"],
            "age": ["0", "1", "1"],
            "sex": ["F", "F", "M"],
            "population_2022": [5, 2, 4],
            "population_2023": [7, 5, 3],
        }
    )
    myeb.to_csv(tmp_path / "myeb.csv", index=False)
    assert ons.people(tmp_path / "myeb.csv")["children"].sum() == 26
    nomis = pd.DataFrame({"DATE": ["2023"], "GEOGRAPHY_CODE": ["E1"], "C_AGE_NAME": ["Age 4"], "OBS_VALUE": ["31"]})
    nomis.to_csv(tmp_path / "nomis.csv", index=False)
    assert ons.people(tmp_path / "nomis.csv").to_dict("records") == [
        {"code": "E1", "mid_year": 2023, "age": 4, "children": 31.0}
    ]


def test_births_that_happened_are_read_and_forecasts_are_not(published: Path) -> None:
    mixed = pd.read_csv(published / "ons" / "northants_births_1992-2023_actual_and_glas_predicted.csv")
    births = ons.births(published / "ons" / "northants_births_1992-2023_actual_and_glas_predicted.csv")
    actual = mixed[(mixed["type"] == "actual") & (mixed["sex"] == "persons")]
    assert births["births"].sum() == actual["annual_births"].sum()


def test_lookups_are_found_under_either_spelling(published: Path) -> None:
    wanted = {"zone": "LSOA21CD", "authority": "LAD24CD", "ward": "WARD24CD"}
    frame = ons.lookup(published / "ons" / "northants_lookup_lsoa21_ward24_ltla24.csv", wanted)
    assert frame["zone"].nunique() == len(frame)
    assert set(frame["authority"]) == {"E06000061", "E06000062"}


def test_boundaries_keep_one_property(published: Path) -> None:
    shapes = ons.boundaries(published / "ons" / "boundaries" / "lsoa_E06000061.geojson")
    assert all(list(f["properties"]) == ["zone"] for f in shapes["features"])
    with pytest.raises(InputError, match="features have no property 'WD24CD'"):
        ons.boundaries(published / "ons" / "boundaries" / "lsoa_E06000061.geojson", code="WD24CD")


# --- postcodes and deprivation ----------------------------------------------------------------------------------------


def test_every_postcode_with_a_place_is_read(published: Path) -> None:
    frame = postcodes.postcodes(published / "postcodes" / "northants_postcodes_with_lsoa.csv")
    assert len(frame) == 18_174
    assert not frame["postcode"].str.contains(" ").any()


@pytest.mark.parametrize(
    "header",
    [
        "pcds,doterm,oseast1m,osnrth1m,oslaua,lsoa21",
        "pcds,doterm,east1m,north1m,lad25cd,lsoa21cd",
        "pcds,doterm,oseast1m,osnrth1m,laua,lsoa21",
    ],
)
def test_postcode_directories_of_several_years_read_the_same(tmp_path: Path, header: str) -> None:
    (tmp_path / "onspd.csv").write_text(
        f"{header}\nNN1 1AA,,475000,260000,E06000062,E01027136\nNN1 1AB,202001,475001,260001,E06000062,E01027136\n"
    )
    frame = postcodes.postcodes(tmp_path / "onspd.csv")
    assert frame.to_dict("records") == [
        {"postcode": "NN11AA", "easting": 475000, "northing": 260000, "zone": "E01027136", "authority": "E06000062"}
    ]
    assert len(postcodes.postcodes(tmp_path / "onspd.csv", live_only=False)) == 2


def test_code_point_open_has_no_header(tmp_path: Path) -> None:
    rows = '"NN1 1AA",10,475000,260000,"E92000001","E19000001","E18000003","","E06000062","E05013230"\n"NN1 1AB",90,0,0,"","","","","",""\n'
    (tmp_path / "nn.csv").write_text(rows)
    frame = postcodes.postcodes(tmp_path / "nn.csv")
    assert frame[["postcode", "easting", "authority"]].to_dict("records") == [
        {"postcode": "NN11AA", "easting": 475000, "authority": "E06000062"}
    ]


@pytest.mark.parametrize(
    ("file", "zones", "measure"),
    [
        ("northants_imd2025_england_lsoa21_indicators.csv", 443, "children_count"),
        ("northants_imd2019_england_lsoa11_indicators.csv", 422, "children_count"),
        ("northants_idaci2019_derived_rate.csv", 422, "children_rate"),
    ],
)
def test_deprivation_is_read_for_every_zone(published: Path, file: str, zones: int, measure: str) -> None:
    frame = mhclg_deprivation.children_in_deprived_families(published / "deprivation" / file)
    assert len(frame) == zones
    assert measure in frame


def test_file_7_of_the_indices_gives_the_rate(tmp_path: Path) -> None:
    column = "Income Deprivation Affecting Children Index (IDACI) Score (rate)"
    pd.DataFrame({"LSOA code (2021)": ["E01000001"], column: ["0.15"]}).to_csv(tmp_path / "file_7.csv", index=False)
    assert mhclg_deprivation.children_in_deprived_families(tmp_path / "file_7.csv")["children_rate"].tolist() == [0.15]


# --- a council's own files, and witan.send ----------------------------------------------------------------------------


def test_places_with_a_column_a_year_become_a_row_a_year(tmp_path: Path) -> None:
    (tmp_path / "places.csv").write_text("School URN,2024/25,Sep-25,2026\n137875,156,170,\nLOCAL1,40,,48\n")
    frame = local_tables.local_table(tmp_path / "places.csv", tables.PLACES)[0]
    assert frame.set_index(["setting", "year"])["places"].to_dict() == {
        ("137875", 2025): 156,
        ("137875", 2026): 170,
        ("LOCAL1", 2025): 40,
    } | {("LOCAL1", 2026): 48}


@pytest.mark.parametrize(
    ("label", "year"),
    [("2024/25", 2025), ("202425", 2025), ("2024-2025", None), ("Sept 2025", 2026), ("Jan-2027", 2027), ("name", None)],
)
def test_a_columns_label_is_a_january(label: str, year: int | None) -> None:
    assert local_tables.year_of_label(label) == (2025 if label == "2024-2025" else year)


def test_travel_times_are_read_under_a_councils_own_names(tmp_path: Path) -> None:
    (tmp_path / "travel.csv").write_text("LSOA21CD,URN,Distance (km),Drive time (mins)\nE01000001,137875,12.5,24\n")
    frame = local_tables.local_table(tmp_path / "travel.csv", tables.TRAVEL)[0]
    assert frame[["zone", "setting", "km", "minutes"]].to_numpy().tolist() == [["E01000001", "137875", 12.5, 24.0]]


def test_housing_and_bands_are_checked_like_every_table(tmp_path: Path) -> None:
    (tmp_path / "housing.csv").write_text("LSOA,2026/27,2027/28\nE01000001,40,55\n")
    assert local_tables.local_table(tmp_path / "housing.csv", tables.HOUSING)[0]["homes"].tolist() == [40, 55]
    (tmp_path / "bands.csv").write_text(
        'Primary need,Placement type,Financial year,Top-up\nASD,special,2025-26,"9,000"\nASDD,special,2025-26,1\n'
    )
    with pytest.raises(FaultyTableError, match=r"row 3, need: 'ASDD' is not one of"):
        local_tables.local_table(tmp_path / "bands.csv", tables.BANDS)


WITAN = {
    "transitions.csv": "calendar-year,setting-1,need-1,academic-year-1,setting-2,need-2,academic-year-2\n"
    "2013,NONSEND,NONSEND,-3,P,U,-2\n2013,B,X,5,B,X,6\n2013,B,X,6,C,X,7\n2013,C,X,14,NONSEND,NONSEND,15\n",
    "population.csv": "calendar-year,academic-year,population\n2013,-4,9398\n",
    "costs.csv": "need,setting,cost\nU,G,1000.0\n",
    "valid-states.csv": 'setting,setting-group,min-academic-year,max-academic-year,needs,setting->setting\nA,g,-3,15,"T,U","A,B"\n',
}


def test_a_witan_send_folder_is_read_with_each_transitions_kind(tmp_path: Path) -> None:
    for name, words in WITAN.items():
        (tmp_path / name).write_text(words)
    inputs = witan_send.read(tmp_path)
    assert inputs.transitions["kind"].tolist() == ["joiner", "stayer", "mover", "leaver"]
    assert inputs.valid_states.loc[0, "needs"] == "T U"
    (tmp_path / "transitions.csv").write_text(WITAN["transitions.csv"] + "2013,B,X,5,B,X,8\n")
    with pytest.raises(FaultyTableError, match="row 6, academic-year-2: 8 is not one more than 5"):
        witan_send.read(tmp_path)
    (tmp_path / "population.csv").unlink()
    with pytest.raises((MissingError, FaultyTableError)):
        witan_send.read(tmp_path)


# --- what a folder holds ----------------------------------------------------------------------------------------------


def test_a_folders_files_are_known_by_their_headers_whatever_their_names(published: Path) -> None:
    kinds = {f.kind for f in catalogue.contents(published)}
    assert {
        "ehc_plans",
        "ehc_plans_2022",
        "lait",
        "school_census",
        "projection",
        "births",
        "people",
        "postcodes",
    } <= kinds
    with pytest.raises(MissingError, match="there is no folder"):
        catalogue.contents(published / "nowhere")


def test_every_published_csv_is_read_whole(published: Path) -> None:
    read = 0
    for path in sorted(published.rglob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = sum(1 for row in csv.reader(stream) if row)
        assert len(read_text_table(path)) == rows - 1, path.name
        read += 1
    assert read > 50
