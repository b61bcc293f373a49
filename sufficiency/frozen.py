"""Frozen in truth: what an area or a result hands out may be edited, and changes nothing but itself.

A frozen dataclass keeps its names, not what they name. `@frozen` keeps a copy of each table that a field is given and
hands out a copy of it; arrays are handed out read-only. A copy of a table of 10,000 rows takes less than a millisecond:
where one is read in a loop, take it out of the loop.

What can't change need not be worked out twice: `once` keeps a property, `remembered` a method's answers by what was asked.
Remembered answers last as long as the object, and are left behind where it is pickled or copied.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import wraps
from types import MappingProxyType
from typing import Any, Final, Generic, ParamSpec, TypeVar, overload

import numpy as np
import pandas as pd
import xarray as xr

T = TypeVar("T")
Draws = TypeVar("Draws", xr.DataArray, xr.Dataset)
P = ParamSpec("P")
_ANSWERS: Final = "_answers"  # of an object, by what it was asked


def frozen(cls: type[T]) -> type[T]:
    """Make a frozen dataclass keep and hand out copies; put it above `@dataclass(frozen=True)`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @frozen
    ... @dataclass(frozen=True, eq=False)
    ... class Counts:
    ...     plans: pd.DataFrame
    >>> counts = Counts(pd.DataFrame({"plans": [1, 2]}))
    >>> counts.plans.loc[0, "plans"] = 99_999
    >>> counts.plans["plans"].tolist()
    [1, 2]
    """
    names = [f.name for f in fields(cls)]  # type: ignore[arg-type]  # a dataclass
    for name in names:
        setattr(cls, name, _Held(name))

    def carried(self: T) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != _ANSWERS}

    def restored(self: T, state: Mapping[str, Any]) -> None:
        # Pickles forget that an array was read-only.
        self.__dict__.update({name: _locked(value) for name, value in state.items()})

    if "__getstate__" not in vars(cls):
        cls.__getstate__ = carried  # type: ignore[assignment]
    cls.__setstate__ = restored  # type: ignore[attr-defined]
    return cls


class once(Generic[T]):  # noqa: N801 - a decorator
    """A property that is worked out once; a copy of it is handed out, as of a field of a `@frozen` class."""

    def __init__(self, work_out: Callable[[Any], T]) -> None:
        self.work_out = work_out
        self.__doc__ = work_out.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, thing: None, owner: type) -> once[T]: ...
    @overload
    def __get__(self, thing: object, owner: type) -> T: ...
    def __get__(self, thing: object | None, owner: type) -> once[T] | T:
        if thing is None:
            return self
        if self.name not in thing.__dict__:
            thing.__dict__[self.name] = _kept(self.work_out(thing))
        handed_out: T = _handed_out(thing.__dict__[self.name])
        return handed_out

    def __set__(self, thing: object, value: T) -> None:
        raise AttributeError(f"{self.name} is worked out and can't be set")


def remembered(method: Callable[P, pd.DataFrame]) -> Callable[P, pd.DataFrame]:
    """Make a method of a frozen result keep its answers by what it was asked; each who asks gets a copy.

    Examples
    --------
    >>> class Counted:
    ...     times = 0
    ...     @remembered
    ...     def table(self, *by: str) -> pd.DataFrame:
    ...         self.times += 1
    ...         return pd.DataFrame({"by": by})
    >>> counted = Counted()
    >>> len(counted.table("need")), len(counted.table("need")), counted.times
    (1, 1, 1)
    """

    @wraps(method)
    def answer(*args: P.args, **kwargs: P.kwargs) -> pd.DataFrame:
        told = {name: tuple(value) if isinstance(value, list) else value for name, value in kwargs.items()}
        asked = (method.__name__, args[1:], *sorted(told.items()))
        answers: dict[tuple[Any, ...], pd.DataFrame] = vars(args[0]).setdefault(_ANSWERS, {})
        try:
            found = answers.get(asked)
        except TypeError:  # an array of levels, say, is no key
            return method(*args, **kwargs)
        if found is None:
            found = answers[asked] = method(*args, **kwargs)
        return found.copy()

    return answer


class _Held:
    """A field whose value is kept apart: a data descriptor, so that the instance's own dictionary does not hide it."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, thing: object | None, owner: type) -> Any:
        return self if thing is None else _handed_out(thing.__dict__[self.name])

    def __set__(self, thing: object, value: Any) -> None:
        thing.__dict__[self.name] = _kept(value)


def _kept(value: Any) -> Any:
    """Return a copy that its maker can't edit any more."""
    return value.copy() if isinstance(value, pd.DataFrame | pd.Series) else _locked(value)


def _locked(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = value.view()
        value.flags.writeable = False
        return value
    if isinstance(value, xr.DataArray):
        return _with_coords_locked(value.copy(deep=False, data=_locked(value.to_numpy())))
    if isinstance(value, xr.Dataset):
        locked = {str(n): _locked(v.to_numpy()) for n, v in value.data_vars.items()}
        return _with_coords_locked(value.copy(deep=False, data=locked))
    if isinstance(value, Mapping):
        return {key: _kept(held) for key, held in value.items()}
    if type(value) is tuple:
        return tuple(_kept(held) for held in value)
    return value


def _with_coords_locked(value: Draws) -> Draws:
    """Return labelled arrays whose further labels, those that are no index, can't be edited either."""
    others = {n: c.variable for n, c in value.coords.items() if n not in value.indexes}
    held = value.assign_coords({n: c.copy(deep=False, data=_locked(c.to_numpy())) for n, c in others.items()})
    for name in others:
        held[name].values.flags.writeable = False  # xarray copies objects, such as words
    return held


def _handed_out(value: Any) -> Any:
    # Deep: pandas' copy-on-write does not stop an edit of a column's `array`, which is how text is kept.
    if isinstance(value, pd.DataFrame | pd.Series):
        return value.copy()
    if isinstance(value, xr.DataArray | xr.Dataset):
        return value.copy(deep=False)
    if type(value) is tuple and any(isinstance(held, pd.DataFrame | pd.Series) for held in value):
        return tuple(_handed_out(held) for held in value)
    if isinstance(value, dict):
        nested = any(isinstance(held, dict | list | pd.DataFrame | pd.Series) for held in value.values())
        return MappingProxyType(copy.deepcopy(value) if nested else value)
    return value
