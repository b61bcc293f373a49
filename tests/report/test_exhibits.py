"""What the report shows of the parts: the forecast's record, rounds, access, reasons, payback; each as Python gives it too."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import docx.document
import numpy as np
import pandas as pd
import pytest
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from matplotlib.figure import Figure
from pyproj import Transformer

import sufficiency as sf
from sufficiency import tables
from sufficiency.errors import MissingError
from sufficiency.outcome import Outcome
from sufficiency.report.model import Table
from sufficiency.report.sections import access, common, far, options, provision, rounds, trust, why
from sufficiency.report.writers.build import build
from sufficiency.report.writers.document.grids import MOST_ROWS, WHOLE_ROWS, add_grid, words_cm
from sufficiency.report.writers.document.pages import PAGE_WIDTH_CM
from sufficiency.report.writers.document.word import document
from sufficiency.words import say
from sufficiency.words.say import label


def test_a_table_shows_each_of_the_next_five_years_and_fewer_after_them() -> None:
    assert common.milestones(range(2026, 2036)) == [2026, 2027, 2028, 2029, 2030, 2031, 2033, 2035]
    assert common.milestones(range(2026, 2029)) == [2026, 2027, 2028]


def shown(outcome: Outcome, key: str, **how: int) -> pd.DataFrame:
    tables = {e.key: e.frame for _, e in build(outcome, **how).exhibits() if isinstance(e, Table)}
    return tables[key]


def test_the_forecast_stands_beside_simpler_ways_of_forecasting(example_outcome: Outcome) -> None:
    table = shown(example_outcome, "record-scores")
    assert table["forecast"].iloc[0] == "This forecast"
    assert len(table) == 5
    assert table.iloc[:, 1:-1].gt(0).all().all()
    assert table["truth in its 9 in 10 range"].between(0, 1).all()


def test_the_record_tells_settings_and_ages_apart(example_outcome: Outcome) -> None:
    table = shown(example_outcome, "record-parts").set_index("group")
    assert {"Mainstream and units", "Special", "Educated elsewhere"} <= set(table.index)
    assert table["truth in its 9 in 10 range"].between(0, 1).all()
    assert (table["This forecast"] > 0).all()
    tested = trust.record(example_outcome)
    assert tested is not None
    figure = sf.report.said_against_came(tested, "setting_group")
    assert len([axis for axis in figure.axes if axis.get_visible()]) == 7


def test_the_record_is_the_area_s_own_without_the_scenario(example_outcome: Outcome) -> None:
    found = trust.record(example_outcome)
    assert found is not None
    assert found.authorities == tuple(example_outcome.area.authorities)
    assert isinstance(sf.report.fans_against_truth(found), Figure)


def test_an_area_with_too_few_januaries_says_that_nothing_can_be_tested(example_outcome: Outcome) -> None:
    area = sf.example_area()
    short = area.replace(plans=area.plans[area.plans["year"] >= area.base_year - 1])
    outcome = replace(example_outcome, area=short, before=short)
    assert trust.record(outcome) is None
    assert trust.exhibits(outcome) == ()
    assert "Too few past Januaries" in trust.words(outcome)[0]


def test_rounds_carry_every_child_once_and_homes_are_to_the_nearest_kilometre(example_outcome: Outcome) -> None:
    plan, lines = rounds.planned(example_outcome), rounds.geojson(example_outcome)
    assert lines is not None
    assert rounds.by_round(plan)["children"].sum() == plan.plan.stops["children"].sum()
    to_grid = Transformer.from_crs("EPSG:4326", "EPSG:27700", always_xy=True)
    homes = [
        p for f in lines["features"] if f["geometry"]["type"] == "LineString" for p in f["geometry"]["coordinates"][:-1]
    ]
    east, north = to_grid.transform(*np.array(homes).T)
    assert np.abs(np.r_[east, north] / 1000 - np.round(np.r_[east, north] / 1000)).max() < 0.005


def test_rounds_and_what_comes_near_to_single_children_are_left_out_where_small_numbers_are_hidden(
    example_outcome: Outcome,
) -> None:
    open_to_all = build(example_outcome, suppress=5)
    assert not {"map-rounds", "rounds", "round-stops", "obstacles", "map-group", "map-full"} & {
        e.key for _, e in open_to_all.exhibits()
    }


def test_rounds_of_any_school_can_be_drawn(example_outcome: Outcome) -> None:
    assert isinstance(sf.report.rounds_map(example_outcome, "149367", 2027, seconds=0), Figure)


def test_places_within_reach_fall_where_plans_grow_and_places_do_not(example_outcome: Outcome) -> None:
    table = shown(example_outcome, "access-district")
    assert set(table["district"]) == set(example_outcome.area.zones["district"])
    assert (table["places a child"] > table["places a child, 2031"]).mean() > 0.5
    assert isinstance(sf.report.access_map(example_outcome, 2029), Figure)


def test_the_nearest_school_that_suits_is_some_way_off(example_outcome: Outcome) -> None:
    found = access.nearest_minutes(example_outcome, 2026)
    assert found["minutes"].between(3, 90).all()
    assert not found.duplicated(["need_group", "phase"]).any()


def test_the_school_that_is_explained_is_full(example_outcome: Outcome) -> None:
    section = why.section(example_outcome)
    assert "turns most away" in section.words[0] or "No state school is full" in section.words[0]
    table = next((e.frame for e in section.exhibits if e.key == "turned-away"), None)
    if table is not None:
        assert table["children"].is_monotonic_decreasing
        assert table["children"].gt(0).all()


def test_any_setting_and_any_group_can_be_mapped(example_outcome: Outcome) -> None:
    assert isinstance(sf.report.setting_map(example_outcome, "137875", 2029), Figure)
    assert isinstance(sf.report.group_map(example_outcome, "semh", "secondary", 2031), Figure)


def test_a_group_that_is_not_known_is_named_with_those_that_are(example_outcome: Outcome) -> None:
    with pytest.raises(MissingError, match=r"'secondry' is not one of .*secondary"):
        sf.report.group_map(example_outcome, "semh", "secondry", 2031)


def test_whom_an_option_helps_can_be_mapped(example_outcome: Outcome) -> None:
    area = example_outcome.area
    choice = pd.DataFrame(
        {"option": ["Expand Kingsley"], "kind": "expand", "setting": "137875", "places": 24, "year": 2029}
    ).assign(capital_gbp_per_place=area.value("funding.capital_special_expansion_gbp"))
    found = sf.allocate.openings(area, example_outcome.plans, choice, draws=2, seconds=1)
    assert isinstance(sf.report.option_map(example_outcome, found, "Expand Kingsley"), Figure)


def test_a_dearer_place_needs_more_children_from_independent_schools_to_pay_for_itself(
    example_outcome: Outcome,
) -> None:
    table = shown(example_outcome, "payback")
    own = table[table["authority"] == table["authority"].iloc[0]].set_index("what is built")
    share = own["breaks even at"]
    assert share["new special school"] > share["special expansion"] > share["unit"]
    assert options.LATEST_YEARS > 25


def test_no_word_of_a_table_is_broken_in_word(example_outcome: Outcome) -> None:
    report = build(example_outcome)
    only = replace(
        report,
        sections=tuple(
            replace(s, exhibits=tuple(e for e in s.exhibits if isinstance(e, Table))) for s in report.sections
        ),
    )
    made = Document(io.BytesIO(document(only, {})))
    assert made.tables
    for grid in made.tables:
        assert sum(c.width.cm for c in grid.columns) <= PAGE_WIDTH_CM + 0.01
        for row in grid.rows:
            for cell, column in zip(row.cells, grid.columns, strict=True):
                size = cell.paragraphs[0].runs[0].font.size.pt
                longest = max((words_cm(word, size) for word in cell.text.split()), default=0.0)
                assert column.width.cm > longest, (cell.text, size)


def test_a_table_in_word_holds_every_cell_as_it_is_shown(example_outcome: Outcome) -> None:
    tables = [table for _, table in build(example_outcome).tables("document") if table.rows_shown]
    made = Document()
    for table in tables:
        shown_rows = add_grid(made, table)
        (*_, grid) = made.tables
        head, *rows = [[cell.text for cell in row.cells] for row in grid.rows]
        assert head == [label(str(column)) for column in table.frame]
        assert len(rows) == shown_rows == min(len(table.frame), table.rows_shown, MOST_ROWS)
        for row, record in zip(rows, table.frame.itertuples(index=False), strict=False):
            for text, value, column in zip(row, record, table.frame, strict=True):
                how = table.formats.get(str(column), "")
                is_code = how == "code" and isinstance(value, str)
                assert text == (
                    label(value, str(column)) if is_code else say.shown(value, "" if how == "code" else how)
                )


@pytest.mark.parametrize("rows", [0, 1, WHOLE_ROWS, WHOLE_ROWS + 1])
def test_a_table_in_word_is_kept_whole_where_short_and_its_head_is_repeated_where_not(rows: int) -> None:
    odd = "<b>&amp;</b> \x0b\ufffe 'a' \"b\" \u00e9 \u65e5"
    made = Document()
    add_grid(
        made, Table("odd", "Odd", pd.DataFrame({"what": [odd] * rows, "children": range(rows)}), {"children": "n"})
    )
    made = Document(_saved(made))
    (grid,) = made.tables
    assert [[cell.text for cell in row.cells] for row in grid.rows[1:]] == [
        [odd.replace("\x0b", " ").replace("\ufffe", " "), str(n)] for n in range(rows)
    ]
    assert grid.rows[0].cells[0].paragraphs[0].runs[0].bold
    assert "w:tblHeader" in grid.rows[0]._tr.xml
    assert all("w:cantSplit" in row._tr.xml and "w:tblHeader" not in row._tr.xml for row in grid.rows[1:])
    kept = [cell.paragraphs[0].paragraph_format.keep_with_next for row in grid.rows for cell in row.cells]
    assert kept == [True] * (2 * rows) + [None] * 2 if rows <= WHOLE_ROWS else not any(kept)
    sides = [row.cells[1].paragraphs[0].alignment for row in grid.rows]
    assert all(side == WD_ALIGN_PARAGRAPH.RIGHT for side in sides)


def _saved(made: docx.document.Document) -> io.BytesIO:
    page = io.BytesIO()
    made.save(page)
    return page


def test_the_document_leads_with_the_first_section_and_numbers_its_tables_and_pages(example_outcome: Outcome) -> None:
    report = build(example_outcome)
    one = replace(report, sections=tuple(replace(s, exhibits=s.exhibits[1:2]) for s in report.sections[:2]))
    made = Document(io.BytesIO(document(one, {})))
    words = [p.text for p in made.paragraphs]
    assert words.index("Contents") > words.index(f"1  {report.sections[0].title}")
    assert words.index("Contents") < words.index(f"2  {report.sections[1].title}")
    assert next(w.split(".")[0] for w in words if w.startswith("Table ")) == "Table 1"
    xml = made.sections[0].footer._element.xml + made.sections[0].header._element.xml
    assert all(field in xml for field in ("PAGE", "NUMPAGES", "STYLEREF"))
    links = re.findall(r'w:anchor="([^"]+)"', made.element.xml)
    assert links == [f"section{n}" for n in (1, 2)]
    assert set(links) <= set(re.findall(r'w:bookmarkStart[^>]*w:name="([^"]+)"', made.element.xml))


def test_how_full_a_school_is_is_told_where_its_roll_is_known_and_nowhere_else(
    example_outcome: Outcome, tiny_area: sf.Area
) -> None:
    table = provision.settings_now(example_outcome)
    assert (table["roll"] == "estimate").all()
    assert table["full"].isna().all()
    words = " ".join(provision.section(example_outcome).words)
    assert "How full the schools are is not known: 17 of 17 special schools" in words
    assert "hold more children" not in words
    listed = [("A", "S1", 1, "SLD", 2), ("A", "S1", 8, "ASD", 2), ("C", "U1", 1, "ASD", 2)]
    attendance = pd.DataFrame(listed, columns=["zone", "setting", "ncy", "need", "children"])
    known = tiny_area.replace(attendance=tables.check(attendance, tables.ATTENDANCE))
    outcome = sf.run(known, to=2027, draws=3, placed_draws=2)
    assert provision.settings_now(outcome).set_index("name")["full"].to_dict() == {
        "Ashby School": 0.8,
        "Colby Unit": 1.0,
    }
    assert "80.0% of special-school places are filled; 0 schools hold more" in " ".join(
        provision.section(outcome).words
    )


def test_what_is_agreed_is_shown_row_by_row_and_counted_once(example_outcome: Outcome) -> None:
    table = shown(example_outcome, "projects")
    assert table.groupby("status")["places"].sum().to_dict() == {"agreed": 48, "open": 577, "proposed": 752}
    ambition = table[table["status"] != "open"]
    assert ambition["places"].sum() == 800  # North's, the first call's 320 and Prince William's 48 among them
    assert ambition["chance"].between(0.01, 0.99).all()
    assert table.loc[table["status"] == "agreed", "open by 2031"].gt(0).all()
    assert table.loc[table["status"] != "agreed", "open by 2031"].isna().all()
    assert shown(example_outcome, "project-sources")["source"].str.len().gt(0).all()
    summary = " ".join(p for s in build(example_outcome).sections if s.key == "summary" for p in s.points)
    assert "Agreed: 24 specialist places still to open" in summary
    assert "24 others that shorten no shortage here" in summary
    assert "752 places only proposed, not counted here" in summary


def test_an_area_without_a_pipeline_has_no_section_on_it(tiny_area: sf.Area) -> None:
    report = build(sf.run(tiny_area, to=2027, draws=3, placed_draws=2))
    assert "pipeline" not in {section.key for section in report.sections}


def test_the_far_record_says_that_its_range_is_for_the_law_as_it_is() -> None:
    says = far.words()[0]
    assert "at 5 years" in says
    assert "at 10" in says
    assert "if the law stays as it is" in says
    assert "no range covers both" in says
    table = far.table().frame.set_index("forecast")
    assert table.at["This forecast", "held at 7 years"] > 0.8
    assert np.isnan(table.at["No change", "held at 7 years"])
    assert table.iloc[0, :3].max() < table.iloc[1:, :3].max(axis=None)
