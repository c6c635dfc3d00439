"""Response surfaces find what is quadratic, stay finite where nothing varies, and the cheapest place is that of the known law."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import qmc

from aixsim.stats.response_surface import cheapest, logit_surface, mean_surface, terms

Floats = NDArray[np.float64]
PLACES = qmc.Sobol(2, rng=1).random(64)


def logit(x: Floats) -> Floats:
    found: Floats = -2.0 + 4.0 * x[:, 0] + x[:, 1] + x[:, 0] * x[:, 1]
    return found


def cost(x: Floats) -> Floats:
    found: Floats = 100.0 + 300.0 * x[:, 0] + 10.0 * x[:, 1] ** 2
    return found


def test_what_is_quadratic_is_found() -> None:
    assert terms(np.array([[1.0, 0.5]])).tolist() == [[1.0, 1.0, 0.0, 1.0, 0.0, 0.0]]
    chance = 1.0 / (1.0 + np.exp(-logit(PLACES)))
    trials = np.full(64, 1000.0)
    found = logit_surface(PLACES, trials * chance, trials)
    assert found(PLACES) == pytest.approx(logit(PLACES), abs=0.01)
    assert mean_surface(PLACES, cost(PLACES))(PLACES) == pytest.approx(cost(PLACES), rel=1e-5)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_where_all_are_alike_it_is_finite(share: float) -> None:
    trials = np.full(64, 100.0)
    found = logit_surface(PLACES, share * trials, trials)(PLACES)
    assert np.isfinite(found).all()
    assert ((found > 5.0) == (share == 1.0)).all()


def test_the_cheapest_place_by_hand() -> None:
    """Logit 1: with y = 1, x = 2/5 costs 230; with y = 0, x = 3/4 costs 325. Of whole halves of x, 1/2 is the first that does."""
    at = cheapest(cost, logit, 1.0, 2, lambda x: x, seed=1)
    assert at is not None
    assert at == pytest.approx([0.4, 1.0], abs=0.01)
    halves = cheapest(cost, logit, 1.0, 2, lambda x: np.stack([np.round(2.0 * x[:, 0]) / 2.0, x[:, 1]], axis=1), seed=1)
    assert halves is not None
    assert halves == pytest.approx([0.5, 2.0 / 3.0], abs=0.01)
    assert cheapest(cost, logit, 9.0, 2, lambda x: x, seed=1) is None
