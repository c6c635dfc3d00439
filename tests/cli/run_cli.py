"""Runs the command line inside the test's process: fast, and with nothing of it left out but the interpreter's start."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aixsim.cli import main


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


def run_cli(arguments: Sequence[str | Path], folder: Path) -> Ended:
    """Returns exit code and output of ``aixsim ARGUMENTS`` in a folder."""
    out, err = io.StringIO(), io.StringIO()
    before = Path.cwd()
    os.chdir(folder)
    code = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main([str(argument) for argument in arguments])
    except SystemExit as exit_:
        code = exit_.code if isinstance(exit_.code, int) else 0 if exit_.code is None else 1
    finally:
        os.chdir(before)
    return Ended(code, out.getvalue(), err.getvalue())
