"""Nothing that is declared goes unread: a parameter, or a field of a scenario, that only the reference engine knew would be ignored in
silence by the kernel. Sources are scanned for what they read; each check has a twin with a field that nobody reads.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

import aixsim
from aixsim.engines.kernel import inputs, layout, state
from aixsim.model.catalogue import SECTIONS
from aixsim.model.implementation import Implementation
from aixsim.model.parameters import Parameters, derived, real
from aixsim.model.programme_kinds import programme_kinds
from aixsim.model.programmes import Programme
from aixsim.model.scenario import FundingLine, Scenario
from tests import worlds

SOURCE = Path(aixsim.__file__).parent
KERNEL = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((SOURCE / "engines" / "kernel").glob("*.py"))]
SENSES = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((SOURCE / "model" / "senses").glob("*.py"))]
MODEL = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted((SOURCE / "model").rglob("*.py"))]

DECLARING: dict[str, type[Parameters]] = {
    **{section.__name__: section for section in SECTIONS.values()},
    **{law.parameters.__name__: law.parameters for law in worlds.REGISTRY.mechanisms.values()},
    Programme.__name__: Programme,
    **{kind.parameters.__name__: kind.parameters for kind in programme_kinds().values() if kind.parameters.declared},
}
LEVERS = {lever.name: lever.parameters for lever in worlds.REGISTRY.levers.values()}
"""Apart, because a lever may be called like a mechanism."""
OF_VARIABLE = {**{key: section.__name__ for key, section in SECTIONS.items()}, "programme": Programme.__name__}
"""Variables and attributes that hold values of a class everywhere."""


def declared(parameters: type[Parameters]) -> set[str]:
    """Names of the parameters of a class and of what is derived from them."""
    return {item.name for item in parameters.declared} | {name for name, item in vars(parameters).items() if isinstance(item, derived)}


def functions(trees: Iterable[ast.Module]) -> Iterator[tuple[ast.FunctionDef, str]]:
    """Every function, with the class that it is a method of."""
    for tree in trees:
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                yield node, ""
            if isinstance(node, ast.ClassDef):
                yield from ((item, node.name) for item in node.body if isinstance(item, ast.FunctionDef))


def loads(node: ast.AST) -> Iterator[ast.Attribute]:
    yield from (item for item in ast.walk(node) if isinstance(item, ast.Attribute) and isinstance(item.ctx, ast.Load))


def parameters_read(trees: Iterable[ast.Module]) -> set[tuple[str, str]]:
    """Class and name of every parameter that is read: of ``p: Class``, of ``self`` in a class, and of ``section.name`` in any chain."""
    found = set()
    for function, owner in functions(trees):
        classes = {item.arg: item.annotation.id for item in function.args.args if isinstance(item.annotation, ast.Name)} | {"self": owner}
        for read in loads(function):
            holder = read.value.id if isinstance(read.value, ast.Name) else read.value.attr if isinstance(read.value, ast.Attribute) else ""
            if isinstance(read.value, ast.Name) and holder in classes:
                found.add((classes[holder], read.attr))
            elif holder in OF_VARIABLE:
                found.add((OF_VARIABLE[holder], read.attr))
    return found


READ = parameters_read([*MODEL, *KERNEL])


@pytest.mark.parametrize("name", DECLARING)
def test_every_parameter_is_read_by_a_law_the_draw_or_the_kernel(name: str) -> None:
    assert declared(DECLARING[name]) <= {attribute for owner, attribute in READ if owner == name}


def test_a_planted_parameter_is_found() -> None:
    class Planted(Implementation):
        nobody_reads: float = real(0.0, "1", 0.0, 1.0, "nothing", "assumed", "assumed")

    assert declared(Planted) - {attribute for owner, attribute in READ if owner == "Implementation"} >= {"nobody_reads"}
    by_nobody = ast.parse("def law(x: float, p: Implementation) -> float:\n    return x * p.sigma\n")
    assert parameters_read([by_nobody]) == {("Implementation", "sigma")}


@pytest.mark.parametrize("name", LEVERS)
def test_every_setting_of_a_lever_is_read_by_it(name: str) -> None:
    tree = ast.parse((SOURCE / "model" / "levers" / f"{name}.py").read_text(encoding="utf-8"))
    read = {attribute for owner, attribute in parameters_read([tree]) if owner == LEVERS[name].__name__}
    assert declared(LEVERS[name]) - {"start", "stop"} <= read
    assert "window(p," in ast.unparse(tree) or "whole_years(p," in ast.unparse(tree)


# --- the kernel


def kernel_reads() -> set[str]:
    """What the kernel's files, and the senses that they call, read of anything, as an attribute or by its name as a text."""
    texts = {item.value for tree in KERNEL for item in ast.walk(tree) if isinstance(item, ast.Constant) and isinstance(item.value, str)}
    return texts | {read.attr for tree in [*KERNEL, *SENSES] for read in loads(tree)}


def compiled_reads() -> set[str]:
    """What compiled functions read, or count up for the result."""
    found = set()
    for function, _ in functions(KERNEL):
        if any(isinstance(item, ast.Name) and item.id in ("compiled", "inlined") for item in function.decorator_list):
            found |= {read.attr for read in loads(function)}
            counted = (item.target for item in ast.walk(function) if isinstance(item, ast.AugAssign))
            found |= {target.attr for target in counted if isinstance(target, ast.Attribute)}
    return found


NOT_OF_AN_ENGINE = {"drawn", "susceptibility", "climate", "capacity", "projects_at_once"}
"""What was drawn, and what the draw and the levers alone read: it acts through arrays of the scenario (capacity through ``room``)."""


def test_every_field_of_a_scenario_is_read_by_the_kernel() -> None:
    names = {field.name for field in fields(Scenario)} - NOT_OF_AN_ENGINE
    assert names <= kernel_reads()
    assert {field.name for field in fields(FundingLine)} <= kernel_reads()
    assert not {*names, "nobody_reads"} <= kernel_reads(), "the twin: a field more"


RECORDS = {
    name: value for module in (inputs, layout, state) for name, value in vars(module).items() if isinstance(value, np.dtype) and value.names
}


FOR_MEMORY_ALONE = {"fetched"}
"""Written so that a loop which fetches memory is not removed."""


@pytest.mark.parametrize("name", RECORDS)
def test_every_field_of_a_record_is_read_by_compiled_code(name: str) -> None:
    names = set(RECORDS[name].names or ()) - FOR_MEMORY_ALONE
    assert names <= compiled_reads()
    assert not {*names, "nobody_reads"} <= compiled_reads(), "the twin: a field more"


def test_laws_are_handed_all_of_a_section() -> None:
    """A parameter that is added to a section reaches the compiled laws by itself."""
    for key in inputs.SECTIONS:
        assert inputs.CASE[key].names == tuple(name for name, _, _ in SECTIONS[key].columns())
