"""Draws figures: into a folder, into files, or onto axes."""

from __future__ import annotations

import difflib
import io
import pkgutil
import warnings
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from aixsim.errors import storage_error
from aixsim.report.figures import kinds
from aixsim.report.figures.figure import Figure, PlotError
from aixsim.report.figures.subjects import NOUNS, is_empty, place_of, source_of
from aixsim.runs.executor import InProcess, Task, run_all
from aixsim.runs.files import checksum, created, write_durably
from aixsim.runs.processes import LocalProcesses

FORMATS = ("png", "svg")
_MOST_WORKERS, _FIGURES_A_WORKER = 4, 3
"""Most worker processes, and how many figures are worth starting one: loading the libraries takes as long as two figures."""
_NO_GLYPH = "Glyph .* missing from font"
_DPI = 200
"""Resolution of PNG files in dpi; text is measured at the same resolution."""


@cache
def all_figures() -> dict[tuple[type[Any], str], Figure[Any]]:
    """Returns every kind of figure by the type of its subject and by name: each module of ``figures.kinds`` defines one as ``FIGURE``.

    Raises:
        ValueError: two of the same type have the same name.
    """
    found: dict[tuple[type[Any], str], Figure[Any]] = {}
    for module in pkgutil.iter_modules(kinds.__path__):
        figure = import_module(f"{kinds.__name__}.{module.name}").FIGURE
        if found.setdefault((figure.of, figure.name), figure) is not figure:
            raise ValueError(f"there are two figures {figure.name!r} of {figure.of.__name__}")
    return dict(sorted(found.items(), key=lambda item: item[0][1]))


def figures_of(subject: object) -> dict[str, Figure[Any]]:
    """Returns every kind of figure of a subject's type by name, including those for which this subject lacks data.

    Raises:
        ArgumentError: this type of object has no figures.
    """
    source_of(subject)
    return {name: figure for (of, name), figure in all_figures().items() if isinstance(subject, of)}


def figure_of(subject: object, kind: str) -> Figure[Any]:
    """Returns a kind of figure that a subject can be drawn as.

    Raises:
        PlotError: the name is unknown, or the subject lacks the data.
    """
    known = figures_of(subject)
    noun = next(noun for of, noun in NOUNS.items() if isinstance(subject, of))
    place = f"{place}: " if (place := place_of(subject)) else ""
    if kind not in known:
        others = [NOUNS[of] for of, name in all_figures() if name == kind]
        near = [] if others else difflib.get_close_matches(kind, list(known), 1)
        hint = f", which is one of {' or '.join(others)}" if others else f"; did you mean {near[0]!r}?" if near else ""
        message = f"{place}unknown figure {kind!r} of {noun}{hint} (allowed: {', '.join(known)})"
        raise PlotError(message, kind, list(known), near[0] if near else None)
    if is_empty(subject):
        raise PlotError(f"{place}no replicate has finished", kind, list(known))
    if not known[kind].applies(subject):
        raise PlotError(f"{place}figure {kind!r} needs {known[kind].needs}, and it has none", kind, list(known))
    return known[kind]


def draw(subject: object, kind: str, ax: Any = None) -> Any:
    """Draws one figure and returns its matplotlib figure.

    Args:
        subject: a result, sweep or comparison, or one of ``subjects``.
        kind: name of the figure.
        ax: matplotlib axes to draw onto; a figure of several panels divides their area. They get only the title; explanation and source
            are in the figure that is drawn without ``ax``.

    Raises:
        PlotError: the kind is unknown, or the subject lacks the data.
    """
    from aixsim.report.figures.style import Place, escape_texts, house_style

    figure = figure_of(subject, kind)
    if ax is None:
        return _page(figure, subject, 100)
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", _NO_GLYPH)
        figure.draw(subject, Place(ax))
        escape_texts(ax.figure)
    return ax.figure


def write_figure(subject: object, kind: str, paths: Sequence[Path]) -> list[Path]:
    """Draws one figure, writes it to each path in the format of its ending (``.png`` or ``.svg``), and returns the paths.

    Files are written atomically; the same subject gives the same bytes.

    Raises:
        PlotError: the kind or format is unknown, or the subject lacks the data.
        StoreError: a file cannot be written.
    """
    from aixsim.report.figures.style import house_style

    figure = figure_of(subject, kind)
    for path in paths:
        if path.suffix[1:] not in FORMATS:
            raise PlotError(f"{path}: figures are written as {' and '.join(FORMATS)}, not {path.suffix!r}", figure.name, FORMATS)
    page, identity = _page(figure, subject, _DPI), _identity(figure, subject)
    for path in paths:
        content = io.BytesIO()
        metadata = {"Software": "aixsim"} if path.suffix == ".png" else {"Date": None}
        with house_style(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", _NO_GLYPH)
            page.savefig(content, format=path.suffix[1:], metadata={**metadata, "Identifier": identity})
        try:
            with created(path.parent):
                write_durably(path, content.getvalue())
        except OSError as error:
            raise storage_error(path, error) from error
    return list(paths)


def draw_figures(
    subject: object, folder: Path, names: Sequence[str] | None = None, formats: Sequence[str] = FORMATS, *, workers: int = 1
) -> list[Path]:
    """Draws figures of a subject into a folder, which is created, and returns their paths.

    Args:
        subject: a result, sweep or comparison, or one of ``subjects``.
        folder: of the files, which are named after the kinds.
        names: kinds; by default all for which the subject has data.
        formats: ``png`` (200 dpi) and ``svg``.
        workers: most processes; few figures are drawn in this one. The files do not depend on it.

    Raises:
        PlotError: the kind or format is unknown, or the subject lacks the data.
        StoreError: a file cannot be written.
    """
    if names is None:
        names = [name for name, figure in figures_of(subject).items() if is_empty(subject) or figure.applies(subject)]
    for name in names:
        figure_of(subject, name)
    paths = {name: [folder / f"{name}.{ending}" for ending in formats] for name in names}
    n_workers = min(workers, len(paths) // _FIGURES_A_WORKER, _MOST_WORKERS)
    executor = LocalProcesses(n_workers) if n_workers > 1 else InProcess()
    try:
        for _ in run_all(executor, [Task(name, write_figure, (subject, name, files)) for name, files in paths.items()]):
            pass
    finally:
        executor.close()
    return [path for files in paths.values() for path in files]


def missing_figures(subject: object, folder: Path, *, main: bool = False) -> list[str]:
    """Returns the kinds whose file in a folder is missing or belongs to an earlier state of the subject, such as fewer replicates.

    Args:
        subject: as in ``draw_figures``.
        folder: of the files.
        main: only the main figures.
    """
    missing: list[str] = []
    if is_empty(subject):
        return missing
    for name, figure in figures_of(subject).items():
        if (figure.is_main or not main) and figure.applies(subject):
            paths, identity = [folder / f"{name}.{ending}" for ending in FORMATS], _identity(figure, subject).encode()
            if not all(path.is_file() and identity in path.read_bytes() for path in paths):
                missing.append(name)
    return missing


def _page(figure: Figure[Any], subject: object, dpi: int) -> Any:
    """Returns a whole figure with its source line, laid out."""
    from matplotlib.text import Text

    from aixsim.report.figures.style import NO_KOREAN, escape_texts, has_hangul, house_style, korean_fonts, lay_out, new_figure

    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", _NO_GLYPH)  # of Hangul it is told below, once and with the remedy
        page = new_figure(figure.size(subject) if callable(figure.size) else figure.size, dpi)
        figure.draw(subject, page)
        escape_texts(page)
        if any(has_hangul(text.get_text()) for text in page.findobj(Text)) and not korean_fonts():
            warnings.warn(NO_KOREAN, stacklevel=2)
        lay_out(page, _source_line(figure, subject))
    return page


def _source_line(figure: Figure[Any], subject: object) -> str:
    return " · ".join(part for part in (figure.source or source_of)(subject) if part)


def _identity(figure: Figure[Any], subject: object) -> str:
    """Returns an ASCII text that identifies the state of a subject; it is stored in the metadata of files."""
    return checksum(_source_line(figure, subject).encode())
