"""``aixsim sweep`` and ``aixsim status`` as a user meets them."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from aixsim.errors import UserError
from aixsim.runs.duration import seconds_until
from aixsim.runs.executor import Executor
from tests.cli.run_cli import run_cli
from tests.runs.small_sweeps import STUDY, Inline, tree, write_study


@pytest.fixture(autouse=True)
def _inline(monkeypatch: pytest.MonkeyPatch) -> None:
    def executor(*given: Any) -> Callable[[], Executor]:
        return Inline

    monkeypatch.setattr("aixsim.api.executor_of", executor)
    monkeypatch.setattr("aixsim.cli.sweep._draw", lambda folder: folder)


def test_a_dry_run_tells_the_cost_and_writes_nothing(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    ended = run_cli(["sweep", path, "--dry-run"], tmp_path)
    assert ended.code == 0, ended.err
    assert "6 points x 12 replicates = 72 replicates" in ended.out
    assert all(word in ended.out for word in ("ms per replicate)", "on disk", "of memory"))
    assert sorted(tmp_path.rglob("*")) == before


def test_a_sweep_prints_the_answer_and_leaves_tables(tmp_path: Path) -> None:
    path = write_study(tmp_path / "my study")
    ended = run_cli(["sweep", path], tmp_path)
    assert ended.code == 0, ended.err
    assert "of 6 points clearly reach" in ended.out
    out = tmp_path / "results" / "tiny"
    answer = pd.read_csv(out / "answer.csv")
    assert len(answer) == 6 * 2
    table = pd.read_parquet(out / "trajectories")
    assert len(table) == 6 * 12 * 18
    decided = answer[answer["goal"] == "20 decided"].set_index("point")
    last = table[table["month"].astype(str) == "2025-06-01"]
    assert (last.groupby("point")["decided"].apply(lambda counts: (counts >= 20).mean()) == decided["probability"]).all()
    assert (last.groupby("point")["decided"].median() == decided["p50"]).all()
    told = json.loads(run_cli(["sweep", path, "--json"], tmp_path).out)
    assert told["status"]["state"] == "complete"
    assert len(told["answer"]) == 12


def test_time_that_is_over_ends_in_order(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    ended = run_cli(["sweep", path, "--for", "0s"], tmp_path)
    assert ended.code == 0, ended.err
    assert "Time limit reached: 0 of 72 replicates are kept" in ended.out
    status = run_cli(["status", tmp_path / "results" / "tiny"], tmp_path)
    assert status.code == 0
    assert status.out.startswith("out of time · 0 of 72 replicates")
    assert run_cli(["sweep", path], tmp_path).code == 0
    assert run_cli(["status", tmp_path / "results" / "tiny"], tmp_path).out.startswith("complete · 72 of 72 replicates")


def test_notify_runs_a_command_with_the_answer(tmp_path: Path) -> None:
    path, note = write_study(tmp_path), tmp_path / "note.txt"
    script = tmp_path / "note.py"
    script.write_text(f"import os\nopen({str(note)!r}, 'w').write(os.environ['AIXSIM_STATE'] + ': ' + os.environ['AIXSIM_ANSWER'])\n")
    assert run_cli(["sweep", path, "--notify", f"'{sys.executable}' '{script}'"], tmp_path).code == 0
    assert note.read_text().startswith("complete: ")
    ended = run_cli(["sweep", path, "--notify", "no-such-command"], tmp_path)
    assert ended.code == 2
    assert "no-such-command" in ended.err


def test_a_mistake_in_a_study_file_writes_nothing(tmp_path: Path) -> None:
    path = write_study(tmp_path, STUDY.replace("seed = 7", "sead = 7"))
    ended = run_cli(["sweep", path], tmp_path)
    assert ended.code == 2
    assert "did you mean 'seed'?" in ended.err
    assert not (tmp_path / "results").exists()


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    path = write_study(tmp_path)
    ended = run_cli(["sweep", path, "-o", tmp_path], tmp_path)
    assert ended.code == 4
    assert "holds something else" in ended.err
    assert not (tmp_path / "shards").exists()
    assert run_cli(["status", tmp_path], tmp_path).code == 2


def test_fork_starts_another_folder(tmp_path: Path) -> None:
    assert run_cli(["sweep", write_study(tmp_path)], tmp_path).code == 0
    before = tree(tmp_path / "results" / "tiny")
    changed = write_study(tmp_path, STUDY.replace("seed = 7", "seed = 8"))
    refused = run_cli(["sweep", changed], tmp_path)
    assert refused.code == 4
    assert "seed: 7 in the folder, 8 now" in refused.err
    assert "--fork" in refused.err
    assert run_cli(["sweep", changed, "--fork"], tmp_path).code == 0
    assert len(list((tmp_path / "results").iterdir())) == 2
    assert tree(tmp_path / "results" / "tiny") == before


NOW = dt.datetime(2026, 11, 25, 19, 0)


@pytest.mark.parametrize(
    ("lasting", "until", "seconds"),
    [("8h", None, 28800), ("1h30min", None, 5400), ("1h 30m", None, 5400), ("45s", None, 45), (None, "07:00", 43200),
     (None, "19:30", 1800), (None, "2026-11-26 19:00", 86400), (None, None, None)],
)  # fmt: skip
def test_times(lasting: str | None, until: str | None, seconds: float | None) -> None:
    assert seconds_until(lasting, until, NOW) == seconds


@pytest.mark.parametrize(
    ("lasting", "until"), [("8", None), ("h", None), ("", None), (None, "25:00"), (None, "x"), ("8h", "07:00"), (None, "2026-11-24")]
)
def test_what_is_no_time(lasting: str | None, until: str | None) -> None:
    with pytest.raises(UserError):
        seconds_until(lasting, until, NOW)
