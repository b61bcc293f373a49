"""What the plain cores check of the tables that anyone may hand them: every message names the label and the value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency.allocate.flow.min_cost_flow import Ints
from sufficiency.errors import InputError, nearest, one_of


@dataclass(frozen=True, eq=False)
class Checked:
    """Plain tables by position. Positions follow the labels, so the order of rows in a table changes nothing."""

    groups: pd.Index
    settings: pd.Index
    children: Ints  # by group [children]
    places: Ints  # by setting [places]
    group: Ints  # by route
    setting: Ints  # by route
    cost_gbp: npt.NDArray[np.float64]  # by route [GBP a child]
    unplaced_gbp: npt.NDArray[np.float64] | None  # by group; None: everyone must be placed [GBP a child]

    @property
    def routes(self) -> pd.DataFrame:
        """Routes by label: group, setting, cost_gbp."""
        return pd.DataFrame(
            {"group": self.groups[self.group], "setting": self.settings[self.setting], "cost_gbp": self.cost_gbp}
        )


def checked(
    groups: pd.Series, places: pd.Series, routes: pd.DataFrame, unplaced_gbp: float | pd.Series | None
) -> Checked:
    """Return the tables that `solve` takes, checked, in the order of their labels."""
    children, room = counts(groups, "groups", "children"), counts(places, "places", "places")
    group, setting, cost = _routes(routes, groups.index, places.index)
    price = _unplaced(unplaced_gbp, groups.index)
    by_group, by_setting = label_order(groups.index), label_order(places.index)
    group, setting = np.argsort(by_group)[group], np.argsort(by_setting)[setting]
    key = group * len(room) + setting
    if not (key[1:] > key[:-1]).all():
        order = np.argsort(key, kind="stable")
        group, setting, cost = group[order], setting[order], cost[order]
    return Checked(
        groups.index[by_group],
        places.index[by_setting],
        children[by_group],
        room[by_setting],
        group,
        setting,
        cost,
        None if price is None else price[by_group],
    )


def label_order(labels: pd.Index) -> Ints:
    """Return the positions of labels in their order; labels of several types by type, then as text."""
    try:
        order = labels.argsort()
    except TypeError:
        order = np.array(sorted(range(len(labels)), key=lambda i: (type(labels[i]).__name__, str(labels[i]))))
    return np.asarray(order, dtype=np.int64)


def counts(series: pd.Series, what: str, unit: str) -> Ints:
    """Return whole numbers of 0 or more by label; `what` and `unit` are for messages. [`unit`]"""
    if not isinstance(series, pd.Series):
        raise InputError(f"{what}: a Series of {unit} by label is needed, not {type(series).__name__}")
    if not series.index.is_unique:
        raise InputError(f"{what}: {series.index[series.index.duplicated()][0]!r} is there twice")
    numbers = pd.to_numeric(series, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    faults = (
        [
            f"{label!r} has {value!r} {unit}"
            for label, value in zip(series.index, series, strict=True)
            if not _is_count(value)
        ]
        if not _all_counts(numbers)
        else []
    )
    if faults:
        raise InputError(f"{what}: {one_of(faults, 5)}; whole numbers of 0 or more are needed")
    whole: Ints = numbers.astype(np.int64)
    return whole


def _all_counts(numbers: npt.NDArray[np.float64]) -> bool:
    return bool(np.all(np.isfinite(numbers) & (numbers >= 0) & (numbers == np.rint(numbers))))


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(f"unplaced_gbp: {value!r} is not a price; give a number, a Series by group, or None") from None


def _is_count(value: object) -> bool:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return number >= 0 and number == np.rint(number) and bool(np.isfinite(number))


def _routes(routes: pd.DataFrame, groups: pd.Index, settings: pd.Index) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Return the positions of group and setting, and the cost, of each route. [GBP]"""
    missing = [c for c in ("group", "setting", "cost_gbp") if c not in routes]
    if missing:
        raise InputError(f"routes: the columns {one_of(missing)} are missing; group, setting and cost_gbp are needed")
    group = _codes(routes["group"], groups, "group")
    setting = _codes(routes["setting"], settings, "setting")
    cost = pd.to_numeric(routes["cost_gbp"], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = np.flatnonzero(~(np.isfinite(cost) & (cost >= 0)))
    if len(wrong):
        shown = [f"{_route(routes, i)} costs {routes['cost_gbp'].iloc[i]}" for i in wrong[:5]]
        raise InputError(
            f"routes: {len(wrong):,} with no cost of 0 or more: {one_of(shown)}; leave out what can't be used"
        )
    _check_once(routes, group, setting, len(groups), len(settings))
    return group, setting, cost


def _codes(labels: pd.Series, known: pd.Index, what: str) -> Ints:
    codes: Ints = known.get_indexer(pd.Index(labels)).astype(np.int64)
    wrong = np.flatnonzero(codes < 0)
    if len(wrong):
        unknown = list(dict.fromkeys(labels.iloc[wrong]))
        hint = nearest(unknown[0], known) if len(known) < 10_000 else ""
        raise InputError(
            f"routes: {len(wrong):,} to an unknown {what}: {one_of(unknown, 5)}{hint}; known: {one_of(known, 5)}"
        )
    return codes


def _check_once(routes: pd.DataFrame, group: Ints, setting: Ints, groups: int, settings: int) -> None:
    key = group * settings + setting
    if groups * settings <= 8 * len(key):
        repeated = bool((np.bincount(key) > 1).any())
    else:
        in_order = np.sort(key)
        repeated = bool((in_order[1:] == in_order[:-1]).any())
    if repeated:
        first = int(np.flatnonzero(pd.Series(key).duplicated())[0])
        raise InputError(f"routes: {_route(routes, first)} is there twice; keep the cheaper")


def _route(routes: pd.DataFrame, position: int) -> str:
    row = routes.iloc[position]
    return f"{row['group']} to {row['setting']}"


def _unplaced(price: float | pd.Series | None, groups: pd.Index) -> npt.NDArray[np.float64] | None:
    """Return the price of a child without a place by group, or None where everyone must be placed. [GBP]"""
    if price is None:
        return None
    if isinstance(price, pd.Series):
        absent = groups.difference(price.index)
        if len(absent):
            raise InputError(f"unplaced_gbp has no price for {one_of(absent, 5)}; give one a group, or one for all")
        prices: npt.NDArray[np.float64] = price.reindex(groups).to_numpy(dtype=np.float64)
    else:
        prices = np.full(len(groups), _number(price))
    if not np.all(np.isfinite(prices) & (prices >= 0)):
        raise InputError(
            f"unplaced_gbp: {prices[~(prices >= 0) | ~np.isfinite(prices)][0]} is not a price of 0 or more"
        )
    return prices
