"""Figures drawn by several processes: the same files, the same errors, and nothing left behind."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from aixsim.report.figures.artists import Artists
from aixsim.report.figures.figure import PlotError
from aixsim.report.figures.result import draw_figures
from aixsim.results.result import open_result
from tests.result_fixture import make_result

NAMES = ["a", "b", "c", "d", "e", "f"]


@pytest.fixture
def two() -> Iterator[Artists]:
    with Artists(2) as artists:
        artists.call()
        yield artists


def told(wrong: tuple[str, ...], name: str) -> list[str]:
    if name in wrong:
        raise PlotError(f"{name} cannot be drawn", name, NAMES)
    return [f"{name}.png", f"{name}.svg"]


def told_elsewhere(parent: int, name: str) -> list[str]:
    """Fails in every other process."""
    if os.getpid() != parent:
        raise MemoryError
    return told((), name)


def killed_elsewhere(parent: int, name: str) -> list[str]:
    if os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return told((), name)


def test_figures_are_the_same_bytes_whoever_draws_them(two: Artists, tmp_path: Path) -> None:
    result = open_result(make_result(tmp_path / "result", 10))
    kinds = ["adoption", "map", "probability", "stages"]
    alone = draw_figures(result, tmp_path / "alone", kinds)
    shared = draw_figures(result, tmp_path / "shared", kinds, artists=two)
    assert [path.name for path in shared] == [path.name for path in alone]
    assert [path.read_bytes() for path in shared] == [path.read_bytes() for path in alone]
    assert sorted((tmp_path / "shared").iterdir()) == sorted(shared)


def test_the_others_take_part_and_the_order_is_that_of_the_names(two: Artists) -> None:
    by: list[str] = []

    def here(name: str) -> list[str]:
        by.append(name)
        time.sleep(0.05)
        return told((), name)

    assert two.share(NAMES, here, partial(told, ())) == [file for name in NAMES for file in told((), name)]
    assert "a" not in by, "the others begin at the front"


def test_the_first_error_in_order_is_raised_as_it_would_be_alone(two: Artists) -> None:
    draw = partial(told, ("e", "b"))
    for artists in (Artists(1), two):
        with pytest.raises(PlotError) as caught:
            artists.share(NAMES, draw, draw)
        assert (caught.value.kind, caught.value.known) == ("b", tuple(NAMES))


@pytest.mark.parametrize("draw", [told_elsewhere, killed_elsewhere])
def test_what_fails_elsewhere_alone_is_drawn_here(two: Artists, draw: Callable[[int, str], list[str]]) -> None:
    both = partial(draw, os.getpid())
    assert two.share(NAMES, both, both) == [file for name in NAMES for file in told((), name)]


def test_one_worker_and_one_that_is_not_called_start_nothing() -> None:
    with Artists(1) as one, Artists(4) as uncalled:
        one.call()
        for artists in (one, uncalled):
            assert artists._pool is None
            assert artists.share(["a"], partial(told, ()), partial(told, ("a",))) == ["a.png", "a.svg"]


def test_the_others_are_gone_at_the_end_also_after_an_error() -> None:
    processes: list[BaseProcess] = []

    def interrupted() -> None:
        with Artists(3) as artists:
            artists.call()
            assert artists._pool is not None
            processes.extend(artists._pool._processes.values())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(processes) == 2
    for process in processes:
        process.join(10)
        assert not process.is_alive()
