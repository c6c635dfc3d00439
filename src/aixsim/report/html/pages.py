"""Pages made from the Jinja templates beside this file; everything that is put into one is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from aixsim.escapes import visible
from aixsim.evidence.assumptions import Line


def ledger_page(lines: Sequence[Line], title: str, grades: Sequence[str]) -> str:
    """Returns the ledger of assumptions as a page.

    Args:
        lines: of the ledger, one or more.
        title: of the page.
        grades: how many numbers have each grade, in words.
    """
    return _render("ledger.html", title=title, grades=grades, columns=list(asdict(lines[0])), lines=[asdict(line) for line in lines])


def _render(template: str, **values: Any) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("aixsim.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(str(value)),
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(values)
