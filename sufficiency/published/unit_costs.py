"""What a placement costs an authority, from Section 251 spending over plans in the January of the same year."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency import policy
from sufficiency.words.school_year import financial_label
from sufficiency.words.vocabulary import SETTING_TYPES

# Phases of spending that pay for a type of setting, and the types whose plans they are spread over.
STATE: Final = {
    "special": (("special",), ("special",)),
    "mainstream": (("primary", "secondary"), ("mainstream", "sen_unit", "resourced_provision")),
    "sen_unit": (("primary", "secondary"), ("mainstream", "sen_unit", "resourced_provision")),
    "resourced_provision": (("primary", "secondary"), ("mainstream", "sen_unit", "resourced_provision")),
    "further_education": (("post_16",), ("further_education",)),
}
INDEPENDENT: Final = {
    "independent_special": (("primary", "secondary", "special"), ("independent_special", "non_maintained_special")),
    "specialist_post_16": (("post_16",), ("specialist_post_16",)),
}
STATE_LINES: Final = ("1.2.1", "1.2.2")
INDEPENDENT_LINE: Final = "1.2.3"
# The benchmarking tool's words for the same lines and phases.
TOOL_LINES: Final = {"maintained schools": "1.2.1", "non-maintained": INDEPENDENT_LINE}
TOOL_PHASES: Final = {
    "Primary": "primary",
    "Secondary": "secondary",
    "Special schools and academies": "special",
    "Post School": "post_16",
}
FEE: Final = "independent_special"


def unit_costs(outturn: pd.DataFrame, benchmarks: pd.DataFrame, stock: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Return setting_type, item, financial_year, gbp, and which could not be told and why. [GBP a child a year]

    Parameters
    ----------
    outturn
        The authority's rows, as `dfe_section_251.outturn` reads them; may be empty.
    benchmarks
        Its rows, as `dfe_funding.benchmarking` reads them: used for years that the outturn lacks.
    stock
        Its plans in every January. [plans]

    A cost several times England's, or a small part of it, is not used: the spending is coded to another phase.
    """
    lines = pd.concat([_of_tool(benchmarks), _of_outturn(outturn)], ignore_index=True)
    if lines.empty:
        return pd.DataFrame(columns=["setting_type", "item", "financial_year", "gbp"]), []
    lines = lines.drop_duplicates(["financial_year", "line", "phase"], keep="last")
    plans = stock[stock["age"].eq("all")].groupby(["year", "setting_type"])["plans"].sum()
    rows: list[tuple[str, str, int, float]] = []
    doubts: list[str] = []
    for year, own in lines.groupby("financial_year"):
        spent = own.groupby(["line", "phase"])["gbp"].sum()
        for wanted, types in (STATE_LINES, STATE), ((INDEPENDENT_LINE,), INDEPENDENT):
            for kind, (phases, spread) in types.items():
                gbp = float(sum(spent.get((line, phase), 0.0) for line in wanted for phase in phases))
                children = float(sum(plans.get((int(str(year)) + 1, s), 0) or 0 for s in spread))
                if gbp > 0 and children > 0:
                    _add(rows, doubts, kind, int(str(year)), gbp / children)
    return pd.DataFrame(rows, columns=["setting_type", "item", "financial_year", "gbp"]), doubts


def _add(rows: list[tuple[str, str, int, float]], doubts: list[str], kind: str, year: int, gbp: float) -> None:
    item = "fee" if kind == FEE else "top_up"
    england = policy.value(f"funding.{item}_{kind}_gbp", on=year)
    factor = policy.value("published.cost_factor", on=year)
    if not england / factor <= gbp <= england * factor:
        doubts.append(
            f"spending of {financial_label(year)} over plans would be £{gbp:,.0f} a child at "
            f"{SETTING_TYPES[kind].name.lower()}, where England's is £{england:,.0f}: taken to be coded to another phase, "
            "so England's cost stands in"
        )
        return
    rows.append((kind, item, year, round(gbp)))
    if kind == FEE:
        place = policy.value("funding.special_place_gbp", on=year)
        if gbp > place:
            rows.append(("non_maintained_special", "top_up", year, round(gbp - place)))


def _of_outturn(outturn: pd.DataFrame) -> pd.DataFrame:
    columns = ["financial_year", "line", "phase", "gbp"]
    return outturn[columns] if len(outturn) else pd.DataFrame(columns=columns)


def _of_tool(benchmarks: pd.DataFrame) -> pd.DataFrame:
    columns = ["financial_year", "line", "phase", "gbp"]
    if benchmarks.empty:
        return pd.DataFrame(columns=columns)
    own = benchmarks[benchmarks["report"].eq("outturn") & benchmarks["phase"].isin(TOOL_PHASES)]
    words = own["line"].str.lower()
    line = pd.Series("", index=own.index)
    for start, number in TOOL_LINES.items():
        line = line.mask(words.str.startswith("top up") & words.str.contains(rf"\({start}"), number)
    kept = own.assign(line=line, phase=own["phase"].map(TOOL_PHASES))
    return kept[kept["line"].ne("") & kept["financial_year"].gt(0)][columns]
