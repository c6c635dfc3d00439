"""Errors that are the user's to mend: a clear message, an exit code, never a traceback."""

from __future__ import annotations


class UserError(Exception):
    """Something that the person at the keyboard can mend; the message says what, where and how.

    Attributes:
        exit_code: of the command line: 2 bad usage or config, 3 busy folder, 4 damaged or foreign folder, 5 storage.
    """

    exit_code: int = 2
