"""Who is aboard: a school's runs shared among the children who ride, by home, NCY and need.

Runs are priced by school and mode; whose they are follows from the expected placements. Every child of one authority
aboard one mode to one school in one year counts alike, so a run's vehicles and cost are shared in proportion to riders.
Of those turned away the placement says where they live; of all others with plans, only need and phase are known, and
homes are taken to be where children of that phase live.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy.sparse import csr_array

from sufficiency.area.area import Area
from sufficiency.labels import Labels
from sufficiency.transport.modes.carried import label
from sufficiency.transport.modes.modes import MODE_GROUP_OF, WAYS, Levers, ways
from sufficiency.words.destinations import DESTINATIONS, PLACED_DESTINATIONS
from sufficiency.words.school_year import NCY_LOW, NCYS, phase_of
from sufficiency.words.vocabulary import NEEDS, SETTING_TYPES

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WAY_OF: Final = {"pass": "pass", "budget": "budget", "wheelchair_accessible": "wheelchair", "solo_taxi": "solo"}
PLACE: Final = ("authority", "setting", "mode")
OF_CHILD: Final = ("zone", "ncy", "need")  # what only the riders know
# Where nobody is expected aboard, whose riders stand in: those of other years, of other authorities, of other schools.
ALIKE: Final = (("year", *PLACE), PLACE, ("setting", "mode"), ("authority", "mode"), ("mode",))


# What a place at a setting of a type is called among destinations; of the rest, the type says where the child is.
DESTINATION_OF: Final = {"special": "state_special", "sen_unit": "unit", "resourced_provision": "unit"}


def labels_of(area: Area, runs: xr.Dataset) -> Labels:
    """Return what journeys can be asked by: the run's labels, and those of the children aboard."""
    found = Labels.of(runs)
    codes = [str(code) for code in runs["setting"].to_numpy()]
    listed = area.settings.set_index("setting")
    for name in ("name", "setting_type"):
        known = listed[name].to_dict()
        found = found.also(name, "setting", [known[c] if c in known else label(c, name) for c in codes])
    types = dict(zip(codes, map(str, found.known["setting_type"].names), strict=True))
    outside = set(listed.index[~listed["is_in_area"] & (listed["setting_type"] == "special")])
    where = [c if c in DESTINATIONS else DESTINATION_OF.get(types[c], types[c]) for c in codes]
    where = ["special_outside" if c in outside else at for c, at in zip(codes, where, strict=True)]
    order = dict.fromkeys((*PLACED_DESTINATIONS, *DESTINATIONS, *SETTING_TYPES))
    found = found.also("destination", "setting", where, order=order)
    groups = [MODE_GROUP_OF[str(mode)] for mode in runs["mode"].to_numpy()]
    found = found.also("mode_group", "mode", groups, order=dict.fromkeys(groups))
    for name in ("zone", "district"):
        found = found.also(name, "zone", area.zones[name])
    return found.also("ncy", "ncy", NCYS).also("need", "need", NEEDS)


def shared(
    measures: Mapping[str, xr.DataArray], shares: pd.DataFrame, labels: Labels, by: Sequence[str]
) -> tuple[dict[str, Floats], pd.DataFrame]:
    """Return measures of runs among the children aboard: draw x year x cell each, and each cell's labels.

    Parameters
    ----------
    measures
        draw x year x authority x setting x mode each.
    shares
        As `riders_of` returns.
    by
        Labels to keep, at least one of which follows from the home, the NCY or the need.
    """
    first = next(iter(measures.values()))
    sizes = [first.sizes[d] for d in PLACE]
    at = {name: shares[name].to_numpy() for name in (*PLACE, *OF_CHILD)}
    cell, cells = labels.cells(by, at)
    run = np.ravel_multi_index(tuple(at[d] for d in PLACE), sizes)
    found = {name: np.zeros((first.sizes["draw"], first.sizes["year"], len(cells))) for name in measures}
    for year in range(first.sizes["year"]):
        here = shares["year"].to_numpy() == year
        place = (run[here], cell[here])
        into = csr_array((shares["share"].to_numpy()[here], place), shape=(int(np.prod(sizes)), len(cells)))
        for name, array in measures.items():
            values = array.isel(year=year).transpose("draw", *PLACE).to_numpy()
            found[name][:, year] = values.reshape(len(values), -1) @ into
    return found, cells


def riders_of(area: Area, riders: pd.DataFrame, turned_away: pd.DataFrame, runs: xr.Dataset) -> pd.DataFrame:
    """Return whose each run is: year, authority, setting, mode, zone, ncy and need, all by position, and share.

    Shares of a run sum to 1. A run that carries somebody in some draw and nobody in the expected placements is shared
    like the runs nearest to it in kind, as `ALIKE` has them.
    """
    weights = pd.concat([_weights(area, riders, runs), _weights_away(area, turned_away, runs)])
    wanted = _carrying(runs, lambda code: code in DESTINATIONS or code not in SETTING_TYPES)
    parts = []
    for alike in ALIKE:
        known = weights.groupby([*alike, *OF_CHILD], as_index=False)["weight"].sum()
        matched = wanted.merge(known, on=list(alike))
        parts.append(matched)
        there = pd.MultiIndex.from_frame(known[list(alike)].drop_duplicates())
        wanted = wanted[~pd.MultiIndex.from_frame(wanted[list(alike)]).isin(there)]
    return _as_shares(pd.concat(parts, ignore_index=True))


def others_of(area: Area, others: pd.DataFrame, runs: xr.Dataset, dims: set[str]) -> pd.DataFrame:
    """Return the same for children with plans at other types of setting, by those of zone, ncy and need that are in `dims`.

    The rest stand at their first position: all three together are millions of rows.
    """
    homes = _homes(area, [d for d in ("zone", "ncy") if d in dims])
    keys = ["year", "authority", "setting", "phase", *(["need"] if "need" in dims else [])]
    found = others.groupby(keys, as_index=False)["travellers"].sum().merge(homes, on=["authority", "phase"])
    at = {d: _places(runs[d].to_numpy(), found[d]) for d in ("year", "authority", "setting")}
    at |= {d: found[d].to_numpy() if d in found else np.zeros(len(found), dtype=np.int64) for d in ("zone", "ncy")}
    at["need"] = _places(list(NEEDS), found["need"]) if "need" in dims else np.zeros(len(found), dtype=np.int64)
    weights = pd.DataFrame(at).assign(weight=found["travellers"] * found["home"])
    weights = weights.groupby(["year", "authority", "setting", *OF_CHILD], as_index=False)["weight"].sum()
    wanted = _carrying(runs, lambda code: code in SETTING_TYPES)
    return _as_shares(wanted.merge(weights, on=["year", "authority", "setting"]))


def _homes(area: Area, by: list[str]) -> pd.DataFrame:
    """Return where children of each authority and phase live: authority, phase, `by` by position, and home, a share."""
    homes = area.zone_children.merge(area.zones[["zone", "authority"]], on="zone")
    homes["phase"] = phase_of(homes["ncy"].to_numpy())
    homes["zone"] = _places(area.zones["zone"], homes["zone"])
    homes["ncy"] = homes["ncy"] - NCY_LOW
    held = homes.groupby(["authority", "phase", *by], as_index=False)["children"].sum()
    return held.assign(home=held["children"] / held.groupby(["authority", "phase"])["children"].transform("sum"))


def _carrying(runs: xr.Dataset, at: Callable[[str], bool]) -> pd.DataFrame:
    """Return year, authority, setting and mode, by position, of runs at some settings that carry somebody in some draw."""
    carries = (runs["children"] > 0).any("draw").transpose("year", *PLACE).to_numpy()
    wanted = pd.DataFrame(np.argwhere(carries), columns=["year", *PLACE])
    return wanted[np.array([at(str(code)) for code in runs["setting"].to_numpy()])[wanted["setting"]]]


def _as_shares(found: pd.DataFrame) -> pd.DataFrame:
    share = found["weight"] / found.groupby(["year", *PLACE])["weight"].transform("sum")
    return found.drop(columns="weight").assign(share=share)


def _places(labels: Iterable[Hashable], values: Iterable[Hashable]) -> Ints:
    found: Ints = pd.Index(labels).get_indexer(pd.Index(values))
    return found


def _weights(area: Area, riders: pd.DataFrame, runs: xr.Dataset) -> pd.DataFrame:
    """Return expected riders of each mode: year, authority, setting, mode, zone, ncy and need by position, and weight."""
    now, later = ways(area, riders, Levers()), ways(area, riders, Levers.of(area))
    share = np.where(riders["year"].to_numpy()[:, None] <= area.base_year, now, later)
    daily, boarders = riders["travellers"].to_numpy(), riders["boarders"].to_numpy()
    weight = {
        m: boarders if mode == "boarding" else daily * share[:, WAYS.index(WAY_OF.get(str(mode), "shared"))]
        for m, mode in enumerate(runs["mode"].to_numpy())
    }
    return _by_mode(area, riders, runs, weight)


def _weights_away(area: Area, turned_away: pd.DataFrame, runs: xr.Dataset) -> pd.DataFrame:
    """Return the same of those turned away, whose mix of modes is that of their destination."""
    weight = turned_away["travellers"].to_numpy()
    return _by_mode(area, turned_away, runs, dict.fromkeys(range(runs.sizes["mode"]), weight))


def _by_mode(area: Area, riders: pd.DataFrame, runs: xr.Dataset, weight: Mapping[int, Floats]) -> pd.DataFrame:
    at = {d: _places(runs[d].to_numpy(), riders[d]) for d in ("year", "authority", "setting")}
    at["zone"] = _places(area.zones["zone"], riders["zone"])
    at["ncy"] = riders["ncy"].to_numpy(dtype=np.int64) - NCY_LOW
    at["need"] = _places(list(NEEDS), riders["need"])
    found = pd.concat([pd.DataFrame(at).assign(mode=m, weight=w) for m, w in weight.items()], ignore_index=True)
    return found[found["weight"] > 0]
