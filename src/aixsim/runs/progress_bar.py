"""Progress for callers of the library: a bar in notebooks and terminals, or a callback."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aixsim.errors import ArgumentError
from aixsim.runs.progress import Status, silent

Progress = bool | Callable[[Status], object] | None
"""True: a bar. False: nothing. None: a bar in notebooks and terminals. Or a callback."""
_DELAY = 1.0
"""Seconds before the default bar appears; most runs in a notebook are shorter."""


@contextmanager
def shown(progress: Progress) -> Iterator[Callable[[Status], object]]:
    """Yields a function that shows progress while the block runs.

    Args:
        progress: see ``Progress``; a function is called with a ``Status`` about once a second and at the end.

    Raises:
        ArgumentError: ``progress`` is none of these.
    """
    if progress is None:
        is_seen = "ipykernel" in sys.modules or sys.stderr.isatty()
        bar = _Bar(_DELAY) if is_seen else None
    elif isinstance(progress, bool):
        bar = _Bar(0.0) if progress else None
    elif callable(progress):
        yield progress
        return
    else:
        raise ArgumentError("progress", progress, "True, False, None, or a function of a status")
    if bar is None:
        yield silent
        return
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    """A tqdm bar for notebooks or terminals."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._bar: Any = None

    def __call__(self, status: Status) -> None:
        """Shows finished replicates, rate, time left and failures."""
        if self._bar is None:
            from tqdm.auto import tqdm

            held = status.done + status.failed
            look: dict[str, Any] = {"unit": " replicates", "file": sys.stderr, "delay": self._delay, "mininterval": 0.0, "miniters": 1}
            self._bar = tqdm(total=status.wanted, initial=held, **look)
        bar = self._bar
        bar.total = status.wanted
        failed = f"{status.failed:,} failed" if status.failed else ""
        bar.set_postfix_str(", ".join(part for part in (failed, status.answer) if part), refresh=False)
        bar.update(status.done + status.failed - bar.n)

    def close(self) -> None:
        """Closes the bar and leaves it visible."""
        if self._bar is not None:
            self._bar.close()
