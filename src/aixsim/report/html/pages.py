"""Web pages from the Jinja templates in this folder; all values are escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from aixsim.escapes import visible
from aixsim.evidence.assumptions import Line


def ledger_page(lines: Sequence[Line], title: str, grades: Sequence[str]) -> str:
    """Returns the ledger of assumptions, one or more lines, as a page; ``grades`` states the number of parameters by grade."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("aixsim.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(str(value)),
        keep_trailing_newline=True,
    )
    rows = [asdict(line) for line in lines]
    return environment.get_template("ledger.html").render(title=title, grades=grades, columns=list(rows[0]), lines=rows)
