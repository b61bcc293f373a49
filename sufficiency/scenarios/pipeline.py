"""Places still to open: agreed ones open in every run, proposed ones where a scenario says so; chance and delay are drawn.

In each draw a project opens with its chance, and then so many years late. Years late have the shares of a triangle: the
likeliest weighs most, and the weight falls evenly to the fewest and the most. Every project has a stream of chance of its
own, the same in every scenario, so that scenarios differ by what they open and not by luck. Rows of one scheme, a unit and
a base in one building say, share it: they open together, and as late as one another.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency.area.area import Area
from sufficiency.area.pipeline_faults import DELAYS
from sufficiency.errors import InputError
from sufficiency.frozen import frozen
from sufficiency.tables.rows import ProjectRow
from sufficiency.words.school_year import LAST_YEAR

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEVER: Final = LAST_YEAR + 1  # the January of places that don't open
STREAM: Final = zlib.crc32(b"pipeline")
LIKELY: Final = 0.5  # what likelier than not means: the expected demand has the places of such projects


@frozen
@dataclass(frozen=True, eq=False)
class Coming:
    """When each project that a scenario opens does open, draw by draw."""

    projects: pd.DataFrame  # as tables.PIPELINE
    opens: Ints  # draw x project: January, or NEVER

    def places(self, settings: Iterable[str], years: Sequence[int]) -> Ints:
        """Return draw x year x setting: places beyond those of places.csv. [places]"""
        is_open = self.opens[:, None, :] <= np.asarray(years)[None, :, None]
        where = self.projects["setting"].to_numpy()[:, None] == np.array(list(settings), dtype=object)[None, :]
        added = is_open.astype(np.int64) @ (where * self.projects["places"].to_numpy(dtype=np.int64)[:, None])
        return np.asarray(added, dtype=np.int64)


def drawn(area: Area, draws: Sequence[int], *, seed: int) -> Coming:
    """Return when places open in each draw.

    Parameters
    ----------
    area
        Whose scenario has said what opens (`area.coming`).
    draws
        Labels of the draws: a label has the same luck whatever other draws there are.
    seed
        The same seed gives the same luck, in every scenario.
    """
    coming = area.coming
    opens = np.full((len(draws), len(coming)), NEVER, dtype=np.int64)
    for n, row in enumerate(coming.itertuples()):
        stream = np.random.SeedSequence(seed, spawn_key=(STREAM, zlib.crc32(_luck(row).encode())))
        luck = np.random.default_rng(stream).random((max(draws) + 1, 2))[list(draws)]
        low, shares = delay_shares(*delays(area, row))
        late = low + np.minimum(np.searchsorted(np.cumsum(shares), luck[:, 1], side="right"), len(shares) - 1)
        opens[:, n] = np.where(luck[:, 0] < chance(area, row), row.opens + late, NEVER)
    return Coming(coming, opens)


def _luck(row: ProjectRow) -> str:
    """Return what a project shares its luck with: its scheme, or nothing but itself."""
    scheme = getattr(row, "scheme", None)
    return row.project if pd.isna(scheme) or not scheme else str(scheme)


def most_likely(area: Area) -> Coming:
    """Return the likeliest opening of each project, as one draw; none for one that is likelier not to open."""
    coming = area.coming
    opens = [row.opens + delays(area, row)[1] if chance(area, row) >= LIKELY else NEVER for row in coming.itertuples()]
    return Coming(coming, np.array(opens, dtype=np.int64).reshape(1, -1))


def chance(area: Area, row: ProjectRow) -> float:
    """Return the chance that a project opens at all: its own, or the area's for its status."""
    return area.value(f"pipeline.chance_{row.status}") if pd.isna(row.chance) else float(row.chance)


def delays(area: Area, row: ProjectRow) -> tuple[int, int, int]:
    """Return the fewest, likeliest and most years late of a project: its own, or the area's for its kind. [years]"""
    given = [getattr(row, c) for c in DELAYS]
    if pd.isna(given[0]):
        new = area.pipeline.loc[area.pipeline["easting"].notna(), "setting"]
        is_new_school = row.kind == "special" and row.setting in set(new)
        part = "new_school_delay" if is_new_school else "delay"
        given = [area.value(f"pipeline.{part}_{end}_years") for end in ("low", "mode", "high")]
    low, mode, high = (int(d) for d in given)
    if not 0 <= low <= mode <= high:
        raise InputError(f"{row.project}: delays of {low}, {mode} and {high} years are not in order: low, mode, high")
    return low, mode, high


def delay_shares(low: int, mode: int, high: int) -> tuple[int, Floats]:
    """Return the fewest years late, and the share of each number of years from it: a triangle over whole years."""
    years = np.arange(low, high + 1)
    rising, falling = (years - low + 1) / (mode - low + 1), (high - years + 1) / (high - mode + 1)
    weight = np.where(years <= mode, rising, falling)
    return low, weight / weight.sum()
