"""Levers on what is agreed and what is proposed: open it, or call it off; `AS_AGREED` is the base case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

from sufficiency import tables
from sufficiency.area.area import Area
from sufficiency.area.pipeline_faults import pipeline_faults
from sufficiency.errors import FaultyTableError, InputError, MissingError, nearest, one_of
from sufficiency.scenarios.scenario import Scenario
from sufficiency.words.vocabulary import PROJECT_KINDS


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
