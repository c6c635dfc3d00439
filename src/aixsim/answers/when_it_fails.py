"""Discovery: under which conditions a goal is missed, as boxes of few numbers and a small tree, checked on what was left out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from aixsim.answers.answer import Answer, AnswerTable
from aixsim.answers.answer import Row as AnyRow
from aixsim.answers.sought_cases import Cases, cases_of_run, cases_of_sweep
from aixsim.answers.swings import number
from aixsim.arguments import one_of, whole_number
from aixsim.config.setting_names import setting_name
from aixsim.errors import UserError
from aixsim.results.result import Result
from aixsim.results.sweep_result import Sweep
from aixsim.stats.box_check import FOLDS, Held, folds_of, held_out
from aixsim.stats.intervals import percent, proportion
from aixsim.stats.prim import Box, Found, cover, coverage_and_density, quasi_p
from aixsim.stats.small_tree import Node, Path, depth_worth, grow, squared_errors

MOST_BOXES: Final = 3
WHEN: Final = ("missed", "reached")
Bools = NDArray[np.bool_]
Row = dict[str, Any]


class Discovery(Answer):
    """When a goal is missed; see ``discover``."""


def discover(
    result: Result | Sweep,
    goal: str | None = None,
    *,
    when: Literal["missed", "reached"] = "missed",
    level: float | None = None,
    policy: str | None = None,
    boxes: int = MOST_BOXES,
    density: float | None = None,
) -> Discovery:
    """Finds the conditions under which a goal is missed, or reached, from stored tables alone.

    Of a run, every replicate is a future: its drawn numbers are the conditions, and its goal is missed or reached. Of a sweep, every point
    of one policy is: its factors are the conditions, and the goal is missed where its probability is below the level.

    Boxes are those of PRIM (``stats.prim``), the tree is that of ``stats.small_tree``. Both are checked on futures that were left out: the
    whole search is repeated five times without one fifth of them, and each box is counted on the fifth that did not take part.

    Args:
        result: of a run with goals and uncertain numbers, or a sweep with factors.
        goal: its name; by default the first of a run, and that of the decision of a sweep.
        when: what is to be explained.
        level: probability of the goal below which a point of a sweep misses it; by default the decision level.
        policy: of a sweep with several.
        boxes: most boxes, 1 to 3; each is searched outside the earlier ones.
        density: least share of such futures in a box, if one has it; by default the box that agrees best with them (phi coefficient).

    Returns:
        Tables ``boxes`` (one row a box, and one, number 0, for all futures: futures inside, ``density`` or the share of them in which it
        happens, ``coverage`` or the share of all that happens, the same on futures that were left out, all with intervals, and whether it
        ``holds`` there: more often than by chance), ``limits`` (one row a box and number: its limits, None where there is none, quasi-p,
        and in how many of the five repetitions the number has a limit), ``trajectory`` (one row a step of the peeling of each box:
        coverage and density), ``tree`` (one row a node: the conditions that lead to it, futures and their share) and ``depths`` (one row
        a depth: Brier skill of the tree on futures that were left out). ``limits`` and ``trajectory`` are missing if no number makes a
        difference.

    Raises:
        UserError: there is no such goal or policy, too few futures with or without it, no number that varies, or an option is not valid.
        StoreError: a file of the sweep has changed.
    """
    one_of(when, "when", WHEN)
    boxes = whole_number(boxes, "boxes", least=1, most=MOST_BOXES)
    for name, value in (("level", level), ("density", density)):
        if value is not None and not 0.0 < value < 1.0:
            raise UserError(f"--{name} {value:g}: give a share between 0 and 1, such as 0.5")
    if isinstance(result, Sweep):
        futures = cases_of_sweep(result, goal, when, level, policy)
    else:
        if wrong := [name for name, value in (("level", level), ("policy", policy)) if value is not None]:
            raise UserError(
                f"--{wrong[0]}: {result.where} is the result of a run, whose futures are replicates; leave it out, or give a sweep"
            )
        futures = cases_of_run(result, goal, when)
    return _answer(futures, boxes, density)


def _answer(futures: Cases, most: int, density: float | None) -> Discovery:
    x, cases = futures.x, futures.cases
    found, held = cover(x, cases, most, density), held_out(x, cases, most, density)
    rows, limits, steps = [_box_row(futures, 0, np.ones(len(cases), np.bool_), None)], list[Row](), list[Row]()
    rest = np.ones(len(cases), np.bool_)
    for at, (one, check) in enumerate(zip(found, held, strict=False)):
        # A later box is told only beyond boxes that hold.
        if at and not rows[-1]["holds"]:
            break
        inside = one.box.holds(x) & rest
        rows.append(_box_row(futures, at + 1, inside, check))
        limits += [_limit_row(futures, at + 1, one.box, number, check, rest) for number in one.box.limited]
        steps += _step_rows(futures, at + 1, one, rest)
        rest &= ~inside
    tree, depths = _tree(futures)
    tables = {"boxes": rows, "limits": limits, "trajectory": steps, "tree": tree, "depths": depths}
    shares = ("density", "coverage", "held_density", "held_coverage", "share", "skill", "of_futures")
    named = {
        name: AnswerTable(one, {key: "1" for key in one[0] if key.startswith(shares) and not key.endswith("_n")})
        for name, one in tables.items()
        if one
    }
    notes = (
        f"Boxes are found on all {futures.thing}, which makes their own density look too good; the check on those that were left out does"
        " not.",
        "A condition is where it happens, not why; all holds for the model and the ranges of its config.",
        *futures.notes,
    )
    return Discovery(futures.title, _sentence(futures, rows, limits), named, notes, futures.source)


def _box_row(futures: Cases, box: int, inside: Bools, check: Held | None) -> Row:
    cases = futures.cases
    n, hits = int(inside.sum()), int((inside & cases).sum())
    row: Row = {"goal": futures.goal, "when": futures.event, "box": box, "n": n, "cases": hits, "of_futures": n / len(cases)}
    for name, of, total in (("density", hits, n), ("coverage", hits, int(cases.sum()))):
        row |= _share(name, of, total, futures.confidence)
    pairs = (0, 0, 0) if check is None else (check.n, check.cases, check.of)
    row |= {"held_n": pairs[0] if check else None, "held_cases": pairs[1] if check else None}
    row |= _share("held_density", pairs[1], pairs[0], futures.confidence) | _share("held_coverage", pairs[1], pairs[2], futures.confidence)
    return row | {"z": check.z if check else None, "holds": check.holds if check else None}


def _share(name: str, hits: int, n: int, confidence: float) -> Row:
    if not n:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"))
    chance = proportion(hits, n, confidence)
    return dict(zip((name, f"{name}_low", f"{name}_high"), (chance.estimate, *chance.clopper_pearson), strict=True))


def _limit_row(futures: Cases, box: int, found: Box, number: int, check: Held, rest: Bools) -> Row:
    x, key = futures.x, futures.keys[number]
    low, high = float(found.low[number]), float(found.high[number])
    row: Row = {"box": box, "number": key, "name": setting_name(key, with_unit=False)}
    row |= {"low": low if math.isfinite(low) else None, "high": high if math.isfinite(high) else None}
    row |= {"least": float(x[:, number].min()), "most": float(x[:, number].max())}
    repeated = sum(number in one for one in check.limited)
    return row | {"quasi_p": quasi_p(found, number, x[rest], futures.cases[rest]), "repeated": repeated, "folds": FOLDS}


def _step_rows(futures: Cases, box: int, found: Found, rest: Bools) -> list[Row]:
    rows = []
    for at, step in enumerate(found.steps):
        inside = step.holds(futures.x) & rest
        coverage, density = coverage_and_density(inside, futures.cases)
        row = {"box": box, "step": at, "n": int(inside.sum()), "coverage": coverage, "density": density}
        rows.append(row | {"numbers": len(step.limited), "chosen": at == found.chosen})
    return rows


def _tree(futures: Cases) -> tuple[list[Row], list[Row]]:
    """Returns the nodes of the tree, and the skill of every depth."""
    errors = squared_errors(futures.x, futures.cases, folds_of(len(futures.cases)))
    depth, base = depth_worth(errors), float(errors[0].mean())
    skills = 1.0 - errors.mean(axis=1) / base
    depths = [{"depth": at, "skill": float(skill), "chosen": at == depth, "n": errors.shape[1]} for at, skill in enumerate(skills)]
    tree = grow(futures.x, futures.cases)
    return [_node_row(futures, path, node, depth) for path, node in tree.walk(depth)], depths


def _node_row(futures: Cases, path: Path, node: Node, depth: int) -> Row:
    names = [setting_name(key, with_unit=False) for key in futures.keys]
    said = " and ".join(f"{names[at]} {'at most' if most else 'above'} {number(cut)}" for at, most, cut in path)
    row: Row = {"depth": len(path), "conditions": said or "all", "n": node.n, "cases": node.cases}
    row |= _share("share", node.cases, node.n, futures.confidence)
    if node.number is None or len(path) == depth:
        return row | {"asks": None, "cut": None}
    return row | {"asks": futures.keys[node.number], "cut": node.cut}


def in_words(limit: AnyRow) -> str:
    """Returns a limit as a condition, such as ``parks: capacity is below 300``."""
    match limit["low"], limit["high"]:
        case None, high:
            said = f"below {number(high)}"
        case low, None:
            said = f"above {number(low)}"
        case low, high:
            said = f"between {number(low)} and {number(high)}"
    return f"{limit['name']} is {said}"


def _sentence(futures: Cases, rows: Sequence[Row], limits: Sequence[Row]) -> str:
    """Returns the answer: the boxes that hold, with their density, coverage and check."""
    whole, thing = rows[0], futures.thing
    said = [f"{futures.goal} is {futures.event} in {whole['cases']:,} of {whole['n']:,} {thing} ({percent(whole['density'])})."]
    holding = [row for row in rows if row["holds"]]
    for row in holding:
        words = " and ".join(in_words(limit) for limit in limits if limit["box"] == row["box"])
        where = "" if row["box"] == 1 else "outside of these, "
        told = f"{where}it is {futures.event} in {row['cases']:,} of the {row['n']:,} {thing} in which {words}"
        told += f"; these are {100 * row['coverage']:.0f} % of all that {'miss' if futures.event == 'missed' else 'reach'} it"
        told += f"; on {thing} that were left out, {row['held_cases']:,} of {row['held_n']:,}."
        said.append(told[0].upper() + told[1:])
    if not holding:
        said.append(f"No condition on these numbers was found that holds on {thing} that were left out.")
    return " ".join(said)
