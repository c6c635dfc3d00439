"""A figure that is drawn, with all that is written about it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any, Final

from aixsim.answers.answer import AnswerTable
from aixsim.report.figures.style import house_style

_MOST_ROWS: Final = 12
"""Number of rows of a table that the alternative text reads out."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A drawn figure with its texts, for files and reports.

    Attributes:
        kind: name of the kind of figure.
        title: the finding, one line.
        explanation: how to read it.
        caption: what intervals are shown, source and number of replicates.
        alt: alternative text: what the figure is, the finding, how to read it, and the numbers of a short table.
        table: the drawn numbers; None if the kind has none.
        identity: of the state of the subject, in the metadata of files.
        page: matplotlib figure.
    """

    kind: str
    title: str
    explanation: str
    caption: str
    alt: str
    table: AnswerTable | None
    identity: str
    page: Any

    def svg(self) -> str:
        """Returns an SVG document with selectable text, title and alternative text."""
        from aixsim.report.figures.font_families import FAMILY, IN_SVG

        text = self.svg_in_page()
        for quote in ("'", '"', "&quot;"):
            text = text.replace(f"{quote}{FAMILY}{quote}", IN_SVG)
        return text.replace("<svg ", '<svg role="img" ', 1)

    def svg_in_page(self) -> str:
        """Returns the same for a page that brings the font of figures along."""
        return self._saved("svg", {"Date": None, "Title": self.title, "Description": self.alt}).decode()

    def png(self) -> bytes:
        """Returns a PNG image in the resolution of the page."""
        return self._saved("png", {"Software": "aixsim", "Title": self.title, "Description": self.alt})

    def _saved(self, form: str, metadata: dict[str, Any]) -> bytes:
        content = io.BytesIO()
        with house_style():
            self.page.savefig(content, format=form, metadata={**metadata, "Identifier": self.identity})
        return content.getvalue()


def alternative_text(about: str, title: str, explanation: str, table: AnswerTable | None) -> str:
    """Returns the alternative text of a figure, one line."""
    rows = table.rows if table else ()
    numbers = "; ".join(", ".join(f"{key} {_value(row[key])}{_unit(table, key)}" for key in row) for row in rows[:_MOST_ROWS])
    short = f" Numbers: {numbers}." if rows and len(rows) <= _MOST_ROWS else ""
    return f"{about}. {title}. {' '.join(explanation.split())}{short}"


def _unit(table: AnswerTable | None, key: str) -> str:
    unit = table.units.get(key, "") if table else ""
    return f" {unit}" if unit not in ("", "1") else ""


def _value(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return "none" if value is None else str(value)
