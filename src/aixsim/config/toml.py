"""Writes nested tables as TOML; the standard library only reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def dumps(document: Mapping[str, Any]) -> str:
    """Returns TOML: plain values first, then tables, then arrays of tables, each in the given order; ``None`` is left out."""
    lines = [f"{_key(key)} = {_value(value)}" for key, value in document.items() if _is_plain(value)]
    for key, value in document.items():
        if isinstance(value, Mapping):
            lines += _table(_key(key), value)
        elif _is_tables(value):
            for table in value:
                lines += ["", f"[[{_key(key)}]]", *_body(table)]
    return "\n".join(lines) + "\n"


def _table(name: str, table: Mapping[str, Any]) -> list[str]:
    """Writes a table; tables in it that hold only tables or are settings of their own get a header each."""
    nested = {key: value for key, value in table.items() if isinstance(value, Mapping) and name in ("mechanisms", "levers")}
    lines: list[str] = []
    if not nested:
        lines += ["", f"[{name}]", *_body(table)]
    for key, value in nested.items():
        lines += ["", f"[{name}.{_key(key)}]", *_body(value)]
    return lines


def _body(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items() if value is not None]


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, Mapping) for item in value)


def _is_plain(value: Any) -> bool:
    return value is not None and not isinstance(value, Mapping) and not _is_tables(value) and value != []


def _key(key: Any) -> str:
    return str(key) if _BARE.fullmatch(str(key)) else json.dumps(str(key), ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items() if item is not None)
        return f"{{ {inner} }}" if inner else "{}"
    return f"[{', '.join(_value(item) for item in value)}]"
