"""ODD 7.4: duration is log-normal with the median of the size class, at least one month, shortened in open parks and in regulation-free
zones. A median of 0 means in the month of the launch.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel
from aixsim.model import implementation
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.implementation import Implementation
from aixsim.random.draws import Purpose, normal, uniforms
from tests import worlds
from tests.model.values import LARGE, MEDIUM, MICRO, by_size, cell, firms, park, values, world_of

MEDIANS = by_size(1.0, 12.0, 10.0, 20.0, 30.0)


@pytest.mark.parametrize(
    ("z", "size", "factor", "sigma", "expected"),
    [
        (0.0, LARGE, 1.0, 0.4, 30),
        (1.0, MEDIUM, 1.0, 0.4, 15),  # 10 x e^0.4 = 14.92
        (-1.0, MEDIUM, 1.0, 0.4, 7),  # 10 x e^-0.4 = 6.70
        (2.0, MEDIUM, 1.0, 0.5, 27),  # 10 x e = 27.18
        (0.0, LARGE, 0.9, 0.4, 27),
        (0.0, MEDIUM, 0.85, 0.0, 9),  # 8.5 is rounded up
        (0.0, MEDIUM, 0.84, 0.0, 8),
        (-3.0, MICRO, 1.0, 0.4, 1),  # 0.30: at least a month
    ],
)
def test_months_by_hand(z: float, size: int, factor: float, sigma: float, expected: int) -> None:
    p = values(Implementation, median_months=MEDIANS, sigma=sigma)
    assert implementation.duration_months(z, size, factor, p) == expected


@pytest.mark.parametrize(("common", "expected"), [(0.5, 5), (1.0, 10), (2.0, 20), (1.26, 13)])  # 10 x 1.26 = 12.6
def test_a_common_factor_multiplies_all_medians(common: float, expected: int) -> None:
    p = values(Implementation, median_months=MEDIANS, sigma=0.0, duration_factor=common)
    assert implementation.duration_months(0.0, MEDIUM, 1.0, p) == expected
    assert implementation.duration_months(0.0, LARGE, 1.0, p) == round(30 * common)


def test_a_median_of_zero_is_the_month_of_the_launch() -> None:
    p = values(Implementation, median_months=by_size(0.0, 0.4, 1.0, 1.0, 1.0))
    assert implementation.duration_months(5.0, 0, 1.0, p) == 0
    assert implementation.duration_months(-5.0, 1, 1.0, p) == 1


def law_of(sigma: float) -> tuple[float, float, float]:
    """Median, mean and standard deviation of the logarithm of 10,000 durations at median 100 and sigma 0.4, drawn at another sigma."""
    p = values(Implementation, median_months=by_size(*[100.0] * 5), sigma=sigma)
    months = np.array([implementation.duration_months(normal(u), 0, 1.0, p) for u in uniforms(3, 0, Purpose.DURATION, 10_000).tolist()])
    return float(np.median(months)), float(months.mean()), float(np.log(months).std())


def test_durations_are_log_normal() -> None:
    median, mean, sd = law_of(0.4)
    # Errors of 10,000 draws: median 100 x 0.4 x 1.25 / 100 = 0.5; mean 108.3 x 0.42 / 100 = 0.45; sd 0.4 / sqrt(20,000) = 0.0028
    assert median == pytest.approx(100.0, abs=2.0)
    assert mean == pytest.approx(100.0 * math.exp(0.08), abs=1.8)
    assert sd == pytest.approx(0.4, abs=0.011)
    assert law_of(0.42)[2] != pytest.approx(0.4, abs=0.011), "the twin: a sigma that is a twentieth too large"


@pytest.mark.parametrize(
    ("in_park", "activity", "expected"),
    [
        (False, 0.0, 1.0),
        (True, 0.0, 0.9),
        (False, 1.0, 0.8),
        (False, 0.5, 0.9),  # half active: halfway between 1 and 0.8
        (True, 1.0, 0.72),  # 0.9 x 0.8
        (True, 0.5, 0.81),
    ],
)
def test_parks_and_zones_shorten_by_their_factors(in_park: bool, activity: float, expected: float) -> None:
    assert implementation.duration_factor(in_park, 0.9, activity, 0.8) == pytest.approx(expected)


@pytest.mark.parametrize(("in_zone", "in_park", "expected"), [(False, False, 20), (True, False, 16), (False, True, 18), (True, True, 14)])
def test_a_project_ends_after_its_duration(in_zone: bool, in_park: bool, expected: int) -> None:
    """A machinery firm of Busan decides in month 0: 20 months, 20 x 0.8 in a zone, 20 x 0.9 in a park, 20 x 0.72 = 14.4 in both."""
    province, sector = cell("Busan", "machinery")
    alone = firms(province=[province], sector=[sector], park=[0])
    levers = {
        "regulation_free_zones": {"start": "2024-01", "ramp_months": 1, "duration_factor": 0.8, "activity": float(in_zone)},
        "parks": {"first_opening": "2024-01", "number": int(in_park), "duration_factor": 0.9},
    }
    world = world_of(
        population=replace(alone, parks=(park("Changwon", "Busan", 1),)),
        mechanisms={"innovation": {"rate": 1000.0}},
        implementation={"median_months": by_size(*[20.0] * 5), "sigma": 0.0},
        levers={name: worlds.REGISTRY.levers[name].parameters.defaults() | stated for name, stated in levers.items()},
    )
    model = DiffusionModel(world, draw_scenario(world, 0))
    model.step()
    assert model.firms[0].due == expected
