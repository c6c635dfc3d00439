"""The ledger of a run, sweep or calibration: an SQLite file with the pending, running and finished replicates and their files.

The whole design is in the ledger before the first replicate runs. A row is changed only after the file to which it refers is safely on
disk. Every row has a checksum (``seal``), so that a flipped bit in the ledger is detected.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from aixsim.errors import StoreError
from aixsim.runs.files import canonical_checksum

State = Literal["pending", "running", "done", "failed"]
NAME: Final = "ledger.sqlite"
TABLES: Final = "trajectories"
"""Folder of a sweep's tables, one file per point."""
_SCHEMA = """
create table study (key text primary key, value text not null, seal text not null) without rowid;
create table points (id integer primary key, label text not null, policy text not null, factors text not null, config text not null,
    seal text not null);
create table chunks (point integer not null, first integer not null, n integer not null, turn integer not null, state text not null,
    attempts integer not null, files text not null, n_done integer not null, successes text not null, seal text not null,
    primary key (point, first)) without rowid;
create table files (name text primary key, point integer not null, sha256 text not null, n_bytes integer not null, seal text not null)
    without rowid;
create table failures (point integer not null, replicate integer not null, record text not null, seal text not null,
    primary key (point, replicate))
    without rowid;
"""


@dataclass(frozen=True, slots=True)
class PointRow:
    """A point: its number, label and resolved config."""

    id: int
    label: str
    policy: str
    factors: str
    config: str


@dataclass(frozen=True, slots=True)
class Chunk:
    """Replicates of one point that are run together.

    Attributes:
        point: number of the point.
        first, n: replicates ``first … first + n - 1``.
        turn: round in which it is run.
        state: pending, running, done or failed; failed if none of its replicates has a result.
        attempts: how often its worker died.
        files: files with its finished replicates, one per table.
        n_done: number of finished replicates.
        successes: number of replicates that reach each goal.
    """

    point: int
    first: int
    n: int
    turn: int
    state: State = "pending"
    attempts: int = 0
    files: tuple[str, ...] = ()
    n_done: int = 0
    successes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file with finished replicates of a point."""

    name: str
    point: int
    sha256: str
    n_bytes: int


class Ledger:
    """An open ledger.

    Raises:
        StoreError: raised by every method if the file cannot be read or written, or is damaged.
    """

    def __init__(self, folder: Path | None, *, name: str = NAME, read_only: bool = False) -> None:
        """Opens the ledger of a folder, or creates an empty one; without a folder it is in memory."""
        self.folder = folder or Path()
        place = ":memory:" if folder is None else f"{(folder / name).absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        with self._guard():
            self._base = sqlite3.connect(place, uri=folder is not None, isolation_level=None, timeout=10.0)
            try:
                self._base.execute("pragma temp_store = memory")
                if read_only:
                    return
                self._base.execute("pragma synchronous = full")
                if not self._base.execute("select count(*) from sqlite_master").fetchone()[0]:
                    self._base.executescript(f"begin; {_SCHEMA} commit;")
            except BaseException:
                self._base.close()
                raise

    def close(self) -> None:
        """Closes the file."""
        self._base.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Makes all changes of a block in one transaction."""
        with self._guard():
            self._base.execute("begin immediate")
            try:
                yield
                self._base.execute("commit")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("rollback")
                raise

    # Study

    def study(self) -> dict[str, Any]:
        """Returns the values written with ``set_study``."""
        return {key: json.loads(value) for key, value in self._rows("study", "select * from study order by key")}

    def set_study(self, facts: Mapping[str, Any]) -> None:
        """Writes what determines the results of all points."""
        rows = ((key, json.dumps(value, ensure_ascii=False, sort_keys=True)) for key, value in sorted(facts.items()))
        self._write("insert or replace into study values (?, ?, ?)", rows)

    def points(self) -> list[PointRow]:
        """Returns all points, by number."""
        return [PointRow(*row) for row in self._rows("points", "select * from points order by id")]

    def fingerprint(self) -> str:
        """Returns the SHA-256 of what determines the results: the identity of the study and the configs of its points."""
        return canonical_checksum({"identity": self.study().get("identity"), "configs": sorted(point.config for point in self.points())})

    def add_points(self, points: Iterable[PointRow]) -> None:
        """Adds points."""
        self._write("insert into points values (?, ?, ?, ?, ?, ?)", map(astuple, points))

    # Chunks and files

    def chunks(self) -> list[Chunk]:
        """Returns all chunks, by point and first replicate."""
        return [_chunk(row) for row in self._rows("chunks", "select * from chunks order by point, first")]

    def put(self, chunks: Iterable[Chunk]) -> None:
        """Writes chunks; replaces those with the same point and first replicate."""
        rows = (tuple(json.dumps(value) if isinstance(value, tuple) else value for value in astuple(chunk)) for chunk in chunks)
        self._write("insert or replace into chunks values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def drop(self, chunks: Iterable[Chunk]) -> None:
        """Deletes chunks."""
        self._base.executemany("delete from chunks where point = ? and first = ?", [(chunk.point, chunk.first) for chunk in chunks])

    def files(self) -> list[FileRow]:
        """Returns all files, by name."""
        return [FileRow(*row) for row in self._rows("files", "select * from files order by name")]

    def files_of(self, point: int) -> list[FileRow]:
        """Returns the files of a point, by name."""
        return [FileRow(*row) for row in self._rows("files", "select * from files where point = ? order by name", point)]

    def put_files(self, files: Iterable[FileRow]) -> None:
        """Adds files that are safely on disk."""
        self._write("insert or replace into files values (?, ?, ?, ?, ?)", map(astuple, files))

    def drop_files(self, names: Iterable[str]) -> None:
        """Deletes files."""
        self._base.executemany("delete from files where name = ?", [(name,) for name in names])

    # Failures

    def failures(self) -> list[dict[str, Any]]:
        """Returns the records of failed replicates, by point and replicate."""
        return [json.loads(record) for _, _, record in self._rows("failures", "select * from failures order by point, replicate")]

    def put_failures(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Writes records, with ``point`` and ``replicate`` among their keys."""
        rows = ((record["point"], record["replicate"], json.dumps(record, ensure_ascii=False)) for record in records)
        self._write("insert or replace into failures values (?, ?, ?, ?)", rows)

    def drop_failures(self, chunks: Iterable[Chunk]) -> None:
        """Deletes the records of chunks that will be run again."""
        bounds = [(chunk.point, chunk.first, chunk.first + chunk.n) for chunk in chunks]
        self._base.executemany("delete from failures where point = ? and replicate >= ? and replicate < ?", bounds)

    def _rows(self, table: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Returns rows without their checksums, which are verified."""
        with self._guard():
            rows = self._base.execute(query, values).fetchall()
        if any(row[-1] != _seal(row[:-1]) for row in rows):
            raise _damaged(self.folder, f"a row of {table} in its {NAME} has changed since it was written")
        return [row[:-1] for row in rows]

    def _write(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Writes rows with their checksums."""
        self._base.executemany(statement, [(*row, _seal(row)) for row in rows])

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR:  # of the disk and of locks there are codes of their own
                raise _damaged(self.folder, f"its {NAME} is no such file ({error})") from error
            remedy = "free space or choose a writable folder with -o; what was finished is kept"
            raise StoreError(self.folder, "storage", f"its {NAME} cannot be used ({error})", remedy) from error
        except sqlite3.DatabaseError as error:
            raise _damaged(self.folder, f"its {NAME} is damaged ({error})") from error


def _damaged(folder: Path, what: str) -> StoreError:
    return StoreError(folder, "damaged", what, f"delete {NAME} to run everything again, or choose another folder with -o")


def _chunk(row: tuple[Any, ...]) -> Chunk:
    point, first, n, turn, state, attempts, files, n_done, successes = row
    return Chunk(point, first, n, turn, state, attempts, tuple(json.loads(files)), n_done, tuple(json.loads(successes)))


def _seal(row: tuple[Any, ...]) -> str:
    return hashlib.sha256(json.dumps(row, ensure_ascii=False).encode()).hexdigest()[:16]
