"""What changes in a replicate; the buffers are made once and used again by every replicate of a thread."""

from __future__ import annotations

import threading
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from aixsim.core.problem import Milieus, Problem
from aixsim.engines.layout import Array

N_EVENTS, N_OPERATED, N_ACTIVE, N_WAITING, N_STALE, N_CHANGED, N_CELLS = range(7)
"""Places of the counters in ``State.number``: events noted, factories that ever operated, and lengths of lists."""

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


class Active(NamedTuple):
    """Potential firms with exposures of their own, without gaps; SoA because every month goes through all of them."""

    firm: Array
    milieu: Array
    size: Array
    hazard: Array
    """1/month, of the tie mechanisms, from what its partners showed at the start of the month."""
    pressure: Array
    threshold: Array


class Waiting(NamedTuple):
    """Firms that have decided and are not funded, without gaps."""

    firm: Array
    size: Array
    since: Array
    refusals: Array
    refused: Array
    """Month of the last refusal."""
    pressure: Array
    threshold: Array


class State(NamedTuple):
    """Shapes: n firms, G milieus, C cells, T months."""

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
    cells: Array
    """int64 (C, 3), firms of a cell seen launched, operating, disappointing."""
    cell_is_stale: Array
    stale_cells: Array
    stale: Array
    """int32 (n,), firms whose hazard must be taken again."""
    changed: Array
    """int32, firms that look different since the start of the month."""
    contract: Array
    """int32 (T,), first firm whose contract is due; -1 for none."""
    project: Array
    pause: Array
    attraction: Array
    """float64 (5,), economic attraction this month by size class."""
    own: Array
    """int64 (5,), pressure of this month to pay oneself, by size class."""
    applicants: Array
    points: Array
    grants: Array
    flags: Array
    """bool (3, n): member, regional, funded; of ranked applicants."""
    number: Array
    events: Array
    """int32 (4, room): month, event, firm, route."""
    active: Active
    waiting: Waiting


class Money(NamedTuple):
    """Where the money is, int64 ``(K, Y)`` by pot and year."""

    budget: Array
    left: Array
    applicants: Array
    funded: Array


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
    if state is None or len(state.contract) != problem.horizon.n_months:
        state = states[problem.milieus] = _allocate(problem, room)
    if state.events.shape[1] < room:
        state = states[problem.milieus] = state._replace(events=np.empty((4, room), np.int32))
        state.number[:] = _EVERY_FIRM
    return state


def _allocate(problem: Problem, room: int) -> State:
    n, n_milieus, n_cells = len(problem.population), len(problem.milieus.cell), len(problem.milieus.cell_firms)
    months = [np.empty(problem.horizon.n_months, np.int32) for _ in range(3)]
    return State(
        firm=np.empty(n, FIRM),
        bits=np.empty(((n + 1) // 2, 2), np.uint64),
        pressure=np.empty(n_milieus, np.int64),
        hazard=np.empty(n_milieus),
        trigger=np.empty(n_milieus, np.int64),
        queue=np.empty(n_milieus, QUEUE),
        queued=np.empty(n, np.int32),
        needed=np.empty(n, np.int64),
        cells=np.empty((n_cells, 3), np.int64),
        cell_is_stale=np.empty(n_cells, np.bool_),
        stale_cells=np.empty(n_cells, np.int32),
        stale=np.empty(n, np.int32),
        # A firm changes twice in one month at most: launched and at once operating or failed.
        changed=np.empty(2 * n, np.int32),
        contract=months[0],
        project=months[1],
        pause=months[2],
        attraction=np.empty(5),
        own=np.empty(5, np.int64),
        applicants=np.empty(n, np.int32),
        points=np.empty(n),
        grants=np.empty(n, np.int64),
        flags=np.empty((3, n), np.bool_),
        number=np.full(7, _EVERY_FIRM, np.int64),
        events=np.empty((4, room), np.int32),
        active=Active(
            firm=np.empty(n, np.int32),
            milieu=np.empty(n, np.int32),
            size=np.empty(n, np.int8),
            hazard=np.empty(n),
            pressure=np.empty(n, np.int64),
            threshold=np.empty(n, np.int64),
        ),
        waiting=Waiting(
            firm=np.empty(n, np.int32),
            size=np.empty(n, np.int8),
            since=np.empty(n, np.int32),
            refusals=np.empty(n, np.int32),
            refused=np.empty(n, np.int32),
            pressure=np.empty(n, np.int64),
            threshold=np.empty(n, np.int64),
        ),
    )
