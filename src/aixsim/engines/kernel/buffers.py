"""The memory of a replicate: made once, and used again by every replicate of a thread."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

import numpy as np

from aixsim.engines.kernel.large_pages import side_by_side
from aixsim.engines.kernel.layout import Array, world_of
from aixsim.engines.kernel.state import CLOCK, EVENT, FIRM, GROUP, LIFE, SEEN_IN_CELL, TALLY, TIE, WAITING, Ranking, State
from aixsim.model.problem import Milieus, Problem
from aixsim.world.arrays import read_only

_buffers = threading.local()


def fresh_state(problem: Problem, frailty: Array, room: int) -> tuple[State, Ranking]:
    """Returns the state before anything has happened and the ranking, in buffers that belong to this thread and problem.

    Args:
        problem: whose sizes count.
        frailty: float64 (n,), of the scenario; in law of mean 1.
        room: for events, at least.
    """
    if not hasattr(_buffers, "kept"):
        _buffers.kept = WeakKeyDictionary[Milieus, tuple[State, Ranking]]()
    kept = _buffers.kept
    state, ranking = kept.get(problem.milieus, (None, None))
    if state is None or state.due.shape[1] != problem.horizon.n_months:
        state, ranking = _allocate(problem, room), _ranking(len(problem.population))
    if len(state.event) < room:
        state = state._replace(event=np.empty(room, EVENT))
    kept[problem.milieus] = state, ranking
    # Read-only also where a lever has put one of its own: compiled code takes the two for different types.
    return state._replace(frailty=read_only(frailty)), ranking


def _allocate(problem: Problem, room: int) -> State:
    n, n_milieus, n_cells = len(problem.population), len(problem.milieus.cell), len(problem.milieus.cell_firms)
    n_months = problem.horizon.n_months
    arrays = side_by_side(
        tally=(TALLY, 1),
        clock=(CLOCK, n_months + 1),
        slot_of=(np.int32, n),
        tie=(TIE, n),
        firm=(FIRM, n),
        life=(LIFE, n),
        wake=(np.int16, n),
        next_in_milieu=(np.int32, n),
        bits=(np.uint64, n + n % 2),
        group=(GROUP, n_milieus),
        milieu_wake=(np.int16, n_milieus),
        queued=(np.int32, n),
        needed=(np.int64, n),
        cell=(SEEN_IN_CELL, n_cells),
        lists=(np.int32, 4, n + 1),
        due=(np.int32, 3, n_months),
        waiting=(WAITING, 2 * n),
        contracts=(np.int32, n),
        queue=(np.int32, n),
    )
    arrays["slot_of"][:] = -1
    arrays["group"]["size"] = problem.milieus.size
    return State(
        **arrays, site=world_of(problem).site, frailty=np.zeros(0), unit=arrays["bits"].view(np.float64), event=np.empty(room, EVENT)
    )


def _ranking(n: int) -> Ranking:
    points = np.empty((2, n), np.uint64)
    return Ranking(
        firm=np.empty((2, n), np.int32),
        slot=np.empty(n, np.int32),
        points=points,
        as_number=points.view(np.float64),
        grant=np.empty(n, np.int64),
        is_marked=np.empty((3, n), np.bool_),
        count=np.empty(2048, np.int32),
    )
