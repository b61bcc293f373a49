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
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.area.pipeline_faults import DELAYS, pipeline_faults
from sufficiency.errors import FaultyTableError, InputError, MissingError, nearest, one_of
from sufficiency.scenarios.scenario import Scenario
from sufficiency.words.school_year import LAST_YEAR
from sufficiency.words.vocabulary import PROJECT_KINDS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NEVER: Final = LAST_YEAR + 1  # the January of places that don't open
STREAM: Final = zlib.crc32(b"pipeline")
LIKELY: Final = 0.5  # the expected demand has a project's places if it is likelier than not to open


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


def _luck(row: Any) -> str:
    """Return what a project shares its luck with: its scheme, or nothing but itself."""
    scheme = getattr(row, "scheme", None)
    return row.project if pd.isna(scheme) or not scheme else str(scheme)


def most_likely(area: Area) -> Coming:
    """Return the likeliest opening of each project, as one draw; none for one that is likelier not to open."""
    coming = area.coming
    opens = [row.opens + delays(area, row)[1] if chance(area, row) >= LIKELY else NEVER for row in coming.itertuples()]
    return Coming(coming, np.array(opens, dtype=np.int64).reshape(1, -1))


def chance(area: Area, row: Any) -> float:
    """Return the chance that a project opens at all: its own, or the area's for its status."""
    return area.value(f"pipeline.chance_{row.status}") if pd.isna(row.chance) else float(row.chance)


def delays(area: Area, row: Any) -> tuple[int, int, int]:
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


@dataclass(frozen=True)
class OpenAgreed:
    """Open every project that is agreed: the base case, which each run pulls first."""

    @property
    def label(self) -> str:
        """Words for a chart."""
        return "As agreed"

    def __call__(self, area: Area) -> Area:
        """Return the area with what is agreed coming, and its new settings; one that has it already is unchanged."""
        if area.settings.empty or area.places.empty:
            return area  # nobody is placed, so nothing that opens could tell
        faults = pipeline_faults(area.pipeline, area.settings, area.places, area.base_year) if area.coming.empty else []
        if faults:
            raise FaultyTableError("pipeline.csv", faults)
        return opening(area, area.pipeline[area.pipeline["status"] == "agreed"])


@dataclass(frozen=True)
class OpenProposed:
    """Open projects that are only proposed: those named, or all; each with its own chance, or with `chance`."""

    projects: str | tuple[str, ...] = ()
    chance: float | None = None

    @property
    def label(self) -> str:
        """Words for a chart."""
        return f"Open {_named(self.projects) or 'all that is proposed'}"

    def __call__(self, area: Area) -> Area:
        """Return the area with the proposed projects coming."""
        if self.chance is not None and not 0 <= self.chance <= 1:
            raise InputError(f"{self.label}: a chance of {self.chance:g} is not between 0 and 1")
        rows = _chosen(area.pipeline[area.pipeline["status"] == "proposed"], self.projects, "proposed", self.label)
        return opening(area, rows if self.chance is None else rows.assign(chance=float(self.chance)))


@dataclass(frozen=True)
class CancelAgreed:
    """Leave out projects that are agreed: those named, or all of them."""

    projects: str | tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Words for a chart."""
        return f"Cancel {_named(self.projects) or 'all that is agreed'}"

    def __call__(self, area: Area) -> Area:
        """Return the area without those projects."""
        rows = _chosen(area.coming[area.coming["status"] == "agreed"], self.projects, "agreed", self.label)
        return area.replace(coming=area.coming[~area.coming["project"].isin(rows["project"])].reset_index(drop=True))


AS_AGREED: Final = Scenario("As agreed", (OpenAgreed(),))


def from_agreed(scenario: Scenario) -> Scenario:
    """Return the scenario with what is agreed opened first, so that nothing is tested against a plan without it."""
    if any(isinstance(lever, OpenAgreed) for lever in scenario.levers):
        return scenario
    return Scenario(scenario.name, (*AS_AGREED.levers, *scenario.levers))


def _named(projects: str | tuple[str, ...]) -> str:
    return projects if isinstance(projects, str) else ", ".join(projects)


def _chosen(rows: pd.DataFrame, projects: str | tuple[str, ...], status: str, what: str) -> pd.DataFrame:
    """Return the rows named, or all where none is; one that is not there is refused with those that are."""
    names = (projects,) if isinstance(projects, str) else projects
    known = list(rows["project"])
    for name in names:
        if name not in known:
            there = f"known: {one_of(known)}" if known else f"pipeline.csv has none that is {status}"
            raise MissingError(f"{what}: no {status} project is called '{name}'{nearest(name, known)}; {there}")
    return rows[rows["project"].isin(names)] if names else rows


def opening(area: Area, rows: pd.DataFrame) -> Area:
    """Return the area with the rows coming, once each, and with the settings that they add."""
    rows = rows[~rows["project"].isin(area.coming["project"])]
    if rows.empty:
        return area
    described = area.pipeline.dropna(subset=["easting"]).drop_duplicates("setting").set_index("setting", drop=False)
    new = [s for s in dict.fromkeys(rows["setting"]) if s not in set(area.settings["setting"])]
    settings = area.settings
    if new:
        added = described.loc[new].reset_index(drop=True)
        added = added.assign(setting_type=added["kind"].map(PROJECT_KINDS), is_estimate=added["status"] == "proposed")
        known = [c for c in tables.SCHOOLS.columns if c in added]
        added = tables.check(added[[*known, "source"]], tables.SCHOOLS, source="settings of pipeline.csv")
        settings = pd.concat([settings, added], ignore_index=True)
    together = [frame for frame in (area.coming, rows) if len(frame)]
    return area.replace(settings=settings, coming=pd.concat(together, ignore_index=True))
