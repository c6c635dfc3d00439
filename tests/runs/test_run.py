"""A run is a sweep of one point: it resumes, extends, is verified, and loses nothing, whoever ends it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aixsim.api import NothingFinished, RunInterrupted, carry_out_run, run
from aixsim.config import load
from aixsim.config.study import Study
from aixsim.config.sweep_study import load_sweep
from aixsim.errors import StoreError, UserError
from aixsim.results.result import open_result
from aixsim.results.sweep_result import is_sweep
from aixsim.runs.checkpoints import CheckpointStore
from aixsim.runs.executor import Executor, InProcess
from aixsim.runs.job import Job
from aixsim.runs.processes import LocalProcesses
from aixsim.runs.progress import read_status
from tests.cli.run_cli import run_cli
from tests.runs.crash_driver import children, gone
from tests.runs.small_sweeps import CONFIG, Ended, Inline, Stopping, run_inline, tree, write_study
from tests.runs.test_faults import FAULTY

SEEDED = CONFIG + "[monte_carlo]\nreplicates = 40\nseed = 7\n"


def study(folder: Path, replicates: int = 40, text: str = SEEDED) -> Study:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "small.toml").write_text(text, encoding="utf-8")
    return load(folder / "small.toml", {"monte_carlo.replicates": replicates}, allow_plugins=True)


def carry_out(study: Study, out: Path, executor: Executor, batch: int | None = 7) -> Any:
    return carry_out_run(Job.of_run(study), out, lambda: executor, batch=batch)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a run that nothing disturbed."""
    place = tmp_path_factory.mktemp("calm")
    run(study(place), out=place / "out")
    return tree(place / "out")


@pytest.mark.parametrize("workers", [2, 3])
def test_results_do_not_depend_on_workers_and_batches(workers: int, calm: dict[str, bytes], tmp_path: Path) -> None:
    carry_out(study(tmp_path), tmp_path / "out", LocalProcesses(workers), batch=3)
    assert tree(tmp_path / "out") == calm


def test_both_engines_give_the_same_files(calm: dict[str, bytes], tmp_path: Path) -> None:
    result = run(study(tmp_path), out=tmp_path / "out", engine="mesa")
    assert tree(tmp_path / "out") == calm
    assert result.provenance["engine"] == "mesa"


def test_a_stopped_run_goes_on_where_it_was(calm: dict[str, bytes], tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(Ended):
        carry_out(study(tmp_path), out, Stopping(3))
    assert not (out / "provenance.json").exists()
    rest = Inline()
    carry_out(study(tmp_path), out, rest)
    assert sum(batch.n for batch in rest.run) == 40 - 4 * 7, "two batches at a time, of which the second pair is the last"
    assert tree(out) == calm


def test_a_result_is_extended_and_never_replaced_by_fewer(calm: dict[str, bytes], tmp_path: Path) -> None:
    out, told = tmp_path / "out", list[str]()
    run(study(tmp_path), 15, out=out)
    rest = Inline()
    carry_out(study(tmp_path), out, rest)
    assert sum(batch.n for batch in rest.run) == 25
    assert tree(out) == calm
    result = run(study(tmp_path), 10, out=out, tell=told.append)
    assert result.provenance["replicates_done"] == 40
    assert told == ["This run is already complete; it holds 40 replicates, more than the 10 asked for."]
    assert tree(out) == calm


def test_the_same_run_is_not_computed_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(study(tmp_path), out=tmp_path / "out")
    monkeypatch.setattr("aixsim.api.carry_out_run", lambda *_, **__: pytest.fail("there is nothing to run"))
    assert run(study(tmp_path), out=tmp_path / "out").provenance["replicates_done"] == 40


def test_what_is_derived_is_made_anew_when_its_code_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    run(study(tmp_path), out=out)
    monkeypatch.setattr("aixsim.results.run_contents.results_hash", lambda: "0" * 64)
    monkeypatch.setattr("aixsim.api.results_hash", lambda: "0" * 64)
    monkeypatch.setattr("aixsim.results.run_contents.evaluate_goals", lambda *_: [])
    monkeypatch.setattr("aixsim.api._processes", lambda *_: pytest.fail("no replicate is to be run"))
    run(study(tmp_path), out=out)
    assert json.loads((out / "goals.json").read_text()) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [("firms = 60", "-firms = 60"), ("seed = 7", "seed: 7 in the folder, 8 now"), ("at_least = 20", "at_least = 21.0")],
)
def test_a_different_run_is_refused_with_what_differs(change: str, named: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(study(tmp_path), out=out)
    before = tree(out)
    other = SEEDED.replace(change, change[:-1] + str(int(change[-1]) + 1))
    with pytest.raises(StoreError) as caught:
        run(study(tmp_path, text=other), out=out)
    assert caught.value.exit_code == 4
    assert named in str(caught.value)
    assert tree(out) == before


def test_a_seed_that_nobody_chose_is_kept(tmp_path: Path) -> None:
    text = SEEDED.replace("seed = 7\n", "")
    first = run(study(tmp_path, 5, text), out=tmp_path / "out")
    more = run(study(tmp_path, 9, text), out=tmp_path / "out")
    assert first.provenance["seed"] == more.provenance["seed"]
    assert (more.provenance["replicates_done"], more.provenance["seed_chosen"]) == (9, False)
    assert run(study(tmp_path, 5, text)).provenance["seed"] != first.provenance["seed"]


def test_a_run_in_memory_says_the_same(tmp_path: Path) -> None:
    kept, held = run(study(tmp_path), out=tmp_path / "out"), run(study(tmp_path))
    assert held.source.path is None
    for table in ("trajectories", "groups", "projects", "parameters", "money", "payers"):
        assert getattr(kept, table)().equals(getattr(held, table)()), table
    assert kept.goal_records == held.goal_records
    assert kept.firms == held.firms
    assert kept.counting == held.counting
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "small.toml"]


def test_the_stop_rule_looks_at_the_first_replicates_and_extends_nothing(tmp_path: Path) -> None:
    text = SEEDED.replace("replicates = 40", "replicates = 400\nhalf_width = 0.14")
    whole = run(study(tmp_path, 400, text), out=tmp_path / "out")
    n = whole.provenance["stopped_at"]
    assert n in (50, 100)
    assert whole.provenance["replicates_done"] == n
    carry_out(study(tmp_path, 400, text), tmp_path / "other", LocalProcesses(2), batch=13)
    assert tree(tmp_path / "other") == tree(tmp_path / "out")
    again = Inline()
    carry_out(study(tmp_path, 400, text), tmp_path / "out", again)
    assert not again.run
    narrow = run(study(tmp_path, 400, text.replace("0.14", "0.05")), out=tmp_path / "out")
    assert narrow.provenance["replicates_done"] > n
    wide = run(study(tmp_path, 400, text), out=tmp_path / "out")
    assert wide.provenance["replicates_done"] == narrow.provenance["replicates_done"], "a finished run is never made fewer"


# --- what may go wrong with replicates and workers


def faulty(folder: Path, n: int, **settings: str) -> Study:
    plugin = '[plugins]\nfiles = ["faulty.py"]\n[levers.faulty]\nwrong = 1\n'
    folder.mkdir(parents=True, exist_ok=True)
    code = FAULTY
    for old, new in settings.items():
        code = code.replace(f"replicate == {old.lstrip('_')}:", new)
    (folder / "faulty.py").write_text(code, encoding="utf-8")
    return study(folder, n, SEEDED.replace("[mechanisms.innovation]", plugin + "[mechanisms.innovation]"))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failed_replicate_is_a_record_counted_beside_every_estimate(workers: int, tmp_path: Path) -> None:
    out = tmp_path / "out"
    carry_out(faulty(tmp_path, 7), out, InProcess() if workers == 1 else LocalProcesses(2))
    records = [json.loads(line) for line in (out / "failures.jsonl").read_text().splitlines()]
    assert [(record["replicate"], record["error"]) for record in records] == [(3, "PluginError"), (5, "NotANumber")]
    result = open_result(out)
    assert (result.provenance["replicates_done"], result.provenance["replicates_failed"]) == (5, 2)
    assert {(goal["n"], goal["n_failed"]) for goal in result.goal_records} == {(5, 2)}
    assert not {3, 5} & set(result.trajectories()["replicate"])


def test_a_worker_that_is_killed_every_time_is_a_record(tmp_path: Path) -> None:
    carry_out(faulty(tmp_path, 9), tmp_path / "out", LocalProcesses(2), batch=3)
    records = [json.loads(line) for line in (tmp_path / "out" / "failures.jsonl").read_text().splitlines()]
    assert {record["replicate"]: record["error"] for record in records} == {3: "PluginError", 5: "NotANumber", 7: "WorkerDied"}


def test_a_run_of_which_nothing_finishes_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NothingFinished, match="three is not allowed") as caught:
        run(faulty(tmp_path, 2, _3="replicate >= 0:"), out=tmp_path / "out")
    assert caught.value.exit_code == 6
    assert len(caught.value.failures) == 2
    assert not (tmp_path / "out" / "provenance.json").exists()


SCRIPT = """
import sys
from aixsim.api import run
from aixsim.config import load

result = run(load("small.toml"), 60, workers=2, out="out")
print(result.provenance["replicates_done"], __name__)
"""


@pytest.mark.parametrize("how", ["file", "stdin", "pool"])
def test_scripts_need_no_main_guard(how: str, tmp_path: Path) -> None:
    study(tmp_path)
    (tmp_path / "script.py").write_text(SCRIPT)
    pool = "import multiprocessing, runpy\nif __name__ == '__main__':\n    with multiprocessing.get_context('spawn').Pool(1) as pool:\n"
    (tmp_path / "pool.py").write_text(pool + "        pool.apply(runpy.run_path, ('script.py',))\n")
    command = {"file": ["script.py"], "stdin": ["-"], "pool": ["pool.py"]}[how]
    text = SCRIPT if how == "stdin" else None
    done = subprocess.run([sys.executable, *command], input=text, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0 or how == "pool", done.stderr
    assert done.stdout.split()[0] == "60", done.stderr
    assert open_result(tmp_path / "out").provenance["replicates_done"] == 60


def test_workers_that_cannot_start_are_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(UserError, match="ended while it started"):
        run(study(tmp_path, 60), workers=2, out=tmp_path / "out")
    monkeypatch.setattr(sys, "executable", "")
    with pytest.raises(UserError, match="interpreter"):
        run(study(tmp_path, 60), workers=2, out=tmp_path / "out")
    assert not (tmp_path / "out" / "provenance.json").exists()


# --- interrupts

ROOT = Path(__file__).parents[2]
ENDLESS = SEEDED.replace("replicates = 40", "replicates = 200000")


@contextmanager
def running(*arguments: str | Path, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "aixsim", *map(str, arguments)]
    # Tests that are run under nohup ignore SIGHUP, and a child would inherit that.
    ignored = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=folder)
    signal.signal(signal.SIGHUP, ignored)
    try:
        yield process
    finally:
        with process:
            if process.poll() is None:
                process.kill()


def wait_for(path: Path, process: subprocess.Popen[str], key: str = "") -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        try:
            if path.exists() and (not key or json.loads(path.read_text())[key]):
                return
        except (OSError, ValueError):
            pass
        time.sleep(0.02)
    raise AssertionError(process.communicate())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_is_ended_keeps_what_is_finished_and_leaves_no_process(number: int, workers: int, tmp_path: Path) -> None:
    study(tmp_path, text=ENDLESS)
    out = tmp_path / "out"
    with running("run", "small.toml", "-o", "out", "--workers", str(workers), folder=tmp_path) as process:
        wait_for(out / "status.json", process, "done")
        held = children(process.pid)
        assert len(held) == (workers if workers > 1 else 0)
        os.kill(process.pid, number)
        errors = process.communicate(timeout=60)[1]
        assert gone([process.pid, *held])
        if number == signal.SIGKILL:
            assert process.returncode == -number
        else:
            assert process.returncode == 130, errors
            assert "the same command resumes" in errors
            assert "Traceback" not in errors
            assert open_result(out).provenance["interrupted"]
    done = json.loads((out / "status.json").read_text())["done"]
    result = run(study(tmp_path, text=ENDLESS), max(done // 2, 1), out=out)
    assert done <= result.provenance["replicates_done"] < done + 5000, "what was finished, and what lay between"
    numbers = result.parameters()["replicate"].to_numpy()
    assert (numbers == range(len(numbers))).all()


def test_a_second_process_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    study(tmp_path, text=ENDLESS)
    with running("run", "small.toml", "-o", "out", "--workers", "1", folder=tmp_path) as process:
        wait_for(tmp_path / "out" / "status.json", process, "done")
        with pytest.raises(StoreError, match=f"process {process.pid} on ") as caught:
            run(study(tmp_path, text=ENDLESS), out=tmp_path / "out")
        assert caught.value.exit_code == 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("command", ["calibrate", "backtest"])
def test_a_calibration_that_is_ended_keeps_its_rounds_and_leaves_no_process(command: str, number: int, tmp_path: Path) -> None:
    config = ROOT / "configs" / ("theory/calibration.toml" if command == "calibrate" else "smart-factory.toml")
    small = ["population.firms=100"] if command == "calibrate" else ["population.scale=0.002"]
    options = [f"--set={setting}" for setting in (*small, "calibration.particles=120", "calibration.moves=30")]
    with running(command, config, "-o", "out", "--workers", "2", *options, folder=tmp_path) as process:
        until = time.monotonic() + 200
        while not list(tmp_path.glob("out/state/*.npz.????????")) and time.monotonic() < until and process.poll() is None:
            time.sleep(0.05)
        held = children(process.pid)
        os.kill(process.pid, number)
        errors = process.communicate(timeout=60)[1]
        assert gone([process.pid, *held])
        assert process.returncode == (130 if number == signal.SIGTERM else -number), errors
        assert ("the same command resumes" in errors) == (number == signal.SIGTERM)
        assert "Traceback" not in errors
    with CheckpointStore.opened(tmp_path / "out", ("state",)) as store:
        store.sweep_out()
        states = [path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out" / "state").iterdir()]
        assert states or number == signal.SIGKILL, "who is killed between a file and its line in the ledger has only the one before"
        assert all(store.kept(name.rpartition(".")[0]) for name in states)


def test_the_library_saves_and_raises_keyboard_interrupt(tmp_path: Path) -> None:
    asked: list[Any] = []

    def interrupt(status: Any) -> None:
        if status.done and not asked:
            asked.append(status)
            os.kill(os.getpid(), signal.SIGINT)

    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt) as caught:
        run(study(tmp_path, 5000, ENDLESS), out=tmp_path / "out", progress=interrupt)
    assert isinstance(caught.value, RunInterrupted)
    assert caught.value.result is not None
    n = caught.value.result.provenance["replicates_done"]
    assert 0 < n < 5000
    assert signal.getsignal(signal.SIGINT) is handler
    assert open_result(tmp_path / "out").provenance["replicates_done"] == n


# --- damage


def test_every_damaged_file_is_named_and_mended_by_the_same_run(calm: dict[str, bytes], tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(study(tmp_path), out=out)
    names = [name for name in calm if name != "ledger.sqlite" and not name.startswith("shards/")] + ["provenance.json"]
    assert len(names) > 9
    for name in names:
        content = (out / name).read_bytes()
        place = len(content) // 2
        damaged = content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :]
        (out / name).unlink()  # tables have a second name
        (out / name).write_bytes(damaged)
        with pytest.raises(StoreError) as caught:
            read_all(out)
        assert caught.value.exit_code == 4, name
        assert name in str(caught.value)
        run(study(tmp_path), out=out)
        assert tree(out) == calm, name
        read_all(out)


def read_all(out: Path) -> None:
    result = open_result(out)
    for table in ("trajectories", "groups", "projects", "parameters", "money", "payers"):
        getattr(result, table)()
    assert result.goal_records
    assert result.counting is not None
    assert result.firms
    assert result.network
    assert result.config


@pytest.mark.parametrize(("replicates", "text"), [(41, SEEDED), (40, SEEDED.replace("seed = 7", "seed = 8"))])
def test_the_status_of_another_folder_is_noticed(tmp_path: Path, replicates: int, text: str) -> None:
    """Of the same study with another number of replicates, and of another study with the same."""
    mine, other = tmp_path / "mine", tmp_path / "other"
    run(study(tmp_path), out=mine)
    run(study(tmp_path / "b", replicates, text), out=other)
    assert read_status(mine) is not None
    own = (mine / "status.json").read_bytes()
    (mine / "status.json").write_bytes((other / "status.json").read_bytes())
    assert read_status(mine) is None
    ended = run_cli(["status", mine], tmp_path)
    assert ended.code == 4
    assert "status.json" in ended.err
    run(study(tmp_path), out=mine)
    assert read_status(mine) is not None
    (mine / "status.json").write_bytes(own)
    assert read_status(mine) is not None, "a status of its own"


def test_damaged_replicates_are_run_again(calm: dict[str, bytes], tmp_path: Path) -> None:
    out, told = tmp_path / "out", list[str]()
    run(study(tmp_path), out=out)
    for shard in sorted((out / "shards").iterdir()):
        content = shard.read_bytes()
        shard.write_bytes(content[:-40] + bytes(40))  # also the table of which it is another name
        run(study(tmp_path), 41, out=out, tell=told.append)
        assert any(shard.name in line and "run again" in line for line in told), shard
        assert open_result(out).provenance["replicates_done"] == 41
        break
    run(study(tmp_path / "b"), 41, out=tmp_path / "b" / "out")
    assert tree(out) == tree(tmp_path / "b" / "out")


def test_no_result_is_served_from_a_folder_of_another_kind(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match="holds something else"):
        run(study(tmp_path), out=out)
    assert [path.name for path in out.iterdir()] == ["notes.txt"]


def test_a_refused_sweep_leaves_the_folder_of_a_run_as_it_is(tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(study(tmp_path), out=out)
    before = sorted(path.relative_to(out).as_posix() for path in out.rglob("*"))
    with pytest.raises(StoreError, match="holds another study"):
        run_inline(load_sweep(write_study(tmp_path / "s")), out)
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*")) == before
    assert not is_sweep(out)
    assert open_result(out).provenance["replicates_done"] == 40


def test_a_run_that_does_not_fit_on_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aixsim.runs.loop.disk_usage", lambda _: type("Usage", (), {"free": 1000})())
    with pytest.raises(StoreError, match="are free") as caught:
        run(study(tmp_path), out=tmp_path / "out")
    assert (caught.value.reason, caught.value.exit_code) == ("storage", 5)


def test_a_long_run_says_what_it_will_cost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    run(study(tmp_path), tell=told.append)
    assert not told
    monkeypatch.setattr("aixsim.runs.loop.WORTH_TELLING", 0.0)
    run(study(tmp_path), tell=told.append)
    assert told[0].startswith("about ")
    assert "40 replicates on 1 worker" in told[0]
