"""Public names: what a package lists, loads and tells an editor is one list."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import jedi
import pytest

ROOT = Path(__file__).parents[1]
LAZY = [
    ".".join(path.parent.relative_to(ROOT).parts)
    for path in sorted((ROOT / "sufficiency").rglob("__init__.py"))
    if "lazy.loader(" in path.read_text(encoding="utf-8")
]


def stub(package: str) -> dict[str, str]:
    """Return public name -> the module that the package's stub takes it from; a part is its own."""
    tree = ast.parse((ROOT / Path(*package.split(".")) / "__init__.pyi").read_text(encoding="utf-8"))
    names = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                assert alias.asname == alias.name, f"{package}: {alias.name} is not handed on: write 'as {alias.name}'"
                names[alias.name] = str(node.module)
    return names


def completed(code: str) -> list[str]:
    return [found.name for found in jedi.Script(code, project=jedi.Project(ROOT)).complete()]


def test_packages_that_load_when_used_are_the_root_the_heavy_rooms_and_scenarios() -> None:
    assert LAZY == [
        "sufficiency",
        "sufficiency.allocate",
        "sufficiency.funding",
        "sufficiency.report",
        "sufficiency.scenarios",
    ]


@pytest.mark.parametrize("package", LAZY)
def test_the_stub_names_what_the_package_loads_and_where_it_is_from(package: str) -> None:
    loaded = importlib.import_module(package)
    from_stub = stub(package)
    parts = getattr(loaded, "_PARTS", ())
    assert from_stub == {
        **{name: f"{package}.{module}" for name, module in loaded._WHERE.items()},
        **dict.fromkeys(parts, package),
    }
    for name, module in from_stub.items():
        part = importlib.import_module(f"{package}.{name}") if name in parts else None
        assert getattr(loaded, name) is (part or getattr(importlib.import_module(module), name)), name


@pytest.mark.parametrize("package", [*LAZY, "sufficiency.forecast", "sufficiency.transport"])
def test_a_package_lists_its_public_names_and_nothing_else(package: str) -> None:
    loaded = importlib.import_module(package)
    assert set(dir(loaded)) == set(loaded.__all__) - {"__version__"}
    assert all(hasattr(loaded, name) for name in loaded.__all__)


def test_a_name_that_is_not_there_is_refused_as_python_does() -> None:
    import sufficiency as sf

    with pytest.raises(AttributeError, match=r"module 'sufficiency\.allocate' has no attribute 'placez'"):
        sf.allocate.placez  # noqa: B018


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("sf.allocate.pla", "places"),
        ("sf.run(sf.example_area()).plac", "placed"),
        ("sf.allocate.places(area, plans).short", "shortfall"),
        ("sf.forecast.plans(area).summ", "summary"),
        ("sf.transport.journeys(area, placed).summ", "summary"),
        ("sf.funding.high_needs(area, plans, placed).summ", "summary"),
        ("sf.example_area().place", "places_in"),
    ],
)
def test_an_editor_completes(typed: str, offered: str) -> None:
    assert offered in completed(f"import sufficiency as sf\n{typed}")
