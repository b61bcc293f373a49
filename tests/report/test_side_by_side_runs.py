"""Runs side by side rest on the same simulated futures, and the report's own scenario has pages and returns of its own."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import sufficiency as sf
from sufficiency.area.area import Area
from sufficiency.commands import futures
from sufficiency.errors import InputError
from sufficiency.outcome import Outcome
from sufficiency.report.sections import side_by_side_runs
from sufficiency.report.writers.build import build
from sufficiency.transport.cost.homes import so_far

LATE = (
    "individual_support_plans",
    "new_plans",
    "price_bands",
    "mainstream_support",
    "who_pays",
)  # the first acts in 2029-30
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def every() -> tuple[Outcome, ...]:
    """Return what is agreed, placed in four futures, and two laws that act from 2029-30 on, placed in two of them."""
    asked = {"to": 2032, "draws": 8, "seed": 7}
    laws = [sf.scenarios.reform(delivered, levers=LATE) for delivered in (1.0, 0.5)]
    found = [
        sf.run(sf.example_area(), sf.AS_AGREED, **asked, placed_draws=4),
        *(sf.run(sf.example_area(), law, **asked, placed_draws=2) for law in laws),
    ]
    assert all(isinstance(one, Outcome) for one in found)
    return tuple(one for one in found if isinstance(one, Outcome))


def test_before_any_lever_acts_every_column_is_the_same_to_the_pound(every: tuple[Outcome, ...]) -> None:
    assert every[0].journeys.calibration["factor"].iloc[0] != every[1].journeys.calibration["factor"].iloc[0]
    for measure in side_by_side_runs.MEASURES:
        first, *others = (one.measure(measure) for one in side_by_side_runs.alike(every))
        along = str(first.dims[-1])
        before = slice(None, 2029 if along == "year" else 2028)
        for other in others:
            apart = abs(other - first.sel(draw=other["draw"]))
            assert float(apart.sel({along: before}).max()) < 0.5, measure
            assert float(apart.max()) > 0.5, f"{measure}: the levers change nothing, so this says nothing"


def test_the_table_has_the_same_words_in_every_column_until_a_lever_acts(every: tuple[Outcome, ...]) -> None:
    table = side_by_side_runs.table(every, ["a", "b", "c"]).set_index("when")
    for when in ("January 2027", "January 2029", "2027-28", "31 March 2028"):
        rows = table.loc[[when]]
        assert (rows["a"] == rows["b"]).all(), when
        assert (rows["a"] == rows["c"]).all(), when
    assert (table.loc[["January 2031"], "a"] != table.loc[["January 2031"], "b"]).any()
    assert "on the same 2 of them in every column" in side_by_side_runs.note(every)
    assert "elsewhere rest on 4" in side_by_side_runs.note(every)


def test_a_balance_stands_at_march_2028_alone_and_counts_the_grant_in_every_column_or_in_none(
    every: tuple[Outcome, ...],
) -> None:
    told = [row for row in side_by_side_runs.rows(every) if "balance carried forward" in row.says]
    assert [(row.says.split(", ")[1], row.when) for row in told] == [
        ("without the stability grant", "31 March 2028"),
        ("with the stability grant", "31 March 2028"),
    ]
    without, with_grant = (row.totals for row in told)
    for plain, paid in zip(without, with_grant, strict=True):
        assert (paid > plain + 1e6).all()
    # `who_pays` counts the grant in the law's own balance: the table still compares like with like.
    assert float(every[1].measure("balance_gbp").sel(financial_year=2027, draw=0)) == pytest.approx(
        float(with_grant[0].sel(draw=0))
    )


def test_runs_of_other_draws_or_another_seed_are_refused(every: tuple[Outcome, ...]) -> None:
    now, then, _ = every
    for other in (replace(then.options, draws=300), replace(then.options, seed=8)):
        with pytest.raises(InputError, match="Run both with the same `to`, `draws` and `seed`"):
            build(now, futures=[replace(then, options=other)])


def test_a_year_s_totals_so_far_never_hang_on_later_years() -> None:
    index = pd.MultiIndex.from_tuples([(2026, "A"), (2027, "B"), (2028, "A")], names=["year", "setting"])
    found = so_far(pd.DataFrame({"children": [1.0, 5.0, 10.0]}, index=index), [2026, 2027, 2028])["children"]
    assert found.unstack("setting").to_numpy().tolist() == [[1, 0], [1, 5], [11, 5]]


def test_a_law_stands_with_laws_and_a_scenario_of_places_with_scenarios(every: tuple[Outcome, ...]) -> None:
    now, then, _ = every
    places = replace(now, scenario=sf.Scenario("120 places", (*now.scenario.levers, sf.OpenPlaces("S1", 1, 2027))))
    report = build(now, futures=[places, then])
    tables = {e.key: e.frame for _, e in report.exhibits() if hasattr(e, "frame")}
    assert list(tables["law-futures"])[2:] == ["If the law stays (as agreed)", then.scenario.name]
    assert list(tables["scenarios-beside"])[2:] == ["As agreed", "120 places"]
    assert [h.says for h in report.headlines[:3]] == [
        "EHC plans in January 2032, if the law stays",
        "EHC plans with '120 places'",
        "if the law changes in part, delivered",
    ]


def test_the_first_file_that_leaves_the_law_alone_is_what_the_report_is_of() -> None:
    school, half = EXAMPLES / "semh_school_in_kettering.toml", EXAMPLES / "half_the_reform.toml"
    wanted = futures.asked([half, school], [], to=2035)
    assert [s.name for s in wanted] == [sf.read_scenario(file).name for file in (half, school)]
    assert futures.reported(wanted) == sf.read_scenario(school)
    assert futures.reported([sf.read_scenario(half)]) is None
    # Every report shows the law; where no scenario changes it, as it would be delivered and half delivered.
    assert len(futures.asked([school], [], to=2035)) == 3


def test_the_command_writes_a_scenario_s_own_pages_and_mitigated_returns(
    tiny_area: Area, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sufficiency import cli

    sf.write_area(tiny_area, tmp_path / "tiny")
    for places, name in ((2, "Two places"), (4, "Four places")):
        lever = f'[[levers]]\nlever = "OpenPlaces"\nsetting = "S1"\nplaces = {places}\nyear = 2027\n'
        (tmp_path / f"{places}.toml").write_text(f'name = "{name}"\n{lever}')
    files = [word for places in (2, 4) for word in ("--scenario", str(tmp_path / f"{places}.toml"))]
    asked = ["--to", "2028", "--draws", "6", "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["sufficiency", "report", str(tmp_path / "tiny"), *files, *asked])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    printed = capsys.readouterr().out
    assert ended.value.code == 0
    assert "EHC plans in January 2028, if the law stays, with 'Two places'" in printed
    assert "EHC plans with 'Four places'" in printed
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    headings = [re.sub("<[^>]+>", "", h) for h in re.findall(r"<h2.*?</h2>", page, flags=re.DOTALL)]
    said = " ".join(headings).replace("&#39;", "'").replace("&#x27;", "'")
    assert "What 'Two places' changes" in said
    assert "Scenarios side by side" in said
    assert "if it changes" not in said
    assert re.search(r"This run has the scenario (?:'|&#39;|&#x27;)Two places", page)
    for table in ("mitigated", "invest-by-year", "who-leaves", "scenarios-beside"):
        assert f'id="{table}"' in page
    returns = tmp_path / "out" / "returns"
    assert set(pd.read_csv(returns / "dsg_plan_money.csv")["case"]) == {"unmitigated", "mitigated"}
    assert (returns / "actions_high_needs.csv").is_file()
