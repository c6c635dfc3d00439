"""Text of a robustness: how often policies are good enough, and their regret."""

from __future__ import annotations

from typing import Final

from aixsim.answers.answer import Row
from aixsim.answers.robust_policies import Robustness
from aixsim.report.text.text_layout import Block, page, table, title

_MOST: Final = 15


def robustness_text(answer: Robustness, width: int | None = None) -> str:
    """Returns the sentence, and a table for every criterion and quantity, the best policy first, ``width`` columns wide."""
    good, regrets = answer.tables["satisficing"].rows, answer.tables["regret"].rows
    blocks: list[Block] = [[answer.sentence], [*title(answer.about)]]
    for criterion in dict.fromkeys(row["criterion"] for row in good):
        own = sorted((row for row in good if row["criterion"] == criterion), key=lambda row: -row["share"])
        cells = [(row["policy"], f"{row['met']:,} of {row['n']:,}", _share(row)) for row in own[:_MOST]]
        blocks.append([table((criterion, "met in", "share of futures"), cells), *_more(len(own), "satisficing")])
    for quantity in dict.fromkeys(row["quantity"] for row in regrets):
        own = sorted((row for row in regrets if row["quantity"] == quantity), key=lambda row: row["mean"])
        numbers = [
            (row["policy"], _number(row, "mean"), _number(row, "p90"), f"{row['largest']:,.0f}", f"{100 * row['best']:.0f} %")
            for row in own[:_MOST]
        ]
        header = (f"regret, {quantity}", "mean", "90 % below", "largest", "best in")
        blocks.append([table(header, numbers), f"In {own[0]['unit']}.", *_more(len(own), "regret")])
    blocks.append(["Brackets: intervals. Best in: share of the futures in which no policy is better.", *answer.notes])
    return page(blocks, width)


def _more(n: int, name: str) -> list[str]:
    return [f"and {n - _MOST} more, see {name}.csv"] if n > _MOST else []


def _share(row: Row) -> str:
    return f"{100 * row['share']:.1f} % [{100 * row['share_low']:.1f}, {100 * row['share_high']:.1f}]"


def _number(row: Row, name: str) -> str:
    return f"{row[name]:,.0f} [{row[f'{name}_low']:,.0f}, {row[f'{name}_high']:,.0f}]"
