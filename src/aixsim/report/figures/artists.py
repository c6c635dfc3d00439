"""Processes that draw figures beside this one: while the tables are written they load what drawing needs."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from threading import Thread
from typing import Any, Self

_MOST = 4
"""Processes that a score of figures is worth: each spends a second on loading before it draws."""

_LOADED_LATE = (
    "aixsim.report.figures.result", "aixsim.report.figures.style", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg",
    "pandas", "pyarrow.parquet", "scipy.special",
)  # fmt: skip


class Artists:
    """This process and others that draw with it; a context, at whose end the others are gone, also when something went wrong."""

    def __init__(self, workers: int) -> None:
        """Starts nothing yet.

        Args:
            workers: processes that may be busy at a time, this one included.
        """
        self._others = min(workers, _MOST) - 1
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        """Starts nothing yet."""
        return self

    def __exit__(self, *_: object) -> None:
        """Ends the others now: an interrupt must not wait for what is half drawn."""
        if self._pool is not None:
            processes = list((self._pool._processes or {}).values())
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()

    def call(self) -> None:
        """Starts the others, if there are to be any."""
        if self._others > 0:
            self._pool = ProcessPoolExecutor(self._others, get_context("spawn"), _get_ready)
            for _ in range(self._others):
                self._pool.submit(_nothing)  # a pool starts a process when it is given something to do

    def share(self, names: Sequence[str], here: Callable[[str], list[Any]], there: Callable[[str], list[Any]]) -> list[Any]:
        """Returns the files of one name after the other.

        The others begin at the front and this process at the back. What failed is done again here at the end: an error is the same,
        and the first in order, however many processes there are.

        Args:
            names: of what is to be drawn.
            here: draws one and returns its files.
            there: the same, picklable, for the others.
        """
        waiting, drawn = deque(names), dict[str, list[Any]]()

        def draw_on(take: Callable[[], str], draw: Callable[[str], list[Any]]) -> None:
            with suppress(IndexError):
                while True:
                    name = take()
                    with suppress(Exception):
                        drawn[name] = draw(name)

        if self._pool is not None:
            # A thread for each of the others hands on one name at a time: what a pool has taken on cannot be had back.
            hand_on = partial(_ask, self._pool, there)
            threads = [Thread(target=draw_on, args=(waiting.popleft, hand_on), daemon=True) for _ in range(self._others)]
            for thread in threads:
                thread.start()
            draw_on(waiting.pop, here)
            for thread in threads:
                thread.join()
        return [file for name in names for file in (drawn[name] if name in drawn else here(name))]


def _ask(pool: ProcessPoolExecutor, draw: Callable[[str], list[Any]], name: str) -> list[Any]:
    return pool.submit(draw, name).result()


def _get_ready() -> None:
    # Ctrl-C reaches the whole process group; the parent alone decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in _LOADED_LATE:
        import_module(module)


def _nothing() -> None:
    """Keeps a pool busy for a moment."""
