"""How the kernel sees a scenario: few plain arrays, as those of the world in ``layout``."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from aixsim.engines.kernel.compile import laws_of, record_by_name
from aixsim.engines.kernel.layout import (
    N_POLES,
    N_PROVINCES,
    N_ROUTES,
    N_SECTORS,
    N_SIZES,
    N_TYPES,
    SENSES,
    Array,
    columns_of,
)  # fmt: skip
from aixsim.engines.kernel.records import fill, record
from aixsim.model.catalogue import SECTIONS as SECTION_CLASSES
from aixsim.model.history import PAYERS
from aixsim.model.problem import Problem
from aixsim.model.programme_kinds import programme_kinds
from aixsim.model.scenario import Scenario
from aixsim.world.classification import TIERS

KINDS = tuple(programme_kinds().values())

LINE = np.dtype(
    [
        ("lag", np.int64),
        ("instalments", np.int64),
        ("route", np.int8),
        ("carries", np.bool_),
        ("tenants_only", np.bool_),
        ("matches", np.bool_),
        ("share", np.float64, (N_SIZES,)),
        ("kind", np.int8),
        ("terms", record_by_name({kind.name: kind.parameters for kind in KINDS})),
        ("size", np.int8, (N_SIZES,)),
        ("province", np.int8, (N_PROVINCES,)),
        ("sector", np.int8, (N_SECTORS,)),
        ("agent_type", np.int8, (N_TYPES,)),
    ],
    align=True,
)
"""The rules of a line, as in ``model.scenario.FundingLine``: its kind by the position in ``KINDS``, and who may apply as 0 or 1, for
Numba knows no rows of truth values in a record."""

YEAR_OF_LINE = np.dtype(
    [("budget", np.int64), ("repaid", np.int64), ("applicants", np.int64), ("funded", np.int64), ("grant", np.int64, (N_SIZES,))],
    align=True,
)
"""A line in one year: budget, what has come back, and grants, in won."""


class FundingLines(NamedTuple):
    """Public money. Shapes: K lines, Y years (of the horizon, and those after it that instalments reserve), T months."""

    rules: Array
    """LINE (K,)."""
    calls: Array
    """bool (K, T)."""
    quota: Array
    """float64 (K, T)."""
    floor: Array
    """float64 (K, T)."""
    change: Array
    """int64 (K, Y), won by which a year's budget changes when the year begins."""
    year: Array
    """YEAR_OF_LINE (K, Y)."""
    left: Array
    """int64 (K, Y), unspent, in won; apart, because awards take it whole."""
    paid: Array
    """int64 (Y, 4, 3), what is promised for projects by route and by ``history.PAYERS``, in won."""
    lot: Array
    """float64 (K,), sum of the chances by which a sample awards what is left below one grant."""


@cache
def _laws(level: str) -> list[Any]:
    # Asked once: what CASE has room for must not change with the plugins in use.
    return list(laws_of(level))


SECTIONS = ("sensing", "economics", "funding", "implementation", "matching", "reuse", "adequacy")
"""Sections whose parameters the kernel reads: attributes of a scenario, and fields of CASE."""

CASE = np.dtype(
    [
        ("seed", np.uint64),
        ("replicate", np.uint64),
        ("scale", np.float64),
        ("initial_adopters", np.int64),
        ("park_duration_factor", np.float64),
        ("zone_duration_factor", np.float64),
        ("park_cost_share", np.float64),
        ("park_staff_share", np.float64),
        ("matches", np.bool_),
        ("is_limited", np.bool_),
        ("log_mean_employees", np.float64, (N_SIZES,)),
        ("class_factor", np.float64, (2 * N_SIZES,)),
        ("own_burden", np.float64, (N_SIZES,)),
        *((name, record(SECTION_CLASSES[name])) for name in SECTIONS),
        *((f"{level}_active", np.int8, (max(len(_laws(level)), 1),)) for level in ("milieu", "tie")),
        ("laws", record_by_name({law.name: law.parameters for level in ("milieu", "tie") for law in _laws(level)})),
    ],
    align=True,
)
"""The numbers of a scenario, named as there; which laws of a level are active (0 or 1), and the parameters of all laws by name."""

MONTH = np.dtype(
    [
        ("climate_index", np.float64),
        ("support", np.float64, (N_SIZES,)),
        ("own_rate", np.float64, (N_SIZES,)),
        ("credit", np.float64, (N_POLES,)),
        ("tie_factor", np.float64, (TIERS,)),
        ("year", np.int64),
        ("room", np.int64),
        ("cells_differ", np.bool_),
        ("ties_change", np.bool_),
    ],
    align=True,
)
"""What a scenario holds for a month; ``year`` is its position among the years of the horizon; the last two say whether ties press
differently in some cell, and whether tie factors differ from the month before."""

MODEL = np.dtype([("start", np.int64), ("stop", np.int64), ("first", np.int64), ("last", np.int64), ("lead", np.int32)], align=True)
"""A collaboration model and its time; ``first`` and ``last`` enclose its firms in ``Inputs.members``."""


UPLIFT = np.dtype([("month", np.int64), ("factor", np.float64), ("firm", np.int32), ("equips", np.bool_)], align=True)
"""As in ``model.uplift``."""


class Inputs(NamedTuple):
    """The arrays of a scenario. Shapes: n firms, T months, P parks, C collaboration models, V values that milieus sense."""

    case: Array
    """CASE (1,)."""
    month: Array
    """MONTH (T,)."""
    park_open: Array
    """int64 (P,)."""
    park_close: Array
    """int64 (P,)."""
    sensed: Array
    """float64 (T, V), what milieus sense beside their peers, in the columns that ``World.column`` says."""
    new_first: Array
    """int64 (T + 1,), borders of the months in ``new_column``."""
    new_column: Array
    """int64, columns of ``sensed`` that differ from the month before."""
    model: Array
    """MODEL (C,)."""
    model_of: Array
    """int32 (n,)."""
    members: Array
    """int32, firms of all collaboration models."""
    priority: Array
    """float64 (T, 17, 23)."""
    zone: Array
    """float64 (T, 17, 23)."""
    cell_tie_factor: Array
    """float64 (T, 17, 23)."""
    uplift: Array
    """UPLIFT (k,), by month."""


def lines_of(scenario: Scenario, problem: Problem) -> FundingLines:
    """Returns the lines of a scenario; the kernel spends from them.

    Raises:
        ValueError: a line is of a kind that the compiled code does not know.
    """
    n_lines, n_months, in_horizon = len(scenario.lines), problem.horizon.n_months, len(problem.horizon.years)
    n_years = in_horizon + max((len(line.beyond) for line in scenario.lines), default=0)
    rules, year = np.zeros(n_lines, LINE), np.zeros((n_lines, n_years), YEAR_OF_LINE)
    calls, left = np.zeros((n_lines, n_months), np.bool_), np.zeros((n_lines, n_years), np.int64)
    quota, floor, change = np.zeros((n_lines, n_months)), np.zeros((n_lines, n_months)), np.zeros((n_lines, n_years), np.int64)
    for k, line in enumerate(scenario.lines):
        for name in ("lag", "instalments", "route", "carries", "matches", "share", "size", "province", "sector", "agent_type"):
            rules[name][k] = getattr(line, name)
        rules["tenants_only"][k] = line.park_tenants_only
        if line.kind not in KINDS:
            raise ValueError(f"the kernel was made without the kind of programme {line.kind.name!r}")
        rules["kind"][k] = KINDS.index(line.kind)
        fill(rules["terms"][line.kind.name][k : k + 1], line.terms)
        year["budget"][k, : in_horizon + len(line.beyond)] = np.concatenate([line.budget, line.beyond])
        year["grant"][k, :in_horizon], change[k, :in_horizon], left[k] = line.grant, line.change, year["budget"][k]
        calls[k], quota[k], floor[k] = line.calls, line.quota, line.floor
    paid, lot = np.zeros((n_years, N_ROUTES, len(PAYERS)), np.int64), np.array([line.lot for line in scenario.lines], np.float64)
    return FundingLines(rules, calls, quota, floor, change, year, left, paid, lot)


def go_on_with(scenario: Scenario, problem: Problem, lines: FundingLines) -> None:
    """Gives lines, from which money has been spent, what another scenario of the replicate plans for them."""
    planned = lines_of(scenario, problem)
    for name in ("quota", "floor", "change"):
        getattr(lines, name)[:] = getattr(planned, name)
    lines.year["grant"] = planned.year["grant"]


def inputs_of(scenario: Scenario, problem: Problem) -> Inputs:
    """Returns the arrays of a scenario."""
    model = np.zeros(len(scenario.model_lead), MODEL)
    members = np.flatnonzero(scenario.model_of >= 0)
    members = members[np.argsort(scenario.model_of[members], kind="stable")].astype(np.int32)
    borders = np.searchsorted(scenario.model_of[members], np.arange(len(model) + 1))
    model["lead"], model["start"], model["stop"] = scenario.model_lead, scenario.model_start, scenario.model_stop
    model["first"], model["last"] = borders[:-1], borders[1:]
    sensed = sensed_of(scenario, problem)
    new_month, new_column = np.nonzero(sensed[1:] != sensed[:-1])
    uplift = np.zeros(len(scenario.uplifts), UPLIFT)
    for name in UPLIFT.names or ():
        uplift[name] = getattr(scenario.uplifts, name)
    return Inputs(
        case=case_of(scenario),
        month=months_of(scenario, problem),
        park_open=scenario.park_open,
        park_close=scenario.park_close,
        sensed=sensed,
        new_first=np.searchsorted(new_month, np.arange(-1, problem.horizon.n_months)),
        new_column=np.ascontiguousarray(new_column),
        model=model,
        model_of=scenario.model_of,
        members=members,
        priority=scenario.priority,
        zone=scenario.zone,
        cell_tie_factor=scenario.cell_tie_factor,
        uplift=uplift,
    )


def sensed_of(scenario: Scenario, problem: Problem) -> Array:
    """Returns what milieus sense beside their peers, float64 ``(T, V)``; 0 for what no active mechanism senses."""
    columns = columns_of(problem)
    sensed = np.zeros((problem.horizon.n_months, columns[-1].stop))
    wanted = {mechanism.senses for mechanism, _ in scenario.mechanisms}
    for sense, place in zip(SENSES, columns, strict=True):
        if sense.name in wanted:
            sensed[:, place] = sense.table(scenario, problem).reshape(len(sensed), -1)
    return sensed


def case_of(scenario: Scenario) -> Array:
    """Returns the numbers of a scenario, CASE ``(1,)``."""
    case = np.zeros(1, CASE)
    for name in (
        "seed", "replicate", "scale", "initial_adopters", "park_duration_factor", "zone_duration_factor", "own_burden",
        "park_cost_share", "park_staff_share", "matches", "is_limited", "log_mean_employees",
    ):  # fmt: skip
        case[name] = getattr(scenario, name)
    case["class_factor"] = scenario.class_factor.ravel()
    for name in SECTIONS:
        fill(case[name], getattr(scenario, name))
    stated = {mechanism.name: p for mechanism, p in scenario.mechanisms}
    for level in ("milieu", "tie"):
        for number, mechanism in enumerate(_laws(level)):
            if mechanism.name in stated:
                case[f"{level}_active"][0, number] = True
                fill(case["laws"][mechanism.name], stated[mechanism.name])
    return case


def months_of(scenario: Scenario, problem: Problem) -> Array:
    """Returns what a scenario holds month by month, MONTH ``(T,)``."""
    month = np.zeros(problem.horizon.n_months, MONTH)
    for name in ("climate_index", "room", "support", "own_rate", "credit", "tie_factor"):
        month[name] = getattr(scenario, name)
    month["year"] = problem.horizon.month_years
    month["cells_differ"] = (scenario.cell_tie_factor != 1.0).any(axis=(1, 2))
    month["ties_change"] = _changes(scenario.tie_factor) | _changes(scenario.cell_tie_factor)
    return month


def _changes(by_month: Array) -> Array:
    """Returns in which months something differs from the month before, bool ``(T,)``."""
    flat = by_month.reshape(len(by_month), -1)
    changes = np.zeros(len(flat), np.bool_)
    changes[1:] = (flat[1:] != flat[:-1]).any(axis=1)
    return changes
