"""A job: points to run, with goals and number of replicates. A run is a job with one point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aixsim.config.build import problems
from aixsim.config.models import Goal, MonteCarlo
from aixsim.config.study import Study
from aixsim.config.sweep_study import DesignRow, Point, SweepStudy
from aixsim.model.outcomes import OUTCOMES
from aixsim.runs.replicates import PointSpec, Target


@dataclass(frozen=True)
class Job:
    """A job.

    Attributes:
        kind: ``run`` or ``sweep``.
        name, title: of the study.
        points: at least one; a run has one.
        goals: the same at all points.
        deciding: goal of the decision, which determines the number of replicates of a point; None in a run.
        level: decision level, a probability.
        replicates: per point.
        most_replicates: maximum, for points with an open verdict.
        seed: Monte Carlo seed.
        common_random_numbers: whether equal replicates of all points share their random numbers.
        confidence: of all intervals.
        half_width: stops a run when every goal's Wilson interval is as narrow as this.
        seconds_per_replicate: time limit; after it a replicate is ended and counts as failed.
        outcomes: that are stored.
        parameters, money: whether a sweep stores the drawn values, and what funding lines spend.
        engine: name of the engine.
        policies, factors, design: of a sweep.
        text: of the study file of a sweep.
        rows: of the design of a sweep.
    """

    kind: Literal["run", "sweep"]
    name: str
    title: str
    points: tuple[Point, ...]
    goals: tuple[Goal, ...]
    deciding: Goal | None
    level: float
    replicates: int
    most_replicates: int
    seed: int
    common_random_numbers: bool
    confidence: float
    half_width: float | None = None
    seconds_per_replicate: float = float("inf")
    outcomes: tuple[str, ...] = OUTCOMES
    parameters: bool = False
    money: bool = False
    engine: Literal["kernel", "mesa"] = "kernel"
    policies: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    design: str = ""
    text: bytes = b""
    rows: tuple[DesignRow, ...] = ()

    @classmethod
    def of_run(cls, study: Study, engine: Literal["kernel", "mesa"] = "kernel") -> Job:
        """Returns the job of a study with a seed."""
        stated = study.monte_carlo
        if stated.seed is None:
            raise ValueError("a job has a seed")
        # The number of replicates and the stopping rule do not affect the results of a replicate.
        each = study.with_monte_carlo(MonteCarlo(replicates=1, seed=stated.seed, confidence=stated.confidence))
        return cls(
            kind="run", name=study.name, title=study.title, points=(Point("run", {}, each),), goals=tuple(study.goals), deciding=None,
            level=0.5, replicates=stated.replicates, most_replicates=stated.replicates, seed=stated.seed, common_random_numbers=True,
            confidence=stated.confidence, half_width=stated.half_width if study.goals else None, engine=engine,
        )  # one argument a line would hide which belong together  # fmt: skip

    @classmethod
    def of_sweep(cls, study: SweepStudy) -> Job:
        """Returns the job of a study file."""
        stated = study.monte_carlo
        return cls(
            kind="sweep", name=study.name, title=study.title, points=study.points, goals=study.goals, deciding=study.goal,
            level=study.decision.probability, replicates=stated.replicates, most_replicates=stated.most_replicates or stated.replicates,
            seed=stated.seed, common_random_numbers=stated.common_random_numbers, confidence=stated.confidence,
            seconds_per_replicate=stated.seconds_per_replicate, outcomes=study.outcomes, parameters=study.table.keep.parameters,
            money=study.table.keep.money, policies=study.policies, factors=study.factors, design=study.table.design.kind, text=study.text,
            rows=study.rows,
        )  # one argument a line would hide which belong together  # fmt: skip

    @property
    def study(self) -> Study:
        """The config of the first point."""
        return self.points[0].study

    @property
    def configs(self) -> list[tuple[str, str]]:
        """Label and resolved config of every point."""
        return [(point.label, point.config) for point in self.points]

    def design_table(self, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
        """Returns the rows of a design in its own order, also those that share a point: sensitivity analysis needs every one of them.

        Args:
            numbers: of the points, by their resolved config.
        """
        return [
            {"row": row.number, "policy": row.point.policy, "point": numbers[row.point.config], "name": row.name}
            | {key: row.values.get(key) for key in self.factors}
            for row in self.rows
        ]

    def specs(self, *, as_bytes: bool = True) -> list[PointSpec]:
        """Returns the specification of each point for the workers; nothing is built yet."""
        about = (self.parameters, self.money, self.kind == "run", self.engine, as_bytes)
        return [PointSpec(problems(point.study), self.outcomes, self._targets(point.study), *about) for point in self.points]

    def targets(self) -> list[dict[str, Any]]:
        """Returns the goals with their counts in the simulated population, as JSON values."""
        return [
            {"name": goal.name, "at_least": goal.at_least, "by": goal.by}
            | {"outcome": target.outcome, "target": target.count, "month": target.month}
            for goal, target in zip(self.goals, self._targets(self.study), strict=True)
        ]

    def _targets(self, config: Study) -> tuple[Target, ...]:
        scale = config.population.scale
        return tuple(Target(goal.outcome, goal.target(scale), config.horizon.index(goal.by)) for goal in self.goals)
