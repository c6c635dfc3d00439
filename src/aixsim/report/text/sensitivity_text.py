"""Text of a sensitivity: for every goal what matters and what knowing it is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from aixsim.answers.answer import Row
from aixsim.answers.what_matters import Sensitivity
from aixsim.report.text.text_layout import Block, page, table, title

if TYPE_CHECKING:
    from rich.table import Table

_MOST: Final = 10
_LEGEND: Final = (
    "Share: part of the variance that a number explains alone. Shift: by how much knowing it moves the distribution of the count (0 to 1),"
    " or the probability of the goal. Brackets: 95 % intervals. Noise floor: the largest of 20 dummies for every number, which are its own"
    " values in shuffled order; what is below it is left out.",
    "Gain: what is expected from deciding after it is known rather than now, in percent of the stake, which is what is gained by relying on"
    " a goal that is reached plus what is lost by relying on one that is missed.",
    "Grades: A quoted from a source, B derived, C assumed with a source, D assumed without one, U set in the config.",
)


def sensitivity_text(answer: Sensitivity, width: int | None = None) -> str:
    """Returns the sentence, and for every goal what matters, what all numbers explain together, and what knowing is worth."""
    blocks: list[Block] = [[answer.sentence], [*title(answer.about)]]
    for goal in dict.fromkeys(row["goal"] for row in answer.tables["numbers"].rows):
        of_goal = {name: [row for row in found.rows if row["goal"] == goal] for name, found in answer.tables.items()}
        grades = {row["number"]: row["grade"] or "none" for row in of_goal["research"]}
        blocks += [[goal, *_matters(of_goal["numbers"], grades)], _together(of_goal["variance"]), _worth(of_goal["worth"])]
    reasons = dict.fromkeys(row["reason"] for row in answer.tables["variance"].rows if row["reason"])
    blocks.append([*_LEGEND, *(f"The share of replicate noise is not known: {reason}." for reason in reasons), *answer.notes])
    return page(blocks, width)


def _matters(numbers: Sequence[Row], grades: dict[str, str]) -> list[str | Table]:
    block: list[str | Table] = []
    for quantity, said in (("count", "the count at the deadline"), ("goal", "whether it is reached")):
        of_it = [row for row in numbers if row["quantity"] == quantity]
        found = [row for row in of_it if row["matters"]]
        if found:
            cells = [(row["number"], _interval(row, "share"), f"{row['shift']:.2f}", grades[row["number"]]) for row in found[:_MOST]]
            block.append(table((f"matters for {said}", "share", "shift", "grade"), cells))
        if len(found) > _MOST:
            block.append(f"and {len(found) - _MOST} more, see numbers.csv")
        if of_it:
            floor = f"Noise floor: share {100 * of_it[0]['share_floor']:.1f} %, shift {of_it[0]['shift_floor']:.2f}."
            block.append(floor if found else f"Nothing is above the noise floor for {said}. {floor}")
    return block


def _together(variance: Sequence[Row]) -> Block:
    lines = []
    for row in variance:
        said = "count" if row["quantity"] == "count" else "goal"
        if row["share"] is not None:
            lines.append(f"All numbers together explain at least {_interval(row, 'share')} of the variance of the {said}.")
        if row["noise"] is not None:
            lines.append(f"Replicate noise is {_interval(row, 'noise')} of the variance of the {said}.")
    return lines


def _worth(worth: Sequence[Row]) -> Block:
    if not worth:
        return []
    found = [row for row in worth if row["matters"]]
    threshold, now = (100 * worth[0][name] for name in ("threshold", "probability"))
    decision = f"Relying on the goal from a probability of {threshold:g} % on (now {now:.1f} %):"
    if not found:
        return [f"{decision} knowing no number and no group of numbers would change the decision noticeably."]
    cells = [(_named(row), _interval(row, "worth"), f"{100 * row['changes']:.0f} %") for row in found[:_MOST]]
    return [decision, table(("what is known before deciding", "gain, of the stake", "decides otherwise"), cells)]


def _named(row: Row) -> str:
    return f"{row['name']}, {row['numbers']} numbers" if row["kind"] == "group" else str(row["name"])


def _interval(row: Row, name: str) -> str:
    value, low, high = (100 * max(row[f"{name}{end}"], 0.0) for end in ("", "_low", "_high"))
    return f"{value:.1f} % [{low:.1f}, {high:.1f}]"
