"""A first draft of any English authority's area from a folder of published files: its tables, and what each gap costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd

from sufficiency import tables
from sufficiency.errors import InfeasibleError, InputError
from sufficiency.published import authorities, draft_sen_support, draft_success, money, plans, population, unit_costs
from sufficiency.published.downloads import Downloads
from sufficiency.published.draft_ground import boundaries, deprivation, geography
from sufficiency.published.gathered import Draft
from sufficiency.published.plan_releases import COSTS

DOUBTFUL_SHARE: Final = 0.05  # of plans with no placement recorded, from which a note says so

# What to download where a gap costs most.
GRANT_FILE: Final = (
    "DfE, dedicated schools grant allocations: the sheets High needs block and High needs deductions, as CSV"
)
OUTTURN_FILE: Final = "DfE, LA and school expenditure: s251_alleducation_la_regional_national.csv"


def draft(downloads: Downloads, authority: str) -> Draft:
    """Return an authority's tables and notes.

    Raises
    ------
    MissingError
        If the release doesn't have it, or no estimate has its children.
    """
    code = authorities.code_of(authority, downloads.names)
    own = downloads.of("stock", code)
    has_total = own[own["age"].eq("all")].groupby("year")["plans"].sum(min_count=1).dropna()
    base_year = int(has_total[has_total > 0].index.max())
    made = Draft(code, downloads.names[code], base_year)
    made.notes += downloads.gaps
    _plans(made, downloads, own)
    _states(made, downloads)
    _flows(made, downloads)
    _population(made, downloads)
    draft_sen_support.add(made, downloads)
    geography(made, downloads)
    deprivation(made, downloads)
    boundaries(made, downloads)
    _high_needs(made, downloads)
    _long_view(made, downloads)
    draft_success.add(made, downloads)
    _doubts(made, downloads)
    return made


def _plans(made: Draft, downloads: Downloads, own: pd.DataFrame) -> None:
    frame = plans.plans(own, [made.code]).assign(note="")
    split = authorities.split_from(made.code)
    if split:
        shared, doubt = _shared(made, downloads, split)
        frame = pd.concat([shared, frame])
        made.note("plans", "doubtful", doubt)
    made.tables["plans"] = frame
    made.sources["plans"] = f"DfE, Education, health and care plans, caseload ({', '.join(own['release'].unique())})"
    if frame["ncy"].isna().any():
        years = sorted(set(frame.loc[frame["ncy"].isna(), "year"]))
        made.note(
            "plans", "doubtful", f"ages are not published for {_years(years)}: all ages together in those Januaries"
        )


def _years(years: Sequence[int]) -> str:
    is_run = len(years) > 1 and years[-1] - years[0] == len(years) - 1
    return f"January {years[0]} to {years[-1]}" if is_run else "January " + ", ".join(str(y) for y in years)


def _shared(made: Draft, downloads: Downloads, split: authorities.Split) -> tuple[pd.DataFrame, str]:
    """Return the predecessor's Januaries, each setting's count shared as the successors' first January was."""
    first, name = int(split["first_january"]), split["name"]
    frame, lacking = plans.shared_from(
        downloads.stock, split["before"], split["after"], first=first, note=f"{name}'s, shared"
    )
    if lacking or frame.empty:
        lost = ", ".join(lacking) or name
        return frame, f"no history before {first}: {name}'s can't be shared out without rows for {lost}"
    doubt = f"to January {first - 1} {name} was one authority: its counts by setting are shared as those of {first}"
    return frame[frame["authority"] == made.code], doubt


def _states(made: Draft, downloads: Downloads) -> None:
    needs = downloads.of("needs", made.code)
    told = needs["year"].max() if len(needs) else None
    if told is None:
        made.note("states", "missing", f"needs are not published for January {made.base_year}: {COSTS['needs'][1]}")
        return
    try:
        found = plans.states(downloads.of("stock", made.code), needs, made.code, int(told))
    except InfeasibleError as caught:
        made.note("states", "missing", f"the published sides don't agree ({caught}): {COSTS['needs'][1]}")
        return
    if found.empty:
        made.note("states", "missing", f"needs by age are not published: {COSTS['needs'][1]}")
        return
    made.sources["states"] = (
        "DfE, Education, health and care plans: by age and placement, age and need, need and placement; the inside by "
        "proportional fitting, whole, all three sides exact"
    )
    if told < made.base_year:
        now = made.tables["plans"][made.tables["plans"]["year"] == made.base_year]
        if now["ncy"].isna().any():
            made.note("states", "missing", f"neither needs nor ages are published for January {made.base_year}")
            del made.sources["states"]
            return
        found = plans.states_carried(found, now)
        says = f"needs are not published for January {made.base_year}: each age and setting has those of January {told}"
        made.note("states", "doubtful", says)
    made.tables["states"] = found


def _flows(made: Draft, downloads: Downloads) -> None:
    parts = [_or_none(downloads.of(table, made.code)) for table in ("new", "ceased", "new_needs")]
    if any(len(p) for p in parts):
        frame = plans.flows(parts[0], parts[1], parts[2], [made.code])
        frame = frame[frame["year"] <= made.base_year]
        if len(frame):
            made.tables["flows"] = frame
            made.sources["flows"] = "DfE, Education, health and care plans: new and ceased plans"
    if len(downloads.requests):
        own = downloads.of("requests", made.code)
        columns = ["authority", "year", "requests", "refused", "assessed", "issued"]
        own = own[own["year"] <= made.base_year][[c for c in columns if c in own]]
        if len(own):
            made.tables["requests"] = own
            made.sources["requests"] = "DfE, Education, health and care plans: requests and assessments"
        else:
            made.note("requests", "missing", f"no requests published for it: {COSTS['requests'][1]}")


def _or_none(frame: pd.DataFrame) -> pd.DataFrame:
    columns = ["authority", "name", "level", "year", "by", "age", "ncy", "setting_type", "reason", "need", "children"]
    return frame if len(frame.columns) else pd.DataFrame(columns=columns)


def _population(made: Draft, downloads: Downloads) -> None:
    first = int(made.tables["plans"]["year"].min())
    frame = population.population(downloads.children_of(made.code), made.code, first=first, base_year=made.base_year)
    made.tables["population"] = frame
    made.sources["population"] = (
        "ONS mid-year estimates and projections by single year of age; mid-year y is January y+1"
    )
    for note, years in frame.groupby("note")["year"].unique().items():
        if note:
            made.note("population", "assumed", f"{_years(sorted(years))}: {note}")
    children = downloads.children_of(made.code)
    if children["doubt"].any():
        made.note("population", "doubtful", "an estimate was used whose year its publisher doesn't state")
    if not (frame["basis"] == "projection").any():
        made.note(
            "population", "missing", "no projection for it: cohorts are carried on, and births follow their trend"
        )


def _high_needs(made: Draft, downloads: Downloads) -> None:
    """Add the block and its deductions, the balance carried forward, and what a placement costs."""
    grant = [downloads.named(table, made.name) for table in ("block", "deductions")]
    own = downloads.of("outturn", made.code)
    frame = pd.concat([money.high_needs(*grant), money.balances(own)], ignore_index=True)
    if len(frame):
        made.tables["high_needs"] = frame.assign(authority=made.code)
        made.sources["high_needs"] = "DfE, dedicated schools grant: high needs block and deductions for places"
        if len(own):
            made.sources["high_needs"] += "; LA and school expenditure: balance carried forward"
    if not frame["item"].eq("block_gbp").any():
        made.note("high_needs", "missing", f"the block is estimated from England's; add {GRANT_FILE}")
    costs, doubts = unit_costs.unit_costs(
        own, downloads.named("benchmarks", made.name), downloads.of("stock", made.code)
    )
    for says in doubts:
        made.note("unit_costs", "doubtful", says)
    if costs.empty:
        made.note("unit_costs", "missing", f"England's costs stand in; add {OUTTURN_FILE}")
        return
    made.tables["unit_costs"] = costs.assign(authority=made.code)
    made.sources["unit_costs"] = "DfE, Section 251 outturn over plans in January: one mean for each type of setting"


def _long_view(made: Draft, downloads: Downloads) -> None:
    """Add the authority's plans since 2010, where an earlier release has them."""
    earlier, now = downloads.of("long_stock", made.code), downloads.of("stock", made.code)
    if earlier.empty:
        return
    totals = pd.concat([_totals(earlier), _totals(now[now["age"].eq("all")])])
    if len(earlier) and len(totals):
        frame = totals[~totals.index.duplicated(keep="last")].sort_index().rename_axis("year").reset_index(name="count")
        made.tables["long_view"] = frame.assign(measure="plans")[["year", "measure", "count"]]
        made.sources["long_view"] = (
            "DfE, Education, health and care plans: statements and plans, 2022 release and later"
        )


def _totals(stock: pd.DataFrame) -> pd.Series:
    sums = stock.groupby("year")["plans"].sum(min_count=1).dropna()
    return sums[sums > 0].astype("int64")


def _doubts(made: Draft, downloads: Downloads) -> None:
    """Say what is suppressed, partial or abolished."""
    table = made.tables["plans"]
    now = table[table["year"] == made.base_year].groupby("setting_type")["plans"].sum()
    share = now.get("not_recorded", 0) / max(now.sum(), 1)
    if share > DOUBTFUL_SHARE:
        made.note("plans", "doubtful", f"{share:.0%} of plans in January {made.base_year} have no placement recorded")
    latest = downloads.latest
    if made.base_year < latest:
        split = authorities.split_into(made.code)
        why = (
            f"it ended on {split['dated'].day} {split['dated']:%B %Y} ({split['source']})"
            if split
            else "it has no later rows"
        )
        made.note("area", "doubtful", f"the base year is {made.base_year}, not {latest}: {why}")
    anew = authorities.made_from(made.code)
    if anew:
        says = f"made on {anew['dated'].day} {anew['dated']:%B %Y} from {', '.join(anew['from'])}: no history before {anew['first_january']}"
        made.note("plans", "doubtful", f"{says} ({anew['source']})")
    own = downloads.of("stock", made.code)
    untold = own[own["age"].ne("all") & own["plans"].isna()]
    for year in sorted(set(untold["year"])):
        made.note("plans", "doubtful", f"plans by age are suppressed for January {year}: all ages together")
    gone = own[own["age"].eq("all") & own["plans"].isna()]
    for year in sorted(set(gone["year"])):
        made.note("plans", "doubtful", f"the total is suppressed for January {year}")
    years = sorted(set(table["year"]))
    if len(years) < 3:
        made.note("plans", "doubtful", f"{len(years)} Januaries of its own: growth is shrunk hard to England's")


def checked(made: Draft) -> dict[str, pd.DataFrame]:
    """Return the tables checked against their declarations.

    Raises
    ------
    InputError
        Naming the table and what is wrong in it: a fault of the published files, or of this library.
    """
    declared = {
        "population": tables.POPULATION,
        "plans": tables.PLANS,
        "states": tables.STATES,
        "flows": tables.FLOWS,
        "requests": tables.REQUESTS,
        "sen_support": tables.SEN_SUPPORT,
        "zones": tables.ZONES,
        "zone_children": tables.ZONE_CHILDREN,
        "settings": tables.SCHOOLS,
        "places": tables.PLACES,
        "high_needs": tables.HIGH_NEEDS,
        "unit_costs": tables.UNIT_COSTS,
        "long_view": tables.LONG_VIEW,
        "outcomes": tables.OUTCOMES,
        "neighbours": tables.NEIGHBOURS,
        "school_sen": tables.SCHOOL_SEN,
    }
    try:
        return {
            name: tables.check(frame, declared[name], source=f"{made.name}, {name}")
            for name, frame in made.tables.items()
        }
    except InputError as caught:
        raise InputError(f"{made.name}: the published figures don't make a table: {caught}") from caught
