"""docs/performance.md: what was measured, on what, and how to do it again."""

from __future__ import annotations

import os

from benchmarks import machine
from benchmarks.answers import Answered
from benchmarks.clock import Times
from benchmarks.estimate import WIDEST
from benchmarks.growth import Growth, Workers
from benchmarks.korea import Engines
from benchmarks.neutral.agreement import HIGHEST_Z
from benchmarks.neutral.c_loop import COMPILER
from benchmarks.neutral.contest import REFERENCE, Line
from benchmarks.report import Ratio, answers_table, growth_table, korea_table, neutral_table, ratio_table

TEXT = """\
# Performance

Written by `make bench`, never by hand. Everything below was measured in one run; compare ratios, not milliseconds.

Machine: {cores} cores, {processor}; load {low:.1f} to {high:.1f} during the {minutes:.0f} minutes. {disturbed}

{versions}

Brackets are 95 % intervals by bootstrap over turns; two things that are compared are measured in the same turns. A number whose interval
is wider than {widest:.0%} is not printed.

## What a user waits for

Wall time of whole commands on shipped configs, interpreter and imports included, on all cores. The machine code is compiled and the
population is cached, except where the row says otherwise. Before every turn the folder of the result is empty.

{waits}

## Answers

Wall time of whole commands with two workers, tables and figures included. Answers that run replicates are timed with two small numbers
of replicates; the time for the number in the row is that of a straight line through both.

{answers}

## Ratios and their targets

{ratios}

## Since the last table

{slower}

## How cost grows

The kernel on one core, milliseconds of a replicate, six replicates a turn, their scenarios drawn before; for replicates and workers the
wall time of a whole run, its start and its tables included. The exponent is the slope of the logarithm of the time over that of the size:
0 if the time does not depend on it, 1 if it is proportional, -1 if twice as many workers take half the time. Firms: a share of the
nation's, its money and targets with it. Events: the rate at which firms decide on their own is doubled and doubled again; sizes are the
events counted.

{growth}

![Time against size for everything that grows, both axes logarithmic](figures/growth.png)

{night}

## korea-2030, both engines

Both engines run the same replicate. The scenario is drawn before and timed separately. The reference engine runs the whole nation once;
it does not run scale 10. *Same history*: every event of every firm and every firm's pressure are equal.

{korea}

For *scale 0.1 over scale 1.0* a tenth of the firms gets ten times the money and ten times the hazards that do not depend on others, so
that about as many factories are launched. If time depends on events alone the ratio is 1, if it depends on firms alone 0.1.

## A law that every framework can express

n firms, eight in-neighbours each, 60 months, hazard 0.0008 + 0.05 × adopted share of the in-neighbours a month; all firms decide at the
same time, on the state of the month before. Only the 60 months with all their random numbers are timed: agents, networks and models are
built, and everything is compiled, before. The kernel and the C loop draw their resistances within the time. All use one core and one
thread.

{neutral}

- **z** compares the mean curve with that of a literal implementation of the law in NumPy ({reference_small} replicates of {small:,} firms,
  {reference_large} of {large:,}), at the end of months 30 and 60, in units of Monte Carlo error. The larger of the two is shown; the limit
  is {highest:g}. The planted fault shows that the check detects an error.
- **Mesa** and **agentpy**: plain lists of neighbours, one pass a month over the firms that have not adopted, probabilities looked up in
  a table; Mesa steps with `do`. *Told by adopters* is a faster variant: firms do not look at their neighbours, adopters add to a count
  of each neighbour.
- **NumPy + scipy.sparse** draws one number per firm and month; *resistances* draws one threshold per firm, as kernel and C loop do.
- **Starsim**: an infection over directed ties, common random numbers off. **ambr**: its vectorised mode.
- **C loop**: `{compiler}`, single precision, as a bound of what is possible.

Times are medians of processor time, measured in turns; the two workers are compared by wall time.

## How to repeat it

    make bench
    .venv-bench/bin/python -m benchmarks --against CHECKOUT    # in turn with an earlier version

It builds `.venv-bench` with the peers of `benchmarks/constraints.txt`, apart from the environment of the tests. A peer that cannot be
installed is named in the table. `.venv-bench/bin/python -m benchmarks.neutral` runs the contest at {small:,} firms alone.
"""


def document(
    waits: str,
    answered: list[Answered],
    grown: list[Growth],
    lines: list[Line],
    engines: list[Engines],
    ratios: list[Ratio],
    workers: Workers | None,
    slower: list[str],
    load: tuple[float, float],
    minutes: float,
) -> str:
    """Returns the page.

    Args:
        waits: table of what a user waits for.
        answered: how long answers take.
        grown, lines, engines, ratios, workers: what was measured.
        slower: what became slower since the last table.
        load: least and most processes that wanted a core.
        minutes: of the run.
    """
    small, large = sorted(REFERENCE)
    return TEXT.format(
        cores=os.cpu_count(),
        processor=machine.processor(),
        low=load[0],
        high=load[1],
        minutes=minutes,
        disturbed=_disturbed([line.times for line in lines if line.times] + [item.kernel for item in engines]),
        versions=" · ".join(f"{name} {number}" for name, number in machine.versions().items()),
        widest=WIDEST,
        waits=waits,
        answers=answers_table(answered),
        growth=growth_table(grown),
        night=_night(workers),
        slower="\n".join(f"- {line}" for line in slower) or "Nothing became slower by more than its interval and a tenth.",
        ratios=ratio_table(ratios),
        korea=korea_table(engines),
        neutral=neutral_table(lines),
        highest=HIGHEST_Z,
        compiler=" ".join(COMPILER),
        small=small,
        large=large,
        reference_small=REFERENCE[small],
        reference_large=REFERENCE[large],
    )


def _night(workers: Workers | None) -> str:
    """Returns what one night yields, as a sentence."""
    if workers is None:
        return ""
    rate = workers.per_second(2)
    if not rate.is_certain:
        return f"What a night yields is {rate.text()}."
    night = 10 * 3600 * rate.value
    return (
        f"Two workers finish {rate.text()} national replicates a second once started. A night of ten hours yields {night:,.0f} replicates "
        f"on two cores, or {night / 1000:,.0f} policies of 1,000 replicates. EXTRAPOLATED, not measured: on 100 workers of this speed "
        f"{50 * night:,.0f} replicates, if workers do not slow each other down."
    )


def _disturbed(times: list[Times]) -> str:
    """Returns a sentence on whether others used the cores."""
    share = sum(sum(item.processor) for item in times) / sum(sum(item.wall) for item in times)
    return f"Contestants had a core {100 * share:.0f} % of the time; where the load exceeds the cores, other work shared caches and memory."
