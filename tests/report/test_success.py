"""The report says how children fare, what the graduated response lacks, and what has changed since the last report."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import sufficiency as sf
from sufficiency import tables
from sufficiency.errors import InputError, MissingError
from sufficiency.outcome import Outcome
from sufficiency.report.model import Chart, Section, Table
from sufficiency.report.sections import graduated, since, success
from sufficiency.report.sections.graduated_steps import by_district
from sufficiency.report.writers.build import build
from sufficiency.report.writers.excel import workbook


@pytest.fixture(scope="module")
def sections(example_outcome: Outcome) -> dict[str, Section]:
    return {section.key: section for section in build(example_outcome).sections}


@pytest.fixture(scope="module")
def last(example_outcome: Outcome, tmp_path_factory: pytest.TempPathFactory) -> sf.report.LastReport:
    """Return what the example's own report says, read back from its workbook."""
    file = tmp_path_factory.mktemp("last") / "tables.xlsx"
    file.write_bytes(workbook(build(example_outcome)))
    return sf.report.read_last(file.parent)


def tables_of(section: Section) -> dict[str, pd.DataFrame]:
    return {e.key: e.frame for e in section.exhibits if isinstance(e, Table)}


def test_measures_follow_how_plans_begin_and_the_last_report_comes_before_the_method(sections) -> None:
    keys = list(sections)
    assert keys[keys.index("flow") + 1 :][:2] == ["success", "graduated"]
    assert keys[keys.index("method") - 1] == "since"


def test_each_authority_has_every_measure_with_its_line_of_the_strategy(sections) -> None:
    found = tables_of(sections["success"])["success-table-E06000061"].set_index("measure")
    row = found.loc["Expected standard in reading, writing and maths, age 11: SEN Support (% of children)"]
    assert (row["latest"], row["England"], row["answers"]) == ("26.0 (22.6 to 29.7), 2024/25", "29.0", "1a–1c")
    assert (row["beside them"], row["since"]) == ("■ no clear difference, 5 of 11", "▲ better, from 18.0 in 2021/22")
    assert found.loc["Absence: SEN Support (% of sessions)", "latest"] == "not published"
    late = found.loc["New plans issued within 20 weeks, exceptions left out (% of new plans)", "beside them"]
    assert late == "▼ worse, 9 of 11"
    assert found.loc["Permanent exclusions (% of children)", "beside them"] == "▲ worse, 11 of 11"
    last_of_all = found.loc["Attainment 8, age 16: EHC plan (points)", "beside them"]
    assert last_of_all == "can't be judged, 11 of 11"  # its range by chance isn't known
    refused = found.loc["Requests for an assessment that are refused (% of requests)"]
    assert refused["neighbours"] == "20.3, 2024"  # where the chart's line ends


def test_a_district_with_no_unit_in_a_list_is_not_said_to_have_none(sections) -> None:
    table = next(e for e in sections["graduated"].exhibits if e.key == "graduated-missing")
    assert "units and bases that a list names" in table.frame
    assert re.search(r"\d+ children are in units and bases that no list names in January 2026", table.note)


def test_a_scenario_of_what_is_agreed_is_not_named_twice(sections) -> None:
    assert "'As agreed': it opens what is agreed and changes nothing else." in sections["risks"].words[0]


def test_charts_are_named_by_their_finding_and_told_in_words(sections) -> None:
    charts = [e for s in ("success", "graduated") for e in sections[s].exhibits if isinstance(e, Chart)]
    assert len(charts) == 3
    assert charts[0].title.startswith(
        "North Northamptonshire is better than its neighbours on 1 and worse on 4 of 19 measures that can be judged; "
    )
    assert "Permanent exclusions, 2023/24: 0.23 (neighbours 0.14, England 0.13)" in charts[0].alt
    assert charts[2].title == "57 of 298 schools have more or fewer pupils at SEN Support than chance explains"
    for chart in charts:
        written = [text.get_text() for axis in chart.draw().axes for text in axis.texts]
        assert written, chart.key  # the last value stands at the end of its line


def test_the_age_of_school_figures_is_said_wherever_they_are_shown(sections) -> None:
    section = sections["graduated"]
    shown = [e for e in section.exhibits if e.key in ("funnel-support", "support-outside", "support-district")]
    assert len(shown) == 3
    assert all("January 2019, 7 years before the base year" in e.note for e in shown)
    assert any("January 2019, 7 years before the base year" in words for words in section.words)


def test_every_child_with_a_plan_stands_at_one_step(sections, example_outcome: Outcome) -> None:
    steps = tables_of(sections["graduated"])["graduated-steps"].set_index("step")["children"]
    area = example_outcome.area
    assert steps.iloc[2:].sum() == area.plans.loc[area.plans["year"] == area.base_year, "plans"].sum()


def test_a_district_without_a_named_unit_for_a_phase_is_missing_one(example_outcome: Outcome) -> None:
    found = by_district(example_outcome).set_index(["district", "phase"])
    assert found.loc[("Kettering", "primary"), ["units", "places"]].tolist() == [1, 25]
    assert found.loc[("Daventry", "secondary"), "units"] == 0
    assert found.loc[("East Northamptonshire", "secondary"), "coming"] == 24
    assert 0 < found.loc[("Daventry", "secondary"), "out"] < 1
    assert found.loc[("Northampton", "primary"), "minutes"] < found.loc[("Daventry", "primary"), "minutes"]


def test_under_a_limit_small_schools_are_neither_written_nor_drawn(example_outcome: Outcome) -> None:
    open_, hidden = (
        {e.key: e for s in build(example_outcome, suppress=limit).sections for e in s.exhibits} for limit in (0, 10)
    )
    small = example_outcome.area.school_sen.set_index("name")["sen_support"]
    told = hidden["support-outside"].frame.set_index("school")
    assert told.loc[small.reindex(told.index).between(1, 9), "SEN Support"].eq("c").all()
    assert told.loc[told["SEN Support"].eq("c"), "share"].eq("c").all()
    points = [
        sum(len(c.get_offsets()) for a in e["funnel-support"].draw().axes for c in a.collections)
        for e in (open_, hidden)
    ]
    mainstream = example_outcome.area.school_sen[
        example_outcome.area.school_sen["phase"].isin(["primary", "secondary"])
    ]
    assert points[0] - points[1] == mainstream["sen_support"].between(1, 9).sum() > 0


def test_a_small_count_of_a_councils_own_is_hidden_under_a_limit(example_outcome: Outcome) -> None:
    own = pd.DataFrame([("E06000061", "without_place_plans", 2026, 3.0)], columns=["whose", "measure", "year", "value"])
    given = pd.concat([example_outcome.area.outcomes, tables.check(own, tables.OUTCOMES)])
    outcome = replace(example_outcome, area=example_outcome.area.replace(outcomes=given))
    for limit, latest, kept in ((0, "3.0, January 2026", True), (5, "c, January 2026", False)):
        found = tables_of(success.section(outcome, limit))
        row = (
            found["success-table-E06000061"]
            .set_index("measure")
            .loc["Children with plans and no school place, or waiting for one: EHC plan (children)"]
        )
        assert row["latest"] == latest
        assert found["success-figures"]["measure"].eq("without_place_plans").any() == kept


def test_an_area_that_lacks_these_tables_says_so_and_claims_nothing(example_outcome: Outcome) -> None:
    bare = example_outcome.area.replace(
        **{
            name: tables.empty(getattr(tables, name.upper()))
            for name in ("outcomes", "neighbours", "school_sen", "aims")
        }
    )
    outcome = replace(example_outcome, area=bare)
    assert success.section(outcome) is None
    section = graduated.section(outcome)
    assert any("no school_sen.csv" in words for words in section.words)
    assert {e.key for e in section.exhibits} == {"graduated-steps", "support-to-plans", "graduated-missing"}


def test_without_neighbours_england_alone_stands_beside(example_outcome: Outcome) -> None:
    alone = example_outcome.area.replace(neighbours=tables.empty(tables.NEIGHBOURS))
    section = success.section(replace(example_outcome, area=alone))
    assert any("England alone stands beside" in words for words in section.words)
    assert section.exhibits[0].title.startswith("North Northamptonshire is better than England on")


def test_a_report_beside_itself_has_no_new_figure_and_the_same_forecasts(example_outcome: Outcome, last) -> None:
    section = since.section(example_outcome, last)
    assert "None of 84 measures has a new figure." in section.words[0]
    told = tables_of(section)["since-forecasts"]
    assert len(told) > 50
    assert set(told["inside its range"]) == {"yes"}
    assert set(told["change"]) <= {"0", "£0"}


def test_a_figure_of_a_later_year_is_told_better_or_worse_than_the_last_reports(example_outcome: Outcome, last) -> None:
    then = last.figures
    older = then["measure"].eq("phonics_support") & then["authority"].eq("West Northamptonshire")
    then.loc[older, ["year", "value", "low", "high"]] = [2022, 44.0, 40.1, 48.0]
    section = since.section(example_outcome, replace(last, figures=then))
    found = tables_of(section)["since-figures"]
    assert found[["last report", "now", "since then"]].to_numpy().tolist() == [
        ["44.0 (2021/22)", "56.0 (2024/25)", "▲ better"]
    ]
    assert "1 of 84 measures has a new figure: 1 better." in section.words[0]


def test_plans_that_were_forecast_and_are_now_counted_are_held_against_the_forecast(
    example_outcome: Outcome, last
) -> None:
    then = last.forecasts
    base = then["measure"].eq("plans") & then["year"].eq(2026)
    then.loc[base, ["middle", "low", "high"]] = [9_000, 8_500, 9_500]
    words = since.section(example_outcome, replace(last, forecasts=then)).words[0]
    assert (
        "10,709 plans were counted in January 2026; the last report said 9,000, between 8,500 and 9,500: outside its range."
        in words
    )


def test_a_report_of_another_area_is_refused(example_outcome: Outcome, last) -> None:
    elsewhere = replace(last, figures=last.figures.assign(authority="Kent"), forecasts=last.forecasts.assign(year=1999))
    with pytest.raises(InputError, match="no authority and no year in common"):
        since.section(example_outcome, elsewhere)


def test_what_is_no_report_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="there is no report at"):
        sf.report.read_last(tmp_path)
    file = tmp_path / "tables.xlsx"
    file.write_text("no workbook")
    with pytest.raises(InputError, match="can't be read as a workbook"):
        sf.report.read_last(file)
    page = io.BytesIO()
    openpyxl.Workbook().save(page)
    file.write_bytes(page.getvalue())
    with pytest.raises(InputError, match="no sheet 'headline-forecasts'"):
        sf.report.read_last(tmp_path)


def test_what_next_year_reads_is_in_the_workbook_and_not_in_the_page(example_outcome: Outcome) -> None:
    sections = build(example_outcome).sections
    for key in ("success-figures", "headline-forecasts"):
        assert any(e.key == key for s in sections for e in s.exhibits)
        assert not any(e.key == key for s in sections for e in s.exhibits_read)
