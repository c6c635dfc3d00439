"""Progress of a run or sweep: for the progress line, for ``status.json`` and for ``aixsim status``."""

from __future__ import annotations

import datetime as dt
import json
import os
import socket
from collections import Counter, deque
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Literal

from aixsim.arguments import UnreadableError, read_text
from aixsim.runs.cost import duration
from aixsim.runs.files import canonical_checksum
from aixsim.runs.ledger import NAME, Ledger

State = Literal["running", "complete", "out of time", "interrupted", "failed"]
_MOST_BYTES = 100_000
_WINDOW = 120.0
"""Seconds over which the rate is measured."""


@dataclass(frozen=True, slots=True)
class Status:
    """Progress.

    Attributes:
        kind: ``run`` or ``sweep``.
        state: also ``running`` if its process was killed.
        points: number of points of the design.
        wanted, done, failed: numbers of replicates.
        per_second: replicates per second over the last two minutes; None before the first.
        seconds_left: at this rate; None if unknown.
        above, below, open: number of points by verdict.
        level, goal: decision level (a probability) and name of the goal.
        started, updated: local time, ISO 8601.
        process, host, workers: process id and machine that run it, number of workers.
        study: ``Ledger.fingerprint`` of the folder, which tells its status from that of another one.
    """

    kind: str
    state: State
    points: int
    wanted: int
    done: int
    failed: int
    per_second: float | None
    seconds_left: float | None
    above: int
    below: int
    open: int
    level: float
    goal: str
    started: str
    updated: str
    process: int
    host: str
    workers: int
    study: str

    @property
    def answer(self) -> str:
        """Short text: number of points by verdict."""
        if self.kind == "run":
            return ""
        sure = f"{self.above} of {self.points} {'point' if self.points == 1 else 'points'} above {100 * self.level:g} %"
        return f"{sure}, {self.below} below, {self.open} open" if self.open else f"{sure}, {self.below} below"

    def __str__(self) -> str:
        """Returns one line: finished replicates, rate, time left, failures, verdicts."""
        share = f"{self.done + self.failed:,} of {self.wanted:,} replicates"
        rate = f"{self.per_second:.3g}/s" if self.per_second else ""
        left = f"{duration(self.seconds_left)} left" if self.seconds_left and self.state == "running" else ""
        failed = f"{self.failed:,} failed" if self.failed else ""
        return " · ".join(part for part in (share, rate, left, failed, self.answer) if part)

    def to_json(self) -> str:
        """Returns the content of ``status.json``, with its SHA-256."""
        said = {**asdict(self), "answer": self.answer}
        return json.dumps({**said, "sha256": canonical_checksum(said)}, indent=2, ensure_ascii=False) + "\n"


def silent(_message: object) -> None:
    """Ignores a message."""


def read_status(folder: Path) -> Status | None:
    """Returns what the last run wrote; None when there is nothing readable, not what was written, or the status of another folder.

    Raises:
        StoreError: the ledger of the folder is damaged.
    """
    status = None
    with suppress(OSError, UnreadableError, ValueError, TypeError, AttributeError, RecursionError):
        document = json.loads(read_text(folder / "status.json", _MOST_BYTES))
        if document.pop("sha256", None) == canonical_checksum(document):
            status = Status(**{key: value for key, value in document.items() if key != "answer"})
    if status is None or not (folder / NAME).is_file():
        return None
    with closing(Ledger(folder, read_only=True)) as ledger:
        ended = sum(chunk.n for chunk in ledger.chunks() if chunk.state in ("done", "failed"))
        is_mine = status.study == ledger.fingerprint()
    # A running or killed job has finished more than it last wrote.
    return status if is_mine and (status.state == "running" or status.done + status.failed == ended) else None


@dataclass
class Clock:
    """Measures the rate of a run, from its own creation on."""

    workers: int
    started: str = field(init=False)
    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        self.started = now()

    def status(
        self,
        state: State,
        kind: str,
        verdicts: Counter[str],
        points: int,
        *,
        wanted: int,
        done: int,
        failed: int,
        level: float,
        goal: str,
        study: str,
    ) -> Status:
        """Returns the progress."""
        time, ended = monotonic(), done + failed
        if not self._seen or self._seen[-1][1] != ended:
            self._seen.append((time, ended))
        while len(self._seen) > 2 and self._seen[0][0] < time - _WINDOW:
            self._seen.popleft()
        (since, before) = self._seen[0]
        rate = (ended - before) / (time - since) if ended > before and time > since else None
        return Status(
            kind=kind,
            state=state,
            points=points,
            wanted=wanted,
            done=done,
            failed=failed,
            per_second=round(rate, 4) if rate else None,
            seconds_left=round((wanted - ended) / rate, 1) if rate else None,
            above=verdicts["above"],
            below=verdicts["below"],
            open=verdicts["open"],
            level=level,
            goal=goal,
            started=self.started,
            updated=now(),
            process=os.getpid(),
            host=socket.gethostname(),
            workers=self.workers,
            study=study,
        )


def now() -> str:
    """Returns the local time, ISO 8601 to the second."""
    return dt.datetime.now().astimezone().isoformat(timespec="seconds")
