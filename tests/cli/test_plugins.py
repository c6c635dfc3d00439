"""Mechanisms and levers of a user's own, as files and as entry points of a package."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import aixsim
from aixsim.config import load
from aixsim.config.study import load_without_plugins
from aixsim.config.validation import ConfigError
from aixsim.errors import ArgumentError
from aixsim.model.plugins import plugin_of
from tests.cli.run_cli import run_cli

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PAGE = (HOW_TO / "own-lever.md").read_text(encoding="utf-8")
STUDY = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]
LAW = """
from aixsim.model.mechanism import Mechanism
from aixsim.model.parameters import Parameters, real

STEPS = {"first": 0.5}

class Own(Parameters):
    rate: float = real(0.01, "1/month", 0.0, 1.0, "a rate", "assumed", "assumed", "0.001 to 0.1")

def hazard(sensed, p):
    return BODY

MECHANISM = Mechanism("own", "A law", "a law", "peer_share", hazard, Own, "assumed")
"""
WITH_LAW = """
title = "A law"
horizon = { start = "2024-01", end = "2024-06" }
population = { kind = "homogeneous", firms = 50 }
network = { kind = "none" }
funding = { mode = "open" }
monte_carlo = { replicates = 2, seed = 1 }
plugins.files = ["law.py"]
mechanisms = { innovation = { rate = 0.1 }, own = { rate = 0.2 } }
"""

QUICK = 'p.rate * STEPS["first"]'
"""A body that Numba cannot compile: a test that is not about engines does not wait for a kernel with the law."""


def law(body: str) -> str:
    return LAW.replace("BODY", body)


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    command = import_module("aixsim.cli.run")
    monkeypatch.setattr(command, "_draw", lambda folder, *_, **__: (folder / "figures").mkdir(exist_ok=True))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """The page's example, and a smaller one."""
    for name in ("my_lever.py", "my_mechanism.py"):
        shutil.copy(HOW_TO / name, tmp_path)
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    (tmp_path / "small.toml").write_text(WITH_LAW, encoding="utf-8")
    return tmp_path


def provenance(folder: Path) -> dict[str, object]:
    document: dict[str, object] = json.loads((folder / "provenance.json").read_text())
    return document


def test_the_pages_example_is_the_same_on_both_engines(place: Path) -> None:
    """A kernel that was made without the law is made anew; workers know it too."""
    (place / "plain.toml").write_text(WITH_LAW.replace('plugins.files = ["law.py"]', "").replace(", own = { rate = 0.2 }", ""))
    assert run_cli(["run", "plain.toml", "-o", "plain", "--workers", "1"], place).code == 0
    for engine, workers in (("kernel", 2), ("mesa", 1)):
        ended = run_cli(["run", "study.toml", "--allow-plugins", "-o", engine, "--workers", str(workers), "--engine", engine], place)
        assert ended.code == 0, ended.err
        assert f"mechanisms.bandwagon: runs on the engine {engine}\n" in ended.err
        assert provenance(place / engine)["engine"] == engine
        assert provenance(place / engine)["engine_reason"] is None
    for table in ("trajectories", "groups", "parameters", "money"):
        assert (place / "kernel" / f"{table}.parquet").read_bytes() == (place / "mesa" / f"{table}.parquet").read_bytes()
    ended = run_cli(
        ["run", "study.toml", "--allow-plugins", "-o", "without", "--workers", "1", "--set", "mechanisms.bandwagon=false"], place
    )
    assert ended.code == 0, ended.err
    assert (place / "without" / "trajectories.parquet").read_bytes() != (place / "kernel" / "trajectories.parquet").read_bytes()

    again = run_cli(["run", "kernel/config.toml", "--allow-plugins", "-o", "kernel"], place)
    assert "already complete" in again.err, "the result folder holds all that it takes to run again"
    for name in ("my_lever.py", "my_mechanism.py"):
        (place / name).write_text((place / name).read_text() + "# another content\n")
        assert run_cli(["run", "study.toml", "--allow-plugins", "-o", "kernel"], place).code == 4, "a different run"
        shutil.copy(HOW_TO / name, place)
    assert "already complete" in run_cli(["run", "study.toml", "--allow-plugins", "-o", "kernel"], place).err


def test_the_pages_example_passes_its_checks(place: Path) -> None:
    ended = run_cli(["check", "--plugin", "my_lever.py", "--plugin", "my_mechanism.py"], place)
    assert ended.code == 0, ended.out + ended.err
    assert ended.out.count("  holds  ") == 11
    assert ended.out.count("both engines agree") == 2
    shown = run_cli(["describe", "test_beds", "--plugin", "my_lever.py"], place)
    assert "share of a project's cost" in shown.out


@pytest.mark.parametrize("body", ['p.rate * STEPS["first"] * sensed', "p.rate * sum([sensed, sensed])"])
def test_a_law_that_does_not_compile_runs_on_the_reference_engine(place: Path, body: str) -> None:
    (place / "law.py").write_text(law(body))
    ended = run_cli(["run", "small.toml", "--allow-plugins", "-o", "out", "--workers", "2"], place)
    assert ended.code == 0, ended.err
    assert "mechanisms.own: runs on the engine mesa only" in ended.err
    stored = provenance(place / "out")
    assert stored["engine"] == "mesa"
    assert "Numba cannot compile it" in str(stored["engine_reason"])
    refused = run_cli(["run", "small.toml", "--allow-plugins", "--verify", "1"], place)
    assert (refused.code, refused.err.count("\n")) == (2, 2)
    checked = run_cli(["check", "--plugin", "law.py"], place)
    assert checked.code == 0
    assert "  note   the law compiles: it runs only on the engine mesa" in checked.out


FAULTS = {
    "missing": (None, "cannot be read"),
    "no Python": ("MECHANISM = (", "is not Python: line 1"),
    "no text": (b"\xff\xfe", "is not UTF-8"),
    "raises": ("import math\n1 / 0\n", "raises ZeroDivisionError (division by zero) in line 2"),
    "exits": ("raise SystemExit(3)\n", "raises SystemExit"),
    "nothing": ("x = 1\n", "defines neither MECHANISM nor LEVER"),
    "something else": ("MECHANISM = 1\n", "its MECHANISM is a int"),
    "name of the package": (law("p.rate").replace('"own"', '"peers"'), "has the name of one of aixsim itself"),
    "twice": (law("p.rate") + "MECHANISMS = (MECHANISM,)\n", "has the name of one of law.py"),
    "no parameters": (law("p.rate").replace("hazard, Own", "hazard, (Own,)"), "parameters is a class derived from Parameters"),
    "no type": (law("p.rate").replace("rate: float =", "rate ="), "Own.rate has no type"),
    "default outside": (law("p.rate").replace("0.01,", "2.0,"), "its default 2.0 is no number from 0 to 1"),
    "no sense": (law("p.rate").replace('"peer_share"', '"smell"'), "senses is 'smell'"),
    "negative": (law("p.rate * (0.5 - sensed)"), "it is -0.0"),
    "no number": (law("float('nan')"), "it is nan"),
    "raises inside its range": (law("sensed / p.rate"), "it raises ZeroDivisionError"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_cannot_be_used_is_one_clear_line(place: Path, fault: str) -> None:
    content, told = FAULTS[fault]
    if content is not None:
        (place / "law.py").write_bytes(content if isinstance(content, bytes) else content.encode())
    ended = run_cli(["run", "small.toml", "--allow-plugins", "-o", "out"], place)
    assert (ended.code, ended.out) == (2, ""), ended.err
    executes, told_in_full = ended.err.splitlines()
    assert executes == "executes the Python code of law.py"
    assert told_in_full.startswith("small.toml, line 8: plugins.files: law.py: ")
    assert told in ended.err
    assert not (place / "out").exists()


@pytest.mark.parametrize("name", ["../law.py", "/law.py", "law.txt", "sub/../law.py"])
def test_files_stay_below_the_configs_folder(place: Path, name: str) -> None:
    (place / "small.toml").write_text(WITH_LAW.replace("law.py", name))
    ended = run_cli(["run", "small.toml", "--allow-plugins"], place)
    assert ended.code == 2
    assert f"plugins.files: found '{name}'; allowed: Python files below the config's folder" in ended.err


MARK = 'from pathlib import Path\nPath("executed").touch()\n'


@pytest.fixture
def strange(place: Path) -> Path:
    """Somebody else's config: its file leaves a mark when it is executed."""
    (place / "law.py").write_text(MARK + law(QUICK))
    (place / "sweep.toml").write_text('base = "small.toml"\n[monte_carlo]\nreplicates = 1\nseed = 1\n')
    goal = '[[goal]]\nname = "g"\noutcome = "launched"\nat_least = 1\nby = "2024-06"\n'
    (place / "small.toml").write_text(WITH_LAW + goal)
    return place


@pytest.mark.parametrize("command", ["run", "sweep", "calibrate", "calibrate --self-check 20", "backtest", "compare"])
def test_code_of_a_config_is_not_executed_unasked(strange: Path, command: str) -> None:
    name = "sweep.toml" if command == "sweep" else "small.toml"
    files = {item.name for item in strange.iterdir()}
    ended = run_cli([*command.split(), name, *(["small.toml"] if command == "compare" else [])], strange)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1), ended.err
    assert "small.toml, line 8: plugins.files: names Python code: law.py; allowed: --allow-plugins" in ended.err
    assert {item.name for item in strange.iterdir()} == files


def test_check_and_ledger_execute_only_what_the_user_names(strange: Path) -> None:
    checked = run_cli(["check", "small.toml"], strange)
    assert checked.code == 0, checked.err
    assert "  left out: mechanisms.own; its Python files are not executed; to include them, add --plugin law.py\n" in checked.out
    assert "mechanisms: innovation\n" in checked.out
    shown = run_cli(["describe", "small.toml", "--ledger"], strange)
    assert shown.code == 0
    assert "left out: mechanisms.own" in shown.err
    (strange / "small.toml").write_text((strange / "small.toml").read_text().replace("rate = 0.1", "rate = -1"))
    assert "mechanisms.innovation.rate" in run_cli(["check", "small.toml"], strange).err, "what needs no file is validated as ever"
    expects = '[[expect]]\nname = "e"\noutcome = "launched"\nby = "2024-06"\nat_least = 1.0\n'
    (strange / "small.toml").write_text(WITH_LAW + expects)
    refused = run_cli(["check", "small.toml"], strange)
    assert (refused.code, refused.err.count("\n")) == (2, 1), "expectations cannot be tested without the law"
    assert "[[expect]] statements are not tested" in refused.err
    assert not (strange / "executed").exists()

    checked = run_cli(["check", "small.toml", "--plugin", "law.py"], strange)
    assert checked.code == 0, checked.err
    assert "mechanisms: innovation, own\n" in checked.out
    assert "  holds  e: " in checked.out
    assert (strange / "executed").exists(), "the twin: executing it leaves the mark"


def test_reading_a_result_executes_nothing(strange: Path) -> None:
    for out in ("a", "b"):
        ended = run_cli(["run", "small.toml", "--allow-plugins", "-o", out, "--workers", "1"], strange)
        assert ended.code == 0, ended.err
        assert "executes the Python code of law.py\n" in ended.err
    sweep = run_cli(["sweep", "sweep.toml", "--allow-plugins", "-o", "s", "--workers", "1"], strange)
    assert sweep.code == 0, sweep.err
    assert "executes the Python code of law.py\n" in sweep.err
    (strange / "executed").unlink()
    plugin_of.cache_clear()
    assert (strange / "a" / "law.py").is_file()
    for command in ("plot a -k adoption -o a.png", "compare a b", "status a", "status s", "compare s", "update a --observe 2024-06=50"):
        run_cli(command.split(), strange)
        assert not (strange / "executed").exists(), command
    run_cli(["run", "a/config.toml", "--allow-plugins", "-o", "c", "-n", "1", "--workers", "1"], strange)
    assert (strange / "executed").exists(), "the twin: running it does"


def test_the_library_asks_too(strange: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(strange)  # where the mark is left
    with pytest.raises(ConfigError, match="allow_plugins=True"):
        load(strange / "small.toml")
    with pytest.raises(ConfigError, match="allow_plugins=True"):
        aixsim.sweep(strange / "sweep.toml", strange / "out")
    with pytest.raises(ArgumentError):
        load(strange / "small.toml", allow_plugins="no")  # type: ignore[arg-type]
    study = load(strange / "small.toml", allow_plugins=True)
    assert study.with_({"mechanisms.own.rate": 0.3}).settings["mechanisms"]["own"]["rate"] == 0.3
    with pytest.raises(ConfigError, match="allow_plugins=True"):
        load_without_plugins(strange / "small.toml")[0].with_({"plugins.files": ["law.py"]})


def test_a_lever_that_raises_is_the_users_to_fix(place: Path) -> None:
    text = (HOW_TO / "my_lever.py").read_text().replace("first, end = window(p, problem.horizon)", "first, end = {}['nothing']")
    (place / "my_lever.py").write_text(text)
    ended = run_cli(["run", "study.toml", "--allow-plugins", "-o", "out"], place)
    assert (ended.code, ended.err.count("\n")) == (6, 3), ended.err
    assert "my_lever.py: lever 'test_beds' raises KeyError ('nothing') in line " in ended.err


def test_a_config_knows_its_own_plugins_alone(place: Path) -> None:
    (place / "law.py").write_text(law(QUICK))
    assert run_cli(["check", "small.toml", "--plugin", "law.py"], place).code == 0
    (place / "small.toml").write_text(WITH_LAW.replace('plugins.files = ["law.py"]', ""))
    ended = run_cli(["check", "small.toml"], place)
    assert ended.code == 2
    assert "unknown key 'own'" in ended.err


def test_checks_find_planted_faults(place: Path) -> None:
    """A lever whose neutral setting acts and that ignores its stop; a law that falls in what is sensed."""
    text = (HOW_TO / "my_lever.py").read_text()
    (place / "my_lever.py").write_text(text.replace("[first:end,", "[first:,").replace("p.share", "0.01 + p.share"))
    ended = run_cli(["check", "--plugin", "my_lever.py"], place)
    assert ended.code == 1
    assert "FAILS  the neutral setting changes nothing: support of the scenario of replicate 0 differ" in ended.out
    assert "FAILS  acts only inside its window: with the window from 2025-07 to before 2027-01 it changes support outside" in ended.out
    (place / "law.py").write_text(law('p.rate * (1.0 - sensed) * STEPS["first"]'))
    ended = run_cli(["check", "--plugin", "law.py"], place)
    assert ended.code == 1
    assert "FAILS  the hazard does not decrease with the sense: it falls from" in ended.out
    (place / "law.py").write_text(law("-p.rate"))
    ended = run_cli(["check", "--plugin", "law.py"], place)
    assert ended.code == 1
    assert "FAILS  the hazard is a finite number and not negative" in ended.out


def test_an_installed_package_offers_its_levers(tmp_path: Path) -> None:
    package, about = tmp_path / "own_beds", tmp_path / "own_beds-1.0.dist-info"
    package.mkdir()
    about.mkdir()
    (package / "__init__.py").write_text("")
    shutil.copy(HOW_TO / "my_lever.py", package / "beds.py")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: own-beds\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[aixsim.plugins]\nbeds = own_beds.beds\n")

    def aixsim(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))}
        return subprocess.run(
            [sys.executable, "-m", "aixsim", *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    assert "levers.test_beds" in aixsim("describe").stdout
    (tmp_path / "study.toml").write_text(
        WITH_LAW.replace('plugins.files = ["law.py"]', "").replace(", own = { rate = 0.2 }", "") + "levers.test_beds.share = 0.3\n"
    )
    checked = aixsim("check", "study.toml")
    assert "plugin beds: levers.test_beds" in checked.stdout, checked.stderr
    (package / "beds.py").write_text("1 / 0\n")
    broken = aixsim("describe")
    assert (broken.returncode, broken.stderr.count("\n")) == (2, 1)
    assert "entry point 'beds' of the package own-beds: raises ZeroDivisionError" in broken.stderr
