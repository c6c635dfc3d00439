"""A line of progress on a terminal; elsewhere only messages are printed."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager

from aixsim.cli.output import tell
from aixsim.escapes import visible


class ProgressLine(AbstractContextManager["ProgressLine"]):
    """Shows progress on standard error; a context manager that clears the line at the end."""

    def __init__(self) -> None:
        """Checks whether standard error is a terminal."""
        self._is_terminal = sys.stderr.isatty()
        self._is_open = False

    def __exit__(self, *error: object) -> None:
        """Clears the line."""
        self._wipe()

    def show(self, status: object) -> None:
        """Replaces the line."""
        if self._is_terminal:
            width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
            sys.stderr.write(f"\r\x1b[K{visible(str(status))[: width - 1]}")
            sys.stderr.flush()
            self._is_open = True

    def tell(self, text: str) -> None:
        """Prints a message on a line of its own."""
        self._wipe()
        tell(text)

    def _wipe(self) -> None:
        if self._is_open:
            sys.stderr.write("\r\x1b[K")
            self._is_open = False
