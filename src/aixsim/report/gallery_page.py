"""Writes the gallery, one picture of every kind of figure (``make docs``), and draws its pictures from finished results.

``python -m aixsim.report.gallery_page FOLDER...`` draws the pictures of folders anew: of results, sweeps, calibrations and answers.
"""

from __future__ import annotations

import io
import json
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from aixsim.answers.answer import Answer
from aixsim.report.figures.drawing import all_figures, figures_of, picture
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.subjects import NOUNS, Calibration

PAGE: Final = Path("docs/explanation/gallery.md")
PICTURES: Final = Path("docs/figures/gallery")
_WIDTH: Final = 98
"""Characters in a line of the page."""
_COARSE: Final = 72
"""Resolution of the pictures in dpi."""
_COLOURS: Final = 256
"""Number of colours of a picture, which keeps the files of the repository small."""
_TRACED: Final = 10
"""Replicates of which the genealogy is traced."""
_HEAD: Final = """\
# Gallery of figures

Written by `make docs` from the kinds of figures; its pictures are drawn with
`python -m aixsim.report.gallery_page`. `aixsim plot RESULT -k NAME` draws one kind, `--size` makes it
fit a page, a slide or a column of a paper, and `--lang ko` draws it in Korean. Beside
every file, `NAME.alt.txt` holds its alternative text.

All figures share these rules:

- the title is the finding, the caption says what intervals are shown, the number of replicates and
  the source;
- counts are drawn as steps, because they are those of month ends;
- colours differ for common kinds of colour vision, and dashes, marks or hatches tell them apart in
  grey print;
- medians are shown, except where parts must add up (stages, provinces, money) and in differences,
  whose interval is that of the mean;
- a probability that rounds to 0 or 100 % is given with its bound.
"""


def gallery() -> str:
    """Returns the page: every kind of figure by its subject, with its picture if there is one."""
    parts = [_HEAD]
    for of, noun in NOUNS.items():
        kinds = [figure for (subject, _), figure in all_figures().items() if subject is of]
        parts += [f"## Of {noun}\n", *map(_entry, kinds)] if kinds else []
    return "\n".join(parts)


def _entry(figure: Figure[Any]) -> str:
    needs = f" Needs {figure.needs}." if figure.needs else ""
    lines = [f"### {figure.name}\n", f"{figure.title}.{needs}\n"]
    name = _name(figure)
    if (text := PICTURES / f"{name}.alt.txt").is_file():
        alt, caption = text.read_text(encoding="utf-8").splitlines()
        read = alt.partition(" Numbers: ")[0].removeprefix(f"{figure.title}. ")
        lines += [f"![{figure.title}](../figures/gallery/{name}.png)\n", f"{_wrapped(read)}\n", f"*{_wrapped(caption)}*\n"]
    return "\n".join(lines)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _name(figure: Figure[Any]) -> str:
    return f"{figure.of.__name__.lower()}-{figure.name}"


def _draw(subject: object) -> None:
    from PIL import Image

    PICTURES.mkdir(parents=True, exist_ok=True)
    for kind, figure in figures_of(subject).items():
        if figure.applies(subject):
            drawn = picture(subject, kind, dpi=_COARSE)
            image = Image.open(io.BytesIO(drawn.png())).convert("RGB").quantize(_COLOURS, method=Image.Quantize.FASTOCTREE)
            image.save(PICTURES / f"{_name(figure)}.png", optimize=True)
            (PICTURES / f"{_name(figure)}.alt.txt").write_text(f"{drawn.alt}\n{drawn.caption}\n", encoding="utf-8")


def _subjects(folders: Sequence[Path]) -> Iterator[object]:
    """Yields what can be drawn of folders: results, the second of which is compared with the first; sweeps, calibrations, answers."""
    from aixsim.answers.design_indices import KINDS, sensitivity_of_sweep
    from aixsim.answers.family_tree import genealogy
    from aixsim.answers.stored_answers import file_of, read_answer
    from aixsim.answers.what_matters import sensitivity
    from aixsim.answers.when_it_fails import discover
    from aixsim.answers.year_end_counts import signposts
    from aixsim.config.ensembles import read_columns
    from aixsim.results.comparison import compare
    from aixsim.results.result import open_result
    from aixsim.results.sweep_result import is_sweep, open_sweep

    results = []
    for folder in folders:
        stored = [kind for kind in NOUNS if issubclass(kind, Answer) and (folder / file_of(kind)).is_file()]
        if stored:
            yield from (read_answer(kind, folder) for kind in stored)
        elif (report := folder / "calibration.json").is_file():
            keys, values, _ = read_columns(folder / "ensemble.parquet")
            yield Calibration(json.loads(report.read_text(encoding="utf-8")), keys, values)
        elif is_sweep(folder):
            sweep = open_sweep(folder)
            if sweep.facts["design"] in KINDS:
                yield sensitivity_of_sweep(sweep)
            else:
                yield from (sweep, sweep.compare())
        else:
            results.append(open_result(folder))
    if results:
        first = results[0]
        yield from (first, signposts(first), sensitivity(first), discover(first), genealogy(first, _TRACED))
    if len(results) > 1:
        changes = compare(*results[:2])
        yield from (changes, changes.policies[0])


if __name__ == "__main__":
    for drawn in _subjects([Path(name) for name in sys.argv[1:]]):
        _draw(drawn)
    PAGE.write_text(gallery(), encoding="utf-8")
