"""Arguments and help of the commands for scenario discovery and robustness. Slow imports are done inside the commands."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aixsim.cli.app import Json, app
from aixsim.cli.app_answers import AnswerFolder


class When(StrEnum):
    """What happens to a goal."""

    missed = "missed"
    reached = "reached"


@app.command()
def discover(
    place: Annotated[Path, typer.Argument(metavar="RESULT|SWEEP", help="Result folder of a run, or folder of a sweep with factors.")],
    goal: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name of the goal [default: the first, of a sweep that of its decision].")
    ] = None,
    when: Annotated[When, typer.Option(help="What is to be explained.")] = When.missed,
    level: Annotated[
        float | None, typer.Option(help="Probability below which a point of a sweep misses the goal [default: decision level].")
    ] = None,
    policy: Annotated[str | None, typer.Option(metavar="NAME", help="Policy of a sweep with several.")] = None,
    boxes: Annotated[int, typer.Option(min=1, max=3, help="Most boxes.")] = 3,
    density: Annotated[
        float | None, typer.Option(help="Least share of such futures in a box [default: the box that agrees best with them].")
    ] = None,
    out: AnswerFolder = None,
    json: Json = False,
) -> None:
    """Under which conditions does the plan fail? Boxes (PRIM) and a small tree.

    Finds ranges of the uncertain numbers of a run, or of the factors of a sweep, in which a goal is missed, and checks them on futures
    that were left out. Nothing is simulated.
    """
    from aixsim.cli.discover import command

    command(place, goal, out, as_json=json, when=when.value, level=level, policy=policy, boxes=boxes, density=density)


@app.command()
def robustness(
    places: Annotated[
        list[Path], typer.Argument(metavar="SWEEP|RESULT RESULT...", help="Folder of a sweep, or results of two runs or more.")
    ],
    choice: Annotated[
        list[str] | None, typer.Option(metavar="KEY", help="Factor of a sweep that is chosen, not a condition; can be repeated.")
    ] = None,
    spend_below: Annotated[
        float | None, typer.Option(metavar="KRW_BN", help="Public money that a policy may spend, KRW bn; of results.")
    ] = None,
    out: AnswerFolder = None,
    json: Json = False,
) -> None:
    """Which policy does well whatever happens? Regret and satisficing over futures.

    Compares policies in equal replicates: how far each is from the best one of the same future, and how often it reaches the goals.
    Nothing is simulated.
    """
    from aixsim.cli.robustness import command

    command(places, choice or [], spend_below, out, as_json=json)
