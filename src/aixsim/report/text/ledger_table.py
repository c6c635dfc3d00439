"""The ledger of assumptions as text, CSV and HTML."""

from __future__ import annotations

import csv
import html
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields

from aixsim.evidence.assumptions import GRADES, Line

_COLUMNS = tuple(field.name for field in fields(Line))
_STYLE = (
    "body{font:14px/1.45 sans-serif;color:#1a1a1a;margin:2em}table{border-collapse:collapse}th,td{padding:.3em .6em;text-align:left;"
    "vertical-align:top;border-bottom:1px solid #ddd}th{position:sticky;top:0;background:#fff}td:first-child{white-space:nowrap}"
    ".A{background:#dbeefa}.B{background:#e9f5ee}.C{background:#fff5dc}.D{background:#fbe3d6}"
)


def as_text(lines: Sequence[Line], title: str) -> str:
    """Returns one block a number, and how many have each grade."""
    out = [title, "=" * len(title), *_counts(lines), ""]
    for line in lines:
        out.append(f"{line.grade}  {line.key} = {line.value}  [{line.unit}]")
        out.append(f"     {line.meaning}; range: {line.range}; source: {line.source} ({line.date})")
    return "\n".join(out) + "\n"


def as_csv(lines: Sequence[Line]) -> str:
    """Returns one line a number."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(line) for line in lines)
    return out.getvalue()


def as_html(lines: Sequence[Line], title: str) -> str:
    """Returns a page of its own, without anything from elsewhere."""
    head = "".join(f"<th>{column}</th>" for column in _COLUMNS)
    body = "".join(
        f'<tr class="{line.grade}">{"".join(f"<td>{html.escape(str(getattr(line, column)))}</td>" for column in _COLUMNS)}</tr>\n'
        for line in lines
    )
    grades = "".join(f"<li>{html.escape(text)}</li>" for text in _counts(lines))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title><style>{_STYLE}</style></head>\n'
        f"<body><h1>{html.escape(title)}</h1><ul>{grades}</ul>\n<table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></body></html>\n"
    )


def _counts(lines: Sequence[Line]) -> list[str]:
    found = Counter(line.grade for line in lines)
    return [f"{grade}: {found[grade]} of {len(lines)} numbers {meaning}" for grade, meaning in GRADES.items()]
