"""What `sensitivity` hands back: each assumption's effect at the ends of its range, what flips, and shares of the range."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.errors import MissingError, nearest, one_of
from sufficiency.frozen import frozen, once
from sufficiency.notebook import titled
from sufficiency.outcome import RunOptions
from sufficiency.varied import signs
from sufficiency.varied.headlines import VALUE, Headline
from sufficiency.varied.shares import ALL, ASSUMPTIONS, Swing, shares
from sufficiency.varied.trial import Floats, Reading, Trial
from sufficiency.words.say import between, count, shown

COLUMNS = (
    "scenario",
    "measure",
    "assumption",
    "meaning",
    "unit",
    "low",
    "middle",
    "high",
    "at_low",
    "at_middle",
    "at_high",
    "swing",
    "is_moved",
    "flips",
    "turns_at",
    "because",
    "evidence",
)
RANKS = ("ranking", "assumption", "first_at_low", "first_at_middle", "first_at_high", "flips")


@frozen
@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Which assumptions move the effect of a scenario, by how much, and where its sign turns on one.

    Effects are means over futures, of scenarios less `against`, or the measures themselves where that is empty.
    """

    area: str
    scenarios: tuple[str, ...]
    against: str
    options: RunOptions
    middle: Reading  # every assumption at its middle, in the futures of the trials
    futures: Reading  # the same in all futures
    trials: tuple[Trial, ...]
    measures: Mapping[str, Headline]
    years: Mapping[str, str]  # of each measure, in words
    only: tuple[str, ...]  # assumptions that were asked for; none: all that a measure can hang on
    held: pd.DataFrame  # assumption, meaning, value, because: what was not varied, and why

    def __repr__(self) -> str:
        """Return one line: what was compared, how many assumptions were varied, and how many signs turn on one."""
        turned = self.flips()["assumption"].nunique()
        return (
            f"<Sensitivity of {self._compared()}: {count(len(self.trials), 'assumption')} varied, "
            f"{count(len(self.measures), 'measure')}; a sign turns on {turned or 'none'}>"
        )

    def _repr_html_(self) -> str:
        table = self._all[self._all["flips"] | self._all["is_moved"]]
        top = table.groupby(["scenario", "measure"], sort=False).head(5)
        names = ["measure", "assumption", "low", "middle", "high", "at_low", "at_middle", "at_high", "flips"]
        frame = top[names].assign(flips=np.where(top["flips"], "the sign turns", ""))
        for name in ("low", "middle", "high"):
            frame[name] = [shown(value, "") for value in frame[name]]
        for name in ("at_low", "at_middle", "at_high"):
            frame[name] = [shown(v, self._how(m)) for v, m in zip(frame[name], frame["measure"], strict=True)]
        frame["measure"] = [self.measures[m].says for m in frame["measure"]]
        note = " ".join(self.says(measure) for measure in self.measures)
        return titled(f"{self._compared()}: what moves each measure most", frame, note=note)

    @once
    def _all(self) -> pd.DataFrame:
        rows = [
            self._row(trial, scenario, measure)
            for scenario in self.scenarios
            for measure in self.measures
            for trial in self.trials
        ]
        frame = pd.DataFrame([row for row in rows if row is not None], columns=list(COLUMNS))
        order = {name: place for place, name in enumerate((*self.scenarios, *self.measures))}
        keys = [frame["scenario"].map(order), frame["measure"].map(order), -frame["swing"], frame["assumption"]]
        return frame.iloc[np.lexsort([key.to_numpy() for key in reversed(keys)])].reset_index(drop=True)

    def table(self, *measures: str) -> pd.DataFrame:
        """Return one row for each measure and assumption that moves it at all, the widest swing first.

        Columns scenario, measure, assumption, meaning, unit; low, middle, high: its values; at_low, at_middle, at_high: the
        effect there; swing: highest less lowest; is_moved: by more than chance in single children; flips: the sign at an end
        is not that at the middle; turns_at: the value where it changes, on a straight line; because: how the range is known;
        evidence.

        Raises
        ------
        MissingError
            If a measure wasn't asked for; the nearest is named.
        """
        wanted = self._known(measures)
        return self._all[self._all["measure"].isin(wanted)].reset_index(drop=True)

    def flips(self, *measures: str) -> pd.DataFrame:
        """Return the rows of `table` in which a sign turns on an assumption."""
        table = self.table(*measures)
        return table[table["flips"].astype(bool)].reset_index(drop=True)

    def rankings(self) -> pd.DataFrame:
        """Return orders that turn on an assumption, or don't: ranking, assumption, first_at_low, …, flips.

        Of scenarios, by each measure, where there are several: `flips` where any two change places. Of settings by the value
        of a place, where `value_of_a_place` was asked for: `flips` where another is first. Assumptions that move nothing
        are left out.
        """
        rows = []
        for name in [
            *(self.measures if len(self.scenarios) > 1 else ()),
            *([] if self.middle.places is None else [VALUE]),
        ]:
            middle, items = self._ranked(self.middle, name)
            for trial in self.trials:
                ends = [self._ranked(reading, name)[0] for reading in (trial.low, trial.high)]
                if all(signs.is_alike(middle, end) for end in ends):
                    continue
                low, mid, high = (items[int(v.mean(axis=0).argmax())] for v in (ends[0], middle, ends[1]))
                is_turned = any(signs.reordered(middle, end, leader_only=name == VALUE) for end in ends)
                rows.append((name, trial.varied.name, low, mid, high, is_turned))
        return pd.DataFrame(rows, columns=list(RANKS))

    def share_of_range(self, *measures: str) -> pd.DataFrame:
        """Return what share of the range of each answer is due to assumptions, and what to chance and growth.

        Columns scenario, measure, part, low, middle, high, sd, share. A part is chance and growth, a group of assumptions,
        all of them, or all together; low and high hold nine in ten of what that part alone does, and middle halves it, which
        lies to one side where ranges reach further that way; shares are of variance.
        Each assumption has a triangle over its range and the answer a line through its three values; parts are added up as
        if none told on another.
        """
        frames = []
        for scenario in self.scenarios:
            for measure in self._known(measures):
                chance, middle = (r.effects[scenario, measure] for r in (self.futures, self.middle))
                swings = [
                    Swing(t.varied, *(self._moved(middle, end.effects[scenario, measure]) for end in (t.low, t.high)))
                    for t in self.trials
                ]
                found = shares(float(chance.mean()), chance, [s for s in swings if s.to_low or s.to_high])
                found.insert(0, "scenario", scenario)
                found.insert(1, "measure", measure)
                frames.append(found)
        return pd.concat(frames, ignore_index=True)

    def says(self, measure: str, scenario: str | None = None) -> str:
        """Return in a sentence whether the sign of an effect turns on an assumption, and on which, from what to what."""
        (name,) = self._known([measure])
        which = scenario or self.scenarios[0]
        own = self.flips(name)
        own = own[own["scenario"] == which]
        headline, how = self.measures[name], self._how(name)
        middle = float(self.middle.effects[which, name].mean())
        what = f"{'the effect on ' if self.against else ''}{headline.says[0].lower()}{headline.says[1:]}".replace(
            "high Needs", "High Needs"
        )
        when = f"{self.years[name]}, {shown(middle, how)} with every assumption at its value"
        if own.empty:
            return f"{self.none()} changes the sign of {what} ({when})."
        ends = [_ends(row, how) for row in own.itertuples()]
        return f"The sign of {what} ({when}) turns on: {'; '.join(ends)}."

    def none(self) -> str:
        """Return how a sentence begins in which no assumption does something: those that were not varied are not spoken for."""
        among = f" among those varied ({', '.join(self.only)})" if self.only else ""
        return f"No assumption{among} within its range"

    def range_says(self, measure: str, scenario: str | None = None) -> str:
        """Return in a sentence how far the answer reaches, and what share of that is due to assumptions."""
        rows = self.share_of_range(measure)
        rows = rows[rows["scenario"] == (scenario or self.scenarios[0])].set_index("part")
        how, whole = self._how(measure), rows.loc[ALL]
        reach = f"{shown(whole['middle'], how)} ({between(whole['low'], whole['high'], how)})"
        own = float(self.middle.effects[scenario or self.scenarios[0], measure].mean())
        is_inside = whole["low"] <= own <= whole["high"]
        beside = (
            ""
            if is_inside
            else f" With every assumption at its value it is {shown(own, how)}, outside that range: take the range."
        )
        ours = shown(float(rows.loc[ASSUMPTIONS, "share"]), "%")
        return (
            f"{self.measures[measure].says}, {self.years[measure]}{', the effect' if self.against else ''}: {reach} over every "
            f"range and all futures; {ours} of that is due to assumptions{' varied' if self.only else ''}, the rest to chance and growth.{beside}"
        )

    def _compared(self) -> str:
        names = " and ".join(f"'{name}'" for name in self.scenarios)
        return f"{names} against '{self.against}'" if self.against else names

    def _known(self, measures: Sequence[str]) -> list[str]:
        for name in measures:
            if name not in self.measures:
                raise MissingError(f"'{name}' is not one of {one_of(self.measures)}{nearest(name, self.measures)}")
        return list(measures) or list(self.measures)

    def _how(self, measure: str) -> str:
        return "£" if self.measures[measure].unit == "GBP" else "n"

    def _row(self, trial: Trial, scenario: str, measure: str) -> tuple[object, ...] | None:
        low, middle, high = (r.effects[scenario, measure] for r in (trial.low, self.middle, trial.high))
        if signs.is_alike(middle, low) and signs.is_alike(middle, high):
            return None
        one, means = trial.varied, (float(low.mean()), float(middle.mean()), float(high.mean()))
        is_turned = signs.flips(middle, low) or signs.flips(middle, high)
        turns_at = signs.turns_at((one.low, one.middle, one.high), means) if is_turned else float("nan")
        return (
            scenario,
            measure,
            one.name,
            one.meaning,
            one.unit,
            one.low,
            one.middle,
            one.high,
            *means,
            max(means) - min(means),
            signs.is_moved(middle, low) or signs.is_moved(middle, high),
            is_turned,
            turns_at,
            one.because,
            one.evidence,
        )

    def _moved(self, middle: Floats, end: Floats) -> float:
        return float((end - middle).mean()) if signs.is_moved(middle, end) else 0.0

    def _ranked(self, reading: Reading, name: str) -> tuple[Floats, list[str]]:
        """Return draw x item, and what the items are called."""
        if name == VALUE:
            assert reading.places is not None  # it was asked for
            return reading.places.to_numpy(), [str(item) for item in reading.places["item"].values]
        return np.stack([reading.effects[s, name] for s in self.scenarios], axis=1), list(self.scenarios)


def _ends(row: object, how: str) -> str:
    """Return an assumption with what the effect is at each end: 'meaning (from −£1m at 5 to £2m at 9 GBP, turning at 6)'."""
    at = {end: f"{shown(getattr(row, f'at_{end}'), how)} at {shown(getattr(row, end), '')}" for end in ("low", "high")}
    meaning, unit, turn = (getattr(row, name) for name in ("meaning", "unit", "turns_at"))
    return f"{meaning} (from {at['low']} to {at['high']} [{unit}], turning at {shown(turn, '')})"
