"""The year in progress: next January sharpens as a council's own months come in, and nobody's months are misread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sufficiency as sf
from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.errors import InputError, MissingError
from sufficiency.forecast import base_year_plans, england, in_year
from sufficiency.forecast.growth import growth

NORTH, WEST = "E06000061", "E06000062"
NINETY = 1.645


@pytest.fixture(scope="module")
def example() -> Area:
    return sf.example_area()


def with_months(area: Area, counts: list[int], **columns: object) -> Area:
    """Return the area with North's new plans of so many months, and other columns the same in each."""
    rows = [
        {"authority": NORTH, "month": f"{area.base_year}-{m + 1:02d}", "new_plans": n, **columns}
        for m, n in enumerate(counts)
    ]
    return area.replace(in_year=tables.check(pd.DataFrame(rows), tables.IN_YEAR))


def test_from_april_to_december_the_range_narrows_and_the_error_falls(example: Area) -> None:
    """A simulation: the truth is drawn from the growth forecast, and months share its new plans with noise."""
    rng = np.random.default_rng(3)
    known = base_year_plans.history(example)
    drawn = growth.draws(example, known, growth.GrowthRates.of(example), 1, 400, np.random.default_rng(1))[:, 0]
    held = float(base_year_plans.history(example).plans(NORTH, 2026).sum())
    ending = in_year.England.of(2026, 2).ending * held
    error, expected = {4: [], 8: [], 12: []}, {4: [], 8: [], 12: []}
    for truth in held * np.exp(drawn[:60, 0]):
        ended = ending + rng.normal() * 0.01 * held
        counts = rng.multinomial(int(max(truth - held + ended, 0)), rng.dirichlet(np.full(12, 15.0)))
        for months in error:
            found = in_year.expected(with_months(example, list(counts[:months])), known, drawn).loc[NORTH]
            error[months].append(abs(found["plans"] / truth - 1))
            expected[months].append(found["error"] / found["plans"])
    mean_error, mean_expected = ({m: np.mean(v) for m, v in d.items()} for d in (error, expected))
    assert mean_error[4] > mean_error[8] > mean_error[12]
    assert mean_expected[4] > mean_expected[8] > mean_expected[12]
    assert mean_error[12] < 0.5 * np.std(drawn[:, 0])


def test_with_december_known_next_january_is_known_to_about_two_per_cent(example: Area) -> None:
    before = sf.forecast.plans(example, to=2027, draws=200)
    area = with_months(example, [90] * 12, ceased=24)
    after = sf.forecast.plans(area, to=2027, draws=200)
    told = sf.forecast.next_january(area, draws=200).loc[NORTH]
    spread = {}
    for name, forecast in (("before", before), ("after", after)):
        plans = forecast.plans.sel(year=2027, authority=NORTH).sum(["ncy", "need", "setting_type"]).to_numpy()
        spread[name] = plans.std() / plans.mean()
    assert 0.015 < told["error"] / told["plans"] < 0.03
    assert spread["after"] < 0.65 * spread["before"]
    assert spread["after"] == pytest.approx(told["error"] / told["plans"], rel=0.25)
    middle = np.median(after.plans.sel(year=2027, authority=NORTH).sum(["ncy", "need", "setting_type"]))
    assert middle == pytest.approx(told["plans"], rel=0.01)


def test_december_is_the_stock_and_its_own_year_by_hand(example: Area) -> None:
    """5,372 + 12 x 90 - (12 x 24 - what new and ceased plans leave unexplained in England)."""
    found = sf.forecast.next_january(with_months(example, [90] * 12, ceased=24), draws=50).loc[NORTH]
    totals, new = england.totals(), england.table("long").set_index("year")["new_plans_in_year"]
    ceased = england.table("ceased")
    gone = ceased[(ceased["by"] == "all") & (ceased["reason"] == "")].set_index("year")["children"]
    share = np.mean([(totals[y] - totals[y - 1] - new[y - 1] + gone[y]) / totals[y - 1] for y in (2025, 2026)])
    assert found["plans"] == pytest.approx(5_372 + 12 * 90 - 12 * 24 + share * 5_372)


def test_without_ceased_plans_england_s_ending_is_taken_and_the_range_is_wider(example: Area) -> None:
    known = sf.forecast.next_january(with_months(example, [90] * 12, ceased=24), draws=50).loc[NORTH]
    unknown = sf.forecast.next_january(with_months(example, [90] * 12), draws=50).loc[NORTH]
    totals, new = england.totals(), england.table("long").set_index("year")["new_plans_in_year"]
    ending = np.mean([(totals[y - 1] + new[y - 1] - totals[y]) / totals[y - 1] for y in (2025, 2026)])
    assert unknown["plans"] == pytest.approx(5_372 * (1 - ending) + 12 * 90)
    assert unknown["error"] > known["error"]


def test_more_new_plans_so_far_mean_more_next_january(example: Area) -> None:
    totals = [sf.forecast.next_january(with_months(example, [n] * 6), draws=50).loc[NORTH, "plans"] for n in (60, 90)]
    assert totals[1] - totals[0] > 6 * 30  # what is counted, and some of what is to come


def test_refusals_lower_the_months_to_come(example: Area) -> None:
    few, many = (with_months(example, [90] * 6, requests=115, refused=r) for r in (20, 60))
    assert (
        sf.forecast.next_january(few, draws=50).loc[NORTH, "plans"]
        > (sf.forecast.next_january(many, draws=50).loc[NORTH, "plans"])
    )


def test_children_who_moved_in_are_counted(example: Area) -> None:
    none, some = (with_months(example, [90] * 12, ceased=24, moved_in=n) for n in (0, 10))
    gap = [sf.forecast.next_january(a, draws=50).loc[NORTH, "plans"] for a in (none, some)]
    assert gap[1] - gap[0] == pytest.approx(120)


def test_an_authority_without_months_keeps_its_forecast(example: Area) -> None:
    before = sf.forecast.plans(example, to=2028, draws=20)
    after = sf.forecast.plans(with_months(example, [90] * 9), to=2028, draws=20)
    known = base_year_plans.history(example)
    drawn = growth.draws(example, known, growth.GrowthRates.of(example), 3, 20, np.random.default_rng(1))
    found = in_year.conditioned(with_months(example, [90] * 9), known, drawn)
    assert (found[:, :, 1] == drawn[:, :, 1]).all()
    assert (found[:, :, 0] != drawn[:, :, 0]).any()
    assert not (before.plans == after.plans).all()


def test_months_of_another_year_tell_nothing_of_an_area_as_it_was_known_earlier(example: Area) -> None:
    from sufficiency.forecast.record.past_areas import as_of

    earlier = as_of(with_months(example, [90] * 9), 2024)
    with pytest.raises(MissingError, match=r"has no months of 2024: in_year.csv needs a row for each month so far"):
        sf.forecast.next_january(earlier, draws=10)


# --- the table ---------------------------------------------------------------------------------------------------------


def folder(place: Path, rows: list[str], header: str = "month,requests,refused,new_plans,ceased") -> Path:
    """Write the template's area with months of its own."""
    from sufficiency.area.template import write_template

    write_template(place)
    (place / "in_year.csv").write_text("\n".join([header, *rows]) + "\n")
    return place


def test_the_template_has_months_and_its_area_says_how_far_they_go(tmp_path: Path) -> None:
    from sufficiency.area.template import write_template

    write_template(tmp_path / "made")
    area = sf.read_area(tmp_path / "made")
    says = area.notes.loc[area.notes["table"] == "in_year", "says"].tolist()
    assert says == ["January 2026 is forecast from the council's own months to 2025-03"]
    assert sf.forecast.next_january(area, draws=20)["months"].tolist() == [3]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (["2025-01,5,1,4,1", "2025-01,5,1,4,1"], r"row 3.*2025-01"),
        (
            ["2024-12,5,1,4,1"],
            r"row 2, month: 2024-12 is before January 2025, the base year, whose count has it already",
        ),
        (["2026-02,5,1,4,1"], r"row 2, month: 2026-02 is after the first January forecast, 2026: months of 2025"),
        (["2025-01,5,1,4,1", "2025-03,5,1,4,1"], r"there is no 2025-02, but 2025-03: give every month from January"),
        (["2025-03,5,1,4,1"], r"there is no 2025-01, 2025-02, but 2025-03"),
        (["2025-01,5,1,-4,1"], r"row 2, new_plans: -4 is below 0"),
        (["2025-13,5,1,4,1"], r"row 2, month: '2025-13' is not a month such as 2025-04"),
        (["Jan 2025,5,1,4,1"], r"'Jan 2025' is not a month such as 2025-04"),
        (["2025-01,5,1,,1"], r"row 2, new_plans"),
    ],
)
def test_months_that_cannot_be_right_are_refused(tmp_path: Path, rows: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        sf.read_area(folder(tmp_path / "area", rows))


def test_an_unknown_authority_is_refused(tmp_path: Path) -> None:
    header = "authority,month,new_plans"
    with pytest.raises(InputError, match=r"in_year.csv: 1 to correct\n.*row 2, authority: 'E06000001' is not one of"):
        sf.read_area(folder(tmp_path / "area", ["E06000001,2025-01,4"], header))


def test_in_an_area_of_several_each_month_names_its_authority() -> None:
    from sufficiency.area.in_year_faults import in_year_faults

    months = tables.check(pd.DataFrame({"month": ["2026-01"], "new_plans": [4]}), tables.IN_YEAR)
    says = [str(f) for f in in_year_faults(months, [NORTH, WEST], 2026)]
    assert says == [f"row 2, authority: is blank, and the area has several: give {NORTH} or {WEST}"]


def test_the_report_says_what_the_months_put_next_january_at(tmp_path: Path) -> None:
    from sufficiency.area.template import write_template
    from sufficiency.report.sections import forecast

    write_template(tmp_path / "made")
    outcome = sf.run(sf.read_area(tmp_path / "made"), to=2027, draws=6, placed_draws=1)
    words = " ".join(forecast.section(outcome).words)
    told = sf.forecast.next_january(outcome.area, draws=6, seed=outcome.options.seed).iloc[0]
    assert f"Our council's own count of 3 months of 2025 puts January 2026 at {told['plans']:,.0f} plans" in words
