"""GeoJSON, as much of it as maps and boundaries use: features with a shape and properties."""

from __future__ import annotations

from typing import Any, TypedDict


class Shape(TypedDict):
    """A point, line or polygon; its coordinates nest as deep as its type says."""

    type: str
    coordinates: list[Any]


class Feature(TypedDict):
    """A shape and what is said of it."""

    type: str
    properties: dict[str, Any]
    geometry: Shape


class Features(TypedDict):
    """A whole file."""

    type: str
    features: list[Feature]
