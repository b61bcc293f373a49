"""Where the marginal child goes: shares add up, and the estimate finds what a made-up country was built with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.overflow.latent_need import latent_need
from data.overflow.marginal_child import MarginalSplit, estimate
from data.overflow.placements import LEFT_OUT, PLACEMENTS, SCHOOL_AGE, of_authorities, stock, stock_by_age
from data.overflow.rates import SUPPLY, changes, regress
from sufficiency.words.vocabulary import ENGLAND
from tests.inputs.test_dfe_ehc_plans import LAYOUT_2025, LAYOUT_2026, NORTH, caseload

NAMES = list(SCHOOL_AGE)
GROWTH = pd.Series([0.70, 0.06, 0.10, 0.02, 0.02, 0.04, 0.02, 0.04], NAMES)
TURNED_AWAY = pd.Series([0.55, 0.05, 0.25, 0.02, 0.02, 0.04, 0.02, 0.05], NAMES)
OPENING = pd.Series([0.45, 0.05, 0.06, 0.02, 0.02, 0.02, 0.02, 0.02], NAMES)


def country(*, authorities: int = 90, seed: int = 0, noise: float = 0.004) -> pd.DataFrame:
    """Return plans of a made-up country in which growth and the turned-away go to destinations as stated."""
    rng = np.random.default_rng(seed)
    rows = {}
    for number in range(authorities):
        size = rng.uniform(800, 6000)
        counts, special = size * OPENING, size * 0.34
        for year in range(2019, 2026):
            plans = float(counts.sum() + special)
            rows[f"E{number:08d}", year] = {**counts, SUPPLY: special}
            growth, places = plans * rng.normal(0.10, 0.04), plans * rng.normal(0.015, 0.012)
            error = rng.normal(0, noise, len(counts)) * plans
            counts = counts + GROWTH * growth - TURNED_AWAY * places + error - error.mean()
            special += places
    table = pd.DataFrame(rows).T.rename_axis(["authority", "year"])
    return table.reindex(columns=list(PLACEMENTS)).fillna(0.0)


@cache
def found() -> MarginalSplit:
    return estimate(country())


def test_rates_add_up_to_one_child() -> None:
    assert found().rates["growth"].sum() == pytest.approx(1)
    assert found().rates["substitution"].sum() == pytest.approx(1)


def test_the_truth_is_found_within_its_own_error() -> None:
    for true, name in ((GROWTH, "growth"), (TURNED_AWAY, "substitution")):
        off = (found().rates[name] - true) / found().rates[f"{name}_sd"]
        assert off.abs().max() < 3.5
    assert found().rates["substitution_sd"].max() < 0.1
    shares = found().shares.set_index("destination")
    assert ((shares["low"] <= TURNED_AWAY) & (shares["high"] >= TURNED_AWAY)).mean() >= 7 / 8


def test_errors_stated_are_those_made() -> None:
    off = []
    for seed in range(12):
        rates = regress(changes(country(seed=seed, authorities=60), NAMES, span=3), NAMES)
        off.append((-rates.of(SUPPLY) - TURNED_AWAY) / np.sqrt(np.diag(rates.spread(SUPPLY))))
    assert 0.6 < pd.concat(off).std() < 1.5


def test_known_changes_give_forecasts_that_sum_to_their_totals() -> None:
    table = country(authorities=30, noise=0.0005)
    now, then = (table.xs(y, level="year") for y in (2022, 2025))
    rates = regress(changes(table, NAMES, span=3), NAMES)
    plans = now.sum(axis=1).to_numpy()
    given = {"all": then.sum(axis=1).to_numpy() - plans, SUPPLY: (then - now)[SUPPLY].to_numpy()}
    said = rates.expected(now[NAMES].to_numpy(), plans, given, years=1)
    assert np.allclose(said.sum(axis=1), then[NAMES].sum(axis=1))
    assert (said >= 0).all()
    held = now[NAMES].mul(then[NAMES].sum(axis=1) / now[NAMES].sum(axis=1), axis=0)
    assert np.abs(said - then[NAMES]).to_numpy().sum() < 0.5 * np.abs(held - then[NAMES]).to_numpy().sum()


def test_draws_are_shares_and_the_same_generator_gives_the_same() -> None:
    drawn, again = (found().draws(500, np.random.default_rng(3)) for _ in range(2))
    pd.testing.assert_frame_equal(drawn, again)
    assert (drawn >= 0).all().all()
    assert np.allclose(drawn.sum(axis=1), 1)
    shares = found().shares.set_index("destination")
    assert shares["mean"].sum() == pytest.approx(1)
    assert (shares["low"] <= shares["high"]).all()
    assert np.allclose(drawn.quantile([0.05, 0.95]).T, shares[["low", "high"]], atol=0.05)


def test_ranges_hold_what_other_ways_of_estimating_say() -> None:
    """A country that changed half-way is known less surely than one that did not."""
    table = country()
    later = table.index.get_level_values("year") >= 2023
    moved = 0.3 * table.loc[later, "in_mainstream"]
    table.loc[later, "in_mainstream"] -= moved
    table.loc[later, "waiting"] += moved
    width = {
        k: s.shares.set_index("destination").eval("high - low") for k, s in (("", found()), ("moved", estimate(table)))
    }
    assert width["moved"]["in_mainstream"] > 1.2 * width[""]["in_mainstream"]


def test_an_authority_leans_to_its_own_growth_and_an_unknown_one_is_the_country() -> None:
    code = str(found().weight.idxmax())
    leaning = found().own.loc[code].idxmax()
    own, whole = (x.shares.set_index("destination")["mean"] for x in (found().for_authority(code), found()))
    assert own[leaning] >= whole[leaning] - 1e-9
    assert found().weight.between(0, 1).all()
    assert found().for_authority("nowhere") is found()


def test_without_a_destination_the_rest_share_all() -> None:
    rest = found().without("unit")
    assert "unit" not in set(rest.shares["destination"])
    assert rest.shares["mean"].sum() == pytest.approx(1)


def test_a_group_that_grows_alike_is_split_alike_and_one_that_does_not_is_known_less_surely() -> None:
    pd.testing.assert_frame_equal(found().tilted(found().rates["growth"]).shares, found().shares)
    apart = found().rates["growth"].copy()
    apart["in_independent"] *= 3
    same, tilted = found(), found().tilted(apart)
    assert tilted.middle["in_independent"] > same.middle["in_independent"]
    assert tilted.between["in_independent"] > same.between["in_independent"]


def test_the_order_of_rows_does_not_matter() -> None:
    pd.testing.assert_frame_equal(estimate(country().sample(frac=1, random_state=5)).rates, found().rates)


def test_one_reclassified_authority_hardly_moves_the_rates() -> None:
    table = country()
    there = (table.index.get_level_values(0) == "E00000007") & (table.index.get_level_values(1) >= 2022)
    moved = 0.6 * table.loc[there, SUPPLY].mean()
    table.loc[there, SUPPLY] -= moved
    table.loc[there, "unit"] += moved
    assert (estimate(table).rates["substitution"] - found().rates["substitution"]).abs().max() < 0.03


def test_too_few_spans_are_refused() -> None:
    with pytest.raises(ValueError, match="are needed at least"):
        estimate(country(authorities=3))


def test_returns_known_to_be_wrong_are_left_out_and_so_is_england() -> None:
    table = country(authorities=4)
    wrong = pd.concat([table.loc[["E00000000"]].rename({"E00000000": code}) for code in (ENGLAND, *dict(LEFT_OUT))])
    kept = of_authorities(pd.concat([table, wrong]))
    assert ENGLAND not in kept.index.levels[0][kept.index.codes[0]]
    assert not set(LEFT_OUT) & set(kept.index)
    assert len(kept) == len(table) + 7 * 3 - 3


def test_need_that_placements_do_not_show_by_hand() -> None:
    """England: 40 of 100 plans in special schools, then 60 of 200; authorities that built fastest gave 30 of 100 more."""
    empty = pd.DataFrame(0.0, pd.MultiIndex.from_tuples([], names=["authority", "year"]), list(PLACEMENTS))

    def rows(code: str, *counts: tuple[int, float, float]) -> pd.DataFrame:
        own = {(code, y): {"special": s, "in_mainstream": m} for y, s, m in counts}
        return pd.DataFrame(own).T.reindex(columns=list(PLACEMENTS)).fillna(0.0).rename_axis(empty.index.names)

    county = [
        rows("E10000021", (2019, 4, 6)),
        *(rows(c, (2022, 4, 6), (2025, 6, 14)) for c in ("E06000061", "E06000062")),
    ]
    table = pd.concat([rows(ENGLAND, (2019, 40, 60), (2025, 60, 140)), *county])
    builders = [
        rows("E1", (2019, 400, 600), (2025, 700, 1300)),
        *(rows(f"E{i}", (2019, 400, 600), (2025, 410, 1590)) for i in (2, 3, 4)),
    ]
    by_age = pd.concat({g: rows(ENGLAND, (2025, 20, 0)) for g in ("under 5", "5-10", "11-15")}, names=["age_group"])
    read = latent_need(table, by_age, pd.concat(builders)).set_index(["area", "way"])
    assert read.loc[("England", "held"), "missing"] == 20  # 40 % of 200 less 60
    assert read.loc[("England", "builders"), "missing"] == 10  # 30 % of 100 more, less 20 more
    assert read.loc[("England", "scap"), "missing"] == pytest.approx(229_000 - 40 - 20 * 5_898 / 6_309, abs=1)
    assert read.loc[("North Northamptonshire", "held"), "missing"] == 2
    assert read.loc[("England", "held"), "share"] == round(20 / 60, 3)


@pytest.mark.parametrize("layout", [LAYOUT_2025, LAYOUT_2026])
def test_a_release_of_either_layout_is_read_to_its_total(tmp_path: Path, layout: list[str]) -> None:
    caseload(tmp_path, layout, topic="Age at start of academic year", label="Age 10")
    own = stock(tmp_path).loc[NORTH, 2025]
    assert own.sum() == 60
    assert own[["in_mainstream", "special", "in_independent", "not_recorded"]].tolist() == [5, 2, 2, 51]
    aged = stock_by_age(tmp_path)
    assert aged.index.tolist() == [("5-10", NORTH, 2025)]
    assert aged.to_numpy().sum() == 12
