"""Scrambled Sobol sequence: even in every projection; a longer one begins with the shorter."""

from __future__ import annotations

import warnings
from typing import Any

from aixsim.config.designs.axis import Axis


def rows(axes: tuple[Axis, ...], size: int, seed: int) -> list[dict[str, Any]]:
    """Returns ``size`` rows (Sobol 1967; scrambled after Owen 1998, by SciPy); powers of two are the most even."""
    from scipy.stats import qmc

    with warnings.catch_warnings():
        # Any other number loses some evenness and nothing else; the dry run says so.
        warnings.filterwarnings("ignore", "The balance properties of Sobol", UserWarning)
        units = qmc.Sobol(len(axes), scramble=True, rng=seed).random(size)
    return [{axis.key: axis.at(u) for axis, u in zip(axes, row, strict=True)} for row in units.tolist()]
