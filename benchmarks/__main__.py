"""Measures everything side by side, prints the tables, and writes docs/performance.md and docs/performance.csv."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path

# One core each: a library that starts threads would be compared with those that do not.
for _name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"


def main() -> int:
    """Runs all parts and writes the page and its table; returns 1 when anybody gives a different curve.

    ``--quick`` tries the program on little and writes nothing. ``--against CHECKOUT`` takes turns with an earlier version, such as a
    worktree of the last release, in what a user waits for.
    """
    from benchmarks import growth as growing
    from benchmarks import growth_figure, korea, last_table, machine, scaling
    from benchmarks.answers import answers
    from benchmarks.document import document
    from benchmarks.neutral.contest import SIZES, contest
    from benchmarks.report import (
        answers_table,
        entries,
        growth_table,
        korea_table,
        neutral_table,
        ratio_table,
        ratios,
        verdict,
        waits_table,
    )
    from benchmarks.waits import waits

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="try the program on little; nothing is written")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="an earlier version to take turns with")
    options = parser.parse_args()
    quick, against = options.quick, options.against
    started, loads = time.perf_counter(), [machine.load()]

    def say(text: str) -> None:
        loads.append(machine.load())
        print(f"\n{text}", flush=True)

    waited = waits(against and against.resolve(), quick=quick)
    replicates = korea.replicates(4 if quick else 40)
    ten = None if quick else scaling.ten_nations()
    waiting = waits_table(waited, replicates, ten, machine.revision(against) if against else "")
    say(waiting)
    answered = [] if quick else answers()
    say(answers_table(answered))
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
    workers = None if quick else growing.workers()
    grown = growing.growth(quick=quick) + (workers.growth() if workers else [])
    say(growth_table(grown))
    memory = None if quick else scaling.memory()
    items = ratios(lines, engines, events, workers, memory)
    say(ratio_table(items))
    measured = entries(waited, answered, replicates, ten, engines, lines)
    last = last_table.read(last_table.TABLE.read_text(encoding="utf-8")) if last_table.TABLE.exists() else {}
    slower = last_table.slower(measured, last) if last else ["There is no earlier table."]
    say("\n".join(slower) or "Nothing became slower than in the last table.")
    agreed = verdict(lines) and all(item.same in (True, None) for item in engines)
    minutes = (time.perf_counter() - started) / 60
    say(f"{minutes:.0f} minutes; load {min(loads):.1f} to {max(loads):.1f}; {'all agree' if agreed else 'SOMEBODY DISAGREES'}")
    if not quick:
        growth_figure.draw(grown)
        page = document(waiting, answered, grown, lines, engines, items, workers, slower, (min(loads), max(loads)), minutes)
        DOCUMENT.write_text(page, encoding="utf-8")
        last_table.TABLE.write_text(last_table.written(measured.values()), encoding="utf-8")
    return 0 if agreed else 1


if __name__ == "__main__":
    sys.exit(main())
