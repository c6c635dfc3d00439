"""Arguments and help of ``aixsim genealogy``. Slow imports are done inside the command."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aixsim.cli.app import CORES, AllowPlugins, Json, Overrides, Workers, app
from aixsim.cli.app_answers import AnswerFolder


@app.command()
def genealogy(
    place: Annotated[
        Path, typer.Argument(metavar="RESULT|CONFIG", help="Result folder of a run, TOML file, or name of a packaged config.")
    ],
    out: AnswerFolder = None,
    replicates: Annotated[int | None, typer.Option("-n", "--replicates", min=2, help="Number of replicates [default: 50].")] = None,
    workers: Workers = CORES,
    overrides: Overrides = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell the number of replicates and the time, and stop.")] = False,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """Who caused which AI factory?

    Divides every decision among what pressed the firm and whose factories it saw, and counts what follows from one factory. These are
    shares, no effects: for effects see aixsim explain. Replicates are run again, also those of a result.
    """
    from aixsim.cli.genealogy import command

    command(place, out, replicates, workers, overrides or [], dry_run=dry_run, allow_plugins=allow_plugins, as_json=json)
