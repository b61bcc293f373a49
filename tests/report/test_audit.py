"""A report is read as one: what its tables, charts and sentences tell together is found, hidden, or refused in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.figure import Figure

import sufficiency as sf
from sufficiency.area.area import Area
from sufficiency.errors import DisclosureError, SufficiencyError
from sufficiency.inputs.council.sen2.census import snapshot
from sufficiency.inputs.council.sen2.sen2_return import read_sen2
from sufficiency.outcome import Outcome
from sufficiency.report.disclosure.artists import drawn, take_out
from sufficiency.report.disclosure.audit import audited
from sufficiency.report.disclosure.cubes import Cube, Group
from sufficiency.report.disclosure.printed import Place, of_chart, of_share, of_table
from sufficiency.report.disclosure.sentences import of_words
from sufficiency.report.disclosure.suppress import HIDDEN, without_few_behind
from sufficiency.report.disclosure.whole_report import Published, audit, made_safe
from sufficiency.report.look import charts
from sufficiency.report.model import Chart, Report, Section, Table
from sufficiency.report.writers.write import known_cubes
from tests.inputs.sen2_made import REGISTER, export, make, save
from tests.report.read_back import LIMIT, audits
from tests.test_privacy import SALT, area_of

NEEDS, PHASES = ("ASD", "VI", "HI"), ("Primary", "Secondary", "Post-16")
COUNTS = np.array([[60.0, 3, 40], [20, 30, 9], [8, 70, 50]])


def cube(counts: np.ndarray = COUNTS) -> Cube:
    """Return children by need and phase."""
    rows = [(need, phase) for need in NEEDS for phase in PHASES]
    names = {need.lower(): (Group("need", frozenset([need])),) for need in NEEDS}
    names |= {phase.lower(): (Group("phase", frozenset([phase])),) for phase in PHASES}
    names |= dict.fromkeys(("children", "counted", "all", ""), (Group("", frozenset()),))
    names |= {"autism": names["asd"], "visual impairment": names["vi"]}
    return Cube("plans in January 2026", 2026, pd.DataFrame(rows, columns=["need", "phase"]), counts.ravel(), names)


def frame(counts: np.ndarray = COUNTS) -> pd.DataFrame:
    """Return need, phase, children."""
    return cube(counts).cells.assign(children=counts.ravel())


def wide() -> pd.DataFrame:
    """Return a table of needs by phase, with its one small cell hidden and no other."""
    table = frame().pivot(index="need", columns="phase", values="children").reset_index().rename_axis(columns=None)
    return table.astype(object).replace(3.0, HIDDEN)


def report(*exhibits: Table | Chart, words: tuple[str, ...] = ()) -> Report:
    return Report("Ours", "", (), (Section("today", "Children today", words, exhibits=exhibits),), "", LIMIT)


def totals(by: str) -> Table:
    return Table(by, f"Children by {by}", frame().groupby(by, as_index=False)["children"].sum(), note="")


CELLS = Table("cells", "Children by need and phase", wide())


def test_a_word_that_one_table_has_for_a_row_and_another_for_a_group_is_read_as_either() -> None:
    row, group = Group("row", frozenset(["other"])), Group("placement", frozenset(["early_years", "elsewhere"]))
    known = replace(cube(), names={"value: other": (row,), "other": (group,)})
    assert known.named("Other", "value") == (row, group)
    assert known.named("Other", "placement") == (group,)


def test_a_sum_over_two_tables_is_found_and_both_are_named_but_never_the_count() -> None:
    (alone,) = audit(Published(report(CELLS)), [cube()], LIMIT, mends=False)
    assert alone.leaks == ()
    (found,) = audit(Published(report(CELLS, totals("need"))), [cube()], LIMIT, mends=False)
    says = str(found.leaks[0])
    assert "Children by need and phase" in says
    assert "Children by need" in says
    assert "3" not in says


def test_more_is_hidden_until_the_two_tables_no_longer_tell_it() -> None:
    safe = made_safe(Published(report(CELLS, totals("need"), totals("phase"))), [cube()], LIMIT)
    assert safe.report is not None
    tables = {e.key: e for _, e in safe.report.exhibits() if isinstance(e, Table)}
    assert sum((t.frame == HIDDEN).to_numpy().sum() for t in tables.values()) > 1
    (again,) = audit(safe, [cube()], LIMIT, mends=False)
    assert again.leaks == ()


def chart(figure: Figure) -> tuple[Chart, dict[str, Figure]]:
    return Chart("bars", "Children by need and phase", lambda: figure, "Bars."), {"bars": figure}


def test_a_chart_that_draws_a_small_count_is_found() -> None:
    leaky, figures = chart(charts.stacked(frame(), "need", "children", "phase", unit="children"))
    (found,) = audit(Published(report(leaky), figures), [cube()], LIMIT, mends=False)
    assert [leak.place.key for leak in found.leaks if leak.place] == ["bars"]


def test_marks_that_tell_it_are_taken_out_of_the_chart_and_it_says_so() -> None:
    leaky, figures = chart(charts.stacked(frame(), "need", "children", "phase", unit="children"))
    published = Published(report(leaky, totals("need"), totals("phase")), figures)
    safe = made_safe(published, [cube()], LIMIT)
    assert (
        drawn(figures["bars"])["value"].isna().sum()
        + sum((e.frame == HIDDEN).to_numpy().sum() for _, e in safe.report.exhibits() if isinstance(e, Table))
        >= 2
    )
    assert 3.0 not in set(drawn(figures["bars"])["value"])
    assert safe.report is not None
    ((_, told), *_) = safe.report.exhibits()
    assert "aren't drawn" in told.note
    assert isinstance(told, Chart)
    assert "aren't drawn" in told.alt
    (again,) = audit(safe, [cube()], LIMIT, mends=False)
    assert again.leaks == ()


def test_a_sentence_that_tells_it_can_not_be_mended_and_nothing_is_written() -> None:
    words = ("Of those of secondary age 3 children have a visual impairment.",)
    told = ("In secondary schools 3 children with autism have a plan.",)
    made_safe(Published(report(CELLS, words=words)), [cube()], LIMIT)  # another number of other children
    with pytest.raises(DisclosureError, match="Children today") as caught:
        made_safe(Published(report(CELLS, words=told)), [cube()], LIMIT)
    assert isinstance(caught.value, SufficiencyError)
    assert "not written" in str(caught.value)
    assert "3" not in str(caught.value)


def test_a_group_of_one_is_no_secret_where_nothing_tells_it() -> None:
    found = audited(cube(), of_table(cube(), wide()[["need", "Primary"]], Place("a", "b", "c")), LIMIT, mends=False)
    assert found.figures == 3
    assert found.leaks == ()


def test_a_table_of_something_else_with_the_same_labels_is_not_read() -> None:
    other = frame().assign(children=lambda t: t["children"] + 100)
    assert list(of_table(cube(), other, Place("a", "b", "c"))) == []


def test_a_missing_row_tells_that_nobody_is_in_it_only_where_all_who_are_somewhere_have_one() -> None:
    counts = COUNTS.copy()
    counts[1] = 0
    needs = frame(counts).groupby("need", as_index=False)["children"].sum()
    every = list(of_table(cube(counts), needs[needs["children"] > 0], Place("a", "b", "c")))
    assert len(every) == 3
    some = list(of_table(cube(counts), needs[needs["need"] == "ASD"], Place("a", "b", "c")))
    assert len(some) == 1


def test_what_charts_draw_is_read_as_it_stands_beside_its_labels() -> None:
    stacked = drawn(charts.stacked(frame(), "need", "children", "phase", unit="children"))
    assert stacked.set_index(["along", "series"])["value"]["HI", "Secondary"] == 70
    assert len(list(of_chart(cube(), stacked, Place("a", "b", "c")))) == 9 + 9  # whole, and series by series
    bars = drawn(charts.bars(frame().head(3), "phase", "children", unit="children"))
    assert {("Primary", 60), ("Secondary", 3), ("Post-16", 40)} <= set(zip(bars["along"], bars["value"], strict=True))
    grid = drawn(charts.grid(frame(), "need", "phase", "children", limit=LIMIT))
    assert grid.set_index(["series", "along"])["value"].isna()["Autistic spectrum disorder", "Secondary"]


def test_a_bar_taken_out_of_a_stack_leaves_no_gap() -> None:
    figure = charts.stacked(frame(), "need", "children", "phase", unit="children")
    before = drawn(figure)
    row = before.index[(before["along"] == "HI") & (before["series"] == "Secondary")]
    take_out(figure, set(row))
    tops = {(p.get_y(), p.get_height()) for c in figure.axes[0].containers for p in c.patches if p.get_y()}
    assert (8.0, 50.0) in tops
    assert drawn(figure)["value"].isna().sum() == 1


def test_a_band_ends_where_the_middle_is_taken_out() -> None:
    years = [
        (y, level, 40.0 + y - 2026 + spread)
        for y in (2026, 2027, 2028)
        for level, spread in ((0.05, -5), (0.5, 0), (0.95, 5))
    ]
    figure = charts.fan(pd.DataFrame(years, columns=["year", "level", "plans"]), "plans", unit="plans")
    take_out(figure, {0})
    assert np.isnan(drawn(figure)["value"].iloc[0])
    corners = np.concatenate([path.vertices for path in figure.axes[0].collections[0].get_paths()])
    assert corners[:, 0].min() == 2027


def test_a_card_s_bar_is_read_as_a_count_or_as_a_rounded_share() -> None:
    (count,) = of_share(cube(), ("ASD", "Primary"), "60", Place("a", "b", "c"))
    (share,) = of_share(cube(), ("ASD", "Primary"), "58%", Place("a", "b", "c"))
    assert (count.within, share.within > 0.4) == (0.0, True)
    assert list(of_share(cube(), ("ASD", "Primary"), "20%", Place("a", "b", "c"))) == []


def test_numbers_below_ten_are_read_of_children_only() -> None:
    assert list(of_words(cube(), "Autism, secondary: within 3 miles", Place("a", ""))) == []
    assert len(list(of_words(cube(), "Autism, secondary: 3 pupils", Place("a", "")))) == 1
    assert len(list(of_words(cube(), "Autism, post-16: 40", Place("a", "")))) == 1
    assert list(of_words(cube(), "Autism, post-16: 40 minutes", Place("a", ""))) == []


def test_money_of_few_children_is_hidden_with_one_more() -> None:
    money = pd.DataFrame({"provision": list("ABCD"), "2026-27": [30_000.0, 2e6, 1e6, 5e6]})
    told = without_few_behind(money, pd.DataFrame({"2026-27": [2.4, 200, 90, np.nan]}), LIMIT)
    assert told["2026-27"].eq(HIDDEN).tolist() == [True, False, True, False]


@settings(max_examples=25)
@given(arrays(np.int64, (3, 3), elements=st.integers(0, 25)))
def test_whatever_the_counts_no_small_one_is_left_to_be_worked_out_of_cells_totals_and_a_chart(
    counts: np.ndarray,
) -> None:
    table = frame(counts.astype(float))
    of = cube(counts.astype(float))
    wide_table = table.pivot(index="need", columns="phase", values="children").reset_index()
    needs = table.groupby("need", as_index=False)["children"].sum()
    exhibits = (Table("cells", "Cells", wide_table), Table("need", "Needs", needs))
    leaky, figures = chart(charts.stacked(table, "need", "children", "phase", unit="children"))
    safe = made_safe(Published(report(*exhibits, leaky), figures), [of], LIMIT)
    (again,) = audit(safe, [of], LIMIT, mends=False)
    assert again.leaks == ()


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Return children with plans in January 2025, from a made person-level return of a small council."""
    folder = tmp_path_factory.mktemp("sen2")
    return snapshot(read_sen2(save(export(make(900), 2025), folder), salt=SALT), REGISTER)


def test_no_cell_of_a_made_council_s_suppressed_report_can_be_worked_out_of_all_that_is_in_its_folder(
    council: pd.DataFrame, tiny_area: Area, tmp_path: Path
) -> None:
    outcome = sf.run(area_of(tiny_area, council), to=2027, draws=8, placed_draws=2)
    found = audits(outcome, tmp_path / "report")
    assert sum(one.hidden for one in found) > 10, "else there is nothing to hide"
    assert [str(leak) for one in found for leak in one.leaks] == []
    assert sum(one.others for one in found) == 0


def test_the_same_report_without_suppression_tells_small_counts(council: pd.DataFrame, tiny_area: Area) -> None:
    from sufficiency.report.writers.build import build

    outcome = sf.run(area_of(tiny_area, council), to=2027, draws=8, placed_draws=2)
    assert isinstance(outcome, Outcome)
    found = audit(Published(build(outcome)), known_cubes(outcome), LIMIT, mends=False)
    told = {leak.place.key for one in found for leak in one.leaks if leak.place}
    assert {"district-destinations"} <= told
