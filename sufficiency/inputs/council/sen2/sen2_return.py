"""DfE SEN2 person-level return, as systems export it: a folder or zip of CSVs (a file for each module), or one XML file.

Publisher's name -> ours, for schema versions 1.1 to 1.3. Names, UPN, ULN, postcode and birth date don't outlive the
reading: a child becomes a salted hash, a birth date the school cohort, a postcode the zone that `zones` gives it.

Source: DfE, *Special educational needs survey: SEN2 guide*, modules 0 to 5; the names of the COLLECT export.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency.errors import InputError, MissingError, nearest, one_of
from sufficiency.inputs.council.sen2.export_files import read_modules
from sufficiency.inputs.council.sen2.hashing import checked_salt, hashed
from sufficiency.inputs.council.sen2.modules import DATES, MODULES, PASSED_OVER, TRUTHS, needed

UPN_FORM: Final = r"[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]"


@dataclass(frozen=True, eq=False)
class Sen2:
    """A return without anybody's name: a frame a module, linked by row identifiers."""

    version: str
    census_date: pd.Timestamp
    la_number: int | None
    person: pd.DataFrame
    requests: pd.DataFrame
    assessment: pd.DataFrame
    namedplan: pd.DataFrame
    plandetail: pd.DataFrame
    activeplans: pd.DataFrame
    placementdetail: pd.DataFrame
    senneed: pd.DataFrame

    def __repr__(self) -> str:
        """Return one line without anybody: version, census date and how many persons."""
        return f"<Sen2 {self.version}: {self.census_date.day} {self.census_date:%B %Y}, {len(self.person):,} persons>"


def read_sen2(path: Path, *, salt: bytes, zones: Mapping[str, str] | None = None) -> Sen2:
    """Return a person-level return, hashed as it is read.

    Parameters
    ----------
    path
        A folder or zip of module CSVs (`…person.csv`, `…requests.csv` …), or an XML file.
    salt
        See `sufficiency.inputs.council.sen2.hashing.local_salt`. Files to be joined need the same.
    zones
        Postcode without spaces -> zone. Without it, children have no zone.

    Raises
    ------
    MissingError
        If the path or a module is not there.
    InputError
        If a file can't be read, or a column is missing or unknown. No value is ever quoted, nor a column's name that
        is not the publisher's: the first row may be a child's.
    """
    checked_salt(salt)
    raw = dict(read_modules(path))
    missing = [m for m in MODULES if m not in raw]
    if missing:
        raise MissingError(f"{path.name} lacks the SEN2 modules {', '.join(missing)}; it has {one_of(raw)}")
    version = _version(raw)
    frames = {name: _renamed(name, raw[name]) for name in MODULES}
    heading = frames["sen2"]
    if len(heading) != 1 or heading["census_date"].isna().any():
        raise InputError(f"{path.name}: module sen2 needs one row with a reference date; it has {len(heading)}")
    frames["person"] = _without_names(frames["person"], salt, zones or {})
    number = pd.to_numeric(heading["la_number"], errors="coerce").iloc[0]
    la_number = None if pd.isna(number) else int(number)
    return Sen2(version, heading["census_date"].iloc[0], la_number, **{n: f for n, f in frames.items() if n != "sen2"})


def _version(raw: Mapping[str, pd.DataFrame]) -> str:
    """Return the schema version that the columns show: 1.1 to 1.3."""
    has = {str(c).lower() for frame in raw.values() for c in frame}
    return "1.3" if has & {"requestsource", "dsco"} else "1.2" if "sex" in has else "1.1"


def _renamed(module: str, raw: pd.DataFrame) -> pd.DataFrame:
    names = MODULES[module]
    lower = raw.rename(columns=lambda c: str(c).strip().lower())
    missing = [c for c in needed(module) if c not in lower]
    unknown = {i: c for i, c in enumerate(lower, 1) if c not in names and not PASSED_OVER.fullmatch(c)}
    repeated = [i for i, again in enumerate(lower.columns.duplicated(), 1) if again]
    if missing or unknown or repeated:
        says = [f"'{c}' is missing" for c in missing]
        says += [f"column {i} is not one of the return's{nearest(c, names)}" for i, c in unknown.items()]
        says += [f"column {i} has the name of one before it" for i in repeated]
        if len(missing) == len(needed(module)):
            says = ["the first row is not a header; export it again with its column names"]
        raise InputError(f"SEN2 module {module}: {'; '.join(says)}")
    kept = lower[[c for c in names if c in lower]].rename(columns=names)
    return _typed(kept.loc[:, ~kept.columns.duplicated()].reset_index(drop=True))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    changed: dict[str, pd.Series] = {}
    for column in frame:
        words = frame[column].astype("str").str.strip()
        if column in DATES:
            changed[column] = _dates(words)
            changed[f"{column}_is_wrong"] = changed[column].isna() & (words != "")
        elif column in TRUTHS:
            changed[column] = words.str.lower().isin(["1", "true", "yes", "y"])
        elif column in ("rank", "cease_reason"):
            changed[column] = pd.to_numeric(words, errors="coerce").astype("float64")
        elif column in ("need", "sen_setting"):
            changed[column] = words.str.upper()
        else:
            changed[column] = words
    return pd.DataFrame(changed, index=frame.index)


def _dates(words: pd.Series) -> pd.Series:
    """Return dates from the forms that exports use: 2022-Sep-28 00:00:00, 2022-09-28, 28/09/2022."""
    first = words.str.split("[ T]", n=1, regex=True).str[0]
    found = pd.Series(pd.NaT, index=words.index, dtype="datetime64[s]")
    for form in ("%Y-%m-%d", "%Y-%b-%d", "%d/%m/%Y"):
        left = found.isna() & (first != "")
        if left.any():
            found = found.mask(
                left, pd.to_datetime(first.where(left), format=form, errors="coerce").astype("datetime64[s]")
            )
    return found


def plain_postcode(postcodes: pd.Series) -> pd.Series:
    """Return postcodes in capitals without spaces, dots or dashes, as `read_sen2` looks them up."""
    return _letters(postcodes)


def _letters(words: pd.Series) -> pd.Series:
    return words.str.upper().str.replace(r"[^A-Z0-9]", "", regex=True)


def _without_names(person: pd.DataFrame, salt: bytes, zones: Mapping[str, str]) -> pd.DataFrame:
    """Return persons as hashes, cohorts and zones, with flags for the checks that need what was dropped."""
    born = person["birth_date"]
    upn, uln = _letters(person["upn"]), _letters(person["uln"])
    name = (
        person["surname"].str.lower()
        + "|"
        + person["forename"].str.lower()
        + "|"
        + born.dt.strftime("%Y%m%d").fillna("")
    )
    identifier = ("upn:" + upn).where(
        upn != "", ("uln:" + uln).where(uln != "", ("name:" + name).where(person["surname"] != "", ""))
    )
    postcode = plain_postcode(person["postcode"])
    cohort = born.dt.year + (born.dt.month > 8)  # born 1 September 2015 to 31 August 2016: 2016
    return pd.DataFrame(
        {
            "row": person["row"],
            "child": hashed(identifier, salt),
            "cohort": cohort.astype("Int64"),
            "sex": person.get("sex", pd.Series("", index=person.index)),
            "zone": postcode.map(dict(zones)).astype(object).fillna("").astype("str"),
            "has_identifier": (upn != "")
            | (uln != "")
            | (person.get("upn_unknown", pd.Series("", index=person.index)) != ""),
            "upn_is_wrong": (upn != "") & ~upn.str.fullmatch(UPN_FORM),
            "has_birth_date": born.notna(),
            "has_postcode": postcode != "",
        }
    )
