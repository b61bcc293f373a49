"""Small files in publishers' layouts, as their documentation and their users' code have them; every number made up."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pandas as pd

AGES = [str(a) for a in range(26)]
AUTHORITY, NAME, ZONE = "E06000061", "North Northamptonshire", "E01026949"

# ONS Postcode Directory, November 2025: names of columns carry the year of their codes.
ONSPD = (
    "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty25cd,ced25cd,lad25cd,wd25cd,nhser24cd,ctry25cd,"
    "rgn25cd,pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa21cd,msoa21cd,wz11cd,sicbl24cd,bua24cd,ruc21ind,oac11ind,lat,long,"
    "lep21cd1,lep21cd2,pfa23cd,imd20ind,icb23cd"
)
# To May 2025.
ONSPD_OLD = "pcd,pcd2,pcds,dointr,doterm,usertype,oseast1m,osnrth1m,osgrdind,oa21,oscty,ced,oslaua,osward,lsoa21,msoa21,lat,long"
CODE_POINT = '"NN14 1AA",10,488000,279000,"E92000001","E19000001","E18000002","","E06000061","E05000001"\n'


def postcode_row(header: str, **given: str) -> str:
    """Return a directory's row: what is given, and the rest as the directory fills it."""
    return ",".join(f'"{given.get(name, "")}"' for name in header.split(","))


def directory(header: str = ONSPD) -> str:
    """Return a directory of one live postcode, one that has ended and one in Wales."""
    east, north, lad, zone = (
        next(c for c in header.split(",") if c in names)
        for names in (("east1m", "oseast1m"), ("north1m", "osnrth1m"), ("lad25cd", "oslaua"), ("lsoa21cd", "lsoa21"))
    )
    place = {east: "488000", north: "279000"}
    rows = [
        {"pcds": "NN14 1AA", lad: AUTHORITY, zone: ZONE, "doterm": ""},
        {"pcds": "NN14 1AB", lad: AUTHORITY, zone: ZONE, "doterm": "202001"},
        {"pcds": "CF10 1AA", lad: "W06000015", zone: "W01001939", "doterm": ""},
    ]
    return "\n".join([header, *(postcode_row(header, **place, **row) for row in rows)]) + "\n"


def myeb1() -> str:
    """Return ONS's detailed time series: a column for each year, women and men apart."""
    rows = [f'{AUTHORITY},"{NAME}",E,{sex},{age},{10 + age},{20 + age}' for sex in "FM" for age in range(30)]
    return "\n".join(["ladcode23,laname23,country,sex,age,population_2023,population_2024", *rows]) + "\n"


def nomis_table() -> str:
    """Return a table as Nomis exports it, titles above."""
    header = ",".join(f'"Age {age}"' for age in range(26))
    return (
        '"Population estimates - local authority based by single year of age"\n'
        '"ONS Crown Copyright Reserved [from Nomis on 3 January 2026]"\n\n"date","2024"\n"gender","Total"\n"measures","Value"\n\n'
        f'"local authority: county / unitary (as of April 2023)","mnemonic","All Ages",{header}\n'
        f'"{NAME}",{AUTHORITY},"9999",{",".join("30" for _ in AGES)}\n\n\n"These figures are rounded."\n'
    )


def nomis_api() -> str:
    """Return rows as Nomis's API gives them: total, men and women, values and percentages."""
    head = "DATE,DATE_NAME,GEOGRAPHY_NAME,GEOGRAPHY_CODE,GENDER_NAME,C_AGE_NAME,MEASURES_NAME,OBS_VALUE"
    rows = [
        f"2024,2024,{NAME},{AUTHORITY},{sex},{age},{measure},{value}"
        for age in ["All Ages", "Aged 0 - 15", *(f"Age {a}" for a in range(26))]
        for sex, value in (("Total", 30), ("Male", 16), ("Female", 14))
        for measure in ("Value", "Percent")
    ]
    return "\n".join([head, *rows]) + "\n"


def sape() -> list[list[object]]:
    """Return a sheet of ONS's small-area workbook: titles, the header in row 4, the authority's columns before."""
    header = ["LAD 2023 Code", "LAD 2023 Name", "LSOA 2021 Code", "LSOA 2021 Name", "Total"]
    header += [f"{sex}{age}" for sex in "FM" for age in range(91)]
    zones = [[AUTHORITY, NAME, code, code, 0, *([n] * 182)] for n, code in ((1, ZONE), (3, "E01026950"))]
    return [
        ["Mid-2022 population estimates for Lower layer Super Output Areas"],
        ["This worksheet contains one table"],
        ["Source: Office for National Statistics"],
        header,
        *zones,
    ]


def projection() -> str:
    """Return the 2022-based subnational projection for persons."""
    years = [str(y) for y in range(2022, 2048)]
    head = ",".join(["AREA_CODE", "AREA_NAME", "COMPONENT", "SEX", "AGE_GROUP", *years])
    ages = ["All ages", *(str(a) for a in range(90)), "90 and over"]
    rows = [",".join([AUTHORITY, NAME, "Population", "persons", age, *(["40.5"] * 26)]) for age in ages]
    return "\n".join([head, *rows]) + "\n"


def section_251() -> str:
    """Return Section 251 outturn of one authority, and England's row."""
    head = (
        "time_period,time_identifier,geographic_level,country_code,country_name,region_code,region_name,old_la_code,new_la_code,"
        "la_name,main_category,category_of_expenditure,early_years_establishments,primary_schools,secondary_schools,"
        "sen_and_special_schools,pupil_referral_units_and_alt_provision,post_16,gross_expenditure,income,net_expenditure"
    )
    place = f"202425,Financial year,Local authority,E92000001,England,E12000004,East Midlands,940,{AUTHORITY},{NAME}"
    schools = "Schools expenditure"
    return (
        f"{head}\n{place},{schools},1.2.1 Top-up funding – maintained schools,0,500,500,600,0,100,1700,0,1700\n"
        f'{place},{schools},"1.2.2 Top-up funding – academies, free schools and colleges",0,500,500,600,0,100,1700,0,1700\n'
        f"{place},{schools},1.2.3 Top-up and other funding – non-maintained and independent providers,z,0,100,900,0,x,1000,0,1000\n"
        f"{place},Dedicated schools grant,1.9.3 Dedicated Schools Grant carried forward to next year,,,,,,,-5000,,-5000\n"
        f"202425,Financial year,National,E92000001,England,,,,,,{schools},1.2.1 Top-up funding,0,9,9,9,0,9,36,0,36\n"
    )


def sen_by_school() -> str:
    """Return the school-level file of Special educational needs in England, 2025."""
    return (
        "time_period,time_identifier,geographic_level,country_code,country_name,region_name,region_code,old_la_code,new_la_code,"
        "la_name,URN,estab,school_name,laestab,phase_type_grouping,type_of_establishment,Total pupils,SEN support,EHC plan\n"
        f"202425,Academic year,School,E92000001,England,East Midlands,E12000004,940,{AUTHORITY},{NAME},137875,7000,Kingsley,"
        "9407000,State-funded special school,Academy special converter,174,0,174\n"
    )


def sen_phase_type() -> str:
    """Return the authority-level file of Special educational needs in England, to 2025."""
    return (
        "time_period,time_identifier,geographic_level,country_code,country_name,region_name,region_code,old_la_code,new_la_code,"
        "la_name,phase_type_grouping,type_of_establishment,hospital_school,total_pupils,sen_support,ehc_plan,"
        "sen_support_percent,ehc_plan_percent\n"
        f"202425,Academic year,Local authority,E92000001,England,East Midlands,E12000004,940,{AUTHORITY},{NAME},"
        "State-funded primary,Total,Total,1000,127,30,12.7,3.0\n"
    )


def school_capacity() -> str:
    """Return School capacity's special schools, by school."""
    return (
        "time_period,time_identifier,geographic_level,old_la_code,new_la_code,la_name,school_laestab,school_urn,school_name,"
        f"school_places,pupils_on_roll\n202425,Academic year,School,940,{AUTHORITY},{NAME},9407000,137875,Kingsley,160,174\n"
    )


def grant_block() -> list[list[object]]:
    """Return the high needs block of the dedicated schools grant: its title in the header's first cell."""
    header = [
        "Dedicated schools grant: 2025 to 2026 high needs block",
        "",
        "Total high needs elements in the funding floor (£s)",
        "Basic entitlement factor (area cost adjusted) (£s)",
        "Number of pupils in special schools and academies",
        "Import/export adjustment (£s)",
        "Hospital education (£s)",
        "Total high needs block before deductions (£s)",
    ]
    return [header, ["ENGLAND", "", 1, 2, 3, 4, 5, 6], [940, NAME, 100, 10, 5, -20, 7, 137]]


def deprivation() -> str:
    """Return file 7 of the Indices of Deprivation 2025."""
    return (
        "LSOA code (2021),LSOA name (2021),Local Authority District code (2024),Local Authority District name (2024),"
        "Index of Multiple Deprivation (IMD) Score,Income Deprivation Affecting Children Index (IDACI) Score (rate)\n"
        f"{ZONE},{NAME} 005A,{AUTHORITY},{NAME},37.2,0.42\n"
    )


def edubase() -> str:
    """Return a register of one special school, with the columns of edubasealldata that a draft uses and some it doesn't."""
    row = {
        "URN": "137875", "LA (code)": "940", "LA (name)": NAME, "EstablishmentNumber": "7000",
        "EstablishmentName": "Kingsley – Special Academy", "TypeOfEstablishment (code)": "44",
        "TypeOfEstablishment (name)": "Academy special converter", "EstablishmentTypeGroup (name)": "Academies",
        "EstablishmentStatus (name)": "Open", "OpenDate": "01-01-2012", "CloseDate": "", "StatutoryLowAge": "3",
        "StatutoryHighAge": "11", "Gender (name)": "Mixed", "SchoolCapacity": "156", "NumberOfPupils": "174",
        "Postcode": "NN15 5DP", "SEN1 (name)": "ASD - Autistic Spectrum Disorder", "SEN2 (name)": "",
        "ResourcedProvisionCapacity": "", "SenUnitCapacity": "", "GSSLACode (name)": AUTHORITY, "Easting": "488689",
        "Northing": "278122",
    }  # fmt: skip
    out = io.StringIO()
    pd.DataFrame([row]).to_csv(out, index=False)
    return out.getvalue()


def book(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """Write a workbook."""
    import openpyxl

    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    made.save(path)
    return path


def ods(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
    """Write an .ods as the Department for Education's: without the member that says what it is."""
    from xml.sax.saxutils import escape

    def cell(value: object) -> str:
        if isinstance(value, int | float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"><text:p>{value}</text:p></table:table-cell>'
        return f'<table:table-cell office:value-type="string"><text:p>{escape(str(value))}</text:p></table:table-cell>'

    tables = "".join(
        f'<table:table table:name="{name}">'
        + "".join(f"<table:table-row>{''.join(cell(v) for v in row)}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    words = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{urn}:office:1.0" '
        f'xmlns:table="{urn}:table:1.0" xmlns:text="{urn}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f"{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("content.xml", words)
        packed.writestr("META-INF/manifest.xml", "<manifest/>")
    return path


def zipped(path: Path, members: dict[str, str | bytes]) -> Path:
    """Write a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return path


def gzipped(path: Path, words: str) -> Path:
    """Write a gzip."""
    path.write_bytes(gzip.compress(words.encode()))
    return path
