"""High needs figures of an authority from the dedicated schools grant's tables."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.inputs.releases.dfe_section_251 import CARRIED_FORWARD

NOT_KEPT: Final = ("nff_allocation_gbp",)  # the formula's own check of its parts
OTHER_PROVIDERS: Final = ("alternative provision", "hospital", "16-19", "further education")


def high_needs(own_block: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """Return an authority's block and place deductions: financial_year, item, amount. [GBP; pupils]

    Parameters
    ----------
    own_block, own
        The authority's rows of the block and of its deductions, as `inputs.releases.dfe_funding` reads them, any years;
        either may be empty.
    """
    parts = []
    if len(own_block):
        parts.append(own_block[~own_block["item"].isin(NOT_KEPT)])
    if len(own):
        totals = own["provider"].str.lower().str.startswith("total deduction")
        parts += [_summed(own[totals], "deductions_gbp"), _summed(_others(own[~totals]), "other_place_deductions_gbp")]
    if not parts:
        return pd.DataFrame(columns=["financial_year", "item", "amount"])
    found = pd.concat(parts, ignore_index=True)[["financial_year", "item", "amount"]]
    return found.drop_duplicates(["financial_year", "item"], keep="last", ignore_index=True)


def balances(outturn: pd.DataFrame) -> pd.DataFrame:
    """Return the grant's balance at each year's end: financial_year, item, amount; negative for a deficit. [GBP]"""
    if outturn.empty:
        return pd.DataFrame(columns=["financial_year", "item", "amount"])
    own = outturn[outturn["line"].eq(CARRIED_FORWARD) & outturn["phase"].isin(["net", "gross"])]
    last = own.sort_values("phase").drop_duplicates("financial_year", keep="last").rename(columns={"gbp": "amount"})
    return last.assign(item="reported_carried_forward_gbp")[["financial_year", "item", "amount"]].reset_index(drop=True)


def _others(own: pd.DataFrame) -> pd.DataFrame:
    """Return pounds deducted for alternative provision, hospitals, colleges, and mainstream schools after 16."""
    provider, kind = own["provider"].str.lower(), own["kind"].str.lower()
    after_16 = provider.str.startswith("mainstream") & kind.str.startswith("post-16")
    alternative = kind.str.contains("alternative provision") | kind.str.contains(r"\bap\b")
    is_other = provider.str.startswith(OTHER_PROVIDERS) | after_16 | alternative
    return own[is_other & own["period"].str.lower().str.contains("deduction")]


def _summed(rows: pd.DataFrame, item: str) -> pd.DataFrame:
    return rows.groupby("financial_year", as_index=False)["amount"].sum().assign(item=item)
