"""Who is aboard: a school's runs shared among the children who ride, by home, NCY and need.

Runs are priced by school and mode; whose they are follows from the expected placements. Every child of one authority
aboard one mode to one school in one year counts alike, so a run's vehicles and cost are shared in proportion to riders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy.sparse import csr_array

from sufficiency.area.area import Area
from sufficiency.draws import Labels
from sufficiency.transport.modes.modes import MODE_GROUP_OF, WAYS, Levers, ways
from sufficiency.words.school_year import NCY_LOW, NCYS
from sufficiency.words.vocabulary import NEEDS

Floats = npt.NDArray[np.float64]

WAY_OF: Final = {"pass": "pass", "budget": "budget", "wheelchair_accessible": "wheelchair", "solo_taxi": "solo"}
PLACE: Final = ("authority", "setting", "mode")
OF_CHILD: Final = ("zone", "ncy", "need")  # what only the riders know
# Where nobody is expected aboard, whose riders stand in: those of other years, of other authorities, of other schools.
ALIKE: Final = (("year", *PLACE), PLACE, ("setting", "mode"), ("authority", "mode"), ("mode",))


def labels_of(area: Area, runs: xr.Dataset) -> Labels:
    """Return what journeys can be asked by: the run's labels, and those of the children aboard."""
    found = Labels.of(runs)
    settings = area.settings.set_index("setting").reindex(runs["setting"].to_numpy())
    for name in ("name", "setting_type"):
        found = found.also(name, "setting", settings[name])
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


def riders_of(area: Area, riders: pd.DataFrame, runs: xr.Dataset) -> pd.DataFrame:
    """Return whose each run is: year, authority, setting, mode, zone, ncy and need, all by position, and share.

    Shares of a run sum to 1. A run that carries somebody in some draw and nobody in the expected placements is shared
    like the runs nearest to it in kind, as `ALIKE` has them.
    """
    weights = _weights(area, riders, runs)
    carries = (runs["children"] > 0).any("draw").transpose("year", *PLACE).to_numpy()
    wanted = pd.DataFrame(np.argwhere(carries), columns=["year", *PLACE])
    parts = []
    for alike in ALIKE:
        known = weights.groupby([*alike, *OF_CHILD], as_index=False)["weight"].sum()
        matched = wanted.merge(known, on=list(alike))
        parts.append(matched)
        there = pd.MultiIndex.from_frame(known[list(alike)].drop_duplicates())
        wanted = wanted[~pd.MultiIndex.from_frame(wanted[list(alike)]).isin(there)]
    found = pd.concat(parts, ignore_index=True)
    share = found["weight"] / found.groupby(["year", *PLACE])["weight"].transform("sum")
    return found.drop(columns="weight").assign(share=share)


def _weights(area: Area, riders: pd.DataFrame, runs: xr.Dataset) -> pd.DataFrame:
    """Return expected riders of each mode: year, authority, setting, mode, zone, ncy and need by position, and weight."""
    now, later = ways(area, riders, Levers()), ways(area, riders, Levers.of(area))
    share = np.where(riders["year"].to_numpy()[:, None] <= area.base_year, now, later)
    at = {d: pd.Index(runs[d].to_numpy()).get_indexer(pd.Index(riders[d])) for d in ("year", "authority", "setting")}
    at["zone"] = pd.Index(area.zones["zone"]).get_indexer(pd.Index(riders["zone"]))
    at["ncy"] = riders["ncy"].to_numpy(dtype=np.int64) - NCY_LOW
    at["need"] = pd.Index(list(NEEDS)).get_indexer(pd.Index(riders["need"]))
    plain = pd.DataFrame(at)
    parts = [
        plain.assign(
            mode=m, weight=riders["travellers"].to_numpy() * share[:, WAYS.index(WAY_OF.get(str(mode), "shared"))]
        )
        for m, mode in enumerate(runs["mode"].to_numpy())
    ]
    found = pd.concat(parts, ignore_index=True)
    return found[found["weight"] > 0]
