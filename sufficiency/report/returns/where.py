"""Where children are: the forecast's settings, with specialist children where the allocation put them."""

from __future__ import annotations

import pandas as pd

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.words.vocabulary import SPECIALIST, UNPLACED

MAINTAINED, ACADEMY = "special, maintained", "special, academy"
UNIT, RESOURCED = "sen_unit", "resourced_provision"
KEY = ["year", "authority", "need"]


def as_placed(run: ForecastOutcome, frame: pd.DataFrame) -> pd.DataFrame:
    """Return expected plans with `provision`: a type of setting, state special schools by who runs them, or 'unplaced'.

    In the base year the type is as published, and only state special schools are split. After it specialist children
    are shared out, need by need, as the allocation placed them. Without an allocation it is the forecast's setting.

    Parameters
    ----------
    run
        An `Outcome`; or a forecast alone.
    frame
        year, authority, ncy, need, setting_type, plans.
    """
    if not isinstance(run, Outcome):
        return frame.assign(provision=frame["setting_type"].replace({"special": MAINTAINED}))
    weights = _weights(run)
    is_base = frame["year"] == run.area.base_year
    split = is_base & (frame["setting_type"] == "special")
    moved = ~is_base & frame["setting_type"].isin(SPECIALIST)
    placed = _shared(frame[moved], weights, otherwise=UNPLACED)
    if RESOURCED not in set(weights["provision"]):
        placed = _units_apart(placed, frame[moved])
    parts = [
        frame[~split & ~moved].assign(provision=frame["setting_type"]),
        _shared(frame[split], weights[weights["provision"].isin([MAINTAINED, ACADEMY])], otherwise=MAINTAINED),
        placed,
    ]
    columns = ["year", "authority", "ncy", "need", "provision"]
    return pd.concat(parts, ignore_index=True).groupby(columns, as_index=False, sort=False)["plans"].sum()


def _weights(run: Outcome) -> pd.DataFrame:
    """Return expected children placed: year, authority, need, provision, weight."""
    settings = run.area.settings.drop_duplicates("setting").set_index("setting")
    attending = run.placed.attending.mean("draw").sum("phase")
    kinds = []
    for setting in attending["setting"].values:
        kind = UNPLACED if setting == UNPLACED else str(settings.loc[setting, "setting_type"])
        if kind == "special":
            kind = ACADEMY if bool(settings.loc[setting, "is_academy"]) else MAINTAINED
        kinds.append(kind)
    long = attending.assign_coords(setting=kinds).to_series().groupby(level=[*KEY, "setting"]).sum()
    return long.rename("weight").reset_index().rename(columns={"setting": "provision"})


def _shared(frame: pd.DataFrame, weights: pd.DataFrame, *, otherwise: str) -> pd.DataFrame:
    """Return the frame shared among provisions in proportion to their weights; `otherwise` where there are none."""
    total = weights.groupby(KEY)["weight"].transform("sum")
    shares = weights.assign(share=weights["weight"] / total.where(total > 0)).dropna(subset=["share"])
    shared = frame.merge(shares[[*KEY, "provision", "share"]], on=KEY, how="left")
    shared["plans"] = shared["plans"] * shared["share"].fillna(1.0)
    shared["provision"] = shared["provision"].fillna(otherwise)
    return shared[shared["plans"] > 0]


def _units_apart(placed: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Return children in units with resourced provision apart, as forecast, where an area lists the two as one."""
    units = frame[frame["setting_type"].isin([UNIT, RESOURCED])]
    both = units.groupby(KEY)["plans"].sum()
    resourced = (
        units[units["setting_type"] == RESOURCED].groupby(KEY)["plans"].sum().reindex(both.index, fill_value=0.0)
    )
    share = (resourced / both).rename("resourced").reset_index()
    here = placed[placed["provision"] == UNIT].merge(share, on=KEY, how="left").fillna({"resourced": 0.0})
    parts = [
        placed[placed["provision"] != UNIT],
        here.assign(plans=here["plans"] * (1 - here["resourced"])).drop(columns="resourced"),
        here.assign(plans=here["plans"] * here["resourced"], provision=RESOURCED).drop(columns="resourced"),
    ]
    together = pd.concat(parts, ignore_index=True)
    return together[together["plans"] > 0]
