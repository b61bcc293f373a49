"""`sufficiency report --last`: this year's report says what has changed since the last one."""

from __future__ import annotations

import openpyxl


def test_the_second_report_of_a_folder_compares_itself_with_the_first(command, tmp_path):
    command("new", tmp_path / "ours")
    run = ("report", tmp_path / "ours", "--to", 2027, "--draws", 5)
    command(*run, "--out", tmp_path / "first")
    command(*run, "--seed", 8, "--out", tmp_path / "second", "--last", tmp_path / "first")
    page = (tmp_path / "second" / "report.html").read_text(encoding="utf-8")
    assert "Since the last report" in page
    assert "Beside the last report, 'SEND sufficiency: Our council'." in page
    book = openpyxl.load_workbook(tmp_path / "second" / "tables.xlsx", read_only=True)
    assert {"since-forecasts", "headline-forecasts"} <= set(book.sheetnames)


def test_a_last_report_that_is_not_there_is_told_before_the_run(command, tmp_path):
    said = command("report", "--last", tmp_path / "nothing", "--out", tmp_path / "out")
    assert "there is no report at" in said
    assert not (tmp_path / "out").exists()
