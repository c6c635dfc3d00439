"""On what a benchmark ran: cores, processor, versions; no names of hosts, no paths."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.neutral.c_loop import COMPILER

PACKAGES = ("aixsim", "mesa", "numba", "numpy", "scipy", "starsim", "ambr", "agentpy", "pandas", "polars")


def processor() -> str:
    """Returns the model of the processor, as the system calls it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def revision(checkout: Path) -> str:
    """Returns the commit of a checkout, shortened."""
    done = subprocess.run(["git", "-C", str(checkout), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "the other version"


def load() -> float:
    """Returns how many processes wanted a core during the last minute."""
    return os.getloadavg()[0]


def versions() -> dict[str, str]:
    """Returns the versions of all who take part."""
    out = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            out[name] = "not installed"
    try:
        out["gcc"] = subprocess.run([COMPILER[0], "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        out["gcc"] = "not installed"
    return out
