"""What a folder of a sweep survives, and that it is the same afterwards, byte for byte."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aixsim.api import carry_out_run
from aixsim.config import load
from aixsim.config.sweep_study import load_sweep
from aixsim.errors import StoreError
from aixsim.evidence.backtesting import backtest
from aixsim.evidence.calibration import calibrate
from aixsim.results.sweep_result import open_sweep
from aixsim.runs import files as disk
from aixsim.runs.default_folders import forked_folder
from aixsim.runs.executor import Finished, Report, Task
from aixsim.runs.job import Job
from aixsim.runs.ledger import NAME, Chunk, Ledger
from aixsim.runs.replicates import Batch
from tests.runs.small_sweeps import STUDY, Inline, run_inline, small, stopped, sweep, tree, write_study

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A sweep that nothing disturbed, and its bytes."""
    place = tmp_path_factory.mktemp("reference")
    run_inline(small(place), place / "out")
    return place, tree(place / "out")


@pytest.mark.parametrize("chunk", [1, 7, 64])
def test_chunks_change_no_byte(chunk: int, reference: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    run_inline(small(tmp_path), tmp_path / "out", batch=chunk)
    assert tree(tmp_path / "out") == reference[1]


def test_another_seed_is_noticed(reference: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    run_inline(small(tmp_path, STUDY.replace("seed = 7", "seed = 8")), tmp_path / "out")
    assert tree(tmp_path / "out") != reference[1]


def test_the_design_stands_before_the_first_run_and_a_stopped_sweep_is_even(tmp_path: Path) -> None:
    out = stopped(tmp_path, 6)
    result = open_sweep(out)
    assert result.given == 6 * 12
    assert {point.n_done for point in result.points} == {5}


def test_resumed_is_the_same_and_runs_only_the_rest(reference: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    out = stopped(tmp_path, 8)
    rest = Inline()
    assert sweep(small(tmp_path), out, lambda: rest).state == "complete"
    assert sum(task.n for task in rest.run) == 6 * 12 - 6 * 5 - 2 * 5
    assert tree(out) == reference[1]
    again = Inline()
    sweep(small(tmp_path), out, lambda: again)
    assert not again.run
    assert tree(out) == reference[1]


@pytest.mark.parametrize("when", ["running", "complete"])
@pytest.mark.parametrize("how", ["bit", "truncated", "missing", "swapped"])
def test_damage_is_noticed_named_and_made_good(how: str, when: str, reference: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    out = stopped(tmp_path, 8) if when == "running" else tmp_path / "out"
    if when == "complete":
        run_inline(small(tmp_path), out)
    first, second = sorted(out.glob("*/*.parquet"))[:2]
    damage(first, second, how)
    told: list[str] = []
    rest = Inline()
    sweep(small(tmp_path), out, lambda: rest, batch=5, tell=told.append)
    names = [str(path.relative_to(out)) for path in ((first, second) if how == "swapped" else (first,))]
    assert [line.split()[0] for line in told] == names
    assert rest.run
    assert tree(out) == reference[1]


def damage(first: Path, second: Path, how: str) -> None:
    content = first.read_bytes()
    match how:
        case "bit":
            first.write_bytes(content[:100] + bytes([content[100] ^ 4]) + content[101:])
        case "truncated":
            first.write_bytes(content[:-7])
        case "missing":
            first.unlink()
        case "swapped":
            first.write_bytes(second.read_bytes())
            second.write_bytes(content)


def test_damage_that_comes_between_run_and_merge_is_noticed(reference: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    out = tmp_path / "out"

    class Damaging(Inline):
        def wait(self, seconds: float) -> list[Report]:
            shards = sorted(out.glob("shards/*.parquet"))
            if len(shards) == 10:
                shards[0].write_bytes(b"nothing")
            return super().wait(seconds)

    told: list[str] = []
    sweep(small(tmp_path), out, Damaging, batch=5, tell=told.append)
    assert told
    assert tree(out) == reference[1]


def test_a_flipped_bit_in_the_ledger_is_noticed(tmp_path: Path) -> None:
    out = stopped(tmp_path)
    base = sqlite3.connect(out / NAME)
    base.execute("update chunks set successes = '[5, 5]' where point = 0 and first = 0")
    base.commit()
    base.close()
    with pytest.raises(StoreError) as caught:
        run_inline(small(tmp_path), out)
    assert caught.value.reason == "damaged"
    assert "chunks" in str(caught.value)


def test_a_ledger_that_is_none_is_named(tmp_path: Path) -> None:
    out = stopped(tmp_path)
    (out / NAME).write_bytes(b"something else entirely" * 100)
    with pytest.raises(StoreError) as caught:
        run_inline(small(tmp_path), out)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("seed = 7", "seed = 8", "seed: 7 in the folder, 8 now"),
        ("[0.0, 0.1, 0.3]", "[0.0, 0.1]", "no longer in the study"),
        ("replicates = 12", "replicates = 11", "cannot"),
        ("[monte_carlo]", "[keep]\noutcomes = ['failed']\n[monte_carlo]", "outcomes: "),
    ],
)
def test_another_study_is_refused_with_what_differs_and_can_be_forked(old: str, new: str, named: str, tmp_path: Path) -> None:
    out = stopped(tmp_path)
    before = tree(out)
    study = small(tmp_path, STUDY.replace(old, new))
    with pytest.raises(StoreError) as caught:
        run_inline(study, out)
    assert caught.value.exit_code == 4
    assert named.replace("cannot", "not shortened") in str(caught.value)
    assert tree(out) == before
    other = forked_folder(Job.of_sweep(study), out)
    assert other != out
    assert run_inline(study, other).state == "complete"
    assert forked_folder(Job.of_sweep(study), out) == other
    assert tree(out) == before


def test_a_changed_config_is_shown_as_a_diff(tmp_path: Path) -> None:
    out = stopped(tmp_path)
    path = write_study(tmp_path)
    config = tmp_path / "small.toml"
    config.write_text(config.read_text().replace("firms = 60", "firms = 61"))
    with pytest.raises(StoreError, match=r"(?s)-firms = 60.*\+firms = 61"):
        run_inline(load_sweep(path), out)


def test_changed_code_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = stopped(tmp_path)
    monkeypatch.setattr("aixsim.runs.identity.replicates_hash", lambda: "other code")
    with pytest.raises(StoreError, match="code: "):
        run_inline(small(tmp_path), out)


def test_more_replicates_and_more_points_use_what_is_there(tmp_path: Path) -> None:
    run_inline(small(tmp_path / "a"), tmp_path / "a" / "out")
    longer = STUDY.replace("replicates = 12", "replicates = 20").replace("[0.0, 0.1, 0.3]", "[0.0, 0.1, 0.2, 0.3]")
    rest = Inline()
    sweep(small(tmp_path / "a", longer), tmp_path / "a" / "out", lambda: rest, batch=5)
    assert sum(task.n for task in rest.run) == 6 * 8 + 2 * 20
    run_inline(small(tmp_path / "b", longer), tmp_path / "b" / "out")
    one, other = open_sweep(tmp_path / "a" / "out"), open_sweep(tmp_path / "b" / "out")
    assert {point.label: point.successes for point in one.points} == {point.label: point.successes for point in other.points}


class Faulty:
    """The operating system, one of whose answers is a refusal; without one for ``nth=0``. It does not wait for the disk."""

    def __init__(self, nth: int = 0) -> None:
        self.left, self.name = nth, ""

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in ("open", "write", "fsync", "replace", "link"):
            return real

        def call(*arguments: Any) -> Any:
            self.left -= 1
            if self.left == 0:
                self.name = name
                raise OSError(28, "No space left on device")
            return None if name == "fsync" else real(*arguments)

        return call


def a_sweep(place: Path) -> Callable[[Path], object]:
    study = small(place, STUDY.replace("[0.0, 0.1, 0.3]", "[0.1]"))
    return lambda out: run_inline(study, out, batch=12)


def a_run(place: Path) -> Callable[[Path], object]:
    write_study(place)
    job = Job.of_run(load(place / "small.toml", {"monte_carlo.seed": 7, "monte_carlo.replicates": 12}))
    return lambda out: carry_out_run(job, out, Inline, batch=6)


def a_calibration(place: Path) -> Callable[[Path], object]:
    few = {"population.firms": 40, "calibration.particles": 24, "calibration.moves": 1, "calibration.dispersion": 0.5}
    study = load(ROOT / "configs" / "theory" / "calibration.toml", few)
    return lambda out: calibrate(study, out)


def a_backtest(place: Path) -> Callable[[Path], object]:
    few = {"population.scale": 0.002, "calibration.particles": 16, "calibration.moves": 1}
    study = load(ROOT / "configs" / "smart-factory.toml", few)
    return lambda out: backtest(study, out, as_of_month="2019-12")


WORK = {"sweep": (a_sweep, 5), "run": (a_run, 11), "calibrate": (a_calibration, 13)}
"""What is done, and every how many requests to the disk one is refused: no divisor of the six that a file takes."""


@pytest.mark.parametrize("kind", WORK)
def test_every_refusal_of_the_disk_loses_nothing(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare, stride = WORK[kind]
    seen = refuse_one_after_the_other(prepare(tmp_path), tmp_path, monkeypatch, stride)
    assert set(seen) - {"link"} == {"open", "write", "fsync", "replace"}
    assert sum(seen.values()) > 40 / stride


@pytest.mark.verify
@pytest.mark.parametrize(("prepare", "stride"), [(a_sweep, 1), (a_run, 1), (a_calibration, 1), (a_backtest, 13)])
def test_every_single_refusal_of_the_disk_loses_nothing(
    prepare: Callable[[Path], Callable[[Path], object]], stride: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refuse_one_after_the_other(prepare(tmp_path), tmp_path, monkeypatch, stride)


def refuse_one_after_the_other(
    work: Callable[[Path], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stride: int
) -> dict[str, int]:
    """Does some work again and again, each time with another request to the disk refused; returns how many of each kind there were."""
    monkeypatch.setattr("aixsim.evidence.calibration.LEAST_ESS", 0.0)
    work(tmp_path / "reference")
    expected = outcome(tmp_path / "reference")
    seen: dict[str, int] = {}
    for nth in range(1, 10_000, stride):
        out, system = tmp_path / f"out-{nth}", Faulty(nth)
        monkeypatch.setattr(disk, "os", system)
        try:
            work(out)
        except StoreError as error:
            assert error.exit_code == 5  # noqa: PT017 - every n must be seen, and the last has no error
        monkeypatch.setattr(disk, "os", Faulty())
        if not system.name:
            break
        seen[system.name] = seen.get(system.name, 0) + 1
        work(out)
        assert outcome(out) == expected, (nth, system.name)
    return seen


def outcome(out: Path) -> dict[str, bytes]:
    """Returns the files of a folder that must not tell what happened: without checksums of those that tell of the time."""
    timed = ("calibration.json", NAME) if (out / "state").is_dir() else ()
    return {name: content for name, content in tree(out).items() if name not in timed}


@pytest.mark.parametrize("stride", [4, pytest.param(1, marks=pytest.mark.verify)])
def test_every_refusal_of_the_ledger_loses_nothing(
    stride: int, reference: tuple[Path, dict[str, bytes]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study, put, stopped_at = small(tmp_path), Ledger.put, 0
    for nth in range(1, 10_000, stride):
        out, calls = tmp_path / f"out-{nth}", [0]

        def failing(ledger: Ledger, chunks: Any, calls: list[int] = calls, nth: int = nth) -> None:
            calls[0] += 1
            put(ledger, chunks)
            if calls[0] == nth:
                raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr(Ledger, "put", failing)
        if nth > 1:
            stopped_at = nth
        try:
            run_inline(study, out, batch=12)
        except StoreError as error:
            assert error.exit_code == 5  # noqa: PT017 - as above
        monkeypatch.setattr(Ledger, "put", put)
        if calls[0] < nth:
            break
        run_inline(study, out, batch=12)
        assert tree(out) == reference[1], nth
    assert stopped_at > 10


def test_a_fault_that_writes_something_else_would_be_seen(reference: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    """The twin of the above: the comparison of trees fails when one number of one replicate is wrong."""

    class Wrong(Inline):
        def submit(self, task: Task) -> None:
            wrong = task.key == Batch(3, 5, 5)
            super().submit(Task(Batch(3, 6, 5), task.function, (task.arguments[0], Batch(3, 6, 5)), is_timed=True) if wrong else task)

        def wait(self, seconds: float) -> list[Report]:
            return [
                Finished(Batch(3, 5, 5), report.result) if isinstance(report, Finished) and report.key == Batch(3, 6, 5) else report
                for report in super().wait(seconds)
            ]

    sweep(small(tmp_path), tmp_path / "out", Wrong, batch=5)
    assert tree(tmp_path / "out") != reference[1]


def test_the_journal_tells_what_happened(tmp_path: Path) -> None:
    out = stopped(tmp_path)
    run_inline(small(tmp_path), out)
    events = [json.loads(line)["event"] for line in (out / "journal.jsonl").read_text().splitlines()]
    assert events == ["started", "failed", "started", "complete"]


def test_the_ledger_is_one_row_a_point_in_the_end(tmp_path: Path) -> None:
    run_inline(small(tmp_path), tmp_path / "out")
    ledger = Ledger(tmp_path / "out", read_only=True)
    chunks = ledger.chunks()
    ledger.close()
    assert [(chunk.first, chunk.n, chunk.state) for chunk in chunks] == [(0, 12, "done")] * 6
    assert all(isinstance(chunk, Chunk) for chunk in chunks)
