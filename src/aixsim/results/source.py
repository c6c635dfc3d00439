"""Sources of the tables and documents of a result: a folder, or memory."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from aixsim.errors import StoreError, UserError
from aixsim.runs.files import file_checksum

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_AT_A_TIME: Final = 20_000
"""Rows per piece in ``batches``."""
CONFIG: Final = "config"
"""The document that is TOML; all others are JSON."""


class ResultError(StoreError):
    """A result that cannot be read.

    Attributes:
        folder: the result folder.
        file: name of the missing or damaged file; empty for the folder itself.
        reason, remedy, exit_code: as in ``StoreError``.
    """

    def __init__(self, folder: Path, file: str, message: str, remedy: str) -> None:
        super().__init__(folder, "damaged", message, remedy)
        self.file = file


@dataclass(frozen=True)
class MemorySource:
    """A result in memory.

    Attributes:
        tables: by name, such as ``trajectories``.
        documents: parsed, by name, such as ``goals``; ``config`` is the resolved config.
        path: None.

    Raises:
        UserError: raised by methods if the table or document does not exist.
    """

    tables: Mapping[str, pa.Table]
    documents: Mapping[str, Any]
    path: None = None

    def __reduce__(self) -> tuple[type[Self], tuple[dict[str, pa.Table], dict[str, Any]]]:
        """Pickles all tables and documents; those not yet computed are computed now."""
        return type(self), (dict(self.tables), dict(self.documents))

    def has(self, name: str) -> bool:
        """Returns whether there is such a table or document."""
        return name in self.tables or name in self.documents

    def schema(self, name: str) -> pa.Schema:
        """Returns the columns of a table and their types."""
        return self.table(name).schema

    def table(self, name: str) -> pa.Table:
        """Returns a table."""
        return self._held(self.tables, name)

    def batches(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a table in pieces, with all columns or some."""
        table = self.table(name)
        yield from (table if columns is None else table.select(list(columns))).to_batches(ROWS_AT_A_TIME)

    def document(self, name: str) -> Any:
        """Returns a document."""
        return self._held(self.documents, name)

    def damaged(self, name: str, found: str) -> UserError:
        """Returns the error for a table or document."""
        return UserError(f"result in memory: its {name!r} {found}")

    def _held(self, among: Mapping[str, Any], name: str) -> Any:
        if name not in among:
            raise self.damaged(name, "is missing")
        return among[name]


@dataclass(frozen=True)
class FolderSource:
    """A result folder. Every file is compared with its checksum before it is first read.

    Attributes:
        path: the folder.
        checksums: SHA-256 in hexadecimal by file name; files without checksum are not compared.

    Raises:
        ResultError: raised by methods if a file is missing, damaged, or has a wrong format.
    """

    path: Path
    checksums: Mapping[str, str] = field(default_factory=dict)
    _verified: set[str] = field(default_factory=set, init=False, repr=False, compare=False)

    def has(self, name: str) -> bool:
        """Returns whether the folder has such a table or document, or should have it."""
        return any(file in self.checksums or (self.path / file).is_file() for file in (_table_file(name), _document_file(name)))

    def schema(self, name: str) -> pa.Schema:
        """Returns the columns of a table and their types."""
        import pyarrow.parquet as pq

        with self._reading(_table_file(name)) as path:
            return pq.read_schema(path)

    def table(self, name: str) -> pa.Table:
        """Returns a table."""
        from aixsim.runs.tables import read_parquet

        with self._reading(_table_file(name)) as path:
            return read_parquet(path)

    def batches(self, name: str, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Yields the rows of a table in pieces, with all columns or some."""
        import pyarrow.parquet as pq

        with self._reading(_table_file(name)) as path, pq.ParquetFile(path) as file:
            yield from file.iter_batches(ROWS_AT_A_TIME, columns=columns)

    def document(self, name: str) -> Any:
        """Returns the parsed content of a document."""
        with self._reading(_document_file(name)) as path:
            text = path.read_text(encoding="utf-8")
            return tomllib.loads(text) if name == CONFIG else parse_json(text)

    def verify(self) -> None:
        """Compares every file with its checksum."""
        for file in self.checksums:
            with self._reading(file):
                pass

    def damaged(self, name: str, found: str) -> ResultError:
        """Returns the error for a table or document."""
        return self._error(next((file for file in (_table_file(name), _document_file(name)) if (self.path / file).is_file()), name), found)

    @contextmanager
    def _reading(self, file: str) -> Iterator[Path]:
        """Yields the path of a verified file; errors of the block become a ``ResultError``."""
        path = self.path / file
        try:
            if file in self.checksums and file not in self._verified:
                found = file_checksum(path)
                if found != self.checksums[file]:
                    raise self._error(file, f"has changed since it was written: its SHA-256 is {found}, not {self.checksums[file]}")
                self._verified.add(file)
            yield path
        except (OSError, ValueError, RecursionError) as error:
            raise self._error(file, "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read ({error})") from error

    def _error(self, file: str, found: str) -> ResultError:
        return ResultError(self.path, file, f"its {file} {found}", "run the study again")


Source = MemorySource | FolderSource
"""Tables and documents by name, without suffix: ``trajectories``, ``goals``, ``config``."""


def parse_json(text: str) -> Any:
    """Returns the content of a JSON document.

    Raises:
        ValueError: it is not JSON; NaN and infinities are not.
        RecursionError: it is nested too deeply.
    """

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(text, parse_constant=refuse)


def _table_file(name: str) -> str:
    return f"{name}.parquet"


def _document_file(name: str) -> str:
    return f"{name}.toml" if name == CONFIG else f"{name}.json"
