"""A report as PDF, by WeasyPrint, which the extra ``pdf`` installs."""

from __future__ import annotations

import re
from typing import Any, Final

from aixsim.errors import UserError

_OF_FIGURES: Final = re.compile(r"\.s\d+\{|svg\.figure \*|\.dot")


def pdf_of(page: str) -> bytes:
    """Returns a page as PDF; nothing is loaded from elsewhere.

    Raises:
        UserError: WeasyPrint or one of its libraries is not installed.
    """
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise UserError(
            f"--pdf: WeasyPrint cannot be used ({error}); give pip install 'aixsim[pdf]', or print the HTML file with a browser"
        ) from error
    content: bytes = HTML(string=with_styles(page), url_fetcher=_fetch).write_pdf()
    return content


def with_styles(page: str) -> str:
    """Returns a page whose figures hold the rules of their classes: WeasyPrint does not apply those of the page to them."""
    style = page.partition("<style>")[2].partition("</style>")[0]
    rules = "\n".join(rule for rule in style.split("\n") if _OF_FIGURES.match(rule))
    return page.replace("</desc>", f"</desc><style>{rules}</style>")


def _fetch(url: str, *_arguments: Any, **_options: Any) -> Any:
    """Returns what a data URL holds; other addresses are refused."""
    from weasyprint import default_url_fetcher

    if not url.startswith("data:"):
        raise ValueError(f"{url}: a report loads nothing from elsewhere")
    return default_url_fetcher(url)
