"""Text of the sensitivity of a sweep: one table a goal and quantity."""

from __future__ import annotations

from typing import Final

from aixsim.answers.answer import Row
from aixsim.answers.design_indices import SweepSensitivity
from aixsim.report.text.text_layout import Block, page, table, title

_MOST: Final = 12
_NAMES: Final = {"first": "alone", "total": "with all others", "mean_size": "size of effect", "mean": "effect", "spread": "its spread"}


def design_indices_text(answer: SweepSensitivity, width: int | None = None) -> str:
    """Returns the sentence and the numbers of every goal, the strongest first, ``width`` columns wide."""
    rows = answer.tables["indices"].rows
    measures = [name for name in _NAMES if name in rows[0]]
    blocks: list[Block] = [[answer.sentence], [*title(answer.about)]]
    for goal, quantity in dict.fromkeys((row["goal"], row["quantity"]) for row in rows):
        own = [row for row in rows if (row["goal"], row["quantity"]) == (goal, quantity)]
        said = "count at the deadline" if quantity == "count" else "probability"
        cells = [(row["number"], *(_cell(row, name) for name in measures)) for row in own[:_MOST]]
        more = [f"and {len(own) - _MOST} more, see indices.csv"] if len(own) > _MOST else []
        blocks.append([f"{goal}: {said}", table(("number", *(_NAMES[name] for name in measures)), cells), *more])
    noise = [
        f"Replicate noise is {100 * row['noise']:.0f} % of the variance of single replicates of {row['goal']}, {row['quantity']}."
        for row in answer.tables["variance"].rows
        if row["noise"] is not None
    ]
    meaning = (
        "Alone: share of the variance that a number explains by itself; with all others: that it takes part in."
        if "total" in measures
        else "Effect: by how much the outcome rises over the whole range of a number, mean over trajectories; size: whatever its sign; a"
        " spread as large as the effect means that it depends on other numbers."
    )
    blocks.append([*noise, f"{meaning} Brackets: 95 % intervals of resampled parts of the design.", *answer.notes])
    return page(blocks, width)


def _cell(row: Row, name: str) -> str:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    if name in ("first", "total"):
        return f"{100 * value:.1f} % [{100 * low:.1f}, {100 * high:.1f}]"
    return f"{value:.3g}" if name == "spread" else f"{value:.3g} [{low:.3g}, {high:.3g}]"
