"""Commands about place funding: the tariff, what each setting is paid, and what DfE deducts for places it pays direct."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sufficiency.commands.common import Authority, Folder, Published, area_of, show

FinancialYear = Annotated[int, typer.Option("--year", help="The financial year that starts in April: 2025 is 2025-26.")]


def tariff(*, year: FinancialYear = 2025) -> None:
    """List what a place of each kind is paid, by element, and who pays it."""
    from sufficiency import funding

    show(funding.tariff(year))


def place_funding(
    folder: Folder = None,
    *,
    year: FinancialYear = 2025,
    published: Published = None,
    authority: Authority = None,
) -> None:
    """Write what each setting is paid for its places in a financial year, filled or empty, as CSV to the screen."""
    from sufficiency import funding

    places = funding.commissioned(area_of(folder, published, authority), (year, year + 1))
    paid = funding.place_funding(places, financial_year=year)
    show(paid.round(0).astype({name: "int64" for name in paid if name.endswith("_gbp")}))  # to the pound


def deductions(
    places: Annotated[
        Path, typer.Argument(help="CSV: kind (as DfE's sheet), before (places to August), after (from September).")
    ],
    *,
    year: FinancialYear = 2025,
    hospital: Annotated[float, typer.Option(help="Hospital academies, in pounds.")] = 0.0,
) -> None:
    """Write what DfE deducts from the block for places that it pays direct, to the pound, as CSV to the screen."""
    from sufficiency import funding
    from sufficiency.errors import InputError
    from sufficiency.inputs.files.text import read_text_table

    table = read_text_table(places)
    lacking = [name for name in ("kind", "before", "after") if name not in table]
    if lacking:
        raise InputError(f"{places.name} lacks the column {lacking[0]}; kind, before and after are needed")
    try:
        counted = table.astype({"before": "float64", "after": "float64"})
    except ValueError as caught:
        raise InputError(f"{places.name}: before and after must be numbers of places: {caught}") from caught
    found = funding.place_deductions(counted, financial_year=year, hospital_gbp=hospital)
    show(found.rename_axis("kind").reset_index())
