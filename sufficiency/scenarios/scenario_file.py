"""A scenario as a TOML file: its name, the reform where wanted, and levers by name with what they take.

name = "More units, and half the reform"

[reform]
delivered = 0.5

[[levers]]
lever = "OpenPlaces"
setting = "142063"
places = 24
year = 2028
"""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

from sufficiency.errors import InputError, MissingError, nearest, one_of
from sufficiency.scenarios.law_2029.bases import FreeSchoolSwap, InclusionBases
from sufficiency.scenarios.law_2029.mainstream_support import MainstreamSupport
from sufficiency.scenarios.law_2029.new_plans import FollowDfE, PlansAtSpecialistOnly
from sufficiency.scenarios.law_2029.prices import PriceBands
from sufficiency.scenarios.law_2029.reform import reform
from sufficiency.scenarios.law_2029.support_plans import IndividualSupportPlans
from sufficiency.scenarios.law_2029.who_pays import WhoPays
from sufficiency.scenarios.levers import (
    ChangeAssumption,
    ChangeJoining,
    ChangeRate,
    ClosePlaces,
    OpenPlaces,
    OpenSetting,
)
from sufficiency.scenarios.pipeline_levers import CancelAgreed, OpenProposed
from sufficiency.scenarios.scenario import Lever, Scenario

LEVERS: Final[Mapping[str, Callable[..., Lever]]] = {
    make.__name__: make
    for make in (
        OpenPlaces,
        ClosePlaces,
        OpenSetting,
        ChangeRate,
        ChangeJoining,
        ChangeAssumption,
        OpenProposed,
        CancelAgreed,
        IndividualSupportPlans,
        PlansAtSpecialistOnly,
        FollowDfE,
        InclusionBases,
        FreeSchoolSwap,
        PriceBands,
        MainstreamSupport,
        WhoPays,
    )
}
TOP: Final = ("name", "reform", "levers")


T = TypeVar("T")


def read_scenario(path: str | Path) -> Scenario:
    r"""Return the scenario that a TOML file describes.

    Parameters
    ----------
    path
        A file with `name`, a table `[reform]` (delivered, levers, path) and any number of `[[levers]]`, each with `lever`,
        its name in the library, and what it takes. Assumptions are set first, then the reform's levers are pulled, which
        read them, then the others in their order.

    Raises
    ------
    MissingError
        If the file is not there.
    InputError
        If it is no TOML, pulls no lever, or has a key, a lever or a value that can't be used; the message names the file and the way out.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "half.toml"
    ...     _ = file.write_text('name = "Half"\n[reform]\ndelivered = 0.5\nlevers = ["who_pays"]\n')
    ...     read_scenario(file).name
    'Half'
    """
    file = Path(path)
    if not file.is_file():
        beside = [p.name for p in file.parent.glob("*.toml")] if file.parent.is_dir() else []
        raise MissingError(f"there is no scenario file {file}{nearest(file.name, beside)}")
    try:
        told = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as caught:
        raise InputError(f"{file.name} is no TOML that can be read: {caught}") from caught
    _only(file.name, told, TOP)
    levers: tuple[Lever, ...] = ()
    name = str(told.get("name", ""))
    if "reform" in told:
        asked = _called(f"{file.name}, [reform]", reform, dict(_table(file.name, "reform", told["reform"])))
        levers, name = asked.levers, name or asked.name
    given = told.get("levers", [])
    if not isinstance(given, list):
        raise InputError(f"{file.name}: levers are written as [[levers]], one for each")
    others = [_lever(f"{file.name}, lever {n}", row) for n, row in enumerate(given, start=1)]
    first = [lever for lever in others if isinstance(lever, ChangeAssumption)]
    rest = [lever for lever in others if not isinstance(lever, ChangeAssumption)]
    if not (first or levers or rest):
        raise InputError(
            f"{file.name} pulls no lever: give [reform], or [[levers]] with `lever` as one of "
            f"{one_of(LEVERS, shown=len(LEVERS))}; what happens as agreed is in every report without a file"
        )
    return Scenario(name or file.stem, (*first, *levers, *rest))


def _lever(where: str, row: Any) -> Lever:
    values = dict(_table(where, "lever", row))
    kind = values.pop("lever", None)
    if kind not in LEVERS:
        asked = "none is named" if kind is None else f"there is no '{kind}'{nearest(kind, LEVERS)}"
        raise InputError(f"{where}: {asked}; `lever` is one of {one_of(LEVERS, shown=len(LEVERS))}")
    if isinstance(values.get("projects"), list):
        values["projects"] = tuple(values["projects"])
    return _called(where, LEVERS[kind], values)


def _called(where: str, make: Callable[..., T], values: dict[str, Any]) -> T:
    known = [p for p in inspect.signature(make).parameters if p != "who"]
    if make is ChangeJoining:
        known += ["ncy_low", "ncy_high", "authority", "ramp_years"]
    _only(where, values, known)
    try:
        return make(**values)
    except TypeError as caught:
        needed = [
            n for n, p in inspect.signature(make).parameters.items() if p.default is p.empty and p.kind != p.VAR_KEYWORD
        ]
        lacking = [n for n in needed if n not in values]
        says = f"it lacks {one_of(lacking)}" if lacking else str(caught)
        raise InputError(f"{where}: {says}") from caught
    except InputError as caught:
        raise InputError(f"{where}: {caught}") from caught


def _only(where: str, values: Mapping[str, object], known: list[str] | tuple[str, ...]) -> None:
    for key in values:
        if key not in known:
            raise InputError(f"{where}: '{key}' is not known{nearest(key, known)}; expected {one_of(known)}")


def _table(where: str, key: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where}: {key} is {value!r}; a table of names and values is expected")
    return value
