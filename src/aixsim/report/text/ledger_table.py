"""The ledger of assumptions as text, CSV and HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from aixsim.escapes import to_csv
from aixsim.evidence.assumptions import GRADES, Line
from aixsim.report.html.pages import ledger_page
from aixsim.report.text.text_layout import page
from aixsim.report.text.text_layout import title as title_lines


def as_text(lines: Sequence[Line], title: str, width: int | None = None) -> str:
    """Returns one block per parameter, and the number of parameters by grade."""
    out = []
    for line in lines:
        out.append(f"{line.grade}  {line.key} = {line.value}  [{line.unit}]")
        out.append(f"     {line.meaning}; range: {line.range}; source: {line.source} ({line.date})")
    return page([[*title_lines(title), *_counts(lines)], out], width)


def as_csv(lines: Sequence[Line]) -> str:
    """Returns one row per parameter."""
    return to_csv([asdict(line) for line in lines])


def as_html(lines: Sequence[Line], title: str) -> str:
    """Returns a complete HTML page."""
    return ledger_page(lines, title, _counts(lines))


def _counts(lines: Sequence[Line]) -> list[str]:
    found = Counter(line.grade for line in lines)
    return [f"{grade}: {found[grade]} of {len(lines)} parameters {meaning}" for grade, meaning in GRADES.items()]
