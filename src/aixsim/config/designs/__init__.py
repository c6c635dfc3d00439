"""Designs: which settings a sweep tries. A design is one file with a function ``rows``; its name is that of the file."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from aixsim.config.designs.axis import Axis, DesignError

__all__ = ["DESIGNS", "Axis", "DesignError", "rows"]

DESIGNS = ("factorial", "latin-hypercube", "sobol", "morris", "one-at-a-time")
"""Names as a study file has them; ``table`` reads the rows from a file instead."""
SIZED = ("latin-hypercube", "sobol", "morris")
"""Designs that need to be told how large they are."""


def rows(kind: str, axes: tuple[Axis, ...], size: int, seed: int) -> list[dict[str, Any]]:
    """Returns the rows of a design: the value of every factor, by key.

    Args:
        kind: one of ``DESIGNS``.
        axes: the factors, at least one.
        size: points of a Latin hypercube or Sobol sequence, trajectories of Morris; without meaning for the others.
        seed: of what is drawn at random.

    Raises:
        DesignError: the design cannot take one of the factors.
    """
    made: list[dict[str, Any]] = import_module(f"{__name__}.{kind.replace('-', '_')}").rows(axes, size, seed)
    return made
