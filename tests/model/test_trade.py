"""ODD 7.6, trade: raises the climate by diversified markets and by accession to the CPTPP, moves it either way by the investment fund, and
damps its deviations by trade insurance, with the same random numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.model.climate import log_deviations
from aixsim.model.draw_scenario import draw_scenario
from tests import worlds
from tests.model.values import with_lever, world_of

NOTHING: dict[str, Any] = {"diversification": 0.0, "cptpp": 0.0, "fund_usd_bn": 0.0, "insurance_krw_tn": 0.0}
WORLD = world_of(end="2024-06", n_firms=1, climate={"volatility": 0.3, "persistence": 0.8})


def change(replicate: int = 0, **stated: Any) -> NDArray[np.float64]:
    """What the lever multiplies the climate by, month by month."""
    with_it = with_lever("trade", WORLD, replicate, **{**NOTHING, "start": "2024-02", "stop": "2024-06", **stated})
    return with_it.climate_index / draw_scenario(WORLD, replicate).climate_index


def test_markets_raise_the_climate_in_the_window() -> None:
    assert change(diversification=0.03) == pytest.approx([1.0, 1.03, 1.03, 1.03, 1.03, 1.0])


def test_accession_counts_from_its_month() -> None:
    assert change(cptpp=0.02, cptpp_from="2024-04") == pytest.approx([1.0, 1.0, 1.0, 1.02, 1.02, 1.0])
    assert change(cptpp=0.02, cptpp_from="2023-04") == pytest.approx([1.0, 1.02, 1.02, 1.02, 1.02, 1.0])


@pytest.mark.parametrize(("effect", "usd_bn", "factor"), [(0.03, 200.0, 1.03), (-0.03, 100.0, 0.985), (0.03, 400.0, 1.06)])
def test_the_fund_moves_it_by_its_size(effect: float, usd_bn: float, factor: float) -> None:
    assert change(fund_effect=effect, fund_usd_bn=usd_bn)[1:5] == pytest.approx([factor] * 4)


def test_all_multiply() -> None:
    # 1.1 x 1.2 x (1 + 0.1 x 100 / 200)
    found = change(diversification=0.1, cptpp=0.2, cptpp_from="2024-01", fund_effect=0.1, fund_usd_bn=100.0)
    assert found[1:5] == pytest.approx([1.386] * 4)


@pytest.mark.parametrize(("share", "krw_tn", "kept"), [(0.2, 275.0, 0.8), (0.2, 137.5, 0.9), (0.5, 550.0, 0.0), (0.5, 5500.0, 0.0)])
def test_insurance_takes_its_share_of_the_deviation(share: float, krw_tn: float, kept: float) -> None:
    x = log_deviations(0.3, 0.8, 6, worlds.SEED, 0)
    damped = with_lever(
        "trade", WORLD, **{**NOTHING, "start": "2024-01", "insurance_damping": share, "insurance_krw_tn": krw_tn}
    ).climate_index
    # the climate of a deviation kept * x, whose variance is kept^2 * 0.09, at mean 1
    assert damped == pytest.approx(np.exp(kept * x - kept * kept * 0.09 / 2.0))


def test_the_damped_climate_keeps_its_mean() -> None:
    """200 paths of 6 months: a standard deviation of 0.15 gives a mean of 1 within 0.03; the twin forgets to centre it again."""
    stated = {**NOTHING, "start": "2024-01", "insurance_damping": 0.5, "insurance_krw_tn": 275.0}
    damped = np.array([with_lever("trade", WORLD, replicate, **stated).climate_index for replicate in range(200)])
    assert damped.mean() == pytest.approx(1.0, abs=0.03)
    assert (damped * np.exp(-(1.0 - 0.25) * 0.09 / 2.0)).mean() != pytest.approx(1.0, abs=0.03)
