"""Text of an input that looks like a formula or like markup does nothing in any file of a report."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
from docx import Document

import sufficiency as sf
from sufficiency.tables.inert import inert

EVIL = '=HYPERLINK("https://example.org","x")<script>alert(1)</script>'


def test_formulas_are_shown_and_numbers_and_dashes_are_left_alone() -> None:
    words = ["=1+1", "+cmd|' /C calc'!A0", "-cmd", "@SUM(A1)", "\t=1", "-2+3", "-5", "- 5", "-", "+3.2", "Kingsley", ""]
    table = pd.DataFrame({"name": words, "change": range(len(words))})
    found = inert(table)
    assert found["name"].tolist() == [*(f"'{w}" for w in words[:6]), *words[6:]]
    assert found["change"].equals(table["change"])
    assert table["name"].tolist() == words


def test_a_school_named_as_a_formula_and_a_script_is_shown_as_words_everywhere(tmp_path: Path) -> None:
    area = sf.example_area()
    settings = area.settings
    settings.loc[settings["setting_type"].eq("special"), "name"] = EVIL
    outcome = sf.run(area.replace(settings=settings), to=2027, draws=3, placed_draws=1)
    page = sf.report.write(outcome, tmp_path / "report").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    for path in (tmp_path / "report").rglob("*.xlsx"):
        book = openpyxl.load_workbook(path)
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert not [cell for cell in cells if cell.data_type == "f" and "HYPERLINK" in str(cell.value)], path.name
    csvs = [path.read_text(encoding="utf-8") for path in (tmp_path / "report").rglob("*.csv")]
    assert any("'=HYPERLINK" in text for text in csvs)
    assert not any(start in text for text in csvs for start in ("\n=", ",=", ',"='))
    document = Document(str(tmp_path / "report" / "report.docx"))
    assert any(EVIL in cell.text for table in document.tables for row in table.rows for cell in row.cells)
