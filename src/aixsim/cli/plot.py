"""``aixsim plot``: figures of results."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.errors import UserError
from aixsim.report.figures.drawing import FORMATS, draw_figures, figure_of, write_figure
from aixsim.results.result import open_result
from aixsim.results.sweep_result import is_sweep, open_sweep


def plot(results: Sequence[Path], kind: str | None, out: Path | None, workers: int) -> None:
    """Draws one kind of figure, or all, of each result."""
    to_file = out is not None and out.suffix[1:] in FORMATS
    if out is not None and out.suffix and not to_file:
        raise UserError(f"-o {out}: give a .png or .svg file, or a folder")
    if to_file and (kind is None or len(results) > 1):
        raise UserError(f"-o {out}: one file holds one figure; choose it with -k and give one result, or give a folder")
    subjects = [open_sweep(folder) if is_sweep(folder) else open_result(folder) for folder in results]
    for subject in subjects if kind else ():
        figure_of(subject, str(kind))  # checked before anything is drawn
    for folder, subject in zip(results, subjects, strict=True):
        if out is not None and to_file:
            paths = write_figure(subject, str(kind), [out])
        else:
            target = folder / "figures" if out is None else out if len(results) == 1 else out / folder.name
            paths = draw_figures(subject, target, kind and [kind], workers=workers)
        sys.stdout.write("".join(f"{path}\n" for path in paths))
