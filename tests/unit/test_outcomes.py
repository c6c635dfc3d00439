"""Outcomes: each declared once, worked out by hand, by both tabulations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from aixsim.engines.kernel import tabulate
from aixsim.model import outcomes
from aixsim.model.history import NO_ROUTE, Event, History
from aixsim.model.outcomes import DECLARED, OUTCOMES, STOCKS, Outcome
from aixsim.model.tabulation import group_counts, outcome_counts
from aixsim.world.classification import GROUPS, ROUTES, SIZES
from aixsim.world.population import Population

MONTHS = 6
COUNTED = np.array([True, True, True, False])
PROGRAMME, OWN = ROUTES.index("programme"), ROUTES.index("own")
POPULATION = replace(Population.homogeneous(4, 1), size=np.array([0, 1, 3, 4], np.int8))
"""A micro, a small, a mid-size and a large firm."""
HAPPENED = (
    (-1, Event.DECIDED, 3, NO_ROUTE),
    (-1, Event.LAUNCHED, 3, PROGRAMME),
    (0, Event.DECIDED, 0, NO_ROUTE),
    (0, Event.DECIDED, 1, NO_ROUTE),
    (1, Event.DECIDED, 2, NO_ROUTE),
    (1, Event.FUNDED, 0, PROGRAMME),
    (2, Event.LAUNCHED, 0, PROGRAMME),
    (2, Event.LAUNCHED, 1, OWN),
    (3, Event.WITHDRAWN, 2, NO_ROUTE),
    (3, Event.OPERATING, 0, PROGRAMME),
    (4, Event.FAILED, 1, OWN),
    (5, Event.DECIDED_AGAIN, 1, NO_ROUTE),
    (5, Event.ABANDONED, 0, PROGRAMME),
)
BY_HAND = {
    "decided": [3, 4, 4, 4, 4, 4],
    "launched": [1, 1, 2, 2, 2, 2],
    "operating": [0, 0, 0, 1, 1, 0],
    "failed": [0, 0, 0, 0, 0, 0],
    "abandoned": [0, 0, 0, 0, 0, 1],
    "withdrawn": [0, 0, 0, 1, 1, 1],
    "launched_own": [0, 0, 1, 1, 1, 1],
    "operating_own": [0, 0, 0, 0, 0, 0],
    "equipped": [0, 0, 0, 0, 0, 0],
}
SMALL = Outcome(
    "launched_small", "projects of micro and small firms", {Event.LAUNCHED: 1}, routes=ROUTES, firms={"size": ("micro", "small")}
)
QUEUED = Outcome(
    "queued", "firms that wait", {Event.DECIDED: 1, Event.DECIDED_AGAIN: 1, Event.LAUNCHED: -1, Event.WITHDRAWN: -1}, routes=ROUTES
)
DERIVED = {"launched_small": [0, 0, 2, 2, 2, 2], "queued": [2, 3, 1, 0, 0, 1]}


@pytest.fixture
def history() -> History:
    month, event, firm, route = np.array(HAPPENED, np.int32).T.copy()
    none = np.zeros((0, 1), np.int64)
    return History(month, event, firm, route, np.zeros(4, np.int64), (), none, none, none, none, none, none)


@pytest.fixture
def more(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two outcomes more than are shipped."""
    monkeypatch.setattr(outcomes, "DECLARED", (*DECLARED, SMALL, QUEUED))

    def forget() -> None:
        outcomes.effects.cache_clear()
        tabulate.effects_and_where.cache_clear()
        tabulate._levels.clear()

    forget()
    yield
    forget()


def test_the_shipped_ones_by_hand(history: History) -> None:
    table = dict(zip(OUTCOMES, outcome_counts(history, COUNTED, MONTHS, POPULATION).tolist(), strict=True))
    assert {name: table[name] for name in BY_HAND} == BY_HAND


def test_new_ones_by_hand_and_the_others_as_before(history: History, more: None) -> None:
    names = [outcome.name for outcome in outcomes.DECLARED]
    for table in (outcome_counts(history, COUNTED, MONTHS, POPULATION), tabulate.tables(history, COUNTED, MONTHS, POPULATION)[0]):
        counted = dict(zip(names, table.tolist(), strict=True))
        assert {name: counted[name] for name in (*BY_HAND, *DERIVED)} == BY_HAND | DERIVED


def test_new_ones_in_groups(history: History, more: None) -> None:
    groups = group_counts(history, COUNTED, MONTHS, POPULATION)
    assert np.array_equal(groups, tabulate.tables(history, COUNTED, MONTHS, POPULATION)[1])
    first = {group: sum(len(names) for names in list(GROUPS.values())[:k]) for k, group in enumerate(GROUPS)}
    small, queued = len(DECLARED), len(DECLARED) + 1
    by_size = groups[first["size"] : first["size"] + len(SIZES), :, -1]
    assert by_size[:, small].tolist() == [1, 1, 0, 0, 0]
    assert by_size[:, queued].tolist() == [0, 1, 0, 0, 0]
    by_route = groups[first["route"] :, :, -1]
    assert by_route[:, small].tolist() == [1, 0, 0, 1]
    assert not by_route[:, queued].any(), "a firm that waits has no route yet"


def test_what_can_fall_is_a_stock() -> None:
    assert {"operating", "operating_own"} <= set(STOCKS)
    assert not {"decided", "launched", "launched_own"} & set(STOCKS)
    assert QUEUED.is_stock
    assert not SMALL.is_stock


@pytest.mark.parametrize(
    ("routes", "firms", "named"),
    [
        (("lottery",), {}, "lottery"),
        (None, {"size": ("huge",)}, "huge"),
        (None, {"colour": ("red",)}, "colour"),
        (None, {"route": ("own",)}, "route"),
    ],
)
def test_what_does_not_exist_is_refused(routes: tuple[str, ...] | None, firms: dict[str, tuple[str, ...]], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Outcome("wrong", "wrong", {Event.LAUNCHED: 1}, routes, firms)


def test_names_are_columns() -> None:
    assert len(set(OUTCOMES)) == len(OUTCOMES)
    assert all(name.isidentifier() for name in OUTCOMES)
