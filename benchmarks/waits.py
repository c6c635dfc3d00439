"""What a user waits for, of shipped configs: whole commands, each in turn with the others and, if one is given, with an earlier version."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.estimate import Estimate, median, ratio

ROOT = Path(__file__).parents[1]
CONFIG = "korea-2030"
_MAIN = "from aixsim.cli import main; main()"


@dataclass(frozen=True)
class Version:
    """A version of aixsim: this one, or a checkout to compare with.

    Attributes:
        source: folder of its package.
        cache: folder of its machine code, populations and networks.
    """

    source: Path
    cache: Path

    def run(self, arguments: list[str], cache: Path | None = None) -> tuple[float, float]:
        """Runs ``aixsim`` on its own config; returns seconds of wall time and of processor time, workers included.

        Raises:
            CalledProcessError: it failed, as where an earlier version does not have the command.
        """
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"PYTHONPATH": str(self.source), "AIXSIM_CACHE": str(cache or self.cache)}
        # Earlier versions know neither names of configs nor settings that have come since.
        config = str(self.source.parent / "configs" / f"{CONFIG}.toml")
        arguments = [config if argument == CONFIG else argument for argument in arguments]
        before, started = _children(), time.perf_counter()
        subprocess.run([sys.executable, "-c", _MAIN, *arguments], env=environment, check=True, capture_output=True, cwd=ROOT)
        return time.perf_counter() - started, _children() - before


def _children() -> float:
    """Returns the processor time of all processes that were started and have ended, s."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass(frozen=True)
class Wait:
    """Something that a user waits for.

    Attributes:
        name: as in the table.
        arguments: of the command, given a folder of its own to write to and that of a finished result with another.
        turns: most turns; fewer if the interval becomes narrow enough to be printed.
        processor: whether processor time is measured instead of wall time.
        cold: whether every turn has an empty cache.
    """

    name: str
    arguments: Callable[[Path, Path], list[str]]
    turns: int
    processor: bool = False
    cold: bool = False


def _run(n: int, figures: str, *more: str) -> Callable[[Path, Path], list[str]]:
    chosen = [] if figures == "all" else ["--figures", figures]  # all is the default, also of versions without the option
    return lambda own, _: ["run", CONFIG, "-n", str(n), "-o", str(own), *chosen, *more]


_LEAST, _FEW = 4, 9
"""Turns before an interval can be narrow enough, and most turns of what takes half a minute or more."""

WAITS = (
    Wait(f"aixsim run {CONFIG} -n 1 --figures none, second start", _run(1, "none"), 30),
    Wait("the same with the main figures", _run(1, "main"), 30),
    Wait("aixsim plot: all figures of a result", lambda own, made: ["plot", str(made / "a"), "-o", str(own)], 12),
    Wait("aixsim compare: two national results, text", lambda _, made: ["compare", str(made / "a"), str(made / "b")], 30),
    Wait("the same with figures", lambda own, made: ["compare", str(made / "a"), str(made / "b"), "-o", str(own)], 12),
    Wait(f"aixsim run {CONFIG}, 1,000 replicates, two workers, all figures", _run(1000, "all", "--workers", "2"), 9),
    Wait("first compilation, and one replicate: processor time", _run(1, "none"), 4, processor=True, cold=True),
)


@dataclass
class Waited:
    """Seconds that a wait took, by turn; none of an earlier version that does not have the command."""

    now: list[float] = field(default_factory=list)
    before: list[float] = field(default_factory=list)

    @property
    def estimate(self) -> Estimate:
        """Median of this version."""
        return median(self.now)

    @property
    def is_certain(self) -> bool:
        """Whether all numbers can be printed."""
        return len(self.now) >= _LEAST and self.estimate.is_certain and (self.change is None or self.change.is_certain)

    @property
    def change(self) -> Estimate | None:
        """This version over the earlier one."""
        return ratio(self.now, self.before) if len(self.now) == len(self.before) else None


def waits(against: Path | None, *, quick: bool = False) -> Mapping[str, Waited]:
    """Measures all waits in turns, and returns them by name.

    Args:
        against: checkout of an earlier version to take turns with.
        quick: one turn of those that take less than half a minute.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _waits(Path(folder), against, quick=quick)


def _waits(scratch: Path, against: Path | None, *, quick: bool) -> Mapping[str, Waited]:
    versions = {"now": Version(ROOT / "src", scratch / "now")}
    if against is not None:
        versions["before"] = Version(against / "src", scratch / "before")
    for name, version in versions.items():
        # Options that an earlier version may not have are left out.
        for result, more in (("a", []), ("b", ["--set", "levers.parks=false"])):
            version.run(["run", CONFIG, "-n", "200", "-o", str(scratch / f"{name}-made" / result), *more])
    waited = {wait.name: Waited() for wait in WAITS}
    chosen = [wait for wait in WAITS if not quick or wait.turns > _FEW]
    for turn in range(1 if quick else max(wait.turns for wait in chosen)):
        for wait in chosen:
            if turn >= wait.turns or waited[wait.name].is_certain:
                continue
            # Who begins changes from turn to turn.
            for name in sorted(versions, reverse=turn % 2 == 1):
                own = scratch / f"{name}-{turn}-{WAITS.index(wait)}"
                arguments = wait.arguments(own, scratch / f"{name}-made")
                try:
                    seconds = versions[name].run(arguments, scratch / f"{own.name}-cache" if wait.cold else None)
                except subprocess.CalledProcessError:
                    if name == "now":
                        raise
                    continue
                getattr(waited[wait.name], name).append(seconds[wait.processor])
    return waited
