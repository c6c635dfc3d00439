"""ODD 7.2: budgets that have not been passed stray from the plan by a random walk, each year delivers its own share of what is due, and
either the grant or the number of projects gives way. Numbers beside the assertions are worked out by hand.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from aixsim.config import load
from aixsim.config.build import problems
from aixsim.config.validation import ConfigError
from aixsim.model import delivery, programmes
from aixsim.model.calendar import Horizon
from aixsim.model.draw_scenario import draw_scenario
from aixsim.random.draws import Purpose
from tests import worlds
from tests.model.mutants import planted
from tests.model.values import BN, SMALL, line, world_of

YEARS = dict.fromkeys(range(2024, 2031), 100.0)
HORIZON = Horizon("2024-01", "2030-12")
NEUTRAL: dict[str, Any] = {"delivery_spread": 0.0, "budget_walk": 0.0, "number_kept": 0.0}


# --- the laws by hand


def test_deviations_by_hand() -> None:
    # stationary start 0.5 x 1 = 0.5; fresh part 0.5 x sqrt(1 - 0.36) = 0.4; 0.6 x 0.5 - 0.4 = -0.1; 0.6 x -0.1 + 0.4 x 2 = 0.74
    assert delivery.deviations(0.5, 0.6, [1.0, -1.0, 2.0]) == pytest.approx([0.5, -0.1, 0.74])
    assert delivery.deviations(0.5, 0.0, [1.0, -1.0, 2.0]) == [0.5, -0.5, 1.0]
    assert delivery.deviations(0.5, 0.6, []) == []


def test_walk_by_hand() -> None:
    # 0.4; 0.4 - 0.2 = 0.2; 0.2 + 0.8 = 1.0
    assert delivery.walk(0.4, [1.0, -0.5, 2.0]) == pytest.approx([0.4, 0.2, 1.0])


@pytest.mark.parametrize(
    ("planned", "budget", "number", "kept", "expected"),
    [
        (2.0, 50.0, 100.0, 0.0, 2.0),
        (2.0, 50.0, 100.0, 1.0, 0.5),  # 50 / 100
        (2.0, 50.0, 100.0, 0.5, 1.0),  # sqrt(2 x 0.5)
        (2.0, 50.0, 100.0, 0.25, math.sqrt(2.0)),  # 2^0.75 x 2^-0.25 = 2^0.5
        (2.0, 50.0, 1000.0, 1.0, 0.4),  # 0.05 is below the smallest
        (2.0, 800.0, 100.0, 1.0, 4.0),  # 8 is above the largest
        (0.1, 5.0, 1000.0, 1.0, 0.1),  # 0.005, and the plan itself is below the smallest
        (5.0, 900.0, 100.0, 1.0, 5.0),  # 9, and the plan itself is above the largest
        (2.0, 3.0, 1.0, 1.0, 3.0),  # one project
        (2.0, 0.8, 2.0, 1.0, 0.4),  # less than a bn in all
        (2.0, 50.0, 0.0, 1.0, 2.0),  # no number was announced
        (2.0, 0.0, 100.0, 1.0, 2.0),  # no money
    ],
)
def test_grants_by_hand(planned: float, budget: float, number: float, kept: float, expected: float) -> None:
    assert delivery.traded_grant(planned, budget, number, kept, 0.4, 4.0) == pytest.approx(expected, rel=1e-12)


def test_all_of_it_together_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """2024 to 2026 planned 100 each; 2025 on is not passed and is delivered by half."""
    given = {Purpose.BUDGET_WALK: [math.log(2.0), -math.log(4.0)], Purpose.DELIVERY: [math.log(0.5), math.log(2.0)]}
    monkeypatch.setattr(programmes, "variates", lambda _seed, _replicate, purpose, _number, _years: given[purpose])
    made = line(
        Horizon("2024-01", "2026-12"),
        budget_krw_bn=dict.fromkeys((2024, 2025, 2026), 100.0),
        grant_krw_bn=2.0,
        budget_walk=1.0,
        passed_until=2024,
        delivery_spread=1.0,
        delivery_persistence=0.0,
        delivered_share=0.5,
        delivered_from=2025,
        shortfall_carried=0.5,
        planned_number={2025: 100.0, 2026: 10.0},
        number_kept=1.0,
    )
    # 2024: passed and planned, 100. 2025: 100 x 2 = 200 due, 0.5 x 0.5 of it comes, 50; 150 short, 75 due again.
    # 2026: 100 x 2 / 4 + 75 = 125 due, 0.5 x 2 of it comes, 125. Grants: 2 as planned; 50 / 100; 125 / 10.
    assert (made.budget / BN).tolist() == pytest.approx([100.0, 50.0, 125.0])
    assert (made.grant[:, SMALL] / BN).tolist() == pytest.approx([2.0, 0.5, 12.5])


def test_a_year_that_is_known_to_differ_delivers_more_or_less() -> None:
    """2025: half of 100 doubled; 2026: half of 100 halved; 2027 takes the year before."""
    made = line(
        Horizon("2024-01", "2027-12"),
        budget_krw_bn=dict.fromkeys(range(2024, 2028), 100.0),
        delivered_share=0.5,
        delivery_shift={2024: 0.0, 2025: math.log(2.0), 2026: -math.log(2.0)},
        delivery_spread=0.0,
    )
    assert (made.budget / BN).tolist() == pytest.approx([50.0, 100.0, 25.0, 25.0])


# --- the laws as distributions


def logs(replicates: int = 4000, **stated: Any) -> np.ndarray:
    """Logarithm of budget over plan by replicate and year."""
    made = [line(HORIZON, replicate=k, budget_krw_bn=YEARS, **stated).budget[3:6] / (100.0 * BN) for k in range(replicates)]
    return np.log(np.array(made))


def test_delivered_shares_are_stationary() -> None:
    """4,000 replicates: errors of the standard deviation 0.3 / sqrt(8,000) = 0.0034, of the correlation 0.64 / sqrt(4,000) = 0.010."""

    def holds() -> bool:
        found = logs(delivery_spread=0.3, delivery_persistence=0.6, delivered_share=0.5, delivered_from=2026)
        found[:, 0] = found[:, 1]  # 2027 is the second year of delivery; all are alike
        ratio, again = found.std(axis=0), np.corrcoef(found[:, 1], found[:, 2])[0, 1]
        return bool(np.allclose(ratio, 0.3, atol=0.015) and abs(again - 0.6) < 0.045 and abs(np.median(found) - math.log(0.5)) < 0.02)

    assert holds()
    with planted(delivery.deviations, "spread * math.sqrt(1.0 - persistence * persistence)", "spread"):
        assert not holds(), "the twin: a process that grows"
    with planted(delivery.deviations, "persistence * out[-1] +", "0.0 * out[-1] +"):
        assert not holds(), "the twin: years that forget"


def test_budgets_stray_with_the_root_of_time() -> None:
    """Until 2026 passed: 2027 strays by 0.4, 2028 by 0.4 x sqrt(2) = 0.566, 2029 by 0.4 x sqrt(3) = 0.693, within 4.5 standard errors."""

    def holds() -> bool:
        return bool(np.allclose(logs(budget_walk=0.4).std(axis=0), [0.4, 0.5657, 0.6928], rtol=0.05))

    assert holds()
    with planted(delivery.walk, "strayed += step * z", "strayed = step * z"):
        assert not holds(), "the twin: every year strays alone"


def test_passed_budgets_do_not_stray() -> None:
    for last in (2020, 2023, 2025, 2029, 2031):
        made = line(HORIZON, budget_krw_bn=YEARS, budget_walk=0.4, passed_until=last).budget
        assert [year for year, money in zip(HORIZON.years, made.tolist(), strict=True) if money == 100 * BN] == [
            year for year in HORIZON.years if year <= last
        ]


# --- addresses


def uncertain(**stated: Any) -> list[int]:
    made = line(
        stated.pop("horizon", HORIZON), budget_krw_bn=YEARS, delivered_from=2027, **{"delivery_spread": 0.3, "budget_walk": 0.4, **stated}
    )
    return [int(money) for money in made.budget]


def test_numbers_are_addressed_by_programme_replicate_and_year() -> None:
    here = uncertain(replicate=3, number=7)
    assert here == uncertain(replicate=3, number=7)
    assert here[3:] != uncertain(replicate=4, number=7)[3:]
    assert here[3:] != uncertain(replicate=3, number=8)[3:]
    assert here[:5] == uncertain(replicate=3, number=7, horizon=Horizon("2024-01", "2028-12")), "a shorter horizon changes no year"
    assert here[2:] == uncertain(replicate=3, number=7, horizon=Horizon("2026-01", "2030-12"))
    only_walk, only_shares = uncertain(delivery_spread=0.0), uncertain(budget_walk=0.0)
    both = [a * b / (100.0 * BN) for a, b in zip(only_walk, only_shares, strict=True)]
    assert uncertain() == pytest.approx(both, rel=1e-9), "neither moves the numbers of the other"


def test_the_order_of_tables_changes_no_number() -> None:
    tables = [worlds.programme(name=name, budget_krw_bn={2024: 10.0, 2027: 10.0}, budget_walk=0.4) for name in ("a", "b")]
    there, back = (
        {made.name: made.budget.tolist() for made in draw_scenario(world_of(programme=order), 2).lines} for order in (tables, tables[::-1])
    )
    assert there == back
    assert there["a"] != there["b"], "each has luck of its own"


# --- limit cases


def money(**stated: Any) -> list[Any]:
    made = line(
        HORIZON,
        budget_krw_bn={2024: 47.3, 2026: 145.0, 2027: 158.75, 2029: 1 / 3},
        grant_krw_bn={2024: 0.83, 2026: 1.648},
        delivered_share=0.37,
        delivered_from=2026,
        shortfall_carried=0.61,
        planned_number=100.0,
        lowest_grant_krw_bn=0.83,
        highest_grant_krw_bn=2.0,
        instalments=3,
        **stated,
    )
    return [made.budget.tolist(), made.beyond.tolist(), made.grant.tolist()]


def test_nothing_strays_in_the_limit_to_the_last_won() -> None:
    """Worked out as before there was such a law: share of what is due, and the carried part of the rest."""
    due, passed_on, expected = [47.3, 0.0, 145.0, 158.75, 0.0, 1 / 3, 0.0, 0.0, 0.0], 0.0, []
    for year, planned_money in enumerate(due):
        money_due = planned_money + passed_on
        expected.append(planned_money if year < 2 else 0.37 * money_due)
        passed_on = 0.0 if year < 2 else 0.61 * (money_due - expected[-1])
    won = [round(item * BN) for item in expected]
    assert money(**NEUTRAL) == [won[:7], won[7:], [[830_000_000] * 5] * 2 + [[1_648_000_000] * 5] * 5]
    assert money(**NEUTRAL, delivery_persistence=0.8) == money(**NEUTRAL), "persistence of nothing"
    for key, value in (("delivery_spread", 0.01), ("budget_walk", 0.01), ("number_kept", 0.01)):
        assert money(**NEUTRAL | {key: value}) != money(**NEUTRAL), f"the twin: a little {key} is noticed"


def test_all_of_the_number_gives_the_number() -> None:
    made = line(HORIZON, budget_krw_bn=YEARS, delivery_spread=0.5, planned_number=80.0, number_kept=1.0)
    assert made.budget / made.grant[:, SMALL] == pytest.approx(80.0, rel=1e-6)
    kept = line(HORIZON, budget_krw_bn=YEARS, delivery_spread=0.5, planned_number=80.0, grant_krw_bn=1.25)
    assert np.ptp(kept.budget / kept.grant[:, SMALL]) > 10, "the twin: the grant stays and the number gives way"


@pytest.mark.parametrize("replicate", range(3))
def test_the_shipped_config_without_it_is_what_it_says(replicate: int) -> None:
    """With the four numbers at their limits no variate matters: budgets are shares of the plan and grants those of the plan."""
    key = 'programme."AI Factory lead projects".'
    off = {f"{key}{name}": value for name, value in NEUTRAL.items()}
    world = problems(load("korea-2030", {"population.scale": 0.002, **off}))(0)
    settings, drawn = world.settings["programme"]["AI Factory lead projects"], draw_scenario(world, replicate).drawn
    made = draw_scenario(world, replicate).lines[1]
    budgets = {year: drawn.get(f"{key}budget_krw_bn.{year}", value) for year, value in settings["budget_krw_bn"].items()}
    share, carried, passed_on, expected = drawn[f"{key}delivered_share"], drawn[f"{key}shortfall_carried"], 0.0, [0, round(63.2e9 * 0.002)]
    for year in range(2026, 2031):
        due = budgets[year] + passed_on
        expected.append(round(share * due * 0.002 * BN))
        passed_on = carried * (due - share * due)
    assert made.budget.tolist() == expected
    assert (made.grant[2:, SMALL] == round(drawn[f"{key}grant_krw_bn.2026"] * BN)).all()


def test_bounds_that_cross_are_refused() -> None:
    key = 'programme."AI Factory lead projects".'
    with pytest.raises(ConfigError, match="at most highest_grant_krw_bn, 2"):
        load("korea-2030", {f"{key}lowest_grant_krw_bn": 3.0})
