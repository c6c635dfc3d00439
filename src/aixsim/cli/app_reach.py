"""Arguments and help of ``aixsim reach``. Slow imports are done inside the command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aixsim.cli.app import CORES, AllowPlugins, Config, Json, Overrides, Workers, app


@app.command()
def reach(
    config: Config,
    goal: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Goal to reach; given twice, both in the same replicate [default: the first].")
    ] = None,
    probability: Annotated[float, typer.Option(help="Wanted probability of the goals.")] = 0.8,
    at_most: Annotated[str | None, typer.Option("--at-most", metavar="AMOUNT", help="Highest public money, such as 'KRW 1500 bn'.")] = None,
    between: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=LOW..HIGH", help="Setting of a lever to vary; KEY alone takes its documented range; can be repeated."),
    ] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder [default: results/NAME/reach-ID].")] = None,
    replicates: Annotated[int | None, typer.Option("-n", "--replicates", min=10, help="Of each package tried [default: 100].")] = None,
    confirm: Annotated[int | None, typer.Option(min=50, help="New replicates of each package proposed [default: 1,000].")] = None,
    workers: Workers = CORES,
    overrides: Overrides = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell the number of replicates and the time, and stop.")] = False,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """What is the cheapest way to reach a goal with a wanted probability?

    Searches packages of levers within bounds, confirms the best with new random numbers, and shows what more or less money buys. Without
    --between the money and grants of programmes and the number of parks are varied. Crash-safe and resumable: the same command resumes.
    """
    from aixsim.cli.reach import command

    flags = {"dry_run": dry_run, "allow_plugins": allow_plugins, "as_json": json}
    command(config, goal, probability, at_most, between or [], out, replicates, confirm, workers, overrides or [], **flags)
