"""`success_measures`: how children with SEND fare, beside neighbours and England, and whether that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from sufficiency.area.area import Area
from sufficiency.errors import MissingError, nearest, one_of
from sufficiency.frozen import frozen, remembered
from sufficiency.notebook import titled
from sufficiency.success.gathered import ENGLAND, figures
from sufficiency.success.judged import Judged, beside_earlier, beside_mean, interval
from sufficiency.words.success import MEASURES, THEMES, SuccessMeasure

COUNTS: Final = ("requests", "children", "complaints", "young people")  # units that aren't a share of anything
HALF: Final = 0.5  # share of an authority's neighbours that a mean of them needs


@frozen
@dataclass(frozen=True, eq=False)
class SuccessMeasures:
    """How children with SEND fare: one figure for each authority, measure and year, and what stands beside it.

    `figures` has whose, measure, year, value, children; `neighbours` authority, neighbour, rank; `lines` which lines of
    the area's strategy each measure answers.
    """

    names: Mapping[str, str]
    figures: pd.DataFrame
    neighbours: pd.DataFrame
    lines: Mapping[str, str]

    def __repr__(self) -> str:
        """Return one line: how many measures are known, of how many, and up to which year."""
        own = self.figures[self.figures["whose"].isin(self.names)]
        upto = f", to {own['year'].max()}" if len(own) else ""
        return f"<SuccessMeasures {one_of(self.names.values(), 4)}: {own['measure'].nunique()} of {len(MEASURES)} measures{upto}>"

    def _repr_html_(self) -> str:
        table = self.summary()[["authority", "measure", "when", "value", "england", "neighbours", "beside", "trend"]]
        table = table.assign(measure=[MEASURES[m].named for m in table["measure"]])
        return titled("How children with SEND fare", table, dict.fromkeys(("value", "england", "neighbours"), "1"))

    @remembered
    def summary(self) -> pd.DataFrame:
        """Return one row for each authority and measure: its latest figure, what stands beside it, and its trend.

        Returns
        -------
        DataFrame
            authority (by name), measure, theme, line; year, when, value, low, high (19 times in 20, by chance in the
            children alone), children; england, neighbours (mean), of_neighbours (how many), rank (1 is best, or highest
            where neither is good), ranked (among how many), difference, beside, beside_rests_on; since, was, change,
            trend, trend_rests_on. Where nothing is published, `value` is blank. Each in the measure's own unit.
        """
        held = dict(iter(self.figures.groupby(["whose", "measure"], sort=False)))
        rows = [self._row(code, measure, held) for code in self.names for measure in MEASURES.values()]
        return pd.DataFrame(rows)

    def beside(self, measure: str) -> pd.DataFrame:
        """Return one measure year by year: authority (by name), year, value, low, high, england, neighbours, of_neighbours.

        Raises
        ------
        MissingError
            If there is no such measure; the nearest is named.
        """
        if measure not in MEASURES:
            raise MissingError(f"'{measure}' is not one of {one_of(MEASURES, 6)}{nearest(measure, MEASURES)}")
        own = self.figures[self.figures["measure"] == measure]
        rows = []
        for code, name in self.names.items():
            mean = self._mean(code, measure)
            england = own[own["whose"] == ENGLAND].set_index("year")["value"]
            mine = own[own["whose"] == code].set_index("year")
            for year in sorted({*mine.index, *england.index, *mean.index}):
                there = mine.loc[year] if year in mine.index else None
                value = float("nan") if there is None else float(there["value"])
                low, high = _range(MEASURES[measure], value, None if there is None else there["children"])
                rows.append(
                    {
                        "authority": name,
                        "year": year,
                        "value": value,
                        "low": low,
                        "high": high,
                        "england": england.get(year, float("nan")),
                        "neighbours": mean["mean"].get(year, float("nan")),
                        "of_neighbours": int(mean["count"].get(year, 0)),
                    }
                )
        return pd.DataFrame(rows)

    def gaps(self) -> pd.DataFrame:
        """Return how far children at SEN Support, and with plans, are behind those with no SEN: authority, of, group, when, gap, england, neighbours.

        A gap of 40 is 40 of the measure's unit behind; `neighbours` is the mean gap of the neighbours that have both.
        """
        wide = self.figures.pivot_table(index=["whose", "year"], columns="measure", values="value")
        rows = []
        for measure in MEASURES.values():
            peers = f"{measure.of}_no_sen"
            if measure.group not in ("support", "plans") or not {peers, measure.code} <= set(wide):
                continue
            gap = (wide[peers] - wide[measure.code]).dropna()
            for code, name in self.names.items():
                if code not in gap.index.get_level_values("whose"):
                    continue
                year = int(gap[code].index.max())
                others = [gap[(o, year)] for o in self._others(code) if (o, year) in gap.index]
                rows.append(
                    {
                        "authority": name,
                        "of": measure.of,
                        "group": measure.group,
                        "year": year,
                        "gap": float(gap[(code, year)]),
                        "england": float(gap.get((ENGLAND, year), float("nan"))),
                        "neighbours": sum(others) / len(others) if others else float("nan"),
                    }
                )
        return pd.DataFrame(rows, columns=["authority", "of", "group", "year", "gap", "england", "neighbours"])

    def best_neighbours(self, group: str = "support") -> pd.DataFrame:
        """Return for each measure of a group the neighbour that fares best: authority, measure, when, value, best, best_value.

        What they do may be worth a visit; a small difference may be chance.
        """
        rows = []
        for code, name in self.names.items():
            for measure in MEASURES.values():
                part = self.figures[self.figures["measure"] == measure.code]
                mine = part[part["whose"] == code]
                if measure.group != group or not measure.better or mine.empty:
                    continue
                year = int(mine["year"].max())
                others = part[(part["year"] == year) & part["whose"].isin(self._others(code))].set_index("whose")[
                    "value"
                ]
                if others.empty:
                    continue
                best = others.idxmax() if measure.better == "higher" else others.idxmin()
                value = float(mine.loc[mine["year"] == year, "value"].iloc[0])
                rows.append(
                    (name, measure.code, measure.when(year), value, self.names.get(best, best), float(others[best]))
                )
        return pd.DataFrame(rows, columns=["authority", "measure", "when", "value", "best", "best_value"])

    def _others(self, code: str) -> list[str]:
        """Return the neighbours of an authority as `figures` names them: those of the area by code."""
        codes = {name: own for own, name in self.names.items()}
        mine = self.neighbours[self.neighbours["authority"] == code]
        return [codes.get(name, name) for name in mine["neighbour"]]

    def _mean(self, code: str, measure: str) -> pd.DataFrame:
        """Return the mean of an authority's neighbours by year, and of how many; years of fewer than half are left out."""
        others = self._others(code)
        part = self.figures[(self.figures["measure"] == measure) & self.figures["whose"].isin(others)]
        found = part.groupby("year")["value"].agg(["mean", "count"])
        return found[found["count"] >= HALF * max(len(others), 1)]

    def _row(
        self, code: str, measure: SuccessMeasure, held: Mapping[tuple[str, str], pd.DataFrame]
    ) -> dict[str, object]:
        row: dict[str, object] = {
            "authority": self.names[code],
            "measure": measure.code,
            "theme": measure.theme,
            "line": self.lines.get(measure.of, ""),
            "year": pd.NA,
            "when": "",
            **dict.fromkeys(("value", "low", "high", "children", "england", "neighbours"), float("nan")),
            "of_neighbours": 0,
            **dict.fromkeys(("rank", "ranked", "difference"), float("nan")),
            **dict.fromkeys(("beside", "beside_rests_on", "since"), ""),
            **dict.fromkeys(("was", "change"), float("nan")),
            **dict.fromkeys(("trend", "trend_rests_on"), ""),
        }
        if (code, measure.code) not in held:
            return row
        mine = held[code, measure.code].set_index("year")
        year, first = int(mine.index.max()), int(mine.index.min())
        value, children = float(mine.at[year, "value"]), _known(mine.at[year, "children"])
        low, high = _range(measure, value, children)
        row |= {"year": year, "when": measure.when(year), "value": value, "low": low, "high": high}
        row["children"] = float("nan") if children is None else children
        of, england = held.get((ENGLAND, measure.code)), float("nan")
        if of is not None and measure.unit not in COUNTS:
            england = float(of.set_index("year")["value"].get(year, float("nan")))
            row["england"] = england
        others = {
            o: held[o, measure.code].set_index("year")["value"] for o in self._others(code) if (o, measure.code) in held
        }
        now = {o: float(v[year]) for o, v in others.items() if year in v.index}
        row |= self._beside(code, measure, value, children, now, england)
        if first < year:
            then = float(mine.at[first, "value"])
            changes = [float(v[year] - v[first]) for v in others.values() if {year, first} <= set(v.index)]
            sizes = (children, _known(mine.at[first, "children"])) if measure.unit.startswith("%") else (None, None)
            judged = beside_earlier(value, then, sizes, changes, measure.better)
            row |= {"since": measure.when(first), "was": then, "change": judged.difference}
            row |= {"trend": judged.verdict, "trend_rests_on": judged.rests_on}
        return row

    def _beside(
        self,
        code: str,
        measure: SuccessMeasure,
        value: float,
        children: float | None,
        now: Mapping[str, float],
        england: float,
    ) -> dict[str, object]:
        if measure.unit in COUNTS:
            return {}  # of authorities of different size
        size = children if measure.unit.startswith("%") else None
        if now and len(now) >= HALF * len(self._others(code)):
            judged: Judged = beside_mean(value, size, list(now.values()), measure.better)
            places = sorted([value, *now.values()], reverse=measure.better != "lower")
            return {
                "neighbours": sum(now.values()) / len(now),
                "of_neighbours": len(now),
                "rank": places.index(value) + 1,
                "ranked": len(places),
                "difference": judged.difference,
                "beside": judged.verdict,
                "beside_rests_on": judged.rests_on,
            }
        if size and england == england:  # England's is known
            judged = beside_mean(value, size, [england], measure.better)
            return {"difference": judged.difference, "beside": judged.verdict, "beside_rests_on": "England"}
        return {}


def success_measures(area: Area) -> SuccessMeasures:
    """Return how an area's children with SEND fare, beside statistical neighbours and England.

    Parameters
    ----------
    area
        With `outcomes.csv` and `neighbours.csv`, which `published_area` makes of DfE's Local authority interactive tool.
        Requests and plans add what they know without them.

    Returns
    -------
    SuccessMeasures
        `.summary()` has the latest of each measure, how it lies beside others and whether it changes; `.beside(measure)`
        every year of one; `.gaps()` how far behind children with no SEN; `.best_neighbours()` who fares best.

    References
    ----------
    DfE, *Local authority interactive tool*. Intervals: Wilson (1927); differences: Agresti and Coull (1998).

    Examples
    --------
    >>> import sufficiency as sf
    >>> found = sf.success_measures(sf.example_area())
    >>> found.beside("key_stage_2_support").tail(1)[["authority", "year", "value", "england"]].to_string(index=False, header=False)
    'West Northamptonshire 2025 29.0 29.0'
    """
    aims = area.aims.sort_values(["measure", "line"])
    lines = {str(of): ", ".join(part["line"]) for of, part in aims.groupby("measure", sort=False)}
    return SuccessMeasures(
        dict(area.authorities), figures(area), area.neighbours.sort_values(["authority", "rank"]), lines
    )


def theme_of(measure: str) -> str:
    """Return the theme of a measure in words."""
    return THEMES[MEASURES[measure].theme]


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def _range(measure: SuccessMeasure, value: float, children: float | None) -> tuple[float, float]:
    """Return the range of a percentage by chance in its children; blank for what is no share of them."""
    if not measure.unit.startswith("%") or pd.isna(value) or pd.isna(children) or not children:
        return float("nan"), float("nan")
    return interval(value, float(children))
