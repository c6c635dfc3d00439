"""Full factorial: every combination of levels."""

from __future__ import annotations

from itertools import product
from typing import Any

from aixsim.config.designs.axis import Axis, DesignError


def rows(axes: tuple[Axis, ...], size: int, seed: int) -> list[dict[str, Any]]:  # noqa: ARG001 - every design is asked alike
    """Returns every combination, the last factor changing fastest."""
    for axis in axes:
        if axis.law is not None:
            raise DesignError(axis.key, "a factorial design has no levels of a distribution", "a list, a range or a grid")
    keys = [axis.key for axis in axes]
    return [dict(zip(keys, values, strict=True)) for values in product(*(axis.levels for axis in axes))]
