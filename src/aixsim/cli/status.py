"""``aixsim status``: progress of a run or a sweep, from another terminal."""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

from aixsim.results.sweep_result import open_sweep
from aixsim.runs.progress import Status, read_status


def status(folder: Path, *, as_json: bool) -> int:
    """Prints the progress, and of a sweep the answer so far; returns the exit code."""
    from aixsim.report.text.sweep_text import sweep_json, sweep_text

    last = read_status(folder)
    if last is not None and last.kind == "run":
        sys.stdout.write(last.to_json() if as_json else f"{_state(last)} · {last}\n")
        return 0
    sweep = open_sweep(folder)
    if as_json:
        sys.stdout.write(json.dumps(sweep_json(sweep, last), indent=2, ensure_ascii=False) + "\n")
        return 0
    if last is not None:
        sys.stdout.write(f"{_state(last)} · {last}\n")
    sys.stdout.write(sweep_text(sweep))
    return 0


def _state(last: Status) -> str:
    """Returns the state; a run whose process has died says running for ever."""
    if last.state != "running":
        return last.state
    if last.host != socket.gethostname():
        return f"running on {last.host} (as of {last.updated})"
    try:
        os.kill(last.process, 0)
    except ProcessLookupError:
        return "stopped without a word (killed?); the same command goes on"
    except PermissionError:
        pass
    return "running"
