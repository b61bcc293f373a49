"""Commands for the plain cores: who goes where, and which sites to open, from three CSV files of any origin."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sufficiency.commands.common import Out, pounds, show, write_tables

if TYPE_CHECKING:
    import pandas as pd

    from sufficiency.allocate.flow.rules import Rule

Groups = Annotated[Path, typer.Argument(help="CSV of children: group, children.")]
Routes = Annotated[Path, typer.Argument(help="CSV of who may go where: group, setting, cost_gbp.")]
Unplaced = Annotated[
    float | None, typer.Option(help="Price of a child without a place, in pounds; none: everyone must be placed.")
]
Seconds = Annotated[float, typer.Option(help="Stop looking after about so long.")]


def solve(
    groups: Groups,
    places: Annotated[Path, typer.Argument(help="CSV of places: setting, places.")],
    routes: Routes,
    *,
    unplaced: Unplaced = None,
    shortest_longest: Annotated[
        bool, typer.Option("--shortest-longest", help="First make the longest journey as short as it can be (minutes).")
    ] = False,
    within_regions: Annotated[
        bool, typer.Option("--within-regions", help="Nobody crosses a border (region, of groups and of places).")
    ] = False,
    fair_share: Annotated[
        float | None, typer.Option(help="Every district (of groups) places at least this share, 0.9 say.")
    ] = None,
    most_moves: Annotated[
        int | None, typer.Option(help="At most so many children leave where they are (current, of groups).")
    ] = None,
    class_size: Annotated[
        int | None, typer.Option(help="Classes of one class_group (of groups), in the rooms of each setting.")
    ] = None,
    budget: Annotated[
        list[str] | None, typer.Option(help="primary=2e6: placements of a phase (of groups) cost no more; repeatable.")
    ] = None,
    minimum_rolls: Annotated[
        bool, typer.Option("--minimum-rolls", help="A setting has its least children (least, of places) or none.")
    ] = False,
    lp: Annotated[Path | None, typer.Option(help="Write it as a linear program, FILE.lp, and don't solve it.")] = None,
    seconds: Seconds = 90,
    out: Out = None,
) -> None:
    """Place children at least cost; write who goes where as CSV to the screen. With --out: what a place is worth too."""
    from sufficiency import allocate
    from sufficiency.errors import InputError

    children, room, ways = _read(groups, "group"), _read(places, "setting"), _read(routes)
    asked = (_label(children, "children", groups), _label(room, "places", places), ways)
    rules = _rules(children, room, fair_share, most_moves, class_size, budget or [], minimum_rolls=minimum_rolls)
    if sum([bool(rules) or lp is not None, shortest_longest, within_regions]) > 1:
        raise InputError("--shortest-longest, --within-regions and rules (or --lp) can't be combined; ask for one")
    if lp is not None:
        where = allocate.as_program(*asked, unplaced_gbp=unplaced, rules=rules).write_lp(lp)
        typer.echo(f"The program is at {where}")
        return
    if rules:
        kept = allocate.as_program(*asked, unplaced_gbp=unplaced, rules=rules).solve(seconds=seconds)
        _tell(kept.placements, kept.unplaced, None, out)
        return
    if shortest_longest:
        found = allocate.shortest_longest(*asked, unplaced_gbp=_price(unplaced, "--shortest-longest")).solution
    elif within_regions:
        regions = {
            "group_region": _label(children, "region", groups),
            "setting_region": _label(room, "region", places),
        }
        price = _price(unplaced, "--within-regions")
        found = allocate.solve_regions(*asked, **regions, unplaced_gbp=price, across=False, seconds=seconds)
    else:
        found = allocate.solve(*asked, unplaced_gbp=unplaced)
    _tell(found.placements, found.unplaced, found.value_of_a_place, out)


def sites(
    groups: Groups,
    sites: Annotated[Path, typer.Argument(help="CSV of sites: site, places (blank: ample), fixed_gbp.")],
    routes: Routes,
    *,
    opened: Annotated[int | None, typer.Option(help="Open exactly so many; none: as many as pays.")] = None,
    budget: Annotated[
        float | None,
        typer.Option(parser=pounds, metavar="<pounds>", help="The most that fixed costs may add up to, in pounds."),
    ] = None,
    unplaced: Unplaced = None,
    seconds: Seconds = 60,
    out: Out = None,
) -> None:
    """Choose which sites to open so that fixed costs and journeys are least; write who goes where as CSV to the screen."""
    from sufficiency import allocate

    children = _label(_read(groups, "group"), "children", groups)
    found = allocate.open_sites(
        children,
        _read(sites).replace("", None),
        _read(routes),
        opened=opened,
        budget_gbp=budget,
        unplaced_gbp=unplaced,
        seconds=seconds,
    )
    _tell(found.placements, found.unplaced, found.value_of_a_place, out)


def _read(path: Path, index: str | None = None) -> pd.DataFrame:
    """Return a table of text, labelled by `index`."""
    from sufficiency.errors import InputError
    from sufficiency.inputs.files.text import read_text_table

    table = read_text_table(path)
    if index is not None and index not in table:
        raise InputError(f"{path.name} lacks the column {index}{_unnamed(table)}")
    return table if index is None else table.set_index(index)


def _label(table: pd.DataFrame, column: str, source: Path | None = None) -> pd.Series:
    """Return a column of labels, blanks being missing."""
    from sufficiency.errors import InputError

    if column not in table:
        where = source.name if source is not None else f"the table of {table.index.name}s"
        raise InputError(f"{where} lacks the column {column}, which is needed for this{_unnamed(table)}")
    return table[column].replace("", None)


def _unnamed(table: pd.DataFrame) -> str:
    """Return how many columns a table has instead. Their names may be a child's, where the header was left out."""
    count = table.shape[1] + (table.index.name is not None)
    return f": none of its {count} columns is called that in the first row"


def _price(unplaced: float | None, flag: str) -> float:
    from sufficiency.errors import InputError

    if unplaced is None:
        raise InputError(f"{flag} needs --unplaced, the price of a child without a place")
    return unplaced


def _rules(
    groups: pd.DataFrame,
    places: pd.DataFrame,
    fair_share: float | None,
    most_moves: int | None,
    class_size: int | None,
    budgets: Sequence[str],
    *,
    minimum_rolls: bool,
) -> list[Rule]:
    """Return the rules asked for, their labels from columns of the tables."""
    import pandas as pd

    from sufficiency import allocate
    from sufficiency.errors import InputError

    rules: list[Rule] = []
    if fair_share is not None:
        rules.append(allocate.FairShare(_label(groups, "district"), fair_share))
    if most_moves is not None:
        rules.append(allocate.CapOnMoves(_label(groups, "current"), most_moves))
    if class_size is not None:
        rooms = pd.to_numeric(_label(places, "rooms")).dropna()
        rules.append(allocate.ClassGroups(_label(groups, "class_group"), class_size, rooms))
    if minimum_rolls:
        rules.append(allocate.MinimumRoll(pd.to_numeric(_label(places, "least")).dropna()))
    if budgets:
        try:
            gbp = {phase: float(amount) for phase, _, amount in (text.partition("=") for text in budgets)}
        except ValueError:
            raise InputError(f"--budget {budgets[0]}: give a phase and pounds, as primary=2e6") from None
        rules.append(allocate.PhaseBudget(_label(groups, "phase"), gbp))
    return rules


def _tell(placements: pd.DataFrame, unplaced: pd.Series, values: pd.Series | None, out: Path | None) -> None:
    """Write a solution, children without a place at the setting 'unplaced', and with --out what a place is worth."""
    import pandas as pd

    left = unplaced[unplaced > 0].rename_axis("group").reset_index(name="children").assign(setting="unplaced")
    everyone = pd.concat([placements, left[list(placements)]], ignore_index=True)
    if out is not None:
        written = {} if values is None else {"value_of_a_place": values.rename_axis("setting").reset_index()}
        write_tables(out, {"placements": everyone} | written)
    show(everyone)
