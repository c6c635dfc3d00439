"""Text of a discovery: boxes with their check, and the tree."""

from __future__ import annotations

from collections.abc import Sequence

from aixsim.answers.answer import Row
from aixsim.answers.swings import number
from aixsim.answers.when_it_fails import Discovery, in_words
from aixsim.report.text.text_layout import Block, page, table, title


def discovery_text(answer: Discovery, width: int | None = None) -> str:
    """Returns the sentence, the boxes with their limits, and the tree, ``width`` columns wide."""
    boxes = answer.tables["boxes"].rows
    limits = answer.tables["limits"].rows if "limits" in answer.tables else ()
    blocks: list[Block] = [[answer.sentence], [*title(answer.about)], _boxes(boxes)]
    blocks += [_limits(row, [limit for limit in limits if limit["box"] == row["box"]]) for row in boxes[1:]]
    blocks += [_tree(answer.tables["tree"].rows, answer.tables["depths"].rows, boxes[0]["when"])]
    legend = (
        "Density: share of the futures inside in which it happens. Coverage: share of all that happens that is inside. Left out: the same,"
        " where the whole search is repeated without one fifth of the futures and counted on that fifth. Brackets: exact intervals."
        " Quasi-p: probability of the density if the limits of this number had no effect."
    )
    blocks.append([legend, *answer.notes])
    return page(blocks, width)


def _boxes(boxes: Sequence[Row]) -> Block:
    cells = [
        (
            str(row["box"] or "all"),
            f"{row['cases']:,} of {row['n']:,}",
            _share(row, "density"),
            _share(row, "coverage"),
            _share(row, "held_density") if row["box"] else "",
            "" if not row["box"] else "yes" if row["holds"] else "no",
        )
        for row in boxes
    ]
    return [table(("box", f"{boxes[0]['when']} in", "density", "coverage", "density, left out", "holds"), cells)]


def _share(row: Row, name: str) -> str:
    if row[name] is None:
        return "none inside"
    value, low, high = (100 * row[f"{name}{end}"] for end in ("", "_low", "_high"))
    return f"{value:.0f} % [{low:.0f}, {high:.0f}]"


def _limits(box: Row, limits: Sequence[Row]) -> Block:
    rows = [
        (in_words(row), f"{number(row['least'])} to {number(row['most'])}", f"{row['quasi_p']:.1g}", f"{row['repeated']} of {row['folds']}")
        for row in limits
    ]
    doubt = "" if box["holds"] else "; it does not hold on what was left out"
    return [f"Box {box['box']}{doubt}", table(("condition", "all values", "quasi-p", "found again"), rows)]


def _tree(nodes: Sequence[Row], depths: Sequence[Row], when: str) -> Block:
    depth = next(row for row in depths if row["chosen"])
    if not depth["depth"]:
        return ["Tree: no question predicts what was left out better than the share of all does."]
    cells = [(node["conditions"], f"{node['cases']:,} of {node['n']:,}", _share(node, "share")) for node in nodes if node["asks"] is None]
    skill = f"Skill of the tree on futures that were left out (0: nothing known, 1: everything): {depth['skill']:.2f}."
    return [table(("tree: conditions", f"{when} in", "share"), cells), skill]
