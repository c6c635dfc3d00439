"""Figures, one file each: a new file that defines ``FIGURE`` is a new kind for ``aixsim plot -k``."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from aixsim.model.discovery import discover
from aixsim.report.figures.artists import Artists
from aixsim.report.figures.figure import Figure, PlotError
from aixsim.results.result import Result

FORMATS = ("png", "svg")


@cache
def figures() -> dict[str, Figure]:
    """Returns every kind of figure by name."""
    return discover(__name__, "FIGURE")


def draw_figures(
    result: Result, folder: Path, kinds: Sequence[str] | None = None, formats: Sequence[str] = FORMATS, *, artists: Artists | None = None
) -> list[Path]:
    """Draws figures of a result into a folder and returns their paths; the same result gives the same bytes.

    Args:
        result: to be drawn.
        folder: is created.
        kinds: names; by default all that the result has something to show for.
        formats: ``png`` (200 dpi) and ``svg``.
        artists: processes that draw; by default this one alone. They change no byte.

    Raises:
        PlotError: there is no such kind or format, or the result lacks what the figure shows.
        StoreError: the disk refuses.
    """
    known = figures()
    for kind in kinds or ():
        _check(result, kind, known)
    for ending in formats:
        if ending not in FORMATS:
            raise PlotError(f"figures are written as {' and '.join(FORMATS)}, not {ending!r}", ending, FORMATS)
    if not result.provenance["replicates_done"]:
        raise PlotError(f"{result.where}: no replicate has finished, so there is nothing to draw", "", list(known))
    names = kinds or [name for name, figure in known.items() if figure.applies(result)]
    # A result keeps the tables that it has read; the others are given one that has read none.
    here, there = (partial(_draw, each, folder, formats) for each in (result, replace(result)))
    return (artists or Artists(1)).share(names, here, there)


def _draw(result: Result, folder: Path, formats: Sequence[str], name: str) -> list[Path]:
    """Draws one figure in all formats."""
    from aixsim.report.figures.style import canvas, save

    figure = figures()[name]
    with canvas(figure.size) as drawing:
        figure.draw(result, drawing)
        return save(drawing, result, folder, name, formats=formats)


def _check(result: Result, kind: str, known: dict[str, Figure]) -> None:
    if kind not in known:
        close = difflib.get_close_matches(kind, list(known), 1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        message = f"there is no figure {kind!r}{hint} (there are: {', '.join(known)})"
        raise PlotError(message, kind, list(known), close[0] if close else None)
    if result.provenance["replicates_done"] and not known[kind].applies(result):
        raise PlotError(f"{result.where}: figure {kind!r} needs {known[kind].needs}, and this result has none", kind, list(known))
