"""Ctrl-C, SIGTERM and SIGHUP as a stop request, which is checked at safe points and never during a write."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


class Interrupted(KeyboardInterrupt):
    """The user stopped a run; finished replicates are kept.

    Attributes:
        said: message for the user on what is kept.
    """

    def __init__(self, said: str = "interrupted") -> None:
        super().__init__(said)
        self.said = said


@dataclass
class Request:
    """Whether the user asked to stop."""

    made: bool = False


@contextmanager
def saying(kept: str) -> Iterator[None]:
    """Adds a message on what is kept to an interrupt of the block."""
    try:
        yield
    except Interrupted as interrupted:
        raise Interrupted(kept) from interrupted


_raises = False


@contextmanager
def stop_requests() -> Iterator[Request]:
    """Turns signals into a stop request while the block runs; only the main thread receives signals.

    A second signal raises KeyboardInterrupt at once.
    """
    request = Request()

    def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - signature of signal handlers
        if request.made or _raises:
            request.made = True
            raise Interrupted
        request.made = True

    try:
        before = {number: signal.signal(number, ask) for number in _stopping()}
    except ValueError:
        yield request
        return
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stopping() -> list[signal.Signals]:
    """Returns the signals that stop a run; a lost connection is none for a process that was started to outlive it (nohup)."""
    is_hung_up = hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if is_hung_up else [])]


@contextmanager
def interruptible() -> Iterator[None]:
    """Raises ``Interrupted`` at the first signal while the block runs, which must not write files."""
    global _raises  # noqa: PLW0603 - signals belong to the process
    _raises = True
    try:
        yield
    finally:
        _raises = False
