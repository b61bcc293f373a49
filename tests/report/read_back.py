"""A suppressed report as anybody can read it: what lies in its folder, and its charts as drawn, against what it must protect."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd

import sufficiency as sf
from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.report.disclosure.artists import drawn
from sufficiency.report.disclosure.audit import Audit, audited
from sufficiency.report.disclosure.cubes import Cube
from sufficiency.report.disclosure.printed import Place, Printed, of_table
from sufficiency.report.disclosure.sentences import of_words, texts
from sufficiency.report.disclosure.whole_report import Published, printed
from sufficiency.report.easy_read import easy_read_page
from sufficiency.report.model import Chart, Map
from sufficiency.report.returns.write_returns import publishable
from sufficiency.report.writers.build import build
from sufficiency.report.writers.write import known_cubes, safely

LIMIT = 5


def audits(outcome: ForecastOutcome, folder: Path) -> list[Audit]:
    """Write a report with counts below five hidden, and return what can be worked out of all of it, nothing being mended."""
    sf.report.write(outcome, folder, suppress=LIMIT)
    cubes = known_cubes(outcome)
    report = build(outcome, suppress=LIMIT)
    charts = {e.key: e.draw() for _, e in report.exhibits() if isinstance(e, Chart | Map)}
    returns = publishable(outcome, suppress=LIMIT) if isinstance(outcome, Outcome) else {}
    safe = safely(outcome, Published(report, charts, returns), LIMIT, easy_read_page(outcome, suppress=LIMIT))
    read = {key: drawn(figure) for key, figure in safe.charts.items()}
    return [audited(cube, [*printed(safe, cube, read), *of_folder(cube, folder)], LIMIT, mends=False) for cube in cubes]


def of_folder(cube: Cube, folder: Path) -> Iterator[Printed]:
    """Yield what the files of a report print of a cube: the workbook, the returns, and the words of its pages."""
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    for sheet in book.worksheets[1:]:
        rows = list(sheet.values)
        title, head = str(rows[0][0]), [str(name) for name in rows[3]]
        heads = [
            name[:1].lower() + name[1:] if name[:1].isalpha() and name.lower() in cube.names else name for name in head
        ]
        yield from of_table(
            cube, pd.DataFrame(rows[4:], columns=heads), Place("tables.xlsx", title, sheet.title), title
        )
    for path in sorted((folder / "returns").glob("*.csv")):
        implied = "specialist" if path.stem.startswith("scap_special") else ""
        table = pd.read_csv(path, dtype={"ncy": "str"})
        yield from of_table(cube, table, Place("returns", path.name, path.name), implied=implied)
    for page in ("report.html", "easy-read.html"):
        for text in texts((folder / page).read_text(encoding="utf-8")):
            yield from of_words(cube, text, Place(page, ""))
