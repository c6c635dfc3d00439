"""The goals and the points of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SweepGoal:
    """A goal of a sweep: what is counted, by when, how many in the nation and how many of the simulated firms."""

    name: str
    outcome: str
    at_least: float
    by: str
    target: int
    month: int


@dataclass(frozen=True)
class SweepPoint:
    """A point and what is known of it.

    Attributes:
        id: its number.
        label, policy: how it is called, and which config it starts from.
        values: factors by config key, those that it sets.
        config: fully resolved.
        n_done, n_failed: replicates.
        successes: replicates that reach each goal.
        files: that hold the replicates, below the folder.
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
