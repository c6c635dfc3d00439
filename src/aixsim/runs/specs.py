"""Turns the points of a study into what workers are given."""

from __future__ import annotations

from typing import Any

from aixsim.config.build import Problems, ensemble_of
from aixsim.config.sweep_study import Point, SweepStudy
from aixsim.results.goals import target_in_sample
from aixsim.runs.chunk import PointSpec, Target


def spec_of(point: Point, study: SweepStudy) -> PointSpec:
    """Returns what a worker needs to know of a point; nothing is built yet."""
    config = point.study
    seed = config.monte_carlo.seed
    if seed is None:
        raise ValueError("a point of a sweep has a seed")
    problems = Problems(
        config.population,
        config.network,
        config.folder.resolve(),
        config.horizon,
        config.settings,
        seed,
        config.registry,
        ensemble=ensemble_of(config),
    )
    targets = tuple(
        Target(goal.outcome, target_in_sample(goal.at_least, config.population.scale), config.horizon.index(goal.by))
        for goal in study.goals
    )
    return PointSpec(problems, study.outcomes, targets, study.table.keep.parameters)


def goals_of(study: SweepStudy, spec: PointSpec) -> list[dict[str, Any]]:
    """Returns the goals with their targets, ready for JSON."""
    return [
        {
            "name": goal.name, "at_least": goal.at_least, "by": goal.by,
            "outcome": target.outcome, "target": target.count, "month": target.month,
        }
        for goal, target in zip(study.goals, spec.targets, strict=True)
    ]  # fmt: skip
