"""Files in the forms in which they really come are each told by their header and read right, or refused in words."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.errors import InputError, SufficiencyError
from sufficiency.inputs import catalogue
from sufficiency.inputs.files.sheets import Sheet, sheet_of, sheets_in
from sufficiency.inputs.releases import (
    dfe_funding,
    dfe_gias,
    dfe_section_251,
    dfe_sen_in_england,
    mhclg_deprivation,
    ons,
    postcodes,
)
from sufficiency.published import unit_costs
from sufficiency.published.what import what
from tests.inputs import forms_made as made

Writer = Callable[[Path], Path]


def text(name: str, words: str, encoding: str = "utf-8") -> Writer:
    def write(folder: Path) -> Path:
        (folder / name).write_bytes(words.encode(encoding))
        return folder / name

    return write


def amounts(frame: pd.DataFrame) -> dict[str, float]:
    return {str(k): float(v) for k, v in frame.groupby("item")["amount"].sum().items()}


def at_4(frame: pd.DataFrame) -> list[Any]:
    return frame[frame["age"] == 4][["code", "mid_year", "children"]].to_numpy().tolist()


NESTED: Writer = lambda d: made.zipped(  # noqa: E731
    d / "all.zip",
    {"inner.zip": made.zipped(d / "inner.zip", {"Data/ONSPD_NOV_2025_UK.csv": made.directory()}).read_bytes()},
)
ONE_POSTCODE = [["NN141AA", 488000.0, 279000.0, made.ZONE, made.AUTHORITY]]


def postcode_rows(sheet: Sheet) -> list[list[Any]]:
    found = postcodes.postcodes(sheet)
    return found[["postcode", "easting", "northing", "zone", "authority"]].to_numpy().tolist()


# Which form, how it is written, its kind, how it is read, and what must come back.
FORMS: dict[str, tuple[Writer, str, Callable[[Sheet], Any], Any]] = {
    "ONSPD, November 2025, zip": (
        lambda d: made.zipped(d / "ONSPD.zip", {"Data/ONSPD_NOV_2025_UK.csv": made.directory()}),
        "postcodes", postcode_rows, ONE_POSTCODE),
    "ONSPD, a zip in a zip": (NESTED, "postcodes", postcode_rows, ONE_POSTCODE),
    "ONSPD, to May 2025": (text("ONSPD.csv", made.directory(made.ONSPD_OLD)), "postcodes", postcode_rows, ONE_POSTCODE),
    "Code-Point Open, no header": (
        lambda d: made.zipped(d / "codepo_gb.zip", {"Data/CSV/nn.csv": made.CODE_POINT}),
        "code_point", lambda s: postcodes.postcodes(s)["authority"].tolist(), [made.AUTHORITY]),
    "GIAS, cp1252 in extract.zip": (
        lambda d: made.zipped(d / "extract.zip", {"edubasealldata20260101.csv": made.edubase().encode("cp1252")}),
        "gias", lambda s: dfe_gias.schools(s)[["setting", "name", "capacity", "needs"]].to_numpy().tolist(),
        [["137875", "Kingsley – Special Academy", 156.0, "ASD"]]),
    "School capacity, special schools": (
        text("capacity_special.csv", made.school_capacity()), "capacity",
        lambda s: dfe_gias.capacity(s).to_numpy().tolist(), [["137875", 160.0]]),
    "MYEB1": (text("myebtablesenglandwales20112024.csv", made.myeb1()), "people", lambda s: at_4(ons.people(s)),
              [[made.AUTHORITY, 2023, 28.0], [made.AUTHORITY, 2024, 48.0]]),
    "MYEB1 in a workbook": (
        lambda d: made.book(d / "myeb.xlsx", {
            "Notes": [["Words"]],
            "MYEB1": [["MYEB1: detailed estimates"], ["ladcode24", "laname24", "country", "sex", "age", "population_2024"],
                      *([made.AUTHORITY, made.NAME, "E", s, a, 15] for s in "FM" for a in range(30))],
        }), "people", lambda s: at_4(ons.people(s)), [[made.AUTHORITY, 2024, 30.0]]),
    "Nomis table, titles above": (text("1234567.csv", made.nomis_table()), "people", lambda s: at_4(ons.people(s)),
                                  [[made.AUTHORITY, 2024, 30.0]]),
    "Nomis API": (text("nomis.csv", made.nomis_api()), "people", lambda s: at_4(ons.people(s)),
                  [[made.AUTHORITY, 2024, 30.0]]),
    "LSOA estimates workbook": (
        lambda d: made.book(d / "sapelsoasyoa20222024.xlsx", {"Mid-2022 LSOA 2021": made.sape()}), "people",
        lambda s: at_4(ons.people(s)), [[made.ZONE, 2022, 2.0], ["E01026950", 2022, 6.0]]),
    "Subnational projection, zip": (
        lambda d: made.zipped(d / "2022snpp.zip", {"2022 SNPP Population persons.csv": made.projection()}), "projection",
        lambda s: ons.projection(s).query("age == 4 and mid_year == 2030")["children"].tolist(), [40.5]),
    "Section 251 outturn, cp1252": (
        text("s251_alleducation_la_regional_national.csv", made.section_251(), "cp1252"), "section_251",
        lambda s: dfe_section_251.outturn(s).query("line == '1.2.3' and phase == 'special'")["gbp"].tolist(), [900.0]),
    "SEN in England, authority level": (
        text("sen_phase_type_.csv", made.sen_phase_type()), "sen_in_england",
        lambda s: dfe_sen_in_england.sen_support(s)[["authority", "year", "phase", "pupils"]].to_numpy().tolist(),
        [[made.AUTHORITY, 2025, "primary", 1000.0]]),
    "SEN in England, school level": (text("sen_school_level_underlying_data.csv", made.sen_by_school()), "school_sen",
                                     lambda s: len(s.frame()), 1),
    "DSG allocations .ods": (
        lambda d: made.ods(d / "dsg.ods", {"High_needs_block": made.grant_block()}), "dsg_block",
        lambda s: amounts(dfe_funding.high_needs_block(s).query("number == 940"))["block_gbp"], 137.0),
    "Indices of Deprivation 2025, file 7": (
        text("File_7.csv", made.deprivation()), "deprivation",
        lambda s: mhclg_deprivation.children_in_deprived_families(s)["children_rate"].tolist(), [0.42]),
    "a gzip": (lambda d: made.gzipped(d / "ONSPD.csv.gz", made.directory()), "postcodes", postcode_rows, ONE_POSTCODE),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_each_form_is_told_and_read_right(form: str, tmp_path: Path) -> None:
    write, kind, read, expected = FORMS[form]
    path = write(tmp_path)
    for other in tmp_path.iterdir():
        if other != path:
            other.unlink()
    found = [f for f in catalogue.contents(tmp_path) if f.kind == kind]
    assert len(found) == 1, [f.kind for f in catalogue.contents(tmp_path)]
    assert read(found[0].sheet) == expected


TEXTS = {
    "postcodes": (made.directory(), postcode_rows, ONE_POSTCODE),
    "gias": (made.edubase().replace("–", "-"), lambda s: dfe_gias.schools(s)["capacity"].tolist(), [156.0]),
    "projection": (made.projection(), FORMS["Subnational projection, zip"][2], [40.5]),
    "sen_in_england": (made.sen_phase_type(), lambda s: dfe_sen_in_england.sen_support(s)["pupils"].tolist(), [1000.0]),
    "deprivation": (made.deprivation(), FORMS["Indices of Deprivation 2025, file 7"][2], [0.42]),
    "section_251": (made.section_251().replace("–", "-"), FORMS["Section 251 outturn, cp1252"][2], [900.0]),
    "people": (made.myeb1(), FORMS["MYEB1"][2], FORMS["MYEB1"][3]),
}


def rewritten(words: str, seed: int, *, case: str, titles: int, delimiter: str, line_end: str) -> str:
    """Return a table with its columns shuffled, its header in another case, titles above, other delimiters."""
    import csv
    import io

    rows = list(csv.reader(io.StringIO(words)))
    order = list(range(len(rows[0])))
    random.Random(seed).shuffle(order)
    rows = [[row[i] for i in order] for row in rows]
    rows[0] = [getattr(cell, case)() if case else cell for cell in rows[0]]
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end)
    writer.writerows([["Statistics of England, by age; provisional"], [], ["Source: the publisher"]][:titles] + rows)
    return out.getvalue()


@pytest.mark.parametrize("kind", TEXTS)
@settings(max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 2**16),
    case=st.sampled_from(["", "lower", "upper", "title"]),
    titles=st.integers(0, 3),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_shuffled_renamed_titled_and_recoded_a_table_is_still_read_right(
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    seed: int,
    case: str,
    titles: int,
    encoding: str,
    delimiter: str,
    line_end: str,
) -> None:
    words, read, expected = TEXTS[kind]
    folder = tmp_path_factory.mktemp("fuzz")
    spoilt = rewritten(words, seed, case=case, titles=titles, delimiter=delimiter, line_end=line_end)
    (folder / "download.csv").write_bytes(spoilt.encode(encoding))
    (found,) = catalogue.contents(folder)
    assert found.kind == kind
    assert read(found.sheet) == expected


@given(content=st.binary(max_size=300), suffix=st.sampled_from([".csv", ".zip", ".xlsx", ".ods", ".csv.gz", ".xls"]))
@settings(max_examples=60, deadline=None)
def test_a_broken_file_is_named_or_a_stranger_and_stops_nothing(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    folder = tmp_path_factory.mktemp("broken")
    (folder / f"a{suffix}").write_bytes(content)
    (folder / "idaci.csv").write_text(made.deprivation())
    seen = catalogue.survey(folder)
    assert [f.kind for f in seen.found] == ["deprivation"]
    assert len(seen.broken) + len(seen.strangers) + len(seen.others) <= 1 + len(seen.strangers)


# --- refused in words -----------------------------------------------------------------------------------------------------


def test_small_area_estimates_with_the_authority_before_are_not_taken_for_authorities(tmp_path: Path) -> None:
    made.book(tmp_path / "sape.xlsx", {"Mid-2022 LSOA 2021": made.sape()})
    (found,) = catalogue.contents(tmp_path)
    assert (found.level, found.mid_year) == ("lsoa", 2022)


def test_women_alone_are_refused(tmp_path: Path) -> None:
    header = "LSOA 2021 Code," + ",".join(f"F{a}" for a in range(26))
    (tmp_path / "f_mid2022.csv").write_text(f"{header}\n{made.ZONE},{','.join('1' * 26)}\n")
    with pytest.raises(InputError, match="has women alone; both, or persons, are needed"):
        ons.people(tmp_path / "f_mid2022.csv")
    words = "\n".join(line for line in made.myeb1().splitlines() if ",M," not in line) + "\n"
    (tmp_path / "myeb.csv").write_text(words)
    with pytest.raises(InputError, match="one sex alone"):
        ons.people(tmp_path / "myeb.csv")


def test_estimates_by_bands_of_ages_are_refused(tmp_path: Path) -> None:
    words = "\n".join(line for line in made.nomis_api().splitlines() if ",Age " not in line) + "\n"
    (tmp_path / "nomis.csv").write_text(words)
    with pytest.raises(InputError, match="no single year of age"):
        ons.people(tmp_path / "nomis.csv")


def test_a_register_with_one_capacity_for_every_school_is_refused(tmp_path: Path) -> None:
    head, row = made.edubase().splitlines()
    rows = [row.replace("137875", str(137875 + i)) for i in range(12)]
    (tmp_path / "edubasealldata.csv").write_text("\n".join([head, *rows]) + "\n")
    with pytest.raises(InputError, match="every special school, all 12, has the same capacity, 156"):
        dfe_gias.schools(tmp_path / "edubasealldata.csv")


def test_a_directory_whose_rows_are_uneven_is_refused_without_quoting_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sufficiency.inputs.files import sheets

    whole = made.directory()
    (tmp_path / "ONSPD.csv").write_text(whole)
    monkeypatch.setattr(sheets, "READ_WHOLE", 100)
    assert postcode_rows(sheet_of(tmp_path / "ONSPD.csv")) == ONE_POSTCODE
    (tmp_path / "ONSPD.csv").write_text(whole.replace('"NN14 1AB"', '"NN14 1AB",""'))
    with pytest.raises(InputError, match="row 3 has more cells than the header") as caught:
        postcodes.postcodes(tmp_path / "ONSPD.csv")
    assert "NN14" not in str(caught.value)


def test_a_zip_that_would_fill_the_disk_is_refused(tmp_path: Path) -> None:
    made.zipped(tmp_path / "bomb.zip", {"a.csv": "0" * 30_000_000})
    with pytest.raises(InputError, match="unpacks to over"):
        sheets_in(tmp_path / "bomb.zip")[0].frame()


def test_a_fault_names_the_row_that_a_person_sees_below_titles(tmp_path: Path) -> None:
    words = "Indices of Deprivation\n\n" + made.deprivation() + "\n" + f"E01026950,x,{made.AUTHORITY},x,1,many\n"
    (tmp_path / "idaci.csv").write_text(words)
    with pytest.raises(InputError, match=r"row 6, .*: 'many' is neither a number"):
        mhclg_deprivation.children_in_deprived_families(tmp_path / "idaci.csv")


# --- what a placement costs -----------------------------------------------------------------------------------------------


def test_spending_over_plans_is_a_cost_and_one_coded_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s251.csv").write_text(made.section_251())
    outturn = dfe_section_251.outturn(tmp_path / "s251.csv")
    outturn["gbp"] *= 1_000
    counts = {"special": 100, "mainstream": 300, "independent_special": 20, "further_education": 100}
    stock = pd.DataFrame(
        [("all", 2025, kind, n) for kind, n in counts.items()], columns=["age", "year", "setting_type", "plans"]
    )
    costs, doubts = unit_costs.unit_costs(outturn, pd.DataFrame(), stock)
    told = costs.set_index(["setting_type", "financial_year"])["gbp"].to_dict()
    assert told["special", 2024] == 12_000  # 1.2 million over 100
    assert told["independent_special", 2024] == 50_000  # secondary and special, over 20
    assert told["non_maintained_special", 2024] == 40_000  # less the place that DfE pays
    assert ("further_education", 2024) not in told or told["further_education", 2024] > 1_000
    assert all("England's cost stands in" in says for says in doubts)
    with pytest.raises(SufficiencyError):
        dfe_section_251.outturn(tmp_path / "nothing.csv")


def test_a_link_that_leads_back_up_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    (tmp_path / "sub" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert len(what(tmp_path)) == 1
