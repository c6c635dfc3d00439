"""Errors that are the user's to mend: a clear message, an exit code, never a traceback."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final, Literal

LONGEST: Final = 80
"""Characters of a refused value that a message shows."""


def shortened(text: str, longest: int = LONGEST) -> str:
    """Returns a text, or the beginning of one that is longer than ``longest`` characters."""
    return text if len(text) <= longest else f"{text[:longest]}…"


class UserError(Exception):
    """Something that the person at the keyboard can mend; the message says what, where and how.

    Attributes:
        exit_code: of the command line: 2 bad usage or config, 3 busy folder, 4 damaged or foreign folder, 5 storage.
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
        """Keeps the facts as fields; of a long value the message shows the beginning."""
        try:
            told = shortened(repr(found))
        except ValueError:  # Python writes no whole number of more than some thousand digits
            told = "a number of very many digits"
        super().__init__(f"{argument}={told}; allowed: {allowed}")
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
        """Keeps the facts as fields."""
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
