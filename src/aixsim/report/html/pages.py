"""Web pages from the Jinja templates in this folder; all values are escaped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING

from markupsafe import Markup

from aixsim.escapes import visible
from aixsim.evidence.assumptions import Line

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def environment() -> Environment:
    """Returns the templates. Text is escaped, and control characters in it are shown; markup is not changed."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("aixsim.report.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else visible(str(value)),
        keep_trailing_newline=True,
    )


def ledger_page(lines: Sequence[Line], title: str, grades: Sequence[str]) -> str:
    """Returns the ledger of assumptions, one or more lines, as a page; ``grades`` states the number of parameters by grade."""
    rows = [asdict(line) for line in lines]
    return environment().get_template("ledger.html").render(title=title, grades=grades, columns=list(rows[0]), lines=rows)
