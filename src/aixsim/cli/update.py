"""``aixsim update``: update a finished run with new observed counts."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from aixsim.cli.output import print_json
from aixsim.evidence.updating import parse_count
from aixsim.evidence.updating import update as update_result
from aixsim.report.text.update_text import update_text
from aixsim.results.result import open_result


def update(folder: Path, observed: Sequence[str], error: float, *, as_json: bool) -> None:
    """Prints the probabilities before and after the update. Nothing is simulated or written."""
    counts = sorted((parse_count(text) for text in observed), key=lambda count: count.month)
    result = open_result(folder)
    found = update_result(result, counts, error)
    if as_json:
        print_json({"result": str(folder), "observed": [asdict(count) for count in counts], "error": error, **asdict(found)})
    else:
        sys.stdout.write(update_text(result, counts, error, found))
