"""Each year's rates with the levers pulled, ready to draw from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from sufficiency.forecast.rates.rates import Floats, Rates
from sufficiency.forecast.simulate import changes, support_plans
from sufficiency.forecast.simulate.ready_year import Year


def yearly(asked: pd.DataFrame, rates: Sequence[Rates], years: Sequence[int], labels: changes.Labels) -> list[Year]:
    """Return each year's rates with the levers pulled, ready to draw from."""
    if asked.empty:
        made = {id(r): Year.of(r) for r in rates}
        return [made[id(r)] for r in rates]
    return [_year(asked, r, year, labels) for r, year in zip(rates, years, strict=True)]


def _year(asked: pd.DataFrame, rates: Rates, year: int, labels: changes.Labels) -> Year:
    """Return the year to January `year`, with its reviews where levers ask for any."""
    own = changed(asked, rates, year, labels)
    review = changes.reviewed(asked, year, labels)
    made = Year.of(own, changes.moving(asked, year, labels))
    if review is None:
        return made
    return replace(made, review=review, ageing=Year.of(support_plans.ageing(own)))


def changed(asked: pd.DataFrame, rates: Rates, year: int, labels: changes.Labels) -> Rates:
    """Return the rates of the year to January `year` with the levers pulled."""
    joining = rates.joining * changes.factors(asked, changes.JOINING, year, labels)
    joining = changes.first_placement(asked, year, labels, joining)
    leaving = np.where(
        rates.leaving >= 1, 1.0, np.minimum(rates.leaving * changes.factors(asked, ("leaving",), year, labels), 0.999)
    )
    changed_rates = replace(rates, joining=joining, leaving=leaving)
    by_destination = changes.moving(asked, year, labels)
    return changed_rates if by_destination is None else _moving(changed_rates, by_destination)


def _moving(rates: Rates, factor: Floats) -> Rates:
    """Return rates with moves to each setting multiplied; those forced to move still do."""
    to = rates.destinations * factor[:, :, :, :, None, :]
    kept = to.sum(axis=(4, 5)) / np.maximum(rates.destinations.sum(axis=(4, 5)), 1e-12)
    moving = np.where(rates.moving >= 1, 1.0, np.minimum(rates.moving * kept, 0.999))
    nowhere = to.sum(axis=(4, 5), keepdims=True) <= 0
    return replace(rates, moving=moving, destinations=np.where(nowhere, rates.destinations, to))
