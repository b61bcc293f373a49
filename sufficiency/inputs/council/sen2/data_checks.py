"""The checks that a SEND data manager runs before a SEN2 return is submitted: what is wrong, how badly, how often, where.

Each check is a function from a return to the rows at fault. Rows are named by module and the export's own row
identifier, with the child's hash masked; no value of a child is shown.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from sufficiency.inputs.council.sen2.census import SEN_SETTINGS
from sufficiency.inputs.council.sen2.hashing import masked
from sufficiency.inputs.council.sen2.sen2_return import Sen2
from sufficiency.words.vocabulary import NEEDS

NEED_A_REGISTER: Final = ("D04", "D05")
WEEKS_ALLOWED: Final = 20  # Special Educational Needs and Disability Regulations 2014, regulation 13


@dataclass(frozen=True)
class Check:
    """One check: its code, how bad a fault is, what it says, the module it is about, and what finds it."""

    code: str
    severity: str  # error, warning or information
    says: str
    module: str
    finds: Callable[[Sen2, pd.DataFrame], pd.Series]  # true at the module's rows that are at fault


@dataclass(frozen=True, eq=False)
class Checked:
    """What the checks found: `summary` has one row for each check, `rows` one for each fault."""

    summary: pd.DataFrame
    rows: pd.DataFrame

    def __repr__(self) -> str:
        """Return one line: how many faults of how many kinds."""
        return f"<Checked: {len(self.rows):,} faults of {int((self.summary['count'] > 0).sum())} kinds>"


def workbook(checked: Mapping[int, Checked]) -> bytes:
    """Return an .xlsx to work through: a summary of each January's faults, and a sheet of faults with a column to tick.

    A fault is found by its place among the module's records, the first being 1. No child's value is in it, nor a hash,
    nor the export's own identifiers, which may be anything.
    """
    names = ["code", "severity", "says"]
    counts = [one.summary.set_index(names)["count"].rename(f"January {year}") for year, one in checked.items()]
    faults = pd.concat([one.rows.assign(january=year, done="") for year, one in checked.items()], ignore_index=True)
    page = io.BytesIO()
    with pd.ExcelWriter(page, engine="xlsxwriter") as book:
        pd.concat(counts, axis=1).reset_index().to_excel(book, sheet_name="Summary", index=False)
        shown = ["january", "code", "severity", "module", "record", "done"]
        faults[shown].to_excel(book, sheet_name="Faults", index=False)
        for sheet in book.sheets.values():
            sheet.autofit()
            sheet.freeze_panes(1, 0)
    return page.getvalue()


def check_sen2(sen2: Sen2, register: pd.DataFrame | None) -> Checked:
    """Return every fault in a return.

    Parameters
    ----------
    sen2
        As `read_sen2` gives it.
    register
        Frame urn, setting_type, and closed (a date; blank while open). None: checks that need it are left out.

    Returns
    -------
    Checked
        `summary`: code, severity, says, count. `rows`: code, severity, module, record (its place in the module, from
        1), row (the export's own identifier), child (masked).
    """
    child = _children(sen2)
    summary, rows = [], []
    nothing = pd.DataFrame({"urn": [], "setting_type": [], "closed": []})
    for check in CHECKS:
        if register is None and check.code in NEED_A_REGISTER:
            continue
        frame: pd.DataFrame = getattr(sen2, check.module)
        wrong = check.finds(sen2, nothing if register is None else register) if len(frame) else pd.Series(dtype=bool)
        found = frame.loc[wrong[wrong].index, "row"] if len(frame) else pd.Series(dtype="str")
        summary.append({"code": check.code, "severity": check.severity, "says": check.says, "count": len(found)})
        rows.append(
            pd.DataFrame(
                {
                    "code": check.code,
                    "severity": check.severity,
                    "module": check.module,
                    "record": found.index + 1,
                    "row": found,
                    "child": masked(found.map(child[check.module]).fillna("").astype("str")),
                }
            )
        )
    return Checked(pd.DataFrame(summary), pd.concat(rows, ignore_index=True))


def _children(sen2: Sen2) -> Mapping[str, pd.Series]:
    """Return each module's row identifier -> the child's hash."""
    person = sen2.person.drop_duplicates("row").set_index("row")["child"]
    found = {"person": person}
    for module, link, parent in (
        ("requests", "person_row", "person"),
        ("assessment", "request_row", "requests"),
        ("namedplan", "assessment_row", "assessment"),
        ("plandetail", "plan_row", "namedplan"),
        ("activeplans", "request_row", "requests"),
        ("placementdetail", "active_row", "activeplans"),
        ("senneed", "active_row", "activeplans"),
    ):
        frame = getattr(sen2, module).drop_duplicates("row").set_index("row")
        found[module] = frame[link].map(found[parent])
    return found


def _orphan(module: str, link: str, parent: str) -> Callable[[Sen2, pd.DataFrame], pd.Series]:
    return lambda s, _: ~getattr(s, module)[link].isin(getattr(s, parent)["row"])


def _is_wrong(module: str, *dates: str) -> Callable[[Sen2, pd.DataFrame], pd.Series]:
    return lambda s, _: getattr(s, module)[[f"{d}_is_wrong" for d in dates]].any(axis=1)


def _repeated_child(sen2: Sen2, _: pd.DataFrame) -> pd.Series:
    child = sen2.person["child"]
    return (child != "") & child.duplicated(keep=False)


def _open_requests(sen2: Sen2) -> pd.Series:
    """Return the request rows whose plan is open on the census date."""
    day = sen2.census_date
    named = sen2.namedplan[
        (sen2.namedplan["started"] <= day) & (sen2.namedplan["ceased"].isna() | (sen2.namedplan["ceased"] > day))
    ]
    return named["assessment_row"].map(sen2.assessment.drop_duplicates("row").set_index("row")["request_row"]).dropna()


def _out_of_range(sen2: Sen2, _: pd.DataFrame) -> pd.Series:
    held = sen2.requests.loc[sen2.requests["row"].isin(_open_requests(sen2)), "person_row"]
    year = sen2.census_date.year + (sen2.census_date.month > 8)
    ncy = year - 5 - sen2.person["cohort"]
    return sen2.person["row"].isin(held) & ((ncy < -4) | (ncy > 20)).fillna(value=False).astype(bool)


def _several_open(sen2: Sen2, _: pd.DataFrame) -> pd.Series:
    asked = sen2.requests.drop_duplicates("row").set_index("row")["person_row"]
    rows = _open_requests(sen2)
    several = rows[rows.map(asked).duplicated(keep=False)]
    return sen2.namedplan.index.to_series().isin(several.index)


def _active_for_open(sen2: Sen2, _: pd.DataFrame) -> pd.Series:
    """Find open plans without an active-plan record."""
    rows = _open_requests(sen2)
    lacking = rows[~rows.isin(sen2.activeplans["request_row"])]
    return sen2.namedplan.index.to_series().isin(lacking.index)


def _ceased_but_active(sen2: Sen2, _: pd.DataFrame) -> pd.Series:
    day = sen2.census_date
    assessed = sen2.assessment.drop_duplicates("row").set_index("row")["request_row"]
    ceased = sen2.namedplan.loc[sen2.namedplan["ceased"] <= day, "assessment_row"].map(assessed)
    return sen2.activeplans["request_row"].isin(ceased) & ~sen2.activeplans["request_row"].isin(_open_requests(sen2))


def _lacks(module: str) -> Callable[[Sen2, pd.DataFrame], pd.Series]:
    return lambda s, _: ~s.activeplans["row"].isin(getattr(s, module)["active_row"])


def _primary_needs(sen2: Sen2) -> pd.Series:
    firsts = sen2.senneed[sen2.senneed["rank"] == 1].groupby("active_row").size()
    return sen2.activeplans["row"].map(firsts).fillna(0)


def _several_first_placements(sen2: Sen2, _: pd.DataFrame) -> pd.Series:
    placed, day = sen2.placementdetail, sen2.census_date
    first = placed[(placed["rank"] == 1) & (placed["left"].isna() | (placed["left"] > day))]
    return placed.index.to_series().isin(first.index[first["active_row"].duplicated(keep=False)])


def _late(sen2: Sen2, _: pd.DataFrame) -> pd.Series:
    """Find plans issued more than twenty weeks after the request, where no exception is recorded."""
    assessed = sen2.assessment.drop_duplicates("row").set_index("row")
    received = sen2.requests.drop_duplicates("row").set_index("row")["received"]
    asked = sen2.namedplan["assessment_row"].map(assessed["request_row"]).map(received)
    excepted = (
        sen2.namedplan["assessment_row"].map(assessed["is_excepted"])
        if "is_excepted" in assessed
        else pd.Series(data=False, index=sen2.namedplan.index)
    )
    weeks = (sen2.namedplan["started"] - asked).dt.days / 7
    return (weeks > WEEKS_ALLOWED) & ~excepted.fillna(value=False).astype(bool)


def _urn(sen2: Sen2, register: pd.DataFrame, *, closed: bool) -> pd.Series:
    urn = sen2.placementdetail["urn"]
    if not closed:
        return (urn != "") & ~urn.isin(register["urn"])
    shut = pd.to_datetime(urn.map(register.drop_duplicates("urn").set_index("urn")["closed"]), errors="coerce")
    still = sen2.placementdetail["left"].isna() | (sen2.placementdetail["left"] > sen2.census_date)
    return still & (shut <= sen2.census_date)


def _establishment(sen2: Sen2) -> pd.Series:
    return (sen2.placementdetail["urn"] != "") | (sen2.placementdetail["ukprn"] != "")


CHECKS: Final = (
    Check("P01", "error", "Several persons have the same identifier", "person", _repeated_child),
    Check("P02", "error", "A person has no UPN or ULN, and no reason why", "person", lambda s, _: ~s.person["has_identifier"]),
    Check("P03", "warning", "A UPN has not the form of one", "person", lambda s, _: s.person["upn_is_wrong"]),
    Check("P04", "error", "A person has no birth date that can be read", "person", lambda s, _: ~s.person["has_birth_date"]),
    Check("P05", "error", "A person with a plan is too young or too old for one", "person", _out_of_range),
    Check("P06", "warning", "A person has no postcode", "person", lambda s, _: ~s.person["has_postcode"]),
    Check("R01", "error", "A request belongs to no person", "requests", _orphan("requests", "person_row", "person")),
    Check("R02", "error", "A request was decided before it was received", "requests", lambda s, _: s.requests["decided"] < s.requests["received"]),
    Check("R03", "error", "A request has a date that can't be read", "requests", _is_wrong("requests", "received", "decided")),
    Check("A01", "error", "An assessment belongs to no request", "assessment", _orphan("assessment", "request_row", "requests")),
    Check("N01", "error", "A named plan belongs to no assessment", "namedplan", _orphan("namedplan", "assessment_row", "assessment")),
    Check("N02", "error", "A plan ceased before it started", "namedplan", lambda s, _: s.namedplan["ceased"] < s.namedplan["started"]),
    Check("N03", "error", "A plan has no start date that can be read", "namedplan", lambda s, _: s.namedplan["started"].isna()),
    Check("N04", "warning", "A plan ceased with no reason", "namedplan", lambda s, _: s.namedplan["ceased"].notna() & s.namedplan["cease_reason"].isna()),
    Check("N05", "warning", "A plan has a reason for ceasing but no date", "namedplan", lambda s, _: s.namedplan["ceased"].isna() & s.namedplan["cease_reason"].notna()),
    Check("N06", "error", "A reason for ceasing is not one of 1 to 9", "namedplan", lambda s, _: s.namedplan["cease_reason"].notna() & ~s.namedplan["cease_reason"].isin(range(1, 10))),
    Check("N07", "error", "A plan starts after the census date", "namedplan", lambda s, _: s.namedplan["started"] > s.census_date),
    Check("N08", "error", "A child has several plans open on the census date", "namedplan", _several_open),
    Check("N09", "error", "An open plan has no active-plan record", "namedplan", _active_for_open),
    Check("N10", "information", "A plan was issued more than 20 weeks after the request, with no exception", "namedplan", _late),
    Check("V01", "error", "An active plan belongs to no request", "activeplans", _orphan("activeplans", "request_row", "requests")),
    Check("V02", "error", "A ceased plan still has an active-plan record", "activeplans", _ceased_but_active),
    Check("V03", "error", "An active plan has no placement", "activeplans", _lacks("placementdetail")),
    Check("V04", "error", "An active plan has no need", "activeplans", _lacks("senneed")),
    Check("V05", "error", "An active plan has several primary needs", "activeplans", lambda s, _: _primary_needs(s) > 1),
    Check("V06", "error", "An active plan has needs but no primary one", "activeplans", lambda s, r: (_primary_needs(s) == 0) & ~_lacks("senneed")(s, r)),
    Check("S01", "error", "A need is not one of the codes", "senneed", lambda s, _: ~s.senneed["need"].isin([n for n in NEEDS if n != "UNK"])),
    Check("S02", "warning", "An active plan has the same need twice", "senneed", lambda s, _: s.senneed.duplicated(["active_row", "need"], keep=False)),
    Check("D01", "error", "A placement names both an establishment and a setting code", "placementdetail", lambda s, _: _establishment(s) & (s.placementdetail["sen_setting"] != "")),
    Check("D02", "error", "A placement names neither an establishment nor a setting code", "placementdetail", lambda s, _: ~_establishment(s) & (s.placementdetail["sen_setting"] == "")),
    Check("D03", "error", "A setting code is not one of the codes", "placementdetail", lambda s, _: (s.placementdetail["sen_setting"] != "") & ~s.placementdetail["sen_setting"].isin(SEN_SETTINGS)),
    Check("D04", "error", "A URN is not in the register of schools", "placementdetail", lambda s, r: _urn(s, r, closed=False)),
    Check("D05", "warning", "A placement is at a school that has closed", "placementdetail", lambda s, r: _urn(s, r, closed=True)),
    Check("D06", "warning", "A placement is marked as both SEN unit and resourced provision", "placementdetail", lambda s, _: s.placementdetail["is_unit"] & s.placementdetail["is_resourced"]),
    Check("D07", "error", "Several open placements are ranked first", "placementdetail", _several_first_placements),
    Check("D08", "error", "A placement was left before it was entered", "placementdetail", lambda s, _: s.placementdetail["left"] < s.placementdetail["entered"]),
)  # fmt: skip
