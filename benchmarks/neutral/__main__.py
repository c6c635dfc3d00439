"""Prints who is how fast on the small law, and whether all give the same adoption curve; returns 1 when somebody does not."""

from __future__ import annotations

import sys

from benchmarks.neutral.contest import SIZES, contest
from benchmarks.report import neutral_table, verdict


def main() -> int:
    """Runs the contest at the sizes named on the command line, at the smaller one when none is."""
    sizes = [int(text) for text in sys.argv[1:] if text != "--quick"] or SIZES[:1]
    lines = [line for n in sizes for line in contest(n, quick="--quick" in sys.argv)]
    print(neutral_table(lines))
    return 0 if verdict(lines) else 1


if __name__ == "__main__":
    sys.exit(main())
