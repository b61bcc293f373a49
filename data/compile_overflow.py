"""Compile what the library assumes of children turned away: `python data/compile_overflow.py DOWNLOADS [OUT]`.

Writes `overflow.csv` and `overflow_by_need.csv` (shipped as assumptions) and `latent_need.csv` (a fact of England). Shares
are estimated in `data/overflow`; prices, shares carried and distances, which no release holds, are read from
`data/facts/england/overflow_evidence.csv`, each with its source.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from overflow import placements
from overflow.by_age import growth_by_age
from overflow.latent_need import latent_need
from overflow.marginal_child import SPAN, MarginalSplit, estimate
from overflow.placements import AFTER_16

from sufficiency.inputs.releases import dfe_ehc_plans
from sufficiency.tables.overflow import OVERFLOW
from sufficiency.words.school_year import AGE_GROUPS
from sufficiency.words.vocabulary import ENGLAND

FACTS: Final = Path(__file__).parent / "facts" / "england"
ASSUMPTIONS: Final = Path(__file__).parents[1] / "sufficiency" / "assumptions"
RELEASE: Final = "DfE, Education, health and care plans, 2025 release"
NO_PLACE: Final = "unit"  # a child turned away from every suitable state place has none in a unit either
ESTIMATED: Final = ("5-10", "11-15")
AS: Final = {"under 5": "5-10", "20-25": "16-19"}  # ages with too little growth for a split of their own
ODDS_RANGE: Final = (0.5, 2.0)  # around a share that is one year's growth, not an estimate
MARKET: Final = ("in_independent", "in_non_maintained")  # whose growth is limited by how fast schools open
LIMIT_YEARS, LIMIT_QUANTILE, LEAST_CHILDREN = 3, 0.75, 30
# Labels of "Type of placement" rows, whole; of those that overlap a total stands alone.
LABELS: Final = {
    "in_mainstream": r"mainstream - (?!total)[^(]*",
    "in_independent": r"special - independent",
    "in_non_maintained": r"special - non-maintained",
    "in_alternative_provision": r"ap/pru - total",
    "arranged_otherwise": r".*(arrangements by la|online|welsh|other schools).*",
    "home_educated": r".*(home education|by parents).*",
    "waiting": r".*(other placement settings|compulsory school age).*",
    NO_PLACE: r"mainstream - .*\((resourced|sen unit).*",
}


def main(downloads: Path, assumptions: Path, facts: Path) -> None:
    """Write the three tables."""
    release = downloads / "ehcp_2025"
    table, by_age = placements.stock(release), placements.stock_by_age(release)
    authorities = placements.of_authorities(table)
    growth = growth_by_age(placements.of_authorities(by_age))
    tables = {
        assumptions / "overflow.csv": overflow(estimate(authorities), growth, growth_limits(table, authorities)),
        assumptions / "overflow_by_need.csv": by_need(release),
        facts / "latent_need.csv": latent_need(table, by_age, authorities),
    }
    for path, frame in tables.items():
        frame.to_csv(path, index=False, lineterminator="\n")


def overflow(split: MarginalSplit, growth: pd.DataFrame, limits: pd.Series) -> pd.DataFrame:
    """Return `overflow.csv`: one row for each age group and destination.

    Parameters
    ----------
    split
        Where the marginal child goes, all ages.
    growth
        Age group × destination, as `growth_by_age`.
    limits
        By destination: the most by which children there can grow a year.
    """
    source = f"{RELEASE}, January 2019 to 2025: {split.cases} changes of authorities over {SPAN} years"
    shares = {
        group: split.tilted(growth.loc[group])
        .without(NO_PLACE)
        .shares.assign(share_source=f"{source}; split by age as one year's growth (data/overflow)")
        for group in ESTIMATED
    }
    shares["16-19"] = _one_years_growth(growth.loc["16-19", list(AFTER_16)])
    for group, other in AS.items():
        shares[group] = shares[other].assign(share_source=f"as {other}; " + shares[other]["share_source"])
    whole = pd.concat([shares[group].assign(age_group=group) for group in AGE_GROUPS], ignore_index=True)
    whole = whole.rename(columns={k: f"share_{k}" for k in ("low", "middle", "high")})
    whole = whole.merge(_evidence(), on="destination", validate="many_to_one").join(limits, on="destination")
    return whole[list(OVERFLOW.columns)].round({"share_low": 4, "share_middle": 4, "share_high": 4, "growth_high": 4})


def growth_limits(table: pd.DataFrame, authorities: pd.DataFrame) -> pd.Series:
    """Return the most by which children in each part of the market can grow a year: authorities' upper quartile.

    By children, spans of three years from any January, England's own growth at least.
    """
    last = int(table.index.get_level_values("year").max())
    found = {}
    for destination in MARKET:
        own = authorities[destination].unstack("year")
        pairs = [own[[y, y + LIMIT_YEARS]].dropna() for y in own.columns if y + LIMIT_YEARS <= last]
        kept = [p.set_axis(["then", "now"], axis=1) for p in pairs]
        spans = pd.concat(kept).query(f"then >= {LEAST_CHILDREN} and now > 0")
        rate = (spans["now"] / spans["then"]) ** (1 / LIMIT_YEARS) - 1
        order = np.argsort(rate.to_numpy(), kind="stable")
        below = spans["then"].to_numpy()[order].cumsum() / spans["then"].sum()
        upper = float(rate.to_numpy()[order][np.searchsorted(below, LIMIT_QUANTILE)])
        nation = table.loc[ENGLAND, destination]
        found[destination] = max(upper, float((nation[last] / nation[last - LIMIT_YEARS]) ** (1 / LIMIT_YEARS) - 1))
    return pd.Series(found, name="growth_high")


def by_need(release: Path) -> pd.DataFrame:
    """Return `overflow_by_need.csv`: how many times likelier each need is at a destination than all needs together.

    Of plans not in state special schools, England, January 2025, all ages.
    """
    needs = dfe_ehc_plans.needs_by_placement(release)
    needs = needs[(needs["level"] == "nation") & (needs["need"] != "UNK")]
    counts = pd.DataFrame(
        {
            destination: needs[needs["placement"].str.fullmatch(label)].groupby("need")["plans"].sum()
            for destination, label in LABELS.items()
        }
    )
    odds = counts.div(counts.sum(axis=1), axis=0) / (counts.sum() / counts.to_numpy().sum())
    long = (
        odds[list(set(LABELS) - {NO_PLACE})]
        .round(3)
        .melt(ignore_index=False, var_name="destination", value_name="odds")
    )
    source = "DfE, EHC plans 2025: needs by placement, England, January 2025, all ages"
    return long.reset_index().assign(source=source).sort_values(["need", "destination"], ignore_index=True)


def _one_years_growth(split: pd.Series) -> pd.DataFrame:
    """Return shares that are one year's growth, their odds taken to be between half and double."""
    shares = split[split > 0].rename("middle").rename_axis("destination").reset_index()
    odds = shares["middle"] / (1 - shares["middle"])
    low, high = (odds * k / (1 + odds * k) for k in ODDS_RANGE)
    source = f"not estimated: growth of England at those ages, January 2024 to 2025, odds half to double; {RELEASE}"
    return shares.assign(low=low, high=high, share_source=source)


def _evidence() -> pd.DataFrame:
    told = pd.read_csv(FACTS / "overflow_evidence.csv")
    price = told["price_status"] + ": " + told["price_source"]
    carried = told["entitled_status"] + ": " + told["entitled_source"]
    distance = "; distance " + told["distance_status"] + ": " + told["distance_source"]
    return told.assign(price_source=price, entitled_source=carried + distance)


if __name__ == "__main__":
    out = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    main(Path(sys.argv[1]), out or ASSUMPTIONS, out or FACTS)
