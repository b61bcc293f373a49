"""Last year's report, as much of it as this year's compares itself with: two sheets of its workbook."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from sufficiency.errors import InputError, MissingError
from sufficiency.frozen import frozen
from sufficiency.notebook import titled

WORKBOOK: Final = "tables.xlsx"
FIGURES: Final = "success-figures"
FORECASTS: Final = "headline-forecasts"
HEADER_ROW: Final = 4  # below a sheet's title and note, as `writers.excel` lays it out
COLUMNS: Final = {
    FIGURES: ["authority", "measure", "year", "value", "low", "high"],
    FORECASTS: ["measure", "year", "middle", "low", "high"],
}


@frozen
@dataclass(frozen=True, eq=False)
class LastReport:
    """What an earlier report said: its title, its measures of success, and its headline forecasts.

    `figures` has authority, measure, year, value, low, high (none where it had no such measures); `forecasts` measure,
    year, middle, low, high.
    """

    title: str
    figures: pd.DataFrame
    forecasts: pd.DataFrame

    def __repr__(self) -> str:
        """Return one line: its title, and how many figures and forecasts were read."""
        return (
            f"<LastReport {self.title}: {len(self.figures):,} measures of success, {len(self.forecasts):,} forecasts>"
        )

    def _repr_html_(self) -> str:
        return titled(f"What {self.title} forecast", self.forecasts, {"year": "year"})


def read_last(path: str | Path) -> LastReport:
    """Return what an earlier report said, from its folder or its workbook.

    Parameters
    ----------
    path
        The folder that `sf.report.write` made, or the `tables.xlsx` in it.

    Raises
    ------
    MissingError
        If there is no such folder or workbook.
    InputError
        If it is no workbook, or not one of a report that can be compared with.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    file = Path(path)
    file = file / WORKBOOK if file.is_dir() else file
    if not file.is_file():
        raise MissingError(f"there is no report at {path}: give the folder of an earlier report, or its {WORKBOOK}")
    try:
        book = openpyxl.load_workbook(file, data_only=True, read_only=True)
        sheets = {name: list(book[name].iter_rows(values_only=True)) for name in COLUMNS if name in book.sheetnames}
        title = str(book.worksheets[0]["A1"].value or "")
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as caught:
        raise InputError(f"{file.name} can't be read as a workbook ({type(caught).__name__})") from None
    if FORECASTS not in sheets:
        raise InputError(
            f"{file.name} has no sheet '{FORECASTS}': it isn't the workbook of a report, or an earlier version of the library wrote it"
        )
    return LastReport(title, *(_table(sheets.get(name), name, file.name) for name in COLUMNS))


def _table(rows: list[tuple[object, ...]] | None, name: str, source: str) -> pd.DataFrame:
    """Return a sheet's rows under our names; numbers that were hidden or spoilt are blank."""
    wanted = COLUMNS[name]
    if rows is None:
        return pd.DataFrame(columns=wanted)
    header = [str(cell or "").strip().lower() for cell in rows[HEADER_ROW - 1]] if len(rows) >= HEADER_ROW else []
    lacking = [column for column in wanted if column not in header]
    if lacking:
        raise InputError(
            f"{source}, sheet '{name}': the columns {', '.join(lacking)} are missing from row {HEADER_ROW}"
        )
    body = pd.DataFrame([row[: len(header)] for row in rows[HEADER_ROW:]], columns=header)[wanted]
    for column in wanted:
        body[column] = (
            body[column].astype("str")
            if column in ("authority", "measure")
            else pd.to_numeric(body[column], errors="coerce")
        )
    return body.dropna(subset=["year"]).astype({"year": "int64"}).reset_index(drop=True)
