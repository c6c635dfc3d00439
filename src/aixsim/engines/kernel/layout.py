"""How the kernel sees the world: few plain arrays, prepared once for a problem.

What belongs together is one record: a firm is read whole, and a function that is handed five arrays compiles sooner than one with fifty.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from aixsim.engines.kernel.large_pages import side_by_side, whole_lines
from aixsim.model.funding import log_employees
from aixsim.model.problem import Problem
from aixsim.model.senses import senses
from aixsim.world.classification import CAPITAL, PARTS, POLE_INDEX, POLES

Array = Any
"""A NumPy array; the compiled code fixes its type."""

N_PROVINCES, N_SECTORS, N_SIZES, N_TYPES, N_ROUTES = PARTS
N_POLES = len(POLES)
SENSES = tuple(sense for sense in senses().values() if sense.values is not None)
"""What milieus sense that is no matter of what firms have done, in the order of ``World.column``."""

SITE = whole_lines(
    [
        ("log_employees", np.float64),
        ("start", np.int64),
        ("stop", np.int64),
        ("milieu", np.int32),
        ("customers", np.int32),
        ("suppliers", np.int32),
        ("siblings", np.int32),
        ("large_customers", np.int32),
        ("park", np.int16),
        ("size", np.int8),
        ("province", np.int8),
        ("sector", np.int8),
        ("agent_type", np.int8),
        ("pole", np.int8),
        ("tier", np.int8),
        ("ready", np.int8),
        ("regional", np.bool_),
    ]
)
"""What a firm is, together in memory because it is read together; ``start`` and ``stop`` enclose who sees it in
``World.watcher``."""

MILIEU = np.dtype(
    [
        ("first", np.int64),
        ("stop", np.int64),
        ("cell", np.int32),
        ("alike", np.int32),
        ("park", np.int16),
        ("province", np.int8),
        ("sector", np.int8),
    ],
    align=True,
)
"""What a milieu is; ``first`` and ``stop`` enclose its firms in ``World.firms``; ``alike`` is the first milieu of its cell that senses the
same, which may be itself."""

CELL = np.dtype([("first", np.int64), ("stop", np.int64), ("firms", np.int64)], align=True)
"""A circle of peers: its milieus, and how many firms are in them."""


class World(NamedTuple):
    """What stays the same in every replicate. Shapes: n firms, G milieus, C cells, m directed ties."""

    site: Array
    """SITE (n,)."""
    firms: Array
    """int32 (n,), firms sorted by milieu."""
    milieu_of: Array
    """int32 (n,)."""
    kind_of: Array
    """int8 (n,), twice the size class and one more for a ready site."""
    milieu: Array
    """MILIEU (G,), sorted by cell."""
    column: Array
    """int32 (G + 1, number of ``SENSES``), where each sense of a milieu stands in ``Inputs.sensed``; there the first column is 0, for
    those who sense nothing, such as the last row."""
    readers: Array
    """int32, milieus by the columns that they read."""
    reader_first: Array
    """int64 (V + 1,), borders of the columns in ``readers``."""
    cell: Array
    """CELL (C,)."""
    watcher: Array
    """int32 (m,), who sees a firm: its suppliers, its customers, its siblings, firm by firm."""


_worlds: WeakKeyDictionary[Any, World] = WeakKeyDictionary()


def world_of(problem: Problem) -> World:
    """Returns the arrays of a problem, made when it is first asked for."""
    milieus = problem.milieus
    if milieus not in _worlds:
        _worlds[milieus] = _prepare(problem)
    return _worlds[milieus]


def columns_of(problem: Problem) -> list[slice]:
    """Returns the columns of each of ``SENSES`` in ``Inputs.sensed``; the first column belongs to none."""
    sizes = [math.prod(sense.shape(len(problem.population.parks))) for sense in SENSES]
    stops = 1 + np.cumsum(sizes)
    return [slice(int(stop) - size, int(stop)) for size, stop in zip(sizes, stops, strict=True)]


def _prepare(problem: Problem) -> World:
    population, network, milieus = problem.population, problem.network, problem.milieus
    n, n_milieus, n_cells = len(population), len(milieus.cell), len(milieus.cell_firms)
    arrays = side_by_side(
        site=(SITE, n),
        firms=(np.int32, n),
        milieu_of=(np.int32, n),
        kind_of=(np.int8, n),
        milieu=(MILIEU, n_milieus),
        cell=(CELL, n_cells),
        watcher=(np.int32, len(network.partner)),
    )
    site, milieu, cell = arrays["site"], arrays["milieu"], arrays["cell"]
    site["start"], site["stop"] = network.start[:-1], network.start[1:]
    site["milieu"] = milieus.of_firm
    row = np.repeat(np.arange(n), np.diff(network.start))
    n_kind = np.bincount(row * 3 + network.kind, minlength=3 * n).reshape(n, 3)
    for kind, name in enumerate(("customers", "suppliers", "siblings")):
        site[name] = n_kind[:, kind]
    to_large = (network.kind == 0) & (population.agent_type[network.partner] == 0)
    site["large_customers"] = np.bincount(row[to_large], minlength=n)
    for name in ("park", "size", "province", "sector", "agent_type", "tier", "ready"):
        site[name] = getattr(population, name)
    site["pole"] = np.array(POLE_INDEX)[population.province]
    site["regional"] = site["pole"] != CAPITAL
    sizes, of_firm = np.unique(population.employees, return_inverse=True)
    site["log_employees"] = np.array([log_employees(int(size)) for size in sizes])[of_firm]

    ends = np.cumsum(np.bincount(milieus.of_firm, minlength=n_milieus))
    milieu["first"][1:], milieu["stop"] = ends[:-1], ends
    for name in ("cell", "park", "province", "sector"):
        milieu[name] = getattr(milieus, name)
    borders = np.searchsorted(milieus.cell, np.arange(n_cells + 1))
    cell["first"], cell["stop"], cell["firms"] = borders[:-1], borders[1:], milieus.cell_firms
    # To a customer a firm is a supplier, and the other way round; siblings are siblings.
    as_seen = np.array([1, 0, 2], np.int32)[network.kind]
    order = np.argsort(3 * row + as_seen, kind="stable")  # faster than lexsort, since rows are in order already
    column = np.zeros((n_milieus + 1, len(SENSES)), np.int32)
    for number, (sense, at) in enumerate(zip(SENSES, columns_of(problem), strict=True)):
        place = sense.place(milieus, len(problem.population.parks))
        column[:-1, number] = np.where(place >= 0, at.start + place, 0)
    # Milieus of a cell see the same peers; those that read the same columns as well have the same hazard.
    _, first, alike = np.unique(np.column_stack([milieus.cell, column[:-1]]), axis=0, return_index=True, return_inverse=True)
    milieu["alike"] = first[alike.ravel()]
    reads = column[:-1].ravel()
    readers = np.argsort(reads, kind="stable")
    arrays["firms"][:] = np.argsort(milieus.of_firm, kind="stable")
    arrays["milieu_of"][:], arrays["kind_of"][:] = milieus.of_firm, population.size_and_readiness
    arrays["watcher"][:] = network.partner[order]
    return World(
        **arrays,
        column=column,
        readers=(readers // len(SENSES)).astype(np.int32),
        reader_first=np.searchsorted(reads[readers], np.arange(columns_of(problem)[-1].stop + 1)),
    )
