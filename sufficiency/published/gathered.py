"""What a draft area is gathered in: tables, where each is from, and notes."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from sufficiency.words.geojson import Features


@dataclass
class Draft:
    """Tables and notes as they are gathered; `area.published_area` makes an Area of them."""

    code: str
    name: str
    base_year: int
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    boundaries: Features | None = None

    def note(self, table: str, kind: str, says: str) -> None:
        """Add a note."""
        self.notes.append((table, kind, says))
