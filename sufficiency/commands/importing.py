"""`sufficiency import`: a council's files, or downloads, into an area folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup


class DownloadsUnlessNamed(TyperGroup):
    """`import FOLDER …` means `import downloads FOLDER …`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command's name first where the first word is not one."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = ["downloads", *args]
        return list(super().parse_args(ctx, args))


app = typer.Typer(
    cls=DownloadsUnlessNamed,
    help="Bring files as you have them into an area folder, and say what was used and what was not.",
    no_args_is_help=True,
)

Into = Annotated[Path, typer.Option(help="The area folder.")]


@app.command()
def sen2(
    returns: Annotated[list[Path], typer.Argument(help="For each January a folder or zip of CSVs, or an XML file.")],
    *,
    into: Into,
    authority: Annotated[
        str | None, typer.Option(help="ONS code of the authority, where the area has several.")
    ] = None,
    postcodes: Annotated[
        Path | None, typer.Option(help="ONS Postcode Directory or Code-Point Open: gives homes their zone.")
    ] = None,
    register: Annotated[
        Path | None, typer.Option(help="School register (edubasealldata.csv): gives schools their type.")
    ] = None,
    salt: Annotated[Path | None, typer.Option(help="Where the salt is kept; none: your configuration.")] = None,
    report: Annotated[Path | None, typer.Option(help="Also write the report, to this folder.")] = None,
) -> None:
    """Count SEN2 person-level returns, hashed as they are read: plans, states, flows, transitions, rolls, checks."""
    import sufficiency as sf

    if report is not None:
        sf.report.check_writable(report)
    done = sf.importing.from_sen2(returns, into, authority=authority, postcodes=postcodes, register=register, salt=salt)
    typer.echo(str(done))
    if report is not None:
        written = sf.report.write(sf.run(sf.read_area(into)), report)
        typer.echo(f"The report is at {Path(written).resolve()}")
    else:
        typer.echo(f"Next: sufficiency report {into}")


@app.command()
def downloads(
    folder: Annotated[Path, typer.Argument(help="A folder of published files as downloaded.")],
    *,
    authority: Annotated[str, typer.Option(help="ONS code or name.")],
    into: Into,
) -> None:
    """Write a first draft of an area folder from published files; the word `downloads` may be left out."""
    import sufficiency as sf

    typer.echo(str(sf.importing.from_downloads(folder, authority, into)))
    typer.echo(f"Next: sufficiency report {into}")


@app.command()
def table(
    file: Annotated[Path, typer.Argument(help="CSV or .xlsx.")],
    *,
    name: Annotated[str, typer.Option("--as", help="The table: places, travel, housing, bands, unit_costs …")],
    into: Into,
) -> None:
    """Write your own file as one of the folder's tables, under our column names; years may go across."""
    import sufficiency as sf

    typer.echo(str(sf.importing.from_table(file, name, into)))
