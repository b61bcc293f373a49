"""Drift between settings: what one group gains others lose, at every age, and records do not drift."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.forecast.rates.own_drift import GROUP_OF, DriftRates, Drifts
from sufficiency.forecast.simulate import drifting
from sufficiency.forecast.taken import usual
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import SETTING_GROUPS, SETTING_TYPES
from tests.forecast import areas

TAKES = usual(DriftRates, 2025).pattern.takes
GROUPS = len(SETTING_GROUPS)
SPECIAL = list(SETTING_GROUPS).index("special")


def drawn(factors: np.ndarray, unrecorded: float = 0.0, *, by_places: float = 0.0) -> drifting.Drawn:
    return drifting.Drawn(
        np.asarray(factors, dtype=np.float32).reshape(1, 1, 1, GROUPS),
        np.ones((1, 1, 1, len(SETTING_TYPES)), dtype=np.float32),
        np.asarray(factors, dtype=np.float64).reshape(1, 1, GROUPS),
        np.full((1, 1), unrecorded, dtype=np.float32),
        np.array([0.06]),
        np.array([by_places]),
        0.3,
        TAKES,
    )


def plans(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return (rng.random((1, 1, len(NCYS), len(SETTING_TYPES))) * 50).astype(np.float32)


def after(held: np.ndarray, now: drifting.Drawn) -> np.ndarray:
    lose, gain = drifting.redistribution(held, now.factors[:, 0], now, 0)
    assert (lose >= 0).all()
    assert (lose <= 1).all()
    return held * (1 - lose) + (held * lose).sum(axis=3, keepdims=True) * gain


@given(seed=st.integers(0, 1_000), unrecorded=st.floats(0.0001, 0.5))
@settings(max_examples=30)
def test_an_age_keeps_its_number_however_settings_drift(seed: int, unrecorded: float) -> None:
    factors = np.exp(np.random.default_rng(seed).normal(0, 0.5, GROUPS))
    held = plans(seed)
    found = after(held, drawn(factors, unrecorded))
    assert found.sum(axis=3) == pytest.approx(held.sum(axis=3), rel=1e-4)
    assert (found >= 0).all()


def test_a_group_that_drifts_up_gains_and_others_lose() -> None:
    held, factors = plans(), np.ones(GROUPS)
    factors[SPECIAL] = 1.2
    found = after(held, drawn(factors, float(held[..., -1].sum() / held.sum())))
    by_group = [np.bincount(GROUP_OF, weights=x.sum(axis=(0, 1, 2)), minlength=GROUPS) for x in (held, found)]
    change = np.log(by_group[1] / by_group[0])
    assert change[SPECIAL] > 0.05
    assert (np.delete(change, SPECIAL) < 1e-4).all()


def test_the_share_not_recorded_becomes_what_the_draw_has() -> None:
    held = plans()
    for wanted in (0.01, 0.3):
        found = after(held, drawn(np.ones(GROUPS), wanted))
        assert found[..., -1].sum() / found.sum() == pytest.approx(wanted, rel=1e-3)


def test_special_schools_led_by_places_alone_grow_as_places_do() -> None:
    held = plans()
    coming = held * 1.5
    factors = drifting.followed(drawn(np.ones(GROUPS), by_places=1.0), 0, held, coming)
    assert factors[0, 0, SPECIAL] == pytest.approx(np.exp(0.06) / 1.5, rel=1e-4)
    assert np.delete(factors[0, 0], SPECIAL) == pytest.approx(1.0)


def test_errors_widen_drift_and_come_in_pairs() -> None:
    errors = drifting.DriftErrors.of(areas.area())
    drifts = Drifts(np.zeros((2, GROUPS)), np.full(2, 0.05), np.full(2, 0.01), TAKES)
    found = drifting.drawn(drifts, errors, (400, 6, 2), np.random.default_rng(1))
    score = np.log(found.factors)
    assert score[::2] == pytest.approx(-score[1::2], abs=1e-5)
    assert (score[:, 0, :, :-1].std(axis=0) > score[:, -1, :, :-1].std(axis=0)).all()
    assert (score[..., -1] == 0).all()
    alone = [list(SETTING_TYPES).index(name) for name in ("elsewhere", "early_years")]
    assert (found.within[..., alone] == 1).all()
    assert found.within[:, 0, :, list(SETTING_TYPES).index("independent_special")].std() > 0.02
