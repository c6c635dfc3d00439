"""What changes in a replicate: its records, and the arrays that hold them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from aixsim.engines.kernel.large_pages import whole_lines
from aixsim.engines.kernel.layout import N_POLES, N_SIZES, Array

TIE = np.dtype(
    [("exposure", np.int64, (3,)), ("firm", np.int32), ("stage", np.int8), ("knows", np.int8), ("touched", np.bool_)], align=True
)
"""What others do to a firm: ``exposure`` counts weighted partners seen launched, operating, disappointing; ``touched`` says that it has
changed since the firm sensed it; ``knows`` is the solution of a partner in operation, as in ``model.reuse``."""

FIRM = whole_lines(
    [
        ("total", np.int64),
        ("tie_pressure", np.int64),
        ("rate", np.int64),
        ("threshold", np.int64),
        ("milieu", np.int32),
        ("model", np.int32),
        ("since", np.int16),
        ("size", np.int8),
        ("tier", np.int8),
        ("province", np.int8),
        ("sector", np.int8),
    ]
)
"""What makes a firm decide: ``total`` weight of its ties; ``tie_pressure`` as of the start of month ``since``, from when it grows by
``rate``; its collaboration model, -1 for none."""

LIFE = np.dtype(
    [
        ("susceptibility", np.float64),
        ("log_employees", np.float64),
        ("taken", np.int64),
        ("scope", np.float64),
        ("next", np.int32),
        ("place", np.int32),
        ("paid_by", np.int32),
        ("episode", np.int16),
        ("park", np.int16),
        ("contract", np.int16),
        ("room", np.int16),
        ("route", np.int8),
        ("seen", np.int8),
        ("shown", np.int8),
        ("agent_type", np.int8),
        ("pole", np.int8),
        ("regional", np.bool_),
    ],
    align=True,
)
"""What becomes of a firm that decides: ``next`` links the lists of what is due, ``place`` is among the waiting, ``paid_by`` is the line
that pays its project (-1: none), of which it has ``taken`` so many won, ``contract`` the month of its contract, ``shown`` is what others
have been told of ``seen``."""

GROUP = np.dtype(
    [
        ("pressure", np.int64),
        ("rate", np.int64),
        ("highest", np.int64),
        ("need", np.int64),
        ("bound", np.int64),
        ("at", np.int64),
        ("end", np.int64),
        ("first", np.int32),
        ("since", np.int16),
        ("size", np.int8),
    ],
    align=True,
)
"""A milieu: ``pressure`` as of the start of month ``since``, from when it grows by ``rate``, which firms expect not to exceed ``highest``.
The firms that decide next stand from ``at`` to ``end`` in ``State.queued``, all with thresholds up to ``bound``; ``need`` is the pressure
at which somebody may decide or more firms must be looked at. ``first`` is the slot of the first of its firms that are stepped singly."""

WAITING = np.dtype(
    [
        ("target", np.int64),
        ("cost", np.float64),
        ("means", np.float64),
        ("gives", np.int64),
        ("slot", np.int32),
        ("firm", np.int32),
        ("model", np.int32),
        ("since", np.int16),
        ("refusals", np.int16),
        ("refused", np.int16),
        ("park", np.int16),
        ("pole", np.int8),
        ("size", np.int8),
        ("province", np.int8),
        ("sector", np.int8),
        ("agent_type", np.int8),
        ("is_gone", np.bool_),
    ],
    align=True,
)
"""A firm that has decided and is not funded: it pays itself when ``TALLY.own_time`` of its
``pole`` and ``size`` reaches ``target``; ``refused`` is the month of the last refusal; ``cost`` of its project at the
start and ``means`` are known where some line pays a share of the cost, KRW bn; ``gives`` is what the call it applies to would give, in won.
What a call asks of a firm stands here too, so that all who wait are read in a row. Who waits no longer ``is_gone`` until the list is
closed up, when they are more than half of it."""

EVENT = np.dtype([("firm", np.int32), ("month", np.int16), ("event", np.int8), ("route", np.int8)], align=True)
"""As in ``model.history``."""

SEEN_IN_CELL = np.dtype([("seen", np.int64, (3,)), ("is_stale", np.bool_)], align=True)
"""Firms of a cell seen launched, operating, disappointing; and whether that has changed since its milieus sensed it."""

TALLY = np.dtype(
    [
        ("events", np.int64),
        ("operated", np.int64),
        ("expected", np.int64),
        ("slots", np.int64),
        ("filled", np.int64),
        ("waiting", np.int64),
        ("gone", np.int64),
        ("touched", np.int64),
        ("changed", np.int64),
        ("stale_cells", np.int64),
        ("uplift", np.int64),
        ("contracts", np.int64),
        ("queue_first", np.int64),
        ("queue_last", np.int64),
        ("room_used", np.int64),
        ("fetched", np.float64),
        ("own_time", np.int64, (N_POLES, N_SIZES)),
    ],
    align=True,
)
"""Events noted, factories that ever operated, how many of them the months ahead allow for, slots given away and filled, lengths of
lists, the next uplift, and the pressure to pay oneself since the start, in ``RATE_UNIT``, by pole and size class."""

CLOCK = np.dtype([("time", np.int64, (N_SIZES,)), ("fastest", np.float64, (N_SIZES,))], align=True)
"""By size class: economic time that has passed by the start of a month, and the most that a month from this one on lets pass."""

TOUCHED, CHANGED, STALE_CELLS, FOUND = range(4)
"""Rows of ``State.lists``: slots of firms whose partners or lead have changed, and of firms that look different since the
start of the month; cells whose milieus must sense again; and what must be looked at this month."""

CONTRACT, PROJECT, PAUSE = np.arange(3)
"""Rows of ``State.due``."""

NO_MONTH = 2**15 - 1
"""A month after all others."""


class State(NamedTuple):
    """Shapes: n firms, G milieus, C cells, T months.

    A firm that is only one of its milieu has no state of its own. One that sees a visible tie, belongs to a collaboration model, is
    uplifted, or decides, is given a *slot*, in the order of events: what is read often stays close together, and fits into the processor's
    cache, however large the country.

    ``wake`` and ``milieu_wake`` hold the first month in which somebody can decide: before it nobody looks.
    """

    tally: Array
    """TALLY (1,)."""
    clock: Array
    """CLOCK (T + 1,)."""
    site: Array
    """SITE (n,), of the world."""
    frailty: Array
    """float64 (n,), of the scenario."""
    slot_of: Array
    """int32 (n,), -1 for none."""
    tie: Array
    """TIE, by slot, as the next four; apart, because partners write to it and read nothing else."""
    firm: Array
    """FIRM."""
    life: Array
    """LIFE."""
    wake: Array
    """int16; apart, because every month goes through all of it."""
    next_in_milieu: Array
    """int32, the slot of another firm of the same milieu, -1 after the last; apart, so that a walk along it waits for no record."""
    bits: Array
    """uint64 (n or n + 1,), of the numbers in ``unit``."""
    unit: Array
    """float64, the same memory: the first resistances, as numbers in [1, 2)."""
    group: Array
    """GROUP (G,)."""
    milieu_wake: Array
    """int16 (G,)."""
    queued: Array
    """int32 (n,)."""
    needed: Array
    """int64 (n,), thresholds of ``queued``."""
    cell: Array
    """SEEN_IN_CELL (C,)."""
    lists: Array
    """int32 (4, n + 1); no list is longer than there are firms."""
    due: Array
    """int32 (3, T), first slot for which something is due in a month; -1 for none."""
    waiting: Array
    """WAITING (2 n,), in the order in which they began to wait; at most half of them are gone at the end of a month."""
    contracts: Array
    """int32 (n,), slots of the month's contracts whose projects have not started."""
    queue: Array
    """int32 (n,), slots of projects that wait for vendors and engineers, a ring."""
    event: Array
    """EVENT (room,)."""


class Ranking(NamedTuple):
    """Where calls are decided; of a replicate, but only while one lasts."""

    firm: Array
    """int32 (2, n), firms that apply; the second row is for sorting."""
    slot: Array
    """int32 (n,), their slots."""
    points: Array
    """uint64 (2, n), bits of what they are ranked by."""
    as_number: Array
    """float64 (2, n), the same memory."""
    grant: Array
    """int64 (n,), of the ranked."""
    is_marked: Array
    """bool (3, n): of the ranked, who is a member, who is regional, who is funded."""
    count: Array
    """int32 (2048,), for sorting."""
