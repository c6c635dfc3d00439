"""Ctrl-C and SIGTERM as a request that is looked at where it can be granted: never in the middle of a write."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


class Interrupted(KeyboardInterrupt):
    """The user has stopped a run; what was finished is kept.

    Attributes:
        said: what is kept, in one line for the user.
    """

    def __init__(self, said: str = "interrupted") -> None:
        super().__init__(said)
        self.said = said


@dataclass
class Request:
    """Whether the user wants to stop."""

    made: bool = False


@contextmanager
def saying(kept: str) -> Iterator[None]:
    """Lets an interrupt of the block say what is kept."""
    try:
        yield
    except Interrupted as interrupted:
        raise Interrupted(kept) from interrupted


_raises = False


@contextmanager
def stop_requests() -> Iterator[Request]:
    """Turns signals into a request while the block runs; in other threads than the main one there are none.

    A second signal raises KeyboardInterrupt wherever the program is.
    """
    request = Request()

    def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what signal handlers are given
        if request.made or _raises:
            request.made = True
            raise Interrupted
        request.made = True

    try:
        before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    except ValueError:
        yield request
        return
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def interruptible() -> Iterator[None]:
    """Lets the first signal raise ``Interrupted`` at once while the block runs: it writes nothing."""
    global _raises  # noqa: PLW0603 - signals belong to the process
    _raises = True
    try:
        yield
    finally:
        _raises = False
