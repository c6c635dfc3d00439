"""The public names: few, typed, quick to import, and calls that refuse bad arguments with their facts."""

from __future__ import annotations

import inspect
import json
import pickle
import subprocess
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

import aixsim
from aixsim.errors import ArgumentError
from aixsim.runs.progress import Clock, Status
from aixsim.runs.progress_bar import shown
from tests.cli.run_cli import run_cli

THEORY = Path(__file__).parents[2] / "configs" / "theory"
SMALL = {"population.firms": 200, "monte_carlo.replicates": 6}


@pytest.fixture(scope="module")
def study() -> aixsim.Study:
    return aixsim.load(THEORY / "budget.toml", SMALL)


def test_every_public_name_is_there_and_no_other() -> None:
    assert all(getattr(aixsim, name) is not None for name in aixsim.__all__)
    assert dir(aixsim) == sorted(aixsim.__all__)
    assert sorted(aixsim._HOMES) == sorted(set(aixsim.__all__) - {"__version__"})
    assert len(aixsim.__all__) <= 30
    with pytest.raises(AttributeError, match="has no attribute 'simulate'"):
        _ = aixsim.simulate  # type: ignore[attr-defined]


def test_the_version_is_that_of_the_distribution(tmp_path: Path) -> None:
    assert aixsim.__version__ == version("aixsim")
    assert run_cli(["--version"], tmp_path).out == f"aixsim {version('aixsim')}\n"


def test_every_public_name_says_what_it_is_and_has_types() -> None:
    for name in set(aixsim.__all__) - {"__version__"}:
        item = getattr(aixsim, name)
        assert inspect.getdoc(item), name
        if inspect.isfunction(item):
            hints = inspect.signature(item)
            assert hints.return_annotation is not inspect.Signature.empty, name
            assert all(one.annotation is not inspect.Parameter.empty for one in hints.parameters.values()), name
    assert (Path(aixsim.__file__).parent / "py.typed").is_file()


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = (
        "import sys, aixsim; heavy = {'numpy', 'pandas', 'pyarrow', 'pydantic', 'numba', 'mesa', 'matplotlib', 'typer'};"
        " print(sorted(heavy & set(sys.modules))); aixsim.open_result; print(sorted({'numba', 'mesa', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["[]", "[]"]


def test_a_run_in_memory_is_a_result(study: aixsim.Study) -> None:
    result = aixsim.run(study, progress=False)
    assert isinstance(result, aixsim.Result)
    assert result.trajectories()["replicate"].nunique() == 6
    assert result.config["title"] == study.title
    twin = pickle.loads(pickle.dumps(result))
    assert twin.groups().equals(result.groups())
    assert twin.provenance == result.provenance
    assert aixsim.run(study, replicates=2).provenance["replicates_done"] == 2


def test_a_run_in_memory_and_one_in_a_folder_are_the_same(study: aixsim.Study, tmp_path: Path) -> None:
    memory, folder = aixsim.run(study), aixsim.run(study, out=str(tmp_path / "out"))
    for table in ("trajectories", "groups", "projects", "parameters", "money"):
        assert getattr(memory, table)().equals(getattr(folder, table)()), table
    again = aixsim.open_result(str(tmp_path / "out"))
    assert again.goals.equals(memory.goals)
    assert again.counting == memory.counting
    assert json.loads(json.dumps(memory.firms)) == folder.firms
    more = aixsim.run(study.with_({"mechanisms.innovation.rate": 0.2}), progress=False)
    frame = aixsim.compare(memory, more).to_frame() if memory.provenance["goals"] else None
    assert frame is None or not frame.empty


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"replicates": "x"}, "replicates"), ({"replicates": 0}, "replicates"), ({"replicates": -1}, "replicates"),
        ({"replicates": 10**10}, "replicates"),
        ({"replicates": 2.0}, "replicates"), ({"replicates": True}, "replicates"), ({"workers": 0}, "workers"),
        ({"workers": None}, "workers"), ({"engine": "Kernel"}, "engine"), ({"engine": None}, "engine"), ({"out": 3}, "out"),
        ({"out": "a\0b"}, "out"), ({"out": ""}, "out"), ({"progress": "yes"}, "progress"), ({"study": "configs/korea.toml"}, "study"),
        ({"study": None}, "study"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_before_anything_runs(study: aixsim.Study, options: dict[str, Any], argument: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        aixsim.run(**{"study": study, "replicates": 1, **options})
    assert caught.value.argument == argument
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("options", "argument"), [({"study": 3}, "study"), ({"workers": -2}, "workers"), ({"out": b"x"}, "out")])
def test_bad_arguments_of_a_sweep_are_refused(tmp_path: Path, options: dict[str, Any], argument: str) -> None:
    (tmp_path / "study.toml").write_text('base = "base.toml"\n[factors]\n"mechanisms.innovation.rate" = [0.1]\n')
    (tmp_path / "base.toml").write_text((THEORY / "isolated-firm.toml").read_text())
    with pytest.raises(ArgumentError) as caught:
        aixsim.sweep(**{"study": tmp_path / "study.toml", "out": tmp_path / "out", **options})
    assert caught.value.argument == argument


def test_errors_are_of_one_family(tmp_path: Path) -> None:
    assert issubclass(aixsim.ConfigError, aixsim.UserError)
    assert issubclass(aixsim.StoreError, aixsim.UserError)
    with pytest.raises(aixsim.StoreError):
        aixsim.open_result(tmp_path)
    with pytest.raises(aixsim.UserError, match="is not the folder of a sweep"):
        aixsim.open_sweep(tmp_path)


# --- progress


def status(done: int, wanted: int = 10, failed: int = 0) -> Status:
    return Clock(1).status("running", "run", Counter(), 1, wanted=wanted, done=done, failed=failed, level=0.5, goal="", study="")


def test_a_function_is_told_the_progress_to_the_end(study: aixsim.Study) -> None:
    told: list[Status] = []
    aixsim.run(study, progress=told.append)
    assert (told[-1].done, told[-1].wanted, told[-1].failed, told[-1].state) == (6, 6, 0, "complete")


def test_a_bar_shows_what_is_done_and_failed(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(True) as show:
        show(status(3))
        show(status(8, failed=1))
        show(status(9, wanted=20, failed=1))
    text = capsys.readouterr().err
    assert "3/10" in text
    assert "9/10" in text
    assert "10/20" in text
    assert "1 failed" in text


def test_nothing_is_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str], study: aixsim.Study) -> None:
    for progress in (None, False):
        aixsim.run(study, replicates=1, progress=progress)
    assert capsys.readouterr() == ("", "")


def test_in_a_notebook_a_bar_appears_once_a_run_takes_a_second(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ipykernel", sys)
    for delay, words in ((30.0, ""), (0.0, "2/10")):
        monkeypatch.setattr("aixsim.runs.progress_bar._DELAY", delay)
        with shown(None) as show:
            show(status(1))
            show(status(2))
        text = capsys.readouterr().err
        assert words in text if words else not text
