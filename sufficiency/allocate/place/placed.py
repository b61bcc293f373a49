"""What placing children gives: who goes where, who has no place, how far, how full, and what one more place is worth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency import tables
from sufficiency.allocate.place.ledger import (
    NEED_AND_AGE,
    PHASE_OF_NCY,
    Bools,
    Floats,
    Ints,
    Ledger,
    cells_of,
    child_labels,
    percentile_within,
    setting_labels,
    suited,
    totals,
)
from sufficiency.allocate.place.notes import attendance_notes, travel_notes
from sufficiency.allocate.place.routes import NEED_CODES, SECONDARY_FROM, RouteMap
from sufficiency.area.area import Area
from sufficiency.draws import LEVELS, Labels, quantiles
from sufficiency.frozen import frozen, once
from sufficiency.notebook import titled
from sufficiency.scenarios.pipeline import Coming
from sufficiency.words.school_year import NCY_LOW, PHASES
from sufficiency.words.vocabulary import SETTING_TYPES, UNPLACED


@frozen
@dataclass(frozen=True, eq=False)
class Placed:
    """Children placed year by year, in the expected demand and in each draw.

    Every table has one row for each year and label; quantiles are over draws, of totals taken within a draw. `by` may
    name authority, district and zone (of the home), need, need_group, ncy, phase, age_group, kind, and the setting's
    code, name, setting_type and setting_group.
    """

    area: Area
    routes: RouteMap
    years: tuple[int, ...]
    draws: tuple[int, ...]
    places: Ints  # draw x year x setting [places]
    expected_places: Ints  # year x setting: with each coming project at its likeliest [places]
    opened: Coming  # when the projects of the pipeline open, by draw
    expected: Ledger
    drawn: Ledger
    value_gbp: Floats  # draw x year x setting [GBP a year]
    expected_value_gbp: Floats  # year x setting [GBP a year]
    certificate_gap_gbp: (
        float  # largest over draws and years; 0 proves each January placed at the least cost [GBP a year]
    )
    home: Ints  # authority of each zone, by position
    is_estimate: bool  # whether any of today's attendance is estimated
    listed: int  # children of the base year whose setting is on the area's list

    def __repr__(self) -> str:
        """Return one line: years, draws, children and how many of them have no place in the last year."""
        last = self.shortfall(levels=(0.5,)).iloc[-1]
        return (
            f"<Placed {self.area.name}: {self.years[0]} to {self.years[-1]}, {len(self.draws)} draws; "
            f"{last['children']:,.0f} children without a suitable place in {self.years[-1]}>"
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields alone: what is worked out from them is worked out again in another process."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def _repr_html_(self) -> str:
        """Return the children without a place and how full settings are, year by year."""
        short = self.shortfall().pivot(index="year", columns="level", values="children")
        short.columns = pd.Index([f"without a place, {name}" for name in ("low", "middle", "high")])
        full = self.utilisation(levels=(0.5,)).set_index("year")[["children", "places", "share"]]
        says = f"Middle of {len(self.draws):,} simulated futures; low and high hold 9 in 10 of them. Children: those placed."
        title = f"{self.area.name}: children without a suitable place, and how full settings are"
        return titled(title, short.join(full).reset_index(), {"share": "%"}, note=says)

    @once
    def placements(self) -> pd.DataFrame:
        """Who goes where in the expected demand, whole children, as `tables.PLACEMENTS`."""
        book = self.expected
        by = ("authority", "zone", "ncy", "need", "setting")
        cell, frame = cells_of(book, self._labels, by)
        key, count = np.unique(book.year.astype(np.int64) * len(frame) + cell, return_counts=True)
        rows = frame.iloc[key % len(frame)].reset_index(drop=True)
        rows.insert(0, "year", np.array(self.years)[key // len(frame)])
        zone = pd.Index(self.routes.zones["zone"]).get_indexer(pd.Index(rows["zone"]))
        setting = pd.Index([*self.routes.codes, UNPLACED]).get_indexer(pd.Index(rows["setting"]))
        rows["children"] = count
        rows["km"] = self._by_setting(self.routes.km)[zone, setting]
        rows["minutes"] = self._by_setting(self.routes.minutes)[zone, setting]
        return tables.check(rows, tables.PLACEMENTS, source="placements")

    @once
    def attending(self) -> xr.DataArray:
        """Children in each draw: draw x year x authority x need x phase x setting, 'unplaced' last. [children]"""
        book = self.drawn
        sizes = (len(self.area.authorities), len(NEED_CODES), len(PHASES), len(self.routes.settings) + 1)
        cell = np.ravel_multi_index(
            (self.home[book.zone], book.need, PHASE_OF_NCY[book.ncy.astype(np.int64) - NCY_LOW], book.setting), sizes
        )
        shape = (len(self.draws), len(self.years), int(np.prod(sizes)))
        children = totals(book, cell, shape).astype(np.int32).reshape(shape[:2] + sizes)
        children.setflags(write=False)
        return xr.DataArray(
            children,
            dims=("draw", "year", "authority", "need", "phase", "setting"),
            coords={
                "draw": list(self.draws),
                "year": list(self.years),
                "authority": list(self.area.authorities),
                "need": list(NEED_CODES),
                "phase": list(PHASES),
                "setting": [*self.routes.codes, UNPLACED],
            },
            name="attending",
            attrs={"units": "children"},
        )

    def added_places(self, settings: Sequence[str], years: Sequence[int]) -> Ints:
        """Return draw x year x setting: places that opened beyond those of places.csv. [places]"""
        return self.opened.places(settings, years)

    def summary(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return children who need a specialist place, by where they are: year, *by, level, children."""
        return self._count(by, np.ones(len(self.drawn.zone), dtype=bool), levels)

    def shortfall(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return children with no suitable place: year, *by, level, children."""
        return self._count(by, self.drawn.setting == len(self.routes.settings), levels)

    def out_of_area(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return children at settings outside the area, and their share of those placed: year, *by, level, …"""
        outside = np.append(~self.routes.settings["is_in_area"].to_numpy(dtype=bool), False)
        return self._count(by, outside[self.drawn.setting], levels, of=self._is_placed)

    def independent(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return children at independent and non-maintained schools, and their share of those placed."""
        return self._count(by, ~self._is_state[self.drawn.setting] & self._is_placed, levels, of=self._is_placed)

    def travel(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return how far placed children go, one way.

        Columns year, *by, level, then mean_minutes, p90_minutes, mean_km, p90_km, and share_beyond: the share of
        children whose journey is longer than guidance expects, 45 minutes to Year 6 and 75 from Year 7.
        """
        book = self.drawn
        cell, labels = cells_of(book, self._labels, self._labels.asked(by))
        shape = (len(self.draws), len(self.years), len(labels))
        some = np.flatnonzero(self._is_placed)
        key = ((book.draw[some].astype(np.int64) * shape[1]) + book.year[some]) * shape[2] + cell[some]
        minutes, km = (
            self._by_setting(values)[book.zone[some], book.setting[some]]
            for values in (self.routes.minutes, self.routes.km)
        )
        guide = np.array([self.area.value(f"transport.guide_{age}_minutes") for age in ("primary", "secondary")])
        is_beyond = minutes > guide[(book.ncy[some] >= SECONDARY_FROM).astype(np.int64)]
        cells = int(np.prod(shape))
        children = np.bincount(key, minlength=cells).astype(np.float64)
        children[children == 0] = np.nan
        measures = {
            "mean_minutes": np.bincount(key, minutes, minlength=cells) / children,
            "p90_minutes": percentile_within(minutes, key, cells, 0.9),
            "mean_km": np.bincount(key, km, minlength=cells) / children,
            "p90_km": percentile_within(km, key, cells, 0.9),
            "share_beyond": np.bincount(key, is_beyond, minlength=cells) / children,
        }
        return quantiles({n: v.reshape(shape) for n, v in measures.items()}, labels, levels, years=self.years)

    def utilisation(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return how full settings are: year, *by, level, children, places, share (above 1 where over-full).

        `by` may name setting, name, setting_type, setting_group, is_state, authority and district, all of the setting.
        """
        shape = (len(self.draws), len(self.years), len(self.routes.settings) + 1)
        children = totals(self.drawn, self.drawn.setting.astype(np.int64), shape)[..., :-1]
        cell, labels = self._setting_cells(self._setting_labels.asked(by))
        into = np.eye(len(labels))[cell]
        inside, places = children @ into, self.places @ into
        share = np.divide(inside, places, out=np.full(inside.shape, np.nan), where=places > 0)
        return quantiles({"children": inside, "places": places, "share": share}, labels, levels, years=self.years)

    def value_of_a_place(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return what one more place would save, for that January alone: year, *by, level, value_of_a_place_gbp.

        By setting, unless `by` names other things: name, setting_type, setting_group, authority and district (of the
        setting), need, need_group, ncy, phase and age_group. Then it is the value of a place at the setting where one is
        worth most, among those so labelled that suit such children. It counts what is paid (journeys, placements) and what is only priced (a
        child's time, having no place, moves and preferences).
        """
        known = Labels({**self._setting_labels.known, **NEED_AND_AGE.known})
        of_child = [name for name in known.asked(by) if name in NEED_AND_AGE.known]
        names = known.asked(by, always=() if of_child else ("setting",))
        of_setting = [name for name in names if name not in of_child]
        cell, settings = self._setting_cells(of_setting)
        suits, children = suited(self.routes, of_child)
        cells = [(c, s) for c in range(len(children)) for s in range(len(settings)) if (suits[c] & (cell == s)).any()]
        best = [self.value_gbp[..., suits[c] & (cell == s)].max(axis=-1) for c, s in cells]
        at = np.array(cells, dtype=np.int64).reshape(-1, 2)
        labels = pd.concat(
            [children.iloc[at[:, 0]].reset_index(drop=True), settings.iloc[at[:, 1]].reset_index(drop=True)], axis=1
        )
        order, labels = known.sorted(labels, names)
        return quantiles(
            {"value_of_a_place_gbp": np.stack(best, axis=-1)[..., order]}, labels, levels, years=self.years
        )

    def could_come_home(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return children at independent schools whom a state setting of the area suits, and what that would save.

        As if the state settings had room for each, at the journey and placement costs of the model, the child's time
        included: year, *by, level, children, saves_gbp.
        """
        book = self.drawn
        saves = np.zeros(len(book.zone))
        where = np.flatnonzero(~self._is_state[book.setting] & self._is_placed)
        saves[where] = self._saving_of_a_state_place(where)
        cell, labels = cells_of(book, self._labels, self._labels.asked(by))
        shape = (len(self.draws), len(self.years), len(labels))
        measures = {"children": totals(book, cell, shape, saves > 0), "saves_gbp": totals(book, cell, shape, saves)}
        return quantiles(measures, labels, levels, years=self.years)

    @once
    def notes(self) -> pd.DataFrame:
        """What is estimated or doubtful, as `tables.NOTES`."""
        today = self.expected.year == 0
        nowhere = int((today & (self.expected.setting == len(self.routes.settings))).sum())
        rows = attendance_notes(self.area, self.routes.codes, self.listed, int(today.sum()), nowhere)
        return pd.DataFrame([*rows, *travel_notes(self.area)], columns=["table", "kind", "says"])

    @cached_property
    def _labels(self) -> Labels:
        return child_labels(self.routes, self.home, list(self.area.authorities))

    @cached_property
    def _is_state(self) -> Bools:
        return np.array([*(SETTING_TYPES[t].is_state for t in self.routes.settings["setting_type"]), False])

    @cached_property
    def _setting_labels(self) -> Labels:
        return setting_labels(self.routes.settings)

    @property
    def _is_placed(self) -> Bools:
        return np.asarray(self.drawn.setting < len(self.routes.settings))

    def _by_setting(self, values: Floats) -> Floats:
        """Return zone x setting with a column of NaN for children without a place."""
        return np.column_stack([values, np.full(len(values), np.nan)])

    def _count(self, by: Sequence[str], those: Bools, levels: Sequence[float], of: Bools | None = None) -> pd.DataFrame:
        cell, labels = cells_of(self.drawn, self._labels, self._labels.asked(by))
        shape = (len(self.draws), len(self.years), len(labels))
        measures = {"children": totals(self.drawn, cell, shape, those)}
        if of is not None:
            whole = totals(self.drawn, cell, shape, of)
            measures["share"] = np.divide(
                measures["children"], whole, out=np.full(whole.shape, np.nan), where=whole > 0
            )
        return quantiles(measures, labels, levels, years=self.years)

    def _setting_cells(self, by: Sequence[str]) -> tuple[Ints, pd.DataFrame]:
        return self._setting_labels.cells(by, {"setting": np.arange(len(self.routes.settings))})

    def _saving_of_a_state_place(self, entries: Ints) -> Floats:
        """Return what each entry's cheapest state route in the area saves against its own; 0 where none is cheaper."""
        book, routes = self.drawn, self.routes
        columns = (book.zone, book.ncy, book.need, book.kind, book.is_girl, book.setting)
        alike, back = np.unique(np.stack([c[entries].astype(np.int64) for c in columns]), axis=1, return_inverse=True)
        zone, ncy, need, kind, is_girl, setting = alike
        is_home = self._is_state[:-1] & routes.settings["is_in_area"].to_numpy(dtype=bool)
        age = (ncy >= SECONDARY_FROM).astype(np.int64)
        cost = routes.cost_gbp[age, zone] + routes.substitute_gbp[kind]
        open_to = routes.open_to(zone, ncy, need, kind, is_girl == 1) & is_home
        least = np.where(open_to, cost, np.inf).min(axis=1, initial=np.inf)
        return np.asarray(np.maximum(cost[np.arange(len(zone)), setting] - least, 0.0)[back])
