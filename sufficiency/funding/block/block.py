"""The high needs block: its identity to the pound, and the rule of each year.

`block_gbp` adds published components up. `income` gives every financial year a block: as published where the area has
it; by national growth within the funding floor and gains limit in the formula's last years; rolled forward in 2026-27;
by a named assumption after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.errors import InputError, one_of
from sufficiency.funding.plans_held import plans_held
from sufficiency.words.school_year import financial_label

# The components of the identity, as `tables.HIGH_NEEDS` items; the last two lead to the additional allocation.
COMPONENTS: Final = (
    "nff_elements_gbp",
    "basic_entitlement_gbp",
    "special_pupils",
    "import_export_gbp",
    "special_free_school_gbp",
    "hospital_gbp",
    "formula_allocation_gbp",
    "additional_gbp",
)
YOUNGEST, OLDEST = -2, 13  # NCY of children aged 2 to 17 on 31 August, nearest to the formula's population of 2 to 18

ASSUMED_YEAR: Final = 2024  # of the formula's years, the one for which no block is published at hand


Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """One authority's block in one financial year. [GBP]"""

    authority: str
    financial_year: int
    gbp: float
    rule: str
    status: str


def block_gbp(components: Mapping[str, npt.ArrayLike], *, financial_year: int) -> pd.Series | int:
    """Return the high needs block before deductions, rounded up to the pound as DfE does.

    A + B x C + D + E + F + H: formula elements, basic entitlement (area cost adjusted) per pupil times pupils in special
    schools, import/export, special free schools, hospital education and the like, additional allocation.

    Parameters
    ----------
    components
        By the names in `COMPONENTS`: numbers, or columns of a table. `nff_elements_gbp`,
        `basic_entitlement_gbp` and `special_pupils` are needed. `additional_gbp`, where not given, is
        the year's share of `formula_allocation_gbp` (by default of `nff_elements_gbp`). [GBP; pupils]
    financial_year
        The year that starts on 1 April: it decides the additional allocation.

    References
    ----------
    DfE, *Dedicated schools grant*, high needs block sheets, 2020-21 to 2023-24.
    """
    needed = COMPONENTS[:3]
    lacking = [name for name in needed if name not in components]
    if lacking:
        raise InputError(f"the high needs block lacks {', '.join(lacking)}; given: {one_of(components)}")
    given = {name: np.nan_to_num(np.asarray(components.get(name, 0.0), dtype="float64")) for name in COMPONENTS}
    negative = [n for n in needed[1:] if (given[n] < 0).any()]
    if negative:
        raise InputError(f"{negative[0]}: {given[negative[0]].min():g} is below 0")
    additional = (
        given["additional_gbp"] if "additional_gbp" in components else additional_gbp(components, financial_year)
    )
    total = (
        given["nff_elements_gbp"]
        + given["basic_entitlement_gbp"] * given["special_pupils"]
        + given["import_export_gbp"]
        + given["special_free_school_gbp"]
        + given["hospital_gbp"]
        + additional
    )
    pounds = rounded_up(total)
    if isinstance(components, pd.DataFrame):
        return pd.Series(pounds.astype("int64"), index=components.index, name="block_gbp")
    return int(pounds)


def additional_gbp(components: Mapping[str, npt.ArrayLike], financial_year: int) -> Floats:
    """Return the additional allocation: the year's share of the historic, proxy and floor elements, to the pound."""
    base = components.get("formula_allocation_gbp", components["nff_elements_gbp"])
    share = policy.value("funding.additional_allocation_share", on=financial_year)
    return rounded_up(np.asarray(base, dtype="float64") * share)


def rounded_up(gbp: npt.ArrayLike) -> Floats:
    """Return whole pounds, rounded up as every figure of the dedicated schools grant is. [GBP]"""
    return np.asarray(np.ceil(np.round(np.asarray(gbp, dtype="float64"), 4) - 1e-6))


def import_export_gbp(net_imports: float, *, financial_year: int) -> float:
    """Return the adjustment for pupils and students brought in, net of those sent out. [GBP]"""
    return net_imports * policy.value("funding.import_export_gbp", on=financial_year)


def formula_elements_gbp(
    planned_2017_gbp: float,
    proxies: Mapping[str, float],
    *,
    population: float,
    baseline_gbp_a_head: float,
    financial_year: int,
) -> float:
    """Return the formula elements from their parts: historic spend and proxies, held between floor and gains limit.

    Parameters
    ----------
    planned_2017_gbp
        The authority's planned high needs spending in 2017-18; half of it is the historic factor. [GBP]
    proxies
        What each proxy factor gives it: population, free school meals and so on. [GBP]
    population
        Children aged 2 to 18. [children]
    baseline_gbp_a_head
        What floor and gains limit are counted from, a head. [GBP]
    financial_year
        The year that starts on 1 April.

    Notes
    -----
    The floor and limit by year, and the historic share, are marked unverified in `law/funding.toml`.
    """
    wanted = policy.value("funding.historic_spend_share", on=financial_year) * planned_2017_gbp + sum(proxies.values())
    base = baseline_gbp_a_head * population
    low = base * (1 + policy.value("funding.funding_floor_growth", on=financial_year))
    high = base * (1 + policy.value("funding.gains_limit_growth", on=financial_year))
    return float(np.clip(wanted, low, high))


def income(area: Area, financial_years: Sequence[int]) -> pd.DataFrame:
    """Return each authority's block before deductions in each financial year, and the rule that it comes from.

    Columns authority, financial_year, gbp, rule, status. [GBP]
    """
    rows = [block for code in area.authorities for block in _through_time(area, code, sorted(financial_years))]
    return pd.DataFrame([vars(row) for row in rows])


def published(area: Area, authority: str) -> dict[int, float]:
    """Return the blocks that an area's `high_needs` table gives: a total, or components that make one. [GBP]"""
    own = area.high_needs[area.high_needs["authority"] == authority]
    wide = own.pivot_table(index="financial_year", columns="item", values="amount", aggfunc="first")
    found: dict[int, float] = {}
    for year, row in wide.iterrows():
        given = row.dropna().to_dict()
        if "block_gbp" in given:
            found[int(str(year))] = float(given["block_gbp"])
        elif all(name in given for name in COMPONENTS[:3]):
            found[int(str(year))] = float(block_gbp(given, financial_year=int(str(year))))
    return found


def _through_time(area: Area, authority: str, financial_years: Sequence[int]) -> list[Block]:
    known = published(area, authority)
    blocks: dict[int, Block] = {
        y: Block(authority, y, gbp, f"published for {financial_label(y)}", "sourced") for y, gbp in known.items()
    }
    if not known:
        first = financial_years[0]
        blocks[first] = _by_population(area, authority, first)
    for year in range(min(blocks), financial_years[-1] + 1):
        if year not in blocks:
            blocks[year] = _next(area, blocks[year - 1], year)
    missing = [y for y in financial_years if y not in blocks]
    for year in missing:
        blocks[year] = _by_population(area, authority, year)
    return [blocks[y] for y in financial_years]


def _next(area: Area, before: Block, year: int) -> Block:
    """Return a year's block from the one before, by the year's rule."""
    last_formula = int(policy.value("funding.last_formula_financial_year", on=max(year, 2025)))
    if year <= last_formula:
        growth, how = _formula_growth(area, before.authority, year)
        status = "assumed" if year == ASSUMED_YEAR or before.status == "assumed" else "derived"
        return Block(before.authority, year, before.gbp * (1 + growth), how, status)
    if year == last_formula + 1:
        growth = area.value("funding.roll_forward_growth", on=year)
        return Block(
            before.authority, year, before.gbp * (1 + growth), "rolled forward: the formula is suspended", "sourced"
        )
    growth = area.value("funding.block_growth_after", on=year)
    says = f"assumed growth of {growth:.1%} a year: nothing is published"
    return Block(before.authority, year, before.gbp * (1 + growth), says, "assumed")


def _formula_growth(area: Area, authority: str, year: int) -> tuple[float, str]:
    """Return growth: the formula's a head, held between floor and gains limit, times the growth of the 2-18 population."""
    if year == ASSUMED_YEAR:
        seen = area.value("funding.block_growth_2024_a_head")
        said = "assumed, since no block of that year is at hand"
    else:
        seen, said = policy.value("funding.formula_growth_a_head", on=year), "as other authorities had"
    people = _population(area, authority, year) / _population(area, authority, year - 1)
    low, high = (policy.value(f"funding.{name}", on=year) for name in ("funding_floor_growth", "gains_limit_growth"))
    a_head = float(np.clip(seen, low, high))
    how = f"{a_head:.1%} a head more than the year before, {said}: the block itself is not given"
    return (1 + a_head) * people - 1, how


def _population(area: Area, authority: str, year: int) -> float:
    own = area.population[
        (area.population["authority"] == authority) & area.population["ncy"].between(YOUNGEST, OLDEST)
    ]
    by_year = own.groupby("year")["children"].sum()
    near = min(by_year.index, key=lambda y: abs(y - year))
    return float(by_year[near])


def _by_population(area: Area, authority: str, year: int) -> Block:
    """Return a block where an area gives none: England's a plan, times the authority's plans."""
    plans = plans_held(area, authority)
    near = min(plans.index, key=lambda y: abs(y - year))
    a_plan = policy.value("funding.national_high_needs_funding_gbp", on=year) / policy.value(
        "funding.national_plans", on=year
    )
    says = "no block given for this authority: England's a plan, times its plans"
    return Block(authority, year, float(plans[near]) * a_plan, says, "derived")
