"""The parameter estimates of `witan.send`, from its own files, for people who come from it and want to compare.

The formulae are restated from what that model computes (Mastodon C, `witan.send`, its published outputs); the code is
this library's own. `estimates` gives them; `rates` their means, which this library's simulation can run; unlike there,
a child who ages out of a setting moves or leaves that year, so nobody is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from benchmarks.witan_send import WitanInputs
from sufficiency.errors import InputError, MissingError, one_of
from sufficiency.forecast.rates.rates import Rates

NO_JOINER: Final = 0.001  # what a year without a joiner adds to alpha
STATE: Final = ["ncy", "need", "setting_type"]


@dataclass(frozen=True, eq=False)
class Estimates:
    """Parameters of every distribution that `witan.send` draws from.

    Attributes
    ----------
    start
        Plans by ncy, need, setting_type, after the last transitions. [plans]
    joining
        alpha, beta of the rate of joining by ncy: Beta.
    first_states
        alpha of the state joined by ncy, need, setting_type: Dirichlet within an NCY. NCYs where nobody joined are absent.
    leaving
        alpha, beta of the rate of leaving by ncy, need, setting_type before: Beta.
    moving
        alpha, beta of the rate of moving, of those who stay: Beta.
    destinations
        alpha of the state moved to by ncy, need, setting_type, to_need, to_setting: Dirichlet within a state.
    """

    start: pd.Series
    joining: pd.DataFrame
    first_states: pd.Series
    leaving: pd.DataFrame
    moving: pd.DataFrame
    destinations: pd.Series

    def joiners(self, population: pd.DataFrame, year: int) -> float:
        """Return joiners expected in `year`: mean rates times the population of that year. [children]"""
        children = population[population["year"] == year].set_index("ncy")["children"]
        if children.empty:
            raise MissingError(f"the population has no {year}; it has {one_of(sorted(set(population['year'])))}")
        joined = self.joining.loc[self.first_states.index.unique("ncy")]
        rate = joined["alpha"] / (joined["alpha"] + joined["beta"])
        return float((rate * children.reindex(rate.index).fillna(0.0)).sum())


def estimates(inputs: WitanInputs) -> Estimates:
    """Return the parameters that `witan.send` estimates from its input files.

    Parameters
    ----------
    inputs
        As `inputs.witan_send.read` returns: transitions, population, valid states.

    Raises
    ------
    MissingError
        If there are no valid states, or the population lacks a year of the transitions.
    InputError
        If a transition is in a state that valid-states.csv does not hold.
    """
    moves = inputs.transitions
    valid = _valid_states(inputs.valid_states)
    _check(moves, valid, inputs.population)
    before = moves[moves["kind"] != "joiner"].rename(
        columns={"ncy_1": "ncy", "need_1": "need", "setting_1": "setting_type"}
    )
    stayed = before[before["kind"] != "leaver"]
    last = moves[(moves["year"] == moves["year"].max()) & (moves["kind"] != "leaver")]
    return Estimates(
        start=_after(last).groupby(STATE).size().rename("plans"),
        joining=_joining(moves, inputs.population, sorted(valid["ncy"].unique())),
        first_states=_first_states(moves, valid),
        leaving=_binary(before, before["kind"] == "leaver", valid),
        moving=_binary(stayed, stayed["kind"] == "mover", valid, unseen=1.0),
        destinations=_destinations(stayed[stayed["kind"] == "mover"], valid, inputs.valid_states),
    )


def rates(found: Estimates) -> Rates:
    """Return the means of the estimates as rates for this library's simulation, one authority named 'all'.

    A state whose setting takes nobody of the next NCY moves for certain, or leaves where it can move nowhere.
    """
    ncys = tuple(range(int(found.leaving.index.unique("ncy").min()), int(found.leaving.index.unique("ncy").max()) + 1))
    needs, settings = (tuple(sorted(found.leaving.index.unique(level))) for level in ("need", "setting_type"))
    everywhere = pd.MultiIndex.from_product([ncys, needs, settings], names=STATE)
    shape = (1, len(ncys), len(needs), len(settings))
    valid = pd.Series(1.0, index=found.leaving.index).reindex(everywhere, fill_value=0.0).to_numpy().reshape(shape)
    goes_on = np.concatenate([valid[:, 1:], np.zeros_like(valid[:, :1])], axis=1)
    leaving, moving = (
        (f["alpha"] / (f["alpha"] + f["beta"])).reindex(everywhere, fill_value=0.0).to_numpy().reshape(shape)
        for f in (found.leaving, found.moving)
    )
    rate = found.joining["alpha"] / (found.joining["alpha"] + found.joining["beta"])
    share = found.first_states / found.first_states.groupby("ncy").transform("sum")
    joining = share.mul(rate, level="ncy").reindex(everywhere, fill_value=0.0).to_numpy().reshape(shape)
    destinations = _destination_array(found.destinations, ncys, needs, settings) * goes_on[:, :, None, None]
    can_move = destinations.sum(axis=(4, 5)) > 0
    total = np.where(can_move, destinations.sum(axis=(4, 5)), 1.0)
    return Rates(
        ("all",),
        ncys,
        needs,
        settings,
        joining=joining,
        leaving=np.where((goes_on == 0) & ~can_move, 1.0, leaving),
        moving=np.where(can_move, np.where(goes_on == 0, 1.0, moving), 0.0),
        destinations=destinations / total[..., None, None],
        transfers=np.zeros(shape),
    )


def _destination_array(
    alphas: pd.Series, ncys: tuple[int, ...], needs: tuple[str, ...], settings: tuple[str, ...]
) -> np.ndarray:
    """Return alphas as authority x ncy x need x setting_type x to_need x to_setting_type."""
    size = (len(ncys), len(needs), len(settings), len(needs), len(settings))
    labels = (list(ncys), needs, settings, needs, settings)
    at = tuple(pd.Index(known).get_indexer(alphas.index.get_level_values(i)) for i, known in enumerate(labels))
    found = np.zeros(size)
    found[at] = alphas.to_numpy()
    return found[None]


def _valid_states(table: pd.DataFrame) -> pd.DataFrame:
    """Return every valid ncy, need, setting_type, one a row."""
    if table.empty:
        raise MissingError("valid-states.csv is needed: it says which settings take which ages and needs")
    rows = [
        (ncy, need, row.setting_type)
        for row in table.itertuples()
        for ncy in range(row.ncy_low, row.ncy_high + 1)
        for need in str(row.needs).split()
    ]
    return pd.DataFrame(rows, columns=STATE).drop_duplicates()


def _check(moves: pd.DataFrame, valid: pd.DataFrame, population: pd.DataFrame) -> None:
    absent = sorted(set(moves["year"]) - set(population["year"]))
    if absent:
        raise MissingError(f"population.csv has no {absent[0]}, a year of the transitions")
    known = pd.MultiIndex.from_frame(valid)
    for side in (1, 2):
        own = moves[moves[f"setting_{side}"] != ""]
        states = pd.MultiIndex.from_frame(own[[f"ncy_{side}", f"need_{side}", f"setting_{side}"]])
        wrong = own.index[~states.isin(known)]
        if len(wrong):
            state = ", ".join(str(own.at[wrong[0], f"{part}_{side}"]) for part in ("ncy", "need", "setting"))
            raise InputError(
                f"transitions.csv, row {wrong[0] + 2}: ({state}) is not a valid state; {len(wrong)} such in all."
                " Widen the setting's ages or needs in valid-states.csv, or correct the row"
            )


def _after(moves: pd.DataFrame) -> pd.DataFrame:
    return moves.rename(columns={"ncy_2": "ncy", "need_2": "need", "setting_2": "setting_type"})


def _joining(moves: pd.DataFrame, population: pd.DataFrame, ncys: list[int]) -> pd.DataFrame:
    """Return alpha and beta by NCY: each of K years adds its K-th part, joiners to alpha, the rest of the children to beta."""
    years = sorted(moves["year"].unique())
    joined = moves[moves["kind"] == "joiner"].groupby(["ncy_2", "year"]).size()
    every = pd.MultiIndex.from_product([ncys, years], names=["ncy", "year"])
    j = joined.rename_axis(["ncy", "year"]).reindex(every, fill_value=0).astype("float64")
    p = population.set_index(["ncy", "year"])["children"].reindex(every).fillna(0.0)
    some, k = j > 0, len(years)
    alpha = (j / k).where(some, NO_JOINER)
    beta = ((p - j) / k).where(some, p / k)
    return pd.DataFrame({"alpha": alpha, "beta": beta}).groupby("ncy").sum()


def _first_states(moves: pd.DataFrame, valid: pd.DataFrame) -> pd.Series:
    """Return alphas of states joined: an even share of one joiner for each valid state, and those who joined it."""
    seen = _after(moves[moves["kind"] == "joiner"]).groupby(STATE).size()
    states = valid[valid["ncy"].isin(seen.index.unique("ncy"))]
    even = 1 / states.groupby("ncy")["setting_type"].transform("size")
    index = pd.MultiIndex.from_frame(states)
    return pd.Series(even.to_numpy() + seen.reindex(index, fill_value=0).to_numpy(), index=index).sort_index()


def _binary(cases: pd.DataFrame, happened: pd.Series, valid: pd.DataFrame, unseen: float = 0.5) -> pd.DataFrame:
    """Return alpha and beta by valid state: counts, and a prior worth one child with the rate of the NCY.

    An NCY in which nobody was seen has `unseen` for both.
    """
    index = pd.MultiIndex.from_frame(valid)
    yes = cases[happened].groupby(STATE).size().reindex(index, fill_value=0).to_numpy(dtype="float64")
    no = cases[~happened].groupby(STATE).size().reindex(index, fill_value=0).to_numpy(dtype="float64")
    by_ncy = pd.DataFrame({"yes": yes, "no": no}).groupby(valid["ncy"].to_numpy()).transform("sum")
    rate = ((by_ncy["yes"] + 0.5) / (by_ncy["yes"] + by_ncy["no"] + 1)).to_numpy()
    seen = (by_ncy["yes"] + by_ncy["no"]).to_numpy() > 0
    alpha = np.where(seen, yes + rate, unseen)
    beta = np.where(seen, no + 1 - rate, unseen)
    return pd.DataFrame({"alpha": alpha, "beta": beta}, index=index).sort_index()


def _destinations(movers: pd.DataFrame, valid: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    """Return alphas of where each state's movers go: a prior worth one mover, and those seen."""
    arrivals = _arrivals(movers, sorted(valid["ncy"].unique()))
    allowed_by = {r.setting_type: str(getattr(r, "moves_to", "") or "").split() for r in table.itertuples()}
    takes = valid.groupby(["ncy", "need"])["setting_type"].agg(set).to_dict()
    parts: dict[tuple[int, str, str, str, str], float] = {}
    for ncy, need, setting_type in valid.itertuples(index=False):
        allowed = [s for s in allowed_by[setting_type] if s in takes[ncy, need]]
        weight = {s: 1 / len(allowed) for s in allowed}
        for to, seen in arrivals[ncy].items():
            weight[to] = weight.get(to, 0.0) + seen
        weight.pop(setting_type, None)
        total = sum(weight.values())
        parts |= {(ncy, need, setting_type, need, to): w / total for to, w in weight.items()}
    key = [*STATE, "need_2", "setting_2"]
    for state, seen in movers.groupby(key).size().items():
        parts[state] = parts.get(state, 0.0) + seen
    names = [*STATE, "to_need", "to_setting_type"]
    return pd.Series(parts, index=pd.MultiIndex.from_tuples(parts, names=names), dtype="float64").sort_index()


def _arrivals(movers: pd.DataFrame, ncys: list[int]) -> dict[int, dict[str, float]]:
    """Return movers into each setting by NCY; an NCY without movers has those of the NCY below."""
    seen = movers.groupby(["ncy", "setting_2"]).size()
    found: dict[int, dict[str, float]] = {}
    for ncy in ncys:
        own = seen.xs(ncy, level="ncy").to_dict() if ncy in seen.index.unique("ncy") else {}
        found[ncy] = own or found.get(ncy - 1, {})
    return found
