"""Finds the line of every key in a TOML text; the standard parser does not return it."""

from __future__ import annotations

import re
from collections import Counter

Path = tuple[str | int, ...]

# Possessive, and begun only where spaces or words begin: a long line takes time in proportion to its length.
_NAME = r"""(?:[A-Za-z0-9_-]++|"[^"]*+"|'[^']*+')"""
_DOTTED = rf"({_NAME}(?:\s*+\.\s*+{_NAME})*+)"
_HEADER = re.compile(rf"\s*+(\[\[?)\s*+{_DOTTED}\s*+\]")
_KEY = re.compile(rf"(?:(?<!\s)\s++|(?<![\sA-Za-z0-9_-])){_DOTTED}\s*+=")
_PART = re.compile(r"""[A-Za-z0-9_-]+|"[^"]*"|'[^']*'""")


def lines_of(text: str) -> dict[Path, int]:
    """Returns the line of every table and key by path; elements of arrays of tables are numbered from 0.

    Keys inside inline tables are found too. Lines inside multi-line strings and arrays are skipped, so that text there is not taken
    for a key.
    """
    found: dict[Path, int] = {}
    arrays: Counter[Path] = Counter()
    table: Path = ()
    inside = ""
    depth = 0
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            if inside in line:
                inside = ""
            continue
        if depth > 0:
            depth += _opens(line)
            continue
        header = _HEADER.match(line)
        if header:
            table = _table(header[2], header[1] == "[[", arrays)
            found.setdefault(table, number)
            continue
        key = _KEY.match(line)
        if not key:
            continue
        path = table + _parts(key[1])
        found.setdefault(path, number)
        rest = line[key.end() :]
        for inner in _KEY.finditer(_without_strings(rest).replace("{", " ").replace(",", " ")):
            found.setdefault(path + _parts(inner[1]), number)
        for quote in ('"""', "'''"):
            if rest.count(quote) == 1:
                inside = quote
        depth = _opens(rest) if not inside else 0
    return found


def _parts(dotted: str) -> Path:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _table(name: str, is_array: bool, arrays: Counter[Path]) -> Path:
    path: Path = ()
    parts = _parts(name)
    for position, part in enumerate(parts):
        path += (part,)
        if position == len(parts) - 1 and is_array:
            arrays[path] += 1
        if arrays[path]:
            path += (arrays[path] - 1,)
    return path


def _without_strings(text: str) -> str:
    return re.sub(r"""=\s*("[^"]*"|'[^']*')""", "= ", text)


def _opens(text: str) -> int:
    """Returns how many brackets a line leaves open, without those in strings and comments."""
    bare = re.sub(r"""("[^"]*"|'[^']*')""", "", text).partition("#")[0]
    return sum(bare.count(mark) for mark in "[{") - sum(bare.count(mark) for mark in "]}")
