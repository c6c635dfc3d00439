"""Checks of what callers of the library pass in: every refusal names the argument, what was found and what is allowed.

In all of them ``value`` is what was given, and ``name`` that of the argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from aixsim.errors import ArgumentError


def as_path(value: str | PathLike[str], name: str = "path") -> Path:
    """Returns a path given as a text or as a path.

    Raises:
        ArgumentError: it is neither, is empty, or holds a null character, which no file system takes.
    """
    text = value if isinstance(value, str) else fspath(value) if isinstance(value, PathLike) else None
    if not isinstance(text, str) or not text or "\0" in text:
        raise ArgumentError(name, value, "the path of a file or folder, as a text or a pathlib.Path")
    return Path(text)


def whole_number(value: Any, name: str, *, least: int, most: int | None = None) -> int:
    """Returns a whole number from ``least`` to ``most``, NumPy's too; true and false are none.

    Raises:
        ArgumentError: it is something else.
    """
    is_whole = hasattr(value, "__index__") and not isinstance(value, bool)
    if not is_whole or int(value) < least or (most is not None and int(value) > most):
        raise ArgumentError(name, value, f"a whole number, {least} or more" if most is None else f"a whole number from {least} to {most}")
    return int(value)


def one_of(value: Any, name: str, allowed: Sequence[str]) -> str:
    """Returns one of some names.

    Raises:
        ArgumentError: it is none of them.
    """
    if not isinstance(value, str) or value not in allowed:
        raise ArgumentError(name, value, f"one of {', '.join(map(repr, allowed))}")
    return value


def instance(value: Any, name: str, kind: type, allowed: str) -> None:
    """Refuses what is not of a type; ``allowed`` says in words what to give.

    Raises:
        ArgumentError: it is of another type.
    """
    if not isinstance(value, kind):
        raise ArgumentError(name, value, allowed)
