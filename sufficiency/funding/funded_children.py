"""Whose money it is: children by financial year, authority of residence, need, phase and stream, draw by draw.

Children in specialist places come from the allocation, which knows the school; everyone else from the forecast, on the
same draws. A financial year takes five twelfths of one January and seven of the next (four and eight after 16).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import xarray as xr

from sufficiency.area.area import Area
from sufficiency.errors import InputError, one_of
from sufficiency.funding.budget_lines import SPLIT, STREAMS, stream_of
from sufficiency.tables import PlacedResult, PlansResult
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import PHASES, academic_weights, phase_of
from sufficiency.words.vocabulary import SPECIALIST

LATE: Final = ("post_16", "post_19")
DIMS: Final = ("draw", "year", "authority", "need", "phase", "stream")


def by_january(area: Area, plans: PlansResult, placed: PlacedResult) -> xr.DataArray:
    """Return children each January: draw x year x authority x need x phase x stream. [children]"""
    attending = placed.attending
    stock = _on_the_same_draws(plans.plans, attending)
    found = _by_phase(stock)
    shape = [found.sizes[d] if d != "stream" else len(STREAMS) for d in DIMS]
    coords: dict[str, Any] = {d: (list(STREAMS) if d == "stream" else found[d].values) for d in DIMS}
    children = xr.DataArray(np.zeros(shape), coords=coords, dims=DIMS, name="children")
    academy = _academy_share(area)
    for provision in (s for s in found["setting_type"].values if s not in SPECIALIST):
        count = found.sel(setting_type=provision, drop=True).transpose(*DIMS[:-1]).to_numpy()
        if provision in SPLIT:
            children.loc[{"stream": stream_of(provision, is_academy=True)}] = count * academy
            children.loc[{"stream": stream_of(provision, is_academy=False)}] = count * (1 - academy)
        else:
            children.loc[{"stream": provision}] = count
    for stream, there in _placed(area, attending, academy).items():
        here = there.reindex(need=children["need"].values, phase=children["phase"].values, fill_value=0)
        children.loc[{"stream": stream}] = here.transpose(*DIMS[:-1]).to_numpy()
    return children


def in_financial_years(children: xr.DataArray) -> xr.DataArray:
    """Return children over each whole financial year, on average: Januaries weighted by the months they stand for."""
    years = [int(y) for y in children["year"].values]
    parts = []
    for financial_year in years[:-1]:
        early, late = (academic_weights(financial_year, post_16=is_late) for is_late in (False, True))
        weight = {
            y: xr.DataArray(
                [late[y] if p in LATE else early[y] for p in children["phase"].values],
                coords={"phase": children["phase"].values},
            )
            for y in early
        }
        first, second = (children.sel(year=y, drop=True) * w for y, w in weight.items())
        parts.append(first + second)
    together: xr.DataArray = xr.concat(
        parts, dim=xr.DataArray(years[:-1], dims="financial_year", name="financial_year")
    )
    return together.transpose("draw", "financial_year", *DIMS[2:])


def net_imports(area: Area, placed: PlacedResult) -> xr.DataArray:
    """Return children brought into each authority's state specialist places less those sent out: draw x year x authority.

    A setting outside the area takes children from its residents' authority and brings none in.
    """
    attending = placed.attending
    known = area.settings.set_index("setting")
    state = [
        s for s in attending["setting"].values if s in known.index and known.loc[s, "setting_type"] in _STATE_SPECIALIST
    ]
    total = attending.sel(setting=state).sum(["need", "phase"])
    inside = known.loc[state, "is_in_area"].to_numpy(dtype=bool)
    provider = np.where(inside, known.loc[state, "authority"].to_numpy(dtype=object), "elsewhere")
    flows = []
    for authority in attending["authority"].values:
        own = xr.DataArray(provider == authority, dims="setting", coords={"setting": state})
        others = [a for a in attending["authority"].values if a != authority]
        came = total.sel(authority=others).sum("authority").where(own, 0).sum("setting")
        left = total.sel(authority=authority, drop=True).where(~own, 0).sum("setting")
        flows.append(came - left)
    return xr.concat(flows, dim=attending["authority"]).transpose("draw", "year", "authority")


_STATE_SPECIALIST: Final = ("special", "sen_unit", "resourced_provision")


def _on_the_same_draws(stock: xr.DataArray, attending: xr.DataArray) -> xr.DataArray:
    strange = sorted(set(attending["draw"].values.tolist()) - set(stock["draw"].values.tolist()))
    if strange:
        raise InputError(f"draw {strange[0]} was placed but never forecast: place the same forecast that is priced")
    for dim in ("year", "authority"):
        if list(stock[dim].values) != list(attending[dim].values):
            raise InputError(
                f"forecast and allocation have different {dim}s: {one_of(stock[dim].values)} and "
                f"{one_of(attending[dim].values)}"
            )
    if stock.sizes["year"] < 2:
        raise InputError("a financial year spans two Januaries: forecast at least one year beyond the base year")
    return stock.sel(draw=attending["draw"].values)


def _by_phase(stock: xr.DataArray) -> xr.DataArray:
    """Return draw x year x authority x need x phase x setting from NCYs."""
    phases = phase_of(stock["ncy"].values)
    parts = [stock.isel(ncy=np.flatnonzero(phases == p)).sum("ncy") for p in PHASES]
    return xr.concat(parts, dim=xr.DataArray(list(PHASES), dims="phase", name="phase"))


def _placed(area: Area, attending: xr.DataArray, academy: float) -> dict[str, xr.DataArray]:
    """Return children in specialist places, and those turned away where they are instead, by stream."""
    known = area.settings.drop_duplicates("setting").set_index("setting")
    groups: dict[str, list[str]] = {}
    away: dict[str, xr.DataArray] = {}
    for setting in attending["setting"].values:
        if setting in DESTINATIONS:
            children = attending.sel(setting=setting, drop=True)
            if setting in SPLIT:
                away[stream_of(setting, is_academy=True)] = children * academy
                away[stream_of(setting, is_academy=False)] = children * (1 - academy)
            else:
                away[setting] = children
        elif setting in known.index:
            row = known.loc[setting]
            if row["setting_type"] not in SPECIALIST:
                if bool((attending.sel(setting=setting) > 0).any()):
                    raise InputError(
                        f"{setting} is {row['setting_type']}: its children are in the forecast, not placed"
                    )
                continue
            stream = stream_of(str(row["setting_type"]), is_academy=bool(row["is_academy"]))
            groups.setdefault(stream, []).append(setting)
        else:
            raise InputError(f"children are placed at '{setting}', which is not in settings.csv of {area.name}")
    return {s: attending.sel(setting=settings).sum("setting") for s, settings in groups.items()} | away


def _academy_share(area: Area) -> float:
    share = area.value("funding.academy_share_mainstream")
    if not 0 <= share <= 1:
        raise InputError(f"funding.academy_share_mainstream: {share:g} is not a share between 0 and 1")
    return share
