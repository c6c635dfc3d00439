"""What the code imports is what pyproject.toml declares, and the other way round."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "src" / "aixsim").rglob("*.py"))}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = ("sensitivity", "cluster", "excel", "pdf", "korean", "docs")
COMMANDS = {"dask"}
"""Declared for their commands, which messages of the program name."""
FILES = {"mkdocs-material", "koreanize-matplotlib"}
"""Declared for their files: a theme of the site, which mkdocs.yml names, and a font."""


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~ ]", name)[0]).lower()


def declared(requirements: Iterable[str]) -> set[str]:
    return {normalised(requirement) for requirement in requirements}


@cache
def homes() -> Mapping[str, list[str]]:
    """Returns the distributions of every module that is installed; looking through all of them takes seconds."""
    return packages_distributions()


def imported(sources: Iterable[str]) -> set[str]:
    """Returns the distributions of all modules that some source texts import, the standard library and aixsim left out."""
    modules = set()
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                modules |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules.add(node.module.partition(".")[0])
    return {normalised(homes().get(name, [name])[0]) for name in modules - sys.stdlib_module_names - {"aixsim"}}


def test_what_is_imported_is_declared_and_what_is_declared_is_imported() -> None:
    extras = {name: declared(PROJECT["optional-dependencies"][name]) for name in EXTRAS}
    everything = declared(PROJECT["dependencies"]).union(*extras.values())
    assert imported(SOURCES.values()) == everything - COMMANDS - FILES
    for command in COMMANDS:
        assert any(f"{command} scheduler" in text for text in SOURCES.values())


def test_extras_are_no_dependencies_and_are_imported_where_they_are_needed() -> None:
    for name in EXTRAS:
        extra = declared(PROJECT["optional-dependencies"][name])
        assert not extra & declared(PROJECT["dependencies"])
        for path, text in SOURCES.items():
            top = [ast.unparse(node) for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom)]
            # The worker's side of a cluster is imported by the cluster alone.
            assert not imported(top) & extra or path.name.startswith("cluster"), path


def test_seaborn_draws() -> None:
    used = [path.name for path, text in SOURCES.items() if re.search(r"\bsns\.[a-z_]+\(", text)]
    assert used


@pytest.mark.parametrize("planted", ["import sklearn", "from polars import DataFrame", "def f():\n    import sklearn.svm as svm"])
def test_an_import_that_is_not_declared_is_noticed(planted: str) -> None:
    assert imported([*SOURCES.values(), planted]) - imported(SOURCES.values()) in ({"sklearn"}, {"scikit-learn"}, {"polars"})
