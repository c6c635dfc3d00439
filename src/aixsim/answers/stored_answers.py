"""Reads the answers that commands have written into folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TypeVar

from aixsim.answers.answer import Answer, AnswerTable

A = TypeVar("A", bound=Answer)


def file_of(kind: type[Answer]) -> str:
    """Returns the name of the JSON file of a kind of answer."""
    return f"{kind.__name__.lower()}.json"


def read_answer(kind: type[A], folder: Path) -> A:
    """Returns the answer of a folder, as ``-o`` of its command has written it.

    Tables of single firms are not in its JSON file; they are read from their Parquet files and have no units.

    Raises:
        OSError, ValueError, KeyError, TypeError, RecursionError: there is none, or it is damaged.
    """
    import pyarrow.parquet as pq

    held = json.loads((folder / file_of(kind)).read_text(encoding="utf-8"))
    tables = {name: AnswerTable(one["rows"], one["units"]) for name, one in held.items() if isinstance(one, dict)}
    tables |= {path.stem: AnswerTable(pq.read_table(path).to_pylist(), {}) for path in folder.glob("*.parquet") if path.stem not in tables}
    return kind(held["about"], held["answer"], tables, held["notes"], held["source"])
