"""The decision on one screen: the finding, three bands of need, what to open, how sure, and what happens if nothing is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.recommendation import Recommendation
from sufficiency.report.model import Section, Table
from sufficiency.report.sections import destinations, law, side_by_side_runs, to_open
from sufficiency.report.sections.bands import Bands, bands
from sufficiency.report.sections.common import LEVELS, middle
from sufficiency.words.say import between, count, gbp, label, shown
from sufficiency.words.school_year import financial_label

SHORT: Final = "The decision"
LEAST_GBP: Final = 50_000  # a change a year that is told as one
ROWS: Final = 2  # openings of each kind that have a row of their own
ALL: Final = "All of these"
# Of each kind, those that have no row of their own.
OTHERS: Final = {
    "base": "other specialist bases",
    "more": "other special schools: more places",
    "new": "other new special schools",
}


def section(
    outcome: Outcome,
    made: Recommendation | None,
    futures: Sequence[ForecastOutcome] = (),
    *,
    limit: int = 0,
    neighbours: Sequence[str] = (),
) -> Section:
    """Return the decision, for the report's first screen and its first page.

    Parameters
    ----------
    outcome
        That the report is of.
    made
        Of `sf.recommend`; None where nobody chose what to open.
    futures
        The same area under other laws, in which the recommendation is tried.
    limit
        Where small numbers are hidden, no group smaller than this is named in words.
    neighbours
        Sentences that set the area beside England and areas like it.
    """
    found = bands(outcome)
    is_opening = made is not None and made.then is not None
    rows = to_open.rows(made, found.year) if is_opening and made is not None else pd.DataFrame()
    words: list[str] = []
    if len(rows) and made is not None:
        words += [_recommended(rows, limit), _cost(made, rows, found.year)]
    elif found.is_short:
        words.append(_nothing(made))
    words += [*neighbours, *_if_not(outcome, limit)]
    if len(rows) and made is not None:
        words += _sure(made, rows, futures, found.year)
    exhibits = [_to_open(rows, made, found.year, limit)] if len(rows) and made is not None else []
    return Section(
        "decision",
        finding(outcome, found, limit),
        words=tuple(words),
        exhibits=(*exhibits, *([found.table()] if found.is_short and len(found.groups) else [])),
        figures=found.figures(limit) if found.is_short else (),
        short=SHORT,
    )


def finding(outcome: Outcome, found: Bands, limit: int = 0) -> str:
    """Return the finding in one sentence: how many, by when, of which need and phase, where."""
    name = outcome.area.name.split(":")[0]
    _, mid, high = middle(outcome.placed.shortfall(levels=LEVELS), "children", year=found.year)
    if not found.is_short or high < 1:
        return f"{name} has state places enough to January {found.year} for every child who needs one, in nine futures of ten"
    if mid < max(1, limit):
        return f"{name} may be short of {count(high, 'state specialist place')} by January {found.year}; in half of futures it is short of none or few"
    most = _most(found, limit)
    return f"{name} is short of about {count(sum(found.whole[:2]), 'state specialist place')} by January {found.year}{most}"


def _most(found: Bands, limit: int) -> str:
    if found.groups.empty:
        return ""
    top = found.groups.loc[(found.groups["act"] + found.groups["prepare"]).idxmax()]  # as the number before it counts
    if top["act"] + top["prepare"] < max(1, limit) or top["need_group"] == "other":
        return ""  # nobody plans places for needs that aren't recorded
    one = len(set(found.groups["district"])) == 1
    who = f"{label(top['phase'], 'phase').lower()} children with {_lower(label(top['need_group']))} needs"
    return f", most of all for {who}{'' if one else ' in ' + str(top['district'])}"


def _recommended(rows: pd.DataFrame, limit: int) -> str:
    by_kind = rows.groupby("kind")["places"].sum()
    parts = [f"{by_kind[kind]:,} in {says}" for kind, says in to_open.KINDS.items() if by_kind.get(kind, 0)]
    parts = [part.replace(" in more places at", " more at") for part in parts]
    severe = rows["complex"].sum()
    served = (
        f" About {round(severe):,} of those children have severe or profound learning difficulties, all at special schools."
        if severe >= max(1, limit)
        else ""
    )
    return (
        f"Recommended: open {rows['places'].sum():,} places by January {rows['year'].max()}: {_listed(parts)}, at {gbp(rows['capital_gbp'].sum())} of capital. "
        f"They are for about {round(rows['children'].sum()):,} of the children turned away.{served}"
    )


def _cost(made: Recommendation, rows: pd.DataFrame, year: int) -> str:
    """Return what it does, as the run with it says, child by child: fewer turned away, and cash a year."""
    assert made.then is not None
    now, then = side_by_side_runs.alike((made.now, made.then))
    fewer = _change(now, then, "shortfall", year)
    money = {name: _change(then, now, name, year) for name in ("spend_gbp", "transport_gbp")}
    above = "; schools that grow take a few above their number too" if fewer[1] > rows["places"].sum() else ""
    told = [_in_cash(*money[n], where) for n, where in (("spend_gbp", "High Needs"), ("transport_gbp", "transport"))]
    mainstream = _change(now, then, "in_mainstream", year)[1]
    why = (
        f" Most who take them would otherwise be in mainstream schools with a support package ({round(mainstream):,} fewer there): they are opened because children "
        "need them, not because they pay."
        if mainstream >= 0.5 * max(fewer[1], 1) and sum(m[1] for m in money.values()) > 0
        else ""
    )
    return (
        f"What that does: {round(fewer[1]):,} fewer children are turned away in January {year} ({between(fewer[0], fewer[2])}){above}. In {financial_label(year)} it {told[0]}, and "
        f"{told[1]}, capital apart.{why}"
    )


def _change(of: ForecastOutcome, less: ForecastOutcome, name: str, year: int) -> tuple[float, float, float]:
    """Return the change of a measure within each future that both placed: low, middle, high."""
    totals: list[xr.DataArray] = [run.measure(name) for run in (of, less)]
    along = str(totals[0].dims[-1])
    when = min(year, int(totals[0][along].values[-1]))
    change = totals[0].sel({along: when}) - totals[1].sel({along: when})  # on the draws that both have
    low, mid, high = np.quantile(change.to_numpy(), LEVELS)
    return float(low), float(mid), float(high)


def _in_cash(low: float, mid: float, high: float, where: str) -> str:
    """Return what is saved or added a year; amounts are spending without the places less spending with them, negated."""
    gbp = partial(shown, how="£m")
    if abs(mid) < LEAST_GBP:
        return (
            f"changes {where} by less than £0.1m a year (from {gbp(-low)} saved to {gbp(high)} added)"
            if low < 0 < high
            else f"changes {where} by less than £0.1m a year"
        )
    does, sign = ("saves", -1) if mid <= 0 else ("adds", 1)
    ends = sorted((sign * low, sign * high))
    if low < 0 < high:
        other = "added" if does == "saves" else "saved"
        ends_words = f"from {gbp(-ends[0])} {other} to {gbp(ends[1])} {'saved' if does == 'saves' else 'added'}"
    else:
        ends_words = between(ends[0], ends[1], "£m")
    return f"{does} {gbp(abs(mid))} a year {'in' if does == 'saves' else 'to'} {where} ({ends_words})"


def _nothing(made: Recommendation | None) -> str:
    if made is None:
        return "What to open has not been chosen in this report: `sf.recommend` and `sufficiency report` choose it."
    if made.openings is None:
        return "Nothing is recommended: too few children are turned away for a class anywhere, of one need and phase in one district or near one school."
    return f"Nothing is recommended within {made.budget}: {made.openings.why.removeprefix('nothing opens: ')}."


def _if_not(outcome: Outcome, limit: int) -> list[str]:
    placed, last = outcome.placed, outcome.options.to
    low, mid, high = middle(placed.shortfall(levels=LEVELS), "children", year=last)
    if high < max(1, limit):
        return []
    says = f"If no more is opened than is agreed: {round(mid):,} children are turned away in January {last} ({between(low, high)})"
    parts = destinations.in_parts(outcome, last, list(destinations.INSTEAD.values()))
    told = [f"{n:,} {where}" for where, n in zip(destinations.INSTEAD, parts, strict=True) if n >= 1]
    return [f"{says}{': ' + _listed(told) if told and limit <= 1 else ''}."]


def _sure(made: Recommendation, rows: pd.DataFrame, futures: Sequence[ForecastOutcome], year: int) -> list[str]:
    """Return in how many futures what opens is full, and under other laws."""
    sure = rows.loc[rows["sure"] >= to_open.FULL, "places"].sum()
    says = [
        f"How sure: {sure:,} of the {rows['places'].sum():,} places are full in at least nine futures of ten {law.under(made.now)}."
    ]
    laws = {run.scenario.name: run for run in futures if law.changes_law(run.scenario)}
    found = to_open.in_each_law(made, laws, year)
    if len(found.columns):
        places = rows.set_index("option")["places"]
        parts = [
            f"{name}, {(found[name].reindex(places.index).fillna(0) * places).sum() / places.sum():.0%} of all the places"
            for name in found
        ]
        first, *others = parts
        says.append(f"{'; '.join([first + ' are filled on average', *map(_lower, others)])}.")
    return [" ".join(says)]


def _to_open(rows: pd.DataFrame, made: Recommendation, year: int, limit: int) -> Table:
    listed = pd.concat([_folded(rows[rows["kind"] == kind]) for kind in to_open.KINDS], ignore_index=True)
    total = rows[["places", "capital_gbp", "children"]].sum()
    if limit > 1:
        total["children"] = np.nan  # what is hidden above could be worked out from it
    listed.loc[len(listed)] = {**total, "what": ALL, "where": "", "whom": "", "year": "", "sure": ""}
    listed["what"] = [
        f"{what}, {where}" if where else what for what, where in zip(listed["what"], listed["where"], strict=True)
    ]
    names = {
        "what": "what and where",
        "whom": "for whom",
        "places": "places",
        "year": "by January",
        "capital_gbp": "capital",
    }
    names |= {"children": "children", "sure": "full in"}
    frame = listed.rename(columns=names)[list(names.values())].astype({"places": "int64"})
    return Table(
        "to-open",
        "What to open",
        frame,
        {"places": "n", "children": "n", "capital": "£m"},
        note=f"Chosen to keep most children from being turned away within {made.budget}. Children: of those turned away in January {year}, the mean over futures. Full "
        f"in: futures in which it is at least {to_open.FULL:.0%} filled. What all of it does to High Needs and transport is said above; for one opening alone it is "
        f"too small to tell from chance. {_late(made.now)} Sites are the middle of the children's homes, and whether a school can grow is for the school to say.",
        counts=("children",),
        tied=("full in",),
        stacks=True,
    )


def _late(run: Outcome) -> str:
    """Return how late places have opened, which the Januaries of the table leave out."""
    low, high = (run.area.value(f"pipeline.new_school_delay_{end}_years") for end in ("low", "high"))
    return f"The Januaries are those planned: new schools often open {low:.0f} to {high:.0f} years late."


def _folded(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows of one kind as a reader sees them: the largest, and the others together."""
    first = rows if len(rows) <= ROWS + 1 else rows.head(ROWS)
    shown = first.assign(year=first["year"].astype(str), sure=[f"{share:.0%}" for share in first["sure"]])
    rest = rows.iloc[len(first) :]
    columns = ["what", "where", "whom", "places", "year", "capital_gbp", "children", "sure"]
    if rest.empty:
        return shown[columns]
    kind = rest["kind"].iloc[0]
    needs = list(dict.fromkeys(one for whom in rest["whom"] for one in whom.split("; ") if one != "–"))
    where = sorted(set(rest["where"]) - {""})
    other = {
        **rest[["places", "capital_gbp", "children"]].sum(),
        "what": f"{rest['sites'].sum():,} {OTHERS[kind]}",
        "where": _listed(where) if len(where) <= 1 else f"{len(where)} districts",
        "whom": "; ".join(needs) if len(needs) <= to_open.MOST_NEEDS else f"{len(needs)} groups of needs",
        "year": str(rest["year"].max()),
        "sure": f"{rest['sure'].min():.0%} or more",
    }
    return pd.concat([shown[columns], pd.DataFrame([other])[columns]], ignore_index=True)


def _listed(parts: Sequence[str] | Mapping[str, object]) -> str:
    *most, last = list(parts) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
