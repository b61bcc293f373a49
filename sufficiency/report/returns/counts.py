"""Expected counts from a run, labelled as the returns need them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.draws import LEVELS
from sufficiency.report.returns.definitions import HAD_BIRTHDAY, RULE_AUGUST, RULE_CENSUS
from sufficiency.tables import PlansResult
from sufficiency.words.school_year import age_group_of


def expected(plans: PlansResult, years: range) -> pd.DataFrame:
    """Return expected plans: year, authority, ncy, need, setting_type, plans (a fraction); no row where there are none."""
    mean = plans.plans.sel(year=[y for y in plans.plans["year"].values if y in years]).mean("draw")
    frame = mean.to_series().rename("plans").reset_index()
    return frame[frame["plans"] > 0].reset_index(drop=True)


def limits(plans: PlansResult, ncys: range, settings: tuple[str, ...], by: str = "year") -> pd.DataFrame:
    """Return the 5th and 95th percentile of a total within each draw: year, authority, low, high."""
    array: xr.DataArray = plans.plans
    some = array.sel(
        ncy=[n for n in array["ncy"].values if n in ncys],
        setting_type=[s for s in array["setting_type"].values if s in settings],
    )
    total = some.sum(["ncy", "need", "setting_type"])
    bounds = total.quantile([LEVELS[0], LEVELS[-1]], dim="draw").transpose("quantile", by, "authority").to_numpy()
    index = pd.MultiIndex.from_product([total[by].values, total["authority"].values], names=[by, "authority"])
    return pd.DataFrame({"low": bounds[0].reshape(-1), "high": bounds[1].reshape(-1)}, index=index).reset_index()


def with_age_groups(frame: pd.DataFrame, value: str = "plans") -> pd.DataFrame:
    """Return the frame once for each age rule: age_rule and age_group in place of ncy.

    On 31 August an age is NCY + 4. On census day part of each NCY is a year older, so counts are split.
    """
    august = frame.assign(age_rule=RULE_AUGUST, age_group=age_group_of(frame["ncy"].to_numpy()))
    still = frame.assign(**{value: frame[value] * (1 - HAD_BIRTHDAY)}, age_group=age_group_of(frame["ncy"].to_numpy()))
    older_groups = age_group_of(np.minimum(frame["ncy"].to_numpy() + 1, 21))
    older = frame.assign(**{value: frame[value] * HAD_BIRTHDAY}, age_group=older_groups)
    both = pd.concat([august, pd.concat([still, older]).assign(age_rule=RULE_CENSUS)], ignore_index=True)
    others = [c for c in both.columns if c not in (value, "ncy")]
    return both.groupby(others, sort=False, as_index=False, dropna=False)[value].sum()


def districts(area: Area, homes: xr.DataArray) -> pd.DataFrame:
    """Return the share of an authority's plans at each NCY that live in each planning area: authority, ncy, district, share."""
    where = area.zones.set_index("zone")[["authority", "district"]]
    long = pd.DataFrame(homes.to_series().rename("share")).reset_index().join(where, on="zone")
    return long.groupby(["authority", "ncy", "district"], sort=False, as_index=False)["share"].sum()
