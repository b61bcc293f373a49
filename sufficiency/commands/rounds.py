"""`sufficiency rounds`: one school's vehicle rounds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sufficiency.commands.common import Authority, Draws, Folder, Published, Roads, Seed, area_of, progress


def rounds(
    setting: Annotated[str, typer.Argument(help="A setting of the area, by its code or name.")],
    folder: Folder = None,
    *,
    year: Annotated[int | None, typer.Option(help="January; none: the base year.")] = None,
    seconds: Annotated[float, typer.Option(help="How long to search.")] = 10,
    iterations: Annotated[
        int | None, typer.Option(help="How much to search instead, 2000 say: the same plan on any machine.")
    ] = None,
    draws: Draws = 50,
    seed: Seed = 7,
    out: Annotated[Path, typer.Option(help="Folder to write.")] = Path("rounds"),
    published: Published = None,
    authority: Authority = None,
    roads: Roads = None,
) -> None:
    """Plan one school's vehicle rounds; write its stops as CSV, a map as GeoJSON, and the problem as VRPLIB text."""
    import sufficiency as sf

    area = area_of(folder, published, authority, roads)
    january = area.base_year if year is None else year
    with progress() as tell:
        outcome = sf.run(
            area, to=max(january, area.base_year + 1), draws=draws, placed_draws=1, seed=seed, progress=tell
        )
    if not isinstance(outcome, sf.Outcome):
        raise sf.InputError(outcome.why_not_placed())
    planned = outcome.journeys.rounds(setting, january, seconds=seconds, iterations=iterations, seed=seed)
    planned.write(out)
    for note in (planned.says, *planned.plan.notes):
        typer.echo(note)
    typer.echo(f"The rounds are in {out.resolve()}")
