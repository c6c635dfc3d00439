"""Regret of choices over futures: how far each one is from the best choice of the same future.

Source: Savage (1951, doi:10.1080/01621459.1951.10500768). Futures are a grid: conditions that a design states, by replicates that
share their random numbers over all conditions. Intervals are those of a bootstrap that draws conditions and replicates, each with
replacement (pigeonhole bootstrap; Owen 2007, doi:10.1214/07-AOAS122).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.random.draws import Purpose, uniforms

RESAMPLES: Final = 400
HIGH: Final = 0.9
"""The quantile of regret that is told beside the mean."""
Floats = NDArray[np.float64]


def regret_of(values: Floats) -> Floats:
    """Returns the best value of each future minus each value; more is better, and the shape is that of ``values``, choices first."""
    found: Floats = values.max(axis=0) - values
    return found


def mean_and_high(values: Floats) -> Floats:
    """Returns mean and 90 % quantile over futures, shape ``(2, …)``; ``values`` has the shape ``(…, n_conditions, n_replicates)``."""
    flat = values.reshape(*values.shape[:-2], -1)
    return np.stack([flat.mean(axis=-1), np.quantile(flat, HIGH, axis=-1)])


def resampled(values: Floats) -> Floats:
    """Returns mean and 90 % quantile in resampled sets of futures, shape ``(RESAMPLES, 2, …)``; ``values`` as for ``mean_and_high``."""
    n_conditions, n_replicates = values.shape[-2:]
    drawn = [
        (uniforms(0, item, Purpose.RESAMPLING, RESAMPLES * n) * n).astype(np.intp).reshape(RESAMPLES, n)
        for item, n in enumerate((n_conditions, n_replicates))
    ]
    return np.stack([mean_and_high(values[..., a[:, None], b]) for a, b in zip(*drawn, strict=True)])
