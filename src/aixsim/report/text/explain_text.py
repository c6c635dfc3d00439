"""Text of an explanation: what each lever adds to each goal."""

from __future__ import annotations

from typing import Final

from aixsim.answers.answer import Row
from aixsim.answers.lever_credit import Explanation
from aixsim.report.text.text_layout import Block, page, table, title
from aixsim.stats.intervals import percent

_PAIRS: Final = 3


def explain_text(answer: Explanation, width: int | None = None) -> str:
    """Returns the sentence and a table for every goal, ``width`` columns wide."""
    levers, totals = answer.tables["levers"].rows, answer.tables["totals"].rows
    blocks: list[Block] = [[answer.sentence], [*title(answer.about)]]
    for goal in dict.fromkeys(row["goal"] for row in levers):
        own = sorted((row for row in levers if row["goal"] == goal), key=lambda row: -abs(row["count"]))
        rows = [
            (row["lever"].replace("_", " "), _count(row), _points(row), f"{row['taken_away']:+,.1f}", percent(row["changed"]))
            for row in own
        ]
        ends = {row["levers"]: row for row in totals if row["goal"] == goal}
        rows.append(("all of them", _count(ends["difference"]), _points(ends["difference"]), "", ""))
        header = ("lever", f"adds {own[0]['outcome']}", "adds points", "alone", "changed")
        without = f"{goal}: {ends['none']['count']:,.0f} without levers, {ends['all']['count']:,.0f} with all."
        blocks.append([without, table(header, rows, range(1, len(header))), *_pairs(answer, goal), *_binds(answer, goal)])
    blocks.append(
        [
            "Adds: the lever's share of the whole, its Shapley value; points: of the probability of the goal. Alone: by how much the count"
            " falls without it, and in which share of replicates it changes. Brackets: 95 % intervals.",
            f"{answer.source[1]}.",
            *answer.notes,
        ]
    )
    return page(blocks, width)


def _pairs(answer: Explanation, goal: str) -> list[str]:
    """Names the pairs whose joint effect is clear, the strongest first."""
    found = [row for row in (answer.tables["pairs"].rows if "pairs" in answer.tables else ()) if row["goal"] == goal]
    clear = sorted((row for row in found if row["count_low"] > 0 or row["count_high"] < 0), key=lambda row: -abs(row["count"]))
    named = [f"{row['first']} and {row['second']} {_count(row)}".replace("_", " ") for row in clear[:_PAIRS]]
    return [f"Together more than alone, or less: {'; '.join(named)}."] if named else []


def _binds(answer: Explanation, goal: str) -> list[str]:
    rows = [row for row in (answer.tables["binds"].rows if "binds" in answer.tables else ()) if row["goal"] == goal]
    said = [f"{row['more']} {_count(row)}{_by_unit(row)}" for row in rows]
    return [f"A tenth more: {'; '.join(said)}."] if rows else []


def _by_unit(row: Row) -> str:
    return "" if row["by_unit"] is None else f", {row['by_unit']:+,.2g} by {row['unit']}"


def _count(row: Row) -> str:
    return f"{row['count']:+,.1f} [{row['count_low']:+,.1f}, {row['count_high']:+,.1f}]"


def _points(row: Row) -> str:
    low, high = 100 * row["probability_low"], 100 * row["probability_high"]
    return f"{100 * row['probability']:+.1f} [{low:+.1f}, {high:+.1f}]"
