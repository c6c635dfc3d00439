"""Table of the counting rules: the dependence on the definition of an AI factory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aixsim.report.text.text_layout import Block, table
from aixsim.results.counting_rules import STATUSES
from aixsim.stats.intervals import percent


def first_target(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the rules for number and deadline of the first goal; ``counting.json`` holds those of the others too."""
    return [r for r in records if (r["at_least"], r["by"]) == (records[0]["at_least"], records[0]["by"])]


def counting_table(records: Sequence[dict[str, Any]]) -> Block:
    """Returns ``counting.json`` as a table: rows by the status that counts, columns by the routes that count; empty without records."""
    if not records:
        return []
    shown = first_target(records)
    one = shown[0]
    scopes = list(dict.fromkeys(r["scope"] for r in shown))
    failed = f", {one['n_failed']:,} failed" if one["n_failed"] else ""
    heading = (
        f"How the result depends on the definition of an AI factory: at least {one['at_least']:,.0f} by {one['by']}, probability with"
        f" {100 * one['confidence']:g} % interval, median number with 90 % range, n = {one['n']:,}{failed}"
    )
    rows = []
    for status in STATUSES:
        cells = [r for r in shown if r["status"] == status]
        rows += [(status, *map(_chance, cells)), ("", *(_number(r["count"], r["n"]) for r in cells))]
    return [heading, "", table(("", *scopes), rows)]


def _chance(record: dict[str, Any]) -> str:
    """Returns probability and interval, in whole percent except near 0 and 1; at 0 and 1 only the bound."""
    if record["successes"] in (0, record["n"]):
        return str(record["short_statement"].partition("(")[2].removesuffix(")"))
    low, high = (_whole(record["interval"][end]) for end in ("low", "high"))
    return f"{_whole(record['probability'])} % [{low}, {high}]"


def _whole(share: float) -> str:
    return f"{100 * share:.0f}" if 0.01 <= share <= 0.99 else percent(share).removesuffix(" %")


def _number(count: dict[str, float], n: int) -> str:
    return f"{count['p50']:,.0f}" if n == 1 else f"{count['p50']:,.0f} ({count['p05']:,.0f}-{count['p95']:,.0f})"
