"""Folders of runs and sweeps for which none is stated."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from aixsim.config.study import Study
from aixsim.config.sweep_study import name_of
from aixsim.runs.identity import differences, digest, identity, job_id
from aixsim.runs.job import Job
from aixsim.runs.ledger import NAME, Ledger


def default_folder(study_file: Path) -> Path:
    """Returns the default folder of a sweep."""
    return Path("results") / name_of(study_file)


def run_folder(study: Study) -> Path:
    """Returns the default folder of a run; the study needs a seed."""
    return Path("results") / study.name / job_id(Job.of_run(study))


def forked_folder(job: Job, out: Path) -> Path:
    """Returns a new folder next to ``out`` if that holds another study; its name ends with a digest."""
    if not (out / NAME).exists():
        return out
    with closing(Ledger(out, read_only=True)) as ledger:
        held, points = ledger.study(), ledger.points()
    if not differences(held, points, job):
        return out
    return out.with_name(f"{out.name}-{digest(identity(job), sorted(config for _, config in job.configs))[:6]}")
