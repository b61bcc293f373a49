"""Every figure that measures of success rest on: outcomes.csv, and what requests and plans add to it."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.forecast import england
from sufficiency.success.cohorts import cohorts
from sufficiency.words.success import MEASURES

ENGLAND: Final = "England"
RECENT: Final = 5  # Januaries of plans shown: earlier ones may be shared out between authorities
COLUMNS: Final = ["whose", "measure", "year", "value", "children"]


def figures(area: Area) -> pd.DataFrame:
    """Return every figure by whose it is, measure and year: value, and how many children it is of where that is known.

    The area's own requests and plans, which may be of a later year, come before what outcomes.csv repeats of them.
    """
    parts = [_requests(area.requests), _elsewhere(area.plans, area.base_year), _england(area.base_year)]
    given = area.outcomes.astype({"children": "float64"})[COLUMNS]
    together = pd.concat([*[p for p in parts if len(p)], given], ignore_index=True)
    found = together.drop_duplicates(["whose", "measure", "year"], keep="first")
    sizes = cohorts(area)
    own = found["whose"].isin(area.authorities) & found["children"].isna()
    told = [sizes.size(r.whose, MEASURES[r.measure], r.year) for r in found[own].itertuples()]
    found.loc[own, "children"] = pd.Series(told, index=found.index[own], dtype="float64")
    since = found["measure"].map({code: m.since for code, m in MEASURES.items()})
    return found[found["year"] >= since].sort_values(["measure", "whose", "year"]).reset_index(drop=True)


def _requests(requests: pd.DataFrame) -> pd.DataFrame:
    """Return requests and the share refused, by calendar year."""
    held = requests.dropna(subset=["requests"])
    held = held[held["requests"] > 0]
    asked = held["requests"].astype("float64")
    base = pd.DataFrame({"whose": held["authority"], "year": held["year"] - 1})
    counts = base.assign(measure="requests_all", value=asked, children=float("nan"))
    share = base.assign(measure="refused_all", value=100 * held["refused"].astype("float64") / asked, children=asked)
    return pd.concat([counts, share.dropna(subset=["value"])])[COLUMNS]


def _elsewhere(plans: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return the share of plans whose child is educated elsewhere, by January."""
    recent = plans[plans["year"] > base_year - RECENT]
    by = ["authority", "year"]
    whole = recent.groupby(by)["plans"].sum()
    away = recent[recent["setting_type"] == "elsewhere"].groupby(by)["plans"].sum().reindex(whole.index, fill_value=0)
    told = whole[whole > 0]
    frame = pd.DataFrame({"value": 100 * away[told.index] / told, "children": told.astype("float64")}).reset_index()
    return frame.rename(columns={"authority": "whose"}).assign(measure="elsewhere_plans")[COLUMNS]


def _england(base_year: int) -> pd.DataFrame:
    """Return England's requests and plans, as the library holds them."""
    stock = england.table("stock")
    asked = england.table("requests")
    parts = [_requests(asked[asked["year"] <= base_year]), _elsewhere(stock.assign(authority=ENGLAND), base_year)]
    return pd.concat(parts).assign(whose=ENGLAND)
