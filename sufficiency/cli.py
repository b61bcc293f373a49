"""The command: a thin skin over the library."""

from __future__ import annotations

import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

import sufficiency
from sufficiency.commands import cores, funding, futures, importing, places
from sufficiency.commands import rounds as rounds_of_a_school
from sufficiency.commands import sensitivity as varied
from sufficiency.commands.common import (
    Authority,
    Draws,
    Folder,
    Published,
    Roads,
    Seed,
    To,
    area_of,
    labels_of,
    pounds,
    progress,
    show,
)

app = typer.Typer(
    help="How many special-school places, where, when, at what cost, and how sure are we?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(importing.app, name="import")


def _version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"sufficiency {sufficiency.__version__}")
        raise typer.Exit


@app.callback()
def _common(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=lambda v: _version(wanted=v), is_eager=True, help="Say which version this is."
        ),
    ] = False,
) -> None:
    """How many special-school places, where, when, at what cost, and how sure are we?"""


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
    scenario: Annotated[
        list[Path] | None,
        typer.Option(
            help="A scenario file (TOML); any number of times. The report, its returns and what each lever does are of the "
            "first that leaves the law alone, against what is agreed; others stand side by side."
        ),
    ] = None,
    reform: Annotated[
        list[float] | None,
        typer.Option(
            help="Show the law announced for 2029, delivered so far (0 to 1), beside what is agreed; any number of times. "
            "Where no scenario changes the law: 1 and 0.5."
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            parser=pounds,
            metavar="<pounds>",
            help="The most capital for what is recommended, in pounds: 12e6; by default the area's share, by plans, of "
            "England's high needs capital.",
        ),
    ] = None,
    suppress: Annotated[
        int,
        typer.Option(
            help="Hide counts of children below this, 5 say; 0 hides none. Not all is found: read docs/disclosure.md before publishing."
        ),
    ] = 0,
    sensitivity: Annotated[
        bool,
        typer.Option(
            help="Also say what the answer hangs on, each assumption at both ends of its range: minutes more."
        ),
    ] = False,
    last: Annotated[
        Path | None,
        typer.Option(help="The folder of an earlier report, or its tables.xlsx: say what has changed since."),
    ] = None,
) -> None:
    """Write the sufficiency report: HTML, Word, Excel, charts and returns."""
    import sufficiency as sf

    if suppress < 0:
        raise sf.InputError(f"--suppress {suppress}: give 0, which hides nothing, or a count such as 5")
    area = area_of(folder, published, authority, roads)
    beside = futures.asked(scenario or [], reform or [], to=to, area=area)
    earlier = None if last is None else sf.report.read_last(last)
    sf.report.check_writable(out)  # before the run, which takes a while
    with progress() as tell:
        own, run = futures.reported(beside), partial(sf.run, area, to=to, draws=draws, seed=seed)
        now = run(progress=lambda what, share: tell(what, 0.4 * share))
        outcome = (
            now if own is None else run(own, beside=now, progress=lambda what, share: tell(what, 0.4 + 0.1 * share))
        )
        rest = [one for one in beside if one is not own]
        others = futures.run(
            area, rest, outcome.options, beside=now, progress=lambda what, share: tell(what, 0.5 + 0.1 * share)
        )
        made = None
        if isinstance(outcome, sf.Outcome):
            made = sf.recommend(outcome, budget_gbp=budget, progress=lambda what, share: tell(what, 0.6 + 0.1 * share))
        found = None
        if sensitivity:
            pulled, against = (sf.AS_AGREED, None) if own is None else (own, sf.AS_AGREED)
            found = sf.sensitivity(area, pulled, against=against, to=min(to, 2031), seed=seed, progress=tell)
        tell("Writing the report", 0.7)
        written = sf.report.write(
            outcome,
            out,
            now=None if own is None else now,
            futures=others,
            suppress=suppress,
            sensitivity=found,
            recommendation=made,
            last=earlier,
            progress=lambda what, share: tell(what, 0.7 + 0.3 * share),
        )
    for figure in sf.report.headlines(outcome, suppress, futures=others):
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
            help="Commas between: authority, district, phase, age_group, ncy, need, need_group, setting_type, setting_group."
        ),
    ] = "setting_group",
    published: Published = None,
    authority: Authority = None,
) -> None:
    """Forecast EHC plans; write a table as CSV to the screen."""
    import sufficiency as sf

    area = area_of(folder, published, authority)
    with progress() as tell:
        tell("Forecasting EHC plans", 0.1)
        plans = sf.forecast.plans(area, to=to, draws=draws, seed=seed)
    show(plans.summary(*labels_of(by)))


app.command()(places.allocate)
app.command()(places.openings)
app.command()(varied.sensitivity)
app.command()(rounds_of_a_school.rounds)


@app.command()
def backtest(
    folder: Folder = None,
    *,
    by: Annotated[str, typer.Option(help="setting_group, age_group …; empty: totals.")] = "",
    far: Annotated[
        bool,
        typer.Option(help="Five, seven and ten years ahead: every published authority since 2010, or the folder's."),
    ] = False,
    published: Published = None,
    authority: Authority = None,
) -> None:
    """Test the forecast on years held out, beside naive forecasts; write the scores as CSV to the screen."""
    import sufficiency as sf

    if far:
        chosen = folder is not None or published is not None
        totals = area_of(folder, published, authority).plans if chosen else None
        with progress() as tell:
            tell("Forecasting from long ago", 0.1)
            scores = sf.forecast.backtest_far(totals).scores(*labels_of(by))
        show(scores)
        return
    area = area_of(folder, published, authority)
    with progress() as tell:
        tell("Forecasting years held out", 0.1)
        scores = sf.forecast.backtest(area, horizons=(1, 2, 3)).scores(*labels_of(by))
    show(scores)


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
    show(values)


app.command()(cores.solve)
app.command()(cores.sites)
app.command()(funding.tariff)
app.command()(funding.place_funding)
app.command()(funding.deductions)


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
