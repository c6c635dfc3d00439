"""``aixsim reproduce``: runs a result again and compares every byte."""

from __future__ import annotations

import sys
from pathlib import Path

from aixsim.cli.output import print_json, report_interrupts
from aixsim.cli.progress_line import ProgressLine
from aixsim.report.text.reproduction_text import reproduction_text
from aixsim.sharing.repetition import reproduce


def command(place: Path, replicates: int | None, points: int | None, workers: int, *, allow_plugins: bool, as_json: bool) -> int:
    """Prints whether the result came out again; returns 0 if it did, else 1."""
    with report_interrupts(), ProgressLine() as line:
        answer = reproduce(
            place, replicates, points=points, workers=workers, allow_plugins=allow_plugins, progress=line.show, tell=line.tell
        )
    if as_json:
        print_json({"same": answer.is_same, **answer.to_dict()})
    else:
        sys.stdout.write(reproduction_text(answer))
    return 0 if answer.is_same else 1
