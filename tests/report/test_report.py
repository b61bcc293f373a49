"""The report opens offline in a real browser, in Word and in Excel, and is whole or not there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path, PureWindowsPath

import openpyxl
import pandas as pd
import pytest
from docx import Document

import sufficiency as sf
from sufficiency.area.template import write_template
from sufficiency.errors import MissingError, OutputError, SufficiencyError
from sufficiency.outcome import Outcome
from sufficiency.report.disclosure.suppress import HIDDEN
from sufficiency.report.model import Chart, Map, Table
from sufficiency.report.returns.write_returns import FILES, write_returns
from sufficiency.report.sections import invest as invest_section
from sufficiency.report.writers.build import build
from sufficiency.scenarios.scenario import lever_name
from tests.report.browser import Visit, need, visit


@pytest.fixture(scope="module")
def folder(example_outcome: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sf.report.write(example_outcome, tmp_path_factory.mktemp("out") / "report").parent


@pytest.fixture(scope="module")
def seen(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    return visit(folder / "report.html", tmp_path_factory.mktemp("browser"))


class Page(HTMLParser):
    """Headings, pictures and figures of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.unnamed: list[str] = []
        self.figures: list[int] = []
        self.inside = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "figure":
            self.figures.append(0)
            self.inside = True
        if self.inside and tag in ("path", "use", "rect", "circle", "line", "text"):
            self.figures[-1] += 1
        if (
            tag == "svg"
            and given.get("role") == "img"
            and not (given.get("aria-label") or given.get("aria-labelledby"))
        ) or (tag == "img" and not given.get("alt")):
            self.unnamed.append(str(given))

    def handle_endtag(self, tag: str) -> None:
        if tag == "figure":
            self.inside = False


@pytest.mark.browser
def test_the_page_says_nothing_on_its_console_and_asks_nothing_of_the_network(seen: Visit) -> None:
    assert seen.console == ()
    assert seen.requests == ()


@pytest.mark.browser
def test_every_chart_and_map_is_drawn(seen: Visit, example_outcome: Outcome) -> None:
    page = Page(seen.document)
    wanted = [e for _, e in build(example_outcome).exhibits() if isinstance(e, Chart | Map)]
    assert len(page.figures) == len(wanted) >= 15
    assert min(page.figures) > 20


@pytest.mark.browser
def test_the_page_can_be_heard_as_well_as_seen(seen: Visit) -> None:
    page = Page(seen.document)
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(page.headings, page.headings[1:], strict=False))
    assert page.unnamed == []
    assert '<html lang="en-GB"' in seen.document
    assert seen.document.count("<caption") == seen.document.count("<table")


def test_the_page_carries_everything_in_itself(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)=["'](https?:)?//""", text)
    assert '<link rel="stylesheet"' not in text


def test_rounds_lie_beside_the_report(folder: Path) -> None:
    assert json.loads((folder / "rounds.geojson").read_text(encoding="utf-8"))["type"] == "FeatureCollection"


def test_every_file_has_a_name_that_windows_allows(folder: Path) -> None:
    paths = [PureWindowsPath(path.relative_to(folder)) for path in folder.rglob("*")]
    assert len(paths) > 30
    for path in paths:
        assert not path.is_reserved(), path
        assert not re.search(r'[<>:"|?*\x00-\x1f]|[. ]$', path.name), path
        assert len(str(path)) < 100
    assert len({str(path).lower() for path in paths}) == len(paths)


def test_the_answer_comes_first(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    first = text[text.index('id="summary"') :][:3000]
    assert "EHC plans in January 2031" in first
    assert "turned away from every suitable state place" in first
    assert "High Needs balance at 31 March 2028" in first
    assert "in-year balance in 2028-29" in first


@pytest.mark.office
def test_word_opens_it_and_every_picture_is_described(folder: Path, example_outcome: Outcome, tmp_path: Path) -> None:
    made = Document(str(folder / "report.docx"))
    headings = [p.text for p in made.paragraphs if p.style.name == "Heading 1"]
    assert len(headings) == sum(not section.within for section in build(example_outcome).sections)
    pictures = made.element.xpath("//wp:docPr")
    assert len(pictures) >= 15
    assert all(p.get("descr") for p in pictures)
    command = [
        need("soffice"),
        "--headless",
        f"-env:UserInstallation={(tmp_path / 'office').as_uri()}",
        "--convert-to",
        "pdf",
        "--outdir",
        str(tmp_path),
        str(folder / "report.docx"),
    ]
    subprocess.run(command, capture_output=True, timeout=240, check=True)
    assert (tmp_path / "report.pdf").stat().st_size > 100_000


def test_the_workbook_has_every_table_whole(folder: Path, example_outcome: Outcome) -> None:
    book = openpyxl.load_workbook(folder / "tables.xlsx", read_only=True)
    tables = [table for _, table in build(example_outcome).tables("workbook")]
    assert len(book.sheetnames) == len(tables) + 1
    for name, table in zip(book.sheetnames[1:], tables, strict=True):
        assert book[name].max_row == 4 + len(table.frame)
    cells = {value for name in ("plans-setting", "forecast-by-setting") for row in book[name].values for value in row}
    assert "Placement not recorded" in cells
    assert "not_recorded" not in cells


def test_every_chart_is_also_a_png(folder: Path, example_outcome: Outcome) -> None:
    wanted = {f"{e.key}.png" for _, e in build(example_outcome).exhibits() if isinstance(e, Chart | Map)}
    assert {p.name for p in (folder / "charts").iterdir()} == wanted
    assert all(p.read_bytes()[:4] == b"\x89PNG" for p in (folder / "charts").iterdir())


def test_no_doubtful_value_is_shown_without_saying_so(folder: Path) -> None:
    from sufficiency import policy

    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "assumed" in text
    assert "unverified" in text
    assert any(rate.status == "unverified" for rate in policy.all_rates().values())


def test_small_numbers_are_hidden_where_asked(example_outcome: Outcome) -> None:
    report = build(example_outcome, suppress=5)
    checked = 0
    for _, exhibit in report.exhibits():
        if isinstance(exhibit, Table) and exhibit.counts:
            for column in exhibit.counts:
                if column in exhibit.frame:
                    values = [v for v in exhibit.frame[column] if v != HIDDEN]
                    assert not any(0.5 <= float(v) < 5 for v in values if v == v), (exhibit.key, column)
                    checked += 1
    assert checked > 5


@pytest.mark.parametrize("bad", ["/proc/nowhere/report", "a_file"])
def test_a_folder_that_can_not_be_written_is_named_with_the_way_out(
    example_outcome: Outcome, tmp_path: Path, bad: str
) -> None:
    (tmp_path / "a_file").write_text("here already")
    target = Path(bad) if bad.startswith("/") else tmp_path / bad
    with pytest.raises(OutputError, match=r"can't be written to .*; choose another with --out"):
        sf.report.write(example_outcome, target)
    assert (tmp_path / "a_file").read_text() == "here already"


def test_a_run_that_fails_leaves_the_older_report_as_it_was(example_outcome: Outcome, tmp_path: Path) -> None:
    target = tmp_path / "report"
    target.mkdir()
    (target / "report.html").write_text("the older one")
    broken = replace(example_outcome, budget=None)
    with pytest.raises((SufficiencyError, AttributeError)):
        sf.report.write(broken, target)
    assert [p.name for p in target.iterdir()] == ["report.html"]
    assert (target / "report.html").read_text() == "the older one"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report"]


def test_a_scenario_has_a_section_on_what_each_lever_does() -> None:
    area = sf.example_area()
    options = {"to": 2028, "draws": 6, "placed_draws": 2}
    scenario = sf.Scenario("Two", (sf.OpenPlaces("UNIT-135306", 16, 2027), sf.ChangeJoining(0.9, since=2027)))
    now, then = sf.run(area, **options), sf.run(area, scenario, **options)
    report = build(then, now=now)
    section = next(s for s in report.sections if s.key == "scenario")
    table = next(e.frame for e in section.exhibits if isinstance(e, Table) and e.key == "levers")
    assert set(table["lever"]) == {lever_name(lever, area) for lever in scenario.levers} | {"all of them"}
    for row in table[table["lever"] == "all of them"].to_dict("records"):  # sentence and table say one change
        (says,) = (words for words in section.words if words.startswith(f"{row['measure']}, "))
        assert f"changes it by {row['change']} ({row['9 in 10 between']})" in says or "by nothing" in says
    assert all(e.draw() for e in section.exhibits if isinstance(e, Chart))
    plan = next(e.frame for e in section.exhibits if isinstance(e, Table) and e.key == "medium-term-scenario")
    assert {row for row in plan["row"] if row.startswith("Saving: ")} == {
        f"Saving: {lever_name(lever, area)}" for lever in scenario.levers
    }
    invest = next(s for s in report.sections if s.key == "invest")
    tables = {e.key: e.frame for e in invest.exhibits if isinstance(e, Table)}
    (row,) = tables["invest-to-save"].to_dict("records")  # the lever on joining opens nothing
    assert row["opening"] == lever_name(scenario.levers[0], area)
    assert row["places"] == 16
    assert row["capital"] == pytest.approx(16 * area.value("funding.capital_unit_gbp"))
    # What a grant pays the council need not borrow: the two differ by the capital alone.
    assert row["worth today, grant pays"] - row["worth today, council pays"] == pytest.approx(row["capital"])
    priced = replace(scenario.levers[0], capital_gbp=1_000_000)
    known = replace(then, scenario=sf.Scenario("Known", (*now.scenario.levers, priced)))
    assert [one.opened.capital_gbp for one in invest_section.appraised([now, known])] == [1_000_000]
    first = tables["invest-by-year"].iloc[0]
    assert first["financial year"] == "2026-27"
    assert first["capital"] == row["capital"]
    assert first["set-up"] == "not known"  # and not £0
    said = " ".join(invest.assumptions)
    for assumed in ("Capital for a place in a SEN unit", "Real discount rate", "not known, and counted as 0"):
        assert assumed in said
    assert tables["who-leaves"]["fewer children"].sum() == pytest.approx(
        0, abs=0.5
    )  # who leaves one place is in another


def test_a_scenario_that_opens_nothing_has_no_page_on_what_new_places_pay(example_outcome: Outcome) -> None:
    assert "invest" not in {s.key for s in build(example_outcome).sections}


def test_every_name_on_the_page_is_given_once_and_every_reference_finds_its_own(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    wanted = re.findall(r'(?:aria-labelledby|for)="([^"]+)"|href="#([^"]+)"|url\(#([^)]+)\)', text)
    assert {a or b or c for a, b, c in wanted} <= set(ids)


def test_names_of_code_are_set_as_code_on_the_page_and_plain_in_word(folder: Path) -> None:
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "<code>openings</code>" in text
    assert "`" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)
    assert not any("`" in p.text for p in Document(str(folder / "report.docx")).paragraphs)


def test_the_section_that_speaks_of_small_groups_is_left_out_where_small_numbers_are_hidden(
    example_outcome: Outcome,
) -> None:
    keys = {limit: [section.key for section in build(example_outcome, suppress=limit).sections] for limit in (0, 5)}
    assert set(keys[0]) - set(keys[5]) == {"why"}


def test_a_report_without_schools_takes_away_what_an_earlier_one_wrote_and_nothing_else(
    folder: Path, tmp_path: Path
) -> None:
    tmp_path /= "report"
    shutil.copytree(folder, tmp_path)
    assert (tmp_path / "rounds.geojson").is_file()
    own = [tmp_path / "notes.txt", tmp_path / "returns" / "sent.csv", tmp_path / "charts" / "logo.svg"]
    for path in own:
        path.write_text("the council's own")
    forecast = sf.run(replace(sf.example_area(), settings=sf.example_area().settings.iloc[:0]), to=2027, draws=3)
    assert not isinstance(forecast, Outcome)
    sf.report.write(forecast, tmp_path)
    assert not (tmp_path / "rounds.geojson").exists()
    assert [p.name for p in (tmp_path / "returns").iterdir()] == ["sent.csv"]
    assert all(path.read_text() == "the council's own" for path in own)
    assert not (tmp_path / "charts" / "map-access.png").exists()
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "3 simulated futures. A range" in page
    assert "placed in schools, transported" not in page


def test_every_file_of_the_returns_is_known_by_name(example_outcome: Outcome, tmp_path: Path) -> None:
    written = write_returns(example_outcome, tmp_path, now=example_outcome)
    assert {path.name for path in written} == set(FILES)


def test_a_report_says_so_where_no_projection_was_given_and_names_the_source_of_the_long_view() -> None:
    area = sf.example_area()
    people = area.population[area.population["year"] <= area.base_year]
    sources = area.sources.assign(source=area.sources["source"].mask(area.sources["table"] == "long_view", "DfE, 2022"))
    bare = replace(area, population=people, sources=sources, settings=area.settings.iloc[:0])
    report = build(sf.run(bare, to=2028, draws=3))
    words = {s.key: " ".join(s.words) for s in report.sections}["population"]
    assert "No projection was given" in words
    assert "2028" not in words
    long = next(e for _, e in report.exhibits() if e.key == "long-view")
    assert (long.title, long.note) == ("The long view: counts of past Januaries", "As printed in: DfE, 2022.")


def test_an_area_with_nobody_at_a_special_school_and_without_states_is_reported_as_a_forecast(tmp_path: Path) -> None:
    write_template(tmp_path / "ours")
    plans = pd.read_csv(tmp_path / "ours" / "plans.csv")
    for name in ("states.csv", "in_year.csv"):
        (tmp_path / "ours" / name).unlink()
    mainstream = plans["setting_type"] == "mainstream"
    plans.assign(plans=plans["plans"].where(mainstream, 0)).to_csv(tmp_path / "ours" / "plans.csv", index=False)
    outcome = sf.run(sf.read_area(tmp_path / "ours"), to=2027, draws=3)
    words = {s.key: " ".join(s.words) for s in build(outcome).sections}
    held = plans.loc[mainstream & (plans["year"] == 2025), "plans"].sum()
    assert f"{held:,} children and young people have an EHC plan in January 2025" in words["profile"]
    assert "nobody with a plan is at a special school" in words["summary"]
    plans.assign(plans=0).to_csv(tmp_path / "ours" / "plans.csv", index=False)
    with pytest.raises(MissingError, match=r"there are no plans for E06000999 in January 2025.*give states.csv"):
        sf.run(sf.read_area(tmp_path / "ours"), to=2027, draws=3)
