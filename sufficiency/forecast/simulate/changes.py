"""What levers do to rates: `area.changes` as a factor for each state and year, with filters and ramps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sufficiency.errors import InputError, one_of
from sufficiency.tables.rows import ChangeRow

JOINING: Final = ("joining", "requests", "assessing", "issuing")  # each scales new plans by the same factor


@dataclass(frozen=True, eq=False)
class Labels:
    """The labels of a state array, in order: authority x ncy x need x setting_type."""

    authorities: Sequence[str]
    ncys: Sequence[int]
    needs: Sequence[str]
    settings: Sequence[str]

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Number of each."""
        return len(self.authorities), len(self.ncys), len(self.needs), len(self.settings)


def strength(change: ChangeRow, year: int) -> float:
    """Return the factor in January `year`: 1 before `since`, built up evenly over the ramp, then whole."""
    if year < change.since:
        return 1.0
    share = min(1.0, (year - change.since + 1) / (change.ramp_years + 1))
    return float(1.0 + (change.factor - 1.0) * share)


def factors(changes: pd.DataFrame, flows: Sequence[str], year: int, labels: Labels) -> NDArray[np.float64]:
    """Return what a rate is multiplied by in the year to January `year`, by state, for changes of `flows`."""
    found = np.ones(labels.shape)
    for change in _asked(changes, flows):
        found[np.ix_(*_who(change, labels))] *= strength(change, year)
    return found


def moving(changes: pd.DataFrame, year: int, labels: Labels) -> NDArray[np.float64] | None:
    """Return factors on moves by state and destination setting, or None where no lever touches moves."""
    asked = _asked(changes, ("moving",))
    if not asked:
        return None
    found = np.ones((*labels.shape, len(labels.settings)))
    for change in asked:
        to = _some(labels.settings, change.to_setting_type)
        found[np.ix_(*_who(change, labels), to)] *= strength(change, year)
    return found


def first_placement(
    changes: pd.DataFrame, year: int, labels: Labels, joining: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return joining rates with the mix of first settings changed and the total of each NCY and need kept."""
    asked = _asked(changes, ("first_placement",))
    if not asked:
        return joining
    changed = joining * factors(changes, ("first_placement",), year, labels)
    before, after = joining.sum(axis=3, keepdims=True), changed.sum(axis=3, keepdims=True)
    return np.where(after > 0, changed * before / np.where(after > 0, after, 1.0), joining)


def growing(changes: pd.DataFrame, years: Sequence[int], england: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what levers add to log growth, by year: as much as they put England's above our own forecast of it.

    Parameters
    ----------
    years
        Januaries of the forecast.
    england
        Our own forecast of England's log growth to each of them.
    """
    asked = {change.since: change.factor for change in _asked(changes, ("england_growth",))}
    return np.array(
        [np.log(asked[year]) - own if year in asked else 0.0 for year, own in zip(years, england, strict=True)]
    )


def reviewed(changes: pd.DataFrame, year: int, labels: Labels) -> NDArray[np.float64] | None:
    """Return the share of each state who have an Individual Support Plan instead by January `year`, or None.

    Rows are of the NCY and setting in that January. A setting without a row keeps its plans.
    """
    asked = [change for change in _asked(changes, ("support_plan",)) if change.since <= year]
    if not asked:
        return None
    found = np.zeros(labels.shape)
    for change in asked:
        found[np.ix_(*_who(change, labels))] = change.factor
    return found


def _asked(changes: pd.DataFrame, flows: Sequence[str]) -> list[ChangeRow]:
    return list(changes[changes["flow"].isin(list(flows))].itertuples())


def _who(change: ChangeRow, labels: Labels) -> tuple[NDArray[np.int64], ...]:
    low = -99 if change.ncy_low is None or pd.isna(change.ncy_low) else change.ncy_low
    high = 99 if change.ncy_high is None or pd.isna(change.ncy_high) else change.ncy_high
    ages = np.flatnonzero([low <= ncy <= high for ncy in labels.ncys])
    starts = change.flow in (*JOINING, "first_placement")
    setting_type = change.to_setting_type if starts and _is_blank(change.setting_type) else change.setting_type
    return (
        _some(labels.authorities, change.authority),
        ages,
        _some(labels.needs, change.need),
        _some(labels.settings, setting_type),
    )


def check(changes: pd.DataFrame, labels: Labels) -> None:
    """Raise an `InputError` where a change is asked for a need that nobody in the area has or joins with."""
    asked = {change.need: change.lever for change in changes.itertuples() if not _is_blank(change.need)}
    for need, lever in asked.items():
        if need not in labels.needs:
            raise InputError(f"{lever}: nobody here has the need '{need}'; expected {one_of(labels.needs)}")


def _is_blank(value: str | None) -> bool:
    return value is None or bool(pd.isna(value)) or value == ""


def _some(known: Sequence[str], wanted: str | None) -> NDArray[np.int64]:
    """Return the positions of `wanted`, or all where it is blank."""
    if _is_blank(wanted):
        return np.arange(len(known))
    return np.flatnonzero([k == wanted for k in known])
