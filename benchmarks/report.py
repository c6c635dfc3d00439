"""Tables of what was measured, the same in the terminal and in docs/performance.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.answers import Answered
from benchmarks.estimate import Estimate, number, ratio
from benchmarks.growth import Growth, Workers, size_in_words
from benchmarks.korea import Engines, Events, Replicates
from benchmarks.last_table import YARDSTICK, Entry
from benchmarks.neutral.contest import AGENTPY, AMBR, C_LOOP, KERNEL, MESA, PLANTED, SCIPY, SIZES, STARSIM, Line, processor
from benchmarks.scaling import MIB, Memory, TenNations, growth_of
from benchmarks.waits import Waited


@dataclass(frozen=True)
class Ratio:
    """One number of the run beside what is wanted.

    Attributes:
        what: in words.
        estimate: None when something it needs could not be measured.
        unit: behind the value.
        at_least, at_most: the target; neither when the number is only shown.
    """

    what: str
    estimate: Estimate | float | None
    unit: str = "x"
    at_least: float | None = None
    at_most: float | None = None

    def row(self) -> list[str]:
        """Returns the cells: what, measured, target, verdict."""
        estimate = self.estimate
        if estimate is None:
            said, value = "not measured", None
        elif isinstance(estimate, Estimate):
            said, value = estimate.text(self.unit), estimate.value if estimate.is_certain else None
        else:
            said, value = f"{number(estimate)} {self.unit}", estimate
        if self.at_least is not None:
            target, reached = f"at least {self.at_least:,g} {self.unit}", value is not None and value >= self.at_least
        elif self.at_most is not None:
            target, reached = f"at most {self.at_most:,g} {self.unit}", value is not None and value <= self.at_most
        else:
            return [self.what, said, "shown", ""]
        return [self.what, said, target, "✓" if reached else "not reached" if value is not None else ""]


def ratios(lines: list[Line], engines: list[Engines], events: Events | None, workers: Workers | None, memory: Memory | None) -> list[Ratio]:
    """Returns every ratio of a run; what was not measured says so."""
    small, large = SIZES
    out = []
    for item in engines:
        if item.reference and len(item.reference.processor) > 1:
            slow, fast = item.reference.processor, item.kernel.processor
            name = f"korea-2030, scale {item.scale:g}, one replicate: reference engine over kernel"
            out.append(Ratio(name, ratio(slow, fast), at_least=3000 if item.scale == 1.0 else None))
    kernel = processor(lines, small, KERNEL)
    for name, target in ((MESA, 100), (STARSIM, 8), (AMBR, 8), (SCIPY, None), (AGENTPY, None)):
        out.append(Ratio(f"neutral, {small:,} firms: {name} over kernel", _over(processor(lines, small, name), kernel), at_least=target))
    out += [
        Ratio(f"neutral, {n:,} firms: kernel over C loop", _over(processor(lines, n, KERNEL), processor(lines, n, C_LOOP)))
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
            Ratio(f"peak private memory, {most} replicates over {min(memory.resident)}", growth_of(memory.private), at_most=1.1),
            Ratio("the same, resident, mapped scratch files included", growth_of(memory.resident), at_most=1.1),
        ]
    return out


def _over(a: Sequence[float] | None, b: Sequence[float] | None) -> Estimate | None:
    return None if a is None or b is None else ratio(a, b)


def waits_table(waited: Mapping[str, Waited], replicates: Replicates, ten: TenNations | None, against: str) -> str:
    """Returns what a user waits for, beside an earlier version if there is one, as Markdown."""
    rows = []
    for what, item in waited.items():
        if item.now:
            change = item.change.text("x") if item.change else "not possible" if against else ""
            rows.append([what, item.estimate.text("s"), change])
    rows += [[what, estimate.text("ms"), ""] for what, estimate in replicates.entries()]
    if ten:
        rows.append(["ten nations: population and network built", ten.estimate.text("s"), ""])
        rows.append(["ten nations: peak memory of a run of two replicates", f"{number(ten.resident / MIB)} MiB", ""])
    return table(["what", "measured", f"over {against}" if against else "over an earlier version"], rows)


def answers_table(items: Sequence[Answered]) -> str:
    """Returns the time of answers beside what is allowed as Markdown."""
    return table(["answer", "measured", "allowed", ""], [item.row() for item in items])


def growth_table(items: Sequence[Growth]) -> str:
    """Returns how cost grows as Markdown."""
    rows = [
        [
            item.what,
            ", ".join(size_in_words(size) for size in item.sizes),
            ", ".join(number(1e3 * each.value) for each in item.seconds),
            ", ".join(f"{each:,.0f}" for each in item.events),
            item.power.text_of_exponent(),
        ]
        for item in items
    ]
    return table(["grows", "sizes", "ms", "events", "exponent"], rows)


def entries(
    waited: Mapping[str, Waited],
    answered: Sequence[Answered],
    replicates: Replicates,
    ten: TenNations | None,
    engines: list[Engines],
    lines: list[Line],
) -> dict[str, Entry]:
    """Returns the times of a run for the table that the next run is compared with."""
    times = [Entry(what, item.estimate, "s", is_time=True) for what, item in waited.items() if item.now]
    times += [Entry(item.answer.name, item.estimate, "s", is_time=True) for item in answered if not item.answer.sizes]
    times += [Entry(what, estimate, "ms", is_time=True) for what, estimate in replicates.entries()]
    times += [Entry(f"kernel, scale {item.scale:g}", item.kernel.estimate, "s", is_time=True) for item in engines]
    if ten:
        times.append(Entry("ten nations: population and network built", ten.estimate, "s", is_time=True))
    for line in lines:
        if line.n == SIZES[0] and line.name == SCIPY and line.times:
            times.append(Entry(YARDSTICK, line.times.estimate, "s", is_time=True))
    return {entry.what: entry for entry in times}


def verdict(lines: list[Line]) -> bool:
    """Returns whether every contestant gives the reference's curve and the planted fault does not."""
    return all(line.agrees != (line.name == PLANTED) for line in lines)


def neutral_table(lines: list[Line]) -> str:
    """Returns the contest, in milliseconds a replicate, as Markdown."""
    rows = []
    for line in lines:
        kernel = processor(lines, line.n, KERNEL)
        if line.times and kernel:
            over = ratio(line.times.processor, kernel)
            each = [number(1e3 * line.times.median), over.text(), str(len(line.times.processor))]
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
                number(1e3 * item.draw.median),
                number(1e3 * item.kernel.median),
                number(1e3 * slow.median) if slow else "not run",
                ratio(slow.processor, item.kernel.processor).text() if slow else "",
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
