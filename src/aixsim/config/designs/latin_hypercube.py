"""Latin hypercube: every factor has one value in each of ``size`` equally likely slices."""

from __future__ import annotations

from typing import Any

from aixsim.config.designs.axis import Axis


def rows(axes: tuple[Axis, ...], size: int, seed: int) -> list[dict[str, Any]]:
    """Returns ``size`` rows (McKay, Beckman and Conover 1979, doi:10.2307/1268522; by SciPy)."""
    from scipy.stats import qmc

    units = qmc.LatinHypercube(len(axes), rng=seed).random(size)
    return [{axis.key: axis.at(u) for axis, u in zip(axes, row, strict=True)} for row in units.tolist()]
