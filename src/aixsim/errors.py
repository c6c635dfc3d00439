"""Errors that the user can fix: with a message and an exit code, without a traceback."""

from __future__ import annotations

import errno
import warnings
from pathlib import Path
from typing import Final, Literal

LONGEST: Final = 80
"""Maximum characters of an invalid value in a message."""


def shortened(text: str, longest: int = LONGEST) -> str:
    """Returns a text, or the beginning of one that is longer than ``longest`` characters."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def warn_in_one_line() -> None:
    """Makes this process print warnings as their message alone, for people who do not read source code."""
    warnings.formatwarning = lambda message, *_: f"{message}\n"


class UserError(Exception):
    """An error that the user can fix; the message says what is wrong, where, and how to fix it.

    Attributes:
        exit_code: exit code of the command line: 2 bad usage or config, 3 busy folder, 4 damaged or foreign folder, 5 storage.
    """

    exit_code: int = 2


class ArgumentError(UserError):
    """An argument of a library call that cannot be used.

    Attributes:
        argument: its name.
        found: what was given.
        allowed: what may be given, in words.
    """

    def __init__(self, argument: str, found: object, allowed: str) -> None:
        """Stores the attributes; the message shows the beginning of a long value."""
        try:
            shown = shortened(repr(found))
        except ValueError:  # Python does not convert integers of more than some thousand digits
            shown = "a number of very many digits"
        super().__init__(f"{argument}={shown}; allowed: {allowed}")
        self.argument, self.found, self.allowed = argument, found, allowed


Reason = Literal["busy", "foreign", "damaged", "storage"]
EXIT_CODES: dict[Reason, int] = {"busy": 3, "foreign": 4, "damaged": 4, "storage": 5}


class StoreError(UserError):
    """A result folder that cannot be used.

    Attributes:
        folder: the folder.
        reason: what is wrong.
        remedy: what to do about it.
    """

    def __init__(self, folder: Path, reason: Reason, message: str, remedy: str) -> None:
        """Stores the attributes."""
        super().__init__(f"{folder}: {message}; {remedy}")
        self.folder, self.reason, self.remedy = folder, reason, remedy
        self.exit_code = EXIT_CODES[reason]


NO_PATH: Final = (errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTDIR)
"""Errors of a path that was given, and not of the disk."""


def storage_error(folder: Path, error: OSError) -> UserError:
    """Returns the disk's refusal as a store error; of a path that cannot be, as bad usage."""
    if error.errno in NO_PATH:
        return UserError(f"{shortened(str(folder))}: cannot be written ({error.strerror}); name a path that can be")
    return StoreError(folder, "storage", f"cannot be written ({error.strerror or error})", "free space or choose a writable folder with -o")
