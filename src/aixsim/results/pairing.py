"""Pairing of results by replicate; it needs the same firms, ties, months and seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aixsim.errors import UserError
from aixsim.results.result import Result


class ComparisonError(UserError):
    """Two results cannot be compared.

    Attributes:
        baseline, other: their folders.
        key: name of what differs or is missing: ``horizon``, ``scale``, ``population``, ``network``, ``seed``, ``goals`` or ``replicates``.
    """

    def __init__(self, baseline: str, other: str, key: str, message: str) -> None:
        super().__init__(message)
        self.baseline, self.other, self.key = baseline, other, key


@dataclass(frozen=True, slots=True)
class Pair:
    """A result and its baseline.

    Attributes:
        baseline, other: the results.
        replicates: numbers of those that both have finished, ascending, shape ``(n,)``, two or more.
        dropped: number of replicates that only one has finished.
        notes: warnings for the reader, in sentences; usually empty.
        labels: names of the two if more results are compared; by default the shortest different names.
    """

    baseline: Result
    other: Result
    replicates: NDArray[np.int64]
    dropped: int
    notes: tuple[str, ...] = ()
    labels: tuple[str, str] | None = None

    @property
    def names(self) -> tuple[str, str]:
        """Short, different names of the two."""
        base, other = self.labels or labels_of([self.baseline, self.other])
        return base, other

    @property
    def confidence(self) -> float:
        """Of all intervals."""
        return float(self.baseline.provenance["confidence"])

    @property
    def scale(self) -> float:
        """Simulated share of the national population."""
        return self.baseline.scale

    @property
    def deadline(self) -> str:
        """Deadline of the first goal, ``YYYY-MM``."""
        return str(self.baseline.provenance["goals"][0]["by"])

    @property
    def deadline_index(self) -> int:
        """Index of this month in the horizon."""
        return self.baseline.horizon.index(self.deadline)


def pair(baseline: Result, other: Result) -> Pair:
    """Pairs two results by replicate.

    Raises:
        ComparisonError: they do not share horizon, firms, ties or seed, the baseline has no goal, or fewer than two replicates are common.
    """
    if not baseline.provenance["goals"]:
        raise ComparisonError(baseline.where, baseline.where, "goals", f"{baseline.where}: has no [[goal]], so there is nothing to compare")
    for key, words, ours, theirs in _what_must_agree(baseline, other):
        if ours != theirs:
            why = f"{words} differ ({theirs} and {ours}); run both with the same {key}, so that they have common random numbers"
            raise ComparisonError(baseline.where, other.where, key, f"{other.where} cannot be paired with {baseline.where}: {why}")
    ours_done, theirs_done = (result.replicates.astype(np.int64) for result in (baseline, other))
    common = np.intersect1d(ours_done, theirs_done)
    if len(common) < 2:
        why = f"{other.where} and {baseline.where} have {len(common)} common finished replicates; an interval needs two or more"
        raise ComparisonError(baseline.where, other.where, "replicates", why)
    return Pair(baseline, other, common, len(np.union1d(ours_done, theirs_done)) - len(common), _notes(baseline, other))


def _what_must_agree(baseline: Result, other: Result) -> list[tuple[str, str, str, str]]:
    """Returns the name of each checked property, and its value in both."""
    results = (baseline, other)
    a, b = (result.provenance for result in results)
    months = [f"{p['horizon']['start']} to {p['horizon']['end']}" for p in (a, b)]
    checks = [
        ("horizon", "the months", months[0], months[1]),
        ("scale", "the simulated shares", f"{a['scale']:g}", f"{b['scale']:g}"),
        ("population", "the firms", f"{a['n_firms']:,} firms", f"{b['n_firms']:,} firms"),
        ("seed", "the seeds", str(a["seed"]), str(b["seed"])),
    ]
    for key, words in (("population", "the firms"), ("network", "the ties")):
        marks = [f"hash {result.firms[f'{key}_sha256'][:8]}" for result in results]
        checks.append((key, words, marks[0], marks[1]))
    return checks


def _notes(baseline: Result, other: Result) -> tuple[str, ...]:
    a, b = baseline.provenance, other.provenance
    notes = []
    if any(a.get(key) != b.get(key) for key in ("model_sha256", "data_sha256")):
        notes.append("The results are from different versions of the program, so part of the difference may not be caused by the policy.")
    if a["counts"] != b["counts"]:
        notes.append(f"They count different routes: {', '.join(a['counts'])} and {', '.join(b['counts'])}.")
    return tuple(notes)


def name_of(result: Result) -> str:
    """Returns a short name of a result: its folder, or its config if the folder is named by the run id."""
    config = str(result.provenance.get("config") or "run")
    if result.source.path is None:
        return config
    folder = result.path.resolve().name
    return f"{config} {folder[:6]}" if folder == result.provenance["run_id"] else folder


def labels_of(results: Sequence[Result]) -> list[str]:
    """Returns short, different names of results: equal folder names get the folder above, and repeated folders a number."""
    folders = [None if one.source.path is None else one.path.resolve() for one in results]
    labels = [name_of(one) for one in results]
    for depth in range(2, max((len(folder.parts) for folder in folders if folder), default=0) + 1):
        alike = [{place for name, place in zip(labels, folders, strict=True) if name == label} for label in labels]
        for k, folder in enumerate(folders):
            if len(alike[k]) > 1 and folder is not None:
                labels[k] = "/".join(folder.parts[-depth:])
    return [f"{label} ({labels[:k].count(label) + 1})" if label in labels[:k] else label for k, label in enumerate(labels)]
