"""What must be protected: children with plans, and children placed, each counted by every label at once; and words for them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.area.area import Area
from sufficiency.funding.budget_lines import PLACEMENT_GROUPS
from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.disclosure.figures import Flags, Numbers
from sufficiency.words.destinations import PLACED_DESTINATIONS
from sufficiency.words.say import label
from sufficiency.words.school_year import AGE_GROUPS, NCYS, PHASES
from sufficiency.words.vocabulary import NEED_GROUPS, NEEDS, SETTING_GROUPS, SETTING_TYPES, SPECIALIST

LETTERS: Final = 3  # of a word that a sentence may name something by, at least one more
WHOLE: Final = ""  # the label of what names every cell
# Columns and rows that count everybody that the other labels leave.
EVERYBODY: Final = (
    *("all", "plans", "children", "pupils", "roll", "ehc plans", "everyone", "counted", "middle forecast", "middle"),
    *("children with an ehc plan", "children from here", "all together", "low", "high", "count"),
)
PLACED: Final = ("need a specialist place", "everyone who needs a specialist place", "placed at a specialist setting")
NEEDING: Final = "need for a specialist place: placed and turned away"


@dataclass(frozen=True)
class Group:
    """What a word may name: values of one label of the cells, in one sense where words have several."""

    label: str
    values: frozenset[object]
    sense: str = ""  # of types of setting: alone, in the groups of releases, in those of the management plan


@dataclass(frozen=True, eq=False)
class Cube:
    """Children in cells that nobody is told, and the words by which a report names sums of them.

    Every combination of labels is a cell, those with nobody in them too: a reader doesn't know which these are.
    """

    says: str
    year: int
    cells: pd.DataFrame  # one row for each combination of labels
    counts: Numbers  # of each cell [children]
    names: Mapping[str, tuple[Group, ...]]  # words in small letters -> what they may name
    is_now: bool = True  # of the base January

    def named(self, words: object, column: str = "") -> tuple[Group, ...]:
        """Return what a word may name, as a label in a column of that name where that matters."""
        text = str(words).strip().lower()
        in_column = self.names.get(f"{column.lower()}: {text}", ())
        return tuple(
            dict.fromkeys((*in_column, *self.names.get(text, ())))
        )  # 'Other' is a row of one return, a group of another

    def of_kind(self, label_of: str, sense: str) -> tuple[Group, ...]:
        """Return all that words may name of one label, in one sense."""
        return self._kinds.get((label_of, sense), ())

    def where(self, groups: Sequence[Group]) -> Flags:
        """Return which cells all of these name."""
        found = np.ones(len(self.counts), dtype=bool)
        for group in groups:
            found &= self._in(group)
        return found

    def total(self, groups: Sequence[Group]) -> float:
        """Return how many children are in the cells that all of these name. [children]"""
        key = frozenset(groups)
        if key not in self._totals:
            self._totals[key] = float(self.counts[self.where(groups)].sum())
        return self._totals[key]

    def _in(self, group: Group) -> Flags:
        if group.label == WHOLE:
            return np.ones(len(self.counts), dtype=bool)
        if group not in self._flags:
            self._flags[group] = self.cells[group.label].isin(list(group.values)).to_numpy()
        return self._flags[group]

    @cached_property
    def spoken(self) -> re.Pattern[str]:
        """Words of a sentence that name something: what finds them in small letters."""
        words = sorted((w for w in self.names if len(w) > LETTERS and ": " not in w), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")

    @cached_property
    def _kinds(self) -> dict[tuple[str, str], tuple[Group, ...]]:
        kinds: dict[tuple[str, str], dict[Group, None]] = {}
        for group in itertools.chain.from_iterable(self.names.values()):
            kinds.setdefault((group.label, group.sense), {})[group] = None
        return {kind: tuple(groups) for kind, groups in kinds.items()}

    @cached_property
    def _flags(self) -> dict[Group, Flags]:
        return {}

    @cached_property
    def _totals(self) -> dict[frozenset[Group], float]:
        return {}


def cubes(
    outcome: ForecastOutcome, base: pd.DataFrame, also: Mapping[str, Sequence[str]], rows: Mapping[str, str]
) -> list[Cube]:
    """Return the cubes of a run: plans of the base January, those of earlier ones, and children placed today.

    Parameters
    ----------
    outcome
        The run whose report is written.
    base
        Plans of the base January, whole: authority, ncy, need, setting_type, row (of the reform plan), plans.
    also
        Other names of groups of types of setting.
    rows
        Names of the rows of the reform plan, by code.
    """
    area = outcome.area
    names = _plan_names(area, also, rows)
    labels = ["authority", "ncy", "need", "setting_type", "row"]
    split = base[["setting_type", "row"]].drop_duplicates()
    whole = pd.MultiIndex.from_product(
        [list(area.authorities), NCYS, sorted(set(base["need"])), sorted(set(SETTING_TYPES))], names=labels[:4]
    ).to_frame(index=False)
    full = whole.merge(split, on="setting_type", how="left").fillna({"row": ""})
    found = [_cube(f"plans in January {area.base_year}", area.base_year, full, base, labels, "plans", names)]
    for year, past in area.plans[area.plans["year"] < area.base_year].groupby("year"):
        found.append(_past(area, int(str(year)), past, names))
    found += _new(area)
    if isinstance(outcome, Outcome):
        found.append(_placed(outcome))
    return found


def _new(area: Area) -> list[Cube]:
    """Return new plans of each year whose ages are known, by authority and NCY."""
    rows = area.flows[(area.flows["kind"] == "new") & area.flows["ncy"].notna() & area.flows["need"].eq("")]
    names = _Names()
    names.add(WHOLE, (), "", "counted", "new plans", "children")
    _add_authorities(names, area)
    for code, (low, high) in PHASES.items():
        names.add("ncy", range(low, high + 1), code, label(code, "phase"))
    for ncy in NCYS:
        names.add("ncy", [ncy], "Reception" if ncy == 0 else f"Year {ncy}" if ncy > 0 else f"Age {ncy + 4}")
    full = pd.MultiIndex.from_product([list(area.authorities), NCYS], names=["authority", "ncy"]).to_frame(index=False)
    found = []
    for year, part in rows.groupby("year"):
        counted = part.assign(ncy=part["ncy"].astype(int))
        says = f"new plans in the year to January {year}"
        cube = _cube(says, int(str(year)), full, counted, list(full), "children", names.done())
        found.append(replace(cube, is_now=False))
    return found


def _cube(
    says: str,
    year: int,
    full: pd.DataFrame,
    counted: pd.DataFrame,
    labels: list[str],
    value: str,
    names: Mapping[str, tuple[Group, ...]],
) -> Cube:
    sums = counted.groupby(labels)[value].sum().rename("count").reset_index()
    cells = full.merge(sums, on=labels, how="left")
    return Cube(says, year, cells[labels], cells["count"].fillna(0).to_numpy(dtype=float), names)


def _past(area: Area, year: int, past: pd.DataFrame, names: Mapping[str, tuple[Group, ...]]) -> Cube:
    ages = past["ncy"].fillna(-99).astype(int)
    full = pd.MultiIndex.from_product(
        [list(area.authorities), sorted(set(ages)), sorted(SETTING_TYPES)], names=["authority", "ncy", "setting_type"]
    ).to_frame(index=False)
    labels = list(full)
    cube = _cube(f"plans in January {year}", year, full, past.assign(ncy=ages), labels, "plans", {})
    kept = {
        words: kept
        for words, groups in names.items()
        if (kept := tuple(g for g in groups if g.label in (WHOLE, *labels)))
    }
    return replace(cube, names=kept, is_now=False)


def _placed(outcome: Outcome) -> Cube:
    """Return children placed in the base January by home district, setting, and whether above the setting's number."""
    area = outcome.area
    rows = outcome.placed.in_each_draw("district", "setting", "destination")
    rows = rows[(rows["year"] == area.base_year) & (rows["draw"] == outcome.placed.draws[0])]
    rows = rows.assign(above=rows["destination"].astype(str).eq("over_number"))
    settings = area.settings[area.settings["setting_type"].isin(SPECIALIST)].set_index("setting")
    rows = rows[rows["setting"].isin(settings.index)]
    full = pd.MultiIndex.from_product(
        [list(dict.fromkeys(area.zones["district"])), list(settings.index), [False, True]],
        names=["district", "setting", "above"],
    ).to_frame(index=False)
    cube = _cube("children placed", area.base_year, full, rows, list(full), "children", {})
    kinds = settings.loc[cube.cells["setting"], ["setting_type", "district", "is_in_area"]].reset_index(drop=True)
    ends = kinds["district"].where(kinds["district"] != "", "in the area, district not known")
    cells = cube.cells.assign(
        setting_type=kinds["setting_type"],
        end=ends.where(kinds["is_in_area"], "outside").str.lower(),
        destination=_destination(kinds, cube.cells["above"]),
    )
    return Cube(cube.says, area.base_year, cells, cube.counts, _placed_names(area, settings, set(cells["end"])))


def _destination(kinds: pd.DataFrame, above: pd.Series) -> pd.Series:
    kind = kinds["setting_type"].replace({"sen_unit": "unit", "resourced_provision": "unit"})
    is_state = kind.isin(["special", "unit"])
    away = kind.eq("special") & ~kinds["is_in_area"]
    return kind.replace("special", "state_special").mask(away, "special_outside").mask(above & is_state, "over_number")


class _Names:
    """Words and what they may name, as they are gathered."""

    def __init__(self) -> None:
        self.found: dict[str, dict[Group, None]] = {}

    def add(self, label_of: str, values: Sequence[object], *words: object, sense: str = "") -> None:
        for word in words:
            self.found.setdefault(str(word).strip().lower(), {})[Group(label_of, frozenset(values), sense)] = None

    def done(self) -> dict[str, tuple[Group, ...]]:
        return {words: tuple(groups) for words, groups in self.found.items()}


def _add_authorities(names: _Names, area: Area) -> None:
    for place, (code, name) in enumerate(area.authorities.items()):
        names.add("authority", [code], code, name, f"place: {place}")


def _add_needs_and_types(names: _Names, also: Mapping[str, Sequence[str]]) -> None:
    for need in NEEDS.values():
        names.add("need", [need.code], need.code, need.name, f"{need.name} ({need.code})")
    for code, words in NEED_GROUPS.items():
        names.add("need", [n.code for n in NEEDS.values() if n.group == code], code, words, sense="group")
    for kind in SETTING_TYPES.values():
        names.add("setting_type", [kind.code], kind.code, kind.name)
    for code, words in SETTING_GROUPS.items():
        names.add(
            "setting_type", [s.code for s in SETTING_TYPES.values() if s.group == code], code, words, sense="group"
        )
    for words in dict.fromkeys(PLACEMENT_GROUPS.values()):
        names.add("setting_type", [s for s in SETTING_TYPES if PLACEMENT_GROUPS[s] == words], words, sense="placement")
    for words, kinds in also.items():
        names.add("setting_type", kinds, words)


def _plan_names(area: Area, also: Mapping[str, Sequence[str]], rows: Mapping[str, str]) -> dict[str, tuple[Group, ...]]:
    names = _Names()
    names.add(WHOLE, (), *EVERYBODY, "")
    names.add("setting_type", SPECIALIST, *PLACED, NEEDING, "specialist")
    _add_authorities(names, area)
    _add_needs_and_types(names, also)
    for code, words in rows.items():
        names.add("row", [code], f"provision: {code}", f"value: {code}", words)
    for code, (low, high) in PHASES.items():
        names.add("ncy", range(low, high + 1), code, label(code, "phase"))
    for words, (low, high) in AGE_GROUPS.items():
        names.add("ncy", range(low - 4, high - 3), words)
    for ncy in NCYS:
        names.add("ncy", [ncy], f"ncy: {ncy}", f"value: {ncy}")
    return names.done()


def _placed_names(area: Area, settings: pd.DataFrame, ends: set[str]) -> dict[str, tuple[Group, ...]]:
    names = _Names()
    names.add(WHOLE, (), *EVERYBODY, *PLACED, NEEDING, "")
    for district in dict.fromkeys(area.zones["district"]):
        names.add("district", [district], district)
    for end in ends:
        names.add("end", [end], end)
    for name, codes in settings.groupby("name").groups.items():
        names.add("setting", list(codes), name)
    for code in settings.index:
        names.add("setting", [code], code)
    for kind in SPECIALIST:
        names.add("setting_type", [kind], kind, label(kind))
    for code, words in PLACED_DESTINATIONS.items():
        names.add("destination", [code], code, words)
    return names.done()
