"""``aixsim compare``: differences paired by replicate."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.analysis.comparison import compare as compare_results
from aixsim.analysis.results import open_result
from aixsim.core.errors import UserError


def compare(results: Sequence[Path], *, as_json: bool) -> int:
    """Prints how each result differs from the first; returns the exit code."""
    if len(results) < 2:
        raise UserError("aixsim compare needs two results or more: the first is compared with each of the others")
    comparison = compare_results([open_result(folder) for folder in results])
    sys.stdout.write((json.dumps(comparison.to_dict(), indent=2) if as_json else comparison.to_text()) + "\n")
    return 0
