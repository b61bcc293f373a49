"""What commands share: their common options, the area asked for, tables on the screen or in a folder, and progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import pandas as pd

    from sufficiency.area.area import Area

Folder = Annotated[Path | None, typer.Argument(help="An area folder; none: the example, Northamptonshire.")]
To = Annotated[int, typer.Option(help="Last January to forecast.")]
Draws = Annotated[int, typer.Option(help="Simulated futures.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same numbers.")]
Published = Annotated[Path | None, typer.Option(help="A folder of published files, instead of an area folder.")]
Authority = Annotated[str | None, typer.Option(help="With --published: the authority's ONS code or name.")]
Roads = Annotated[
    Path | None,
    typer.Option(help="A road network for journeys: an .osm.pbf extract, or a folder with nodes.csv and edges.csv."),
]


def pounds(text: str) -> float:
    """Return an amount given as a plain figure. [GBP]"""
    try:
        amount = float(text)
    except ValueError:
        amount = -1
    if not 0 <= amount < float("inf"):
        raise typer.BadParameter(f"'{text}' is not an amount in pounds: give a plain figure, as 4000000 or 4e6")
    return amount


Out = Annotated[Path | None, typer.Option(help="Folder to write every table to, as CSV.")]


def area_of(folder: Path | None, published: Path | None, authority: str | None, roads: Path | None = None) -> Area:
    """Return the area that a command is asked about: a folder's, a published authority's, or the example."""
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


def labels_of(by: str) -> list[str]:
    """Return 'need, phase' as its words."""
    return [word.strip() for word in by.split(",") if word.strip()]


def show(frame: pd.DataFrame) -> None:
    """Write a table as CSV to the screen."""
    from sufficiency.tables.inert import inert

    typer.echo(inert(frame).to_csv(index=False, float_format="%.6g"), nl=False)


def say(words: str) -> None:
    """Say something beside the table, where it can't get into it."""
    if sys.stderr.isatty():
        typer.echo(words, err=True)


def write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    """Write tables to a folder, one CSV each.

    Raises
    ------
    OutputError
        If the folder can't be made or written to.
    """
    from sufficiency.errors import OutputError
    from sufficiency.tables.inert import inert

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            inert(table).to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    except OSError as caught:
        raise OutputError(f"the tables can't be written to {folder}: {caught.strerror or caught}") from caught


@contextmanager
def progress() -> Iterator[Callable[[str, float], None]]:
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
