"""SIGKILL of the parent, of the whole group and of workers at random moments."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def kill(kind: str, folder: Path, kills: int, seed: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.runs.crash_driver", kind, str(folder), str(kills), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=3000)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("kind", ["run", "sweep"])
def test_results_do_not_depend_on_kills(kind: str, tmp_path: Path) -> None:
    told = kill(kind, tmp_path, 20, 1)
    assert sum(told["kills"].values()) >= 20
    assert set(told["kills"]) == {"parent", "group", "worker"}
    assert (told["unequal"], told["orphans"]) == (0, 0)
    assert told["sweeps"] >= 1


@pytest.mark.verify
@pytest.mark.parametrize("kind", ["run", "sweep"])
def test_results_do_not_depend_on_many_kills(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = kill(kind, tmp_path, 250, 2)
    with capsys.disabled():
        kills = told["kills"]
        sys.stdout.write(f"\nkills survived: {sum(kills.values())} {kills} in {told['sweeps']} sweeps; unequal trees: {told['unequal']}\n")
    assert (told["unequal"], told["orphans"]) == (0, 0)
