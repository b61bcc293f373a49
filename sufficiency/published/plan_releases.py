"""Releases of EHC plans read together: of each authority and year, the rows of the latest release that has any."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import pandas as pd

from sufficiency.errors import InputError, MissingError
from sufficiency.inputs import catalogue
from sufficiency.inputs.ehc_releases import KINDS
from sufficiency.inputs.files.release import Release
from sufficiency.inputs.files.sheets import Sheet
from sufficiency.inputs.releases import dfe_ehc_plans

# The table of a draft that each file makes, and what it costs to be without.
COSTS: Final = {
    "needs": (
        "states",
        "needs are not known: every plan is counted as 'not recorded', and places can't be planned by need",
    ),
    "new": ("flows", "joiners are inferred from the stock alone"),
    "new_needs": ("flows", "joiners' needs are those of the stock"),
    "ceased": ("flows", "leavers are inferred from the stock alone"),
    "requests": ("requests", "levers on requests and thresholds can't be tested"),
}


READERS: Final = {
    "needs": dfe_ehc_plans.needs,
    "new": dfe_ehc_plans.new_plans,
    "new_needs": dfe_ehc_plans.new_needs,
    "ceased": dfe_ehc_plans.ceased_plans,
    "requests": dfe_ehc_plans.requests,
}


def faults(found: list[catalogue.Found]) -> dict[Sheet, str]:
    """Return the files of releases that can't be read, and why."""
    readers = {KINDS[name]: reader for name, reader in READERS.items()}
    readers |= {KINDS["caseload"]: dfe_ehc_plans.stock, KINDS["assessments"]: dfe_ehc_plans.requests}
    wrong = {}
    for file in found:
        if file.kind in readers and file.release is not None:
            try:
                readers[file.kind](file.release)
            except InputError as caught:
                wrong[file.sheet] = str(caught)
            except MissingError:
                continue  # of requests without assessments, which is told of the area
    return wrong


def stocks(seen: catalogue.Survey, gaps: list[tuple[str, str, str]]) -> dict[Release, pd.DataFrame]:
    """Return plans in January of every release that can be read.

    Raises
    ------
    MissingError
        If there is none.
    InputError
        If there are some and none can be read.
    """
    releases = [f.release for f in catalogue.of_kind(seen.found, "ehc_plans") if f.release]
    if not releases:
        raise MissingError(
            f"no EHC-plan release in {seen.root}: download DfE, Education, health and care plans, all files, as a zip"
        )
    by_release: dict[Release, pd.DataFrame] = {}
    for release in releases:
        try:
            by_release[release] = dfe_ehc_plans.stock(release)
        except (InputError, MissingError) as caught:
            if len(releases) == 1:
                raise
            gaps.append(("plans", "doubtful", f"{release.name} is left out: {caught}"))
    if not by_release:
        raise InputError(f"no EHC-plan release in {seen.root} can be read: {gaps[-1][2]}")
    return by_release


def refuse_half(stock: pd.DataFrame, release: str) -> None:
    """Refuse a release whose latest January has less than half of the authorities of the one before: it was cut short."""
    own = stock[(stock["level"] == "authority") & stock["plans"].notna()]
    counts = own.groupby("year")["authority"].nunique()
    if len(counts) > 1 and counts.iloc[-1] < counts.iloc[-2] / 2:
        raise InputError(
            f"{release}: January {counts.index[-1]} has {counts.iloc[-1]} authorities, and January {counts.index[-2]} "
            f"has {counts.iloc[-2]}; half of them are missing, so caseload.csv was cut short: download it again"
        )


def of_each(
    reader: Callable[[Release], pd.DataFrame],
    latest_first: Sequence[Release],
    name: str,
    gaps: list[tuple[str, str, str]],
) -> pd.DataFrame:
    """Return one file of every release as `latest_of` joins them; a note says what the latest release lacks."""
    frames = []
    for release in latest_first:
        try:
            frames.append(reader(release))
        except (InputError, MissingError) as caught:
            if release is latest_first[0] or isinstance(caught, InputError):
                table, cost = COSTS[name]
                gaps.append((table, "missing", f"{caught}: {cost}"))
    return latest_of(frames)


def latest_of(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of releases, the latest first: of each authority and year those of the latest that has any."""
    kept: list[pd.DataFrame] = []
    told: set[tuple[str, int]] = set()
    for frame in frames:
        pairs = list(zip(frame["authority"], frame["year"], strict=True))
        kept.append(frame[[pair not in told for pair in pairs]])
        told.update(pairs)
    return pd.concat(kept, ignore_index=True) if kept else pd.DataFrame()
