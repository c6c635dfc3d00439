"""The ledger of a run, a sweep or a calibration: what is to be run, what is running, what is done, and which files hold it.

One SQLite file. The whole design stands in it before the first run; a change is made only after the file that it speaks of is safely on
the disk. Every row carries a seal, so that a flipped bit in the ledger is noticed like one in a table.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

from aixsim.errors import StoreError

State = Literal["pending", "running", "done", "failed"]
NAME: Final = "ledger.sqlite"
TABLES: Final = "trajectories"
"""Folder of a sweep's tables, one file a point."""
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
    """A point: its number, how it is called, and the resolved config that determines its numbers."""

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
        state: a chunk has failed when none of its replicates has a result.
        attempts: times that its worker died.
        files: that hold its finished replicates, one a table; none when there are none.
        n_done: finished replicates.
        successes: how many of them reach each goal.
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
        StoreError: it cannot be read or written, or is damaged; of every method.
    """

    def __init__(self, folder: Path | None, *, name: str = NAME, read_only: bool = False) -> None:
        """Opens the ledger of a folder, or starts an empty one; without a folder it is in memory."""
        self.folder = folder or Path()
        place = ":memory:" if folder is None else f"{(folder / name).absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
        with self._guard():
            self._base = sqlite3.connect(place, uri=folder is not None, isolation_level=None, timeout=10.0)
            try:
                self._prepare(read_only=read_only)
            except BaseException:
                self._base.close()
                raise

    def _prepare(self, *, read_only: bool) -> None:
        if not read_only:
            self._base.execute("pragma synchronous = full")
        self._base.execute("pragma temp_store = memory")
        if not read_only and not self._base.execute("select count(*) from sqlite_master").fetchone()[0]:
            self._base.executescript(f"begin; {_SCHEMA} commit;")

    def close(self) -> None:
        """Closes the file."""
        self._base.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Makes all changes of a block at once, or none of them."""
        with self._guard():
            self._base.execute("begin immediate")
            try:
                yield
                self._base.execute("commit")
            except BaseException:
                if self._base.in_transaction:
                    self._base.execute("rollback")
                raise

    # What the study is

    def study(self) -> dict[str, Any]:
        """Returns what was written with ``set_study``."""
        with self._guard():
            rows = self._base.execute("select * from study order by key").fetchall()
        return {key: json.loads(value) for key, value in (self._unsealed(row, "study") for row in rows)}

    def set_study(self, facts: Mapping[str, Any]) -> None:
        """Writes what determines the numbers of all points."""
        rows = [(key, json.dumps(value, ensure_ascii=False, sort_keys=True)) for key, value in sorted(facts.items())]
        self._base.executemany("insert or replace into study values (?, ?, ?)", [(*row, _seal(row)) for row in rows])

    def points(self) -> list[PointRow]:
        """Returns all points, by number."""
        with self._guard():
            rows = self._base.execute("select * from points order by id").fetchall()
        return [PointRow(*self._unsealed(row, "points")) for row in rows]

    def add_points(self, points: Iterable[PointRow]) -> None:
        """Writes points that are not there yet."""
        rows = [(point.id, point.label, point.policy, point.factors, point.config) for point in points]
        self._base.executemany("insert into points values (?, ?, ?, ?, ?, ?)", [(*row, _seal(row)) for row in rows])

    # What is to be run and what is done

    def chunks(self) -> list[Chunk]:
        """Returns all chunks, by point and first replicate."""
        with self._guard():
            rows = self._base.execute("select * from chunks order by point, first").fetchall()
        return [_chunk(self._unsealed(row, "chunks")) for row in rows]

    def put(self, chunks: Iterable[Chunk]) -> None:
        """Writes chunks, in place of those with the same point and first replicate."""
        rows = [tuple(json.dumps(value) if isinstance(value, tuple) else value for value in asdict(chunk).values()) for chunk in chunks]
        self._base.executemany("insert or replace into chunks values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [(*row, _seal(row)) for row in rows])

    def drop(self, chunks: Iterable[Chunk]) -> None:
        """Takes chunks out."""
        self._base.executemany("delete from chunks where point = ? and first = ?", [(chunk.point, chunk.first) for chunk in chunks])

    def files(self) -> list[FileRow]:
        """Returns all files, by name."""
        with self._guard():
            rows = self._base.execute("select * from files order by name").fetchall()
        return [FileRow(*self._unsealed(row, "files")) for row in rows]

    def files_of(self, point: int) -> list[FileRow]:
        """Returns the files of a point, by name."""
        with self._guard():
            rows = self._base.execute("select * from files where point = ? order by name", (point,)).fetchall()
        return [FileRow(*self._unsealed(row, "files")) for row in rows]

    def put_file(self, file: FileRow) -> None:
        """Writes that a file is safely on the disk."""
        row = (file.name, file.point, file.sha256, file.n_bytes)
        self._base.execute("insert or replace into files values (?, ?, ?, ?, ?)", (*row, _seal(row)))

    def drop_file(self, name: str) -> None:
        """Writes that a file no longer counts."""
        self._base.execute("delete from files where name = ?", (name,))

    # What failed

    def failures(self) -> list[dict[str, Any]]:
        """Returns the records of failed replicates, by point and replicate."""
        with self._guard():
            rows = self._base.execute("select * from failures order by point, replicate").fetchall()
        return [json.loads(self._unsealed(row, "failures")[-1]) for row in rows]

    def put_failure(self, record: Mapping[str, Any]) -> None:
        """Writes a record, with ``point`` and ``replicate`` among its keys."""
        row = (record["point"], record["replicate"], json.dumps(record, ensure_ascii=False))
        self._base.execute("insert or replace into failures values (?, ?, ?, ?)", (*row, _seal(row)))

    def drop_failures(self, point: int, first: int, n: int) -> None:
        """Takes out the records of some replicates, which are to be run again."""
        self._base.execute("delete from failures where point = ? and replicate >= ? and replicate < ?", (point, first, first + n))

    def _unsealed(self, row: tuple[Any, ...], table: str) -> tuple[Any, ...]:
        if row[-1] != _seal(row[:-1]):
            raise _damaged(self.folder, f"a row of {table} in its {NAME} has changed since it was written")
        return row[:-1]

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
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
