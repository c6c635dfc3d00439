"""Arguments and help of the commands that pass results on to others. Slow imports are done inside the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from aixsim.cli.app import CORES, AllowPlugins, Json, Workers, app


@app.command()
def export(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="Result folder of a run.")],
    to: Annotated[Literal["csv", "xlsx", "iamc", "network"], typer.Option(help="Format; xlsx needs the extra [excel].")],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="PATH", help="File or folder [default: here, by RESULT].")] = None,
    table: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this table; can be repeated.")] = None,
    by_replicate: Annotated[
        list[str] | None, typer.Option(metavar="GROUP", help="Add the counts of every replicate by this group; can be repeated.")
    ] = None,
    json: Json = False,
) -> None:
    """Write a result for other programs: spreadsheets, statistics packages, pyam, networkx, Gephi.

    csv: a folder with one file per table; xlsx: a workbook with one sheet per table; iamc: the long format of scenario databases;
    network: firms and ties as CSV and GraphML. Nothing is simulated.
    """
    from aixsim.cli.export import command

    command(result, to, out, table or [], by_replicate or [], as_json=json)


@app.command()
def pack(
    place: Annotated[Path, typer.Argument(metavar="RESULT|SWEEP", help="Result folder of a run, or the folder of a sweep.")],
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="The zip file [default: here, named as RESULT].")] = None,
    license_: Annotated[str | None, typer.Option("--license", metavar="NAME", help="Licence of the results, such as CC-BY-4.0.")] = None,
    json: Json = False,
) -> None:
    """Pack a result or a sweep into one zip file, from which others can reproduce it.

    Holds config, data files, results, figures, versions, hashes and RO-Crate 1.1 metadata. Every file is compared with its checksum first.
    """
    from aixsim.cli.pack import command

    command(place, out, license_, as_json=json)


@app.command()
def reproduce(
    place: Annotated[Path, typer.Argument(metavar="PACK|RESULT|SWEEP", help="A packed zip file, or the folder of a run or sweep.")],
    replicates: Annotated[
        int | None, typer.Option("-n", "--replicates", min=1, help="Only the first N replicates, of every point [default: all].")
    ] = None,
    points: Annotated[int | None, typer.Option(min=1, metavar="N", help="Only N points of a sweep [default: all].")] = None,
    workers: Workers = CORES,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """Run a result again and compare every byte.

    Tells which versions differ. Ends with exit code 1 if results differ.
    """
    from aixsim.cli.reproduce import command

    raise typer.Exit(command(place, replicates, points, workers, allow_plugins=allow_plugins, as_json=json))


@app.command()
def diff(
    one: Annotated[Path, typer.Argument(metavar="A", help="Result folder of a run.")],
    other: Annotated[Path, typer.Argument(metavar="B", help="Result folder of another run.")],
    replicates: Annotated[
        int, typer.Option("-n", "--replicates", min=0, help="Replicates of each config that is run; 0 runs nothing.")
    ] = 100,
    goal: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the goal [default: the first of A].")] = None,
    workers: Workers = CORES,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for text, JSON and tables.")] = None,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """Why did the result change? Settings, data, version and seed, and how much each explains.

    Changes one setting at a time from A's value to B's, paired by replicate. Nothing is written without -o.
    """
    from aixsim.cli.diff import command

    command(one, other, replicates, goal, workers, out, allow_plugins=allow_plugins, as_json=json)
