"""Tables of what was measured, the same in the terminal and in docs/performance.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.korea import Engines, Events
from benchmarks.neutral.contest import AGENTPY, AMBR, C_LOOP, KERNEL, MESA, PLANTED, SCIPY, SIZES, STARSIM, Line, seconds
from benchmarks.scaling import MIB, Memory, Workers, growth


@dataclass(frozen=True)
class Ratio:
    """One number of the run beside what is wanted.

    Attributes:
        what: in words.
        value: None when something it needs could not be measured.
        unit: behind the value.
        at_least, at_most: the target; neither when the number is only shown.
    """

    what: str
    value: float | None
    unit: str = "x"
    at_least: float | None = None
    at_most: float | None = None

    def row(self) -> list[str]:
        """Returns the cells: what, measured, target, verdict."""
        value = "not measured" if self.value is None else _number(self.value) + f" {self.unit}"
        if self.at_least is not None:
            target, reached = f"at least {self.at_least:,g} {self.unit}", self.value is not None and self.value >= self.at_least
        elif self.at_most is not None:
            target, reached = f"at most {self.at_most:,g} {self.unit}", self.value is not None and self.value <= self.at_most
        else:
            return [self.what, value, "shown", ""]
        return [self.what, value, target, "✓" if reached else "not reached" if self.value is not None else ""]


def ratios(lines: list[Line], engines: list[Engines], events: Events | None, workers: Workers | None, memory: Memory | None) -> list[Ratio]:
    """Returns every ratio of a run; what was not measured says so."""
    small, large = SIZES
    nation = next((item for item in engines if item.scale == 1.0), None)
    out = []
    if nation and nation.reference:
        slow, fast, draw = nation.reference.median, nation.kernel.median, nation.draw.median
        out += [
            Ratio("korea-2030, scale 1.0, one replicate: reference engine over kernel", slow / fast, at_least=3000),
            Ratio("the same, drawing of the scenario counted for both", (slow + draw) / (fast + draw)),
        ]
    kernel = seconds(lines, small, KERNEL)
    for name, target in ((MESA, 100), (STARSIM, 8), (AMBR, 8), (SCIPY, None), (AGENTPY, None)):
        out.append(Ratio(f"neutral, {small:,} firms: {name} over kernel", _over(seconds(lines, small, name), kernel), at_least=target))
    out += [
        Ratio(f"neutral, {n:,} firms: kernel over C loop", _over(seconds(lines, n, KERNEL), seconds(lines, n, C_LOOP)))
        for n in (small, large)
        if any(line.n == n for line in lines)
    ]
    if workers:
        out += [
            Ratio("two workers over one, replicates per second once started", workers.ratio, at_least=1.8),
            Ratio(f"the same, whole run of {workers.many} replicates, start-up included", workers.whole),
        ]
    if events:
        a, b = events.launched[0.1], events.launched[1.0]
        out.append(Ratio(f"kernel, scale 0.1 over scale 1.0, factories launched {a:,} and {b:,}: time", events.ratio))
    if memory:
        most = max(memory.resident)
        out += [
            Ratio(f"aixsim run, scale 1.0, {most} replicates: peak resident memory", memory.resident[most] / MIB, "MiB", at_most=1024),
            Ratio(f"peak private memory, {most} replicates over {min(memory.resident)}", growth(memory.private), at_most=1.1),
            Ratio("the same, resident, mapped scratch files included", growth(memory.resident), at_most=1.1),
        ]
    return out


def _over(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a / b


def verdict(lines: list[Line]) -> bool:
    """Returns whether every contestant gives the reference's curve and the planted fault does not."""
    return all(line.agrees != (line.name == PLANTED) for line in lines)


def neutral_table(lines: list[Line]) -> str:
    """Returns the contest, in milliseconds a replicate, as Markdown."""
    rows = []
    for line in lines:
        kernel = seconds(lines, line.n, KERNEL)
        if line.times and kernel:
            each = [_number(1e3 * line.times.median), _number(line.times.median / kernel), str(len(line.times.processor))]
        else:
            each = [line.absent or "not timed", "", ""]
        z = "" if line.z is None else f"{line.z:.1f}"
        said = "" if line.z is None else "✓" if line.agrees else "noticed" if line.name == PLANTED else "DIFFERS"
        rows.append([f"{line.n:,}", line.name, *each, z, said])
    return table(["firms", "contestant", "ms", "over kernel", "replicates", "z", "same curve"], rows)


def korea_table(engines: list[Engines]) -> str:
    """Returns both engines by scale, in milliseconds a replicate, as Markdown."""
    rows = []
    for item in engines:
        slow = item.reference
        rows.append(
            [
                f"{item.scale:g}",
                f"{item.n_firms:,}",
                _number(1e3 * item.draw.median),
                _number(1e3 * item.kernel.median),
                _number(1e3 * slow.median) if slow else "not run",
                _number(slow.median / item.kernel.median) if slow else "",
                "" if item.same is None else "✓" if item.same else "DIFFERS",
            ]
        )
    return table(["scale", "firms", "draw, ms", "kernel, ms", "reference, ms", "reference over kernel", "same history"], rows)


def ratio_table(items: list[Ratio]) -> str:
    """Returns the ratios beside their targets as Markdown."""
    return table(["ratio", "measured", "target", ""], [item.row() for item in items])


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Returns a Markdown table that can be read as plain text too; numbers stand right."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    right = [all(_is_number(row[column]) for row in rows) for column in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = (cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(cells, widths, right, strict=True))
        return "| " + " | ".join(padded) + " |"

    rule = "|" + "|".join("-" * (w + 1) + (":" if r else "-") for w, r in zip(widths, right, strict=True)) + "|"
    return "\n".join([line(head), rule, *map(line, rows)])


def _is_number(cell: str) -> bool:
    return cell in ("", "not run") or cell.replace(",", "").replace(".", "").isdigit()


def _number(value: float) -> str:
    """Returns three digits that mean something, never an exponent."""
    return f"{value:,.0f}" if value >= 99.95 else f"{value:#.3g}"
