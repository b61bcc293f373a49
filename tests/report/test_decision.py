"""The decision on the first screen: the finding, bands of need, what to open, and sentences true of every area."""

import io
import re
import subprocess

import docx
import numpy as np
import pandas as pd
import pytest

import sufficiency as sf
from sufficiency import allocate
from sufficiency.report.model import Report, Table
from sufficiency.report.sections import decision, to_open
from sufficiency.report.sections import recommended as in_full
from sufficiency.report.sections.bands import _steps, bands
from sufficiency.report.writers.document.word import document
from sufficiency.report.writers.html import page
from tests.report.browser import FLAGS, need


@pytest.fixture(scope="module")
def made(example_outcome):
    return sf.recommend(example_outcome, draws=2)


@pytest.fixture(scope="module")
def section(example_outcome, made):
    return decision.section(example_outcome, made)


@pytest.fixture(scope="module")
def rows(made):
    return to_open.rows(made, 2031)


def _table(section, key: str) -> Table:
    return next(e for e in section.exhibits if e.key == key)


def _only(*sections) -> Report:
    """Return a report of these sections alone, so that no chart need be drawn."""
    return Report("SEND sufficiency: here", "All of it", (), tuple(sections), "Licence")


def test_the_headline_is_the_finding_with_number_year_need_and_place(section, example_outcome):
    found = re.fullmatch(
        r"Northamptonshire is short of about ([\d,]+) state specialist places by January 2031, most of all for \w+ children "
        r"with .+ needs in (\w[\w ]+)",
        section.title,
    )
    assert found
    assert found[2] in set(example_outcome.area.zones["district"])
    short = example_outcome.placed.shortfall(levels=(0.5,)).set_index("year")["children"][2031]
    assert abs(int(found[1].replace(",", "")) - short) <= 1


def test_the_three_bands_are_shares_of_futures_counted_by_hand():
    # Ten futures, short of 0 to 9: of 0.9 in nine of ten, 4.5 in half, 8.1 in one of ten; whole places.
    assert _steps(np.arange(10)[None]).tolist() == [[0, 4, 4]]
    assert _steps(np.full((1, 10), 7)).tolist() == [[7, 0, 0]]
    assert _steps(np.array([[0] * 8 + [5, 5]])).tolist() == [[0, 0, 5]]


def test_the_bands_of_the_whole_area_are_taken_within_a_future(example_outcome):
    found, placed = bands(example_outcome), example_outcome.placed
    low, mid, high = placed.shortfall(levels=(0.1, 0.5, 0.9)).query("year == 2031")["children"]
    act, prepare, watch = found.whole
    assert (act, act + prepare, act + prepare + watch) == (int(low), int(mid), int(high))
    assert found.groups["act"].is_monotonic_decreasing


def test_what_to_open_keeps_bases_special_schools_and_new_schools_apart(section, rows):
    assert list(dict.fromkeys(rows["kind"])) == [k for k in to_open.KINDS if k in set(rows["kind"])]
    assert {"base", "more"} <= set(rows["kind"])
    assert "in specialist bases" in section.words[0]
    assert "more at special schools" in section.words[0]


def test_rows_of_what_to_open_add_up_to_all_of_these(section, made):
    frame = _table(section, "to-open").frame
    for column in ("places", "capital", "children"):
        assert frame[column].iloc[:-1].sum() == pytest.approx(frame[column].iloc[-1])
    assert frame["places"].iloc[-1] == made.openings.openings["places"].sum()
    assert frame["capital"].iloc[-1] == pytest.approx(made.openings.capital_gbp)


def test_every_opening_says_what_where_for_whom_how_many_by_when_and_how_sure(section, example_outcome):
    frame = _table(section, "to-open").frame.iloc[:-1]
    assert (frame[["what and where", "for whom", "by January", "full in"]] != "").all().all()
    districts = "|".join(sorted(set(example_outcome.area.zones["district"])))
    assert frame["what and where"].str.contains(rf", (?:{districts}|\d districts)$").all()
    assert len(frame) <= 9


def test_nobody_is_counted_in_two_places_and_no_place_twice(made, example_outcome):
    used = allocate.filled(made.openings, example_outcome.placed, year=2031)
    by_option = used.groupby(["option", "draw", "places"], as_index=False)["children"].sum()
    assert (by_option["children"] <= by_option["places"]).all()
    away = example_outcome.placed.in_each_draw("provision", "need_group").query("year == 2031")
    from sufficiency.words.destinations import DESTINATIONS

    there = away[away["provision"].isin(list(DESTINATIONS))].groupby(["draw", "need_group"])["children"].sum()
    placed = used[used["need_group"] != ""].groupby(["draw", "need_group"])["children"].sum()
    assert (placed <= there.reindex(placed.index)).all()


def test_filled_refuses_a_january_that_is_not_in_both(made, example_outcome):
    with pytest.raises(sf.errors.MissingError, match="no January 2040 in both"):
        allocate.filled(made.openings, example_outcome.placed, year=2040)


def test_what_it_costs_is_said_with_its_sign_as_the_run_has_it(section, made):
    change = (made.then.measure("spend_gbp") - made.now.measure("spend_gbp")).sel(financial_year=2030)
    words = next(w for w in section.words if w.startswith("What that does"))
    assert ("adds" if float(change.median()) > 0 else "saves") in words.split("High Needs")[0]
    fewer = (made.now.measure("shortfall") - made.then.measure("shortfall")).sel(year=2031)
    assert f"{round(float(fewer.median())):,} fewer children are turned away in January 2031" in words


def test_the_budget_is_said_to_be_no_councils_own(section):
    note = _table(section, "to-open").note
    assert "share by EHC plans" in note
    assert "no council's own figure" in note


def test_neighbours_stand_on_the_first_screen_where_they_are_given(example_outcome, made):
    told = decision.section(example_outcome, made, neighbours=("Plans grow faster here than in England.",))
    assert "Plans grow faster here than in England." in told.words


def test_without_capital_nothing_is_recommended_and_the_report_says_why(example_outcome):
    none = sf.recommend(example_outcome, budget_gbp=0, draws=1)
    assert none.then is None
    told = decision.section(example_outcome, none)
    assert told.words[0].startswith(
        "Nothing is recommended within £0 of capital, the budget given: the limits allow none of"
    )
    assert [e.key for e in told.exhibits] == ["bands"]


def test_an_area_with_places_enough_says_so_and_recommends_nothing(tiny_area):
    anyone = tiny_area.settings.assign(needs="", ncy_low=-4, ncy_high=20)
    area = tiny_area.replace(places=tiny_area.places.assign(places=500), settings=anyone)
    outcome = sf.run(area, to=tiny_area.base_year + 2, draws=4, placed_draws=2)
    made = sf.recommend(outcome)
    assert made.openings is None
    told = decision.section(outcome, made)
    year = tiny_area.base_year + 2
    assert (
        told.title
        == f"{area.name} has state places enough to January {year} for every child who needs one, in nine futures of ten"
    )
    assert told.words == ()
    assert told.exhibits == ()


def test_an_area_of_one_district_is_not_told_where(tiny_area):
    area = tiny_area.replace(
        places=tiny_area.places.assign(places=1), zones=tiny_area.zones.assign(district=tiny_area.name)
    )
    outcome = sf.run(area, to=tiny_area.base_year + 2, draws=4, placed_draws=2)
    made = sf.recommend(outcome)
    told = decision.section(outcome, made)
    assert "is short of about" in told.title
    assert not told.title.endswith(f"in {tiny_area.name}")
    assert told.words[0].startswith("Nothing is recommended: too few children are turned away for a class")


def test_a_report_of_plans_alone_begins_with_its_summary(tiny_area):
    outcome = sf.run(tiny_area.replace(settings=tiny_area.settings[:0]), to=tiny_area.base_year + 2, draws=4)
    assert sf.report.build(outcome).sections[0].key == "summary"


def test_small_counts_are_hidden_in_the_decision_too(example_outcome, made):
    limit = 50
    report = sf.report.build(example_outcome, recommendation=made, suppress=limit)
    first = report.sections[0]
    assert first.key == "decision"
    served = _table(first, "to-open").frame["children"]
    numbers = pd.to_numeric(served, errors="coerce").dropna()
    assert (served == "c").any()
    assert (numbers >= limit).all()
    assert pd.isna(served.iloc[-1])
    assert not [e for s in report.sections if s.key == "recommended" for e in s.exhibits]
    for row in _table(first, "bands").frame[["act", "prepare", "watch"]].to_numpy().ravel():
        assert row == "c" or float(row) == 0 or float(row) >= limit


def test_the_recommendation_in_full_names_each_opening_and_what_was_not_taken(made, rows):
    told = in_full.section(made, ())
    full = _table(told, "recommended-full").frame
    assert len(full) == len(rows)
    assert (full["owner"] == "").all()
    not_taken = set(_table(told, "not-taken").frame["option"])
    assert not not_taken & set(made.openings.openings["option"])


def test_what_is_right_under_every_law_is_told_from_what_hangs_on_one(made, example_outcome):
    from sufficiency.outcome import Outcome

    late = sf.scenarios.reform(1.0)
    law = Outcome(**{**vars(example_outcome), "scenario": late})  # the same futures under another law's name
    told = in_full.section(made, (law,))
    frame = _table(told, "regret").frame
    assert list(frame.columns) == ["what", "where", "places", "if the law stays", late.name]
    assert frame["if the law stays"].tolist() == pytest.approx(frame[late.name].tolist())
    assert frame["if the law stays"].between(0, 1).all()


def test_the_first_page_of_word_is_the_decision_before_the_contents(section):
    report = _only(section)
    made = docx.Document(io.BytesIO(document(report, {})))
    texts = [p.text for p in made.paragraphs]
    finding = next(n for n, t in enumerate(texts) if section.title in t)
    assert finding < texts.index("Contents")


def test_a_phones_first_screen_is_the_answer_and_not_the_contents(section, tmp_path):
    (tmp_path / "page.html").write_text(page(_only(section)), encoding="utf-8")
    asked = [need("chromium"), *FLAGS, "--dump-dom", f"--user-data-dir={tmp_path / 'me'}"]
    for size, is_open in (("390,844", False), ("1280,900", True)):
        done = subprocess.run(
            [*asked, f"--window-size={size}", (tmp_path / "page.html").as_uri()],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (re.search(r'<details open="">\s*<summary>Contents', done.stdout) is not None) is is_open
        assert '<a href="#decision">The decision</a>' in re.sub(r' aria-current="\w+"', "", done.stdout)


def test_each_cell_of_a_table_that_stacks_names_its_column(section):
    assert 'data-label="Places"' in page(_only(section))


def test_a_change_that_rounds_to_nothing_is_not_said_to_add_or_to_save():
    assert decision._in_cash(-700_000, 20_000, 100_000, "High Needs") == (
        "changes High Needs by less than £0.1m a year (from £0.7m saved to £0.1m added)"
    )
    assert decision._in_cash(0, 0, 0, "transport") == "changes transport by less than £0.1m a year"
    assert decision._in_cash(1e6, 3e6, 4e6, "transport") == "adds £3.0m a year to transport (£1.0m to £4.0m)"
    assert decision._in_cash(-4e6, -3e6, 1e6, "High Needs").startswith(
        "saves £3.0m a year in High Needs (from £1.0m added"
    )
