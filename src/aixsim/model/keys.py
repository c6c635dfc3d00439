"""Config keys as text, such as ``programme."AI Factory lead projects".grant_krw_bn.2026``: parts that are no bare TOML key are quoted."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable

Key = tuple[str | int, ...]
"""Names of tables and settings; a whole number is the position in an array."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_PART = re.compile(r"""\s*(?:\[([0-9]{1,9})\]|("(?:\\.|[^"\\])*")|'([^']*)'|([^\s.\[\]="'][^.\[\]=]*))\s*""")


def quoted(name: str) -> str:
    """Returns a name as a part of a key: as it is, or as a TOML string."""
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False).replace("\x7f", "\\u007f")


def dotted(key: Iterable[str | int]) -> str:
    """Returns a key as text."""
    text = ""
    for part in key:
        text += f"[{part}]" if isinstance(part, int) else f".{quoted(part)}" if text else quoted(part)
    return text


def parse_key(text: str) -> Key:
    """Returns the key that a text means; spaces in an unquoted part belong to it.

    Raises:
        ValueError: the text is no key.
    """
    key, rest = split_key(text)
    if rest:
        raise ValueError(f"{text!r} is no key")
    return key


def split_key(text: str) -> tuple[Key, str]:
    """Returns the key that a text begins with, and the rest, which begins with the first character that cannot belong to it.

    Raises:
        ValueError: the text does not begin with a key.
    """
    key: list[str | int] = []
    place = 0
    while True:
        found = _PART.match(text, place)
        if found is None or (found[1] is not None and not key):
            raise ValueError(f"{text!r} is no key")
        position, basic, literal, bare = found.groups()
        key.append(
            int(position)
            if position is not None
            else tomllib.loads(f"name = {basic}")["name"]
            if basic is not None
            else literal
            if literal is not None
            else bare.strip()
        )
        place = found.end()
        if text[place : place + 1] == ".":
            place += 1
        elif text[place : place + 1] != "[":
            return tuple(key), text[place:]
