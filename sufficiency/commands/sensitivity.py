"""The command that says what an answer hangs on."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from sufficiency.commands.common import (
    Authority,
    Folder,
    Out,
    Published,
    Roads,
    Seed,
    area_of,
    progress,
    show,
    write_tables,
)
from sufficiency.commands.futures import tried


def sensitivity(
    folder: Folder = None,
    *,
    scenario: Annotated[
        list[Path] | None,
        typer.Option(help="A scenario file, FILE.toml: its effect beside what is agreed. Several are ranked as well."),
    ] = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            help="Any of high_needs_gbp, transport_gbp, both_gbp, shortfall, balance_gbp, in_year_gbp, independent_gbp and "
            "value_of_a_place; none: all but the last."
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Assumptions to vary, by name or by the word before the dot: overflow; none: all."),
    ] = None,
    to: Annotated[int, typer.Option(help="Last January; measures 'a year' are of the last year.")] = 2031,
    draws: Annotated[int, typer.Option(help="Simulated futures.")] = 40,
    varied_draws: Annotated[int, typer.Option(help="How many of them are placed for each assumption.")] = 8,
    forecasting: Annotated[bool, typer.Option(help="Vary also what only the forecast of plans reads.")] = False,
    workers: Annotated[int, typer.Option(help="Processes that try assumptions side by side.")] = 1,
    seed: Seed = 7,
    out: Out = None,
    published: Published = None,
    authority: Authority = None,
    roads: Roads = None,
) -> None:
    """Say which assumptions move the answer, and where a sign turns on one; write both as CSV to the screen."""
    import sufficiency as sf

    if workers < 1:
        raise sf.InputError(f"--workers {workers}: 1 or more is expected")
    area = area_of(folder, published, authority, roads)
    tested = [tried(file, to, area) for file in scenario or ()]
    with ExitStack() as stack:
        pool = stack.enter_context(ProcessPoolExecutor(workers)) if workers > 1 else None
        found = sf.sensitivity(
            area,
            tested or sf.AS_AGREED,
            against=sf.AS_AGREED if tested else None,
            measures=measure or (),
            only=only or (),
            to=to,
            draws=draws,
            varied_draws=varied_draws,
            forecasting=forecasting,
            seed=seed,
            executor=pool,
            progress=stack.enter_context(progress()),
        )
    for name in found.scenarios:
        for asked in found.measures:
            for says in (found.says(asked, name), found.range_says(asked, name)):
                typer.echo(f"{name}: {says}".replace("\u2060", ""), err=True)
    if out is not None:
        tables = {"sensitivity": found.table(), "share_of_range": found.share_of_range(), "held": found.held}
        rankings = found.rankings()
        write_tables(out, tables | ({"rankings": rankings} if len(rankings) else {}))
    show(found.table() if found.measures else found.rankings())
