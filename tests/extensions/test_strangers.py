"""What a stranger needs to add one of each sort: files counted, and both engines run, in a copy of the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.extensions.additions import ADDITIONS, Addition

ROOT = Path(__file__).parents[2]
COPIED = ("src", "tests", "benchmarks", "docs", "pyproject.toml")


def contents(root: Path) -> dict[str, bytes]:
    """Every file that the package or its tests consist of."""
    return {str(file.relative_to(root)): file.read_bytes() for part in ("src", "tests") for file in (root / part).rglob("*.py")}


def touched(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> set[str]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, set[str]]]:
    """A copy with everything added, and the files that each addition took."""
    root = tmp_path_factory.mktemp("stranger")
    ignored = shutil.ignore_patterns("__pycache__", "*.pyc")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=ignored)
        else:
            shutil.copy(ROOT / name, root / name)
    files = {}
    for name, addition in ADDITIONS.items():
        before = contents(root)
        addition.make(root)
        files[name] = touched(before, contents(root))
    return root, files


@pytest.fixture(scope="module")
def found(copy: tuple[Path, dict[str, set[str]]]) -> dict[str, dict[str, bool]]:
    """What ``strange_worlds`` finds in the copy, where the kernel is compiled once."""
    root, _ = copy
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}", "AIXSIM_CACHE": str(root / "cache")}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.extensions.strange_worlds"], cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize("name", ADDITIONS)
def test_it_takes_no_more_files_than_contributing_says(name: str, copy: tuple[Path, dict[str, set[str]]]) -> None:
    assert 1 <= len(copy[1][name]) <= ADDITIONS[name].cost, copy[1][name]


@pytest.mark.parametrize("name", ADDITIONS)
def test_it_acts_and_both_engines_agree(name: str, found: dict[str, dict[str, bool]]) -> None:
    assert all(found[name].values()), found[name]


def test_the_fixtures_own_test_of_the_new_kind_passes(copy: tuple[Path, dict[str, set[str]]]) -> None:
    root, _ = copy
    environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
    command = [sys.executable, "-m", "pytest", "-n", "0", "tests/unit/test_guarantee.py"]
    ended = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_files_are_counted(tmp_path: Path) -> None:
    """An addition that also changes a list of names somewhere takes one file too many."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "names.py").write_text('NAMES = ("a",)\n')
    before = contents(tmp_path)
    Addition(1, {"src/b.py": "x = 1\n"}, {"src/names.py": (('("a",)', '("a", "b")'),)}).make(tmp_path)
    assert touched(before, contents(tmp_path)) == {"src/b.py", "src/names.py"}
