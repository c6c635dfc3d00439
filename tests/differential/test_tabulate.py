"""The compiled tables against the readable ones: any history, every count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aixsim.engines.kernel import tabulate
from aixsim.model.history import NO_ROUTE, Event, History
from aixsim.model.outcomes import effects
from aixsim.model.tabulation import group_counts, outcome_counts
from aixsim.world.classification import PROVINCES, ROUTES, SECTORS
from aixsim.world.population import Population

N, MONTHS = 30, 14
FIRM = np.arange(N)
POPULATION = replace(
    Population.homogeneous(N, 1),
    province=(FIRM % len(PROVINCES)).astype(np.int8),
    sector=(FIRM % len(SECTORS)).astype(np.int8),
    size=(FIRM % 5).astype(np.int8),
    agent_type=(FIRM % 3).astype(np.int8),
)


def history(rows: list[tuple[int, int, int, int]]) -> History:
    month, event, firm, route = np.array(rows, np.int32).reshape(-1, 4).T.copy()
    none = np.zeros((0, 2), np.int64)
    return History(month, event, firm, route, np.zeros(N, np.int64), (), none, none, none, none, none, none)


def agree(happened: History, counts: list[bool], compiled_counts: list[bool] | None = None) -> bool:
    total, groups = tabulate.tables(happened, np.array(compiled_counts or counts), MONTHS, POPULATION)
    return np.array_equal(total, outcome_counts(happened, np.array(counts), MONTHS, POPULATION)) and np.array_equal(
        groups, group_counts(happened, np.array(counts), MONTHS, POPULATION)
    )


ROWS = st.tuples(st.integers(-1, MONTHS - 1), st.integers(0, len(Event) - 1), st.integers(0, N - 1), st.integers(NO_ROUTE, len(ROUTES) - 1))


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(ROWS, max_size=120), counts=st.lists(st.booleans(), min_size=len(ROUTES), max_size=len(ROUTES)))
def test_any_history(rows: list[tuple[int, int, int, int]], counts: list[bool]) -> None:
    assert agree(history(rows), counts)


def test_planted_faults_are_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    own = ROUTES.index("own")
    built = history(
        [(1, Event.DECIDED, 4, NO_ROUTE), (2, Event.LAUNCHED, 4, own), (5, Event.OPERATING, 4, own), (9, Event.ABANDONED, 4, own)]
    )
    plan, every = [True, True, True, False], [True] * 4
    assert agree(built, plan)
    assert not agree(built, plan, compiled_counts=every)

    def forgetful(counted: tuple[bool, ...], *, by_route: bool = False) -> NDArray[np.int64]:
        table = effects(counted, by_route=by_route).copy()
        table[:, :, Event.ABANDONED] = 0
        table.flags.writeable = False
        return table

    monkeypatch.setattr(tabulate, "effects", forgetful)
    monkeypatch.setattr(tabulate, "effects_and_where", tabulate.effects_and_where.__wrapped__)
    assert not agree(built, plan)
