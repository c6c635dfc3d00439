"""Checks of arguments of the library: every error names the argument, what was found and what is allowed.

In all functions ``value`` is the argument and ``name`` its name.
"""

from __future__ import annotations

import stat
from collections.abc import Sequence
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from aixsim.errors import ArgumentError, UserError

MOST_CELLS_BYTES = 500_000_000
"""Maximum size of a CSV file in bytes."""


class UnreadableError(UserError):
    """A file of the user that cannot be read; ``found`` is the reason, ``allowed`` the requirement."""

    def __init__(self, path: Path, found: str, allowed: str) -> None:
        super().__init__(f"{path}: {found}; allowed: {allowed}")
        self.found, self.allowed = found, allowed


def read_text(path: Path, most_bytes: int) -> str:
    """Returns the text of a user's file.

    Raises:
        FileNotFoundError: it does not exist.
        UnreadableError: it is a folder, a device or a pipe, has more than ``most_bytes``, is not UTF-8, or may not be read.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):  # reading a pipe would block, and some devices never end
            raise UnreadableError(path, "is not a regular file", "a file")
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
        ArgumentError: it is neither, is empty, or contains a null character.
    """
    text = value if isinstance(value, str) else fspath(value) if isinstance(value, PathLike) else None
    if not isinstance(text, str) or not text or "\0" in text:
        raise ArgumentError(name, value, "the path of a file or folder, as a text or a pathlib.Path")
    return Path(text)


def whole_number(value: Any, name: str, *, least: int, most: int | None = None) -> int:
    """Returns a whole number from ``least`` to ``most``, including NumPy integers; true and false are not allowed.

    Raises:
        ArgumentError: it is anything else.
    """
    is_whole = hasattr(value, "__index__") and not isinstance(value, bool)
    if not is_whole or int(value) < least or (most is not None and int(value) > most):
        raise ArgumentError(name, value, f"a whole number, {least} or more" if most is None else f"a whole number from {least} to {most}")
    return int(value)


def one_of(value: Any, name: str, allowed: Sequence[str]) -> str:
    """Returns one of the allowed names.

    Raises:
        ArgumentError: it is none of them.
    """
    if not isinstance(value, str) or value not in allowed:
        raise ArgumentError(name, value, f"one of {', '.join(map(repr, allowed))}")
    return value


def instance(value: Any, name: str, kind: type, allowed: str) -> None:
    """Checks the type of an argument; ``allowed`` is a description for the message.

    Raises:
        ArgumentError: it is of another type.
    """
    if not isinstance(value, kind):
        raise ArgumentError(name, value, allowed)
