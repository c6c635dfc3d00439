"""A task has the same result whatever its process did before."""

from __future__ import annotations

from pathlib import Path

import pytest

from aixsim.config import build
from aixsim.runs.job import Job
from aixsim.runs.replicates import Batch, run_batch
from tests.runs.small_sweeps import small


def test_a_process_may_begin_with_any_replicate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that joins late, or replaces one that died, begins in the middle: its firms must be those of all the others."""
    spec = Job.of_sweep(small(tmp_path)).specs()[3]
    contents = []
    for before in (Batch(3, 0, 1), Batch(3, 7, 1)):
        monkeypatch.setattr(build, "_worlds", type(build._worlds)())
        run_batch(spec, before, lambda _: None)
        contents.append(run_batch(spec, Batch(3, 5, 20), lambda _: None).tables)
    assert contents[0] == contents[1]
