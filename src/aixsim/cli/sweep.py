"""``aixsim sweep``: a design over policies and factors, started or gone on with."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from aixsim.config.sweep_study import SweepStudy, load_sweep
from aixsim.errors import UserError
from aixsim.runs.duration import seconds_until
from aixsim.runs.executor import Executor
from aixsim.runs.lock import FolderLock
from aixsim.runs.loop import default_folder, forked_folder
from aixsim.runs.loop import sweep as run_sweep
from aixsim.runs.progress import Status
from aixsim.runs.signals import stop_requests
from aixsim.runs.specs import spec_of
from aixsim.runs.sweep_cost import forecast, measure


def sweep(
    study_file: Path,
    out: Path | None,
    lasting: str | None,
    until: str | None,
    workers: int,
    cluster: str | None,
    notify: str | None,
    *,
    dry_run: bool,
    fork: bool,
    as_json: bool,
) -> int:
    """Returns the exit code: 0 done or out of time, 6 some replicates failed, 130 interrupted."""
    seconds = seconds_until(lasting, until)
    if not dry_run and not fork:
        FolderLock.refuse_if_held(out or default_folder(study_file))
    study = load_sweep(study_file)
    bar = _Bar()
    start = _executor(study, workers, cluster, bar.tell)
    if dry_run:
        return _dry_run(study, start)
    folder = out or default_folder(study_file)
    if fork:
        folder = forked_folder(study, folder)
    with bar:
        status = run_sweep(study, folder, start, seconds=seconds, show=bar.show, tell=bar.tell)
    if status.state in ("complete", "out of time"):
        _draw(folder)
    code = 130 if status.state == "interrupted" else 6 if status.failed else 0
    _report(folder, status, as_json=as_json)
    if notify:
        _notify(notify, folder, status)
    return code


def _executor(study: SweepStudy, workers: int, cluster: str | None, tell: Callable[[str], object]) -> Callable[[], Executor]:
    limit = study.monte_carlo.seconds_per_replicate
    if cluster is not None:
        from aixsim.runs.cluster import Cluster, connect

        client = connect(cluster)
        return lambda: Cluster(client, limit, tell)
    from aixsim.runs.local import LocalProcesses

    return lambda: LocalProcesses(workers, limit)


def _dry_run(study: SweepStudy, start: Callable[[], Executor]) -> int:
    executor = start()
    try:
        with stop_requests() as request:
            measured = measure(executor, spec_of(study.points[0], study), lambda: request.made)
        n = max(executor.n_workers, 1)
    finally:
        executor.close()
    if measured is None:
        return 130
    monte_carlo = study.monte_carlo
    text = forecast(measured, points=len(study.points), replicates=monte_carlo.replicates, workers=n)
    sys.stdout.write(f"{study.title}\n{text}\n")
    if monte_carlo.most_replicates and monte_carlo.most_replicates > monte_carlo.replicates:
        sys.stdout.write(f"then up to {monte_carlo.most_replicates:,} replicates where the answer is open\n")
    if study.table.design.kind == "sobol" and (study.table.design.points or 1) & ((study.table.design.points or 1) - 1):
        sys.stdout.write("a Sobol design is most even with a power of two points\n")
    return 0


class _Bar:
    """One line of progress on a terminal; elsewhere nothing but what is worth a line of its own."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._is_open = False

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *error: object) -> None:
        self._wipe()

    def show(self, status: Status) -> None:
        if self._is_terminal:
            width = os.get_terminal_size(sys.stderr.fileno()).columns or 80
            sys.stderr.write(f"\r\x1b[K{str(status)[: width - 1]}")
            sys.stderr.flush()
            self._is_open = True

    def tell(self, text: str) -> None:
        self._wipe()
        sys.stderr.write(text + "\n")

    def _wipe(self) -> None:
        if self._is_open:
            sys.stderr.write("\r\x1b[K")
            self._is_open = False


def _draw(folder: Path) -> None:
    from aixsim.report.figures.sweep import draw_sweep_figures
    from aixsim.results.sweep_result import open_sweep

    sweep = open_sweep(folder)
    if sweep.n_done:
        draw_sweep_figures(sweep, folder / "figures")


def _report(folder: Path, status: Status, *, as_json: bool) -> None:
    from aixsim.report.text.sweep_text import sweep_json, sweep_text
    from aixsim.results.sweep_result import open_sweep

    if not status.wanted:
        sys.stderr.write("Interrupted before the first replicate; the same command starts anew.\n")
        return
    sweep = open_sweep(folder)
    if as_json:
        sys.stdout.write(json.dumps(sweep_json(sweep, status), indent=2, ensure_ascii=False) + "\n")
        return
    if status.state != "interrupted":
        sys.stdout.write(sweep_text(sweep))
    if status.state == "complete":
        sys.stdout.write(f"\nResults and figures: {folder}\n")
        return
    why = "Interrupted" if status.state == "interrupted" else "The time is over"
    kept = f"{status.done + status.failed:,} of {status.wanted:,} replicates are kept in {folder}"
    sys.stdout.write(f"{why}: {kept}; the same command goes on with the rest.\n")


def _notify(command: str, folder: Path, status: Status) -> None:
    """Runs a command of the user's, who finds the answer in its environment."""
    told = {"AIXSIM_FOLDER": str(folder), "AIXSIM_STATE": status.state, "AIXSIM_ANSWER": status.answer}
    try:
        done = subprocess.run(shlex.split(command), env={**os.environ, **told}, check=False)  # noqa: S603 - the user asked for it
    except (OSError, ValueError) as error:
        raise UserError(f"--notify {command}: cannot be run ({error}); the results are complete all the same") from error
    if done.returncode:
        sys.stderr.write(f"--notify {command}: ended with code {done.returncode}; the results are complete all the same\n")
