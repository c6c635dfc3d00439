"""The goals and the points of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SweepGoal:
    """A goal of a sweep, with its national count and its count of simulated firms."""

    name: str
    outcome: str
    at_least: float
    by: str
    target: int
    month: int


@dataclass(frozen=True)
class SweepPoint:
    """A point with its replicates.

    Attributes:
        id: its number.
        label, policy: its label, and the name of its policy.
        values: its factor values by config key.
        config: fully resolved.
        n_done, n_failed: finished and failed replicates.
        successes: number of replicates that reach each goal.
        files: files with its replicates, relative to the folder.
    """

    id: int
    label: str
    policy: str
    values: dict[str, Any]
    config: str
    n_done: int
    n_failed: int
    successes: tuple[int, ...]
    files: tuple[str, ...]
