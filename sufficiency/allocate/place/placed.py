"""What placing children gives: who is where, who was turned away, how far, how full, what one more place would save."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.allocate.overflow.sampled import Sampled
from sufficiency.allocate.place import attending, come_home, dearest, how_far, how_full, place_order, who_is_where
from sufficiency.allocate.place.ledger import (
    WHERE,
    Bools,
    Floats,
    Ints,
    Ledger,
    cells_of,
    child_labels,
    setting_labels,
    totals,
)
from sufficiency.allocate.place.need import need_by_cell, of_children
from sufficiency.allocate.place.notes import attendance_notes, travel_notes
from sufficiency.allocate.place.parts_of_value import CASH, PARTS
from sufficiency.allocate.place.place_order import PlaceOrder
from sufficiency.allocate.place.routes import RouteMap
from sufficiency.area.area import Area
from sufficiency.draws import LEVELS, quantiles
from sufficiency.errors import InputError
from sufficiency.frozen import frozen, once, remembered
from sufficiency.labels import Labels
from sufficiency.notebook import titled
from sufficiency.scenarios.pipeline import Coming
from sufficiency.words.destinations import AT_INDEPENDENT, DESTINATIONS
from sufficiency.words.school_year import PHASES
from sufficiency.words.vocabulary import SETTING_TYPES


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
    saves: Floats  # draw x year x setting x part: what one more place would save
    expected_saves: Floats  # year x setting x part
    # Largest over draws and years; 0 proves each January placed at the least cost. [GBP a year]
    certificate_gap_gbp: float
    home: Ints  # authority of each zone, by position
    is_estimate: bool  # whether any of today's attendance is estimated
    listed: int  # children of the base year whose setting is on the area's list
    overflow: tuple[Sampled, ...]  # by draw
    expected_overflow: Sampled
    hidden_share: Floats  # by draw: need that placements don't show, as a share of those at state special schools today
    # Plans not at specialist settings: draw x year x authority x need x phase x setting_type. [plans]
    others: xr.DataArray

    @once
    def value_gbp(self) -> Floats:
        """What one more place would save in cash: draw x year x setting. [GBP a year]"""
        return np.asarray(self.saves[..., :CASH].sum(axis=-1))

    @once
    def expected_value_gbp(self) -> Floats:
        """The same in the expected demand: year x setting. [GBP a year]"""
        return np.asarray(self.expected_saves[..., :CASH].sum(axis=-1))

    def __repr__(self) -> str:
        """Return one line: years, draws, children and how many of them have no place in the last year."""
        last = self.shortfall(levels=(0.5,)).iloc[-1]
        return (
            f"<Placed {self.area.name}: {self.years[0]} to {self.years[-1]}, {len(self.draws)} draws; "
            f"{last['children']:,.0f} children turned away in {self.years[-1]}>"
        )

    def __getstate__(self) -> dict[str, object]:
        """Return the fields alone: what is worked out from them is worked out again in another process."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    def _repr_html_(self) -> str:
        """Return the children turned away and how full settings are, year by year."""
        short = self.shortfall().pivot(index="year", columns="level", values="children")
        short.columns = pd.Index([f"turned away, {name}" for name in ("low", "middle", "high")])
        full = self.utilisation(levels=(0.5,)).set_index("year")[["children", "places", "share"]]
        says = f"Middle of {len(self.draws):,} simulated futures; low and high hold 9 in 10 of them. Children: those at a setting."
        title = f"{self.area.name}: children turned away from every suitable state place, and how full settings are"
        return titled(title, short.join(full).reset_index(), {"share": "%"}, note=says)

    @once
    def placements(self) -> pd.DataFrame:
        """Who goes where in the expected demand, whole children, as `tables.PLACEMENTS`."""
        return who_is_where.placements(self.expected, self.routes, self._labels, self.years)

    @once
    def attending(self) -> xr.DataArray:
        """Children in each draw: draw x year x authority x need x phase x setting, destinations last. [children]"""
        return attending.by_need_and_phase(
            self.drawn, self.routes, self.home, list(self.area.authorities), self.draws, self.years
        )

    @once
    def elsewhere(self) -> xr.Dataset:
        """What being turned away costs: draw x phase x setting (a destination), and price_year.

        `gbp` is what High Needs pays for a child a year in prices of the financial year `price_year`, `entitled` the share
        carried to school by the council, `km` the journey one way.
        """
        measures = {"gbp": "gbp", "entitled": "entitled", "km": "distance_km"}
        dims = ("draw", "phase", "setting")
        data = {name: (dims, np.stack([getattr(o, was) for o in self.overflow])) for name, was in measures.items()}
        coords = {"draw": list(self.draws), "phase": list(PHASES), "setting": list(DESTINATIONS)}
        return xr.Dataset(data, coords=coords).assign(price_year=(dims[1:], self.expected_overflow.price_year))

    def added_places(self, settings: Sequence[str], years: Sequence[int]) -> Ints:
        """Return draw x year x setting: places that opened beyond those of places.csv. [places]"""
        return self.opened.places(settings, years)

    @remembered
    def summary(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return children who need a specialist place, by where they are: year, *by, level, children."""
        return self._count(by, np.ones(len(self.drawn.zone), dtype=bool), levels)

    @remembered
    def destinations(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return where every child who needs a specialist place is: year, destination, *by, level, children.

        `destination` is a kind of place (`words.destinations.PLACED_DESTINATIONS`, those above a school's number apart) or,
        for those turned away from every suitable state place, where they are instead (`DESTINATIONS`).
        """
        return self._count(by, np.ones(len(self.drawn.zone), dtype=bool), levels, always=("destination",))

    def in_each_draw(self, *by: str) -> pd.DataFrame:
        """Return children who need a specialist place, draw by draw: draw, year, *by, children; no row where none is.

        `by` may also name `provision`: the type of the child's setting, or the destination of a child turned away.
        """
        cell, labels = cells_of(self.drawn, self._labels, self._labels.asked(by))
        found = totals(self.drawn, cell, (len(self.draws), len(self.years), len(labels)))
        draw, year, some = np.nonzero(found)
        rows = labels.iloc[some].reset_index(drop=True)
        rows.insert(0, "draw", np.array(self.draws)[draw])
        rows.insert(1, "year", np.array(self.years)[year])
        return rows.assign(children=found[draw, year, some].astype(np.int64))

    @remembered
    def shortfall(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return children turned away from every suitable state place: year, *by, level, children.

        Each of them is somewhere: see `destinations`.
        """
        return self._count(by, ~self._is_placed, levels)

    @remembered
    def need(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return need for a specialist place as the forecast has it, and had rationing hidden some: year, *by, level, ….

        `need` is children at a specialist setting (`placed`) and those `turned_away` from every suitable state place.
        Under the other reading years of rationing hid need: `hidden` is children elsewhere who would be at a state special
        school had places kept up since 2019 (`allocate.latent_special_share`, drawn), `need_with_hidden` and
        `without_a_place` are need and children turned away with them. No other table holds them. [children]

        Parameters
        ----------
        by
            authority, district and zone of the home, need, need_group, ncy, phase, age_group.
        levels
            Quantiles over draws, of totals taken within a draw.
        """
        labels = of_children(self._labels)
        cell, frame = cells_of(self.drawn, labels, labels.asked(by))
        where = np.array([*(self.routes.settings["setting_type"] == "special"), *([False] * len(DESTINATIONS))])
        measures = need_by_cell(
            self.drawn,
            cell,
            (len(self.draws), len(self.years), len(frame)),
            placed=self._is_placed,
            special=where[self.drawn.setting],
            hidden=self.hidden_share,
        )
        return quantiles(measures, frame, levels, years=self.years)

    @remembered
    def out_of_area(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return children at settings outside the area, and their share of those placed: year, *by, level, …"""
        outside = np.append(~self.routes.settings["is_in_area"].to_numpy(dtype=bool), np.zeros(len(DESTINATIONS), bool))
        return self._count(by, outside[self.drawn.setting], levels, of=self._is_placed)

    @remembered
    def independent(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return children at independent and non-maintained schools, and their share of all who need a specialist place.

        Those turned away from every suitable state place who are at such a school are among them.
        """
        there = np.isin(self.drawn.destination, [WHERE.index(code) for code in AT_INDEPENDENT])
        return self._count(by, there, levels, of=np.ones(len(there), dtype=bool))

    @remembered
    def travel(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return how far placed children go, one way.

        Columns year, *by, level, then mean_minutes, p90_minutes, mean_km, p90_km, and share_beyond: the share of
        children whose journey is longer than guidance expects, 45 minutes to Year 6 and 75 from Year 7.
        """
        cell, labels = cells_of(self.drawn, self._labels, self._labels.asked(by))
        guide = [self.area.value(f"transport.guide_{age}_minutes") for age in ("primary", "secondary")]
        measures = how_far.one_way(
            self.drawn, self.routes, cell, (len(self.draws), len(self.years), len(labels)), self._is_placed, guide
        )
        return quantiles(measures, labels, levels, years=self.years)

    @remembered
    def utilisation(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return how full settings are: year, *by, level, children, places, share (above 1 where over-full).

        Only settings with a number of places of their own are counted: a market, and a setting whose number isn't known,
        can't be full. `share` is NaN, not known, in the base year for all whose rolls aren't on the area's list; after it
        the share is a forecast that rests on the estimate of who attends where.

        `by` may name setting, name, setting_type, setting_group, is_state, authority and district, all of the setting.
        """
        numbered = np.flatnonzero(self.routes.has_number)
        cell, labels = self._setting_labels.cells(self._setting_labels.asked(by), {"setting": numbered})
        on_list = self.routes.codes.isin(self.area.attendance["setting"])
        measures = how_full.by_cell(self.drawn, self.places, numbered, cell, len(labels), on_list)
        return quantiles(measures, labels, levels, years=self.years)

    @remembered
    def value_of_a_place(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return what one more place would save, for that January alone: year, *by, level, value_of_a_place_gbp, parts.

        By setting, unless `by` names other things: name, setting_type, setting_group, authority and district (of the
        setting), need, need_group, ncy, phase and age_group. Then it is the value of a place at the setting where one is
        worth most, among those so labelled that suit such children.

        The value is cash: what the child who would fill it, and the chain of moves behind, would save in fees, packages
        (top-up, support, tuition) and journeys, in prices of the base year; below 0 where the place costs more than where
        the child is instead. What the place itself is paid is not taken off. `minutes` are those that all who move save, one
        way; `turned_away` is how many fewer are turned away, 0 or 1.
        """
        best, labels = dearest.by_label(self.saves, self.routes, self._setting_labels, by)
        measures = {"value_of_a_place_gbp": best[..., :CASH].sum(axis=-1)}
        measures |= {part: best[..., number] for number, part in enumerate(PARTS)}
        return quantiles(measures, labels, levels, years=self.years)

    def order_of_places(self, year: int) -> PlaceOrder:
        """Return the area's state settings by how often one more place saves more there than elsewhere, in a January.

        Values move together from one future to the next, so the order is taken within each. On the example, in January
        2028, the rank correlation between two seeds is on average 0.76 at 40 placed futures and 0.87 at 100 (15 pairs of
        seeds; at least 0.69 and 0.74); `agreement` is what this run's own futures say of it.

        Parameters
        ----------
        year
            A January of the forecast.

        Returns
        -------
        PlaceOrder
            `.table`: setting, name, setting_type, district and saves_more_than, the share of other settings where a place
            saves less, mean over futures. `.agreement`, and `.is_settled` where it is high enough.

        Raises
        ------
        InputError
            If the year isn't one of the forecast's.

        Examples
        --------
        >>> import sufficiency as sf
        >>> area = sf.AS_AGREED(sf.example_area())
        >>> placed = sf.allocate.places(area, sf.forecast.plans(area, to=2028, draws=8), draws=8)
        >>> list(placed.order_of_places(2028).table)
        ['setting', 'name', 'setting_type', 'district', 'saves_more_than']
        """
        if year not in self.years:
            raise InputError(f"{year} is not a January of the forecast; expected {self.years[0]} to {self.years[-1]}")
        saves = self.saves[:, self.years.index(year), :, :CASH].sum(axis=-1)
        settled, settings = self.area.value("allocate.order_settled_agreement"), self.routes.settings
        return place_order.of_settings(saves, settings, self._is_state[: len(settings)], settled)

    def could_come_home(self, *by: str, levels: Sequence[float] = LEVELS) -> pd.DataFrame:
        """Return children at independent schools whom a state setting of the area suits, and what that would save.

        As if the state settings had room for each, in fees, top-up and journeys, before what the places themselves are
        paid: year, *by, level, children, saves_gbp.
        """
        book = self.drawn
        saves = come_home.saves(book, self.routes, self._is_state, ~self._is_state[book.setting] & self._is_placed)
        cell, labels = cells_of(book, self._labels, self._labels.asked(by))
        shape = (len(self.draws), len(self.years), len(labels))
        measures = {"children": totals(book, cell, shape, saves > 0), "saves_gbp": totals(book, cell, shape, saves)}
        return quantiles(measures, labels, levels, years=self.years)

    @once
    def notes(self) -> pd.DataFrame:
        """What is estimated or doubtful, as `tables.NOTES`."""
        today = self.expected.year == 0
        nowhere = int((today & (self.expected.setting >= len(self.routes.settings))).sum())
        rows = attendance_notes(self.area, self.routes.codes, self.listed, int(today.sum()), nowhere)
        return pd.DataFrame([*rows, *travel_notes(self.area)], columns=["table", "kind", "says"])

    @cached_property
    def _labels(self) -> Labels:
        return child_labels(self.routes, self.home, list(self.area.authorities))

    @cached_property
    def _is_state(self) -> Bools:
        is_state = [SETTING_TYPES[t].is_state for t in self.routes.settings["setting_type"]]
        return np.array([*is_state, *([False] * len(DESTINATIONS))])

    @cached_property
    def _setting_labels(self) -> Labels:
        return setting_labels(self.routes.settings)

    @property
    def _is_placed(self) -> Bools:
        return np.asarray(self.drawn.setting < len(self.routes.settings))

    def _count(
        self,
        by: Sequence[str],
        those: Bools,
        levels: Sequence[float],
        of: Bools | None = None,
        always: Sequence[str] = (),
    ) -> pd.DataFrame:
        cell, labels = cells_of(self.drawn, self._labels, self._labels.asked(by, always=always))
        shape = (len(self.draws), len(self.years), len(labels))
        measures = {"children": totals(self.drawn, cell, shape, those)}
        if of is not None:
            whole = totals(self.drawn, cell, shape, of)
            measures["share"] = np.divide(
                measures["children"], whole, out=np.full(whole.shape, np.nan), where=whole > 0
            )
        return quantiles(measures, labels, levels, years=self.years)
