"""Runs the command line: every error becomes one message and an exit code."""

from __future__ import annotations

import gc
import io
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from aixsim.errors import NO_PATH, UserError, shortened, warn_in_one_line

COMMANDS: Final = ("app_answers", "app_reach", "app_discovery", "app_genealogy", "app_report", "app_sharing")
"""Modules that add commands, in the order of the help; what is slow they import inside the commands."""

_NEW_OBJECTS: Final = 50_000
"""Objects that are made before Python looks for unused ones that refer to each other."""


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the command line.

    Args:
        argv: arguments without the name of the program; by default those of the process.

    Raises:
        SystemExit: always. Exit codes: 0 done, 1 bug, 2 bad usage or config, 3 busy folder, 4 damaged or foreign folder, 5 storage, 6 some
            replicates failed, 130 interrupted.
    """
    for commands in COMMANDS:
        import_module(f"aixsim.cli.{commands}")
    from aixsim.cli.app import app

    # Arrow's own allocator keeps freed memory; the system's allocator returns it, so that memory does not grow with the length of a run.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    # Matrices here are small: on a busy machine, the threads of OpenBLAS would wait for each other longer than they compute.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Nearly all objects of a command live as long as it: looking for unused ones takes a tenth of the time to start.
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
    warn_in_one_line()
    if sys.stderr is None:  # closed by the caller
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - stays open as long as the process
    if sys.stdout is None:
        _end("standard output is closed; nothing was run. Redirect it to a file", 5)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names in Korean on a terminal that has no Hangul
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        if bad := [text for text in arguments if "\0" in text]:
            raise UserError(f"found a null character in the argument {shortened(bad[0])!r}; allowed: text without it")
        stdout = sys.stdout
        try:
            app(args=arguments, prog_name="aixsim", standalone_mode=True)
        except SystemExit:
            if sys.stdout is not stdout:  # the parser puts another one there when the reader of a pipe has gone
                sys.stdout = stdout
                raise BrokenPipeError from None
            sys.stdout.flush()  # what is still buffered may not fit on the disk
            raise
    except UserError as error:
        _end(str(error), error.exit_code)
    except BrokenPipeError:
        _give_up_stdout()  # the reader, such as head, has ended: this is no error
        sys.exit(0)
    except OSError as error:
        _give_up_stdout()
        place = shortened(str(error.filename or "the output"))
        is_name = error.errno in NO_PATH
        remedy = "name a path that can be" if is_name else "free space, or name another place"
        _end(f"{place}: cannot be read or written ({error.strerror or error}); {remedy}", 2 if is_name else 5)
    except Exception as error:  # noqa: BLE001 - any other error is a bug: say what happened and where to report it
        with tempfile.NamedTemporaryFile("w", prefix="aixsim-", suffix=".log", delete=False, encoding="utf-8") as log:
            log.write(traceback.format_exc())
        report = f"Please report it with the file {log.name}, the config and the command to the maintainers (see CITATION.cff)."
        _end(f"aixsim: this is a bug: {type(error).__name__}: {error}\n{report}", 1)


def _end(message: str, code: int) -> None:
    """Ends with a message and an exit code."""
    from aixsim.cli.output import tell

    tell(message)
    sys.exit(code)


def _give_up_stdout() -> None:
    """Discards buffered output; otherwise the interpreter would fail on it at exit."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        sys.stdout = io.StringIO()  # it is no file
