"""Whether both engines say the same, and if not, where they part first."""

from __future__ import annotations

import numpy as np

from aixsim.model.history import Event, History
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.tabulation import group_counts


def first_difference(a: History, b: History, problem: Problem, scenario: Scenario) -> str | None:
    """Returns the first thing in which two histories of a replicate differ, in words; None when they are identical.

    Compares every event of every firm, every firm's pressure to the last bit, the money, and the tables made of them.
    """
    events, others = a.canonical(), b.canonical()
    if not np.array_equal(events, others):
        shorter = min(len(events), len(others))
        parted = np.flatnonzero((events[:shorter] != others[:shorter]).any(axis=1))
        at = int(parted[0]) if len(parted) else shorter
        return " against ".join(_event(rows, at, problem) for rows in (events, others))
    if not np.array_equal(a.pressure, b.pressure):
        firm = int(np.flatnonzero(a.pressure != b.pressure)[0])
        return f"pressure of firm {firm}: {a.pressure[firm]} against {b.pressure[firm]} units"
    if a.decisions != b.decisions:
        return f"decisions on rules: {a.decisions} against {b.decisions}"
    for name in ("lines", "budget", "spent", "applicants", "funded", "repaid", "paid"):
        if not np.array_equal(getattr(a, name), getattr(b, name)):
            return f"{name}: {getattr(a, name)} against {getattr(b, name)}"
    table, other = (group_counts(history, scenario.counts, problem.horizon.n_months, problem.population) for history in (a, b))
    return None if np.array_equal(table, other) else "the tables made of equal events"


def _event(rows: np.ndarray[tuple[int, ...], np.dtype[np.int32]], at: int, problem: Problem) -> str:
    if at == len(rows):
        return "nothing more"
    month, firm, event, _ = (int(value) for value in rows[at])
    return f"firm {firm} {Event(event).name.lower().replace('_', ' ')} in {problem.horizon.date(month):%Y-%m}"
