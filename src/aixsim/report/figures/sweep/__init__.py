"""Figures of sweeps, one file each: a new file that defines ``SWEEP_FIGURE`` is a new kind for ``aixsim plot -k``."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aixsim.model.discovery import discover
from aixsim.report.figures.figure import PlotError
from aixsim.report.figures.result import FORMATS
from aixsim.results.sweep_result import Sweep


def _usual(sweep: Sweep) -> tuple[float, float]:  # noqa: ARG001 - most figures are as large for every sweep
    return (9.0, 5.4)


@dataclass(frozen=True, slots=True)
class SweepFigure:
    """A kind of figure of a sweep.

    Attributes:
        name: after ``aixsim plot -k``, and of the file.
        draw: ``draw(sweep, figure)`` fills an empty matplotlib figure.
        applies: whether a sweep has what it shows.
        needs: what that is, in words.
        size: width and height in inches, of a sweep's figure.
    """

    name: str
    draw: Callable[[Sweep, Any], None]
    applies: Callable[[Sweep], bool]
    needs: str
    size: Callable[[Sweep], tuple[float, float]] = _usual


@cache
def sweep_figures() -> dict[str, SweepFigure]:
    """Returns every kind by name."""
    return discover(__name__, "SWEEP_FIGURE")


def draw_sweep_figures(sweep: Sweep, folder: Path, kinds: Sequence[str] | None = None, formats: Sequence[str] = FORMATS) -> list[Path]:
    """Draws figures of a sweep, finished or not, into a folder and returns their paths; the same sweep gives the same bytes.

    Args:
        sweep: to be drawn.
        folder: is created.
        kinds: names; by default all that the sweep has something to show for.
        formats: ``png`` and ``svg``.

    Raises:
        PlotError: there is no such kind or format, or the sweep lacks what the figure shows.
        StoreError: the disk refuses.
    """
    from aixsim.report.figures.style import canvas, save_with

    known = sweep_figures()
    if not sweep.n_done:
        raise PlotError(f"{sweep.path}: no replicate has finished, so there is nothing to draw", "", list(known))
    for kind in kinds or ():
        _check(sweep, kind, known)
    for ending in formats:
        if ending not in FORMATS:
            raise PlotError(f"figures are written as {' and '.join(FORMATS)}, not {ending!r}", ending, FORMATS)
    paths = []
    for name in kinds or [name for name, kind in known.items() if kind.applies(sweep)]:
        with canvas(known[name].size(sweep)) as drawing:
            known[name].draw(sweep, drawing)
            paths += save_with(drawing, source_of(sweep), folder, name, formats=formats)
    return paths


def _check(sweep: Sweep, kind: str, known: dict[str, SweepFigure]) -> None:
    if kind not in known:
        near = difflib.get_close_matches(kind, list(known), 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        message = f"there is no figure {kind!r} of a sweep{hint} (there are: {', '.join(known)})"
        raise PlotError(message, kind, list(known), near[0] if near else None)
    if not known[kind].applies(sweep):
        raise PlotError(f"{sweep.path}: figure {kind!r} needs {known[kind].needs}", kind, list(known))


def source_of(sweep: Sweep) -> tuple[str, ...]:
    """Returns the parts of the source line below a figure of a sweep."""
    unfinished = "" if sweep.is_complete else f"unfinished: {sweep.n_done + sweep.n_failed:,} of {sweep.given:,} replicates"
    sample = f"sample of {100 * sweep.scale:g} % of firms" if sweep.scale < 1.0 else ""
    return (f"Source: aixsim sweep {sweep.facts['name']}", sweep.n_note, unfinished, sample)
