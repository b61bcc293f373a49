"""SEN2 person-level returns brought into an area folder: counted by state, followed between Januaries, nobody named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import pandas as pd

from sufficiency.area.area import TABLES, Area
from sufficiency.area.folder import read_area
from sufficiency.area.write import put_tables
from sufficiency.errors import InputError, SufficiencyError, one_of
from sufficiency.importing.home_zones import home_zones
from sufficiency.importing.imported import Imported
from sufficiency.inputs.council.sen2 import data_checks, flows
from sufficiency.inputs.council.sen2.census import left_out, snapshot
from sufficiency.inputs.council.sen2.hashing import local_salt, salt_path
from sufficiency.inputs.council.sen2.sen2_return import Sen2, read_sen2
from sufficiency.inputs.council.snapshots import transitions
from sufficiency.inputs.releases import dfe_gias
from sufficiency.words.vocabulary import SPECIALIST

UNIT_MARKS: Final = {
    "sen_unit": "-U",
    "resourced_provision": "-R",
}  # a unit's code in settings.csv: the school's and a mark
Result = TypeVar("Result")


def from_sen2(
    returns: Sequence[str | Path],
    into: str | Path,
    *,
    authority: str | None = None,
    postcodes: str | Path | None = None,
    register: str | Path | None = None,
    salt: str | Path | None = None,
) -> Imported:
    """Bring SEN2 person-level returns into an area folder, and return what was done.

    `plans` of each January, `states` of the last, `flows` and `requests` of each calendar year, `transitions` between
    consecutive Januaries, `attendance` by home zone, and `checks.xlsx`. Rows that the folder has of other authorities
    and years stay. Identifiers are hashed as they are read; only counts are written.

    Parameters
    ----------
    returns
        A folder or zip of CSVs, or an XML file, for each January.
    into
        An area folder that can be read.
    authority
        Whose returns they are, by ONS code; not needed where the area has one authority.
    postcodes
        ONS Postcode Directory, NSPL or Code-Point Open: homes by zone need it.
    register
        The school register (GIAS, all establishment data): it tells the type of every school that settings.csv lacks.
    salt
        Where the salt is kept; by default this user's configuration on this machine.

    Raises
    ------
    InputError
        If a return can't be read, two are of one January or of different authorities, or the folder could then not be
        read. Nothing is written then. No value of a child is quoted.
    """
    place = Path(into)
    area = read_area(place)
    code = _authority(area, authority)
    zones, zones_say = home_zones(area, postcodes)
    secret = local_salt(Path(salt) if salt else None)
    read = _by_january(returns, lambda path: read_sen2(path, salt=secret, zones=zones))
    types = _types(area, register)
    people, corrected = _one_cohort({year: _safely(snapshot, sen2, types) for year, sen2 in read.items()})
    last = max(read)
    if last < area.base_year:
        raise InputError(
            f"the last return is of January {last}, before the area's base year, {area.base_year}; add a later one"
        )
    run = _run(sorted(people))
    known = None if register is None else types
    checked = {year: _safely(data_checks.check_sen2, sen2, known) for year, sen2 in read.items()}
    made = _tables(area, code, read, people, run, types)
    whole = {name: _beside(getattr(area, name), frame, code, name) for name, frame in made.items()}
    says = f"the council's SEN2 person-level returns, January {_span(sorted(read))}"
    book = {"checks.xlsx": data_checks.workbook(checked)}
    put_tables(place, whole, sources=dict.fromkeys(made, says), base_year=last, workbooks=book)
    faults = sum(int(c.summary["count"].sum()) for c in checked.values())
    written = [(TABLES[name].file, _told(name, frame)) for name, frame in made.items()]
    written.append(("checks.xlsx", f"{faults:,} faults to work through, by January and kind, without personal data"))
    return Imported(
        f"{area.authorities[code]}: {len(read)} SEN2 returns, January {_span(sorted(read))}; "
        f"{len(people[last]):,} plans in January {last}",
        place,
        written,
        unused=[
            *_left_out(read),
            *corrected,
            *_not_followed(sorted(people), run),
            *_not_attending(area, people[last], zones_say, made),
            *([] if known is not None else [WITHOUT_A_REGISTER]),
        ],
        remarks=[
            f"Identifiers were hashed as they were read. The salt is at {salt or salt_path()}, which only you can read: "
            "keep it there, and off shared drives."
        ],
    )


WITHOUT_A_REGISTER: Final = (
    "checks D04 and D05, and the types of schools that settings.csv lacks: give --register, the school register as "
    "downloaded (edubasealldata.csv)"
)


def _authority(area: Area, asked: str | None) -> str:
    codes = list(area.authorities)
    if asked is None and len(codes) == 1:
        return codes[0]
    if asked is None:
        raise InputError(
            f"{area.name} has {len(codes)} authorities; say whose returns they are: --authority {codes[0]}"
        )
    if asked not in codes:
        raise InputError(f"--authority {asked} is not one of the area's, {one_of(codes)}")
    return asked


def _safely(work: Callable[..., Result], *given: Any) -> Result:
    """Return what `work` returns; where it fails in a way that nobody foresaw, say so without a value of a child."""
    try:
        return work(*given)
    except SufficiencyError:
        raise
    except Exception as caught:
        raise InputError(
            f"a return can't be used ({type(caught).__name__}); export it again, and if it happens twice tell the "
            "library's makers these words, not the return"
        ) from None


def _by_january(returns: Sequence[str | Path], read: Callable[[Path], Sen2]) -> dict[int, Sen2]:
    found: dict[int, Sen2] = {}
    for path in returns:
        sen2 = _safely(read, Path(path))
        year = flows.january(sen2)
        if year in found:
            raise InputError(f"two returns are of January {year}; give one")
        found[year] = sen2
    numbers = {s.la_number for s in found.values() if s.la_number is not None}
    if len(numbers) > 1:
        raise InputError(f"the returns are of different authorities, numbers {one_of(sorted(numbers))}")
    if not found:
        raise InputError("no return was given: a folder or zip of CSVs, or an XML file, for each January")
    return dict(sorted(found.items()))


def _types(area: Area, register: str | Path | None) -> pd.DataFrame:
    """Return urn, setting_type (of the school, not its unit) and closed: the register's, then settings.csv's."""
    own = area.settings[["setting", "setting_type"]].rename(columns={"setting": "urn"})
    own = own.assign(
        setting_type=own["setting_type"].mask(own["setting_type"].isin(UNIT_MARKS), "mainstream"), closed=""
    )
    if register is None:
        return own
    schools = dfe_gias.schools(register).rename(columns={"setting": "urn"})
    schools["closed"] = schools.get("closed", "")
    return pd.concat([schools[["urn", "setting_type", "closed"]], own]).drop_duplicates("urn", ignore_index=True)


def _one_cohort(people: Mapping[int, pd.DataFrame]) -> tuple[dict[int, pd.DataFrame], list[str]]:
    """Return snapshots in which a child's NCY follows from the latest birth date given, and what was corrected."""
    latest: dict[str, int] = {}
    found, changed = {}, 0
    for year in sorted(people, reverse=True):
        frame = people[year]
        born = (year - frame["ncy"].astype("int64")).set_axis(frame["child"])
        latest |= {str(child): int(cohort) for child, cohort in born.items() if child not in latest}
        cohort = frame["child"].map(latest).astype("int64")
        changed += int((year - cohort != frame["ncy"]).sum())
        ncy = (year - cohort).astype("Int64")
        found[year] = frame.assign(ncy=ncy)[ncy.between(-4, 20)].reset_index(drop=True)
    says = [f"earlier birth dates of {changed:,} children that a later return corrects"] if changed else []
    return dict(sorted(found.items())), says


def _run(years: Sequence[int]) -> list[int]:
    """Return the latest Januaries with no gap between them."""
    return [y for y in years if set(range(y, years[-1] + 1)) <= set(years)]


def _tables(
    area: Area, code: str, read: Mapping[int, Sen2], people: Mapping[int, pd.DataFrame], run: Sequence[int], types: Any
) -> dict[str, pd.DataFrame]:
    """Return the tables that the returns make, without those that would be empty."""
    last = max(people)
    everyone = pd.concat(people.values(), ignore_index=True).assign(authority=code)
    asked = [_safely(lambda s: flows.requests(s, authority=code), s) for s in read.values()]
    found = {
        "plans": _counted(everyone, "authority", "year", "ncy", "setting_type"),
        "states": _counted(everyone[everyone["year"] == last], "authority", "year", "ncy", "need", "setting_type"),
        "flows": pd.concat([_safely(lambda s: flows.flows(s, types, authority=code), s) for s in read.values()]),
        "requests": pd.concat(asked),
        "attendance": _attending(area, people[last]),
    }
    if len(run) > 1:
        moves = _safely(transitions, [people[year] for year in run])
        found["transitions"] = moves.assign(authority=code)
    return {name: frame.reset_index(drop=True) for name, frame in found.items() if len(frame)}


def _counted(people: pd.DataFrame, *by: str) -> pd.DataFrame:
    return people.groupby(list(by), as_index=False).size().rename(columns={"size": "plans"})


def _attending(area: Area, people: pd.DataFrame) -> pd.DataFrame:
    """Return who attends which setting of settings.csv from which zone, as `tables.ATTENDANCE`. [children]"""
    kinds = area.settings.set_index("setting")["setting_type"]
    marked = people["urn"] + people["setting_type"].map(UNIT_MARKS).fillna("")
    setting = marked.where(marked.isin(kinds.index), people["urn"])
    is_there = (setting.map(kinds) == people["setting_type"]) & people["zone"].isin(area.zones["zone"])
    kept = people.assign(setting=setting)[is_there]
    by = ["zone", "setting", "ncy", "need"]
    return kept.groupby(by, as_index=False).size().rename(columns={"size": "children"})


def _beside(there: pd.DataFrame, made: pd.DataFrame, code: str, name: str) -> pd.DataFrame:
    """Return a table's new rows with those of other authorities and years that it had."""
    if name == "attendance":
        return made
    own = there["authority"].isin(["", code])
    if name in ("plans", "flows", "requests"):
        own &= there["year"].isin(set(made["year"]))
    columns = list(dict.fromkeys([*there.columns, *made.columns]))
    kept = there[~own].reindex(columns=columns)
    return pd.concat([kept, made.reindex(columns=columns)], ignore_index=True) if len(kept) else made


def _told(name: str, frame: pd.DataFrame) -> str:
    amount = int(frame["plans" if "plans" in frame else "requests" if name == "requests" else "children"].sum())
    return {
        "plans": f"{len(set(frame.get('year', [])))} Januaries, {amount:,} plans by NCY and type of setting",
        "states": f"{amount:,} plans by NCY, need and type of setting",
        "flows": "new and ceased plans, for the calendar year before each January",
        "requests": f"{amount:,} requests and what became of them",
        "transitions": f"{amount:,} children's years followed from one January to the next",
        "attendance": f"{amount:,} children at a setting of settings.csv, by home zone",
    }[name]


def _left_out(read: Mapping[int, Sen2]) -> list[str]:
    return [
        f"January {year}: {count:,} plans: {why}"
        for year, sen2 in read.items()
        for why, count in left_out(sen2).items()
    ]


def _not_followed(years: Sequence[int], run: Sequence[int]) -> list[str]:
    if len(run) > 1 and len(run) == len(years):
        return []
    if len(run) > 1:
        return [f"children before January {run[0]} are not followed: there is no return of January {run[0] - 1}"]
    return ["children can't be followed with one January alone: give the return of the January before too"]


def _not_attending(area: Area, people: pd.DataFrame, zones_say: str, made: Mapping[str, Any]) -> list[str]:
    """Return why children's homes or schools could not be used for the rolls of settings."""
    says = [zones_say] if zones_say else []
    unknown = people[(people["setting_type"] == "not_recorded") & people["urn"].str.fullmatch(r"\d{6}")]
    if len(unknown):
        says.append(f"the type of {unknown['urn'].nunique():,} schools of {len(unknown):,} children: in no list given")
    if zones_say or "attendance" not in made:
        return says
    homeless = int((~people["zone"].isin(area.zones["zone"])).sum())
    listed = made["attendance"].merge(area.settings, on="setting").groupby("setting_type")["children"].sum()
    at_home = people[people["zone"].isin(area.zones["zone"])]
    lacking = (
        at_home["setting_type"].value_counts().reindex(SPECIALIST, fill_value=0).sub(listed, fill_value=0).astype(int)
    )
    says += [
        f"rolls of {count:,} children in a {kind} that settings.csv does not have: estimated from distance"
        for kind, count in lacking.items()
        if count
    ]
    if homeless:
        says.append(f"homes of {homeless:,} children, whose postcode is blank, unknown or in no zone of zones.csv")
    return says


def _span(years: Sequence[int]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]} to {years[-1]}"
