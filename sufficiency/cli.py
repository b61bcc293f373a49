"""The command: a thin skin over the library."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from sufficiency.commands import importing

app = typer.Typer(
    help="How many special-school places, where, when, at what cost, and how sure are we?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(importing.app, name="import")

Folder = Annotated[Path | None, typer.Argument(help="An area folder; none: the example, Northamptonshire.")]
To = Annotated[int, typer.Option(help="Last January to forecast.")]
Draws = Annotated[int, typer.Option(help="Simulated futures.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same numbers.")]
Published = Annotated[Path | None, typer.Option(help="A folder of published files, instead of an area folder.")]
Roads = Annotated[
    Path | None,
    typer.Option(help="A road network for journeys: an .osm.pbf extract, or a folder with nodes.csv and edges.csv."),
]
Authority = Annotated[str | None, typer.Option(help="With --published: the authority's ONS code or name.")]


@app.command()
def report(
    folder: Folder = None,
    *,
    to: To = 2035,
    draws: Draws = 1_000,
    seed: Seed = 7,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("report"),
    published: Published = None,
    authority: Authority = None,
    roads: Roads = None,
    suppress: Annotated[
        int, typer.Option(help="Hide counts of children below this, 5 say, before publishing; 0 hides none.")
    ] = 0,
) -> None:
    """Write the sufficiency report: HTML, Word, Excel, charts and returns."""
    import sufficiency as sf

    if suppress < 0:
        raise sf.InputError(f"--suppress {suppress}: give 0, which hides nothing, or a count such as 5")
    area = _area(folder, published, authority, roads)
    sf.report.check_writable(out)  # before the run, which takes a while
    with _progress() as tell:
        outcome = sf.run(area, to=to, draws=draws, seed=seed, progress=lambda what, share: tell(what, 0.7 * share))
        tell("Writing the report", 0.7)
        written = sf.report.write(
            outcome, out, suppress=suppress, progress=lambda what, share: tell(what, 0.7 + 0.3 * share)
        )
    for figure in sf.report.headlines(outcome):
        typer.echo(str(figure))
    typer.echo(f"The report is at {Path(written).resolve()}")


@app.command()
def check(folder: Annotated[Path, typer.Argument(help="An area folder.")]) -> None:
    """Say everything that is wrong with an area folder, at once."""
    import sufficiency as sf

    faults = sf.check_area(folder)
    for fault in faults:
        typer.echo(str(fault), err=True)
    if faults:
        raise typer.Exit(1)
    area = sf.read_area(folder)
    if area.roads is not None:
        area = sf.transport.with_travel(area)  # reads the roads, and says which homes are far from any
    typer.echo(f"{area!r}\nNothing to correct.")
    for note in area.notes[area.notes["kind"] != "read"].itertuples():
        typer.echo(f"  {note.kind} · {note.table}: {note.says}")


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="Folder to make.")]) -> None:
    """Make a template area folder to fill in."""
    from sufficiency.area.template import write_template

    write_template(folder)
    typer.echo(f"Fill in {folder}, a file at a time; then: sufficiency check {folder}")


@app.command()
def forecast(
    folder: Folder = None,
    *,
    to: To = 2035,
    draws: Draws = 1_000,
    seed: Seed = 7,
    by: Annotated[
        str,
        typer.Option(
            help="Commas between: authority, phase, age_group, ncy, need, need_group, setting_type, setting_group."
        ),
    ] = "setting_group",
    published: Published = None,
    authority: Authority = None,
) -> None:
    """Forecast EHC plans; write a table as CSV to the screen."""
    import sufficiency as sf

    area = _area(folder, published, authority)
    with _progress() as tell:
        tell("Forecasting EHC plans", 0.1)
        plans = sf.forecast.plans(area, to=to, draws=draws, seed=seed)
    _show(plans.summary(*_labels(by)))


@app.command()
def allocate(
    folder: Folder = None,
    *,
    to: To = 2035,
    draws: Draws = 200,
    seed: Seed = 7,
    by: Annotated[
        str, typer.Option(help="Commas between: year, authority, district, phase, need, need_group.")
    ] = "year,need_group,phase",
    published: Published = None,
    authority: Authority = None,
    roads: Roads = None,
) -> None:
    """Place children near home; write who has no place as CSV to the screen."""
    import sufficiency as sf

    area = _area(folder, published, authority, roads)
    with _progress() as tell:
        outcome = sf.run(area, to=to, draws=draws, placed_draws=min(draws, 100), seed=seed, progress=tell)
    if not isinstance(outcome, sf.Outcome):
        raise sf.InputError(outcome.why_not_placed())
    _show(outcome.placed.shortfall(*_labels(by)))


@app.command()
def backtest(
    folder: Folder = None,
    *,
    by: Annotated[str, typer.Option(help="setting_group, age_group …; empty: totals.")] = "",
    published: Published = None,
    authority: Authority = None,
) -> None:
    """Test the forecast on years held out, beside naive forecasts; write the scores as CSV to the screen."""
    import sufficiency as sf

    area = _area(folder, published, authority)
    with _progress() as tell:
        tell("Forecasting years held out", 0.1)
        scores = sf.forecast.backtest(area, horizons=(1, 2, 3)).scores(*_labels(by))
    _show(scores)


@app.command()
def policy(on: Annotated[str, typer.Option(help="A day, 2025-09-01; none: today.")] = "") -> None:
    """List every value in force on a date, national or assumed, with its range and where it comes from."""
    import sufficiency as sf
    from sufficiency.errors import MissingError

    try:
        day = date.fromisoformat(on) if on else date.today()
    except ValueError:
        raise sf.InputError(f"--on {on}: a day is needed, as 2025-09-01") from None
    values = sf.policy.rates(day)
    if values.empty:
        raise MissingError(f"no national value is known for {day:%d %B %Y}; choose a later day with --on")
    _show(values)


def main() -> None:
    """Run the command; a mistake is said in words and ends with status 1."""
    from sufficiency.errors import SufficiencyError

    try:
        app(prog_name="sufficiency")
    except SufficiencyError as error:
        typer.echo(f"sufficiency: {error}", err=True)
        sys.exit(1)
    except MemoryError:
        typer.echo(
            "sufficiency: there is not enough memory for this run; ask for fewer --draws or a nearer --to", err=True
        )
        sys.exit(1)


def _area(folder: Path | None, published: Path | None, authority: str | None, roads: Path | None = None) -> Any:
    import sufficiency as sf

    if authority is not None and published is None:
        raise sf.InputError(f"--authority {authority} needs --published, the folder of published files to find it in")
    if published is not None:
        if folder is not None:
            raise sf.InputError(f"give an area folder, {folder}, or --published {published}: not both")
        if authority is None:
            raise sf.InputError("--published needs --authority, a name or an ONS code")
        area = sf.published_area(published, authority=authority)
    else:
        area = sf.read_area(folder) if folder else sf.example_area()
    return area if roads is None else sf.transport.with_travel(area, roads)


def _labels(by: str) -> list[str]:
    """Return 'need, phase' as its words."""
    return [word.strip() for word in by.split(",") if word.strip()]


def _show(frame: Any) -> None:
    typer.echo(frame.to_csv(index=False, float_format="%.6g"), nl=False)


@contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    """Yield a function that moves a progress bar on a terminal, and does nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _what, _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<32}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bars:
        task = bars.add_task("Starting", total=1.0)
        yield lambda what, share: bars.update(task, description=what, completed=share)
