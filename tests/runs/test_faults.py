"""Faults of replicates, workers, disks and users, with real processes through the command line."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from aixsim.config.sweep_study import SweepStudy, load_sweep
from aixsim.errors import StoreError
from aixsim.results.sweep_result import open_sweep
from aixsim.runs.processes import LocalProcesses
from tests.runs.crash_driver import children, gone
from tests.runs.small_sweeps import CONFIG, STUDY, run_inline, small, sweep, tree, write_study

FAULTY = '''
"""A lever that goes wrong in some replicates, each in its own way."""

import os
import signal
import time

from aixsim.model.lever import Lever
from aixsim.model.parameters import Parameters, integer


class Faulty(Parameters):
    wrong: int = integer(0, "1", 0, 1, "whether it goes wrong", "assumed", "assumed")


def apply(scenario, p, problem):
    if p.wrong:
        if scenario.replicate == 3:
            raise ValueError("three is not allowed")
        if scenario.replicate == 5:
            scenario.climate_index[2] = float("nan")
        if scenario.replicate == 7:
            os.kill(os.getpid(), signal.SIGKILL)
        if scenario.replicate == 9:
            time.sleep(600)


LEVER = Lever(
    name="faulty",
    title="A lever that goes wrong",
    apply=apply,
    neutral={"wrong": 0},
    parameters=Faulty,
    source="assumed",
)
'''
LONG = STUDY.replace("replicates = 12", "replicates = 20000")


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "aixsim", "sweep", *map(str, arguments), "--workers", "1"]


@contextmanager
def running(*arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Starts a sweep in a group of its own and ends it, whatever happens."""
    process = subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield process
    finally:
        with process:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def wait_until_some_are_done(out: Path, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            if json.loads((out / "status.json").read_text())["done"]:
                return
        except (OSError, ValueError):
            time.sleep(0.02)
    raise AssertionError(process.communicate())


@pytest.mark.parametrize("workers", [1, 3])
def test_results_do_not_depend_on_workers(workers: int, tmp_path: Path) -> None:
    study = small(tmp_path)
    run_inline(study, tmp_path / "reference")
    sweep(study, tmp_path / "out", lambda: LocalProcesses(workers, 60.0), batch=7)
    assert tree(tmp_path / "out") == tree(tmp_path / "reference")


def test_replicates_that_raise_return_nan_die_or_hang_are_records(tmp_path: Path) -> None:
    faulty = STUDY.replace("[design]", '[set]\n"levers.faulty.wrong" = 1\n[design]').replace("[0.0, 0.1, 0.3]", "[0.1]")
    faulty = faulty.replace("[0.005, 0.02]", "[0.005]").replace("seed = 7", "seed = 7\nseconds_per_replicate = 1.0")
    config = CONFIG.replace("[mechanisms.innovation]", '[plugins]\nfiles = ["faulty.py"]\n[mechanisms.innovation]')
    path = write_study(tmp_path / "공장 하나", faulty, config)
    (path.parent / "faulty.py").write_text(FAULTY, encoding="utf-8")
    out = tmp_path / "결과 폴더"
    told: list[str] = []
    status = sweep(load_sweep(path, allow_plugins=True), out, lambda: LocalProcesses(2, 1.0), tell=told.append, batch=6)
    assert (status.state, status.done, status.failed) == ("complete", 8, 4)
    records = {record["replicate"]: record for record in map(json.loads, (out / "failures.jsonl").read_text(encoding="utf-8").splitlines())}
    assert {number: record["error"] for number, record in records.items()} == {
        3: "PluginError", 5: "NotANumber", 7: "WorkerDied", 9: "TimeLimit",
    }  # fmt: skip
    assert "three is not allowed" in records[3]["message"]
    assert "climate" in records[5]["message"]
    assert "signal 9" in records[7]["message"]
    assert all("mechanisms.innovation.rate" not in record["drawn"] for record in records.values())
    events = [json.loads(line) for line in (out / "journal.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len([event for event in events if event["event"] == "worker died" and "signal" in event["why"]]) == 3
    result = open_sweep(out)
    replicates, _ = result.final_counts(result.points[0], result.goal)
    assert replicates.tolist() == [0, 1, 2, 4, 6, 8, 10, 11]
    assert (result.points[0].n_done, result.points[0].n_failed) == (8, 4)
    again = sweep(load_sweep(path, allow_plugins=True), out, lambda: pytest.fail("there is nothing to run"))
    assert (again.state, again.failed) == ("complete", 4)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupts_end_in_order_and_say_how_to_go_on(number: int, tmp_path: Path) -> None:
    path, out = write_study(tmp_path, LONG), tmp_path / "out"
    with running(path, "-o", out) as process:
        wait_until_some_are_done(out, process)
        workers = children(process.pid)
        assert workers
        os.kill(process.pid, number)
        printed, errors = process.communicate(timeout=30)
        assert process.returncode == 130, errors
        assert printed == ""
        assert "the same command resumes" in errors
        assert len(errors.splitlines()) == 1
        assert gone([process.pid, *workers])
    assert json.loads((out / "status.json").read_text())["state"] == "interrupted"


def test_a_second_process_is_refused_with_the_holder_and_let_in_when_that_was_killed(tmp_path: Path) -> None:
    path, out = write_study(tmp_path, LONG), tmp_path / "out"
    with running(path, "-o", out) as process:
        wait_until_some_are_done(out, process)
        second = subprocess.run(command(path, "-o", out), capture_output=True, text=True, check=False)
        assert second.returncode == 3
        assert f"process {process.pid} on " in second.stderr
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        third = subprocess.run([*command(path, "-o", out), "--for", "0.1s"], capture_output=True, text=True, check=False)
        assert third.returncode == 0, third.stderr
        assert "Time limit reached" in third.stdout


@contextmanager
def no_file_larger_than(n_bytes: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def ended_by_the_disk(study: SweepStudy, out: Path) -> bool:
    """Returns whether the disk ended a sweep, with one line that says so."""
    try:
        run_inline(study, out)
    except StoreError as error:
        ended = error
    else:
        return False
    assert ended.exit_code == 5, ended
    assert len(str(ended).splitlines()) == 1
    return True


def test_files_that_may_not_grow_end_a_sweep_with_one_line_and_lose_nothing(tmp_path: Path) -> None:
    study = small(tmp_path, STUDY.replace("replicates = 12", "replicates = 60"))
    run_inline(study, tmp_path / "reference")
    ended = []
    for n_bytes in (0, 9_000, 30_000, 42_000, 60_000, 400_000):
        out = tmp_path / f"out-{n_bytes}"
        with no_file_larger_than(n_bytes):
            ended.append(ended_by_the_disk(study, out))
        run_inline(study, out)
        assert tree(out) == tree(tmp_path / "reference"), n_bytes
    assert ended[0]
    assert not ended[-1]


@contextmanager
def mounted(place: Path, options: str) -> Iterator[Path]:
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("file systems cannot be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.parametrize("options", ["size=100k", "size=200k", "nr_inodes=12", "nr_inodes=20", "ro"])
def test_small_disks_few_inodes_and_read_only_disks(options: str, tmp_path: Path) -> None:
    study = small(tmp_path, STUDY.replace("replicates = 12", "replicates = 60"))
    with mounted(tmp_path / "disk", options) as disk:
        out = disk / "out"
        assert ended_by_the_disk(study, out)
        if options != "ro":
            subprocess.run(["mount", "-o", "remount,size=50m,nr_inodes=1000", str(disk)], check=True)
            assert run_inline(study, out).state == "complete"
            run_inline(study, tmp_path / "reference")
            assert tree(out) == tree(tmp_path / "reference")
