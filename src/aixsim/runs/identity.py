"""Identity of a run or sweep: everything that determines its results, and how it differs from that of a folder."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from aixsim.config.study import Study
from aixsim.model.fingerprint import replicates_hash
from aixsim.runs.files import checksum
from aixsim.runs.job import Job
from aixsim.runs.ledger import PointRow
from aixsim.runs.provenance import data_hash, environment

_LINES = 40


def inputs_of(studies: Iterable[tuple[str, Study]]) -> dict[str, Any]:
    """Returns hashes of code, data and files that determine the results, without the configs; JSON values.

    Args:
        studies: studies with labels.
    """
    studies = list(studies)
    return {
        "aixsim": environment()["aixsim"],
        "data": data_hash(),
        "code": replicates_hash(),
        "files": {f"{label}: {name}": study.inputs[name] for label, study in studies for name in study.files},
        "plugins": {f"{label}: {item.name}": item.digest for label, study in studies for item in study.registry.used(study.settings)},
    }


def identity(job: Job) -> dict[str, Any]:
    """Returns everything that determines the results except the configs of the points; JSON values."""
    return {
        "kind": job.kind,
        **inputs_of((point.policy, point.study) for point in job.points),
        "seed": job.seed,
        "common_random_numbers": job.common_random_numbers,
        "outcomes": list(job.outcomes),
        "parameters": job.parameters,
        "money": job.money,
    }


def question(job: Job) -> dict[str, Any]:
    """Returns goals, decision and stopping rules of a job, which may change when it is resumed without changing results."""
    horizon = job.study.horizon
    return {
        "name": job.name,
        "title": job.title,
        "policies": list(job.policies),
        "factors": list(job.factors),
        "design": job.design,
        "replicates": job.replicates,
        "most_replicates": job.most_replicates,
        "confidence": job.confidence,
        "half_width": job.half_width,
        "decision": {"goal": job.deciding.name if job.deciding else None, "probability": job.level},
        "horizon": {"start": horizon.start, "end": horizon.end},
        "scale": job.study.population.scale,
        "goals": job.targets(),
    }


def digest(*parts: Any) -> str:
    """Returns a digest of JSON values: twelve hexadecimal digits."""
    return checksum(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode())[:12]


def job_id(job: Job) -> str:
    """Returns the digest of everything that determines the results of a job: its identity and its points."""
    return digest(identity(job), sorted(digest(point.study.table.document()) for point in job.points))


def differences(held: Mapping[str, Any], points: list[PointRow], job: Job) -> list[str]:
    """Returns the reasons why a folder cannot be resumed; empty if it can.

    Args:
        held: study table of the ledger.
        points: points of the folder.
        job: job to run.
    """
    wanted = identity(job)
    before = held.get("identity", wanted)
    lines = [f"{key}: {before.get(key)!r} in the folder, {wanted[key]!r} now" for key in wanted if before.get(key) != wanted[key]]
    # A run is never shortened: more replicates than requested are valid too.
    asked = held.get("question", {}).get("replicates", 0)
    if job.kind == "sweep" and asked > job.replicates:
        lines.append(f"replicates: {asked:,} in the folder, {job.replicates:,} now; it can be extended but not shortened")
    now, labelled = {config for _, config in job.configs}, dict(job.configs)
    gone = [point for point in points if point.config not in now]
    if not gone:
        return lines
    first = next((point for point in gone if point.label in labelled), None)
    if first is None:
        return [*lines, *(f"the point {point.label!r} is in the folder but no longer in the study" for point in gone[:_LINES])]
    changed = difflib.unified_diff(first.config.splitlines(), labelled[first.label].splitlines(), "in the folder", "now", n=0, lineterm="")
    return [*lines, f"{len(gone)} of {len(points)} points have another config; of {first.label!r}:", *list(changed)[:_LINES]]
