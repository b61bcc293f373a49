"""Write the report: a page, a document, a workbook, pictures and returns; all of it, or nothing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sufficiency.errors import OutputError
from sufficiency.method import Progress
from sufficiency.outcome import ForecastOutcome, Outcome
from sufficiency.recommendation import Recommendation
from sufficiency.report.disclosure.cubes import Cube
from sufficiency.report.disclosure.whole_report import Published
from sufficiency.report.last_report import LastReport
from sufficiency.report.model import Chart, Map
from sufficiency.report.writers.swap import LIST, check_own_folder, in_place_of
from sufficiency.varied.found import Sensitivity


def write(
    outcome: Outcome | ForecastOutcome,
    folder: str | Path,
    *,
    now: Outcome | ForecastOutcome | None = None,
    futures: Sequence[ForecastOutcome] = (),
    suppress: int = 0,
    sensitivity: Sensitivity | None = None,
    recommendation: Recommendation | None = None,
    last: LastReport | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write the report of an outcome and return the path of its page.

    Parameters
    ----------
    outcome
        What `sufficiency.run` returned.
    folder
        Where to write: report.html, easy-read.html, report.docx, tables.xlsx, charts/*.png, returns/*.csv, and rounds.geojson of the
        school whose rounds are shown, homes to the nearest kilometre, unless small numbers are hidden; files.json lists them
        with their SHA-256. It takes an older report's place in one step, once it is whole; whatever else lies there stays.
    now
        The run without the scenario: with it, a section says what each lever does, unmitigated and mitigated side by
        side. Scenarios of several levers run each prefix again.
    futures
        The same area under other laws, `sf.scenarios.reform(...)` for instance, or under other scenarios: one section
        shows laws beside the law as it is, another scenarios beside one another, each with a range of its own. They need
        the same `to`, `draws` and `seed`; fewer of them may be placed.
    suppress
        Counts of children from 1 to one below this are hidden, with as many others as keep them hidden; 0 hides none.
    sensitivity
        Of `sf.sensitivity`: with it, a section says which assumptions move the answer, and where a sign turns on one.
    recommendation
        Of `sf.recommend(outcome)`: with it, the report begins with what to open, and tries it in every future.
    last
        An earlier report, of `sf.report.read_last`: with it, a section says what has changed since.
    progress
        Called with what is being done and the share done.

    Raises
    ------
    InputError
        If `now` or a future was run with other draws or another seed, or `last` is of another area.
    OutputError
        If the folder can't be written; nothing is left half-written.
    DisclosureError
        If small numbers are to be hidden and one could be worked out from what is written, read as one.
    """
    from sufficiency.report.easy_read import easy_read_page
    from sufficiency.report.returns.write_returns import publishable, write_tables
    from sufficiency.report.sections import rounds
    from sufficiency.report.writers.build import build
    from sufficiency.report.writers.document.word import document
    from sufficiency.report.writers.drawn import drawing
    from sufficiency.report.writers.excel import workbook
    from sufficiency.report.writers.html import page

    tell = progress or (lambda _what, _share: None)
    target = Path(folder)
    check_writable(target)
    with drawing() as pictures:
        tell("Writing words and tables", 0.0)
        report = build(
            outcome,
            now=now,
            futures=futures,
            suppress=suppress,
            sensitivity=sensitivity,
            recommendation=recommendation,
            last=last,
        )
        with in_place_of(target, made_before=_of_earlier_reports) as new:
            tell("Drawing charts and maps", 0.6)
            pictured = [e for _, e in report.exhibits() if isinstance(e, Chart | Map)]
            figures = {}
            for exhibit in pictured:
                figures[exhibit.key] = exhibit.draw()
                if suppress <= 1:  # put in files meanwhile; one that may have to lose a mark waits
                    pictures.add(exhibit.key, figures[exhibit.key], is_in_page=isinstance(exhibit, Chart))
            easy = easy_read_page(outcome, suppress=suppress)
            returns = publishable(outcome, now=now, suppress=suppress) if isinstance(outcome, Outcome) else {}
            if suppress > 1:
                tell("Looking for what small numbers could be worked out from", 0.7)
                safe = safely(outcome, Published(report, figures, returns), suppress, easy)
                report, returns = safe.report or report, dict(safe.returns)
                for exhibit in pictured:
                    pictures.add(exhibit.key, figures[exhibit.key], is_in_page=isinstance(exhibit, Chart))
            tell("Writing returns", 0.7)
            if isinstance(outcome, Outcome):
                if suppress <= 1 and (lines := rounds.geojson(outcome)) is not None:
                    (new / "rounds.geojson").write_text(json.dumps(lines), encoding="utf-8")
                write_tables(returns, new / "returns", outcome.area.authorities, suppress=suppress)
            (new / "easy-read.html").write_text(easy, encoding="utf-8")
            (new / "tables.xlsx").write_bytes(workbook(report))
            tell("Writing the page", 0.8)
            (new / "report.html").write_text(page(report, lambda chart: pictures[chart.key].svg), encoding="utf-8")
            tell("Writing Word", 0.9)
            files = {e.key: pictures[e.key].png for e in pictured}
            (new / "report.docx").write_bytes(document(report, files))
            (new / "charts").mkdir()
            for key, png in files.items():
                (new / "charts" / f"{key}.png").write_bytes(png)
    tell("Done", 1.0)
    return target / "report.html"


def safely(outcome: ForecastOutcome, published: Published, limit: int, easy: str) -> Published:
    """Return what is to be published, with no small count that can be worked out from all of it together.

    Charts that would tell one are drawn without it. `easy` is the easy-read page.
    """
    from sufficiency.report.disclosure.sentences import texts
    from sufficiency.report.disclosure.whole_report import made_safe, maps_written

    assert published.report is not None
    report = maps_written(published.report)
    words = {f'the map "{e.title}"': texts(e.svg()) for _, e in report.exhibits() if isinstance(e, Map)}
    words["the easy-read page"] = texts(easy)
    return made_safe(replace(published, report=report, words=words), known_cubes(outcome), limit)


def known_cubes(outcome: ForecastOutcome) -> list[Cube]:
    """Return what a report of the outcome must protect, with the words by which its tables and returns name it."""
    from sufficiency.report.disclosure.cubes import cubes
    from sufficiency.report.returns.reform_rows import ROWS
    from sufficiency.report.returns.whole_plans import whole_base
    from sufficiency.report.sections.graduated_steps import STEPS

    return cubes(outcome, whole_base(outcome), STEPS, ROWS)


def check_writable(target: Path) -> None:
    """Raise OutputError if a report can't be put in a folder; the message says why."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not target.is_dir():
            raise NotADirectoryError("it is a file")
        with tempfile.TemporaryFile(dir=target if target.is_dir() else target.parent):
            pass
    except OSError as caught:
        raise OutputError(
            f"the report can't be written to {target}: {caught.strerror or caught}; choose another with --out"
        ) from caught
    check_own_folder(target, _of_earlier_reports)


def _of_earlier_reports(target: Path) -> list[Path]:
    """Return the files of a folder that only a report has written there, going by their names."""
    from sufficiency.report.returns.write_returns import FILES

    own = [
        target / name
        for name in ("report.html", "easy-read.html", "report.docx", "tables.xlsx", "rounds.geojson", LIST)
    ]
    known = [*own, *(target / "charts").glob("*.png"), *(target / "returns" / name for name in FILES)]
    return [path for path in known if path.is_file()]
