"""``aixsim plot``: figures from results alone."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.errors import UserError
from aixsim.report.figures.figure import PlotError
from aixsim.report.figures.result import FORMATS, draw_figures, figures
from aixsim.report.figures.sweep import draw_sweep_figures, sweep_figures
from aixsim.results.result import open_result
from aixsim.results.sweep_result import is_sweep, open_sweep


def plot(results: Sequence[Path], kind: str | None, out: Path | None) -> int:
    """Draws one kind of figure, or all, of each result; returns the exit code."""
    to_file = out is not None and out.suffix in (".png", ".svg")
    if out is not None and out.suffix and not to_file:
        raise UserError(f"-o {out}: a figure is written as .png or .svg, or give a folder")
    if to_file and (kind is None or len(results) > 1):
        raise UserError(f"-o {out}: one file holds one figure; name it with -k and give one result, or give a folder")
    if kind is not None:
        _check_kind(results, kind)
    for folder in results:
        if out is not None and to_file:
            (drawn,) = _draw(folder, out.parent, [str(kind)], (out.suffix[1:],))
            drawn.replace(out)
            paths = [out]
        else:
            target = folder / "figures" if out is None else out if len(results) == 1 else out / folder.name
            paths = _draw(folder, target, None if kind is None else [kind], FORMATS)
        sys.stdout.write("".join(f"{path}\n" for path in paths))
    return 0


def _check_kind(results: Sequence[Path], kind: str) -> None:
    """Says so before anything is drawn when a kind of figure does not fit all that is to be drawn."""
    of = {False: list(figures()), True: list(sweep_figures())}
    for folder in results:
        mine, other = of[is_sweep(folder)], of[not is_sweep(folder)]
        if kind in other and kind not in mine:
            what, whose = ("a sweep", "single runs") if is_sweep(folder) else ("a single run", "sweeps")
            raise PlotError(f"{folder}: is {what}, and {kind!r} is a figure of {whose}; of {what} there are: {', '.join(mine)}", kind, mine)


def _draw(folder: Path, target: Path, kinds: Sequence[str] | None, formats: Sequence[str]) -> list[Path]:
    """Draws a result or a sweep: each has kinds of figures of its own."""
    if is_sweep(folder):
        return draw_sweep_figures(open_sweep(folder), target, kinds, formats)
    return draw_figures(open_result(folder), target, kinds, formats)
