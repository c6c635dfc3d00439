"""Text of signposts: one table a goal."""

from __future__ import annotations

from aixsim.answers.answer import Row
from aixsim.answers.year_end_counts import Signposts
from aixsim.report.text.text_layout import Block, page, table, title
from aixsim.stats.intervals import proportion


def signposts_text(answer: Signposts, width: int | None = None) -> str:
    """Returns the sentence and a table for every goal, ``width`` columns wide."""
    signs, skills = answer.tables["signposts"].rows, answer.tables["skill"].rows
    blocks: list[Block] = [[answer.sentence], [*title(answer.about)]]
    for goal in dict.fromkeys(sign["goal"] for sign in signs):
        own = [sign for sign in signs if sign["goal"] == goal]
        rows = [_cells(sign) for sign in own if sign["count"] is not None]
        reasons = list(dict.fromkeys(sign["reason"] for sign in own if sign["count"] is None))
        told = [f"{one['month'][:4]} {one['skill']:.2f}" for one in skills if one["goal"] == goal and one["skill"] is not None]
        lines = [f"Not given for other year ends and probabilities: {'; '.join(reasons)}."] if reasons else []
        lines += [f"Skill of the count by year end: {', '.join(told)}."] if told else []
        header = ("year", f"{own[0]['outcome']} at its end", "gives", "reached below", "from there on")
        blocks.append([goal, *([table(header, rows)] if rows else []), *lines])
    blocks.append(["Brackets: 95 % intervals. Skill: 0 where the count tells nothing about the goal, 1 where everything.", *answer.notes])
    return page(blocks, width)


def _cells(sign: Row) -> tuple[str, ...]:
    high = "or more" if sign["high"] is None else f"{sign['high']:,.0f}"
    reached = [proportion(round(sign[f"p_{side}"] * sign[f"n_{side}"]), sign[f"n_{side}"], 0.95).short for side in ("below", "from")]
    return (sign["month"][:4], f"{sign['count']:,.0f} [{sign['low']:,.0f}, {high}]", f"{100 * sign['level']:g} %", *reached)
