"""A user without a clone: the wheel, installed into an environment of its own, runs the packaged configs from an empty folder."""

from __future__ import annotations

import json
import os
import shutil
import site
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from aixsim import load
from aixsim.config.shipped import shipped_folder
from aixsim.runs.identity import job_id
from aixsim.runs.job import Job

ROOT = Path(__file__).parents[2]
RUN = ("run", "korea-2030", "-n", "2", "--set", "population.scale=0.002", "-o", "out")


def uv() -> str:
    """Returns the path of uv, which makes environments and builds packages."""
    beside = Path(sys.executable).parent / "uv"
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        pytest.skip("uv is not there: neither beside this Python nor on the path")
    return found


def call(*command: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a command in a folder, without what this process was told about where aixsim lies."""
    told = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run([*map(str, command)], cwd=folder, env=told, capture_output=True, text=True, check=False, timeout=1200)


def does(*command: str | Path, folder: Path) -> str:
    """Runs a command that must succeed; returns what it prints."""
    done = call(*command, folder=folder)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source distribution and the wheel that is built from it."""
    folder = tmp_path_factory.mktemp("built")
    done = call(uv(), "build", "--out-dir", folder, ROOT, folder=folder)
    if done.returncode and "hatchling" in done.stderr and ("resolve" in done.stderr or "fetch" in done.stderr):
        pytest.skip(f"no build backend can be had: {done.stderr.strip().splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    return folder


def test_wheel_and_source_distribution_hold_every_config(built: Path) -> None:
    configs = ROOT / "configs"
    wanted = {path.relative_to(configs).as_posix(): path.read_bytes() for path in configs.rglob("*") if path.is_file()}
    assert {"korea-2030.toml", "policies/doubled-parks.toml", "theory/bass.toml", "evidence/korea-2030.parquet"} <= set(wanted)
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        place = "aixsim/configs/"
        held = {name.removeprefix(place): wheel.read(name) for name in wheel.namelist() if name.startswith(place)}
        typed = "aixsim/py.typed" in wheel.namelist()
    assert held == wanted
    assert typed == (ROOT / "src" / "aixsim" / "py.typed").exists()
    with tarfile.open(next(built.glob("*.tar.gz"))) as source:
        names = {name.partition("/configs/")[2] for name in source.getnames() if "/configs/" in name}
    assert set(wanted) <= names


def test_the_installed_program_runs_a_packaged_config(built: Path, tmp_path: Path) -> None:
    """With the libraries of this environment and without its aixsim; on the reference engine, which compiles nothing."""
    does(uv(), "venv", "--quiet", "--python", sys.executable, "own", folder=tmp_path)
    python, aixsim = tmp_path / "own" / "bin" / "python", tmp_path / "own" / "bin" / "aixsim"
    does(uv(), "pip", "install", "--quiet", "--no-deps", "--python", python, next(built.glob("*.whl")), folder=tmp_path)
    own = next((tmp_path / "own" / "lib").glob("python*/site-packages"))
    # What a .pth file names is searched, but the .pth files there are not read: the editable aixsim stays out.
    (own / "libraries.pth").write_text("\n".join(site.getsitepackages()))
    empty = tmp_path / "empty"
    empty.mkdir()
    where = does(python, "-c", "import aixsim, sys; sys.stdout.write(aixsim.__file__)", folder=empty)
    assert Path(where).is_relative_to(own)
    assert does(aixsim, "--version", folder=empty).startswith("aixsim ")
    assert "500 launched by 2030-12" in does(aixsim, *RUN, "--engine", "mesa", folder=empty)
    assert sorted(path.name for path in empty.iterdir()) == ["out"]
    provenance = json.loads((empty / "out" / "provenance.json").read_text())
    assert (provenance["config"], provenance["replicates_done"], provenance["git_commit"]) == ("korea-2030", 2, None)
    # The file in the clone is the same run: everything that determines its numbers is equal.
    here = load(ROOT / "configs" / "korea-2030.toml", {"population.scale": 0.002, "monte_carlo.replicates": 2})
    assert job_id(Job.of_run(here)) == provenance["run_id"]
    assert (empty / "out" / "config.toml").read_text(encoding="utf-8") == here.to_toml()


def test_a_clone_uses_its_own_configs() -> None:
    assert shipped_folder() == ROOT / "configs"


def interpreter(version: str, folder: Path) -> str:
    """Returns the path of a Python: one that is on the path, or that pyenv keeps beside it."""
    found = call(uv(), "python", "find", "--no-python-downloads", "--no-project", version, folder=folder)
    if found.returncode == 0:
        return str(found.stdout.strip())
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    kept = sorted(versions.glob(f"{version}.*/bin/python"))
    if not kept:
        pytest.skip(f"there is no Python {version}")
    return str(kept[-1])


@pytest.mark.verify
@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_the_wheel_installs_with_its_dependencies(version: str, built: Path, tmp_path: Path) -> None:
    does(uv(), "venv", "--quiet", "--python", interpreter(version, tmp_path), "own", folder=tmp_path)
    python, aixsim = tmp_path / "own" / "bin" / "python", tmp_path / "own" / "bin" / "aixsim"
    does(uv(), "pip", "install", "--quiet", "--python", python, next(built.glob("*.whl")), folder=tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert does(aixsim, "--version", folder=empty).startswith("aixsim ")
    assert "500 operating" in does(aixsim, *RUN, folder=empty)
    provenance = json.loads((empty / "out" / "provenance.json").read_text())
    assert provenance["python"].startswith(version)
