"""Mutation testing of the laws and of the reference engine's schedule: ``python -m tests.model.mutation`` alters them one place at a time
and asks whether a test of this folder notices. Every mutant is run in a child process, with the tests that call the altered function, the
quickest first.

A mutant exchanges an arithmetic, comparison or logical operator, a number, or ``min`` and ``max``.
"""

from __future__ import annotations

import ast
import copy
import importlib
import inspect
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any, Final

import pytest

import aixsim
from tests.model.mutants import compiled, replaced

SOURCE: Final = Path(aixsim.__file__).parent
_MODEL: Final = (
    *("adequacy", "calendar", "capacity", "climate", "delivery", "draw_scenario", "economics", "funding", "implementation", "lever"),
    *("lottery", "matching", "money_alone", "pressure", "programme_kind", "programmes", "reuse", "scenario", "sensing"),
    *("susceptibility", "uplift"),
)
_SCHEDULE: Final = ("accounts", "applicant", "country", "diffusion_model", "firm", "milieu", "project_owner", "project_queue", "site")
LAWS: Final = (
    *(f"model.{name}" for name in _MODEL),
    *(
        f"model.{folder}.{path.stem}"
        for folder in ("levers", "mechanisms", "programme_kinds", "senses")
        for path in sorted((SOURCE / "model" / folder).glob("[!_]*.py"))
    ),
    *(f"engines.reference.{name}" for name in _SCHEDULE),
)
SECONDS: Final = 60
"""After which a mutant that does not end counts as noticed."""

OTHER: Final[dict[type[ast.AST], tuple[type[ast.AST], ...]]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
EXTREMES: Final = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum"}


@dataclass(frozen=True)
class Mutant:
    """A law altered in one place: ``change`` says what became of what, ``place`` is the expression as it was."""

    module: str
    function: str
    change: str
    place: str
    tree: ast.FunctionDef

    def __str__(self) -> str:
        return f"{self.module} {self.function}: {self.change} in {self.place}"


def changes(node: ast.AST) -> Iterator[tuple[str, Any, str]]:
    """Yields what can be altered in a node: the attribute, its other value, and both in words."""
    match node:
        case ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.BoolOp(op=op):
            for other in OTHER.get(type(op), ()):
                yield "op", other(), f"{type(op).__name__} -> {other.__name__}"
        case ast.Compare(ops=[op]):
            for other in OTHER.get(type(op), ()):
                yield "ops", [other()], f"{type(op).__name__} -> {other.__name__}"
        case ast.Constant(value=bool() as value):
            yield "value", not value, f"{value} -> {not value}"
        case ast.Constant(value=int() | float() as number):
            yield "value", number + 1, f"{number} -> {number + 1}"
        case ast.UnaryOp(op=ast.USub()):
            yield "op", ast.UAdd(), "- -> +"
        case ast.Name(id=name) if name in EXTREMES:
            yield "id", EXTREMES[name], f"{name} -> {EXTREMES[name]}"
        case ast.Attribute(attr=name) if name in EXTREMES:
            yield "attr", EXTREMES[name], f"{name} -> {EXTREMES[name]}"


def mutants(module: str) -> Iterator[Mutant]:
    """Yields every mutant of the functions and methods of a module."""
    body = ast.parse((SOURCE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")).body
    inside = [
        (f"{node.name}.{item.name}", item)
        for node in body
        if isinstance(node, ast.ClassDef)
        for item in node.body
        if isinstance(item, ast.FunctionDef)
    ]
    for name, function in [(node.name, node) for node in body if isinstance(node, ast.FunctionDef)] + inside:
        # One that calls super() cannot be given other code.
        if plain(module, name).__code__.co_freevars:
            continue
        quiet = {id(node) for item in ast.walk(function) if isinstance(item, ast.Raise | ast.arguments) for node in ast.walk(item)}
        quiet |= {id(node) for item in function.decorator_list for node in ast.walk(item)}
        around = {id(child): node for node in ast.walk(function) for child in ast.iter_child_nodes(node)}
        for place, node in enumerate(ast.walk(function)):
            if id(node) in quiet:
                continue
            for attribute, value, words in changes(node):
                tree = copy.deepcopy(function)
                altered = list(ast.walk(tree))[place]
                setattr(altered, attribute, value)
                whole = node if attribute in ("op", "ops") else around[id(node)]
                yield Mutant(module, name, words, ast.unparse(whole).splitlines()[0], ast.fix_missing_locations(tree))


def found(module: str, name: str) -> Any:
    """Returns a function of a module, or a method without what wraps it."""
    owner, _, method = name.rpartition(".")
    holder = importlib.import_module(f"aixsim.{module}")
    function = vars(getattr(holder, owner))[method] if owner else getattr(holder, method)
    for wrapper in ("func", "__func__", "fget"):
        function = getattr(function, wrapper, None) or function
    return function


def plain(module: str, name: str) -> FunctionType:
    """Returns a function without what wraps it."""
    function = inspect.unwrap(found(module, name))
    assert isinstance(function, FunctionType)
    return function


class Mutation:
    """A pytest plugin: instead of running the tests once, runs them on every mutant."""

    def __init__(self) -> None:
        """Nothing has been tried."""
        self.killed = 0
        self.survivors: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs the tests as they are, notes which functions each calls, and then tries the mutants."""
        laws = [vars(importlib.import_module(f"aixsim.{module}")).values() for module in LAWS]
        cached = [item for items in laws for item in items if hasattr(item, "cache_clear")]
        cost: dict[str, float] = {}
        callers: dict[tuple[str, str], list[pytest.Item]] = {}
        for item in session.items:
            called: set[CodeType] = set()

            def note(frame: FrameType, event: str, argument: object, called: set[CodeType] = called) -> None:
                if event == "call":
                    called.add(frame.f_code)

            for function in cached:  # or the first test alone would call them
                function.cache_clear()
            start = time.perf_counter()
            sys.setprofile(note)
            run(item)
            sys.setprofile(None)
            cost[item.nodeid] = time.perf_counter() - start
            for code in called:
                callers.setdefault((code.co_filename, code.co_qualname), []).append(item)
        if session.testsfailed:
            raise session.Failed("tests fail without any mutant")
        for module in LAWS:
            for mutant in mutants(module):
                tests = callers.get((str(SOURCE / f"{module.replace('.', '/')}.py"), mutant.function), [])
                if survives(mutant, sorted(tests, key=lambda item: cost[item.nodeid]), session):
                    self.survivors.append(str(mutant))
                else:
                    self.killed += 1
        return True


def run(item: pytest.Item) -> None:
    """Runs one test."""
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)


def survives(mutant: Mutant, tests: list[pytest.Item], session: pytest.Session) -> bool:
    """Whether all tests pass on a mutant, in a child process."""
    function, code = found(mutant.module, mutant.function), compiled(mutant.tree, "mutant")
    with replaced(function, code):  # here an error is one of this program; in the child it would count as noticed
        child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    signal.alarm(SECONDS)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    try:
        with replaced(function, code):
            for item in tests:
                run(item)
                if session.testsfailed:
                    os._exit(1)
    except BaseException:  # noqa: BLE001 - whatever ends the child, the mutant was noticed
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    plugin = Mutation()
    folder = str(Path(__file__).parent)
    # Without the planted faults, which run other tests a second time.
    arguments = [folder, "-o", "addopts=", "-q", "-s", "-p", "no:cacheprovider", "-m", "not verify"]
    code = pytest.main([*arguments, f"--ignore={Path(folder) / 'test_planted_faults.py'}"], plugins=[plugin])
    sys.stdout.write(json.dumps({"killed": plugin.killed, "survivors": plugin.survivors}) + "\n")
    sys.exit(code)
