"""A scenario from a file: a name, and levers one after another, each with what it takes in Python."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from sufficiency.errors import InputError, MissingError, nearest, one_of
from sufficiency.scenarios import levers, pipeline
from sufficiency.scenarios.scenario import Lever, Scenario

LEVERS: Final[Mapping[str, Callable[..., Lever]]] = {
    "OpenPlaces": levers.OpenPlaces,
    "ClosePlaces": levers.ClosePlaces,
    "OpenSetting": levers.OpenSetting,
    "ChangeRate": levers.ChangeRate,
    "ChangeJoining": levers.ChangeJoining,
    "ChangeAssumption": levers.ChangeAssumption,
    "OpenProposed": pipeline.OpenProposed,
    "CancelAgreed": pipeline.CancelAgreed,
}
FORM: Final = 'name = "…", then [[lever]] for each, with lever = "OpenPlaces" and what it takes'


def read_scenario(path: str | Path) -> Scenario:
    r"""Return the scenario that a TOML file holds.

    Parameters
    ----------
    path
        A file with `name`, and a `[[lever]]` for each lever in order: `lever`, its name in Python, and what it takes.

    Raises
    ------
    MissingError
        If there is no such file.
    InputError
        If it can't be read, or a lever or what it takes isn't known; the nearest is named.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "units.toml"
    ...     _ = file.write_text('name = "Units"\n[[lever]]\nlever = "OpenPlaces"\nsetting = "U1"\nplaces = 8\nyear = 2027')
    ...     read_scenario(file)
    Scenario(name='Units', levers=(OpenPlaces(setting='U1', places=8, year=2027),))
    """
    file = Path(path)
    if not file.is_file():
        beside = [p.name for p in file.parent.glob("*.toml")] if file.parent.is_dir() else []
        raise MissingError(f"there is no scenario file {file}{nearest(file.name, beside)}")
    try:
        held = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as caught:
        raise InputError(f"{file.name} can't be read as TOML: {caught}; it is written {FORM}") from caught
    unknown = [key for key in held if key not in ("name", "lever")]
    rows = held.get("lever", [])
    if unknown or not str(held.get("name", "")) or not isinstance(rows, list) or not rows:
        wrong = f"'{unknown[0]}' is not known" if unknown else "it needs a name and at least one [[lever]]"
        raise InputError(f"{file.name}: {wrong}; it is written {FORM}")
    return Scenario(str(held["name"]), tuple(_lever(row, f"{file.name}, lever {n}") for n, row in enumerate(rows, 1)))


def _lever(row: Mapping[str, Any], where: str) -> Lever:
    name = str(row.get("lever", ""))
    if name not in LEVERS:
        raise InputError(f"{where}: '{name}' is not one of {one_of(LEVERS)}{nearest(name, LEVERS)}")
    given = {key: tuple(value) if isinstance(value, list) else value for key, value in row.items() if key != "lever"}
    takes = inspect.signature(levers.ChangeRate if name == "ChangeJoining" else LEVERS[name]).parameters
    for key in given:
        if key not in takes:
            raise InputError(f"{where}: {name} takes no '{key}'{nearest(key, takes)}; it takes {one_of(takes)}")
    lacking = [key for key, p in takes.items() if p.default is p.empty and key not in given]
    if name == "ChangeJoining":
        lacking = [key for key in lacking if key != "flow"]
    if lacking:
        raise InputError(f"{where}: {name} needs {one_of(lacking)}")
    return LEVERS[name](**given)
