"""The folder of a sweep: ledger and files, changed so that a fault at any moment leaves it whole."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from aixsim.errors import StoreError, storage_error
from aixsim.runs.chunk import ChunkResult, Task, to_parquet
from aixsim.runs.files import ASIDE, checksum, rename_durably, write_durably
from aixsim.runs.ledger import NAME, Chunk, FileRow, Ledger, PointRow
from aixsim.runs.lock import FolderLock

SHARDS, TABLES = "shards", "trajectories"
NOT_RESULTS = ("journal.jsonl", "status.json", ".lock", ".holder", f"{NAME}-journal")
"""What tells of the runs and not of the results: everything else is the same, byte for byte, however a sweep was run."""
OPERATING_SYSTEM = "operating system"
"""Origin of a failure that the replicate itself did not report: its worker died, or was ended because it took too long."""


class SweepFolder:
    """An open folder; use ``opened``.

    Attributes:
        path: of the folder.
        ledger: its ledger.
        chunks: all chunks by point and first replicate, as in the ledger.
    """

    def __init__(self, path: Path, ledger: Ledger) -> None:
        """Reads the chunks; what was running when its process ended is pending again."""
        self.path, self.ledger = path, ledger
        self.chunks = {(chunk.point, chunk.first): chunk for chunk in ledger.chunks()}
        self._marks: list[Chunk] = []
        self._skips: dict[int, set[int]] = {}
        for record in ledger.failures():
            self._remember(record)
        self._reopen([chunk for chunk in self.chunks.values() if chunk.state == "running"], forget=False)

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[SweepFolder]:
        """Opens or makes the folder, which belongs to this process until the block ends.

        Raises:
            StoreError: another process has it, it is something else, or the disk refuses.
        """
        if path.exists() and not path.is_dir():
            raise StoreError(path, "damaged", "is not a folder", "choose another folder with -o")
        if path.is_dir() and not (path / NAME).exists() and not _is_empty(path):
            raise StoreError(path, "foreign", "holds something else", "choose another folder with -o")
        try:
            for folder in (path, path / SHARDS, path / TABLES):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(path, error) from error
        with FolderLock(path):
            ledger, held = Ledger(path), None
            try:
                held = cls(path, ledger)
                yield held
            except OSError as error:
                raise storage_error(path, error) from error
            finally:
                # At the end the folder has another ledger than it began with.
                (held.ledger if held else ledger).close()

    # The design

    def add(self, points: Iterable[PointRow], chunks: Iterable[Chunk], facts: dict[str, Any]) -> None:
        """Writes what is to be run, all at once."""
        chunks = list(chunks)
        with self.ledger.change():
            self.ledger.set_study(facts)
            self.ledger.add_points(points)
            self.ledger.put(chunks)
        self.chunks |= {(chunk.point, chunk.first): chunk for chunk in chunks}

    def pending(self) -> list[Chunk]:
        """Returns the chunks that are to be run."""
        return [chunk for chunk in self.chunks.values() if chunk.state == "pending"]

    def task(self, chunk: Chunk) -> Task:
        """Returns the task of a chunk, without what cannot be run, and marks the chunk as running."""
        running = replace(chunk, state="running")
        self.chunks[chunk.point, chunk.first] = running
        self._marks.append(running)  # written with the next change: it is for those who watch, and never waited for
        skip = {r for r in self._skips.get(chunk.point, ()) if chunk.first <= r < chunk.first + chunk.n}
        return Task(chunk.point, chunk.first, chunk.n, frozenset(skip))

    # What comes back

    def store(self, task: Task, result: ChunkResult) -> None:
        """Keeps the result of a task: the file first, then the ledger.

        Raises:
            OSError: the disk refuses; the chunk stays to be run.
        """
        chunk = self.chunks[task.point, task.first]
        file = None
        if result.content is not None:
            name = f"{SHARDS}/{task.point:05d}-{task.first:07d}.parquet"
            write_durably(self.path / name, result.content)
            file = FileRow(name, task.point, checksum(result.content), len(result.content))
        state: Any = "done" if result.n_done else "failed"
        done = replace(chunk, state=state, file=file.name if file else None, n_done=result.n_done, successes=result.successes)
        self._change([done], file, result.failures)

    def died(self, task: Task, why: str, record: dict[str, Any] | None) -> None:
        """Notes that a worker ended with a task, which is to be run again; ``record`` gives up one of its replicates."""
        chunk = self.chunks[task.point, task.first]
        attempts = 0 if record else chunk.attempts + 1
        self._change([replace(chunk, state="pending", attempts=attempts)], None, [record] if record else [])
        self.note("worker died", task={"point": task.point, "first": task.first, "n": task.n}, why=why, given_up=bool(record))

    def split(self, task: Task) -> None:
        """Replaces a chunk by one a replicate, to find the one that ends its workers."""
        chunk = self.chunks[task.point, task.first]
        singles = [replace(chunk, first=chunk.first + k, n=1, state="pending", attempts=0) for k in range(chunk.n)]
        self._change(singles, None, [])

    def release(self, task: Task) -> None:
        """Notes that a task was given back without having been begun."""
        self._change([replace(self.chunks[task.point, task.first], state="pending")], None, [])

    # What may be wrong with it

    def verify(self) -> list[str]:
        """Compares every file with its checksum; returns what is damaged or missing, whose chunks are to be run again."""
        damaged = [file for file in self.ledger.files() if not self._is_whole(file)]
        for file in damaged:
            self._lose(file)
        return [file.name for file in damaged]

    def sweep_out(self) -> None:
        """Deletes files that the ledger does not know: what dead processes left, and what was merged into others."""
        known = {file.name for file in self.ledger.files()}
        for folder in (SHARDS, TABLES):
            for file in (self.path / folder).iterdir():
                if f"{folder}/{file.name}" not in known:
                    file.unlink()
        for file in self.path.glob(f"*{ASIDE}"):
            file.unlink()

    # What is made of it in the end

    def merge(self, point: int) -> list[str]:
        """Merges the files of a point into one, sorted by replicate; returns the names of those that turn out to be damaged."""
        mine = [chunk for chunk in self.chunks.values() if chunk.point == point and chunk.file]
        rows = {file.name: file for file in self.ledger.files_of(point)}
        names = sorted({str(chunk.file) for chunk in mine})
        if not names or (len(names) == 1 and names[0].startswith(TABLES)):
            return []
        if damaged := [name for name in names if not self._is_whole(rows[name])]:
            for name in damaged:
                self._lose(rows[name])
            return damaged
        tables = [pq.read_table(io.BytesIO((self.path / name).read_bytes()), use_threads=False) for name in names]
        # Files hold whole replicates, months in order: sorting them by their first row would do, were singles not among them.
        content = to_parquet(pa.concat_tables(tables).sort_by([("replicate", "ascending"), ("month", "ascending")]).combine_chunks())
        digest = checksum(content)
        merged = FileRow(f"{TABLES}/{point:05d}-{digest[:8]}.parquet", point, digest, len(content))
        write_durably(self.path / merged.name, content)
        moved = [replace(chunk, file=merged.name) for chunk in mine]
        with self.ledger.change():
            self.ledger.put_file(merged)
            self.ledger.put(moved)
            for name in names:
                if name != merged.name:
                    self.ledger.drop_file(name)
        self.chunks |= {(chunk.point, chunk.first): chunk for chunk in moved}
        for name in names:
            if name != merged.name:
                (self.path / name).unlink(missing_ok=True)
        return []

    def settle(self) -> None:
        """Writes the ledger anew when all is done, so that it does not tell in which pieces and order that happened."""
        whole = []
        for point in self.ledger.points():
            mine = [chunk for chunk in self.chunks.values() if chunk.point == point.id]
            successes = tuple(map(sum, zip(*(chunk.successes for chunk in mine if chunk.successes), strict=True)))
            n_done = sum(chunk.n_done for chunk in mine)
            file = next((chunk.file for chunk in mine if chunk.file), None)
            whole.append(Chunk(point.id, 0, sum(chunk.n for chunk in mine), 0, "done" if n_done else "failed", 0, file, n_done, successes))
        aside = self.path / f"{NAME}{ASIDE}"
        aside.unlink(missing_ok=True)
        other = Ledger(self.path, name=aside.name)
        try:
            with other.change():
                other.set_study(self.ledger.study())
                other.add_points(self.ledger.points())
                other.put(whole)
                for file_row in self.ledger.files():
                    other.put_file(file_row)
                for record in self.ledger.failures():
                    other.put_failure(record)
        finally:
            other.close()
        self.ledger.close()
        rename_durably(aside, self.path / NAME)
        self.ledger = Ledger(self.path)
        self.chunks = {(chunk.point, chunk.first): chunk for chunk in whole}

    def note(self, event: str, **facts: Any) -> None:
        """Adds a line to the journal, which tells what happened when."""
        time = dt.datetime.now().astimezone().isoformat(timespec="seconds")
        line = json.dumps({"time": time, "event": event, **facts}, ensure_ascii=False)
        with (self.path / "journal.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    def _is_whole(self, file: FileRow) -> bool:
        with suppress(OSError):
            return checksum((self.path / file.name).read_bytes()) == file.sha256
        return False

    def _lose(self, file: FileRow) -> None:
        with self.ledger.change():
            self.ledger.drop_file(file.name)
        self._reopen([chunk for chunk in self.chunks.values() if chunk.file == file.name], forget=True)
        self.note("file damaged", file=file.name)

    def _reopen(self, chunks: list[Chunk], *, forget: bool) -> None:
        fresh = [Chunk(chunk.point, chunk.first, chunk.n, chunk.turn) for chunk in chunks]
        if not fresh:
            return
        with self.ledger.change():
            self.ledger.put(fresh)
            if forget:
                for chunk in fresh:
                    self.ledger.drop_failures(chunk.point, chunk.first, chunk.n)
        self.chunks |= {(chunk.point, chunk.first): chunk for chunk in fresh}
        if forget:
            for chunk in fresh:
                self._skips.get(chunk.point, set()).difference_update(range(chunk.first, chunk.first + chunk.n))

    def _change(self, chunks: list[Chunk], file: FileRow | None, failures: list[dict[str, Any]]) -> None:
        marks = [mark for mark in self._marks if self.chunks.get((mark.point, mark.first)) == mark]
        with self.ledger.change():
            self.ledger.put([*marks, *chunks])
            if file is not None:
                self.ledger.put_file(file)
            for record in failures:
                self.ledger.put_failure(record)
        self._marks = []
        self.chunks |= {(chunk.point, chunk.first): chunk for chunk in chunks}
        for record in failures:
            self._remember(record)

    def _remember(self, record: dict[str, Any]) -> None:
        if record["origin"] == OPERATING_SYSTEM:
            self._skips.setdefault(record["point"], set()).add(record["replicate"])


def _is_empty(path: Path) -> bool:
    return not any(item.name not in (*NOT_RESULTS, SHARDS, TABLES) for item in path.iterdir())
