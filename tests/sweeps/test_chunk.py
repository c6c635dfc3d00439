"""A task has the same result whatever its process did before."""

from __future__ import annotations

from pathlib import Path

import pytest

from aixsim.runs import chunk
from aixsim.runs.chunk import Task, run_chunk
from aixsim.runs.specs import spec_of
from tests.sweeps.worlds import small


def test_a_process_may_begin_with_any_replicate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that joins late, or replaces one that died, begins in the middle: its firms must be those of all the others."""
    spec = spec_of(small(tmp_path).points[3], small(tmp_path))
    contents = []
    for before in (Task(3, 0, 1), Task(3, 7, 1)):
        monkeypatch.setattr(chunk, "_worlds", type(chunk._worlds)())
        run_chunk(spec, before)
        contents.append(run_chunk(spec, Task(3, 5, 20)).content)
    assert contents[0] == contents[1]
