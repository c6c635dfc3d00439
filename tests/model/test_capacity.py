"""ODD 7.2.3: at most ``K(t)`` projects run at once. A project is launched at its contract and starts when there is room, first in, first
out; its duration begins with its start. Room is freed when a project ends, before others start in the same month.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aixsim.model import capacity
from aixsim.model.calendar import Horizon
from aixsim.model.capacity import NO_LIMIT, Capacity
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import Event, History
from aixsim.model.implementation import Implementation, duration_months
from aixsim.model.outcomes import OUTCOMES
from aixsim.model.problem import Problem
from aixsim.model.tabulation import outcome_counts
from aixsim.random.draws import Purpose, normal, uniform
from aixsim.world.classification import ROUTES
from tests import worlds
from tests.lever_worlds import settings_of
from tests.model.values import MEDIUM, MID_SIZE, SMALL, by_size, firms, park, values, world_of

HORIZON = Horizon("2024-01", "2027-12")
JANUARY_2024, JANUARY_2026, JULY_2027 = 0, 24, 42


# --- scalar laws


def test_projects_at_once_grow_from_2026_on() -> None:
    found = capacity.projects_at_once(values(Capacity, projects=100.0, growth=0.2), HORIZON)
    assert found[JANUARY_2026] == pytest.approx(100.0)
    assert found[JULY_2027] == pytest.approx(131.4534)  # 100 x 1.2^1.5
    assert found[JANUARY_2024] == pytest.approx(69.4444)  # 100 / 1.2^2
    assert capacity.projects_at_once(values(Capacity, projects=100.0, growth=-0.5), HORIZON)[36] == pytest.approx(50.0)
    assert np.ptp(capacity.projects_at_once(values(Capacity, projects=100.0, growth=0.0), HORIZON)) == 0.0


def test_zero_is_no_limit() -> None:
    none = capacity.projects_at_once(values(Capacity, projects=0.0), HORIZON)
    assert not none.any()
    assert (capacity.room(none, np.array([0, 1]), values(Capacity, smart_factory=1.0), 0.1) == NO_LIMIT).all()
    assert not draw_scenario(world_of(capacity={"projects": 0.0}), 0).is_limited


def room_of(projects: list[float], equipped: list[int], scale: float = 1.0, **stated: Any) -> list[float]:
    """Room by month, in projects."""
    return (capacity.room(np.array(projects), np.array(equipped, np.int64), values(Capacity, **stated), scale) / 1024).tolist()


def test_smart_factories_take_room_for_their_months() -> None:
    stated = {"smart_factory": 0.125, "smart_factory_months": 2}
    # Two in month 0, one in month 1, each for two months: 2, 3, 1 and 0 at work.
    assert room_of([5.0] * 4, [0, 0, 1], **stated) == [4.75, 4.625, 4.875, 5.0]
    assert room_of([5.0, 6.0, 7.0, 8.0], [], **stated) == [5.0, 6.0, 7.0, 8.0]
    assert room_of([0.125] * 2, [0, 0, 0], **stated) == [0.0, 0.0], "there is no less than no room"


def test_a_sample_has_its_share_of_the_room() -> None:
    # Its smart factories are those of the sample already: 6 x 0.5 - 2 x 0.25
    assert room_of([6.0], [0, 0], scale=0.5, smart_factory=0.25) == [2.5]


def test_signs() -> None:
    larger = [room_of([k], [0], smart_factory=0.5)[0] for k in (1.0, 2.0, 4.0)]
    greedier = [room_of([4.0], [0], smart_factory=share)[0] for share in (0.0, 0.5, 1.0)]
    longer = [sum(room_of([4.0] * 6, [0], smart_factory_months=months)) for months in (1, 3, 5)]
    assert larger == sorted(larger)
    assert greedier == sorted(greedier, reverse=True)
    assert longer == sorted(longer, reverse=True)


# --- small worlds: everybody decides in month 0, and projects take 3 months unless stated otherwise


def crowded(n: int = 5, end: str = "2025-12", **changes: Any) -> Problem:
    stated = {"projects": 2.0, "growth": 0.0, **changes.pop("capacity", {})}
    project = {"median_months": by_size(*[3.0] * 5), "sigma": 0.0, "pause_months": 600, **changes.pop("implementation", {})}
    changes.setdefault("population", firms(size=[SMALL] * n))
    return world_of(end=end, mechanisms={"innovation": {"rate": 1000.0}}, capacity=stated, implementation=project, **changes)


def months(history: History, event: Event) -> list[int]:
    return sorted(history.month[history.event == event].tolist())


def outcome(world: Problem, history: History, name: str) -> list[int]:
    table = outcome_counts(history, draw_scenario(world, 0).counts, world.horizon.n_months, world.population)
    return table[OUTCOMES.index(name)].tolist()


def test_five_projects_and_room_for_two() -> None:
    """Starts in months 0, 0, 3, 3 and 6; all are launched at once."""
    world = crowded()
    history = worlds.in_both(world)
    assert months(history, Event.LAUNCHED) == [0] * 5
    assert months(history, Event.QUEUED) == [0] * 3
    assert months(history, Event.STARTED) == [3, 3, 6]
    assert months(history, Event.OPERATING) == [3, 3, 6, 6, 9]
    assert outcome(world, history, "queued")[:8] == [3, 3, 3, 1, 1, 1, 0, 0]
    assert outcome(world, history, "launched")[:2] == [5, 5]


def test_failures_free_room_too() -> None:
    history = worlds.in_both(crowded(implementation={"success": by_size(*[0.0] * 5)}))
    assert months(history, Event.STARTED) == [3, 3, 6]
    assert months(history, Event.FAILED) == [3, 3, 6, 6, 9]


def test_projects_that_take_no_time_take_no_room() -> None:
    history = worlds.in_both(crowded(implementation={"median_months": by_size(*[0.0] * 5)}))
    assert months(history, Event.OPERATING) == [0] * 5
    assert months(history, Event.QUEUED) == []


def test_room_for_less_than_a_project_starts_none() -> None:
    assert months(worlds.in_both(crowded(capacity={"projects": 0.99})), Event.OPERATING) == []
    assert months(worlds.in_both(crowded(capacity={"projects": 1.0})), Event.OPERATING) == [3, 6, 9, 12, 15]


def test_projects_that_firms_pay_themselves_wait_like_the_others() -> None:
    history = worlds.in_both(crowded(funding={"mode": "programmes", "own_rate": 10.0, "own_burden_half": 1000.0}))
    assert (history.route[history.event == Event.STARTED] == ROUTES.index("own")).all()
    assert months(history, Event.STARTED) == [3, 3, 6]


def test_growth_makes_room_while_projects_run() -> None:
    """4 in January 2026 and twice as many every year: 1 in month 0, 2 in month 12, 4 x 2^(-4/12) = 3.17 in month 20 (2.997 a month before).

    Projects of two years start in months 0, 12, 20 and, when the first has ended, two in month 24.
    """
    world = crowded(end="2028-12", capacity={"projects": 4.0, "growth": 1.0}, implementation={"median_months": by_size(*[24.0] * 5)})
    assert months(worlds.in_both(world), Event.OPERATING) == [24, 36, 44, 48, 48]


def test_training_multiplies_projects_at_once_for_every_year_that_it_acts() -> None:
    def with_training(**window: str) -> list[float]:
        levers = {"training": settings_of("training", per_year=0.0, capacity_growth=0.1, **window)}
        found = draw_scenario(crowded(end="2027-12", capacity={"projects": 100.0, "growth": 0.2}, levers=levers), 0).projects_at_once
        return [float(found[month]) for month in (JANUARY_2024, JANUARY_2026, JULY_2027)]

    # 1.1 a year from January 2025 on: 1.1 in January 2026, 1.1^2.5 in July 2027
    assert with_training(start="2025-01") == pytest.approx([69.4444, 110.0, 131.4534 * 1.269059])
    assert with_training(start="2025-01", stop="2026-01") == pytest.approx([69.4444, 110.0, 131.4534 * 1.1])  # what is trained stays
    assert with_training(start="2025-01", stop="2025-01") == pytest.approx([69.4444, 100.0, 131.4534]), "it never acts"


def test_a_sample_waits_like_the_nation() -> None:
    assert months(worlds.in_both(replace(crowded(capacity={"projects": 4.0}), scale=0.5)), Event.STARTED) == [3, 3, 6]


def test_smart_factories_make_projects_wait() -> None:
    """One a month, half a project's room each for two months: room for 1.5 in month 0 and 1 from month 1 on, so one project at a time."""
    levers = {"smart_factories": settings_of("smart_factories", start="2024-01", per_year=12.0, sizes=["micro"])}
    population = firms(size=[SMALL] * 5 + [0] * 30)
    own = {"mode": "programmes", "own_rate": 0.0, "attempts": 1000, "patience_months": 1000}
    small_only = [worlds.programme(sizes=["small"])]
    stated = {"smart_factory": 0.5, "smart_factory_months": 2}
    history = worlds.in_both(crowded(population=population, levers=levers, capacity=stated, funding=own, programme=small_only))
    assert months(history, Event.OPERATING) == [3, 6, 9, 12, 15]
    assert len(months(history, Event.EQUIPPED)) == 24


# --- textbook queues


def one_a_month(n: int, k: float, **changes: Any) -> Problem:
    """Calls in every month that pay for one project each: D arrivals."""
    years = range(2024, 2024 + n // 12)
    line = worlds.programme(budget_krw_bn=dict.fromkeys(years, 12.0), call_months=list(range(1, 13)))
    funding = {"mode": "programmes", "own_rate": 0.0, "attempts": 1000, "patience_months": 1000}
    return crowded(n, end="2030-12", capacity={"projects": k}, programme=[line], funding=funding, **changes)


def order(history: History, event: Event) -> list[int]:
    """Firms in the order in which something happened to them."""
    return history.firm[history.event == event].tolist()


def test_a_queue_of_regular_arrivals_and_equal_durations() -> None:
    """D/D/2: one arrival a month, service of 3. Start n = max(n, end of n - 2): 0, 1, 3, 4, 6, 7, 9, 10, 12, 13, 15, 16."""
    history = worlds.in_both(one_a_month(12, 2.0))
    assert months(history, Event.LAUNCHED) == list(range(12))
    assert months(history, Event.OPERATING) == [3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18, 19]
    # Those who wait: all but the first two arrive in 2, 3, 4, … and start in 3, 4, 6, …
    assert months(history, Event.STARTED) == [3, 4, 6, 7, 9, 10, 12, 13, 15, 16]
    assert order(history, Event.OPERATING) == order(history, Event.LAUNCHED), "first in, first out"


def test_a_queue_of_uneven_durations() -> None:
    """D/G/3 by the recursion of Kiefer and Wolfowitz: whoever is next takes the place that is free first."""
    uneven = {"median_months": by_size(*[5.0] * 5), "sigma": 0.6}
    world = one_a_month(36, 3.0, implementation=uneven)
    history = worlds.in_both(world)
    p = values(Implementation, **uneven)
    free, expected = [0, 0, 0], {}
    for arrival, firm in enumerate(order(history, Event.LAUNCHED)):
        start = max(arrival, free[0])
        expected[firm] = start + duration_months(normal(uniform(world.seed, 0, Purpose.DURATION, firm)), SMALL, 1.0, p)
        free = sorted([*free[1:], expected[firm]])
    assert worlds.first_month(history, Event.OPERATING, 36).tolist() == [expected[firm] for firm in range(36)]
    assert len(months(history, Event.STARTED)) > 10, "or nobody would have waited"


def in_a_row(sizes: list[int], tenants: list[int]) -> History:
    """Firms are launched one a month in the order of their size classes; projects take 6 months, room is for 1.5, a park spares half."""
    population = replace(firms(size=sizes, park=[0 if firm in tenants else -1 for firm in range(3)]), parks=(park("Changwon", "Busan", 1),))
    names = ["small", "medium", "mid-size"]
    lines = [worlds.programme(name=name, sizes=[name], call_months=[month + 1]) for month, name in enumerate(names)]
    levers = {"parks": settings_of("parks", first_opening="2024-01", number=1, project_share=0.0, duration_factor=1.0, staff_share=0.5)}
    stated = {"median_months": by_size(*[6.0] * 5)}
    funding = {"mode": "programmes", "own_rate": 0.0, "attempts": 1000, "patience_months": 1000}
    return worlds.in_both(
        crowded(population=population, levers=levers, capacity={"projects": 1.5}, implementation=stated, programme=lines, funding=funding)
    )


def test_the_first_of_the_queue_is_not_overtaken() -> None:
    """The tenant, third in the row, would have room from month 2 on but stands behind a firm that has not."""
    history = in_a_row([SMALL, MEDIUM, MID_SIZE], tenants=[2])
    assert worlds.first_month(history, Event.OPERATING, 3).tolist() == [6, 12, 12]


def test_a_park_spares_vendors_and_engineers() -> None:
    """As second in the row the tenant starts at once; the third waits until month 6, when the first ends."""
    history = in_a_row([SMALL, MID_SIZE, MEDIUM], tenants=[2])
    assert worlds.first_month(history, Event.OPERATING, 3).tolist() == [6, 12, 7]


def test_contracts_of_one_month_stand_in_an_order_drawn_by_lot() -> None:
    """Room for one: the five end one after the other, in the order of their lots; each is the first about as often."""
    first = []
    for replicate in range(60):
        history = worlds.in_both(crowded(capacity={"projects": 1.0}), replicate)
        ended = order(history, Event.OPERATING)
        lots = [uniform(worlds.SEED, replicate, Purpose.QUEUE, firm) for firm in range(5)]
        assert ended == sorted(range(5), key=lambda firm: -lots[firm])
        first.append(ended[0])
    # 60 x 1/5 = 12, with error sqrt(60 x 0.2 x 0.8) = 3.1
    assert np.bincount(first, minlength=5) == pytest.approx([12.0] * 5, abs=10.0)


def test_a_limit_that_nobody_reaches_is_no_limit() -> None:
    """To the bit, with failures, noise and many attempts; the twin: room for 20."""

    def ran(projects: float) -> list[History]:
        noisy = {"sigma": 0.4, "success": by_size(*[0.6] * 5), "pause_months": 4, "abandonment_per_year": 0.2}
        world = crowded(60, capacity={"projects": projects}, implementation=noisy)
        return [worlds.in_both(world, replicate) for replicate in range(3)]

    def equal(a: History, b: History) -> bool:
        return np.array_equal(a.canonical(), b.canonical()) and np.array_equal(a.pressure, b.pressure)

    assert all(map(equal, ran(0.0), ran(60.0)))
    assert not any(map(equal, ran(0.0), ran(20.0)))
