"""What changes in a replicate; the buffers are made once and used again by every replicate of a thread."""

from __future__ import annotations

import threading
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from aixsim.core.problem import Milieus, Problem
from aixsim.engines.layout import N_SIZES, Array

FIRM = np.dtype(
    [
        ("exposure", np.int64, (3,)),
        ("tie_pressure", np.int64),
        ("next", np.int32),
        ("slot", np.int32),
        ("place", np.int32),
        ("episode", np.int32),
        ("stage", np.int8),
        ("route", np.int8),
        ("seen", np.int8),
        ("shown", np.int8),
        ("stale", np.bool_),
    ],
    align=True,
)
"""State of a firm, within one line of the processor's cache: ``exposure`` counts weighted partners seen launched, operating,
disappointing; ``tie_pressure`` as of the end of its last time among the active; ``next`` links the lists of what is due; ``slot`` is one
more than its place among the active, ``place`` its place among the waiting; ``shown`` is what others have been told of ``seen``."""

QUEUE = np.dtype([("at", np.int64), ("end", np.int64), ("bound", np.int64)], align=True)
"""The firms of a milieu that decide next: from ``at`` to ``end`` in ``State.queued``, all with thresholds up to ``bound``."""


WAITING = np.dtype(
    [
        ("pressure", np.int64),
        ("threshold", np.int64),
        ("firm", np.int32),
        ("since", np.int32),
        ("refusals", np.int32),
        ("refused", np.int32),
        ("size", np.int32),
    ],
    align=True,
)
"""A firm that has decided and is not funded; ``refused`` is the month of the last refusal."""

APPLICANT = np.dtype(
    [
        ("points", np.float64),
        ("grant", np.int64),
        ("firm", np.int32),
        ("member", np.bool_),
        ("regional", np.bool_),
        ("funded", np.bool_),
    ],
    align=True,
)
"""An applicant of a call; ``points`` count downwards, so that the best comes first."""

SEEN_IN_CELL = np.dtype([("seen", np.int64, (3,)), ("is_stale", np.bool_)], align=True)
"""Firms of a cell seen launched, operating, disappointing; and whether that has changed since its milieus sensed it."""

TALLY = np.dtype(
    [
        ("events", np.int64),
        ("operated", np.int64),
        ("active", np.int64),
        ("waiting", np.int64),
        ("stale", np.int64),
        ("changed", np.int64),
        ("stale_cells", np.int64),
        ("attraction", np.float64, (N_SIZES,)),
        ("own", np.int64, (N_SIZES,)),
    ],
    align=True,
)
"""Events noted, factories that ever operated, lengths of lists; and by size class the month's attraction and pressure to pay oneself."""

STALE, CHANGED, STALE_CELLS, REACHED = range(4)
"""Rows of ``State.lists``: firms whose hazard must be taken again, firms that look different since the start of the
month, cells whose milieus must sense again, and places of active firms whose threshold is reached."""

CONTRACT, PROJECT, PAUSE = range(3)
"""Rows of ``State.due``."""


class State(NamedTuple):
    """Shapes: n firms, G milieus, C cells, T months. Active firms are potential ones with exposures of their own."""

    tally: Array
    """TALLY (1,)."""
    firm: Array
    """FIRM (n,)."""
    bits: Array
    """uint64 (ceil(n / 2), 2), of the first resistances."""
    pressure: Array
    """int64 (G,)."""
    hazard: Array
    """float64 (G,), 1/month, of the milieu mechanisms."""
    trigger: Array
    """int64 (G,), pressure at which somebody may decide or more firms must be looked at."""
    queue: Array
    """QUEUE (G,)."""
    queued: Array
    """int32 (n,)."""
    needed: Array
    """int64 (n,), thresholds of ``queued``."""
    cell: Array
    """SEEN_IN_CELL (C,)."""
    lists: Array
    """int32 (4, n + 1); no list is longer than there are firms."""
    due: Array
    """int32 (3, T), first firm for whom something is due in a month; -1 for none."""
    active: Array
    """int32 (n,), without gaps; what belongs to it is apart, because every month goes through all of it."""
    active_milieu: Array
    active_size: Array
    active_hazard: Array
    """float64 (n,), 1/month, of the tie mechanisms."""
    active_pressure: Array
    active_threshold: Array
    waiting: Array
    """WAITING (n,), without gaps."""
    applicant: Array
    """APPLICANT (n,)."""
    events: Array
    """int32 (4, room): month, event, firm, route."""


_EVERY_FIRM = 2**62
"""More events than any room holds: what was in the buffers is unknown, and every firm must be cleared."""

_buffers = threading.local()


def fresh_state(problem: Problem, room: int) -> State:
    """Returns the state before anything has happened, in buffers that belong to this thread and problem.

    Args:
        problem: whose sizes count.
        room: for events, at least.
    """
    if not hasattr(_buffers, "states"):
        _buffers.states = WeakKeyDictionary[Milieus, State]()
    states = _buffers.states
    state = states.get(problem.milieus)
    if state is None or state.due.shape[1] != problem.horizon.n_months:
        state = states[problem.milieus] = _allocate(problem, room)
    if state.events.shape[1] < room:
        state = states[problem.milieus] = state._replace(events=np.empty((4, room), np.int32))
        state.tally["events"] = _EVERY_FIRM
    return state


def _allocate(problem: Problem, room: int) -> State:
    n, n_milieus, n_cells = len(problem.population), len(problem.milieus.cell), len(problem.milieus.cell_firms)
    tally = np.zeros(1, TALLY)
    tally["events"] = _EVERY_FIRM
    return State(
        tally=tally,
        firm=np.empty(n, FIRM),
        bits=np.empty(((n + 1) // 2, 2), np.uint64),
        pressure=np.empty(n_milieus, np.int64),
        hazard=np.empty(n_milieus),
        trigger=np.empty(n_milieus, np.int64),
        queue=np.empty(n_milieus, QUEUE),
        queued=np.empty(n, np.int32),
        needed=np.empty(n, np.int64),
        cell=np.empty(n_cells, SEEN_IN_CELL),
        lists=np.empty((4, n + 1), np.int32),
        due=np.empty((3, problem.horizon.n_months), np.int32),
        active=np.empty(n, np.int32),
        active_milieu=np.empty(n, np.int32),
        active_size=np.empty(n, np.int8),
        active_hazard=np.empty(n),
        active_pressure=np.empty(n, np.int64),
        active_threshold=np.empty(n, np.int64),
        waiting=np.empty(n, WAITING),
        applicant=np.empty(n, APPLICANT),
        events=np.empty((4, room), np.int32),
    )
