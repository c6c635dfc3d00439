"""What a stranger adds to the package, one of each sort: the files, as CONTRIBUTING names them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MECHANISM = '''
"""Word of mouth: the first examples count most."""

from __future__ import annotations

import math

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters, real


class WordOfMouth(Parameters):
    """Parameters of the law."""

    rate: float = real(0.05, "1/month", 0.0, 5.0, "hazard when every peer is a visible AI factory", "assumed", "assumed", "0.01 to 0.2")


def hazard(sensed: float, p: WordOfMouth) -> float:
    """Returns the hazard in 1/month; ``sensed`` is the share of visible peers in 0..1."""
    return p.rate * math.sqrt(sensed)


MECHANISM = Mechanism(
    name="word_of_mouth",
    title="Firms hear of the first AI factories",
    law="rate * sqrt(share of visible peers)",
    senses="peer_share",
    hazard=hazard,
    parameters=WordOfMouth,
    source="assumed",
)
'''

LEVER = '''
"""Open days: banks see what factories have, and lend to those that wait."""

from __future__ import annotations

from aixsim.model.lever import Lever, starts, stops, window
from aixsim.model.parameters import Parameters, real
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario


class OpenDays(Parameters):
    """Settings of the lever."""

    start: str = starts("2024-06", "assumed", "assumed")
    stop: str = stops()
    strength: float = real(0.5, "1", 0.0, 10.0, "by how much the hazard rises that a firm pays itself", "assumed", "assumed", "0 to 1")


def apply(scenario: Scenario, p: OpenDays, problem: Problem) -> None:
    """Raises the hazard that waiting firms pay themselves, within the window."""
    first, end = window(p, problem.horizon)
    scenario.own_rate[first:end] += p.strength


LEVER = Lever("open_days", "Open days", apply, {"strength": 0.0}, OpenDays, "assumed")
'''

FIGURE = '''
"""Decisions over time."""

from __future__ import annotations

from typing import Any

from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import scaled_note
from aixsim.results.result import Result


def draw(result: Result, figure: Any) -> None:
    """Draws the mean number of firms that have decided."""
    figure.subplots().plot(result.paths("decided").values.mean(axis=0))
    head(figure, "Firms that have decided", f"Mean of replicates {scaled_note(result)}".strip())


FIGURE = Figure("decisions", Result, "Decisions over time", draw)
'''

SENSE = '''
"""Season: how much time small and large firms have for new projects, by month of the year."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.sense import Sense
from aixsim.world.classification import SIZES


def values(scenario: Scenario, problem: Problem) -> NDArray[np.float64]:
    """Returns more in summer, and more for larger firms, shape ``(n_months, 5)``."""
    season = 0.5 - 0.5 * np.cos(problem.horizon.calendar_months / 12.0 * 2.0 * np.pi)
    return season[:, None] * np.linspace(0.2, 1.0, len(SIZES))


SENSE = Sense("season", "how much time a firm has for new projects", values=values, by=("size",))
'''

SENSING_MECHANISM = '''
"""Time: firms try something new when they have time for it."""

from __future__ import annotations

from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters, real


class Time(Parameters):
    """Parameters of the law."""

    rate: float = real(0.02, "1/month", 0.0, 5.0, "hazard of a firm that has all the time", "assumed", "assumed", "0.01 to 0.05")


def hazard(sensed: float, p: Time) -> float:
    """Returns the hazard in 1/month; ``sensed`` is the season in 0..1."""
    return p.rate * sensed


MECHANISM = Mechanism("time", "Firms with time try something new", "rate * season", "season", hazard, Time, "assumed")
'''

KIND = '''
"""Guarantees: a programme sets aside a share of what a bank lends, and has it back when the project operates."""

from __future__ import annotations

from aixsim.model.parameters import Parameters, real
from aixsim.model.programme_kind import ProgrammeKind


class Guarantee(Parameters):
    """Parameters of the kind."""

    cover: float = real(0.4, "1", 0.0, 1.0, "share of the sum that is set aside", "assumed", "assumed", "0.2 to 0.8")


def on_call(grant: int, p: Guarantee) -> int:
    """Returns what is set aside, to the nearest won."""
    return int(grant * p.cover + 0.5)


def on_operate(taken: int, p: Guarantee) -> int:
    """Returns all of it."""
    return taken


KIND = ProgrammeKind("guarantee", "Guarantees", "assumed", Guarantee, on_call, on_operate, carries=True)
'''

KIND_TEST = '''
"""Guarantees, worked out by hand."""


def test_a_guarantee_sets_aside_its_share() -> None:
    from aixsim.model.programme_kinds.guarantee import KIND, Guarantee

    assert KIND.taken(1_000_000_000, Guarantee(cover=0.25)) == 250_000_000
    assert KIND.kept(1_000_000_000, Guarantee(cover=0.25)) == 0
'''

_SIGMA = '    sigma: float = real(0.4, "1"'
_OUTCOMES_END = ')\n"""All outcomes, in the order'


@dataclass(frozen=True)
class Addition:
    """One thing that a stranger adds.

    Attributes:
        cost: files that it may take.
        new: content of new files by path.
        edits: what replaces what in files that exist, by path.
    """

    cost: int
    new: dict[str, str]
    edits: dict[str, tuple[tuple[str, str], ...]]

    def make(self, root: Path) -> None:
        """Adds it to a copy of the repository.

        Raises:
            ValueError: a text to be replaced does not stand in its file exactly once, or a new file exists.
        """
        for name, text in self.new.items():
            if (root / name).exists():
                raise ValueError(f"{name} exists")
            (root / name).write_text(text.lstrip(), encoding="utf-8")
        for name, changes in self.edits.items():
            text = (root / name).read_text(encoding="utf-8")
            for old, new in changes:
                if text.count(old) != 1:
                    raise ValueError(f"{name}: {old!r} stands there {text.count(old)} times")
                text = text.replace(old, new)
            (root / name).write_text(text, encoding="utf-8")


MODEL = "src/aixsim/model"
ADDITIONS = {
    "mechanism": Addition(1, {f"{MODEL}/mechanisms/word_of_mouth.py": MECHANISM}, {}),
    "lever": Addition(1, {f"{MODEL}/levers/open_days.py": LEVER}, {}),
    "figure": Addition(1, {"src/aixsim/report/figures/kinds/decisions.py": FIGURE}, {}),
    "parameter": Addition(
        1,
        {},
        {
            f"{MODEL}/implementation.py": (
                (
                    _SIGMA,
                    '    longest_months: int = integer(240, "month", 1, 240, "longest duration", "assumed", "assumed", "24 to 240")\n'
                    + _SIGMA,
                ),
                ("    return max(months, 1)\n", "    return min(max(months, 1), p.longest_months)\n"),
            )
        },
    ),
    "outcome": Addition(
        1,
        {},
        {
            f"{MODEL}/outcomes.py": (
                (
                    _OUTCOMES_END,
                    '    Outcome("waiting_small", "small firms that have decided and not launched",\n'
                    "            {Event.DECIDED: 1, Event.DECIDED_AGAIN: 1, Event.LAUNCHED: -1, Event.WITHDRAWN: -1},\n"
                    '            routes=ROUTES, firms={"size": ("micro", "small")}),\n' + _OUTCOMES_END,
                ),
            )
        },
    ),
    "sense": Addition(2, {f"{MODEL}/senses/season.py": SENSE, f"{MODEL}/mechanisms/time.py": SENSING_MECHANISM}, {}),
    "kind of programme": Addition(2, {f"{MODEL}/programme_kinds/guarantee.py": KIND, "tests/unit/test_guarantee.py": KIND_TEST}, {}),
}
