"""Small finished runs, some with names that would do harm if they were shown as they are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import aixsim

PAYLOADS = ("=HYPERLINK(0,1)", "<script>alert(1)</script>", "\x1b[31mred\x07", "+cmd|' /C calc'!A0", "\u202egnp.exe", "＝1+1")
"""Names: formulas, HTML, escapes of a terminal, and a reversed text direction."""
CONFIG = """
title = "{title}"
horizon = {{ start = "2024-01", end = "2025-12" }}
population = {{ kind = "homogeneous", firms = 120 }}
network = {{ kind = "ring" }}
monte_carlo = {{ replicates = 6, seed = 5 }}
mechanisms = {{ innovation = {{ rate = {{ dist = "uniform", low = 0.1, high = 0.3 }} }} }}
{programmes}
[[goal]]
name = "{goal}"
outcome = "launched"
at_least = 20
by = "2025-12"
"""
PROGRAMME = """
[[programme]]
name = "{name}"
budget_krw_bn = {{ 2024 = 5.0, 2025 = 5.0 }}
grant_krw_bn = {{ dist = "uniform", low = 0.2, high = 1.0 }}
call_months = [1, 7]
"""


def escaped(text: str) -> str:
    """Returns a text as it stands in a TOML string."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)


def write_config(folder: Path, *, harmful: bool = False) -> Path:
    """Writes the config and returns its path."""
    names = PAYLOADS if harmful else ("Grants",)
    programmes = "".join(PROGRAMME.format(name=escaped(name)) for name in names)
    text = CONFIG.format(title=escaped("".join(PAYLOADS)) if harmful else "A small nation", programmes=programmes, goal=escaped(names[0]))
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "small.toml"
    path.write_text(text, encoding="utf-8")
    return path


def make_run(folder: Path, settings: Mapping[str, Any] | None = None, *, harmful: bool = False, name: str = "run") -> aixsim.Result:
    """Runs the config and returns its result, in a folder of this name."""
    study = aixsim.load(write_config(folder / "config", harmful=harmful), settings)
    return aixsim.run(study, out=folder / name, progress=False)
