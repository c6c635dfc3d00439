"""ODD 7.2 and 4, observation: money alone is the budget of each year over the grant, with instalments reserved, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aixsim.model.calendar import Horizon
from aixsim.model.money_alone import affordable
from aixsim.results.spreadsheet import affordable_by, money_alone
from tests.model.values import line

HORIZON = Horizon("2024-01", "2026-12")


def test_budget_over_grant() -> None:
    # 10 / 2.5, 5 / 2.5 and 0 / 2.5
    found = affordable([line(HORIZON, budget_krw_bn={2024: 10.0, 2025: 5.0}, grant_krw_bn=2.5)])
    assert found.tolist() == [[4.0, 2.0, 0.0]]


def test_instalments_reserve_later_years() -> None:
    # parts of 1 bn: 2024 pays for 6 and takes 6 of 2025, which has 2 left; 2026 pays none of them, so the 2 cannot be promised
    found = affordable([line(HORIZON, budget_krw_bn={2024: 6.0, 2025: 8.0}, grant_krw_bn=2.0, instalments=2)])
    assert found.tolist() == [[6.0, 0.0, 0.0]]
    # 6 of 2024 leave 2 of 2025; those 2 leave 8 of 2026; 2027, after the horizon, has 3
    later = {2024: 6.0, 2025: 8.0, 2026: 10.0, 2027: 3.0}
    assert affordable([line(HORIZON, budget_krw_bn=later, grant_krw_bn=2.0, instalments=2)]).tolist() == [[6.0, 2.0, 3.0]]


def test_levers_change_it_and_no_line_is_no_project() -> None:
    one = line(HORIZON, budget_krw_bn={2024: 10.0}, grant_krw_bn=2.0)
    less = replace(one, change=np.array([-4_000_000_000, 0, 0]))
    assert affordable([less]).tolist() == [[3.0, 0.0, 0.0]]  # (10 - 4) / 2
    assert affordable([]).shape == (0, 0)


def test_sizes_that_may_not_apply_have_no_grant() -> None:
    one = line(HORIZON, budget_krw_bn={2024: 12.0}, grant_krw_bn=2.0, sizes=["small"])
    dear = replace(one, grant=one.grant * np.array([1, 1, 1, 1, 100]))
    assert affordable([dear]).tolist() == [[6.0, 0.0, 0.0]]


def test_a_line_to_which_nobody_may_apply_pays_no_project() -> None:
    one = line(HORIZON, budget_krw_bn={2024: 12.0})
    assert affordable([replace(one, size=np.zeros(5, np.bool_))]).tolist() == [[0.0, 0.0, 0.0]]


def test_a_grant_may_be_a_won() -> None:
    one = line(HORIZON, budget_krw_bn={2024: 12e-9})
    assert affordable([replace(one, grant=np.ones((3, 5), np.int64))]).tolist() == [[12.0, 0.0, 0.0]]


def test_what_stands_beside_a_goal() -> None:
    found = money_alone(np.array([10.0, 20.0, 30.0, 40.0]), np.array([1, 2, 3, 5], np.int32), at_least=250.0, scale=0.1)
    assert found["probability"] == 0.5  # 300 and 400 of 100, 200, 300, 400
    assert found["mean"] == 250.0
    # covariance 5.5 x 5.5 x 4 / ... by hand: sum of products of deviations 65, of squares 500 and 8.75; 65^2 / (500 x 8.75)
    assert found["r_squared"] == pytest.approx(65.0**2 / (500.0 * 8.75))
    assert money_alone(np.array([10.0, 10.0]), np.array([1, 2], np.int32), 1.0, 1.0)["r_squared"] is None, "nothing varies"


def test_years_after_the_deadline_do_not_count() -> None:
    import pyarrow as pa

    rows = pa.table({"replicate": [0, 0, 2, 2], "year": [2024, 2025, 2024, 2025], "affordable": [1.0, 10.0, 2.0, 20.0]})
    assert affordable_by(rows, np.array([0, 2]), 2024).tolist() == [1.0, 2.0]
    assert affordable_by(rows, np.array([0, 2]), 2030).tolist() == [11.0, 22.0]
