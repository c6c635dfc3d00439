"""Measures everything side by side, prints the tables and writes docs/performance.md; returns 1 when anybody gives a different curve."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

# One core each: a library that starts threads would be compared with those that do not.
for _name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> int:
    """Runs all parts, the quiet ones first; ``--quick`` tries the program on little and writes nothing."""
    from benchmarks import korea, machine, scaling
    from benchmarks.document import document
    from benchmarks.neutral.contest import SIZES, contest
    from benchmarks.report import korea_table, neutral_table, ratio_table, ratios, verdict

    quick = "--quick" in sys.argv
    started, loads = time.perf_counter(), [machine.load()]

    def say(text: str) -> None:
        loads.append(machine.load())
        print(f"\n{text}", flush=True)

    lines = []
    for n in SIZES[:1] if quick else SIZES:
        part = contest(n, quick=quick)
        lines += part
        say(neutral_table(part))
    engines = []
    for scale in korea.SCALES[:2] if quick else korea.SCALES:
        engines.append(korea.engines(scale, quick=quick))
        say(korea_table(engines[-1:]))
    events = korea.events(5 if quick else 20)
    workers = None if quick else scaling.workers()
    memory = None if quick else scaling.memory()
    items = ratios(lines, engines, events, workers, memory)
    say(ratio_table(items))
    agreed = verdict(lines) and all(item.same in (True, None) for item in engines)
    minutes = (time.perf_counter() - started) / 60
    say(f"{minutes:.0f} minutes; load {min(loads):.1f} to {max(loads):.1f}; {'all agree' if agreed else 'SOMEBODY DISAGREES'}")
    if not quick:
        DOCUMENT.write_text(document(lines, engines, items, (min(loads), max(loads)), minutes), encoding="utf-8")
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
