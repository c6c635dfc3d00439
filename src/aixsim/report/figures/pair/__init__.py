"""Figures of the difference between two policies, one file each: a new file that defines ``CONTRAST`` is a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aixsim.model.discovery import discover
from aixsim.report.figures.result import FORMATS
from aixsim.results.comparison import PolicyChange
from aixsim.results.pairing import name_of


@dataclass(frozen=True, slots=True)
class ContrastFigure:
    """A kind of figure of a difference.

    Attributes:
        name: of the file.
        draw: ``draw(policy_change, figure)`` fills an empty matplotlib figure.
        applies: whether there is anything to show.
        size: width and height in inches.
    """

    name: str
    draw: Callable[[PolicyChange, Any], None]
    applies: Callable[[PolicyChange], bool] = lambda _change: True
    size: tuple[float, float] = (9.0, 5.4)


@cache
def contrast_figures() -> dict[str, ContrastFigure]:
    """Returns every kind by name."""
    return discover(__name__, "CONTRAST")


def draw_contrasts(change: PolicyChange, folder: Path, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Draws all that a difference has something to show for, and returns the paths.

    Args:
        change: to be drawn.
        folder: is created.
        formats: ``png`` and ``svg``.

    Raises:
        StoreError: the disk refuses.
    """
    from aixsim.report.figures.style import canvas, save_with

    one = change.pair
    source = (
        f"Source: aixsim simulations, runs {one.baseline.provenance['run_id']} and {one.other.provenance['run_id']}",
        f"n = {len(one.replicates):,} pairs of replicates",
        _failed(change),
        one.baseline.sample_note,
    )
    paths = []
    for name, kind in contrast_figures().items():
        if kind.applies(change):
            with canvas(kind.size) as drawing:
                kind.draw(change, drawing)
                paths += save_with(drawing, source, folder, name, formats=formats)
    return paths


def _failed(change: PolicyChange) -> str:
    one = change.pair
    failed = [(name_of(result), int(result.provenance["replicates_failed"])) for result in (one.baseline, one.other)]
    return ", ".join(f"{n:,} of {name} failed" for name, n in failed if n)
