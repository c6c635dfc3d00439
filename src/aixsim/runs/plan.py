"""What a sweep is to run: the whole design before the first run, and more where the answer is open."""

from __future__ import annotations

import json
from typing import Any

from aixsim.config.sweep_study import SweepStudy
from aixsim.errors import StoreError
from aixsim.runs.chunk import PointSpec
from aixsim.runs.identity import difference, identity, question
from aixsim.runs.ledger import Chunk, PointRow
from aixsim.runs.specs import goals_of
from aixsim.runs.sweep_cost import chunk_size, measure
from aixsim.runs.under_way import UnderWay
from aixsim.stats.allocation import allocate, is_open

QUANTUM = 50
"""Replicates that a point is given at a time once all points have theirs."""


def differences(
    held: dict[str, Any], wanted: dict[str, Any], points: list[PointRow], configs: list[tuple[str, str]], study: SweepStudy
) -> list[str]:
    """Returns what of a study is not what a folder holds, a line each; none when it can go on."""
    lines = difference(held.get("identity", wanted), wanted, points, configs)
    asked = held.get("question", {})
    for key, now in (("replicates", study.monte_carlo.replicates),):
        if asked.get(key, 0) > now:
            lines.append(f"{key}: {asked[key]:,} in the folder, {now:,} now; it can be extended and not shortened")
    return lines


def number_points(run: UnderWay, specs: list[PointSpec]) -> list[PointRow]:
    """Gives every point its number; returns those that the ledger does not know.

    Raises:
        StoreError: the folder holds another study.
    """
    folder, study = run.folder, run.study
    held, points = folder.ledger.study(), folder.ledger.points()
    configs = [(point.label, point.config) for point in study.points]
    if lines := differences(held, identity(study), points, configs, study):
        raise StoreError(
            folder.path, "foreign", "holds another study:\n  " + "\n  ".join(lines) + "\n", "--fork starts another folder beside it"
        )
    known = {point.config: point.id for point in points}
    new = []
    for point, spec in zip(study.points, specs, strict=True):
        config = point.config
        if config not in known:
            known[config] = len(known)
            new.append(PointRow(known[config], point.label, point.policy, json.dumps(point.values, ensure_ascii=False), config))
        run.specs[known[config]] = spec
    return new


def plan(run: UnderWay, rows: list[PointRow]) -> bool:
    """Writes down the whole design before the first run; returns False when the user stops it."""
    folder, study = run.folder, run.study
    wanted = study.monte_carlo.replicates
    missing = {point: wanted - run_so_far for point, run_so_far in run.given().items() if run_so_far < wanted}
    first = next(iter(run.specs.values()))
    facts = {
        "identity": identity(study),
        "question": question(study, first.problems.horizon, first.problems.population.scale, goals_of(study, first)),
    }
    if missing and run.chunk is None:
        measured = measure(run.workers(), first, lambda: run.request.made or run.is_late)
        if measured is not None:
            run.chunk = chunk_size(measured.seconds, wanted, sum(missing.values()))
    if run.request.made:
        return False
    given, turn = run.given(), _next_turn(run)
    folder.add(rows, [piece for point in missing for piece in _pieces(point, given[point], wanted, run.chunk or QUANTUM, turn)], facts)
    return True


def plan_more(run: UnderWay) -> bool:
    """Gives more replicates to points of which the answer is not clear yet; returns whether there were any."""
    monte_carlo, level = run.study.monte_carlo, run.study.decision.probability
    tallies, confidence = run.tallies(), monte_carlo.confidence
    most = monte_carlo.most_replicates or monte_carlo.replicates
    n_open = sum(tally.given < most and is_open(tally, level, confidence) for tally in tallies.values())
    more = allocate(tallies, level, confidence, budget=QUANTUM * n_open, quantum=QUANTUM, most=most)
    turn, chunk = _next_turn(run), min(run.chunk or QUANTUM, QUANTUM)
    pieces = [piece for point, n in more.items() for piece in _pieces(point, tallies[point].given, tallies[point].given + n, chunk, turn)]
    run.folder.add([], pieces, {})
    return bool(pieces)


def _next_turn(run: UnderWay) -> int:
    return 1 + max((chunk.turn for chunk in run.folder.chunks.values()), default=-1)


def _pieces(point: int, first: int, stop: int, chunk: int, turn: int) -> list[Chunk]:
    """Returns chunks of some replicates, one a round: a sweep that is stopped at any time has sampled the design evenly."""
    starts = range(first, stop, chunk)
    return [Chunk(point, start, min(chunk, stop - start), turn + number) for number, start in enumerate(starts)]
