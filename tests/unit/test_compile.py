"""Machine code is made once; whatever happens to the files that keep it, the worst that follows is that it is made again."""

from __future__ import annotations

import gc
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from numba.core import event

from aixsim.engines.kernel.code_folder import code_folder, keep_checksums
from aixsim.engines.kernel.compile import (
    callable_from_python,
    compiled,
    hazard_sum,
    kept,
    record_by_name,
    undocumented_options,
    why_not_compiled,
)
from aixsim.model.plugins import plugin_of
from aixsim.model.registry import Registry

ROOT = Path(__file__).parents[2]
TINY = """
import before
import numpy as np
from numba.core import event
from aixsim.engines.kernel.compile import compiled, kept

@compiled
def twice(x):
    return x + x

@kept
def add_one(out):
    out[0] = twice(out[0]) + 1.0

@kept
def add_two(out):
    out[0] = twice(out[0]) + 2.0

seen = event.RecordingListener()
event.register("numba:compile", seen)
out = np.array([10.0])
add_one(out)
add_two(out)
print(out[0], len(seen.buffer))
"""
RESULT = "44.0"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of this test alone."""
    monkeypatch.setenv("AIXSIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("AIXSIM_COMPILED", "")
    monkeypatch.delenv("AIXSIM_COMPILED")
    code_folder.cache_clear()
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program with two functions whose code is kept; beside it the cache that it leaves behind."""
    path = tmp_path_factory.mktemp("tiny") / "tiny.py"
    path.write_text(TINY)
    assert compilations(start(path, tmp_path_factory.mktemp("before"), AIXSIM_CACHE=str(path.parent / "cache"))) > 0
    return path


@pytest.fixture
def filled(tiny: Path, folder: Path) -> Path:
    """The cache of this test, with the code of the program in it."""
    shutil.copytree(tiny.parent / "cache", folder)
    return folder


def start(tiny: Path, tmp_path: Path, before: str = "", **variables: str) -> subprocess.Popen[str]:
    """Starts the program, and something that it does before anything else."""
    (tmp_path / "before.py").write_text(before)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]), **variables}
    return subprocess.Popen([sys.executable, str(tiny)], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def compilations(process: subprocess.Popen[str]) -> int:
    """Waits for a process that must have succeeded; returns how often it compiled something."""
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out.split()[:1]) == (0, [RESULT]), err
    return int(out.split()[1])


def code_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("compiled-*/*/*"))


def test_a_second_start_compiles_nothing(tiny: Path, tmp_path: Path, folder: Path) -> None:
    assert compilations(start(tiny, tmp_path)) > 0
    assert [path.suffix for path in code_files(folder)] == [".nbc", ".nbi"] * 2
    assert compilations(start(tiny, tmp_path)) == 0
    # The twin: without the files it compiles again.
    shutil.rmtree(folder)
    assert compilations(start(tiny, tmp_path)) > 0


def increase(out: Any) -> None:
    out[0] += 1.0


class Collections(event.Listener):
    """Notes whether Python looked for unused objects when a compilation began."""

    def __init__(self) -> None:
        self.were_on: list[bool] = []

    def on_start(self, event: Any) -> None:  # noqa: ARG002 - as Numba calls it
        self.were_on.append(gc.isenabled())

    def on_end(self, event: Any) -> None:
        pass


def test_python_looks_for_unused_objects_only_before_and_after_a_compilation() -> None:
    seen, out = Collections(), np.zeros(1)
    assert gc.isenabled()
    with event.install_listener("numba:compile", seen):
        kept(increase)(out)
    assert (seen.were_on, gc.isenabled(), out[0]) == ([False], True, 1.0)


def damaged_in_the_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def a_folder(path: Path) -> None:
    path.unlink()
    (path / "inside").mkdir(parents=True)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "something else": lambda path: path.write_bytes(b"something else"),
    "half": half,
    "one byte flipped": damaged_in_the_middle,
    "a folder": a_folder,
    "gone": Path.unlink,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_code_is_never_used(tiny: Path, tmp_path: Path, filled: Path, damage: str) -> None:
    code, _, _, index = code_files(filled)
    DAMAGES[damage](code)
    DAMAGES[damage](index)
    assert compilations(start(tiny, tmp_path)) > 0


def test_code_that_was_damaged_is_replaced(tiny: Path, tmp_path: Path, filled: Path) -> None:
    for path in code_files(filled):
        half(path)
    assert compilations(start(tiny, tmp_path)) > 0
    assert compilations(start(tiny, tmp_path)) == 0


def test_swapped_code_is_never_used(tiny: Path, tmp_path: Path, filled: Path) -> None:
    code, _, other, _ = code_files(filled)
    of_code, of_other = code.read_bytes(), other.read_bytes()
    code.write_bytes(of_other)
    other.write_bytes(of_code)
    assert compilations(start(tiny, tmp_path)) > 0


UNCHECKED = "from aixsim.engines.kernel import code_folder\ncode_folder._remove_damaged = lambda folder: True\n"


@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_numba_alone_would_fail(tiny: Path, tmp_path: Path, filled: Path, suffix: str) -> None:
    """What the checksums are for: when a later version of Numba passes this, they can go."""
    assert compilations(start(tiny, tmp_path, UNCHECKED)) == 0
    half(next(path for path in code_files(filled) if path.suffix == suffix))
    process = start(tiny, tmp_path, UNCHECKED)
    process.communicate(timeout=120)
    assert process.returncode != 0


@pytest.mark.parametrize("content", ["", "[]", "no json", '{"a/b": 1}'])
def test_damaged_checksums_cost_time_only(tiny: Path, tmp_path: Path, filled: Path, content: str) -> None:
    (checksums,) = filled.glob("compiled-*/checksums.json")
    checksums.write_text(content)
    assert compilations(start(tiny, tmp_path)) > 0
    assert compilations(start(tiny, tmp_path)) == 0


def test_code_without_a_checksum_is_not_used(folder: Path) -> None:
    """It may be what a process that was killed left, or one that is at work; that one has its code already."""
    ours = code_folder("this")
    assert ours is not None
    (ours / "kernel").mkdir()
    (ours / "kernel" / "known").write_bytes(b"code")
    keep_checksums(ours)
    names = {"known": True, "unknown": False, "young.tmp.1": True, "old.tmp.1": False}
    for name in names:
        (ours / "kernel" / name).write_bytes(b"code")
    os.utime(ours / "kernel" / "old.tmp.1", (time.time() - 25 * 3600,) * 2)
    code_folder.cache_clear()
    assert code_folder("this") == ours
    assert {name: (ours / "kernel" / name).exists() for name in names} == names
    assert list(json.loads((ours / "checksums.json").read_text())) == ["kernel/known"]


def test_a_folder_that_cannot_be_written_keeps_code_for_this_run(tiny: Path, tmp_path: Path) -> None:
    # Below a file, and not by taking away rights: who runs as root has them all.
    (tmp_path / "blocked").write_text("not a folder")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    parent = """
import os, subprocess, sys
if not os.environ.get("AIXSIM_COMPILED"):
    import runpy
    from aixsim.engines.kernel.compile import keep
    sys.modules["before"] = sys
    runpy.run_path(sys.argv[0], run_name="__main__")
    keep()
    sys.exit(subprocess.run([sys.executable, sys.argv[0]]).returncode)
"""
    process = start(tiny, tmp_path, parent, AIXSIM_CACHE=str(tmp_path / "blocked" / "cache"), TMPDIR=str(temporary))
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    values = out.split()
    assert values[::2] == [RESULT, RESULT]
    assert int(values[1]) > int(values[3]) == 0, "a worker compiles nothing again"
    assert not list(temporary.iterdir()), "nothing is left behind"


def test_code_in_a_folder_that_can_only_be_read_is_used(tiny: Path, tmp_path: Path, filled: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in filled.rglob("*")}
    read_only = "from aixsim.engines.kernel import code_folder\ncode_folder._is_writable = lambda folder: False\n"
    assert compilations(start(tiny, tmp_path, read_only)) == 0
    assert {path: path.stat().st_mtime_ns for path in filled.rglob("*")} == before


def test_where_nothing_can_be_written_it_is_compiled_all_the_same(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("not a folder")
    nowhere = "import tempfile\ndef refuse(**_): raise PermissionError\ntempfile.mkdtemp = refuse\n"
    assert compilations(start(tiny, tmp_path, nowhere, AIXSIM_CACHE=str(tmp_path / "blocked"))) > 0


def test_a_full_disk_costs_time_only(tiny: Path, tmp_path: Path, folder: Path) -> None:
    full = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
    assert compilations(start(tiny, tmp_path, full)) > 0
    assert not list(folder.glob("compiled-*/*/*.nbc"))
    assert compilations(start(tiny, tmp_path)) > 0


def aged(folder: Path, hours: float) -> Path:
    (folder / "kernel").mkdir(parents=True)
    (folder / "kernel" / "piece").write_bytes(b"code")
    os.utime(folder, (time.time() - 3600 * hours,) * 2)
    return folder


def test_code_of_other_versions_is_removed_when_a_new_one_begins(folder: Path) -> None:
    stale, recent, foreign = aged(folder / "compiled-1", 25), aged(folder / "compiled-2", 23), aged(folder / "population-1", 99)
    ours = code_folder("this")
    assert (stale.exists(), recent.exists(), foreign.exists()) == (False, True, True)
    assert ours is not None
    # Once a version: later processes look for nothing.
    again = aged(folder / "compiled-3", 25)
    code_folder.cache_clear()
    assert code_folder("this") == ours
    assert again.exists()
    assert code_folder("another") != ours


def test_code_that_cannot_be_removed_does_no_harm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = aged(folder / "compiled-1", 25)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "rmdir", refuse)
    assert code_folder("this") is not None
    assert stale.exists()


def test_a_home_that_is_unknown_costs_time_only(tiny: Path, tmp_path: Path) -> None:
    before = "import os, pathlib\ndef nowhere(): raise RuntimeError('Could not determine home directory.')\npathlib.Path.home = nowhere\n"
    before += "for name in ('AIXSIM_CACHE', 'XDG_CACHE_HOME', 'HOME'): os.environ.pop(name, None)\n"
    assert compilations(start(tiny, tmp_path, before)) > 0


def test_two_processes_compile_at_the_same_time(tiny: Path, tmp_path: Path, folder: Path) -> None:
    both = [start(tiny, tmp_path) for _ in range(2)]
    assert max(compilations(process) for process in both) > 0  # one that starts late may find all that it needs
    compilations(start(tiny, tmp_path))  # one of them may have removed what the other one had not finished
    assert compilations(start(tiny, tmp_path)) == 0
    assert len(code_files(folder)) == 4


def test_another_processor_has_code_of_its_own(tiny: Path, tmp_path: Path, filled: Path) -> None:
    assert compilations(start(tiny, tmp_path, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")) > 0
    assert len(list(filled.iterdir())) == 2
    assert compilations(start(tiny, tmp_path)) == 0


def bandwagon(content: bytes) -> Registry:
    return Registry.of((plugin_of("law.py", "law.py", content),))


def test_laws_of_plugins_are_not_taken_for_one_another() -> None:
    """Two files of one name, alike in all but a number."""
    text = (ROOT / "docs" / "how-to" / "my_mechanism.py").read_bytes()
    results: list[float] = []
    for content in (text, text.replace(b"return p.rate *", b"return 2.0 * p.rate *")):
        law = bandwagon(content).mechanisms["bandwagon"]
        assert why_not_compiled(law) is None
        total = callable_from_python(hazard_sum((law,), ("peer_share",)))
        values = np.array([((0.1, 0.05),)], record_by_name({law.name: law.parameters}))[0]
        results.append(total(np.ones(1, np.int8), values, 0.5))
    assert results[1] == 2.0 * results[0] > 0.0


def first(values: Any) -> float:
    best: float = values[0]
    return best * 3.0 + 0.1


def test_undocumented_options_are_known_to_this_version_and_change_no_number() -> None:
    options: Any = undocumented_options(numba.__version__)
    assert options, "this version of Numba was not tried: run the differential tests with it, then widen _TRIED"
    values = np.array([0.3, 7.0])
    assert callable_from_python(first)(values) == numba.njit(first)(values) == first(values)
    with pytest.raises(Exception, match=r"NRT|nrt"):
        callable_from_python(lambda n: np.empty(n).sum())(3)


@pytest.mark.parametrize("version", ["0.60.0", "0.99.0rc1", "1.65.0"])
def test_a_numba_that_was_not_tried_gets_no_undocumented_option(version: str) -> None:
    assert undocumented_options(version) == {}


def test_without_undocumented_options_all_works_the_same(tiny: Path, tmp_path: Path) -> None:
    unknown = "from aixsim.engines.kernel import compile\ncompile._PART = compile._OUTERMOST = {'nogil': True}\n"
    assert compilations(start(tiny, tmp_path, unknown)) > 0
    assert compilations(start(tiny, tmp_path, unknown)) == 0


def test_a_part_is_one_for_all_who_ask_for_it() -> None:
    assert compiled(first) is compiled(first)
