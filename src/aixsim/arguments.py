"""Checks of what callers of the library pass in: every refusal names the argument, what was found and what is allowed.

In all of them ``value`` is what was given, and ``name`` that of the argument.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from aixsim.errors import ArgumentError, UserError

MOST_CELLS_BYTES = 500_000_000
"""Size of the largest CSV file that is read."""


class UnreadableError(UserError):
    """A file of the user that cannot be read; ``found`` says why, ``allowed`` what could be."""

    def __init__(self, path: Path, found: str, allowed: str) -> None:
        super().__init__(f"{path}: {found}; allowed: {allowed}")
        self.found, self.allowed = found, allowed


def read_text(path: Path, most_bytes: int) -> str:
    """Returns the text of a file that a user named.

    Raises:
        FileNotFoundError: there is none.
        UnreadableError: it is a folder, a device or a pipe, has more than ``most_bytes``, is not UTF-8, or may not be read.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # reading a pipe would wait for ever, and some devices never end
            raise UnreadableError(path, "is no regular file", "a file")
        if about.st_size > most_bytes:
            raise UnreadableError(path, f"has {about.st_size:,} bytes", f"a file of at most {most_bytes:,} bytes")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(path, f"is not UTF-8 text (byte {error.start})", "a file in UTF-8") from None
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        raise UnreadableError(path, f"cannot be read ({getattr(error, 'strerror', None) or error})", "a readable file") from None


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
