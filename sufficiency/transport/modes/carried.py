"""Who is carried elsewhere than to a school on the list: those turned away, and all other children with plans.

Travellers are children × the share carried. For those turned away, by destination, the share and the journey are those
of `overflow.csv`. For the others, by type of setting, they are drawn from the ranges of `transport.carried_*`; a value
that an area gives without a range is known, and is the same in every draw. Education Act 1996, Schedule 35B, carries
pupils of schools, and by paragraphs 3, 5, 7, 10 and 13 those educated otherwise under section 19.
"""

from __future__ import annotations

import zlib
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.transport.modes.modes import by_group
from sufficiency.words.destinations import DESTINATIONS
from sufficiency.words.school_year import phase_of
from sufficiency.words.vocabulary import NEED_GROUP_OF, SETTING_TYPES, SPECIALIST

Floats = npt.NDArray[np.float64]

# Under and over school age an authority's policy decides; what it offers to those who would be entitled if of school age.
OFFERED: Final = {
    "early_years": "early_years_offered",
    "post_16": "sixth_form_offered",
    "post_19": "adult_necessary",
}
PLACE: Final = ("draw", "year", "authority", "setting")
GROWN: Final = ("secondary", "post_16", "post_19")  # from Year 7
COLLEGES: Final = ("in_college", "further_education", "specialist_post_16")


def sampled(area: Area, name: str, draws: npt.NDArray[np.int64], seed: int) -> Floats:
    """Return an assumption in each draw: triangular in its range, the same for a seed and draw under every scenario."""
    low, high = area.range_of(name)
    middle = area.value(name)
    if not low < high:
        return np.full(len(draws), middle)
    stream = np.random.default_rng(np.random.SeedSequence([seed, zlib.crc32(name.encode())]))
    return np.asarray(stream.triangular(low, middle, high, int(draws.max()) + 1)[draws], dtype=np.float64)


def with_support_plans(area: Area, placed: tables.PlacedResult, support_plans: xr.DataArray | None) -> xr.DataArray:
    """Return other children to carry: those with plans, and as many of those with support plans as keep their travel.

    Children with a support plan in a unit are a mainstream school's. Dimensions are those of `placed.others`.
    """
    others = placed.others
    if support_plans is None:
        return others
    kept = area.value("reform.support_plan_travel_kept")
    held = support_plans.sel(
        draw=others["draw"].values, year=others["year"].values, authority=others["authority"].values
    )
    in_units = held.sel(setting_type=[t for t in held["setting_type"].values if t in SPECIALIST]).sum("setting_type")
    held = held.sel(setting_type=others["setting_type"].values)
    held = held + in_units * (held["setting_type"] == "mainstream")
    phases = phase_of(held["ncy"].to_numpy())
    by_phase = [held.isel(ncy=np.flatnonzero(phases == phase)).sum("ncy") for phase in others["phase"].values]
    added = xr.concat(by_phase, dim=xr.DataArray(others["phase"].values, dims="phase", name="phase"))
    return others + kept * added.transpose(*others.dims)


def carried(area: Area, placed: tables.PlacedResult, *, seed: int, others: xr.DataArray | None = None) -> xr.Dataset:
    """Return travellers elsewhere: `children` and `child_km` (children × km, one way), draw × year × authority × setting.

    A setting is a destination of those turned away, or a type of setting of all other children with plans: `others`, by
    default those of the allocation.
    """
    turned = _turned_away(placed)
    others = (placed.others if others is None else others).sum("need").rename(setting_type="setting").astype(np.float64)
    share, km = _shares(area, others, seed)
    found = [(turned, placed.elsewhere["entitled"], placed.elsewhere["km"]), (others, share, km)]
    parts = [_summed(children, share, km) for children, share, km in found]
    return xr.concat(parts, dim="setting").transpose(*PLACE)


def expected(
    area: Area, placed: tables.PlacedResult, *, others: xr.DataArray | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return travellers elsewhere in the middle of what is drawn, to share journeys by home, NCY and need.

    First those turned away: year, authority, setting (a destination), zone, ncy, need and travellers. Then the others,
    whose homes aren't known: year, authority, setting (a type), phase, need and travellers. [children]
    """
    rows = placed.placements[placed.placements["setting"].isin(DESTINATIONS)]
    rows = rows.assign(phase=phase_of(rows["ncy"].to_numpy()))
    middle = placed.elsewhere["entitled"].mean("draw").to_series()
    at = pd.MultiIndex.from_frame(rows[["phase", "setting"]])
    turned = rows.assign(travellers=rows["children"].to_numpy() * middle.reindex(at).fillna(0.0).to_numpy())
    held = (placed.others if others is None else others).rename(setting_type="setting")
    share, _ = _shares(area, held, None)
    # A share is never 0 here, since one that is 0 in the middle may carry somebody in a draw.
    middle_share = share.isel(draw=0, drop=True).clip(min=1e-9)
    rest = (held.mean("draw") * middle_share).to_series()
    return turned, rest[rest > 0].rename("travellers").reset_index()


def traits(area: Area, settings: list[str], turned: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Return what levers need to know of travellers elsewhere, by setting: `able` to learn to go alone, and `sixth_form`.

    Both are shares of the travellers of `expected`, from Year 7 on able by need as those at schools on the list are.
    """
    rows = pd.concat([turned.assign(phase=phase_of(turned["ncy"].to_numpy())), others], ignore_index=True)
    able = by_group(area, "trainable", rows["need"].map(NEED_GROUP_OF)) * rows["phase"].isin(GROWN)
    parts = pd.DataFrame({"able": able, "sixth_form": rows["phase"] == "post_16"}).mul(rows["travellers"], axis=0)
    total = parts.assign(travellers=rows["travellers"]).groupby(rows["setting"]).sum()
    return total[["able", "sixth_form"]].div(total["travellers"], axis=0).reindex(settings).fillna(0.0)


def _turned_away(placed: tables.PlacedResult) -> xr.DataArray:
    found = placed.attending
    return found.sel(setting=[s for s in found["setting"].values if s in DESTINATIONS]).sum("need").astype(np.float64)


def _summed(children: xr.DataArray, share: xr.DataArray, km: xr.DataArray) -> xr.Dataset:
    travellers = children * share
    return xr.Dataset({"children": travellers.sum("phase"), "child_km": (travellers * km).sum("phase")})


def _shares(area: Area, others: xr.DataArray, seed: int | None) -> tuple[xr.DataArray, xr.DataArray]:
    """Return the share carried, draw × setting × phase, and km, draw × setting; without a seed, the middle of each."""
    draws = others["draw"].values if seed is not None else np.array([0])
    types = [str(t) for t in others["setting"].values]

    def drawn(end: str) -> xr.DataArray:
        names = [f"transport.carried_{t}{end}" for t in types]
        each = [np.array([area.value(n)]) if seed is None else sampled(area, n, draws, seed) for n in names]
        return xr.DataArray(np.stack(each, axis=1), dims=("draw", "setting"), coords={"draw": draws, "setting": types})

    phases = [str(p) for p in others["phase"].values]
    offered = [area.value(f"transport.{OFFERED[p]}") if p in OFFERED else 1.0 for p in phases]
    return drawn("") * xr.DataArray(offered, dims="phase", coords={"phase": phases}), drawn("_km")


def label(setting: str, what: str) -> str:
    """Return the name or the setting_type of a destination or of a type of setting."""
    if setting in DESTINATIONS:
        return str(getattr(DESTINATIONS[setting], what))
    return setting if what == "setting_type" else SETTING_TYPES[setting].name
