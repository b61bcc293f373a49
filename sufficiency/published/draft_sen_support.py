"""SEN Support of a draft area: pupils and their share by phase, in years with no gap between them."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sufficiency.published.downloads import Downloads
from sufficiency.published.gathered import Draft

# What to download where it is missing.
SEN_SUPPORT_FILES: Final = "DfE, Special educational needs in England, or the Local authority interactive tool"


def add(made: Draft, downloads: Downloads) -> None:
    """Add SEN Support from its own release where that is there, else from the tool that repeats its percentages."""
    counted = downloads.of("sen_in_england", made.code)
    if len(counted):
        own = _last_run(counted[counted["year"] <= made.base_year].drop_duplicates(["year", "phase"], keep="last"))
        made.tables["sen_support"] = own[["authority", "year", "phase", "pupils", "sen_support_percent"]]
        made.sources["sen_support"] = "DfE, Special educational needs in England"
        return
    if downloads.sen_support.empty:
        made.note("sen_support", "missing", f"SEN Support is not forecast; add {SEN_SUPPORT_FILES}")
        return
    own = downloads.named("sen_support", made.name)
    own = own[own["year"] <= made.base_year].drop_duplicates(["year", "phase"], keep="last")
    own = _last_run(own)
    if own.empty:
        made.note(
            "sen_support",
            "missing",
            f"it has no rows in the tool: SEN Support is not forecast; add {SEN_SUPPORT_FILES}",
        )
        return
    pupils = _pupils(downloads.of("pupils", made.code))
    rows = own.assign(authority=made.code).merge(pupils, on=["year", "phase"], how="left")
    made.tables["sen_support"] = rows[["authority", "year", "phase", "pupils", "sen_support_percent"]]
    made.sources["sen_support"] = "DfE, Local authority interactive tool; pupils from the school census where published"


def _last_run(own: pd.DataFrame) -> pd.DataFrame:
    """Return each phase's latest years with no gap between them."""
    kept = []
    for _, frame in own.groupby("phase"):
        years = sorted(set(frame["year"]), reverse=True)
        run = [y for i, y in enumerate(years) if y == years[0] - i]
        kept.append(frame[frame["year"].isin(run)])
    return pd.concat(kept) if kept else own


def _pupils(own: pd.DataFrame) -> pd.DataFrame:
    if own.empty:
        return pd.DataFrame({"year": pd.Series(dtype="Int64"), "phase": "", "pupils": 0.0})
    bands = {"primary": own["ncy"].between(-2, 6), "secondary": own["ncy"].between(7, 11), "all": own["ncy"].notna()}
    sums = [own[inside].groupby("year", as_index=False)["pupils"].sum().assign(phase=p) for p, inside in bands.items()]
    return pd.concat(sums, ignore_index=True).astype({"year": "Int64"})
