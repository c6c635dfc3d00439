"""Ctrl-C and SIGTERM as a request that is looked at where it can be granted: never in the middle of a write."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType


@dataclass
class Request:
    """Whether the user wants to stop."""

    made: bool = False


@contextmanager
def stop_requests() -> Iterator[Request]:
    """Turns signals into a request while the block runs; in other threads than the main one there are none."""
    request = Request()

    def ask(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - what signal handlers are given
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
