"""One at a time: the base as it is, then every level of every factor alone."""

from __future__ import annotations

from typing import Any

from aixsim.config.designs.axis import Axis

_LOW_MIDDLE_HIGH = (0.05, 0.5, 0.95)


def rows(axes: tuple[Axis, ...], size: int, seed: int) -> list[dict[str, Any]]:  # noqa: ARG001 - every design is asked alike
    """Returns the base (a row that sets nothing), then one row a level; of a distribution its 5, 50 and 95 % quantiles."""
    steps = [{axis.key: value} for axis in axes for value in axis.levels or map(axis.at, _LOW_MIDDLE_HIGH)]
    return [{}, *steps]
