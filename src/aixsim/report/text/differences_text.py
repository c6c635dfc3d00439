"""Text of the differences between two results: the sentence, the parts, and what differs."""

from __future__ import annotations

from typing import Final

from aixsim.answers.answer import Row
from aixsim.report.text.text_layout import Block, page, table, title
from aixsim.sharing.differences_explained import Differences

_SHOWN: Final = 20


def differences_text(answer: Differences, width: int | None = None) -> str:
    """Returns the sentence and the tables, ``width`` columns wide; of long tables the first rows."""
    blocks: list[Block] = [[answer.sentence], [*title(answer.about)]]
    if "parts" in answer.tables:
        header = ("part", "difference of the mean count", "of the probability, points")
        blocks.append([table(header, [_part(row) for row in answer.tables["parts"].rows])])
    for name, heading in (("settings", "setting"), ("versions", "version"), ("data", "data file")):
        if name not in answer.tables:
            continue
        rows = answer.tables[name].rows
        columns = list(rows[0])
        cells = [tuple(str(row[key]) for key in columns) for row in rows[:_SHOWN]]
        left = f"{len(rows) - _SHOWN:,} more are not shown; -o writes all." if len(rows) > _SHOWN else ""
        names = (heading, "only in", "row") if name == "data" else (heading, "A", "B")
        blocks.append([table(names, cells), *([left] if left else [])])
    blocks.append([*answer.notes])
    return page(blocks, width)


def _part(row: Row) -> tuple[str, ...]:
    count = f"{row['difference']:+,.1f} [{row['low']:+,.1f}, {row['high']:+,.1f}]"
    chance = [f"{100 * row[key]:+.1f}" for key in ("probability", "probability_low", "probability_high")]
    return (row["part"], count, f"{chance[0]} [{chance[1]}, {chance[2]}]")
