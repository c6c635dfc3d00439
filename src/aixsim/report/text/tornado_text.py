"""Text of a tornado: the strongest numbers and levers, and the values at which levels are crossed."""

from __future__ import annotations

from collections import Counter
from typing import Final

from aixsim.answers.answer import Row
from aixsim.answers.one_at_a_time import Tornado
from aixsim.answers.swings import number, place
from aixsim.report.text.text_layout import Block, page, table, title
from aixsim.stats.root_finding import Chance

_SHOWN: Final = 15


def tornado_text(answer: Tornado, width: int | None = None) -> str:
    """Returns the sentence, a table of the strongest, and one of switching values, ``width`` columns wide."""
    rows, crossed = answer.tables["tornado"].rows, answer.tables["switching"].rows
    blocks: list[Block] = [[answer.sentence], [*title(answer.about)]]
    header = ("number or lever", "from", "to", "gives", "and", "p")
    left = f"{len(rows) - _SHOWN} weaker ones are not shown; -o writes all." if len(rows) > _SHOWN else ""
    blocks.append([table(header, [_swing(row) for row in rows[:_SHOWN]]), *([left] if left else [])])
    found = [row for row in crossed if row["value"] is not None]
    if found:
        columns = ("switching value", "crosses", "where it is", "above it")
        blocks.append([table(columns, [_crossing(row) for row in found])])
    reasons = Counter((row["level"], row["reason"]) for row in crossed if row["value"] is None)
    for level in dict.fromkeys(row["level"] for row in crossed):
        told = [f"{n:,} {reason}" for (at, reason), n in reasons.items() if at == level]
        blocks.append([f"Others at {100 * level:g} %: {'; '.join(told)}."] if told else [])
    ends = Counter(row["ends"] for row in rows)
    about = [
        "Brackets: 95 % intervals; beyond: the interval reaches the end of the range. p: McNemar's test, with Holm's correction.",
        f"Ends: {'; '.join(f'{what} ({n:,})' for what, n in ends.items())}.",
        f"{answer.source[1]}.",
    ]
    blocks.append([*about, *answer.notes])
    return page(blocks, width)


def _swing(row: Row) -> tuple[str, ...]:
    ends = ("off", "on") if row["low"] is None else (number(row["low"]), number(row["high"]))
    chances = (Chance(*(row[f"p_{side}{part}"] for part in ("", "_from", "_to"))).short for side in ("low", "high"))
    return (row["name"], *ends, *chances, "<0.001" if row["p_value"] < 0.001 else f"{row['p_value']:.3f}")


def _crossing(row: Row) -> tuple[str, ...]:
    return (row["name"], f"{100 * row['level']:g} %", place(row), row["reached"])
