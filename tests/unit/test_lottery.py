"""The lottery: the lowest lots, in order, whatever they are."""

from __future__ import annotations

import numpy as np
import pytest

from aixsim.model.lottery import lowest
from aixsim.random.draws import Purpose, uniforms

LOTS = {
    "uniform": uniforms(1, 2, Purpose.TRAINING, 5000),
    # As unlucky as can be: far fewer than expected lie below the bound, so all need an order.
    "all high": 1.0 - 1e-6 * uniforms(1, 3, Purpose.TRAINING, 5000),
    "all low": 1e-6 * uniforms(1, 4, Purpose.TRAINING, 5000),
    "one": np.array([0.5]),
}


@pytest.mark.parametrize("lots", LOTS)
@pytest.mark.parametrize("k", [1, 2, 400, 4999, 5000])
def test_the_lowest_lots_in_order(lots: str, k: int) -> None:
    lot = LOTS[lots]
    k = min(k, len(lot))
    assert lowest(lot, k).tolist() == np.argsort(lot, kind="stable")[:k].tolist()
