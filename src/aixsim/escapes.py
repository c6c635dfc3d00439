"""Makes text that users wrote safe to show: in a terminal, in CSV files and in web pages."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""How a text begins that a spreadsheet evaluates; those of East Asian editions also take the characters of full width."""


def visible(text: str) -> str:
    r"""Returns a text with control and invisible formatting characters written as escapes, such as ``\x1b`` or ``\u202e``.

    They could move the cursor, ring the bell, reverse the text direction of a terminal, or forge lines.
    """
    if text.isprintable():
        return text
    shown = (c if c.isprintable() or unicodedata.category(c) == "Zs" else c.encode("unicode_escape").decode("ascii") for c in text)
    return "".join(shown)


def cell(value: Any) -> Any:
    """Returns a value as a cell of a CSV file: nested values as JSON, and text that a spreadsheet would evaluate after an apostrophe."""
    if isinstance(value, Mapping | list | tuple):
        value = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return value
    text = visible(value)
    return f"'{text}" if text.startswith(_FORMULA) and not _is_number(text) else text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def to_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Returns rows as a CSV file whose columns are the keys of the first row; there must be one."""
    rows = list(rows)
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writerow({key: cell(key) for key in rows[0]})
    writer.writerows({key: cell(value) for key, value in row.items()} for row in rows)
    return stream.getvalue()
