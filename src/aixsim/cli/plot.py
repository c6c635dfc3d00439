"""``aixsim plot``: figures of results."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.errors import UserError
from aixsim.report.figures.drawing import FORMATS, LANGUAGES, SIZES, all_figures, draw_figures, figure_of, write_figure
from aixsim.results.comparison import Comparison, compare
from aixsim.results.result import Result, open_result
from aixsim.results.sweep_result import Sweep, is_sweep, open_sweep


def plot(results: Sequence[Path], kind: str | None, out: Path | None, workers: int, size: str, language: str) -> None:
    """Draws one kind of figure, or all, of each result; a kind of several scenarios draws them together."""
    to_file = out is not None and out.suffix[1:] in FORMATS
    if out is not None and out.suffix and not to_file:
        raise UserError(f"-o {out}: give a .png or .svg file, or a folder")
    if size not in SIZES:
        raise UserError(f"--size {size}: give {', '.join(SIZES[:-1])} or {SIZES[-1]}")
    if language not in LANGUAGES:
        raise UserError(f"--lang {language}: give {' or '.join(LANGUAGES)}")
    together = (Comparison, kind) in all_figures()
    if to_file and (kind is None or (len(results) > 1 and not together)):
        raise UserError(f"-o {out}: one file holds one figure; choose it with -k and give one result, or give a folder")
    folders, subjects = list(results), _together(results, str(kind)) if together else [_open(folder) for folder in results]
    for subject in subjects if kind else ():
        figure_of(subject, str(kind))  # checked before anything is drawn
    for folder, subject in zip(folders, subjects, strict=False):
        if out is not None and to_file:
            paths = write_figure(subject, str(kind), [out], size, language)
        else:
            target = folder / "figures" if out is None else out if len(subjects) == 1 else out / folder.name
            paths = draw_figures(subject, target, kind and [kind], workers=workers, size=size, language=language)
        sys.stdout.write("".join(f"{path}\n" for path in paths))


def _open(folder: Path) -> Result | Sweep:
    return open_sweep(folder) if is_sweep(folder) else open_result(folder)


def _together(results: Sequence[Path], kind: str) -> list[Comparison]:
    """Returns the comparison of all results with the first one."""
    if len(results) < 2:
        raise UserError(f"-k {kind}: is a figure of several scenarios; give two or more results of aixsim run")
    return [compare(*(open_result(folder) for folder in results))]
