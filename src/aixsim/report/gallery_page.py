"""Writes the gallery, one picture of every kind of figure (``make docs``), and draws its pictures from finished results.

``python -m aixsim.report.gallery_page RESULT OTHER SWEEP CALIBRATION`` draws the pictures anew.
"""

from __future__ import annotations

import io
import json
import sys
import textwrap
from pathlib import Path
from typing import Any, Final

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


def _draw_all(result: str, other: str, sweep: str, calibration: str) -> None:
    from aixsim.config.ensembles import read_columns
    from aixsim.results.comparison import compare
    from aixsim.results.result import open_result
    from aixsim.results.sweep_result import open_sweep

    points, changes = open_sweep(sweep), compare(result, other)
    keys, values, _ = read_columns(Path(calibration, "ensemble.parquet"))
    report = json.loads(Path(calibration, "calibration.json").read_text(encoding="utf-8"))
    subjects = (open_result(result), points, points.compare(), changes, changes.policies[0], Calibration(report, keys, values))
    for subject in subjects:
        _draw(subject)


if __name__ == "__main__":
    if sys.argv[1:]:
        _draw_all(*sys.argv[1:])
    PAGE.write_text(gallery(), encoding="utf-8")
