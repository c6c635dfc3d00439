"""A sweep over settings of a config that a program states, without a study file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aixsim.config.models import MonteCarlo
from aixsim.config.study import Study
from aixsim.config.sweep_study import ONLY, DesignRow, Point, SweepStudy
from aixsim.config.sweep_tables import SweepTable


def setting_sweep(
    study: Study, name: str, settings: Sequence[Mapping[str, Any]], replicates: int, goal: str, *, money: bool = False
) -> SweepStudy:
    """Returns a sweep with one point for each of some different settings of a study, with common random numbers.

    Args:
        study: with a seed and goals.
        name: of the sweep, beside that of the study.
        settings: of each point, as for ``Study.with_``; empty for the study itself.
        replicates: of each point.
        goal: name of the goal of the decision.
        money: store what funding lines spend in every replicate.

    Raises:
        ConfigError: a setting is not valid.
    """
    stated = study.monte_carlo
    table = SweepTable.model_validate(
        {
            "base": f"{study.name}.toml",
            "design": {"kind": "table", "file": "design.csv"},
            "decision": {"goal": goal},
            "keep": {"money": money},
            "monte_carlo": {"replicates": replicates, "seed": stated.seed, "confidence": stated.confidence},
        }
    )
    each = MonteCarlo(replicates=1, seed=stated.seed, confidence=stated.confidence)
    points = tuple(Point(ONLY, dict(values), study.with_(values).with_monte_carlo(each)) for values in settings)
    return SweepStudy(
        path=study.folder / f"{study.name}-{name}.toml",
        title=study.title,
        table=table,
        points=points,
        rows=tuple(DesignRow(number, "", point.values, point, is_repeated=False) for number, point in enumerate(points)),
        factors=tuple(dict.fromkeys(key for point in points for key in point.values)),
        outcomes=tuple(dict.fromkeys(goal.outcome for goal in study.goals)),
        goals=tuple(study.goals),
        policies=(ONLY,),
        text=f"# The config; design.csv has what each point sets.\n{study.to_toml()}".encode(),
    )
