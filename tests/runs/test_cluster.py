"""Sweeps on a Dask cluster: the same bytes as here, whatever happens to its workers; and in one line why not."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep

import pytest

from aixsim.config.sweep_study import load_sweep
from aixsim.errors import UserError
from aixsim.runs import cluster
from aixsim.runs.cluster import Cluster, ClusterLost, connect
from aixsim.runs.cluster_worker import facts
from aixsim.runs.executor import Died, Finished, Report, Task
from aixsim.runs.job import Job
from aixsim.runs.ledger import Ledger
from aixsim.runs.progress import Status
from aixsim.runs.replicates import Batch, run_batch
from tests.cli.run_cli import run_cli
from tests.runs.dask_cluster import PATIENCE, DaskCluster
from tests.runs.small_sweeps import CONFIG, STUDY, run_inline, small, sweep, tree, write_study

PLUGIN = """
import os, time
from aixsim.model.lever import Lever
from aixsim.model.parameters import Parameters, real

class Bomb(Parameters):
    harm: float = real(0.0, "1", 0.0, 1.0, "whether it does harm", "assumed", "assumed", "0 to 1")

def apply(scenario, p, problem):
    if p.harm and scenario.replicate == 3:
        time.sleep(600)
    if p.harm and scenario.replicate == 5:
        os._exit(9)

LEVER = Lever(name="bomb", title="Bomb", apply=apply, neutral={"harm": 0.0}, parameters=Bomb, source="assumed")
"""
HARMFUL = CONFIG.replace("[mechanisms.innovation]", '[plugins]\nfiles = ["bomb.py"]\n[levers.bomb]\nharm = 1.0\n[mechanisms.innovation]')


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskCluster]:
    (tmp_path / "dask").mkdir()
    processes = DaskCluster(tmp_path / "dask")
    try:
        yield processes
    finally:
        processes.close()


def first_report(executor: Cluster) -> Report:
    until = monotonic() + PATIENCE
    while monotonic() < until:
        for report in executor.wait(0.2):
            return report
    raise AssertionError("nothing was reported")


def test_killed_and_late_workers_change_no_byte(dask: DaskCluster, tmp_path: Path) -> None:
    study = small(tmp_path)
    run_inline(study, tmp_path / "here")
    dask.add("first")
    dask.add("second")
    told: list[str] = []

    def trouble(status: Status) -> None:
        if status.done and "first" in dask.processes:
            dask.kill("first")
            dask.kill("second")
        if told and "no workers" in told[-1] and "third" not in dask.processes:
            dask.add("third")

    status = sweep(
        study, tmp_path / "there", lambda: Cluster(connect(str(dask.file)), 60.0, told.append), batch=1, show=trouble, tell=told.append
    )
    assert (status.state, status.done) == ("complete", 72)
    assert "third" in dask.processes
    assert [("no workers" in line, "available again" in line) for line in told][-2:] == [(True, False), (False, True)]
    assert tree(tmp_path / "there") == tree(tmp_path / "here")


def test_a_replicate_that_hangs_or_ends_its_process_is_named(dask: DaskCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dask.add("only")
    (tmp_path / "bomb.py").write_text(PLUGIN, encoding="utf-8")
    study = load_sweep(write_study(tmp_path, config=HARMFUL), allow_plugins=True)
    spec = Job.of_sweep(study).specs()[0]

    def task(first: int, n: int) -> Task:
        return Task(Batch(0, first, n), run_batch, (spec, Batch(0, first, n)), is_timed=True)

    executor = Cluster(connect(dask.address), 2.0)
    try:
        executor.submit(task(0, 3))
        assert isinstance(first_report(executor), Finished)
        executor.submit(task(2, 3))
        assert first_report(executor) == Died(Batch(0, 2, 3), 3, "took longer than 2 s", overdue=True)
        executor.submit(task(4, 3))
        assert first_report(executor) == Died(Batch(0, 4, 3), 5, "ended with code 9")
    finally:
        executor.close()

    monkeypatch.setattr(cluster, "facts", lambda: {**facts(), "the model": "another"})
    executor = Cluster(connect(dask.address), 2.0)
    try:
        executor.submit(task(0, 1))
        with pytest.raises(UserError, match=r"the worker only \(tcp://.*\) cannot be used: the model differs: .* there, another here"):
            first_report(executor)
    finally:
        executor.close()


def test_a_scheduler_that_goes_ends_the_sweep_in_order(dask: DaskCluster, tmp_path: Path) -> None:
    study = small(tmp_path)
    out = tmp_path / "there"
    dask.add("only")

    def pull_the_plug(status: Status) -> None:
        if status.done and "scheduler" in dask.processes:
            dask.kill("scheduler")

    with pytest.raises(ClusterLost, match=r"was lost .*the same command resumes") as lost:
        sweep(study, out, lambda: Cluster(connect(dask.address), 60.0), batch=1, show=pull_the_plug)
    assert lost.value.exit_code == 5
    assert len(str(lost.value).splitlines()) == 1
    ledger = Ledger(out, read_only=True)
    kept = sum(chunk.n_done for chunk in ledger.chunks())
    ledger.close()
    assert 0 < kept < 72
    run_inline(study, tmp_path / "here")
    run_inline(study, out)
    assert tree(out) == tree(tmp_path / "here")


def test_ctrl_c_is_heard_while_there_are_no_workers(dask: DaskCluster, tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "aixsim", "sweep", str(write_study(tmp_path)), "--cluster", str(dask.file)]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "no workers at tcp://127.0.0.1:" in process.stderr.readline()
        sleep(0.5)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
        assert process.stderr.read() == "Interrupted before the first replicate; the same command starts again.\n"


def test_what_is_no_scheduler_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "REACHED", 0.5)
    study = write_study(tmp_path)
    (tmp_path / "broken.json").write_text("{}", encoding="utf-8")
    for address, said in (
        ("tcp://127.0.0.1:9", "no Dask scheduler answers"),
        ("udp://127.0.0.1:9", "no Dask scheduler answers"),
        ("tcp://127.0.0.1:port", "no Dask scheduler answers"),
        ("missing.json", "cannot be read as a scheduler file"),
        ("broken.json", "is not a scheduler file"),
    ):
        ended = run_cli(["sweep", study, "--cluster", address], tmp_path)
        assert (ended.code, len(ended.err.splitlines())) == (2, 1), ended.err
        assert f"--cluster {address}" in ended.err
        assert said in ended.err
    assert not (tmp_path / "results").exists()


def test_a_missing_extra_names_its_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    ended = run_cli(["sweep", write_study(tmp_path, STUDY), "--cluster", "tcp://127.0.0.1:9"], tmp_path)
    assert (ended.code, ended.err) == (2, "--cluster needs Dask; install it: pip install 'aixsim[cluster]'\n")
