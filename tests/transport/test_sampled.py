"""What routed rounds cost over their approximation: fitted on samples, its error measured on those left out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from sufficiency.errors import InputError
from sufficiency.transport.cost.sampled import Sample, fit_samples
from tests.transport.test_runs import homes

fitted = partial(fit_samples, shrinkage=0.05)


def samples(number: int = 20, times: float = 1.0) -> list[Sample]:
    """Schools that cost a little less than approximated, the larger the less."""
    draw = np.random.default_rng(3)
    found = []
    for children in np.geomspace(8, 200, number):
        modelled = 30.0 * children
        routed = times * modelled * 0.85 * (children / 100) ** -0.05 * np.exp(0.05 * draw.standard_normal())
        found.append(Sample(float(children), homes(minutes=15 + 10 * draw.random()), modelled, float(routed)))
    return found


def test_the_level_and_the_size_of_schools_are_found() -> None:
    small, large = fitted(samples()).ratio(np.array([10.0, 200.0]), homes())
    assert small == pytest.approx(0.85 * 0.1**-0.05, rel=0.06)
    assert large == pytest.approx(0.85 * 2**-0.05, rel=0.06)


@pytest.mark.parametrize("times", [0.3, 1.5, 3.0])
def test_a_ratio_follows_its_samples_however_far_they_lie_from_the_approximation(times: float) -> None:
    plain, far = (fitted(samples(times=t)).ratio(np.array([50.0]), homes()) for t in (1.0, times))
    assert far == pytest.approx(times * plain)


def test_its_error_is_measured_on_samples_left_out() -> None:
    found = fitted(samples())
    assert 0 < found.error_county < found.error_school < 0.1
    assert found.error_sd == pytest.approx(found.error_school * 1.2533, rel=1e-3)
    one_off = samples()
    one_off[10] = replace(one_off[10], routed_gbp=2 * one_off[10].routed_gbp)
    assert fitted(one_off).error_school > found.error_school + 0.02
    assert found.samples == 20


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(InputError, match="7 routed samples; at least 8"):
        fitted(samples(7))
    assert fitted(samples(8)).samples == 8


def test_the_stronger_the_shrinkage_the_less_a_schools_size_counts_and_the_level_stays() -> None:
    apart = []
    for shrinkage in (0.0, 0.05, 1.0, 10.0):
        small, large = fit_samples(samples(), shrinkage=shrinkage).ratio(np.array([10.0, 200.0]), homes())
        apart.append(small / large)
    assert apart == sorted(apart, reverse=True)
    assert apart[0] > 1.1
    assert apart[-1] == pytest.approx(1.0, abs=0.02)
