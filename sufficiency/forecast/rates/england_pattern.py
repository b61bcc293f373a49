"""England's pattern of one year, January 2024 to January 2025, fitted so that stocks balance by age and setting.

Published: stock by age x setting_type at both ends, new plans by age x setting_type, ceased plans by age and by last setting.
Inferred: who moves. Below NCY 12 new plans by age are what balances each cohort, since ages of new plans are published
on the day and don't fit NCYs; from NCY 12 leavers by age are, since ages of ceased plans end in '20 and over'.
Children who move between authorities cease in one and join no return in the other: transfers in equal those out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from sufficiency.forecast import england
from sufficiency.forecast.rates.rates import Floats
from sufficiency.words.school_year import NCYS
from sufficiency.words.vocabulary import SETTING_TYPES

FROM: Final = 2024
POST_16: Final = NCYS.index(12)
NOT_RECORDED: Final = list(SETTING_TYPES).index("not_recorded")


@dataclass(frozen=True, eq=False)
class Pattern:
    """National rates by ncy x setting_type; movers' destinations by ncy x setting moved to, and joiners' first settings."""

    joining: Floats  # new plans per child, by NCY at the end
    joiners: Floats  # England's new plans, by NCY at the end
    first_settings: Floats  # share of joiners by NCY at the end x setting_type
    leaving: Floats  # share of plans, by NCY and setting at the start
    moving: Floats  # share of those who stay, by NCY and setting at the start
    destinations: Floats  # share of movers, by NCY at the start x setting moved to
    transfers: Floats  # plans from elsewhere a plan held, by NCY at the end x setting_type
    takes: Floats  # 1 where a setting takes children of the NCY


@cache
def national(takes_age_share: float, moving_most: float) -> Pattern:
    """Return England's pattern.

    Parameters
    ----------
    takes_age_share
        Share of an age's plans below which a type of setting is not one that takes it. [share]
    moving_most
        Most of those who stay who may move, at any age and setting. [share]
    """
    before = england.stock(FROM) * (england.totals()[FROM] / england.stock(FROM).sum())
    after = england.stock(FROM + 1)
    first = _shares(england.new_plans(FROM + 1))
    leavers, transfers_out = _ceased_by_age()
    came = older(transfers_out)
    gained = after.sum(axis=1) - older(before.sum(axis=1)) - came
    joiners = np.maximum(gained + older(leavers), 0.0)
    published = england.new_plans(FROM + 1).sum(axis=1)
    joiners[POST_16 + 1 :] = published[POST_16 + 1 :]
    leavers[POST_16:-1] = (joiners - gained)[POST_16 + 1 :]
    leavers[-1] = before[-1].sum()
    leaving = _leaving_by_setting(before, leavers)
    stayers = before * (1 - leaving)
    # What no move, joiner or leaver explains at an age keeps the age's mix: it is not a move.
    arrived = older(stayers) + joiners[:, None] * first + came[:, None] * _shares(after)
    scale = after.sum(axis=1) / np.where(arrived.sum(axis=1) > 0, arrived.sum(axis=1), 1.0)
    net = younger(after - arrived * scale[:, None])
    moving = np.divide(np.maximum(-net, 0), stayers, out=np.zeros_like(stayers), where=stayers > 0)
    takes = (_shares(after) > takes_age_share).astype("float64")
    takes[:, NOT_RECORDED] = 1.0
    return Pattern(
        joining=joiners / england.children(FROM + 1),
        joiners=joiners,
        first_settings=_shares(first * takes),
        leaving=leaving,
        moving=np.clip(moving, 0, moving_most),
        destinations=_shares(np.maximum(net, 0)),
        transfers=came[:, None] * _shares(after * takes) / before.sum(),
        takes=takes,
    )


def older(by_ncy: Floats) -> Floats:
    """Return counts by NCY a year later."""
    return np.concatenate([np.zeros_like(by_ncy[:1]), by_ncy[:-1]])


def younger(by_ncy: Floats) -> Floats:
    """Return counts by the NCY of a year before."""
    return np.concatenate([by_ncy[1:], np.zeros_like(by_ncy[:1])])


def _shares(counts: Floats) -> Floats:
    """Return each row as shares; an empty row is shared as the whole is."""
    row, column = counts.sum(axis=1, keepdims=True), counts.sum(axis=0)
    return np.where(row > 0, counts / np.where(row > 0, row, 1.0), column / column.sum())


def _ceased_by_age() -> tuple[Floats, Floats]:
    """Return leavers, and those of them who moved to another authority, by NCY in the January before. [children]"""
    frame = england.table("ceased")
    own = frame[(frame["year"] == FROM + 1) & (frame["by"] == "age")]
    wide = own.pivot_table(index="ncy", columns="reason", values="children", aggfunc="sum")
    counts = wide.reindex(index=list(NCYS), fill_value=0).to_numpy(dtype="float64")
    moved = england.shifted(counts, {0: 2 / 9, -1: 13 / 18, -2: 1 / 18})
    return moved[:, 0], moved[:, 1]


def _leaving_by_setting(before: Floats, leavers: Floats) -> Floats:
    """Return leaving rates whose sums over settings and over ages are those published.

    The odds of leaving are an age's times a setting's. Settings are those held at the end; where a child moved within
    the year before leaving, the leaver counts at the later one.
    """
    frame = england.table("ceased")
    own = frame[(frame["year"] == FROM + 1) & (frame["by"] == "setting_type") & (frame["reason"] == "")]
    by_setting = (
        own.groupby("setting_type")["children"].sum().reindex(list(SETTING_TYPES), fill_value=0).to_numpy(float)
    )
    by_setting[NOT_RECORDED] = 0.0
    by_setting *= leavers.sum() / by_setting.sum()
    odds = np.ones_like(before)
    for _ in range(200):
        for axis, wanted in ((1, leavers), (0, by_setting)):
            rate = odds / (1 + odds)
            sums = (before * rate).sum(axis=axis)
            step = np.divide(wanted, sums, out=np.ones_like(sums), where=sums > 0)
            odds = odds * np.clip(np.expand_dims(step, axis), 0.5, 2.0)
    rate = np.clip(odds / (1 + odds), 0, 1)
    by_age = np.divide(leavers, before.sum(axis=1), out=np.zeros(len(leavers)), where=before.sum(axis=1) > 0)
    rate[:, NOT_RECORDED] = np.clip(by_age, 0, 1)
    rate[-1] = 1.0
    return rate
