"""Machine code is made once; whatever happens to the files that keep it, the worst that follows is that it is made again."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest
from numba.core import event as numba_event
from numba.core.compiler import Compiler
from numba.core.registry import CPUDispatcher

from aixsim.engines.kernel import code_store
from aixsim.engines.kernel import compile as compile_module
from aixsim.engines.kernel.compile import compiled, hazard_sum, is_compiled, record_by_name, why_not_compiled
from aixsim.model.plugins import plugin_of
from aixsim.model.registry import Registry

ROOT = Path(__file__).parents[2]
event: Any = numba_event  # Numba has no types
TINY = """
import sys
from numba.core import event
from aixsim.engines.kernel.compile import compiled

@compiled
def twice(x):
    return x + x

@compiled
def odd(x):
    return twice(x) + 1.0

seen = event.RecordingListener()
event.register("numba:compile", seen)
print(odd(20.5), len(seen.buffer))
"""


def twice(x: float) -> float:
    return x + x


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty store of this test alone."""
    monkeypatch.setenv("AIXSIM_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("AIXSIM_COMPILED", "")
    monkeypatch.delenv("AIXSIM_COMPILED")
    return tmp_path / "cache"


@pytest.fixture
def compilations() -> Iterator[list[Any]]:
    """What Numba has compiled since the test began."""
    listener = event.RecordingListener()
    event.register("numba:compile", listener)
    yield listener.buffer
    event.unregister("numba:compile", listener)


def pieces(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if "compiled-" in path.parent.name)


def run_tiny(folder: Path, **variables: str) -> subprocess.Popen[str]:
    (folder / "tiny.py").write_text(TINY)
    environment = {**os.environ, **variables}
    command = [sys.executable, "tiny.py"]
    return subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_second_start_compiles_nothing(folder: Path, compilations: list[Any]) -> None:
    assert compiled(twice)(2.0) == 4.0
    assert compilations
    assert len(pieces(folder)) == 1
    compilations.clear()
    assert compiled(twice)(2.0) == 4.0
    assert not compilations
    # The twin: other types are other code.
    assert compiled(twice)(2) == 4
    assert compilations
    assert len(pieces(folder)) == 2


def test_generated_functions_are_kept_too(folder: Path, compilations: list[Any]) -> None:
    laws = tuple(law for law in Registry.of().mechanisms.values() if law.level == "milieu")
    senses = tuple(dict.fromkeys(law.senses for law in laws))
    active = (1,) * len(laws)
    values = np.ones(1, record_by_name({law.name: law.parameters for law in laws}))[0]
    first = hazard_sum(laws, senses)(active, values, *(0.5,) * len(senses))
    assert compilations
    compilations.clear()
    assert hazard_sum(laws, senses)(active, values, *(0.5,) * len(senses)) == first
    assert not compilations
    less = hazard_sum(laws[:1], senses)(active[:1], values, *(0.5,) * len(senses))
    assert compilations
    assert less < first


def test_laws_of_plugins_are_not_taken_for_one_another(folder: Path) -> None:
    """Two files of one name, alike in all but a number."""
    text = (ROOT / "docs" / "how-to" / "my_mechanism.py").read_bytes()
    results: list[float] = []
    kept: list[set[Path]] = []
    for content in (text, text.replace(b"return p.rate *", b"return 2.0 * p.rate *")):
        plugin = plugin_of("law.py", "law.py", content)
        registry = Registry.of((plugin,))
        compile_module.use(registry)
        try:
            law = registry.mechanisms["bandwagon"]
            assert why_not_compiled(law) is None
            values = np.array([((0.1, 0.05),)], record_by_name({law.name: law.parameters}))[0]
            results.append(hazard_sum((law,), ("peer_share",))(np.ones(1, np.int8), values, 0.5))
            kept.append(set(pieces(folder)).difference(*kept))
        finally:
            compile_module.use(Registry.of())
    assert results[1] == 2.0 * results[0] > 0.0
    assert kept[1], "each has machine code of its own"
    assert not is_compiled("aixsim.engines.kernel.month.simulate")


def damaged_in_the_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "something else": lambda path: path.write_bytes(b"something else"),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "one byte flipped": damaged_in_the_middle,
    "whole, but of another library": lambda path: code_store.write_code(path.name, b"no pickle"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_code_is_never_executed_and_is_replaced(folder: Path, compilations: list[Any], damage: str) -> None:
    assert compiled(twice)(2.0) == 4.0
    (piece,) = pieces(folder)
    DAMAGES[damage](piece)
    compilations.clear()
    assert compiled(twice)(2.0) == 4.0
    assert compilations
    compilations.clear()
    assert compiled(twice)(2.0) == 4.0
    assert not compilations
    assert pieces(folder) == [piece]


def test_a_folder_where_the_code_belongs_costs_time_only(folder: Path) -> None:
    assert compiled(twice)(2.0) == 4.0
    (piece,) = pieces(folder)
    piece.unlink()
    piece.mkdir()
    assert compiled(twice)(2.0) == 4.0


def test_a_store_that_cannot_be_written_keeps_code_for_this_run(tmp_path: Path) -> None:
    # Below a file, and not by taking away rights: who runs as root has them all.
    (tmp_path / "blocked").write_text("not a folder")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    script = TINY + (
        "import os, subprocess\n"
        "if sys.argv[1:] != ['worker']:\n"
        "    print(len(os.listdir(os.environ['AIXSIM_COMPILED'])), flush=True)\n"
        "    subprocess.run([sys.executable, sys.argv[0], 'worker'], check=True)\n"
    )
    (tmp_path / "tiny.py").write_text(script)
    environment = {**os.environ, "AIXSIM_CACHE": str(tmp_path / "blocked" / "cache"), "TMPDIR": str(temporary)}
    done = subprocess.run([sys.executable, "tiny.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, kept, worker = done.stdout.splitlines()
    assert first.split()[0] == worker.split()[0] == "42.0"
    assert int(first.split()[1]) > 0
    assert int(kept) > 0
    assert worker.split()[1] == "0", "a worker compiles nothing again"
    assert not list(temporary.iterdir()), "nothing is left behind"


def aged(folder: Path, hours: float) -> Path:
    folder.mkdir(parents=True)
    (folder / "piece").write_bytes(b"code")
    os.utime(folder, (time.time() - 3600 * hours,) * 2)
    return folder


def test_code_of_other_versions_is_removed_when_a_new_one_begins(folder: Path) -> None:
    stale, recent, foreign = aged(folder / "compiled-1", 25), aged(folder / "compiled-2", 23), aged(folder / "population-1", 99)
    code_store.write_code("first", b"code")
    assert (stale.exists(), recent.exists(), foreign.exists()) == (False, True, True)
    assert code_store.read_code("first") == b"code"
    # Once a version: later pieces look for nothing.
    again = aged(folder / "compiled-3", 25)
    code_store.write_code("second", b"code")
    assert again.exists()


def test_code_that_cannot_be_removed_does_no_harm(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = aged(folder / "compiled-1", 25)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    for name in ("unlink", "rmdir"):
        monkeypatch.setattr(os, name, refuse)
    code_store.write_code("first", b"code")
    assert stale.exists()
    assert code_store.read_code("first") == b"code"


def test_a_home_that_is_unknown_costs_time_only(tmp_path: Path) -> None:
    script = "import pathlib\ndef nowhere(): raise RuntimeError('Could not determine home directory.')\npathlib.Path.home = nowhere\n"
    (tmp_path / "tiny.py").write_text(script + TINY)
    environment = {name: value for name, value in os.environ.items() if name not in ("AIXSIM_CACHE", "XDG_CACHE_HOME", "HOME")}
    done = subprocess.run([sys.executable, "tiny.py"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "42.0"


def test_two_processes_compile_at_the_same_time(tmp_path: Path, folder: Path) -> None:
    both = [run_tiny(tmp_path) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out.split()[:1]) == (0, ["42.0"]), err
    assert len(pieces(folder)) == 1
    out, _ = run_tiny(tmp_path).communicate(timeout=120)
    assert out.split() == ["42.0", "0"]


def test_another_processor_has_code_of_its_own(tmp_path: Path, folder: Path) -> None:
    for variables, n in (({}, 1), ({"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": ""}, 2)):
        out, err = run_tiny(tmp_path, **variables).communicate(timeout=120)
        assert out.split()[0] == "42.0", err
        assert int(out.split()[1]) > 0
        assert len(pieces(folder)) == n
    out, _ = run_tiny(tmp_path).communicate(timeout=120)
    assert out.split() == ["42.0", "0"]


def test_changed_source_is_compiled_again(tmp_path: Path, folder: Path) -> None:
    assert run_tiny(tmp_path).communicate(timeout=120)[0].split()[0] == "42.0"
    changed = TINY.replace("return x + x", "return x + x + x")
    (tmp_path / "tiny.py").write_text(changed)
    done = subprocess.run([sys.executable, "tiny.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout.split()[0] == "62.5", done.stderr


def once(x: float) -> float:
    return 3.0 * x + 0.1


def parts_of(pipeline: Any) -> tuple[float, Any]:
    """Compiles a function and the part that it calls; returns a result and the library of the part."""
    part = CPUDispatcher(once, targetoptions=compile_module._INNER, pipeline_class=pipeline)
    scope: dict[str, Any] = {"part": part, "__name__": __name__}
    exec("def outermost(x):\n    return part(x) * part(x + 1.0)", scope)  # noqa: S102 - a function that calls another one
    result = compiled(scope["outermost"], keep=False)(2.0)
    overload: Any
    (overload,) = part.overloads.values()
    return result, overload.library


def test_parts_are_linked_and_never_made_into_machine_code() -> None:
    result, library = parts_of(compile_module._parts_pipeline(numba.__version__))
    assert result == once(2.0) * once(3.0)
    assert type(library).__name__ == "Part", "this version of Numba is not known: try this test with it, then widen _KNOWN_INSIDE"
    # The twin: Numba's own way has code of its own for them, and the same result.
    plain, library = parts_of(Compiler)
    assert plain == result
    assert type(library).__name__ == "JITCodeLibrary"


@pytest.mark.parametrize("version", ["0.60.0", "0.99.0rc1", "1.65.0"])
def test_a_numba_that_is_not_known_compiles_the_plain_way(version: str) -> None:
    assert compile_module._parts_pipeline(version) is Compiler


def test_functions_without_a_file_are_compiled_and_not_kept(folder: Path) -> None:
    scope: dict[str, Any] = {"__name__": "nowhere"}
    exec("def thrice(x):\n    return 3.0 * x", scope)  # noqa: S102 - what a notebook does
    assert compiled(scope["thrice"])(2.0) == 6.0
    assert not pieces(folder)
