"""Arguments and help of the commands that answer what is asked after the probability. Slow imports are done inside the commands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aixsim.cli.app import CORES, AllowPlugins, Config, Json, Overrides, Workers, app

AnswerFolder = Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder for text, JSON, tables and figures.")]


@app.command()
def signposts(
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="Result folder of a run.")],
    level: Annotated[
        list[float] | None, typer.Option(min=0.001, max=0.999, help="Probability of a goal; can be repeated [default: 0.05 to 0.95].")
    ] = None,
    out: AnswerFolder = None,
    json: Json = False,
) -> None:
    """By when will it be known? Counts from which on a goal is lost or safe.

    Gives for every year end the count at which a goal has this probability. Nothing is simulated.
    """
    from aixsim.cli.signposts import command

    command(result, level, out, as_json=json)


@app.command()
def sensitivity(
    place: Annotated[
        Path, typer.Argument(metavar="RESULT|SWEEP|CONFIG", help="Result folder, folder of a sobol or morris sweep, or config (run first).")
    ],
    threshold: Annotated[float, typer.Option(min=0.001, max=0.999, help="Probability of a goal from which on you would rely on it.")] = 0.5,
    workers: Workers = CORES,
    out: AnswerFolder = None,
    json: Json = False,
) -> None:
    """Which uncertain numbers matter, and which to research next?

    Gives the share of each goal that every number explains, what knowing it is worth for a decision, and how well it is known.
    """
    from aixsim.cli.sensitivity import command

    command(place, threshold, workers, out, as_json=json)


@app.command()
def tornado(
    config: Config,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder [default: results/NAME/tornado-ID].")] = None,
    replicates: Annotated[int | None, typer.Option("-n", "--replicates", min=10, help="Replicates of each value [default: 80].")] = None,
    goal: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the goal [default: the first].")] = None,
    level: Annotated[
        list[float] | None, typer.Option(min=0.001, max=0.999, help="Probability to cross; can be repeated [default: 0.5, 0.8].")
    ] = None,
    workers: Workers = CORES,
    overrides: Overrides = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell the number of replicates and the time, and stop.")] = False,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """What matters most, and from which value on is a goal more probable than not?

    Varies each uncertain number over its range and switches each lever off, one at a time, paired by replicate. Finds the value at which
    the probability of the goal crosses a level. Crash-safe and resumable: the same command resumes.
    """
    from aixsim.cli.tornado import tornado as command

    flags = {"dry_run": dry_run, "allow_plugins": allow_plugins, "as_json": json}
    command(config, out, replicates, goal, level, workers, overrides or [], **flags)


@app.command()
def explain(
    config: Config,
    out: Annotated[Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder [default: results/NAME/explain-ID].")] = None,
    replicates: Annotated[int | None, typer.Option("-n", "--replicates", min=2, help="Replicates of each subset [default: 100].")] = None,
    group: Annotated[
        list[str] | None, typer.Option(metavar="NAME=LEVER,LEVER", help="Levers that are switched on and off as one; can be repeated.")
    ] = None,
    workers: Workers = CORES,
    overrides: Overrides = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell the number of replicates and the time, and stop.")] = False,
    allow_plugins: AllowPlugins = False,
    json: Json = False,
) -> None:
    """Which lever creates which factories? Shares of the levers that add up.

    Runs every subset of the levers, or of more than ten groups a sample of orders, paired by replicate, and tells what binds: money,
    demand, or vendors and engineers. Crash-safe and resumable: the same command resumes.
    """
    from aixsim.cli.explain import explain as command

    flags = {"dry_run": dry_run, "allow_plugins": allow_plugins, "as_json": json}
    command(config, out, replicates, group or [], workers, overrides or [], **flags)
