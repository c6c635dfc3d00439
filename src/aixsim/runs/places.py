"""Places where a store keeps its files: a folder, or memory."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from aixsim.runs.files import checksum, durable_file, file_checksum, rename_durably, write_durably
from aixsim.runs.ledger import FileRow
from aixsim.runs.tables import by_replicate, write_parquet


class Place(Protocol):
    """A place for files."""

    path: Path | None

    def make_folders(self) -> None:
        """Creates its folders; not before the store is known to belong to the job, so that another's stays as it is."""

    def put(self, name: str, content: Any) -> tuple[str, int]:
        """Stores a file and returns its SHA-256 and its size in bytes."""

    def merge(self, name: str, parts: Sequence[str]) -> tuple[str, str, int]:
        """Merges files into one, sorted by replicate; returns its name (``*`` replaced by its digest), SHA-256 and size."""

    def source(self, name: str) -> Any:
        """Returns a file as a source for ``pyarrow.parquet.read_table``."""

    def is_whole(self, file: FileRow) -> bool:
        """Returns whether a file is unchanged since it was written."""

    def names(self) -> list[str]:
        """Returns the names of the files with replicates."""

    def remove(self, name: str) -> None:
        """Removes a file."""

    def note(self, line: str) -> None:
        """Adds a line to the journal."""


def place_at(path: Path | None, folders: Sequence[str]) -> Place:
    """Returns a folder as a place, where ``folders`` hold the files with replicates; without a folder, a place in memory."""
    return _Memory() if path is None else _Folder(path, folders)


class _Folder:
    def __init__(self, path: Path, folders: Sequence[str]) -> None:
        self.path: Path | None = path
        self._folder, self._folders = path, folders

    def make_folders(self) -> None:
        for folder in self._folders:
            (self._folder / folder).mkdir(exist_ok=True)

    def put(self, name: str, content: bytes) -> tuple[str, int]:
        write_durably(self._folder / name, content)
        return checksum(content), len(content)

    def merge(self, name: str, parts: Sequence[str]) -> tuple[str, str, int]:
        # One file is in memory at a time.
        aside = self._folder / name.replace("*", "merged")
        schema = pq.read_schema(self._folder / parts[0])
        with durable_file(aside) as file:
            write_parquet(file, schema, by_replicate([self._folder / part for part in parts]))
        final = name.replace("*", file.sha256[:8])
        rename_durably(aside, self._folder / final)
        return final, file.sha256, file.n_bytes

    def source(self, name: str) -> Path:
        return self._folder / name

    def is_whole(self, file: FileRow) -> bool:
        with suppress(OSError):
            return file_checksum(self._folder / file.name) == file.sha256
        return False

    def names(self) -> list[str]:
        return [f"{folder}/{file.name}" for folder in self._folders for file in (self._folder / folder).iterdir()]

    def remove(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def note(self, line: str) -> None:
        with (self._folder / "journal.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


class _Memory:
    path: Path | None = None

    def __init__(self) -> None:
        self._held: dict[str, pa.Table] = {}

    def make_folders(self) -> None:
        """Does nothing: there are no folders in memory."""

    def put(self, name: str, content: Any) -> tuple[str, int]:
        self._held[name] = content
        return "", 0  # memory needs no checksum

    def merge(self, name: str, parts: Sequence[str]) -> tuple[str, str, int]:
        tables = [self._held[part] for part in parts]
        self._held[name] = pa.concat_tables(sorted(tables, key=lambda table: table["replicate"][0].as_py() if len(table) else -1))
        return name, "", 0

    def source(self, name: str) -> pa.Table:
        return self._held[name]

    def is_whole(self, file: FileRow) -> bool:
        return file.name in self._held

    def names(self) -> list[str]:
        return list(self._held)

    def remove(self, name: str) -> None:
        self._held.pop(name, None)

    def note(self, line: str) -> None:
        """Does nothing: there is no journal in memory."""
