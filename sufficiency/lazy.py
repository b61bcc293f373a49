"""Public names loaded when they are first used, so that importing a package takes no time.

A package that is lazy keeps `_WHERE`, a table of public name -> the module below it, and a stub beside its `__init__` that
says the same to editors and type checkers; a test holds the two together.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping


def loader(
    package: str, where: Mapping[str, str], parts: tuple[str, ...] = ()
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package.

    Parameters
    ----------
    package
        Its dotted name, `__name__`.
    where
        Public name -> dotted name, below the package, of the module that has it.
    parts
        Public modules and packages below it.
    """

    def load(name: str) -> object:
        if name in parts:
            return importlib.import_module(f"{package}.{name}")
        if name in where:
            return getattr(importlib.import_module(f"{package}.{where[name]}"), name)
        raise AttributeError(f"module '{package}' has no attribute '{name}'")

    def names() -> list[str]:
        return sorted({*where, *parts})

    return load, names
