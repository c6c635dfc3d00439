"""Sensitivity indices from the outcomes of a design: Sobol's, and the elementary effects of Morris."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aixsim.random.draws import Purpose, uniforms

RESAMPLES: Final = 200
STEP: Final = 2.0 / 3.0
"""Step of a trajectory of Morris on four levels, as a share of the range of a number."""
Floats = NDArray[np.float64]


def sobol_indices(blocks: Floats) -> Floats:
    """Returns the first-order and the total index of every number, shape ``(2, k)``.

    First order after Saltelli et al. (2010, doi:10.1016/j.cpc.2009.09.018, table 2, b), total after Jansen (1999,
    doi:10.1016/S0010-4655(98)00154-4), each the mean of both directions of the exchange.

    Args:
        blocks: outcomes of a design of kind ``sobol``, shape ``(n_base, 2 k + 2)``; not constant.
    """
    k = (blocks.shape[1] - 2) // 2
    y = blocks - blocks.mean()
    a, b, a_with, b_with = y[:, :1], y[:, -1:], y[:, 1 : k + 1], y[:, k + 1 : -1]
    first = ((b * (a_with - a)).mean(axis=0) + (a * (b_with - b)).mean(axis=0)) / 2.0
    total = (((a - a_with) ** 2).mean(axis=0) + ((b - b_with) ** 2).mean(axis=0)) / 4.0
    return np.stack([first, total]) / np.concatenate([a, b]).var()


def elementary_effects(inputs: Floats, outcomes: Floats) -> Floats:
    """Returns by how much the outcome rises over the whole range of each number, by trajectory, shape ``(n_trajectories, k)``.

    Args:
        inputs: values of the numbers of a design of kind ``morris``, shape ``(n_trajectories, k + 1, k)``; each row after the first
            changes one of them.
        outcomes: shape ``(n_trajectories, k + 1)``.
    """
    changes, rises = np.diff(inputs, axis=1), np.diff(outcomes, axis=1)
    # Where a value is rounded to a whole number a row may change none: then the outcome is the same too.
    signs = np.sign(changes)
    return np.einsum("tsk,ts->tk", signs, rises) / STEP


def effect_measures(effects: Floats) -> Floats:
    """Returns the mean size, the mean and the standard deviation of elementary effects, shape ``(3, k)``."""
    return np.stack([np.abs(effects).mean(axis=0), effects.mean(axis=0), effects.std(axis=0, ddof=1)])


def standard_errors(measure: Callable[[Floats], Floats], rows: Floats) -> Floats:
    """Returns the standard errors of a measure of independent rows, from 200 resampled sets of them."""
    n = len(rows)
    places = (uniforms(0, 0, Purpose.RESAMPLING, RESAMPLES * n) * n).astype(np.intp).reshape(RESAMPLES, n)
    found: Floats = np.stack([measure(rows[place]) for place in places]).std(axis=0, ddof=1)
    return found


def noise_within_points(outcomes: Floats) -> float | None:
    """Returns the share of the variance of single replicates within points, 0 to 1; None with one replicate a point.

    Args:
        outcomes: shape ``(n_points, n_replicates)``; not constant. Equal columns are replicates with equal random numbers.
    """
    if outcomes.shape[1] < 2:
        return None
    return min(float(outcomes.var(axis=1, ddof=1).mean() / outcomes.var(ddof=1)), 1.0)
