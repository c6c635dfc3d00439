"""Opens the folders of sweeps, finished or not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from aixsim.arguments import as_path
from aixsim.errors import StoreError, UserError
from aixsim.model.calendar import Horizon
from aixsim.notebook import card
from aixsim.plotting import Drawable
from aixsim.results.columns import SWEEP_TABLES, with_units
from aixsim.results.sweep_points import SweepGoal, SweepPoint
from aixsim.runs.files import file_checksum
from aixsim.runs.ledger import NAME, TABLES, Chunk, Ledger
from aixsim.runs.lock import FolderLock
from aixsim.stats.confidence_sequence import bernoulli_sequence
from aixsim.stats.intervals import Proportion, proportion
from aixsim.stats.summary import quantiles

if TYPE_CHECKING:
    import pandas as pd

    from aixsim.results.sweep_comparison import SweepComparison

Number = TypeVar("Number", np.int32, np.float64)
_SHOWN: Final = 10
"""Number of points shown in a notebook."""


@dataclass(frozen=True, repr=False)
class Sweep(Drawable):
    """A sweep, finished or not.

    Attributes:
        path: of the folder.
        facts: goals, decision and stopping rules, see ``runs.identity.question``.
        goals: in the order of ``SweepPoint.successes``.
        points: by number.
        failures: records of failed replicates.
        given: number of replicates allocated so far.
        common_random_numbers: whether equal replicates of all points draw the same random numbers.
        checksums: SHA-256 of the files with replicates, by name.
        keeps_money: whether it stores what funding lines spend in every replicate.
    """

    path: Path
    facts: dict[str, Any]
    goals: tuple[SweepGoal, ...]
    points: tuple[SweepPoint, ...]
    failures: list[dict[str, Any]]
    given: int
    common_random_numbers: bool = True
    checksums: Mapping[str, str] = field(default_factory=dict)
    keeps_money: bool = False
    _verified: set[str] = field(default_factory=set, init=False, compare=False)

    @property
    def title(self) -> str:
        """Title of the study."""
        return str(self.facts["title"])

    @property
    def factors(self) -> list[str]:
        """Keys that differ between points."""
        return list(self.facts["factors"])

    @property
    def horizon(self) -> Horizon:
        """Simulated months."""
        return Horizon(self.facts["horizon"]["start"], self.facts["horizon"]["end"])

    @property
    def scale(self) -> float:
        """Simulated share of the national population."""
        return float(self.facts["scale"])

    @property
    def confidence(self) -> float:
        """Confidence of all intervals."""
        return float(self.facts["confidence"])

    @property
    def level(self) -> float:
        """Decision level, a probability."""
        return float(self.facts["decision"]["probability"])

    @property
    def goal(self) -> SweepGoal:
        """The goal that the decision is about."""
        return next(goal for goal in self.goals if goal.name == self.facts["decision"]["goal"])

    @property
    def n_done(self) -> int:
        """Number of finished replicates of all points."""
        return sum(point.n_done for point in self.points)

    @property
    def n_failed(self) -> int:
        """Number of failed replicates of all points."""
        return sum(point.n_failed for point in self.points)

    @property
    def is_complete(self) -> bool:
        """Whether all allocated replicates have been run."""
        return self.n_done + self.n_failed >= self.given

    @property
    def n_note(self) -> str:
        """Numbers of points and replicates, of failed ones, and of points without replicates, as text."""
        numbers = sorted({point.n_done for point in self.points if point.n_done})
        if not numbers:
            return f"{len(self.points):,} points without a replicate yet"
        known = sum(point.n_done > 0 for point in self.points)
        each = f"{numbers[0]:,}" if len(numbers) == 1 else f"{numbers[0]:,} to {numbers[-1]:,}"
        points = f"{known:,} points, n = {each} replicates each" if known > 1 else f"n = {each} replicates"
        failed = f", {self.n_failed:,} failed" if self.n_failed else ""
        missing = len(self.points) - known
        return points + failed + (f", {missing:,} points without a replicate left out" if missing else "")

    def chance(self, point: SweepPoint, goal: SweepGoal) -> Proportion | None:
        """Returns the probability that a point reaches a goal, with its intervals; None without finished replicates."""
        if not point.n_done:
            return None
        return proportion(point.successes[self.goals.index(goal)], point.n_done, self.confidence)

    def verdict(self, point: SweepPoint) -> str:
        """Returns ``above`` or ``below`` the decision level, or ``open``, by the confidence sequence."""
        n = point.successes[self.goals.index(self.goal)] if point.n_done else 0
        low, high = bernoulli_sequence(n, point.n_done, self.confidence)
        return "above" if low > self.level else "below" if high < self.level else "open"

    def final_counts(self, point: SweepPoint, goal: SweepGoal) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Returns the finished replicates, ascending, and the count of each at the deadline of a goal, in simulated firms."""
        return self.values_in(point, goal.by, goal.outcome, np.int32)

    def values_in(self, point: SweepPoint, month: str, column: str, kind: type[Number]) -> tuple[NDArray[np.int32], NDArray[Number]]:
        """Returns the finished replicates, ascending, and the value of each in a column of the trajectories at the end of a month."""
        import pyarrow as pa
        import pyarrow.compute as pc
        import pyarrow.parquet as pq

        time = pa.timestamp("ms")
        at_month = pc.field("month").cast(time) == pa.scalar(self.horizon.date(self.horizon.index(month))).cast(time)
        replicates, values = [np.zeros(0, np.int32)], [np.zeros(0, kind)]
        for name in point.files:
            with self.reading(name) as path:
                table = pq.read_table(path, columns=["replicate", column], filters=at_month)
            replicates.append(table["replicate"].to_numpy())
            values.append(table[column].to_numpy())
        order = np.argsort(np.concatenate(replicates), kind="stable")
        return np.concatenate(replicates)[order], np.concatenate(values)[order]

    @contextmanager
    def reading(self, name: str) -> Iterator[Path]:
        """Yields the path of a verified file with replicates; errors of the block become a ``StoreError``.

        Raises:
            StoreError: the file is missing, has changed, or cannot be read.
        """
        path = self.file(name)
        try:
            yield path
        except (OSError, ValueError, KeyError) as error:
            raise StoreError(self.path, "damaged", f"its {name} cannot be read ({error})", "give the same sweep command again") from error

    def file(self, name: str) -> Path:
        """Returns the path of a verified file with replicates.

        Raises:
            StoreError: the file is missing or has changed.
        """
        path = self.path / name
        if name not in self._verified:
            is_whole = False
            with suppress(OSError):
                is_whole = file_checksum(path) == self.checksums.get(name)
            if not is_whole:
                what = f"its {name} does not match its checksum in {NAME}"
                raise StoreError(self.path, "damaged", what, "give the same sweep command again, or wait when it is running")
            self._verified.add(name)
        return path

    def answer(self) -> list[dict[str, Any]]:
        """Returns one row per point and goal: factors, probability with interval and n, count at the deadline in national numbers."""
        return [self._row(point, goal) for point in self.points for goal in self.goals]

    def to_frame(self) -> pd.DataFrame:
        """Returns one row per point and goal: factors, probability with intervals and n, national count at the deadline."""
        import pandas as pd

        frame = pd.DataFrame(self.answer())
        known = SWEEP_TABLES["answer"]
        return with_units(frame, {str(name): known[name].unit if name in known else "" for name in frame})

    def compare(self, reference: int | None = None) -> SweepComparison:
        """Compares every point with its reference.

        Args:
            reference: number of the reference point. By default, the first policy at the same factor values, or
                point 0 if there is one policy.

        Raises:
            StoreError: a file of the sweep has changed.
            UserError: there is no such point, or nothing to compare.
        """
        from aixsim.results.sweep_comparison import compare_points

        return compare_points(self, reference)

    def __repr__(self) -> str:
        """Returns title, folder and numbers of points and replicates."""
        return f"<Sweep {self.title!r}, {self.path}: {self.n_note}>"

    def _repr_html_(self) -> str:
        """Returns the points with the highest probability as HTML, for notebooks."""
        goal, level = self.goal, f"{100 * self.level:g} %"
        known = [(chance, point) for point in self.points if (chance := self.chance(point, goal)) is not None]
        known.sort(key=lambda one: (-one[0].estimate, one[1].id))
        notes = [f"{goal.name}: {goal.at_least:,.0f} {goal.outcome} by {goal.by}", f"decision at {level}", self.n_note, str(self.path)]
        notes.append(f"the {_SHOWN} most probable of {len(known):,} points; to_frame() has all" if len(known) > _SHOWN else "")
        rows = [[str(p.id), p.label, c.short, f"{c.n:,}", self.verdict(p)] for c, p in known[:_SHOWN]]
        sure = f"probability [{100 * self.confidence:g} % interval]"
        return card(self.title, notes, ("point", "label", sure, "n", f"against {level}"), rows)

    def _row(self, point: SweepPoint, goal: SweepGoal) -> dict[str, Any]:
        chance = self.chance(point, goal)
        row: dict[str, Any] = {"point": point.id, "policy": point.policy}
        row |= {key: point.values.get(key) for key in self.factors}
        row |= {"goal": goal.name, "n": point.n_done, "n_failed": point.n_failed}
        empty = dict.fromkeys(("successes", "probability", "low", "high", "sequence_low", "sequence_high", "mean", "p05", "p50", "p95"))
        if chance is None:
            return row | empty | {"verdict": "open"}
        low, high = chance.clopper_pearson
        always = bernoulli_sequence(chance.successes, chance.n, self.confidence)
        counts = self.final_counts(point, goal)[1] / self.scale
        row |= {"successes": chance.successes, "probability": chance.estimate, "low": low, "high": high}
        row |= {"sequence_low": always[0], "sequence_high": always[1], "mean": float(counts.mean())}
        row |= quantiles(counts)
        return row | {"verdict": self.verdict(point) if goal == self.goal else None}


def is_sweep(path: Path | str) -> bool:
    """Returns whether a folder holds a sweep: it has a ledger, as every run has, and a folder with one table per point."""
    return (Path(path) / NAME).is_file() and (Path(path) / TABLES).is_dir()


def open_sweep(path: str | PathLike[str]) -> Sweep:
    """Opens the folder of a sweep, finished, stopped or running; the folder is not changed.

    Raises:
        StoreError: it is damaged.
        UserError: it is not the folder of a sweep.
    """
    path = as_path(path)
    if not is_sweep(path):
        raise UserError(f"{path}: is not the folder of a sweep: it has no {NAME}; give the folder that aixsim sweep printed")
    is_at_work = FolderLock.is_taken(path)  # files are merged in between
    with closing(Ledger(path, read_only=True)) as ledger:
        study, rows, chunks, failures = ledger.study(), ledger.points(), ledger.chunks(), ledger.failures()
        checksums = {file.name: file.sha256 for file in ledger.files()}
    if not is_at_work and (missing := [name for name in checksums if not (path / name).is_file()]):
        what = f"{len(missing):,} of its files are missing, such as {missing[0]}, or its {NAME} is that of another folder"
        raise StoreError(path, "damaged", what, "give the same sweep command again")
    if "question" not in study:
        raise StoreError(path, "damaged", "it has no design", "give the sweep command again")
    goals = tuple(SweepGoal(**goal) for goal in study["question"]["goals"])
    mine: dict[int, list[Chunk]] = {row.id: [] for row in rows}
    for chunk in chunks:
        mine[chunk.point].append(chunk)
    n_failed = Counter(record["point"] for record in failures)
    points = []
    for row in rows:
        pieces = mine[row.id]
        n_done = sum(chunk.n_done for chunk in pieces)
        successes = tuple(sum(chunk.successes[k] for chunk in pieces if chunk.successes) for k in range(len(goals)))
        names = tuple(sorted({name for chunk in pieces for name in chunk.files}))
        values = json.loads(row.factors)
        points.append(SweepPoint(row.id, row.label, row.policy, values, row.config, n_done, n_failed[row.id], successes, names))
    is_common, keeps_money = (bool(study["identity"].get(name)) for name in ("common_random_numbers", "money"))
    given = sum(chunk.n for chunk in chunks)
    return Sweep(path, study["question"], goals, tuple(points), failures, given, is_common, checksums, keeps_money)
