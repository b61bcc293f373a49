"""How sure is it where a child goes who finds no state special place: `python -m benchmarks.marginal_child_ways [FOLDER]`.

Prints the rates behind `overflow.csv`; the same estimated in other ways; whether the turned away go as growth goes; the
most that could have gone to independent schools; what was estimated early beside what came later; and, by age, the shares
that ship beside a comparison of authorities' levels, which rests on other differences; what Northamptonshire's own would
be; and what a child turned away costs beside a state place.
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from benchmarks import panel
from data.overflow import placements
from data.overflow.by_age import growth_by_age
from data.overflow.marginal_child import SPAN, estimate, other_ways
from data.overflow.rates import SUPPLY, changes, regress
from sufficiency import policy
from sufficiency.allocate.overflow.sampled import national_overflow
from sufficiency.words.vocabulary import ENGLAND

FIRST, MIDDLE, LAST = 2019, 2022, 2025
OWN = ("E06000061", "E06000062")  # North and West Northamptonshire
NAMES = list(placements.SCHOOL_AGE)
LEAST_PLANS, MOST_UNRECORDED = 150, 0.03  # of an authority's age group, for its levels to be compared


def main() -> None:
    release = panel.folder(sys.argv[1:]) / "ehcp_2025"
    whole = placements.stock(release)
    table = placements.of_authorities(whole)
    found = estimate(table)
    print(f"{found.cases} changes over {SPAN} years, {len(found.own)} authorities; their own split weighs", end=" ")
    print(f"{found.weight.mean():.2f} on average ({found.weight.min():.2f} to {found.weight.max():.2f})")
    print("One more child with a plan (growth), one more state special place (substitution): share of a child")
    print(found.rates.round(3).to_string())
    print("\nSubstitution, estimated in other ways")
    ways = pd.DataFrame({way: -rates.of(SUPPLY) for way, rates in other_ways(table, NAMES).items()}).T
    print(ways.round(2).to_string(header=[n.removeprefix("in_")[:11] for n in ways]))
    print("\nShares of those turned away, all ages\n" + found.shares.round(3).to_string(index=False) + "\n")
    _same_as_growth(table)
    _most(whole.loc[ENGLAND])
    _later(table)
    _by_age(table, placements.of_authorities(placements.stock_by_age(release)))
    print("\nNorthamptonshire's own, all ages, and how far its own growth counts (middle of each share)")
    splits = {"England": found} | {f"{code}, {found.weight[code]:.2f}": found.for_authority(code) for code in OWN}
    print(
        pd.DataFrame({k: s.shares.set_index("destination")["middle"] for k, s in splits.items()}).round(3).to_string()
    )
    _worth()


def _worth() -> None:
    """Print what a child turned away costs High Needs beside a state place, as the library ships it; transport apart."""
    table = national_overflow()
    price = table[["gbp_low", "gbp_middle", "gbp_high"]].mean(axis=1)
    place = policy.value("funding.special_place_gbp", on=LAST) + policy.value("allocate.placement_special_gbp", on=LAST)
    print(
        f"\nA child turned away costs High Needs, by the shares and prices that ship (a state place: {place:,.0f} GBP)"
    )
    for group in ("5-10", "11-15"):
        own = table["age_group"] == group
        share = table.loc[own, "share_middle"] / table.loc[own, "share_middle"].sum()
        is_fee = table.loc[own, "destination"] == "in_independent"
        fee, rest = ((share * price[own])[k].sum() / share[k].sum() for k in (is_fee, ~is_fee))
        print(
            f"  {group}: {(share * price[own]).sum():,.0f} GBP; a place saves where more than "
            f"{(place - rest) / (fee - rest):.2f} of those it takes would be at independent schools"
        )


def _same_as_growth(table: pd.DataFrame) -> None:
    rates = regress(changes(table, NAMES, span=SPAN), NAMES)
    gap = (rates.of("all") + rates.of(SUPPLY)).to_numpy()[:-1]
    spread = rates.spread("all") + rates.spread(SUPPLY) + rates.spread("all", SUPPLY) + rates.spread(SUPPLY, "all")
    wald = float(gap @ np.linalg.solve(spread[:-1, :-1], gap))
    print(f"The turned away go as growth goes: chi-squared {wald:.1f} on {len(gap)}, p {chi2.sf(wald, len(gap)):.2f}")


def _most(england: pd.DataFrame) -> None:
    missing = (
        england.loc[FIRST, SUPPLY] / england.loc[FIRST].sum() * england.loc[LAST].sum() - england.loc[LAST, SUPPLY]
    )
    added = england.loc[LAST, "in_independent"] - england.loc[FIRST, "in_independent"]
    print(
        f"Had every independent child added since {FIRST} been turned away: {added:,.0f} of {missing:,.0f}, "
        f"{added / missing:.2f}\n"
    )


def _later(table: pd.DataFrame) -> None:
    years = table.index.get_level_values("year")
    early = estimate(table[years <= MIDDLE], span=2).shares.set_index("destination")
    rates = regress(changes(table[years >= MIDDLE], NAMES, span=SPAN), NAMES)
    later, error = -rates.of(SUPPLY), pd.Series(np.sqrt(np.diag(rates.spread(SUPPLY))), NAMES)
    reach = norm.ppf(0.95) * error
    inside = (later + reach >= early["low"]) & (later - reach <= early["high"])
    print(f"Shares by what was known in January {MIDDLE} (90 %), and substitution from then to {LAST} (its error)")
    for name, row in early.iterrows():
        print(
            f"  {name:26s}{row['low']:5.2f} to {row['high']:4.2f}   {later[name]:5.2f} ({error[name]:.2f})"
            f"{'' if inside[name] else '   apart'}"
        )


def _by_age(table: pd.DataFrame, by_age: pd.DataFrame) -> None:
    found, growth = estimate(table), growth_by_age(by_age)
    print(
        "\nBy age: shares (90 %), and how much lower a destination's share of plans is where state special's is higher"
    )
    for group in ("5-10", "11-15"):
        shares = found.tilted(growth.loc[group]).shares.set_index("destination")
        counts = by_age.loc[group].xs(LAST - 1, level="year")
        sums = counts.sum(axis=1)
        counts = counts.loc[(sums > LEAST_PLANS) & (counts["not_recorded"] < MOST_UNRECORDED * sums), [*NAMES, SUPPLY]]
        part = counts.div(counts.sum(axis=1), axis=0)
        X = np.column_stack([part[SUPPLY], np.ones(len(part))])
        slope, squares = np.linalg.lstsq(X, part[NAMES].to_numpy(), rcond=None)[:2]
        error = np.sqrt(squares / (len(X) - 2) * np.linalg.inv(X.T @ X)[0, 0])
        for name, level, sd in zip(NAMES, -slope[0], error, strict=True):
            low, middle, high = shares.loc[name, ["low", "middle", "high"]]
            print(f"  {group:6s}{name:26s}{middle:.2f} ({low:.2f} to {high:.2f})   {level:5.2f} ({sd:.2f})")


if __name__ == "__main__":
    main()
