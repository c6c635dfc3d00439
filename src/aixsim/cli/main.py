"""The program: runs the command line and turns errors into one line and an exit code."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence

from aixsim.cli.app import app


def main(argv: Sequence[str] | None = None) -> None:
    """Runs the command line.

    Raises:
        SystemExit: always, with 0 done, 1 a bug, 2 bad usage or config, 3 and 4 a folder that cannot be used, 5 storage, 6 some
            replicates failed, 130 interrupted.
    """
    from aixsim.errors import UserError

    # Arrow's own allocator keeps what tables have used; the system's gives it back, so that a long run takes no more than a short one.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # names in Korean on a terminal that has no Hangul
    try:
        app(args=None if argv is None else list(argv), prog_name="aixsim", standalone_mode=True)
    except UserError as error:
        from aixsim.cli.output import tell

        tell(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of a pipe, such as head, has gone: nothing is wrong, and nobody is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the last resort of the program: say what happened and where to report it
        with tempfile.NamedTemporaryFile("w", prefix="aixsim-", suffix=".log", delete=False, encoding="utf-8") as log:
            log.write(traceback.format_exc())
        from aixsim.cli.output import tell

        tell(
            f"aixsim: this is a bug: {type(error).__name__}: {error}\n"
            f"Please report it with the file {log.name}, the config and the command to the maintainers (see CITATION.cff)."
        )
        sys.exit(1)
