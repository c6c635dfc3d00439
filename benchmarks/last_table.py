"""docs/performance.csv: every number of the last table, and which of them have become slower since."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.estimate import Estimate, number

TABLE = Path(__file__).parents[1] / "docs" / "performance.csv"
_COLUMNS = ("what", "value", "low", "high", "n", "unit", "is_time")
YARDSTICK = "yardstick"
"""Row of the time that a fixed piece of work takes: times of two tables are compared in units of it, because machines differ."""
_SLOWER = 1.1
"""How much more the least that a number may be must exceed the most that it was."""


@dataclass(frozen=True)
class Entry:
    """One number of a table.

    Attributes:
        what: in words; the same number has the same words in every table.
        estimate: with its interval.
        unit: of the number.
        is_time: whether more of it is slower.
    """

    what: str
    estimate: Estimate
    unit: str
    is_time: bool


def read(text: str) -> dict[str, Entry]:
    """Returns the entries of a table by what they are."""
    rows = csv.DictReader(io.StringIO(text))
    return {row["what"]: _entry(row) for row in rows}


def _entry(row: dict[str, str]) -> Entry:
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    return Entry(row["what"], Estimate(value, low, high, int(row["n"])), row["unit"], row["is_time"] == "True")


def written(entries: Iterable[Entry]) -> str:
    """Returns a table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for entry in entries:
        estimate = entry.estimate
        numbers = [f"{x:.6g}" for x in (estimate.value, estimate.low, estimate.high)]
        writer.writerow([entry.what, *numbers, estimate.n, entry.unit, entry.is_time])
    return out.getvalue()


def slower(now: dict[str, Entry], last: dict[str, Entry]) -> list[str]:
    """Returns a sentence for each time that has become longer than in the last table by more than its intervals and a tenth."""
    if YARDSTICK not in now or YARDSTICK not in last:
        return ["The two tables have no common yardstick, so times were not compared."]
    scale = last[YARDSTICK].estimate.value / now[YARDSTICK].estimate.value
    out = []
    for what, entry in now.items():
        before = last.get(what)
        if what == YARDSTICK or before is None or not entry.is_time:
            continue
        least, most = entry.estimate.low * scale, before.estimate.high
        if math.isfinite(least) and math.isfinite(most) and least > _SLOWER * most:
            times = entry.estimate.value * scale / before.estimate.value
            out.append(f"{what}: {number(times)} times as long as in the last table")
    return out
