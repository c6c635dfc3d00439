"""What determines the numbers of a sweep, and what is different when it is not the one that a folder holds."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from aixsim.config.ensembles import ensemble_path
from aixsim.config.sweep_study import SweepStudy
from aixsim.model.calendar import Horizon
from aixsim.model.fingerprint import model_hash
from aixsim.runs.files import checksum
from aixsim.runs.ledger import PointRow
from aixsim.runs.provenance import data_hash

_LINES = 40


def identity(study: SweepStudy) -> dict[str, Any]:
    """Returns all that determines the numbers beside the points' own configs; ready for JSON."""
    files = {
        f"{point.policy}: {name}": checksum((point.study.folder / name).read_bytes())
        for point in study.points
        for name in (point.study.population.file, point.study.network.file)
        if name is not None
    }
    files |= {
        f"{point.policy}: {point.study.ensemble}": checksum(ensemble_path(point.study.folder, point.study.ensemble).read_bytes())
        for point in study.points
        if point.study.ensemble is not None
    }
    return {
        "aixsim": version("aixsim"),
        "data": data_hash(),
        "model": model_hash(),
        "seed": study.monte_carlo.seed,
        "common_random_numbers": study.monte_carlo.common_random_numbers,
        "outcomes": list(study.outcomes),
        "parameters": study.table.keep.parameters,
        "files": files,
        "plugins": {plugin.name: plugin.digest for point in study.points for plugin in point.study.registry.used(point.study.settings)},
    }


def question(study: SweepStudy, horizon: Horizon, scale: float, targets: list[dict[str, Any]]) -> dict[str, Any]:
    """Returns what is asked of the numbers; it may change from one start to the next without changing a number."""
    return {
        "name": study.name,
        "title": study.title,
        "policies": list(study.policies),
        "factors": list(study.factors),
        "design": study.table.design.kind,
        "replicates": study.monte_carlo.replicates,
        "most_replicates": study.monte_carlo.most_replicates or study.monte_carlo.replicates,
        "confidence": study.monte_carlo.confidence,
        "decision": {"goal": study.goal.name, "probability": study.decision.probability},
        "horizon": {"start": horizon.start, "end": horizon.end},
        "scale": scale,
        "goals": targets,
    }


def difference(held: Mapping[str, Any], wanted: Mapping[str, Any], points: list[PointRow], configs: list[tuple[str, str]]) -> list[str]:
    """Returns what stands in the way of going on with a folder, a line each; empty when nothing does.

    Args:
        held: identity of the folder.
        wanted: identity of the study.
        points: of the folder.
        configs: label and resolved config of the study's points.
    """
    lines = [f"{key}: {held.get(key)!r} in the folder, {wanted[key]!r} now" for key in wanted if held.get(key) != wanted[key]]
    now, labelled = {config for _, config in configs}, dict(configs)
    gone = [point for point in points if point.config not in now]
    if not gone:
        return lines
    first = next((point for point in gone if point.label in labelled), None)
    if first is None:
        return [*lines, *(f"the point {point.label!r} is in the folder and no longer in the study" for point in gone[:_LINES])]
    changed = difflib.unified_diff(first.config.splitlines(), labelled[first.label].splitlines(), "in the folder", "now", n=0, lineterm="")
    return [*lines, f"{len(gone)} of {len(points)} points have another config; of {first.label!r}:", *list(changed)[:_LINES]]
