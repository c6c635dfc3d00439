"""Months and years of a horizon, and a model that reaches its end."""

from __future__ import annotations

import datetime as dt

import pytest

from aixsim.engines.reference.diffusion_model import DiffusionModel, HorizonError
from aixsim.model.calendar import Horizon, over_years, parse_month
from aixsim.model.draw_scenario import draw_scenario
from tests.model.values import world_of

HORIZON = Horizon("2024-11", "2026-02")


def test_months_are_counted_from_the_start() -> None:
    assert [HORIZON.index(month) for month in ("2024-11", "2024-12", "2025-01", "2026-02", "2024-10", "2023-11")] == [0, 1, 2, 15, -1, -12]
    assert (HORIZON.n_months, HORIZON.years) == (16, (2024, 2025, 2026))
    assert [HORIZON.date(k) for k in (0, 1, 2, 15)] == [
        dt.date(2024, 11, 1),
        dt.date(2024, 12, 1),
        dt.date(2025, 1, 1),
        dt.date(2026, 2, 1),
    ]
    assert [HORIZON.year_index(k) for k in (0, 1, 2, 13, 14)] == [0, 0, 1, 1, 2]
    assert HORIZON.month_years.tolist() == [0] * 2 + [1] * 12 + [2] * 2
    assert HORIZON.calendar_months.tolist() == [11, 12, *range(1, 13), 1, 2]


@pytest.mark.parametrize("text", ["2024", "2024-1", "2024-13", "2024-00", "24-01", "2024-ab", "abcd-01", "2024/01", "2024-01-01"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a month"):
        parse_month(text)


def test_numbers_by_year() -> None:
    assert over_years(2, HORIZON, fill=0.0).tolist() == [2.0, 2.0, 2.0]
    assert over_years({2023: 9.0, 2025: 3.0}, HORIZON, fill=0.5).tolist() == [0.5, 3.0, 0.5]
    assert over_years({2023: 9.0, 2025: 3.0}, HORIZON, fill=None).tolist() == [9.0, 3.0, 3.0]
    assert over_years({2025: 3.0, 2030: 5.0}, HORIZON, fill=None).tolist() == [3.0, 3.0, 3.0], "before the first stated year: the first"


def test_a_model_runs_until_the_end_of_its_horizon() -> None:
    world = world_of(end="2024-02", n_firms=1)
    model = DiffusionModel(world, draw_scenario(world, 0))
    running = []
    for _ in range(2):
        model.step()
        running.append(model.running)
    assert running == [True, False]
    with pytest.raises(HorizonError, match="2024-02"):
        model.step()
    assert (model.month, model.steps) == (1, 2)
