"""Indices of designs: textbook functions, SALib on the same numbers, and planted faults that fail."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from SALib.analyze import morris, sobol

from aixsim.config.designs import Axis, rows
from aixsim.random.distributions import Distribution
from aixsim.random.draws import uniforms
from aixsim.stats.designed import effect_measures, elementary_effects, noise_within_points, sobol_indices, standard_errors

UNIT = tuple(Axis(name, law=Distribution("uniform", (0.0, 1.0))) for name in "abcd")
PROBLEM: dict[str, Any] = {"num_vars": 4, "names": list("abcd"), "bounds": [[0.0, 1.0]] * 4}
Floats = NDArray[np.float64]


def design(kind: str, n: int) -> Floats:
    return np.array([list(row.values()) for row in rows(kind, UNIT, n, 3)])


def ishigami(u: Floats) -> Floats:
    """The fourth number is a dummy."""
    x = np.pi * (2.0 * u - 1.0)
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def g_function(u: Floats) -> Floats:
    a = np.array([0.0, 1.0, 4.5, 9.0])
    return np.prod((np.abs(4.0 * u - 2.0) + a) / (1.0 + a), axis=1)


PARTS = 1.0 / (3.0 * (1.0 + np.array([0.0, 1.0, 4.5, 9.0])) ** 2)
WHOLE = np.prod(1.0 + PARTS) - 1.0
TRUTH: list[tuple[Any, list[float], list[float]]] = [
    (ishigami, [0.3139, 0.4424, 0.0, 0.0], [0.5576, 0.4424, 0.2437, 0.0]),
    (g_function, list(PARTS / WHOLE), list(PARTS * (1.0 + WHOLE) / (1.0 + PARTS) / WHOLE)),
]


@pytest.mark.parametrize(("function", "first", "total"), TRUTH)
def test_indices_of_textbook_functions_within_two_hundredths_from_2048_base_points(
    function: Any, first: list[float], total: list[float]
) -> None:
    y = function(design("sobol", 2048))
    blocks = y.reshape(-1, 10)
    found = sobol_indices(blocks)
    assert found[0] == pytest.approx(first, abs=0.02)
    assert found[1] == pytest.approx(total, abs=0.02)
    theirs = sobol.analyze(PROBLEM, y)
    assert found[0] == pytest.approx(theirs["S1"], abs=0.02)
    assert found[1] == pytest.approx(theirs["ST"], abs=0.02)
    # The planted fault: rows that are no such design.
    wrong = sobol_indices(function(design("sobol-sequence", 2048 * 10)).reshape(-1, 10))
    assert wrong[0] != pytest.approx(first, abs=0.1)


def test_a_dummy_has_exactly_nothing() -> None:
    assert sobol_indices(ishigami(design("sobol", 64)).reshape(-1, 10))[:, 3].tolist() == [0.0, 0.0]
    u = design("morris", 8)
    effects = elementary_effects(u.reshape(-1, 5, 4), ishigami(u).reshape(-1, 5))
    assert effect_measures(effects)[:, 3].tolist() == [0.0, 0.0, 0.0]
    assert (effect_measures(effects)[0, :2] > 0.0).all()


def test_elementary_effects_are_those_of_salib() -> None:
    u = design("morris", 12)
    y = ishigami(u)
    found = effect_measures(elementary_effects(u.reshape(-1, 5, 4), y.reshape(-1, 5)))
    theirs = morris.analyze(PROBLEM, u, y, num_levels=4)
    assert found[0] == pytest.approx(theirs["mu_star"])
    assert found[1] == pytest.approx(theirs["mu"])
    assert found[2] == pytest.approx(theirs["sigma"])
    # The planted fault: the sign of the change is left out.
    assert np.abs(np.diff(y.reshape(-1, 5), axis=1)).mean(axis=0) != pytest.approx(theirs["mu_star"])


def test_errors_hold_the_index_as_often_as_they_say() -> None:
    held, narrow = [], []
    for seed in range(40):
        ab = uniforms(seed, 0, 0, 256 * 8).reshape(256, 2, 4)
        points = np.concatenate(
            [ab[:, :1], *(_swapped(ab, k, 0) for k in range(4)), *(_swapped(ab, k, 1) for k in range(4)), ab[:, 1:]], axis=1
        )
        blocks = g_function(points.reshape(-1, 4)).reshape(256, 10)
        far = np.abs(sobol_indices(blocks) - np.array(TRUTH[1][1:]))
        errors = standard_errors(sobol_indices, blocks)
        held.append(far < 1.96 * errors)
        narrow.append(far < 0.98 * errors)
    assert np.mean(held) > 0.9
    assert np.mean(narrow) < 0.9, "the planted fault: intervals of half the width"


def _swapped(ab: Floats, k: int, first: int) -> Floats:
    out = ab[:, first : first + 1].copy()
    out[:, 0, k] = ab[:, 1 - first, k]
    return out


def test_replicate_noise_by_hand() -> None:
    assert noise_within_points(np.array([[1.0, 3.0], [5.0, 7.0]])) == pytest.approx(2.0 / (20.0 / 3.0))
    assert noise_within_points(np.ones((3, 1))) is None
