"""Answers of the whole country: how long each command takes, beside the time it is allowed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.estimate import Estimate, median, number
from benchmarks.waits import CONFIG, ROOT, Version

_RESULT = 2000
"""Replicates of the result that answers are read from."""
_GROUPS = (
    "models=collaboration,joint_development",
    "sites=parks,regulation_free_zones",
    "funds=growth_fund,participants_finance",
)
"""Levers of korea-2030 that are taken together, so that eight groups remain."""


@dataclass(frozen=True)
class Answer:
    """An answer.

    Attributes:
        name: as in the table.
        arguments: of the command, given the number of replicates (0 if it runs none), an own folder and a finished result.
        limit: seconds that it is allowed.
        sizes: numbers of replicates that are run; none if it is read from a result.
        whole: number of replicates that ``limit`` is meant for.
    """

    name: str
    arguments: Callable[[int, Path, Path], list[str]]
    limit: float
    sizes: tuple[int, ...] = ()
    whole: int = 0


def _grouped(n: int, own: Path, _: Path) -> list[str]:
    return ["explain", CONFIG, "-n", str(n), "-o", str(own), *(part for group in _GROUPS for part in ("--group", group))]


ANSWERS = (
    Answer(f"sensitivity of a result of {_RESULT:,} replicates", lambda _, own, made: ["sensitivity", str(made), "-o", str(own)], 20),
    Answer("signposts of the same result", lambda _, own, made: ["signposts", str(made), "-o", str(own)], 5),
    Answer("tornado, all numbers and levers", lambda n, own, _: ["tornado", CONFIG, "-n", str(n), "-o", str(own)], 600, (10, 20), 80),
    Answer(
        "reach, 500 operating",
        lambda n, own, _: ["reach", CONFIG, "--goal", "500 operating", "-n", str(n), "--confirm", str(10 * n), "-o", str(own)],
        1800,
        (10, 20),
        100,
    ),
    Answer("explain, 8 groups of levers", _grouped, 900, (5, 15), 300),
)


@dataclass
class Answered:
    """Seconds that an answer took.

    Attributes:
        answer: which.
        seconds: by number of replicates, of each turn.
    """

    answer: Answer
    seconds: dict[int, list[float]] = field(default_factory=dict)

    @property
    def estimate(self) -> Estimate:
        """Median of an answer that is read from a result."""
        return median(self.seconds[0])

    @property
    def whole(self) -> float:
        """Seconds with ``Answer.whole`` replicates, on the straight line through those that were run."""
        small, large = self.answer.sizes
        each = (self.seconds[large][0] - self.seconds[small][0]) / (large - small)
        return self.seconds[large][0] + each * (self.answer.whole - large)

    def row(self) -> list[str]:
        """Returns the cells: what, measured, allowed, verdict."""
        limit = f"{self.answer.limit:,.0f} s" if self.answer.limit < 60 else f"{self.answer.limit / 60:,.0f} min"
        if not self.answer.sizes:
            said, seconds = self.estimate.text("s"), self.estimate.high
        else:
            run = " and ".join(f"{number(self.seconds[n][0])} s with {n}" for n in self.answer.sizes)
            said, seconds = f"{number(self.whole / 60)} min with {self.answer.whole} replicates, EXTRAPOLATED: {run}", self.whole
        return [self.answer.name, said, f"less than {limit}", "✓" if seconds < self.answer.limit else "not reached"]


def answers(turns: int = 7) -> list[Answered]:
    """Measures all answers with two workers; those that run replicates once at each of two sizes.

    Args:
        turns: of answers that are read from a result.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _answers(Path(folder), turns)


def _answers(scratch: Path, turns: int) -> list[Answered]:
    version, made = Version(ROOT / "src", scratch / "cache"), scratch / "made"
    version.run(["run", CONFIG, "-n", str(_RESULT), "-o", str(made), "--figures", "none"])
    answered = [Answered(answer, {n: [] for n in answer.sizes or (0,)}) for answer in ANSWERS]
    for turn in range(turns):
        for place, item in enumerate(answered):
            for n, seconds in item.seconds.items():
                if n == 0 or turn == 0:
                    seconds.append(version.run(item.answer.arguments(n, scratch / f"{turn}-{place}-{n}", made))[0])
    return answered
