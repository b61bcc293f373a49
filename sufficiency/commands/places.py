"""Commands about places: who has none, and which to open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sufficiency.commands.common import (
    Authority,
    Draws,
    Folder,
    Out,
    Published,
    Roads,
    Seed,
    To,
    area_of,
    labels_of,
    pounds,
    progress,
    say,
    show,
    write_tables,
)


def allocate(
    folder: Folder = None,
    *,
    to: To = 2035,
    draws: Draws = 200,
    seed: Seed = 7,
    by: Annotated[
        str, typer.Option(help="Commas between: year, authority, district, phase, need, need_group.")
    ] = "year,need_group,phase",
    lp: Annotated[
        Path | None, typer.Option(help="Also write the last January's expected demand as a linear program, FILE.lp.")
    ] = None,
    published: Published = None,
    authority: Authority = None,
    roads: Roads = None,
) -> None:
    """Place children near home; write who has no place as CSV to the screen."""
    import sufficiency as sf
    from sufficiency import allocate

    area = area_of(folder, published, authority, roads)
    with progress() as tell:
        outcome = sf.run(area, to=to, draws=draws, placed_draws=min(draws, 100), seed=seed, progress=tell)
    if not isinstance(outcome, sf.Outcome):
        raise sf.InputError(outcome.why_not_placed())
    if lp is not None:
        say(f"January {to} as a program: {allocate.program(outcome.placed, to).write_lp(lp)}")
    show(outcome.placed.shortfall(*labels_of(by)))


def openings(
    folder: Folder = None,
    *,
    options: Annotated[
        Path | None,
        typer.Option(
            help="Places worth considering; none: the area's own options.csv or, where it has none, those made from a run."
        ),
    ] = None,
    budget: Annotated[
        float | None,
        typer.Option(
            parser=pounds,
            metavar="<pounds>",
            help="The most capital in all, in pounds: 12e6. Of places made from a run, by default the area's share of "
            "England's high needs capital.",
        ),
    ] = None,
    most: Annotated[int | None, typer.Option(help="At most so many of the options.")] = None,
    aim: Annotated[
        str | None,
        typer.Option(
            help="cash: nothing that costs more than it saves; children: fewest turned away; minutes: shortest journeys. By "
            "default children for places made from a run, and cash for others."
        ),
    ] = None,
    risk: Annotated[str, typer.Option(help="mean: expected cost; cvar: the costliest tenth of futures.")] = "mean",
    to: To = 2035,
    draws: Annotated[int, typer.Option(help="Simulated futures to plan for.")] = 20,
    seed: Seed = 7,
    seconds: Annotated[
        float, typer.Option(help="Stop looking after about so long; 0: block by block, the same on every machine.")
    ] = 60,
    out: Out = None,
    published: Published = None,
    authority: Authority = None,
) -> None:
    """Choose which places to open and when, for many futures at once; write the leading plans as CSV to the screen."""
    import sufficiency as sf
    from sufficiency import allocate, tables
    from sufficiency.allocate.open.recommended import budget_words, capital_share_gbp
    from sufficiency.inputs.files.text import read_text_table

    area = sf.AS_AGREED(area_of(folder, published, authority))
    table = area.options
    if options is not None:
        table = tables.check(read_text_table(options), tables.OPTIONS, source=options.name)
    is_made = table.empty
    with progress() as tell:
        if is_made:
            outcome = sf.run(area, to=to, draws=max(draws, 100), placed_draws=max(draws, 1), seed=seed, progress=tell)
            if not isinstance(outcome, sf.Outcome):
                raise sf.InputError(outcome.why_not_placed())
            area, plans, table = outcome.area, outcome.plans, allocate.candidates(outcome.placed)
            if table.empty:
                say(f"{area.name}: nobody is turned away, or too few for a class anywhere, so there is nothing to open")
                show(table)
                return
            if budget is None:
                say(f"Within {budget_words(area, plans)}")
                budget = capital_share_gbp(area, plans)
        else:
            tell("Forecasting EHC plans", 0.1)
            plans = sf.forecast.plans(area, to=to, draws=max(draws, 100), seed=seed)
        tell("Choosing what to open", 0.3)
        best = allocate.openings(
            area,
            plans,
            table,
            budget_gbp=budget,
            most=most,
            aim=aim or ("children" if is_made else "cash"),
            risk=risk,
            draws=draws,
            seconds=seconds,
            seed=seed,
        )
    if out is not None:
        import pandas as pd

        gains = [allocate.who_gains(best, name).assign(option=name) for name in best.openings["option"].unique()]
        written = {"options": table, "openings": best.openings, "leading": best.leading, "regret": best.regret}
        write_tables(out, written | ({"who_gains": pd.concat(gains)} if gains else {}))
    say(best.why)
    show(best.leading)
