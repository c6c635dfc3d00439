"""The counting rules side by side in the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any, Final

from aixsim.results.counting_rules import STATUSES
from aixsim.stats.intervals import percent

_LABEL, _COLUMN = 22, 19


def first_target(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the rules for number and deadline of the first goal; ``counting.json`` holds those of the others too."""
    return [r for r in records if (r["at_least"], r["by"]) == (records[0]["at_least"], records[0]["by"])]


def counting_table(records: Sequence[dict[str, Any]]) -> list[str]:
    """Returns a table of ``counting.json``: rows by what must have happened, columns by which routes count; empty without records."""
    if not records:
        return []
    shown = first_target(records)
    one = shown[0]
    scopes: Final = list(dict.fromkeys(r["scope"] for r in shown))
    failed = f", {one['n_failed']:,} failed" if one["n_failed"] else ""
    title = (
        f"How far the answer depends on what one calls an AI factory: at least {one['at_least']:,.0f} by {one['by']}, probability with"
        f" {100 * one['confidence']:g} % interval, median number with 90 % range, n = {one['n']:,}{failed}"
    )
    lines = [*textwrap.wrap(title, 78), "", _row("", scopes), _row("", ["-" * (_COLUMN - 2)] * len(scopes))]
    for status in STATUSES:
        cells = [r for r in shown if r["status"] == status]
        lines += [_row(status, [_chance(r) for r in cells]), _row("", [_number(r["count"]) for r in cells])]
    return lines


def _row(label: str, cells: Sequence[str]) -> str:
    return (f"{label:<{_LABEL}}" + "".join(f"{cell:<{_COLUMN}}" for cell in cells)).rstrip()


def _chance(record: dict[str, Any]) -> str:
    """Returns probability and interval, in whole percent but near the ends; at the ends the bound alone, as for the goals."""
    if record["successes"] in (0, record["n"]):
        return str(record["short_statement"].partition("(")[2].removesuffix(")"))
    low, high = (_whole(record["interval"][end]) for end in ("low", "high"))
    return f"{_whole(record['probability'])} % [{low}, {high}]"


def _whole(share: float) -> str:
    return f"{100 * share:.0f}" if 0.01 <= share <= 0.99 else percent(share).removesuffix(" %")


def _number(count: dict[str, float]) -> str:
    return f"{count['p50']:,.0f} ({count['p05']:,.0f}-{count['p95']:,.0f})"
