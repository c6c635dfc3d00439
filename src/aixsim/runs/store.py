"""The store of a run or sweep: a ledger and its files, which stay consistent after a crash at any time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from aixsim.errors import StoreError, storage_error
from aixsim.runs.files import ASIDE, created, rename_durably
from aixsim.runs.ledger import NAME, Chunk, FileRow, Ledger, PointRow
from aixsim.runs.lock import FolderLock
from aixsim.runs.places import Place, place_at
from aixsim.runs.progress import now
from aixsim.runs.replicates import TRAJECTORIES, Batch, BatchResult

SHARDS = "shards"
NOT_RESULTS = ("journal.jsonl", "status.json", ".lock", ".holder", f"{NAME}-journal")
"""Files that describe the process; all other files are byte for byte the same for any workers and interruptions."""
OPERATING_SYSTEM = "operating system"
"""Origin of a failure that the replicate did not report: its worker died or exceeded the time limit."""


class Store:
    """An open store; use ``opened``.

    Attributes:
        place: of the files.
        ledger: its ledger.
        chunks: all chunks by point and first replicate, as in the ledger.
    """

    def __init__(self, place: Place, ledger: Ledger) -> None:
        """Reads the chunks; running chunks of an earlier process become pending."""
        self.place, self.ledger = place, ledger
        self.chunks = {(chunk.point, chunk.first): chunk for chunk in ledger.chunks()}
        self._marks: list[Chunk] = []
        self._skips = _to_be_skipped(ledger.failures())
        if cut_off := [_to_be_run(chunk) for chunk in self.chunks.values() if chunk.state == "running"]:
            self._change(cut_off, [], [])

    @classmethod
    @contextmanager
    def opened(cls, path: Path | None, folders: Sequence[str] = (SHARDS,)) -> Iterator[Self]:
        """Opens or creates a store, locked for this process until the block ends.

        Args:
            path: its folder; None for a store in memory.
            folders: folders in it that hold files with replicates.

        Raises:
            StoreError: another process uses it, it is not a store, or it cannot be written.
        """
        if path is None:
            with closing(Ledger(None)) as ledger:
                yield cls(place_at(None, folders), ledger)
            return
        remedy = "choose another folder with -o, or move this one away"
        if path.exists() and not path.is_dir():
            raise StoreError(path, "damaged", "is not a folder", remedy)
        mine = {*NOT_RESULTS, *folders, NAME}
        if path.is_dir() and not (path / NAME).exists() and any(item.name not in mine for item in path.iterdir()):
            raise StoreError(path, "foreign", "holds something else", remedy)
        try:
            with created(path):
                pass
        except OSError as error:
            raise storage_error(path, error) from error
        with FolderLock(path):
            ledger, held = Ledger(path), None
            try:
                held = cls(place_at(path, folders), ledger)
                yield held
            except OSError as error:
                raise storage_error(path, error) from error
            finally:
                # ``compact`` replaces the ledger.
                (held.ledger if held else ledger).close()

    @property
    def path(self) -> Path:
        """Folder of the store.

        Raises:
            ValueError: it is in memory.
        """
        if self.place.path is None:
            raise ValueError("a store in memory has no folder")
        return self.place.path

    # Planning

    def add(self, points: Iterable[PointRow], chunks: Iterable[Chunk], facts: dict[str, Any]) -> None:
        """Adds chunks in one transaction."""
        chunks = list(chunks)
        with self.ledger.change():
            self.ledger.set_study(facts)
            self.ledger.add_points(points)
            self.ledger.put(chunks)
        self.chunks |= {(chunk.point, chunk.first): chunk for chunk in chunks}

    def pending(self) -> list[Chunk]:
        """Returns the pending chunks."""
        return [chunk for chunk in self.chunks.values() if chunk.state == "pending"]

    def batch(self, chunk: Chunk) -> Batch:
        """Returns the batch of a chunk, without replicates that ended their worker, and marks the chunk as running."""
        running = replace(chunk, state="running")
        self.chunks[chunk.point, chunk.first] = running
        self._marks.append(running)  # written with the next transaction: only for display
        skip = frozenset(r for r in range(chunk.first, chunk.first + chunk.n) if (chunk.point, r) in self._skips)
        return Batch(chunk.point, chunk.first, chunk.n, skip)

    # Results

    def store(self, batch: Batch, result: BatchResult) -> None:
        """Stores the result of a batch: first the files, then the ledger.

        Raises:
            OSError: a file cannot be written; the chunk stays pending.
        """
        chunk, files = self.chunks[batch.point, batch.first], []
        for table, content in result.tables.items():
            name = f"{SHARDS}/{batch.point:05d}-{batch.first:07d}.{table}.parquet"
            files.append(FileRow(name, batch.point, *self.place.put(name, content)))
        state: Any = "done" if result.n_done else "failed"
        names = tuple(file.name for file in files)
        done = replace(chunk, state=state, files=names, n_done=result.n_done, successes=result.successes)
        self._change([done], files, result.failures)

    def died(self, batch: Batch, why: str, record: dict[str, Any] | None) -> None:
        """Records that a worker died with a batch, which will be run again; with ``record``, one of its replicates has failed."""
        chunk = self.chunks[batch.point, batch.first]
        attempts = 0 if record else chunk.attempts + 1
        self._change([replace(chunk, state="pending", attempts=attempts)], [], [record] if record else [])
        self.note("worker died", task={"point": batch.point, "first": batch.first, "n": batch.n}, why=why, given_up=bool(record))

    def split(self, batch: Batch) -> None:
        """Replaces a chunk by chunks of one replicate, to find the replicate that ends its workers."""
        chunk = self.chunks[batch.point, batch.first]
        singles = [replace(chunk, first=chunk.first + k, n=1, state="pending", attempts=0) for k in range(chunk.n)]
        self._change(singles, [], [])

    def release(self, batch: Batch) -> None:
        """Marks a batch that was not started as pending."""
        self._change([replace(self.chunks[batch.point, batch.first], state="pending")], [], [])

    def drop(self, chunks: Sequence[Chunk]) -> None:
        """Deletes chunks with their replicates, which a stopping rule leaves out."""
        with self.ledger.change():
            self.ledger.drop(chunks)
            self.ledger.drop_failures(chunks)
            self.ledger.drop_files(name for chunk in chunks for name in chunk.files)
        for chunk in chunks:
            del self.chunks[chunk.point, chunk.first]
            for name in chunk.files:
                self.place.remove(name)

    # Integrity

    def verify(self) -> list[str]:
        """Compares every file with its checksum; returns damaged or missing files, whose chunks become pending."""
        damaged = [file for file in self.ledger.files() if not self.place.is_whole(file)]
        self._lose(damaged)
        return [file.name for file in damaged]

    def sweep_out(self) -> None:
        """Deletes files that are not in the ledger: remains of dead processes and merged files."""
        known = {file.name for file in self.ledger.files()}
        for name in self.place.names():
            if name not in known:
                self.place.remove(name)
        if self.place.path is not None:
            for file in self.place.path.glob(f"*{ASIDE}"):
                file.unlink()

    # Merging

    def merge(self, point: int, home: str) -> list[str]:
        """Merges the files of a point into one per table, sorted by replicate; returns the names of damaged files.

        Args:
            point: number of the point.
            home: folder of the merged files.
        """
        mine = [chunk for chunk in self.chunks.values() if chunk.point == point and chunk.files]
        rows = {file.name: file for file in self.ledger.files_of(point)}
        names = sorted({name for chunk in mine for name in chunk.files})
        pieces = {table: [name for name in names if _table_of(name) == table] for table in map(_table_of, names)}
        if all(len(parts) == 1 and _is_merged(parts[0]) for parts in pieces.values()):
            return []
        if damaged := [name for name in names if not self.place.is_whole(rows[name])]:
            self._lose([rows[name] for name in damaged])
            return damaged
        merged = []
        for table, parts in pieces.items():
            target = f"{home}/{point:05d}-*.parquet" if home != SHARDS else f"{home}/{point:05d}-*.{table}.parquet"
            name, digest, n_bytes = self.place.merge(target, parts)
            merged.append(FileRow(name, point, digest, n_bytes))
        final = tuple(file.name for file in merged)
        moved = [replace(chunk, files=final) for chunk in mine]
        gone = [name for name in names if name not in final]
        with self.ledger.change():
            self.ledger.put_files(merged)
            self.ledger.put(moved)
            self.ledger.drop_files(gone)
        self.chunks |= {(chunk.point, chunk.first): chunk for chunk in moved}
        for name in gone:
            self.place.remove(name)
        return []

    def compact(self, completed: Mapping[int, int]) -> None:
        """Rewrites the ledger of a finished job, so that it does not depend on chunks and their order.

        Args:
            completed: replicates of every point; a complete run is never replaced by a shorter one.
        """
        whole = []
        for point in self.ledger.points():
            mine = [chunk for chunk in self.chunks.values() if chunk.point == point.id]
            successes = tuple(map(sum, zip(*(chunk.successes for chunk in mine if chunk.successes), strict=True)))
            n_done = sum(chunk.n_done for chunk in mine)
            files = next((chunk.files for chunk in mine if chunk.files), ())
            whole.append(Chunk(point.id, 0, sum(chunk.n for chunk in mine), 0, "done" if n_done else "failed", 0, files, n_done, successes))
        self.chunks = {(chunk.point, chunk.first): chunk for chunk in whole}
        if self.place.path is None:
            return
        aside = self.place.path / f"{NAME}{ASIDE}"
        aside.unlink(missing_ok=True)
        with closing(Ledger(self.place.path, name=aside.name)) as other, other.change():
            other.set_study({**self.ledger.study(), "completed": max(completed.values(), default=0)})
            other.add_points(self.ledger.points())
            other.put(whole)
            other.put_files(self.ledger.files())
            other.put_failures(self.ledger.failures())
        self.ledger.close()
        rename_durably(aside, self.place.path / NAME)
        self.ledger = Ledger(self.place.path)

    def files(self, point: int) -> dict[str, str]:
        """Returns the names of the merged files of a point, by table."""
        names = {name for chunk in self.chunks.values() if chunk.point == point for name in chunk.files}
        return {_table_of(name): name for name in sorted(names)}

    def note(self, event: str, **facts: Any) -> None:
        """Adds an event to the journal."""
        self.place.note(json.dumps({"time": now(), "event": event, **facts}, ensure_ascii=False))

    def _lose(self, files: Sequence[FileRow]) -> None:
        if not files:
            return
        lost = {file.name for file in files}
        hit = [chunk for chunk in self.chunks.values() if lost.intersection(chunk.files)]
        # The other tables of the same replicates are run again as well.
        lost |= {name for chunk in hit for name in chunk.files}
        fresh = [_to_be_run(chunk) for chunk in hit]
        with self.ledger.change():
            self.ledger.drop_files(lost)
            self.ledger.put(fresh)
            self.ledger.drop_failures(fresh)
        self.chunks |= {(chunk.point, chunk.first): chunk for chunk in fresh}
        self._skips -= {(chunk.point, r) for chunk in fresh for r in range(chunk.first, chunk.first + chunk.n)}
        for file in files:
            self.note("file damaged", file=file.name)

    def _change(self, chunks: list[Chunk], files: Sequence[FileRow], failures: list[dict[str, Any]]) -> None:
        marks = [mark for mark in self._marks if self.chunks.get((mark.point, mark.first)) == mark]
        with self.ledger.change():
            self.ledger.put([*marks, *chunks])
            self.ledger.put_files(files)
            self.ledger.put_failures(failures)
        self._marks = []
        self.chunks |= {(chunk.point, chunk.first): chunk for chunk in chunks}
        self._skips |= _to_be_skipped(failures)


def _to_be_skipped(failures: Iterable[dict[str, Any]]) -> set[tuple[int, int]]:
    """Returns point and replicate of those that ended their workers."""
    return {(record["point"], record["replicate"]) for record in failures if record["origin"] == OPERATING_SYSTEM}


def _table_of(name: str) -> str:
    """Returns which table a file with replicates holds."""
    parts = name.rpartition("/")[2].split(".")
    return parts[-2] if len(parts) > 2 else TRAJECTORIES


def _is_merged(name: str) -> bool:
    """Returns whether a file is merged: its name has a digest instead of a replicate."""
    return len(name.rpartition("/")[2].partition(".")[0]) == len("00000-01234567")


def _to_be_run(chunk: Chunk) -> Chunk:
    return Chunk(chunk.point, chunk.first, chunk.n, chunk.turn)
