"""Text of a genealogy: causes of decisions and factories, and reproduction numbers."""

from __future__ import annotations

from typing import Final

from aixsim.answers.answer import Row
from aixsim.answers.family_rows import ALL, in_words
from aixsim.answers.family_tree import Ancestry
from aixsim.report.text.text_layout import Block, page, table, title

_SHOWN: Final = ("all", "agent_type", "size", "launched")
_MOST: Final = 5


def genealogy_text(answer: Ancestry, width: int | None = None) -> str:
    """Returns the sentence and the tables, ``width`` columns wide."""
    rows = answer.tables["causes"].rows
    whole = {(row["outcome"], row["cause"]): row for row in rows if row["route"] == ALL}
    blocks: list[Block] = [[answer.sentence], [*title(answer.about)]]
    body = [
        (
            in_words(cause),
            _share(whole["decided", cause]),
            _count(whole["launched", cause]),
            _share(whole["launched", cause]),
            _count(whole["operating", cause]),
        )
        for cause in dict.fromkeys(row["cause"] for row in rows)
    ]
    blocks.append([table(("because of", "decisions", "launched", "of them", "operating"), body, range(1, 5))])
    routes = list(dict.fromkeys(row["route"] for row in rows if row["route"] != ALL))
    if routes:
        paid = [
            (in_words(cause), *(f"{row['count']:,.0f}" for row in rows if (row["outcome"], row["cause"]) == ("launched", cause)))
            for cause in dict.fromkeys(row["cause"] for row in rows)
        ]
        header = ("launched because of", "all", *(f"paid: {route}" for route in routes))
        blocks.append([table(header, paid, range(1, len(header)))])
    support = answer.tables["support"].rows[0]
    if support["share"]:
        blocks.append([f"Expected public support added {100 * support['share']:.1f} % of the pressure of those that decided."])
    if "reproduction" in answer.tables:
        shown = [row for row in answer.tables["reproduction"].rows if row["group"] in _SHOWN]
        followers = [(_name(row), f"{row['factories']:,.0f}", _number(row, "decided"), _number(row, "launched")) for row in shown]
        header = ("from one factory of", "factories", "follow decisions", "follow launches")
        blocks.append([table(header, followers, range(1, 4)), *_extremes(answer)])
    files = f"{answer.source[1]}; brackets: 95 % intervals. -o DIR also writes every decision and its parents in the first replicate."
    blocks.append([files, *answer.notes])
    return page(blocks, width)


def _extremes(answer: Ancestry) -> list[str]:
    """Names the provinces and sectors from whose factories most decisions follow, among those with ten factories or more."""
    said = []
    for group in ("province", "sector"):
        rows = [row for row in answer.tables["reproduction"].rows if row["group"] == group and row["factories"] >= 10]
        most = sorted(rows, key=lambda row: -row["decided"])[:_MOST]
        if most:
            said.append(f"Most decisions by {group}: " + "; ".join(f"{row['level']} {row['decided']:.2f}" for row in most) + ".")
    return said


def _name(row: Row) -> str:
    return "all" if row["group"] == "all" else f"launched in {row['level']}" if row["group"] == "launched" else str(row["level"])


def _count(row: Row) -> str:
    return f"{row['count']:,.0f} [{row['count_low']:,.0f}, {row['count_high']:,.0f}]"


def _share(row: Row) -> str:
    return "" if row["share"] is None else f"{100 * row['share']:.1f} %"


def _number(row: Row, name: str) -> str:
    return f"{row[name]:.2f} [{row[f'{name}_low']:.2f}, {row[f'{name}_high']:.2f}]"
