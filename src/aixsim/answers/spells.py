"""When each firm was potential, from what happened: until it decides, and again after it has failed or withdrawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aixsim.model.history import Event, History
from aixsim.model.problem import Problem

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Spells:
    """Times in which firms were potential, by firm and then by month, shape ``(R,)`` each.

    Attributes:
        firm: who.
        episode: 0 for the first resistance of a firm, 1 for the second.
        first, last: months of the horizon, both included; -1 for the last month of those that decided before the start.
        decides: whether the firm decides in the last month; else the horizon ends.
    """

    firm: Ints
    episode: Ints
    first: Ints
    last: Ints
    decides: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.firm)

    def where(self, chosen: NDArray[np.bool_] | slice) -> Spells:
        """Returns some of them."""
        return Spells(*(getattr(self, name)[chosen] for name in ("firm", "episode", "first", "last", "decides")))


def spells_of(history: History, pause_months: int, problem: Problem) -> Spells:
    """Returns when each firm was potential: until it decides, and again ``pause_months`` after it has failed or withdrawn."""
    n_firms, n_months = len(problem.population), problem.horizon.n_months
    is_decision = (history.event == Event.DECIDED) | (history.event == Event.DECIDED_AGAIN)
    is_end = (history.event == Event.FAILED) | (history.event == Event.WITHDRAWN)
    ends = _by_firm(history.firm[is_end], history.month[is_end])
    starts = _by_firm(np.append(ends[0], np.arange(n_firms)), np.append(ends[1] + pause_months, np.zeros(n_firms, np.int64)))
    firm, first = (column[starts[1] < n_months] for column in starts)
    episode = _place_in_firm(firm)
    who, when = _by_firm(history.firm[is_decision], history.month[is_decision])
    at = np.searchsorted(firm, who) + _place_in_firm(who)
    last, decides = np.full(len(firm), n_months - 1), np.zeros(len(firm), np.bool_)
    last[at], decides[at] = when, True
    return Spells(firm, episode, first, last, decides)


def _by_firm(firm: NDArray[np.int32] | Ints, month: NDArray[np.int32] | Ints) -> tuple[Ints, Ints]:
    order = np.lexsort((month, firm))
    return firm[order].astype(np.int64), month[order].astype(np.int64)


def _place_in_firm(firm: Ints) -> Ints:
    """Returns 0 for the first entry of each firm, 1 for the second; entries are sorted by firm."""
    return np.arange(len(firm)) - np.searchsorted(firm, firm)
