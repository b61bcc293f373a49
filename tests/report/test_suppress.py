"""Small numbers can't be read, nor worked out from totals."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sufficiency.report.disclosure.figures import pinned, span
from sufficiency.report.disclosure.suppress import hidden_cells, hidden_figures, hidden_parts, suppressed, with_margins


def test_a_lone_small_cell_takes_another_in_its_row_and_column_with_it() -> None:
    counts = np.array([[3.0, 20, 30], [40, 50, 60], [70, 80, 90]])
    hide = hidden_cells(counts, 5)
    assert hide[0, 0]
    assert hide[0].sum() >= 2
    assert hide[:, 0].sum() >= 2


def test_a_table_without_small_numbers_is_shown_whole() -> None:
    assert not hidden_cells(np.array([[5.0, 20], [0, 50]]), 5).any()


SHAPES = st.one_of(
    st.tuples(st.integers(1, 5), st.integers(1, 5)), st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3))
)


@settings(max_examples=150)
@given(SHAPES.flatmap(lambda shape: arrays(np.int64, shape, elements=st.one_of(st.just(0), st.integers(0, 30)))))
def test_no_hidden_figure_of_a_table_or_of_its_totals_can_be_pinned(counts: np.ndarray) -> None:
    figures = with_margins(counts.astype(float))
    hide = hidden_figures(counts.astype(float), 5)
    small = (figures.values >= 1) & (figures.values < 5)
    assert (hide | ~small).all()
    assert pinned(figures, hide, 5).tolist() == []
    if small.sum() == 0:
        assert not hide.any()


def test_a_reader_subtracts_a_lone_hidden_cell_from_its_totals() -> None:
    figures = with_margins(np.array([[3.0, 20], [40, 50]]))
    hide = np.zeros(len(figures.values), dtype=bool)
    hide[0] = True
    assert pinned(figures, hide, 5).tolist() == [0]
    assert span(figures, hide, 0) == (3, 3)


def test_a_small_cell_beside_another_is_still_pinned_where_both_have_few_to_share() -> None:
    figures = with_margins(np.array([[1.0, 2], [2, 40]]))
    hide = np.array([True, True, True, True, False, False, False, False, False])
    assert pinned(figures, hide, 5).tolist() == [0, 1, 2, 3]
    assert span(figures, hide, 0) == (0, 3)


def test_a_zero_is_hidden_where_it_is_enough() -> None:
    assert hidden_parts([4, 0, 60], 5).tolist() == [True, True, False]
    assert hidden_parts([3, 0, 60], 5).tolist() == [True, False, True]
    told = hidden_cells(np.array([[4.0, 0, 0], [0, 60, 0], [0, 0, 70]]), 5)
    assert told.sum() > 1


def test_a_frame_keeps_its_labels_and_hides_only_counts() -> None:
    frame = pd.DataFrame({"need": ["ASD", "VI", "HI"], "North": [50, 2, 9], "South": [60, 7, 8]})
    shown = suppressed(frame, ("North", "South"), 5)
    assert shown["need"].tolist() == ["ASD", "VI", "HI"]
    assert shown.loc[1, "North"] == "c"
    assert "2" not in shown.astype(str).loc[1].tolist()


def test_of_one_column_only_small_numbers_and_enough_others_are_hidden() -> None:
    frame = pd.DataFrame(
        {"school": list("ABCD"), "places": [4, 80, 60, 90], "children": [3, 81, 55, 90], "full": [0.75, 1.01, 0.92, 1]}
    )
    shown = suppressed(frame, ("children",), 5, tied=("full",))
    assert shown["children"].tolist() == ["c", 81, "c", 90]
    assert shown["full"].tolist() == ["c", 1.01, "c", 1.0]
    assert shown["places"].tolist() == [4, 80, 60, 90]


def test_a_small_total_is_hidden_with_the_share_that_gives_it_away() -> None:
    frame = pd.DataFrame({"need": list("ABC"), "North": [2, 30, 40], "West": [1, 50, 60]})
    frame["all"] = frame["North"] + frame["West"]
    frame["share"] = frame["all"] / frame["all"].sum()
    shown = suppressed(frame, ("North", "West"), 5, totals=("all",), tied=("share",))
    assert shown.loc[0, ["North", "West", "all", "share"]].tolist() == ["c"] * 4
    assert (shown["all"] == "c").sum() == 2


def test_one_authority_and_its_total_are_hidden_alike() -> None:
    frame = pd.DataFrame(
        {"need": list("ABC"), "Ours": [2, 30, 40], "all": [2, 30, 40], "share": [2 / 72, 30 / 72, 40 / 72]}
    )
    shown = suppressed(frame, ("Ours",), 5, totals=("all",), tied=("share",))
    assert shown[["Ours", "all", "share"]].eq("c").sum().tolist() == [2, 2, 2]


def test_a_count_that_is_shown_as_one_is_hidden_as_one() -> None:
    frame = pd.DataFrame({"mode": list("ABC"), "children": [0.7, 20.2, 30.0]})
    assert suppressed(frame, ("children",), 5)["children"].tolist() == ["c", "c", 30.0]
