"""ODD 7.5: the climate is a log-AR(1) of mean ``level``; in adverse years tariffs and unfair competition multiply it by
(1 - tariffs)(1 - unfair_competition). The logarithm has the standard deviation ``volatility`` and the autocorrelation ``persistence``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from aixsim.model import climate
from aixsim.model.calendar import Horizon
from aixsim.model.climate import Climate
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.ensemble import Ensemble
from aixsim.random.distributions import Distribution
from aixsim.random.draws import Purpose, normal, uniforms
from tests.model.values import values, world_of

PATHS, MONTHS = 1500, 12
P = values(Climate, level=1.2, volatility=0.4, persistence=0.8)
Path = Callable[[Climate, int, int, int], NDArray[np.float64]]


def moments(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], float]:
    """Mean, mean and variance of the logarithm over the level by month, and correlation with the month before."""
    paths = np.array([path(P, MONTHS, 5, replicate) for replicate in range(PATHS)])
    logs = np.log(paths / 1.2)
    correlation = float(np.corrcoef(logs[:, :-1].ravel(), logs[:, 1:].ravel())[0, 1])
    return paths.mean(axis=0), logs.mean(axis=0), logs.var(axis=0), correlation


def has_the_right_moments(path: Path) -> bool:
    """Whether four moments are those of the law, within five standard errors of 1,500 paths."""
    mean, log_mean, log_variance, correlation = moments(path)
    # E m = 1.2 with standard deviation 1.2 * sqrt(e^0.16 - 1) = 0.50: five errors are 0.065
    # E log = -0.16 / 2 with standard deviation 0.4: 0.052; variance 0.16 with error 0.16 * sqrt(2 / 1500) = 0.0058: 0.029
    # correlation 0.8 over 11 pairs a path, which count as at least one: error (1 - 0.64) / sqrt(1500) = 0.0093: 0.046
    return bool(
        (np.abs(mean - 1.2) < 0.065).all()
        and (np.abs(log_mean + 0.08) < 0.052).all()
        and (np.abs(log_variance - 0.16) < 0.029).all()
        and abs(correlation - 0.8) < 0.046
    )


def with_fault(fault: str) -> Path:
    """The law with one of its terms forgotten."""

    def path(p: Climate, n_months: int, seed: int, replicate: int) -> NDArray[np.float64]:
        rho = p.persistence / 2 if fault == "half the persistence" else p.persistence
        innovation = p.volatility if fault == "variance grows" else p.volatility * math.sqrt(1.0 - rho * rho)
        x, out = 0.0, []
        for t, u in enumerate(uniforms(seed, replicate, Purpose.CLIMATE, n_months).tolist()):
            starts_stationary = t == 0 and fault != "starts at its mean"
            x = p.volatility * normal(u) if starts_stationary else rho * x + innovation * normal(u)
            out.append(p.level * math.exp(x - (0.0 if fault == "mean too high" else p.volatility**2 / 2)))
        return np.array(out)

    return path


def test_the_moments_are_those_of_the_law() -> None:
    assert has_the_right_moments(climate.climate_path)
    assert has_the_right_moments(with_fault("none")), "the law written again, for the twins below"


@pytest.mark.parametrize("fault", ["half the persistence", "variance grows", "starts at its mean", "mean too high"])
def test_a_fault_in_the_law_is_noticed(fault: str) -> None:
    assert not has_the_right_moments(with_fault(fault))


def test_a_calm_climate_is_its_level_and_trend() -> None:
    calm = values(Climate, level=0.8, trend=0.12, volatility=0.0)
    path = climate.climate_path(calm, 25, 1, 0)
    assert path[[0, 1, 12, 24]] == pytest.approx([0.8, 0.8 * 1.010050167, 0.8 * 1.127496852, 0.8 * 1.271249150])
    # e^0.01 after a month, e^0.12 after a year, e^0.24 after two


def test_full_memory_keeps_the_deviation_and_none_forgets_it() -> None:
    kept = climate.log_deviations(0.2, 0.9999, 24, 3, 0)
    assert np.abs(kept - kept[0]).max() < 0.05
    z = [normal(u) for u in uniforms(3, 0, Purpose.CLIMATE, 3).tolist()]
    assert climate.log_deviations(0.2, 0.0, 3, 3, 0).tolist() == pytest.approx([0.2 * z[0], 0.2 * z[1], 0.2 * z[2]])
    x_1 = 0.6 * 0.2 * z[0] + 0.2 * 0.8 * z[1]  # sqrt(1 - 0.6^2) = 0.8
    assert climate.log_deviations(0.2, 0.6, 3, 3, 0).tolist() == pytest.approx([0.2 * z[0], x_1, 0.6 * x_1 + 0.16 * z[2]])


ADVERSE = values(Climate, tariffs=0.2, unfair_competition=0.1, adverse_start="2024-03", adverse_stop="2024-06", volatility=0.0)


def test_adverse_years_lower_the_climate() -> None:
    found = climate.adverse_exports(ADVERSE, Horizon("2024-01", "2024-08"))
    assert found == pytest.approx([1.0, 1.0, 0.72, 0.72, 0.72, 1.0, 1.0, 1.0])  # 0.8 x 0.9, March to May


@pytest.mark.parametrize(
    ("start", "end", "adverse"),
    [
        ("2024-05", "2024-07", [0]),
        ("2024-01", "2024-03", [2]),
        ("2024-06", "2024-08", []),
        ("2023-12", "2024-02", []),
        ("2024-04", "2024-05", [0, 1]),
    ],
)
def test_adverse_years_that_the_horizon_cuts(start: str, end: str, adverse: list[int]) -> None:
    found = climate.adverse_exports(ADVERSE, Horizon(start, end))
    assert np.flatnonzero(found < 1.0).tolist() == adverse


def test_the_scenario_has_both() -> None:
    stated = {
        "level": 1.5,
        "volatility": 0.0,
        "tariffs": 0.2,
        "unfair_competition": 0.1,
        "adverse_start": "2024-03",
        "adverse_stop": "2024-06",
    }
    assert draw_scenario(world_of(end="2024-08", climate=stated), 0).climate_index == pytest.approx(
        [1.5, 1.5, 1.08, 1.08, 1.08, 1.5, 1.5, 1.5]
    )


def test_a_replicate_takes_its_row_of_an_ensemble() -> None:
    world = world_of(climate={"level": Distribution("uniform", (0.9, 1.1)), "volatility": 0.0})
    world = replace(world, ensemble=Ensemble(("climate.level",), np.array([[0.5], [2.0]])))
    assert [draw_scenario(world, replicate).climate_index[0] for replicate in range(3)] == [0.5, 2.0, 0.5]
