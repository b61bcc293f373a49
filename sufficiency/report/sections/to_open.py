"""What to open: one row for each opening, with what it costs and saves on top of those before it, and how often it is full."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from sufficiency import allocate
from sufficiency.allocate.open.aims import PLACING
from sufficiency.allocate.open.opened import Openings
from sufficiency.area.area import Area
from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.recommendation import Recommendation
from sufficiency.words.say import label

FULL: Final = 0.9  # a place is right in a future where at least this share of its block is filled
COMPLEX: Final = "severe_learning"
KINDS: Final = {"base": "specialist bases", "more": "more places at special schools", "new": "new special schools"}
KIND_OF: Final = {"unit": "base", "specialist_base": "base", "expand": "more", "special": "new"}
MOST_NEEDS: Final = 2
SOME: Final = 0.2  # a need group with a smaller share of the children is not named


@lru_cache(maxsize=2)
def rows(made: Recommendation, year: int) -> pd.DataFrame:
    """Return one row for each option that opens by January `year`, bases first, then the largest.

    Columns option, kind (a key of `KINDS`), what, where, sites (bases, or schools), whom, why, places, year, capital_gbp, high_needs_gbp and
    transport_gbp (saved a year on top of the rows above, below 0 where it costs more), children (mean over futures),
    complex (of them, with severe or profound learning difficulties) and sure (share of futures in which it is full).
    """
    best = made.openings
    assert best is not None
    table = best.options.table.set_index("option")
    opened = best.openings[best.openings["year"] <= year].groupby("option", as_index=False, sort=False)
    found = opened.agg(
        kind=("kind", "first"), places=("places", "sum"), year=("year", "min"), capital_gbp=("capital_gbp", "sum")
    )
    found["kind"] = found["kind"].map(KIND_OF)
    found = found[found["kind"].notna()]
    found = found.merge(of_each(best, made.now, year), on="option", how="left")
    found["at"] = found["kind"].map(list(KINDS).index)
    found = found.sort_values(["at", "places", "option"], ascending=[True, False, True], ignore_index=True)
    settings = made.now.area.settings.set_index("setting")
    places = found["option"].map(table["setting"])
    found["where"] = [
        row or (settings["district"].get(setting, "") or "")
        for row, setting in zip(found["option"].map(table["district"]).fillna(""), places, strict=True)
    ]
    found["what"] = [
        _what(made.now.area, row.kind, row.places, table.loc[row.option], settings) for row in found.itertuples()
    ]
    is_base = found["option"].map(table["kind"]) == "specialist_base"
    found["sites"] = [_bases(made.now.area, n) if base else 1 for n, base in zip(found["places"], is_base, strict=True)]
    found["why"] = found["option"].map(table["why"]).fillna("")
    money = _money(best, list(found["option"]), year)
    return pd.concat([found.drop(columns="at"), money], axis=1)


def of_each(best: Openings, run: Outcome, year: int) -> pd.DataFrame:
    """Return by option: children, complex, whom (need groups in words) and sure, of those whom a run turns away."""
    used = _filled(best, run, year)
    draws = len(run.placed.draws)
    by_draw = used.groupby(["option", "places", "draw"], as_index=False)["children"].sum()
    by_draw["is_full"] = by_draw["children"] >= FULL * by_draw["places"]
    found = by_draw.groupby("option").agg(children=("children", "mean"), sure=("is_full", "mean"))
    severe = used[used["need_group"] == COMPLEX].groupby("option")["children"].sum() / draws
    found["complex"] = severe.reindex(found.index, fill_value=0.0)
    whom = used.groupby(["option", "need_group"])["children"].sum()
    found["whom"] = [_needs(whom[option]) for option in found.index]
    return found.reset_index()


@lru_cache(maxsize=8)
def _filled(best: Openings, run: Outcome, year: int) -> pd.DataFrame:
    return allocate.filled(best, run.placed, year=year)


def in_each_law(made: Recommendation, futures: Mapping[str, ForecastOutcome], year: int) -> pd.DataFrame:
    """Return by option, then under each law or scenario: the share of its places that is filled, mean over futures."""
    best, columns = made.openings, {}
    assert best is not None
    for name, run in futures.items():
        if isinstance(run, Outcome):
            used = _filled(best, run, year)
            used = used.groupby(["option", "places", "draw"], as_index=False)["children"].sum()
            columns[name] = (used["children"] / used["places"]).groupby(used["option"]).mean()
    return pd.DataFrame(columns)


def _needs(children: pd.Series) -> str:
    some = children[(children > 0) & (children.index != "")].sort_values(ascending=False, kind="stable")
    some = some[some >= SOME * some.sum()].head(MOST_NEEDS)
    return "; ".join(label(str(group)) for group in some.index) or "–"


def _what(area: Area, kind: str, places: int, option: pd.Series, settings: pd.DataFrame) -> str:
    """Return what opens, in words: how many bases, at which phase of school; more places at which school."""
    if kind == "more":
        return f"More places at {settings['name'].get(option['setting'], option['setting'])}"
    if kind == "new" or option["kind"] != "specialist_base":
        return str(option["name"]).removesuffix(f" in {option['district']}")
    bases = _bases(area, places)
    phase = "primary" if option["ncy_high"] <= 6 else "secondary" if option["ncy_low"] >= 7 else "all-through"
    return f"Specialist base, {phase} school" if bases == 1 else f"{bases} specialist bases, {phase} schools"


def _bases(area: Area, places: int) -> int:
    """Return how many schools' bases so many places take, each no larger than a base is."""
    return max(1, math.ceil(places / area.value("reform.base_places_per_secondary", on=area.base_year)))


def _money(best: Openings, options: list[str], year: int) -> pd.DataFrame:
    """Return what each option saves in January `year` on top of those before it, in the order given."""
    problem, at = best.problem, best.years.index(year)
    names = list(best.options.table["option"])
    blocks = np.zeros(len(names), dtype=np.int64)
    before, found = problem.weight @ problem.year_parts(at, blocks), []
    for option in options:
        o = names.index(option)
        blocks[o] = best.plan[at, o]
        after = problem.weight @ problem.year_parts(at, blocks)
        saved = dict(zip(PLACING, before - after, strict=True))
        high_needs = saved["fees_gbp"] + saved["packages_gbp"] - float(problem.running[o] * blocks[o])
        found.append((high_needs, saved["journeys_gbp"]))
        before = after
    return pd.DataFrame(found, columns=["high_needs_gbp", "transport_gbp"])
