"""Buffers are used again by every replicate of a thread: nothing of one may reach another, whatever the order and the number of threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from aixsim.engines.kernel import replicate as kernel
from aixsim.engines.kernel.buffers import fresh_state
from aixsim.engines.reference import diffusion_model as reference
from aixsim.model.draw_scenario import draw_scenario
from aixsim.model.history import History
from aixsim.model.problem import Problem
from aixsim.world.classification import SIZES
from aixsim.world.korea import build_korea
from aixsim.world.supply_chain import build_supply_chain
from tests import worlds


@pytest.fixture(scope="module")
def korea() -> Problem:
    population = build_korea(0.005, 1)
    chosen = worlds.settings(
        {name: {"rate": rate} for name, rate in (("innovation", 0.01), ("peers", 0.3), ("partners", 0.1), ("collaboration", 0.05))},
        levers={name: worlds.REGISTRY.levers[name].parameters.defaults() for name in ("parks", "collaboration")},
        funding={"mode": "programmes", "own_rate": 0.05},
        programme=[worlds.programme(budget_krw_bn=dict.fromkeys(range(2024, 2029), 9.3), call_months=[3, 9])],
        implementation={"median_months": dict.fromkeys(SIZES, 6.0), "success": dict.fromkeys(SIZES, 0.7), "abandonment_per_year": 0.1},
    )
    return replace(worlds.problem(chosen, population=population, network=build_supply_chain(population, 1, 4.0)), scale=0.1)


def run(world: Problem, replicate: int) -> History:
    return kernel.run(world, draw_scenario(world, replicate))


def same(a: History, b: History) -> bool:
    return (
        np.array_equal(a.canonical(), b.canonical())
        and np.array_equal(a.pressure, b.pressure)
        and np.array_equal(a.spent, b.spent)
        and np.array_equal(a.funded, b.funded)
    )


def test_a_replicate_leaves_nothing_behind(korea: Problem) -> None:
    first = run(korea, 0)
    others = [run(korea, replicate) for replicate in (1, 2, 3)]
    assert same(run(korea, 0), first)
    assert not any(same(other, first) for other in others)
    assert len(first.firm) > 50


def test_no_replicate_depends_on_the_one_before(korea: Problem) -> None:
    expected = [reference.run(korea, draw_scenario(korea, replicate)) for replicate in range(4)]
    for before in range(4):
        for replicate in range(4):
            run(korea, before)
            assert same(run(korea, replicate), expected[replicate]), f"{replicate} after {before}"


@pytest.fixture
def slot_left_behind(korea: Problem) -> Iterator[None]:
    """Buffers in which a firm keeps the slot that an earlier replicate gave it, as if clearing had forgotten it."""
    run(korea, 1)
    frailty = draw_scenario(korea, 0).frailty
    state, _ = fresh_state(korea, frailty, 0)
    state.slot_of[np.flatnonzero(state.slot_of < 0)[:200]] = 0
    yield
    state.slot_of[:] = -1


@pytest.mark.usefixtures("slot_left_behind")
def test_what_is_left_behind_would_be_noticed(korea: Problem) -> None:
    dirty = run(korea, 0)
    fresh_state(korea, draw_scenario(korea, 0).frailty, 0)[0].slot_of[:] = -1
    assert not same(dirty, run(korea, 0))


def test_slots_of_the_last_month_are_not_read(korea: Problem) -> None:
    """They are given away and never filled: what an earlier replicate has left there must not count as pressure."""
    expected = [run(korea, replicate) for replicate in range(8)]
    for replicate, history in enumerate(expected):
        scenario = draw_scenario(korea, replicate)
        state, _ = fresh_state(korea, scenario.frailty, 0)
        state.firm["tie_pressure"], state.firm["rate"] = 12345, 678
        assert same(kernel.run(korea, scenario), history)


def test_another_frailty_reaches_the_kept_buffers(korea: Problem) -> None:
    other = draw_scenario(korea, 0)
    other.frailty = other.frailty * np.linspace(0.5, 1.5, len(other.frailty))
    assert not same(kernel.run(korea, other), run(korea, 0))
    assert same(kernel.run(korea, other), kernel.run(korea, other))


def test_threads_give_the_same(korea: Problem) -> None:
    alone = [run(korea, replicate) for replicate in range(8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda replicate: run(korea, replicate), [*range(8), *range(8)]))
    assert all(same(a, b) for a, b in zip(together, alone + alone, strict=True))
