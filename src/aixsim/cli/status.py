"""``aixsim status``: progress of a run or a sweep, from another terminal."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

from aixsim.cli.output import print_json, say
from aixsim.errors import StoreError
from aixsim.report.text.sweep_text import sweep_json, sweep_text
from aixsim.results.sweep_result import is_sweep, open_sweep
from aixsim.runs.ledger import NAME
from aixsim.runs.progress import Status, read_status


def status(folder: Path, *, as_json: bool) -> None:
    """Prints the progress, and for a sweep the results so far.

    Raises:
        StoreError: the folder of a run has no status, or that of another folder.
    """
    last = read_status(folder)
    if last is None and (folder / NAME).is_file() and not is_sweep(folder):
        what = "its status.json is missing, has changed or is that of another folder"
        raise StoreError(folder, "damaged", what, "give the command of the run again")
    if last is not None and last.kind == "run":
        sys.stdout.write(last.to_json() if as_json else f"{_state(last)} · {last}\n")
        return
    sweep = open_sweep(folder)
    if as_json:
        print_json(sweep_json(sweep, last))
        return
    if last is not None:
        say(f"{_state(last)} · {last}")
    sys.stdout.write(sweep_text(sweep))


def _state(last: Status) -> str:
    """Returns the state. The file of a killed process still says running, so the process is checked."""
    if last.state != "running":
        return last.state
    if last.host != socket.gethostname():
        return f"running on {last.host} (as of {last.updated})"
    try:
        os.kill(last.process, 0)
    except ProcessLookupError:
        return "stopped (killed?); the same command resumes"
    except PermissionError:
        pass
    return "running"
