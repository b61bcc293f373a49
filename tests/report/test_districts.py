"""A page for each district and a card for each school: in the page, in Word and in the workbook, with nothing small told."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from docx import Document

from sufficiency.outcome import Outcome
from sufficiency.report.look.pictures import as_png
from sufficiency.report.model import Cards, Chart, Map, Report, Table
from sufficiency.report.sections import districts, explorer, schools
from sufficiency.report.sections.anchors import carded, district_key, links, paged, school_key
from sufficiency.report.sections.zones import away_by_district
from sufficiency.report.writers.document.word import document
from sufficiency.report.writers.html import page
from sufficiency.words.destinations import PLACED_DESTINATIONS
from sufficiency.words.say import label
from sufficiency.words.school_year import PHASES
from tests.report.browser import visit

LIMIT = 5
PLACED = tuple(PLACED_DESTINATIONS.values())


@pytest.fixture(scope="module")
def told(example_outcome: Outcome) -> Report:
    sections = (*districts.sections(example_outcome), schools.section(example_outcome))
    return Report("Places", "", (), sections, "")


@pytest.fixture(scope="module")
def hidden(example_outcome: Outcome) -> Report:
    sections = (*districts.sections(example_outcome, LIMIT), schools.section(example_outcome, LIMIT))
    return Report("Places", "", (), sections, "", suppress=LIMIT)


def tables_of(report: Report) -> dict[str, Table]:
    return {e.key: e for _, e in report.exhibits() if isinstance(e, Table)}


def test_each_district_has_a_part_of_its_own_with_a_map_and_its_sentences(
    told: Report, example_outcome: Outcome
) -> None:
    parts = [s for s in told.sections if s.within == "districts"]
    assert {s.title for s in parts} == set(example_outcome.area.zones["district"])
    for part in parts:
        assert isinstance(part.exhibits[0], Map)
        assert part.title in part.exhibits[0].title
        (sentences,) = part.words
        assert len(re.findall(r"\.(?= |$)", sentences)) >= 3
        assert "EHC plan" in sentences
        assert "minutes each way" in sentences


def test_the_number_turned_away_is_the_same_in_the_map_the_part_and_the_workbook(
    told: Report, example_outcome: Outcome
) -> None:
    numbers, _ = away_by_district(example_outcome)
    outlook = tables_of(told)["district-outlook"].frame
    rows = outlook[outlook["children"].str.startswith("Turned away")].set_index("district")
    for district in numbers.index:
        own = tables_of(told)[f"{district_key(district)}-outlook"].frame
        for year in numbers.columns:
            words = f"{float(rows.at[district, str(year)]):,.0f}"
            assert words == numbers.at[district, year]
            assert words == f"{float(own.loc[own['children'].str.startswith('Turned'), str(year)].iloc[0]):,.0f}"


def test_each_view_of_the_explorer_is_what_the_results_say(example_outcome: Outcome) -> None:
    """Totals within a draw, then quantiles: the middle of all is not the sum of middles."""
    names, away, need = explorer.views(example_outcome)
    placed = example_outcome.placed
    short = placed.shortfall()
    whole = short.loc[short["year"] == placed.years[-1], "children"]
    assert away[:, -1, 0, 0, 0] == pytest.approx(whole.to_numpy())
    one = placed.need("district", "phase")
    one = one[(one["year"] == placed.years[-1]) & (one["district"] == "Kettering") & (one["phase"] == "primary")]
    at = 1 + names["district"].index("Kettering"), 0, 1 + names["phase"].index("primary")
    assert away[(slice(None), -1, *at)] == pytest.approx(one["turned_away"].to_numpy())
    assert need[(slice(None), -1, *at)] == pytest.approx(one["need"].to_numpy())


@pytest.mark.browser
def test_a_view_kept_by_its_address_is_shown_when_the_page_opens(told: Report, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(page(told), encoding="utf-8")
    seen = visit(path, tmp_path, view="need=semh&phase=secondary&district=Corby&year=2031")
    assert seen.console == ()
    assert "Social, emotional and mental health, Secondary, Corby, January 2031:" in seen.document
    assert "<output>January 2031</output>" in seen.document


def test_the_explorer_is_left_out_where_small_numbers_are_hidden(hidden: Report) -> None:
    assert next(e for _, e in hidden.exhibits() if e.key == "explorer").is_close


def test_an_area_of_many_planning_areas_has_no_page_for_each_and_no_link_to_one(example_outcome: Outcome) -> None:
    """A draft area has postcode districts, dozens of them: here one for each thirtieth zone."""
    area = example_outcome.area
    many = area.replace(zones=area.zones.assign(district=[f"NN{n % 30}" for n in range(len(area.zones))]))
    assert paged(many) == []
    assert paged(area) == sorted(set(area.zones["district"]), key=list(dict.fromkeys(area.zones["district"])).index)
    assert not any(link.startswith("district") for link in links(replace(example_outcome, area=many)).values())


def test_phases_stand_in_the_order_of_age(told: Report) -> None:
    order = [label(p, "phase") for p in PHASES]
    grids = [t.frame for key, t in tables_of(told).items() if key.endswith("-gap")]
    assert grids
    for grid in grids:
        found = [order.index(c) for c in grid.columns[1:]]
        assert found == sorted(found)


def test_schools_within_reach_are_near_and_the_nearest_stand_first(told: Report, example_outcome: Outcome) -> None:
    reach = tables_of(told)["district-reach"].frame
    assert reach["minutes"].le(example_outcome.area.value("transport.guide_primary_minutes")).all()
    for _, rows in reach.groupby("district"):
        assert rows["minutes"].is_monotonic_increasing
    near = reach.groupby("district")["school"].first()
    assert near["Daventry"] == "Daventry Hill School"


def test_each_listed_school_has_a_card_with_what_a_reader_asks(told: Report, example_outcome: Outcome) -> None:
    grid = next(e for _, e in told.exhibits() if isinstance(e, Cards))
    assert {c.key for c in grid.cards} == {school_key(s) for s in carded(example_outcome.area)["setting"]}
    assert not any("not named in any list" in c.title for c in grid.cards)
    for card in grid.cards:
        facts = dict(card.facts)
        assert facts["On roll today"] == "not known"  # the example has no attendance.csv
        assert "estimate" in card.bars_say
        assert {"Ages", "Needs", "One more place, a year"} <= set(facts)
        assert "that the place itself is paid" in facts["One more place, a year"]
        worth = facts["One more place, a year"]
        low, _, high = worth.partition("futures: ")[2].partition(")")[0].partition(" to ")
        assert worth.startswith("no clear difference") == (low.startswith("−") and not high.startswith("−"))
        if card.bars:  # a unit that has yet to open has nobody
            assert sum(share for _, share, _ in card.bars) == pytest.approx(1)
    assert sum(bool(card.bars) for card in grid.cards) >= len(grid.cards) - 2


def test_three_counts_of_those_turned_away_say_why_they_need_not_agree(told: Report) -> None:
    found = tables_of(told)
    assert all(
        words.startswith("Turned away: ") == (not words.startswith(PLACED))
        for words in found["district-destinations"].frame["where"]
    )
    for key in ("district-corby-gap", "district-corby-destinations"):
        assert "need not add up to the number turned away" in found[key].note
    assert "the whole district" in found["district-corby-outlook"].note


def test_on_paper_no_choice_is_offered(told: Report) -> None:
    view = next(e for _, e in told.exhibits() if e.key == "explorer")
    assert isinstance(view, Map)
    assert "hoose" not in view.title + view.note
    assert '<div class="map-controls"><p class="note">Choose' in view.svg()  # hidden in print with the controls


def test_every_link_of_a_map_finds_its_district_or_its_card(told: Report) -> None:
    text = page(told)
    anchors = set(re.findall(r'\bid="([^"]+)"', text))
    linked = set(re.findall(r'href="#((?:school|district)-[^"]+)"', text))
    assert len(linked) > 20
    assert linked <= anchors


def test_the_page_has_cards_word_a_short_table_and_the_workbook_the_whole(told: Report) -> None:
    text = page(told)
    assert 'class="cards"' in text
    assert 'id="schools-short"' not in text
    assert {"schools", "school-homes", "district-outlook"} <= {t.key for _, t in told.tables("workbook")}
    assert not any(t.key.startswith("district-corby") for _, t in told.tables("workbook"))
    pictures = {e.key: as_png(e.draw(), dpi=30) for _, e in told.exhibits() if isinstance(e, Chart | Map)}
    made = Document(io.BytesIO(document(told, pictures)))
    headings = [p.text for p in made.paragraphs if p.style.name == "Heading 2"]
    assert {"Corby", "Wellingborough"} <= set(headings)


def test_hidden_counts_are_in_no_table_no_card_and_no_sentence(hidden: Report) -> None:
    for key, table in tables_of(hidden).items():
        for column in table.frame.columns.intersection(["children from here", *map(str, range(2020, 2050))]):
            values = pd.to_numeric(table.frame[column], errors="coerce")
            assert not values.round().between(1, LIMIT - 1).any(), (key, column)
    homes = tables_of(hidden)["school-homes"].frame
    assert homes.eq("c").any().any()
    for section in hidden.sections:
        for says in section.words:
            assert not re.search(r"\bc\b (?:of|children|who)", says)
            assert not re.search(r"\(([1-4])\)", says)
    grid = next(e for _, e in hidden.exhibits() if isinstance(e, Cards))
    facts = {name for card in grid.cards for name, _ in card.facts}
    assert not any("Turned away" in name or "phase" in name for name in facts)


def test_a_hidden_share_is_not_told_by_a_bar(hidden: Report, told: Report) -> None:
    """Where a district's children at a school are hidden, the others are told as counts, so that no whole is known."""
    bars = {c.key: c.bars for _, e in hidden.exhibits() if isinstance(e, Cards) for c in e.cards}
    plain = {c.key: c.bars for _, e in told.exhibits() if isinstance(e, Cards) for c in e.cards}
    fewer = [key for key in bars if len(bars[key]) < len(plain[key])]
    assert fewer
    assert all(
        not says.endswith("%") and int(says.replace(",", "")) >= LIMIT for key in fewer for _, _, says in bars[key]
    )
