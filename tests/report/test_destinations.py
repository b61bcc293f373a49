"""The report says who was turned away and where every child is instead, and never calls that a place."""

from __future__ import annotations

import re

import numpy as np
import pytest

from sufficiency.outcome import Outcome
from sufficiency.report.model import Chart, Table
from sufficiency.report.returns.write_returns import return_tables
from sufficiency.report.sections import break_even, destinations, finance, options, summary, transport, who_pays
from sufficiency.report.writers.build import build
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.say import gbp, label


def test_every_child_in_the_table_is_somewhere_and_they_add_up_to_the_need(example_outcome: Outcome) -> None:
    table = destinations.by_year(example_outcome).set_index("where they are")
    everyone = table.loc["Everyone who needs a specialist place"]
    need = example_outcome.placed.attending.sum(["authority", "need", "phase", "setting"]).mean("draw")
    for year in (2026, 2027, 2029, 2031):
        assert table[str(year)].drop("Everyone who needs a specialist place").sum() == everyone[str(year)]
        assert everyone[str(year)] == pytest.approx(float(need.sel(year=year)), abs=0.51)


def test_no_text_of_the_report_calls_being_turned_away_a_place_or_prices_it_by_a_constant(
    example_outcome: Outcome,
) -> None:
    for section in build(example_outcome).sections:
        told = [*section.words, *section.points, section.title]
        for exhibit in section.exhibits:
            told += [exhibit.title, exhibit.note, getattr(exhibit, "alt", "")]
            if isinstance(exhibit, Table):
                told += [*map(str, exhibit.frame.columns), *(str(v) for v in exhibit.frame.to_numpy().ravel())]
        text = " ".join(told)
        assert "no suitable place" not in text, section.key
        assert "£150,000" not in text, section.key
        assert "unplaced" not in text, section.key


def test_headlines_say_where_those_turned_away_are_and_no_balance_is_ten_years_out(example_outcome: Outcome) -> None:
    said = [str(figure) for figure in summary.headlines(example_outcome)]
    away = destinations.turned_away(example_outcome, 2031)[1]
    rest = [code for code in DESTINATIONS if code != "in_mainstream"]
    parts = destinations.in_parts(example_outcome, 2031, [["in_mainstream"], rest])
    assert f"{away:,.0f} children turned away from every suitable state place in January 2031" in said[1]
    assert said[2].startswith(f"{parts[0]:,.0f} of them in mainstream schools")
    assert "High Needs balance at 31 March 2028" in said[-2]
    assert "in-year balance in 2028-29" in said[-1]


def test_no_balance_is_told_beyond_the_end_of_the_override_and_each_gap_is_told_both_ways(
    example_outcome: Outcome,
) -> None:
    made = finance.section(example_outcome)
    assert "balance at 31 March 2028" in made.words[0]
    chart, table = made.exhibits[0], made.exhibits[1]
    assert isinstance(chart, Chart)
    left, right = chart.draw().axes
    assert [int(x) for x in left.lines[0].get_xdata()] == [2027, 2028]
    assert left.lines[1].get_ydata()[-1] > left.lines[0].get_ydata()[-1]  # the grant lowers the deficit
    np.testing.assert_allclose(right.lines[1].get_ydata()[2:], 0)  # from 2028-29 it is met centrally
    assert isinstance(table, Table)
    years = table.frame.groupby("measure")["year"].max()
    assert years["Balance carried forward"] == years["Interest on the deficit"] == "2027-28"
    assert years["Gap of the year left to the council"] > "2027-28"
    lines = next(e for e in made.exhibits if e.key == "high-needs-lines")
    assert isinstance(lines, Table)
    assert not lines.frame["line"].str.contains("carried forward").any()
    assert not lines.frame.iloc[:, 1:].eq(0).all(axis=1).any()
    assert "stability grant" in lines.note
    provision = next(e.frame for e in made.exhibits if isinstance(e, Table) and e.key == "high-needs-provision")
    names = [label(p, "provision") for p in provision["provision"]]
    assert "Turned away: alternative provision" in names
    assert len(set(names)) == len(names)
    unknown = lines.frame[lines.frame["line"].str.contains("not known; counted as 0")]
    assert len(unknown) == 6  # 1.2.8 to 1.2.11, 1.4.11, and the grants passed on
    assert unknown.iloc[:, 1:].isna().all(axis=None)


def test_what_west_spends_of_the_whole_grant_is_nowhere_told_as_high_needs(example_outcome: Outcome) -> None:
    made = finance.section(example_outcome)
    reported = next(e.frame for e in made.exhibits if isinstance(e, Table) and e.key == "reported")
    now = reported.query(
        "authority == 'West Northamptonshire' and measure == 'in_year' and financial_year == '2026-27'"
    )
    assert now["reported"].tolist() == ["not published"]
    said = " ".join(
        [*made.words, *made.assumptions, *(e.frame.to_string() for e in made.exhibits if isinstance(e, Table))]
    )
    assert not re.search(r"(?<![\d,.])31\.1(?!\d)", said)
    assert "31100000" not in said


def test_modelled_and_reported_stand_with_what_the_reported_figure_is_and_the_first_year_is_the_return_s(
    example_outcome: Outcome,
) -> None:
    made = finance.section(example_outcome)
    reported = next(e.frame for e in made.exhibits if isinstance(e, Table) and e.key == "reported")
    rows = reported[reported["measure"] == "in_year"].set_index(["authority", "financial_year"])
    assert "£6m of a structural deficit" in rows.loc[("West Northamptonshire", "2024-25"), "what was reported"]
    position = return_tables(example_outcome)["dsg_plan_position"].query("measure == 'in_year'")
    filed = position[position["financial_year"] == "2026-27"].set_index("authority")["expected_gbp"]
    for code, name in example_outcome.area.authorities.items():
        assert rows.loc[(name, "2026-27"), "modelled_gbp"] == pytest.approx(filed[code], abs=1)


def test_no_carried_sum_is_in_the_medium_term_plan_after_the_override_and_its_gap_is(example_outcome: Outcome) -> None:
    plan = who_pays.medium_term(example_outcome).frame.set_index("row")
    for row in ("Balance brought forward", "Balance carried forward"):
        assert plan.loc[row, ["2026-27", "2027-28"]].notna().all()
        assert plan.loc[row, "2028-29":].isna().all()
    before, grant, met, net = (
        plan.loc[next(row for row in plan.index if row.startswith(words))].astype(float)
        for words in ("Net before the stability grant", "Stability grant", "Met centrally", "Net, with the grant")
    )
    assert before["2026-27"] < 0 < grant["2026-27"]  # a year with a gap reads as one
    np.testing.assert_allclose(before + grant + met, net, atol=1)


def test_no_line_of_the_chart_of_balances_is_named_over_an_axis(example_outcome: Outcome) -> None:
    figure = who_pays.chart(example_outcome).draw()
    for axes in figure.axes:
        edge = axes.get_window_extent()
        for name in axes.texts:
            inside = name.get_window_extent()
            assert edge.x0 <= inside.x0
            assert inside.x1 <= edge.x1 + 1


def test_nobody_is_carried_twice_under_one_name_and_headers_are_words(example_outcome: Outcome) -> None:
    tables = {e.key: e.frame for e in transport.section(example_outcome).exhibits if isinstance(e, Table)}
    assert tables["transport-where"]["where they go"].is_unique
    assert [label(str(column)) for column in tables["transport-national"]] == [
        "Measure",
        "Modelled",
        "National",
        "Unit",
        "Note",
    ]


def test_children_at_independent_schools_are_one_number_wherever_it_is_asked(example_outcome: Outcome) -> None:
    told = example_outcome.placed.independent(levels=(0.5,)).set_index("year")["children"]
    measured = example_outcome.measure("independent").median("draw").to_series()
    assert told.to_dict() == measured.to_dict()


def test_what_a_place_is_worth_differs_by_school_and_stands_beside_what_it_is_paid(example_outcome: Outcome) -> None:
    table = options.values(example_outcome, 2029)
    assert table["value"].round().nunique() > len(table) / 2
    assert table["value"].abs().max() < 150_000
    assert set(table.loc[table["type"] == "special", "place is paid"]) == {10_000}
    below = (table["value"] < 0).any()
    assert below == any("costs the council" in says for says in options.section(example_outcome).words[:3])


def test_at_the_break_even_share_an_average_place_costs_high_needs_nothing(example_outcome: Outcome) -> None:
    found = break_even.of_a_special_place(example_outcome, 2031)
    assert found is not None
    saved = found.share * found.fee_gbp + (1 - found.share) * found.package_gbp
    assert saved == pytest.approx(found.place_gbp + found.top_up_gbp)
    assert (found.adds_gbp > 0) == (found.at_fees[1] < found.share)
    says = break_even.words(example_outcome, 2031)
    assert gbp(abs(found.adds_gbp)) not in says  # the table of paying back tells it, from one statistic
    assert "in the table of paying back" in says


def test_outcomes_are_measured_by_destination_and_by_the_yearly_gap(example_outcome: Outcome) -> None:
    parts = sum(example_outcome.measure(code) for code in DESTINATIONS)
    np.testing.assert_array_equal(parts, example_outcome.measure("shortfall"))
    gap = example_outcome.budget.in_year.sum("authority")
    np.testing.assert_allclose(example_outcome.measure("in_year_gbp"), gap)
    low = example_outcome.measure("in_independent")
    assert (example_outcome.measure("independent") >= low).all()
