"""Quantiles that summarise a sample: the median and the central 90 % range."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

QUANTILES: Final = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
"""Levels of the quantiles, by their names in tables and documents."""


def quantiles(values: NDArray[Any]) -> dict[str, float]:
    """Returns the quantiles of a sample, shape ``(n,)``, by name; n is 1 or more."""
    return dict(zip(QUANTILES, np.quantile(values, list(QUANTILES.values())).tolist(), strict=True))
