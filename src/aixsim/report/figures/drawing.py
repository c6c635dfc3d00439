"""Draws figures: into a folder, into files, or onto axes."""

from __future__ import annotations

import difflib
import pkgutil
import warnings
from collections.abc import Sequence
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aixsim.answers.answer import Answer, AnswerTable
from aixsim.errors import storage_error
from aixsim.escapes import visible
from aixsim.report.figures import kinds
from aixsim.report.figures.figure import Figure, PlotError
from aixsim.report.figures.subjects import KOREAN, NOUNS, is_empty, place_of, source_of
from aixsim.runs.executor import InProcess, Task, run_all
from aixsim.runs.files import checksum, created, write_durably
from aixsim.runs.processes import LocalProcesses

if TYPE_CHECKING:
    from aixsim.report.figures.picture import Picture

FORMATS = ("png", "svg")
_MOST_WORKERS, _FIGURES_A_WORKER = 4, 3
"""Most worker processes, and how many figures are worth starting one: loading the libraries takes as long as two figures."""
_NO_GLYPH = "Glyph .* missing from font"
_DPI = 200
"""Resolution of PNG files in dpi; text is measured at the same resolution."""
SIZES = ("page", "slide", "column")
LANGUAGES = ("en", "ko")
_SLIDE, _PIXELS = 16 / 9, 1920
_COLUMNS, _LEAST = (5.2, 6.5, 8.0), 1.0
"""Widths that are tried for a column, in inches before reduction, until all panels are at least so wide."""


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
    from aixsim.report.figures.page_layout import Place
    from aixsim.report.figures.style import escape_texts, house_style

    figure = figure_of(subject, kind)
    if ax is None:
        return _page(figure, subject, "page", "en", 100)
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", _NO_GLYPH)
        figure.draw(subject, Place(ax))
        _warn(escape_texts(ax.figure))
    return ax.figure


def table_of(subject: object, kind: str) -> AnswerTable | None:
    """Returns the drawn numbers of a figure, without drawing it; None if its kind has none."""
    figure = figure_of(subject, kind)
    return figure.table(subject) if figure.table else next(iter(subject.tables.values())) if isinstance(subject, Answer) else None


def picture(subject: object, kind: str, size: str = "page", language: str = "en", dpi: float = _DPI) -> Picture:
    """Draws one figure and returns it with its title, explanation, caption, alternative text and table.

    Args:
        subject: a result, sweep or comparison, or one of ``subjects``.
        kind: name of the figure.
        size: one of ``SIZES``: ``page`` is the size of the kind; ``slide`` has the proportions 16:9; ``column`` is narrow, with panels
            one below the other, to be printed 8.9 cm wide.
        language: of all texts, ``en`` or ``ko``; figures of subjects of ``KOREAN`` are translated, and names of a config are not.
        dpi: resolution of the page; of a slide it is that of 1,920 by 1,080 pixels.

    Raises:
        PlotError: the kind or size is unknown, or the subject lacks the data.
    """
    from aixsim.report.figures.font_families import NO_KOREAN, missing
    from aixsim.report.figures.page_layout import translated, written
    from aixsim.report.figures.picture import Picture, alternative_text

    figure = figure_of(subject, kind)
    if size not in SIZES:
        raise PlotError(f"unknown size {size!r} (allowed: {', '.join(SIZES)})", kind, SIZES)
    if language not in LANGUAGES:
        raise PlotError(f"unknown language {language!r} (allowed: {', '.join(LANGUAGES)})", kind, LANGUAGES)
    if language == "ko" and figure.of not in KOREAN:
        raise PlotError(f"figure {kind!r} has no Korean texts; figures of a run, a comparison and a sweep have", kind, ("en",))
    if language == "ko" and missing("가"):
        raise PlotError(NO_KOREAN, kind, LANGUAGES)
    page = _page(figure, subject, size, language, dpi)
    title, explanation, caption = (visible(" ".join(written(page, part).split())) for part in ("title", "explanation", "caption"))
    table = table_of(subject, kind)
    alt = visible(alternative_text(translated(page, figure.title), title, explanation, table))
    return Picture(kind, title, explanation, caption, alt, table, _identity(figure, subject), page)


def write_figure(subject: object, kind: str, paths: Sequence[Path], size: str = "page", language: str = "en") -> list[Path]:
    """Draws one figure, writes it to each path in the format of its ending (``.png`` or ``.svg``), and returns the paths.

    The alternative text is written beside them, as ``NAME.alt.txt``, and its path is not returned. Files are written atomically; the same
    subject gives the same bytes.

    Raises:
        PlotError: the kind, format or size is unknown, or the subject lacks the data.
        StoreError: a file cannot be written.
    """
    figure = figure_of(subject, kind)
    for path in paths:
        if path.suffix[1:] not in FORMATS:
            raise PlotError(f"{path}: figures are written as {' and '.join(FORMATS)}, not {path.suffix!r}", figure.name, FORMATS)
    drawn = picture(subject, kind, size, language)
    contents = {path: drawn.png() if path.suffix == ".png" else drawn.svg().encode() for path in paths}
    beside = {path.with_suffix(".alt.txt"): f"{drawn.alt}\n{drawn.caption}\n".encode() for path in paths}
    for path, content in (contents | beside).items():
        try:
            with created(path.parent):
                write_durably(path, content)
        except OSError as error:
            raise storage_error(path, error) from error
    return list(paths)


def draw_figures(
    subject: object,
    folder: Path,
    names: Sequence[str] | None = None,
    formats: Sequence[str] = FORMATS,
    *,
    workers: int = 1,
    size: str = "page",
    language: str = "en",
) -> list[Path]:
    """Draws figures of a subject into a folder, which is created, and returns their paths.

    Args:
        subject: a result, sweep or comparison, or one of ``subjects``.
        folder: of the files, which are named after the kinds.
        names: kinds; by default all for which the subject has data.
        formats: ``png`` (200 dpi) and ``svg``.
        workers: most processes; few figures are drawn in this one. The files do not depend on it.
        size, language: as in ``picture``.

    Raises:
        PlotError: the kind, size or format is unknown, or the subject lacks the data.
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
        for _ in run_all(executor, [Task(name, write_figure, (subject, name, files, size, language)) for name, files in paths.items()]):
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


def _page(figure: Figure[Any], subject: object, size: str, language: str, dpi: float) -> Any:
    """Returns a whole figure with its caption, laid out."""
    from aixsim.report.figures.page_layout import lay_out, new_figure, translated, write_caption, written
    from aixsim.report.figures.style import escape_texts, house_style

    width, height = figure.size(subject) if callable(figure.size) else figure.size
    with house_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", _NO_GLYPH)  # it is told below, once and with the remedy
        warnings.filterwarnings("ignore", "Tight layout not applied")  # then the column is too narrow
        if size == "slide":
            width, height = max(width, height * _SLIDE), max(height, width / _SLIDE)
        for wide in _COLUMNS if size == "column" else (width,):
            high = height * (wide / width) ** 0.4  # a narrow figure is nearly as high
            page = new_figure((wide, high), _PIXELS / wide if size == "slide" else dpi, is_narrow=size == "column", language=language)
            figure.draw(subject, page)
            write_caption(page, " · ".join(part for part in (written(page, "intervals"), _source_line(figure, subject)) if part))
            lost = escape_texts(page, partial(translated, page))
            lay_out(page, is_fixed=size == "slide")
            if size != "column" or min(axes.get_position().width * wide for axes in page.axes) > _LEAST:
                break
    _warn(lost)
    return page


def _warn(lost: set[str]) -> None:
    """Tells in one line which font is missing."""
    from aixsim.report.figures.font_families import NO_KOREAN, has_hangul

    if others := sorted(letter for letter in lost if not has_hangul(letter)):
        warnings.warn(f"no installed font has {' '.join(others)}; drawn as ?", stacklevel=2)
    if len(others) < len(lost):
        warnings.warn(NO_KOREAN, stacklevel=2)


def _source_line(figure: Figure[Any], subject: object) -> str:
    return " · ".join(part for part in (figure.source or source_of)(subject) if part)


def _identity(figure: Figure[Any], subject: object) -> str:
    """Returns an ASCII text that identifies the state of a subject; it is stored in the metadata of files."""
    return checksum(_source_line(figure, subject).encode())
