"""Sweeps whose counts are given, without a folder: so that a test knows the truth."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.random.draws import uniforms
from aixsim.results.sweep_points import SweepGoal, SweepPoint
from aixsim.results.sweep_result import Sweep

GOAL = SweepGoal("5 launched", "launched", 5.0, "2025-12", 5, 11)


class Made(Sweep):
    """A sweep over one goal, of which a count of 10 reaches it and one of 0 does not."""

    hits: dict[int, NDArray[np.bool_]]

    def final_counts(self, point: SweepPoint, goal: SweepGoal) -> tuple[NDArray[np.int32], NDArray[np.int32]]:  # noqa: ARG002 - it has one
        hits = self.hits[point.id]
        return np.arange(len(hits), dtype=np.int32), 10 * hits.astype(np.int32)


def made(values: list[dict[str, Any]], hits: list[NDArray[np.bool_]], *, common: bool = True, policies: list[str] | None = None) -> Made:
    """Returns a sweep with a point a row of values, and of its hits one a replicate."""
    names = policies or ["now"] * len(values)
    points = tuple(
        SweepPoint(k, f"point {k}", names[k], row, "", len(hit), 0, (int(hit.sum()),), ())
        for k, (row, hit) in enumerate(zip(values, hits, strict=True))
    )
    facts = {
        "title": "Made", "name": "made", "factors": sorted({key for row in values for key in row}), "confidence": 0.95, "scale": 1.0,
        "horizon": {"start": "2025-01", "end": "2025-12"}, "decision": {"goal": GOAL.name, "probability": 0.8},
        "policies": list(dict.fromkeys(names)),
    }  # fmt: skip
    sweep = Made(Path("made"), facts, (GOAL,), points, [], sum(len(hit) for hit in hits), common)
    object.__setattr__(sweep, "hits", dict(enumerate(hits)))
    return sweep


def shares(*of: float, n: int = 100) -> list[NDArray[np.bool_]]:
    """Returns hits of so many replicates in which exactly these shares reach the goal."""
    return [np.arange(n) < round(share * n) for share in of]


def luck(seed: int, *shape: int) -> NDArray[np.float64]:
    """Returns numbers between 0 and 1."""
    return uniforms(seed, 0, 0, int(np.prod(shape))).reshape(shape)
