"""The modelled school run beside published national figures, and what a reader should know of it, in words."""

from __future__ import annotations

from typing import Final

import pandas as pd
import xarray as xr

from sufficiency import policy
from sufficiency.area.area import Area
from sufficiency.transport.modes.modes import TAXIS

NEAR: Final = 0.15  # as a share of the national figure

_RATES: Final = "rates a day and a km are working assumptions, not contracts, and distances are the area's own"
WHY: Final = {
    "cost of a traveller": _RATES,
    "cost of a traveller by taxi": _RATES,
    "share by taxi": "children ride in what costs least, a stated preference for minibuses apart; at the rates assumed and "
    "within the guide on time on board, a minibus seldom fills, and routed plans choose taxis too",
    "share by minibus": "the same",
    "share alone": "who needs to travel alone follows the area's mix of needs",
}


def against_national(area: Area, runs: xr.Dataset) -> pd.DataFrame:
    """Return measure, modelled, national, unit, source, note: the base year, before calibration."""
    base = runs.sel(year=area.base_year).mean("draw").sum(("authority", "setting"))
    children, gbp = base["children"], base["gbp"]
    taxi, bus = {"mode": list(TAXIS)}, {"mode": ["minibus", "in_house_minibus"]}
    rows = [
        ("cost of a traveller", gbp.sum() / children.sum(), "transport.unit_cost_gbp"),
        ("cost of a traveller by taxi", gbp.sel(taxi).sum() / children.sel(taxi).sum(), "transport.taxi_unit_cost_gbp"),
        ("share by taxi", children.sel(taxi).sum() / children.sum(), "transport.taxi_share"),
        ("share by minibus", children.sel(bus).sum() / children.sum(), "transport.bus_share"),
        ("share alone", children.sel(mode="solo_taxi").sum() / children.sum(), "transport.solo_share"),
    ]
    return pd.DataFrame([_compared(area, measure, float(found), name) for measure, found, name in rows])


def notes(calibration: pd.DataFrame, national: pd.DataFrame, straight: float, error: float) -> pd.DataFrame:
    """Return notes as `tables.NOTES`; `straight` is the share of journeys estimated, `error` that of approximate rounds."""
    rows = [
        (
            "assumed",
            f"{row.authority}: cost × {row.factor:.2f}, to {row.basis}; before that a traveller costs "
            f"{row.modelled_gbp:,.0f} GBP a year",
        )
        for row in calibration.itertuples()
    ]
    rows += [
        ("assumed", f"{row.measure}: {_shown(row.modelled)} modelled, {_shown(row.national)} national, {row.note}")
        for row in national.itertuples()
    ]
    rows += [
        (
            "doubtful",
            f"walking distance is an estimate for {straight:.0%} of journeys, so entitlement is a probability",
        ),
        ("doubtful", f"cost at one school is an approximation of rounds, within {error:.0%} two times in three"),
        (
            "assumed",
            "children turned away, at mainstream schools, at colleges and elsewhere are carried by stated shares, distances "
            "and modes, drawn from their ranges",
        ),
    ]
    return pd.DataFrame([("transport", kind, says) for kind, says in rows], columns=["table", "kind", "says"])


def _compared(area: Area, measure: str, found: float, name: str) -> dict[str, object]:
    national, rate = area.value(name), policy.rate(name)
    off = found / national - 1
    near = abs(off) <= NEAR
    note = "near the national figure" if near else f"{abs(off):.0%} {'above' if off > 0 else 'below'}: {WHY[measure]}"
    return {
        "measure": measure,
        "modelled": found,
        "national": national,
        "unit": rate.unit,
        "source": rate.source,
        "note": note,
    }


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"
