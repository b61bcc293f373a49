"""Three bands of need: places to act on, to prepare for, and to watch, from how many futures are short of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from sufficiency.allocate.open.turned_away import turned_away
from sufficiency.outcome import Outcome
from sufficiency.report.model import Figureword, Table
from sufficiency.words.say import label
from sufficiency.words.school_year import PHASES

BY: Final = ("need_group", "phase", "district")
NAMES: Final = ("act", "prepare", "watch")
SHORT_IN: Final = (0.1, 0.5, 0.9)  # quantiles: short of so many or more in nine, five and one of ten futures
SAYS: Final = {
    "act": "places to act on now",
    "prepare": "more to prepare for",
    "watch": "more to watch",
}
SURE: Final = {
    "act": "short in 9 of 10 futures",
    "prepare": "short in at least half",
    "watch": "short in at least 1 of 10",
}
ROWS: Final = 5


@dataclass(frozen=True, eq=False)
class Bands:
    """Places short in January `year`, by how sure: of the area as a whole, and of each group of children."""

    year: int
    whole: tuple[int, int, int]  # of the total taken within each future [places]
    groups: pd.DataFrame  # need_group, phase, district, act, prepare, watch; the most to act on first

    @property
    def is_short(self) -> bool:
        """Whether any future in ten is short of a place."""
        return sum(self.whole) > 0

    def figures(self, limit: int = 0) -> tuple[Figureword, ...]:
        """Return the bands of the area as a whole, each a number with what it is and how sure; none below a limit."""
        return tuple(
            Figureword(
                f"{n:,}" if n == 0 or n >= limit else f"Fewer than {limit}",
                f"{SAYS[band]}, by January {self.year}",
                SURE[band],
            )
            for band, n in zip(NAMES, self.whole, strict=True)
        )

    def table(self) -> Table:
        """Return the groups most short, as a table."""
        frame = self.groups.head(ROWS).copy()
        for column in ("need_group", "phase"):
            frame[column] = [label(code, column) for code in frame[column]]
        frame = frame.rename(columns={"need_group": "need"})
        return Table(
            "bands",
            f"Places short by January {self.year}, and how sure",
            frame.reset_index(drop=True),
            dict.fromkeys(NAMES, "n"),
            note="Act: short in at least 9 of 10 futures; prepare: of these too in at least half; watch: in at least 1 of 10. The groups most short, each "
            "counted by itself, so that they don't add up to the figures above.",
            counts=NAMES,
            stacks=True,
        )


def bands(outcome: Outcome) -> Bands:
    """Return the bands of the January for which places are sized (`allocate.candidate_years_ahead`), or the last."""
    placed = outcome.placed
    ahead = outcome.area.base_year + int(outcome.area.value("allocate.candidate_years_ahead"))
    year = min(ahead, placed.years[-1])
    away = turned_away(placed, year)
    counts = away.children.pivot_table(
        index=list(BY), columns="draw", values="children", aggfunc="sum", fill_value=0
    ).reindex(columns=range(away.draws), fill_value=0)
    groups = pd.DataFrame(_steps(counts.to_numpy()), columns=list(NAMES), index=counts.index).reset_index()
    groups["phase"] = pd.Categorical(groups["phase"], list(PHASES), ordered=True)
    order = groups.assign(sure=groups["act"] + groups["prepare"]).sort_values(
        ["act", "sure", "watch", *BY], ascending=[False, False, False, True, True, True]
    )
    groups = order[order[list(NAMES)].sum(axis=1) > 0].drop(columns="sure").astype({"phase": str})
    whole = _steps(away.by_draw()[None])[0]
    return Bands(year, (int(whole[0]), int(whole[1]), int(whole[2])), groups.reset_index(drop=True))


def _steps(by_draw: np.ndarray) -> np.ndarray:
    """Return group x band: whole places short in so many futures, less those of surer bands."""
    if not by_draw.size:
        return np.zeros((len(by_draw), len(NAMES)), dtype=np.int64)
    at_least = np.quantile(by_draw, SHORT_IN, axis=1).T
    return np.asarray(np.diff(np.floor(at_least), axis=1, prepend=0).astype(np.int64))
