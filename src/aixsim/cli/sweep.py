"""``aixsim sweep``: a design over policies and factors, started or resumed."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

from aixsim import api
from aixsim.cli.measured_cost import measured
from aixsim.cli.output import print_json, say, tell
from aixsim.cli.progress_line import ProgressLine
from aixsim.cli.studies import load_sweep_study
from aixsim.config.sweep_study import SweepStudy
from aixsim.errors import UserError
from aixsim.evidence.run_history import changes_of
from aixsim.report.figures.drawing import draw_figures
from aixsim.report.text.sweep_text import sweep_json, sweep_text
from aixsim.results.observed_counts import observed
from aixsim.results.sweep_result import open_sweep
from aixsim.runs.cost import forecast
from aixsim.runs.default_folders import default_folder
from aixsim.runs.duration import seconds_until
from aixsim.runs.job import Job
from aixsim.runs.lock import FolderLock
from aixsim.runs.progress import Status, read_status
from aixsim.runs.signals import Interrupted

_LOOKED_AT, _NAMED = 20, 3
"""Number of points that are checked for changes of past years, and number of changes that are shown."""


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
    allow_plugins: bool,
    as_json: bool,
) -> int:
    """Returns the exit code: 0 done or out of time, 6 some replicates failed, 130 interrupted."""
    seconds = seconds_until(lasting, until)
    folder = out or default_folder(study_file)
    if not dry_run and not fork:
        FolderLock.refuse_if_held(folder)
    study = load_sweep_study(study_file, allow_plugins=allow_plugins)
    _tell_of_repeated_rows(study)
    _warn_of_the_past(study)
    if dry_run:
        return _dry_run(Job.of_sweep(study), workers, cluster)
    with ProgressLine() as line:
        try:
            done = api.sweep(
                study, folder, workers=workers, cluster=cluster, seconds=seconds, fork=fork, progress=line.show, tell=line.tell
            )
        except Interrupted as interrupted:
            line.tell(str(interrupted))
            return 130
    status = read_status(done.path)
    if status is None:
        raise AssertionError("a sweep has a status")
    if done.n_done:
        _draw(done.path)
    _report(done.path, status, as_json=as_json)
    if notify:
        _notify(notify, done.path, status)
    return 6 if status.failed else 0


def _tell_of_repeated_rows(study: SweepStudy) -> None:
    """Tells how many rows of the design repeat a point; each point is run once, and design.csv has every row."""
    if repeated := [row for row in study.rows if row.is_repeated]:
        first = repeated[0]
        what = f"{len(repeated):,} of {len(study.rows):,} rows of the design repeat a point, the first is row {first.number}"
        tell(f"{what} ({first.point.label}); each point is run once, design.csv says which one a row has")


def _warn_of_the_past(study: SweepStudy) -> None:
    """Warns about points that change years with observed counts; of many points, some are checked."""
    looked_at = study.points[:: max(len(study.points) // _LOOKED_AT, 1)]
    found = dict.fromkeys(one for point in looked_at for one in changes_of(point.study.table.document(), observed(point.study)))
    for one in list(found)[:_NAMED]:
        tell(f"WARNING: changes a year with an observed count: {one}")


def _dry_run(job: Job, workers: int, cluster: str | None) -> int:
    """Prints the cost of a sweep, measured on a few replicates that are not kept."""
    try:
        last, n = measured(job, workers, cluster)
    except Interrupted:
        return 130
    each = max(last.n_done, 1)
    text = forecast(
        last.seconds / each, last.n_bytes / each, points=len(job.points), replicates=job.replicates, workers=n, memory=last.peak_bytes
    )
    say(job.title)
    sys.stdout.write(f"{text}\n")
    if job.most_replicates > job.replicates:
        sys.stdout.write(f"then up to {job.most_replicates:,} replicates where the answer is open\n")
    if job.design == "sobol-sequence" and len(job.points) & (len(job.points) - 1):
        sys.stdout.write("a Sobol sequence is most even with a power of two points\n")
    return 0


def _draw(folder: Path) -> None:
    draw_figures(open_sweep(folder), folder / "figures")


def _report(folder: Path, status: Status, *, as_json: bool) -> None:
    sweep = open_sweep(folder)
    if as_json:
        print_json(sweep_json(sweep, status))
        return
    sys.stdout.write(sweep_text(sweep))
    if status.state == "complete":
        sys.stdout.write(f"\nResults and figures: {folder}\n")
        return
    kept = f"{status.done + status.failed:,} of {status.wanted:,} replicates are kept in {folder}"
    sys.stdout.write(f"Time limit reached: {kept}; the same command resumes.\n")


def _notify(command: str, folder: Path, status: Status) -> None:
    """Runs the user's command, with folder, state and answer in environment variables."""
    told = {"AIXSIM_FOLDER": str(folder), "AIXSIM_STATE": status.state, "AIXSIM_ANSWER": status.answer}
    try:
        done = subprocess.run(shlex.split(command), env={**os.environ, **told}, check=False)  # noqa: S603 - the user asked for it
    except (OSError, ValueError) as error:
        raise UserError(f"--notify {command}: cannot be run ({error}); the results are not affected") from error
    if done.returncode:
        sys.stderr.write(f"--notify {command}: ended with code {done.returncode}; the results are not affected\n")
