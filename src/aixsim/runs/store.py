"""The store of a run or a sweep: a ledger and the files that it speaks of, changed so that a fault at any moment leaves them whole.

A run without a folder keeps the same things in memory.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa

from aixsim.errors import StoreError, storage_error
from aixsim.runs.files import ASIDE, DurableFile, checksum, durable_file, file_checksum, rename_durably, write_durably
from aixsim.runs.ledger import NAME, Chunk, FileRow, Ledger, PointRow
from aixsim.runs.lock import FolderLock
from aixsim.runs.replicates import TRAJECTORIES, Batch, BatchResult
from aixsim.runs.tables import by_replicate, write_parquet

SHARDS = "shards"
NOT_RESULTS = ("journal.jsonl", "status.json", ".lock", ".holder", f"{NAME}-journal")
"""What tells of the work and not of the results: everything else is the same, byte for byte, however a run was carried out."""
OPERATING_SYSTEM = "operating system"
"""Origin of a failure that the replicate itself did not report: its worker died, or was ended because it took too long."""


class Place(Protocol):
    """Where files are kept."""

    path: Path | None

    def put(self, name: str, content: Any) -> tuple[str, int]:
        """Keeps a file and returns its SHA-256 and its size."""

    def merge(self, name: str, parts: Sequence[str]) -> tuple[str, str, int]:
        """Keeps the rows of some files, by replicate, as one; returns its name with its digest for ``*``, SHA-256 and size."""

    def source(self, name: str) -> Any:
        """Returns a file as ``pyarrow.parquet.read_table`` takes it."""

    def is_whole(self, file: FileRow) -> bool:
        """Returns whether a file is as it was written."""

    def names(self) -> list[str]:
        """Returns the files with replicates."""

    def remove(self, name: str) -> None:
        """Removes a file."""

    def note(self, line: str) -> None:
        """Adds a line to the journal."""


class FolderPlace:
    """Files below a folder."""

    def __init__(self, path: Path, folders: Sequence[str]) -> None:
        """Names the folder, and the folders in it that hold files with replicates."""
        self.path: Path | None = path
        self.folder, self._folders = path, folders

    def put(self, name: str, content: bytes) -> tuple[str, int]:
        """As in ``Place``."""
        write_durably(self.folder / name, content)
        return checksum(content), len(content)

    def merge(self, name: str, parts: Sequence[str]) -> tuple[str, str, int]:
        """As in ``Place``; the rows pass through memory a file at a time."""
        import pyarrow.parquet as pq

        aside = self.folder / name.replace("*", "merged")
        schema = pq.read_schema(self.folder / parts[0])
        with durable_file(aside) as file:
            write_parquet(_stream(file), schema, by_replicate([self.folder / part for part in parts]))
        final = name.replace("*", file.sha256[:8])
        rename_durably(aside, self.folder / final)
        return final, file.sha256, file.n_bytes

    def source(self, name: str) -> Path:
        """As in ``Place``."""
        return self.folder / name

    def is_whole(self, file: FileRow) -> bool:
        """As in ``Place``."""
        with suppress(OSError):
            return file_checksum(self.folder / file.name) == file.sha256
        return False

    def names(self) -> list[str]:
        """As in ``Place``."""
        return [f"{folder}/{file.name}" for folder in self._folders for file in (self.folder / folder).iterdir()]

    def remove(self, name: str) -> None:
        """As in ``Place``."""
        (self.folder / name).unlink(missing_ok=True)

    def note(self, line: str) -> None:
        """As in ``Place``."""
        with (self.folder / "journal.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


class MemoryPlace:
    """Files, or tables, in memory."""

    path: Path | None = None

    def __init__(self) -> None:
        """Starts empty."""
        self._held: dict[str, Any] = {}

    def put(self, name: str, content: Any) -> tuple[str, int]:
        """As in ``Place``; nobody else can change what is in memory, so there is no checksum."""
        self._held[name] = content
        return "", 0

    def merge(self, name: str, parts: Sequence[str]) -> tuple[str, str, int]:
        """As in ``Place``."""
        tables = [self.table(part) for part in parts]
        whole = pa.concat_tables(sorted(tables, key=lambda table: table["replicate"][0].as_py() if len(table) else -1))
        self._held[name] = whole
        return name, "", 0

    def table(self, name: str) -> pa.Table:
        """Returns a file as a table."""
        held = self._held[name]
        if isinstance(held, bytes):
            import pyarrow.parquet as pq

            return pq.read_table(io.BytesIO(held), use_threads=False)
        return held

    def source(self, name: str) -> Any:
        """As in ``Place``."""
        return self.table(name)

    def is_whole(self, file: FileRow) -> bool:
        """As in ``Place``."""
        return file.name in self._held

    def names(self) -> list[str]:
        """As in ``Place``."""
        return list(self._held)

    def remove(self, name: str) -> None:
        """As in ``Place``."""
        self._held.pop(name, None)

    def note(self, line: str) -> None:
        """As in ``Place``: nobody would read it."""


def _stream(file: DurableFile) -> Any:
    return pa.PythonFile(file, mode="w")


class Store:
    """An open store; use ``opened``.

    Attributes:
        place: of the files.
        ledger: its ledger.
        chunks: all chunks by point and first replicate, as in the ledger.
    """

    def __init__(self, place: Place, ledger: Ledger) -> None:
        """Reads the chunks; what was running when its process ended is pending again."""
        self.place, self.ledger = place, ledger
        self.chunks = {(chunk.point, chunk.first): chunk for chunk in ledger.chunks()}
        self._marks: list[Chunk] = []
        self._skips: dict[int, set[int]] = {}
        for record in ledger.failures():
            self._remember(record)
        self._reopen([chunk for chunk in self.chunks.values() if chunk.state == "running"], forget=False)

    @classmethod
    @contextmanager
    def opened(cls, path: Path | None, folders: Sequence[str] = (SHARDS,)) -> Iterator[Store]:
        """Opens or makes a store, which belongs to this process until the block ends.

        Args:
            path: its folder; None for a store in memory.
            folders: folders in it that hold files with replicates.

        Raises:
            StoreError: another process has it, it is something else, or the disk refuses.
        """
        if path is None:
            ledger = Ledger(None)
            yield cls(MemoryPlace(), ledger)
            ledger.close()
            return
        remedy = "choose another folder with -o, or move this one away"
        if path.exists() and not path.is_dir():
            raise StoreError(path, "damaged", "is not a folder", remedy)
        if path.is_dir() and not (path / NAME).exists() and not _is_empty(path, folders):
            raise StoreError(path, "foreign", "holds something else", remedy)
        try:
            path.mkdir(mode=0o755, parents=True, exist_ok=True)
            for folder in folders:
                (path / folder).mkdir(exist_ok=True)
        except OSError as error:
            raise storage_error(path, error) from error
        with FolderLock(path):
            ledger, held = Ledger(path), None
            try:
                held = cls(FolderPlace(path, folders), ledger)
                yield held
            except OSError as error:
                raise storage_error(path, error) from error
            finally:
                # At the end the store has another ledger than it began with.
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

    def batch(self, chunk: Chunk) -> Batch:
        """Returns the replicates of a chunk, without those that cannot be run, and marks the chunk as running."""
        running = replace(chunk, state="running")
        self.chunks[chunk.point, chunk.first] = running
        self._marks.append(running)  # written with the next change: it is for those who watch, and never waited for
        skip = {r for r in self._skips.get(chunk.point, ()) if chunk.first <= r < chunk.first + chunk.n}
        return Batch(chunk.point, chunk.first, chunk.n, frozenset(skip))

    # What comes back

    def store(self, batch: Batch, result: BatchResult) -> None:
        """Keeps the result of a batch: the files first, then the ledger.

        Raises:
            OSError: the disk refuses; the chunk stays to be run.
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
        """Notes that a worker ended with a batch, which is to be run again; ``record`` gives up one of its replicates."""
        chunk = self.chunks[batch.point, batch.first]
        attempts = 0 if record else chunk.attempts + 1
        self._change([replace(chunk, state="pending", attempts=attempts)], [], [record] if record else [])
        self.note("worker died", task={"point": batch.point, "first": batch.first, "n": batch.n}, why=why, given_up=bool(record))

    def split(self, batch: Batch) -> None:
        """Replaces a chunk by one a replicate, to find the one that ends its workers."""
        chunk = self.chunks[batch.point, batch.first]
        singles = [replace(chunk, first=chunk.first + k, n=1, state="pending", attempts=0) for k in range(chunk.n)]
        self._change(singles, [], [])

    def release(self, batch: Batch) -> None:
        """Notes that a batch was given back without having been begun."""
        self._change([replace(self.chunks[batch.point, batch.first], state="pending")], [], [])

    def drop(self, chunks: Sequence[Chunk]) -> None:
        """Takes chunks out, with what they hold: what a stop rule leaves out."""
        with self.ledger.change():
            self.ledger.drop(chunks)
            for chunk in chunks:
                self.ledger.drop_failures(chunk.point, chunk.first, chunk.n)
                for name in chunk.files:
                    self.ledger.drop_file(name)
        for chunk in chunks:
            del self.chunks[chunk.point, chunk.first]
            for name in chunk.files:
                self.place.remove(name)

    # What may be wrong with it

    def verify(self) -> list[str]:
        """Compares every file with its checksum; returns what is damaged or missing, whose chunks are to be run again."""
        damaged = [file for file in self.ledger.files() if not self.place.is_whole(file)]
        self._lose(damaged)
        return [file.name for file in damaged]

    def sweep_out(self) -> None:
        """Deletes files that the ledger does not know: what dead processes left, and what was merged into others."""
        known = {file.name for file in self.ledger.files()}
        for name in self.place.names():
            if name not in known:
                self.place.remove(name)
        if self.place.path is not None:
            for file in self.place.path.glob(f"*{ASIDE}"):
                file.unlink()

    # What is made of it in the end

    def merge(self, point: int, home: str = SHARDS) -> list[str]:
        """Merges the files of a point into one a table, sorted by replicate; returns the names of those that turn out to be damaged.

        Args:
            point: number of the point.
            home: folder of the merged files.
        """
        mine = [chunk for chunk in self.chunks.values() if chunk.point == point and chunk.files]
        rows = {file.name: file for file in self.ledger.files_of(point)}
        names = sorted({name for chunk in mine for name in chunk.files})
        pieces = {table: [name for name in names if table_of(name) == table] for table in map(table_of, names)}
        if all(len(parts) == 1 and is_merged(parts[0]) for parts in pieces.values()):
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
            for file in merged:
                self.ledger.put_file(file)
            self.ledger.put(moved)
            for name in gone:
                self.ledger.drop_file(name)
        self.chunks |= {(chunk.point, chunk.first): chunk for chunk in moved}
        for name in gone:
            self.place.remove(name)
        return []

    def compact(self, completed: Mapping[int, int]) -> None:
        """Writes the ledger anew when all is done, so that it does not tell in which pieces and order that happened.

        Args:
            completed: replicates of every point; a complete run is never replaced by fewer.
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
        other = Ledger(self.place.path, name=aside.name)
        try:
            with other.change():
                other.set_study({**self.ledger.study(), "completed": max(completed.values(), default=0)})
                other.add_points(self.ledger.points())
                other.put(whole)
                for file_row in self.ledger.files():
                    other.put_file(file_row)
                for record in self.ledger.failures():
                    other.put_failure(record)
        finally:
            other.close()
        self.ledger.close()
        rename_durably(aside, self.place.path / NAME)
        self.ledger = Ledger(self.place.path)

    def files(self, point: int) -> dict[str, str]:
        """Returns the names of the merged files of a point, by table."""
        names = {name for chunk in self.chunks.values() if chunk.point == point for name in chunk.files}
        return {table_of(name): name for name in sorted(names)}

    # Files beside the replicates

    def claim(self, identity: str) -> None:
        """Makes the store that of one calculation, or finds it so.

        Raises:
            StoreError: it is that of another one.
        """
        held = self.ledger.study().get("identity")
        if held is None and not self.chunks:
            self.add([], [], {"identity": identity})
        elif held != identity:
            remedy = "choose another folder with -o, or move this one away"
            raise StoreError(self.path, "foreign", "holds something else, or the same of other settings", remedy)

    def keep(self, name: str, content: bytes) -> None:
        """Writes a file, and its checksum into the ledger."""
        with self.ledger.change():
            self.ledger.drop_file(name)  # a process that dies now leaves no checksum that the new content would contradict
        row = FileRow(name, 0, *self.place.put(name, content))
        with self.ledger.change():
            self.ledger.put_file(row)

    def keep_state(self, name: str, content: bytes) -> None:
        """Writes the next state of a calculation; the one before is there until the ledger knows the new one."""
        before = [file.name for file in self.ledger.files() if _is_state(file.name, name)]
        row = FileRow(f"{name}.{checksum(content)[:8]}", 0, *self.place.put(f"{name}.{checksum(content)[:8]}", content))
        with self.ledger.change():
            for old in before:
                self.ledger.drop_file(old)
            self.ledger.put_file(row)
        for old in before:
            if old != row.name:
                self.place.remove(old)

    def kept(self, name: str) -> bytes | None:
        """Returns the content of a file or of the last state that was kept; None when there is none.

        Raises:
            StoreError: it is not as it was written.
        """
        row = next((file for file in self.ledger.files() if file.name == name or _is_state(file.name, name)), None)
        path = self.path / (name if row is None else row.name)
        if row is None or not path.is_file():
            return None
        content = path.read_bytes()
        if checksum(content) != row.sha256:
            raise StoreError(path, "damaged", "is not as it was written", "remove it: what it holds is computed again")
        return content

    def note(self, event: str, **facts: Any) -> None:
        """Adds a line to the journal, which tells what happened when."""
        time = dt.datetime.now().astimezone().isoformat(timespec="seconds")
        self.place.note(json.dumps({"time": time, "event": event, **facts}, ensure_ascii=False))

    def _lose(self, files: Sequence[FileRow]) -> None:
        if not files:
            return
        lost = {file.name for file in files}
        hit = [chunk for chunk in self.chunks.values() if lost.intersection(chunk.files)]
        # The other tables of the same replicates are made again with the lost one.
        lost |= {name for chunk in hit for name in chunk.files}
        with self.ledger.change():
            for name in lost:
                self.ledger.drop_file(name)
        self._reopen(hit, forget=True)
        for file in files:
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

    def _change(self, chunks: list[Chunk], files: Sequence[FileRow], failures: list[dict[str, Any]]) -> None:
        marks = [mark for mark in self._marks if self.chunks.get((mark.point, mark.first)) == mark]
        with self.ledger.change():
            self.ledger.put([*marks, *chunks])
            for file in files:
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


def table_of(name: str) -> str:
    """Returns which table a file with replicates holds."""
    parts = name.rpartition("/")[2].split(".")
    return parts[-2] if len(parts) > 2 else TRAJECTORIES


def _is_state(file: str, name: str) -> bool:
    """Returns whether a file is a state of this name: it ends with a digest."""
    return file.rpartition(".")[0] == name


def is_merged(name: str) -> bool:
    """Returns whether a file holds all replicates of its point: its name has a digest, where others have a replicate."""
    return len(name.rpartition("/")[2].partition(".")[0]) == len("00000-01234567")


def _is_empty(path: Path, folders: Sequence[str]) -> bool:
    return not any(item.name not in (*NOT_RESULTS, *folders) for item in path.iterdir())
