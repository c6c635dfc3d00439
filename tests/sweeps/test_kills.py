"""SIGKILL of the parent, of the whole group and of workers at random moments."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def kill(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.sweeps.crash_driver", str(folder), str(kills), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=3000)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_hundred_kills_change_no_byte(tmp_path: Path) -> None:
    told = kill(tmp_path, 100, 1)
    assert sum(told["kills"].values()) >= 100
    assert set(told["kills"]) == {"parent", "group", "worker"}
    assert (told["unequal"], told["orphans"]) == (0, 0)
    assert told["sweeps"] >= 1


@pytest.mark.verify
def test_five_hundred_kills_change_no_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = kill(tmp_path, 500, 2)
    with capsys.disabled():
        kills = told["kills"]
        sys.stdout.write(f"\nkills survived: {sum(kills.values())} {kills} in {told['sweeps']} sweeps; unequal trees: {told['unequal']}\n")
    assert (told["unequal"], told["orphans"]) == (0, 0)
