"""Writes the page on the architecture: the packages with their imports, and the calls of functions in a run.

Both come from the code: the imports are read, and the calls are recorded while a small study runs.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from importlib.resources import files
from inspect import getattr_static
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import Any

from aixsim.report.text.markdown import markdown_table

PAGE = Path("docs/explanation/architecture.md")
_ROOT = Path(str(files("aixsim")))
_STUDY = """
title = "A small study"
horizon = { start = "2026-01", end = "2026-12" }
population = { kind = "homogeneous", firms = 40 }
network = { kind = "none" }
monte_carlo = { replicates = 3, seed = 1 }
[mechanisms.innovation]
rate = 0.05
[[programme]]
name = "calls"
budget_krw_bn = { 2026 = 10.0 }
grant_krw_bn = 1.0
call_months = [3]
[[goal]]
name = "5 launched"
outcome = "launched"
at_least = 5
by = "2026-12"
"""
_LEAVES = ("config.", "world.", "stats.", "engines.kernel.", "model.", "report.", "runs.tables", "runs.identity", "results.counting_rules")
"""Calls of these functions are listed, but not the calls that they make."""
_SMALL_IN_RUNS = ("runs.files", "runs.ledger", "runs.provenance")
_SMALL_IN_RESULTS = ("results.shapes", "results.source", "results.project_table")
_LEFT_OUT = ("random.", "data.", "errors", "escapes", "arguments", "config.values", "model.calendar", *_SMALL_IN_RUNS, *_SMALL_IN_RESULTS)
"""Calls of these small helpers are not listed."""
_DEEPEST = 8
_HEAD = """# Architecture

Written by `make docs`; a test checks that it is up to date.

## Packages

A package imports only from those below it in this table (`pyproject.toml`, import-linter).

"""
_FLOW = """
## What happens in a run

The calls of `load`, `run` with a folder, and `headline`. Every line is a public function, below the function that calls it, in the
order of the first call. Small helpers are left out, and so are calls within the packages `config`, `world`, `model`,
`engines.kernel`, `stats` and `report`.

"""


def page() -> str:
    """Returns the page."""
    calls = _recorded()
    return _HEAD + _packages() + _FLOW + "\n".join(calls.lines()) + "\n"


def _packages() -> str:
    """Returns the packages as a table, each with the first line of its docstring and the packages that it imports."""
    imports: dict[str, set[str]] = {}
    says: dict[str, str] = {}
    for path in sorted(_ROOT.rglob("*.py")):
        parts = path.relative_to(_ROOT).parts
        name = parts[0].removesuffix(".py")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if len(parts) == 1 or parts[1:] == ("__init__.py",):
            says[name] = (ast.get_docstring(tree) or "").partition("\n")[0]
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("aixsim."):
                imports.setdefault(name, set()).add(str(node.module).split(".")[1])
    used = {name: imports.get(name, set()) - {name} for name in says}
    height: dict[str, int] = {}
    for name in TopologicalSorter(used).static_order():
        height[name] = 1 + max((height[other] for other in used.get(name, ())), default=0)
    names = sorted((name for name in says if not name.startswith("__")), key=lambda name: (-height[name], name))
    rows = [(f"`{name}`", says[name], ", ".join(sorted(used[name]))) for name in names]
    return "\n".join(markdown_table(("package", "content", "imports"), rows)) + "\n"


@dataclass
class _Calls:
    """Recorded calls of public functions.

    Attributes:
        made: functions that each function calls, in order, by full name.
        says: first line of the docstring of each function.
    """

    made: dict[str, list[str]] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    _stack: list[tuple[FrameType, str | None]] = field(default_factory=list)

    def see(self, frame: FrameType, event: str, _argument: Any) -> None:
        """Records a call or return; a callback of ``sys.setprofile``."""
        if event == "return":
            if self._stack and self._stack[-1][0] is frame:
                self._stack.pop()
        elif event == "call":
            name = self._name(frame)
            if name is not None:
                caller = next((above for _, above in reversed(self._stack) if above), "")
                if not caller.startswith(_LEAVES):
                    called = self.made.setdefault(caller, [])
                    if name not in called:
                        called.append(name)
            self._stack.append((frame, name))

    def lines(self) -> list[str]:
        """Returns one line per call, indented below the calling function; the calls of a function are listed once."""
        listed: set[str] = set()

        def below(name: str, depth: int) -> list[str]:
            out: list[str] = []
            for called in self.made.get(name, []) if depth < _DEEPEST else []:
                said = f": {self.says[called]}" if called not in listed else ""
                out.append(f"{'  ' * depth}- `{called.replace(':', '.')}`{said}")
                if called not in listed:
                    listed.add(called)
                    out += below(called, depth + 1)
            return out

        return below("", 0)

    def _name(self, frame: FrameType) -> str | None:
        """Returns ``file:function`` of a public function of the package; None for other code."""
        code = frame.f_code
        if not code.co_filename.startswith(str(_ROOT)) or any(above.f_code.co_name == "<module>" for above, _ in self._stack[1:]):
            return None
        function = code.co_qualname
        if "<" in function or any(part.startswith("_") for part in function.split(".")) or not code.co_consts:
            return None
        text = code.co_consts[0]
        if isinstance(getattr_static(frame.f_locals.get("self"), code.co_name, None), property | cached_property):
            return None
        file = ".".join(Path(code.co_filename).relative_to(_ROOT).with_suffix("").parts)
        if not isinstance(text, str) or text.startswith("As in") or file.startswith(_LEFT_OUT):
            return None
        name = f"{file}:{function}"
        self.says[name] = text.strip().partition("\n")[0].rstrip(".")
        return name


def _recorded() -> _Calls:
    """Runs a small study and returns the recorded calls."""
    from aixsim import api
    from aixsim.config import load
    from aixsim.report.text.headline import headline

    calls = _Calls()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "study.toml"
        path.write_text(_STUDY, encoding="utf-8")
        api.run(load(path))  # compiles before recording, because recording is slow
        sys.setprofile(calls.see)
        try:
            headline(api.run(load(path), out=Path(folder) / "result"))
        finally:
            sys.setprofile(None)
    return calls


if __name__ == "__main__":
    if "--print" in sys.argv:
        sys.stdout.write(page())
    else:
        PAGE.write_text(page(), encoding="utf-8")
