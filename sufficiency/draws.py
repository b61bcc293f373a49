"""Labelled draws: totals within a draw by any label, and only then quantiles over draws.

A median of parts is not part of the median of the whole, so parts are added up within each simulated future first. Every
result is asked in the same way: `summary(*by, levels=...)` gives the year, *by, level and its values.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sufficiency.errors import InputError
from sufficiency.labels import TIMES, Labels

Floats = NDArray[np.float64]

LEVELS: Final = (0.05, 0.5, 0.95)


def summary(
    measures: Mapping[str, xr.DataArray],
    by: Sequence[str],
    levels: Sequence[float] = LEVELS,
    *,
    labels: Labels | None = None,
    always: Sequence[str] = (),
) -> pd.DataFrame:
    """Return quantiles of totals taken within each draw: year, *by, level, and each measure.

    Parameters
    ----------
    measures
        Arrays of the same dimensions: draw, a year or financial year, and others.
    by
        Labels to keep; the year is kept whether named or not.
    levels
        Quantiles, between 0 and 1.
    labels
        What the arrays can be asked by; by default, what their dimensions and coordinates say.
    always
        Labels that stand first even where `by` leaves them out.

    Raises
    ------
    InputError
        If a label or a level can't be used; the message says which can.

    Examples
    --------
    >>> import xarray as xr
    >>> plans = xr.DataArray([[[3, 1, 2]], [[5, 1, 2]]], dims=("draw", "year", "ncy"), coords={"year": [2025], "ncy": [5, 6, 7]})
    >>> summary({"plans": plans}, ["phase"], levels=[0.5])
       year      phase  level  plans
    0  2025    primary    0.5    5.0
    1  2025  secondary    0.5    2.0
    """
    first = next(iter(measures.values()))
    own = labels or Labels.of(first)
    names = own.asked(by, always=always)
    found = {name: own.totals(array, names) for name, array in measures.items()}
    time = next(str(d) for d in first.dims if d in TIMES)
    return quantiles(
        {name: values for name, (values, _) in found.items()},
        next(iter(found.values()))[1],
        levels,
        years=[int(y) for y in first[time].to_numpy()],
        time=time,
    )


def quantiles(
    measures: Mapping[str, NDArray[np.number]],
    labels: pd.DataFrame,
    levels: Sequence[float],
    *,
    years: Sequence[int],
    time: str = "year",
) -> pd.DataFrame:
    """Return the year, *labels, level and each measure's quantile over draws; measures are draw x year x cell.

    A draw where a measure is not a number (a share of nobody) is left out of it; where all are, so is the quantile.
    """
    wanted = _levels(levels)
    index = np.indices((len(years), len(labels), len(wanted))).reshape(3, -1)
    frame = pd.DataFrame({time: np.asarray(years)[index[0]]})
    for name in labels:
        frame[name] = labels[name].array[index[1]]
    frame["level"] = np.asarray(wanted)[index[2]]
    for name, values in measures.items():
        frame[name] = _quantile(values, wanted).transpose(1, 2, 0).ravel()
    return frame


def _levels(levels: Sequence[float]) -> list[float]:
    try:
        wanted = sorted({float(level) for level in levels})
    except (TypeError, ValueError):
        wanted = []
    if not wanted or not all(0 <= level <= 1 for level in wanted):
        raise InputError(f"levels={levels}: quantiles between 0 and 1 are expected, such as (0.05, 0.5, 0.95)")
    return wanted


def _quantile(values: NDArray[np.number], levels: Sequence[float]) -> Floats:
    if values.dtype.kind == "f" and np.isnan(values).any():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a cell empty in every draw has no quantile: NaN says so
            return np.asarray(np.nanquantile(values, levels, axis=0))
    return np.asarray(np.quantile(values, levels, axis=0))
