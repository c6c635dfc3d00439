"""A command answers before anything heavy is loaded that it does not need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_bad_configs import GOOD

HEAVY = ("numba", "mesa", "pandas", "matplotlib", "seaborn", "scipy", "pyarrow", "networkx", "rich")
PROBE = """
import sys
from aixsim.cli import main
try:
    main(sys.argv[2:])
except SystemExit as end:
    code = end.code
loaded = [name for name in sys.argv[1].split() if name in sys.modules]
sys.stderr.write(" ".join(loaded))
sys.exit(code)
"""


def loads(arguments: list[str], folder: Path, watched: tuple[str, ...] = HEAVY) -> tuple[int, str, list[str]]:
    """Returns exit code, output and which of the watched modules a command has imported, in a process of its own."""
    command = [sys.executable, "-c", PROBE, " ".join(watched), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    return done.returncode, done.stdout, done.stderr.split()


def test_help_loads_nothing_at_all(tmp_path: Path) -> None:
    code, out, loaded = loads(["--help"], tmp_path, (*HEAVY, "numpy", "pydantic"))
    assert (code, loaded) == (0, [])
    assert "Usage: aixsim" in out


def test_help_answers_at_once(tmp_path: Path) -> None:
    """In half a second on a machine that does nothing else: the fastest of a few, in time of the processor."""
    command = [sys.executable, "-m", "aixsim", "--help"]
    seconds = []
    for _ in range(4):
        before = os.times()
        subprocess.run(command, capture_output=True, check=True, cwd=tmp_path)
        after = os.times()
        seconds.append(after.children_user + after.children_system - before.children_user - before.children_system)
    assert min(seconds) < 0.5


def test_every_way_to_ask_for_version_and_help(tmp_path: Path) -> None:
    import aixsim

    command = [sys.executable, "-m", "aixsim", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout == f"aixsim {aixsim.__version__}\n"
    for one, other in ((["help"], ["--help"]), (["help", "run"], ["run", "--help"])):
        assert loads(one, tmp_path) == loads(other, tmp_path)
    assert loads(["help", "rum"], tmp_path)[0] == 2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete_commands_and_options(shell: str, tmp_path: Path) -> None:
    """The script that ``--show-completion`` prints asks the program for words in this way."""
    environment = {**os.environ, "HOME": str(tmp_path), "_AIXSIM_COMPLETE": f"complete_{shell}"}
    asked = {
        "bash": {"COMP_WORDS": "aixsim ru", "COMP_CWORD": "1"},
        "zsh": {"_TYPER_COMPLETE_ARGS": "aixsim ru"},
        "fish": {"_TYPER_COMPLETE_ARGS": "aixsim ru", "_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_WORD_TO_COMPLETE": "ru"},
    }
    command = [sys.executable, "-m", "aixsim"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment | asked[shell], cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "run" in done.stdout
    assert "sweep" not in done.stdout
    told = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    script = subprocess.run([*command, "--show-completion", shell], capture_output=True, text=True, check=False, env=told, cwd=tmp_path)
    assert script.returncode == 0, script.stderr
    assert "_AIXSIM_COMPLETE" in script.stdout


# Typer itself loads pydantic to take the arguments of a command apart.
@pytest.mark.parametrize("command", ["run", "plot", "compare", "check", "describe", "schema", "init", "help"])
def test_the_help_of_a_command_loads_nothing_heavy(command: str, tmp_path: Path) -> None:
    code, out, loaded = loads([command, "--help"], tmp_path, (*HEAVY, "numpy"))
    assert (code, loaded) == (0, [])
    assert f"Usage: aixsim {command}" in out


@pytest.mark.parametrize("arguments", [["describe"], ["describe", "mechanisms.peers"], ["schema"], ["init"]])
def test_what_needs_no_simulation_loads_nothing_heavy(arguments: list[str], tmp_path: Path) -> None:
    code, out, loaded = loads(arguments, tmp_path)
    assert (code, loaded) == (0, [])
    assert out


def test_what_is_loaded_is_noticed(tmp_path: Path) -> None:
    code, _, loaded = loads(["describe"], tmp_path, ("numpy", "pydantic"))
    assert (code, loaded) == (0, ["numpy", "pydantic"])


def test_help_names_the_default_folder_in_full(tmp_path: Path) -> None:
    assert "[default: results/NAME/ID]" in " ".join(loads(["run", "--help"], tmp_path)[1].split())


def test_a_second_start_of_a_run_compiles_nothing(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(GOOD)
    probe = """
from numba.core import event
from aixsim import engines
from aixsim import load
from aixsim.config.build import problems
from aixsim.engines.kernel.tabulate import tables
from aixsim.model.draw_scenario import draw_scenario
seen = event.RecordingListener()
event.register("numba:compile", seen)
problem = problems(load("study.toml"))(0)
scenario = draw_scenario(problem, 0)
engines.prepare("kernel", problem, scenario)
tables(engines.engine("kernel")(problem, scenario), scenario.counts, problem.horizon.n_months, problem.population)
print(len(seen.buffer))
"""
    first, second = (
        subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=tmp_path) for _ in range(2)
    )
    assert first.stdout
    assert (second.stdout.split(), second.stderr) == (["0"], "")


def test_a_run_without_figures_loads_neither_pandas_nor_matplotlib(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    watched = ("pandas", "matplotlib", "seaborn", "pyarrow.dataset", "scipy.stats", "mesa")
    for times in range(2):
        code, out, loaded = loads(["run", "good.toml", "-o", f"out-{times}", "--workers", "1", "--figures", "none"], tmp_path, watched)
        assert (code, [name for name in loaded if name in watched]) == (0, [])
        assert "Results: " in out


def test_warnings_are_one_line_without_source_code(tmp_path: Path) -> None:
    code = "from aixsim.cli import main\nimport warnings\ntry: main(['--version'])\nexcept SystemExit: warnings.warn('no font')\n"
    (tmp_path / "warns.py").write_text(code)
    done = subprocess.run([sys.executable, tmp_path / "warns.py"], capture_output=True, text=True, check=False)
    assert done.stderr == "no font\n"
