"""What is computed already is reused only where nothing that determines it has changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from aixsim.config import load
from aixsim.config.sweep_study import load_sweep
from aixsim.evidence import calibration
from aixsim.evidence.calibration import identity_of
from aixsim.model import fingerprint
from aixsim.model.plugins import Plugin, plugin_of
from aixsim.runs.identity import inputs_of, job_id
from aixsim.runs.job import Job
from tests.runs.small_sweeps import CONFIG, STUDY, write_study

THEORY = Path(__file__).parents[2] / "configs" / "theory"


def test_a_users_own_tables_count_by_their_content(tmp_path: Path) -> None:
    shutil.copytree(THEORY / "data", tmp_path / "data")
    shutil.copy(THEORY / "isolated-firm.toml", tmp_path)
    study = load(tmp_path / "isolated-firm.toml")
    own = study.files.values()
    assert len(own) == 2
    before = identity_of(study, "calibration")
    assert identity_of(study, "calibration") == before
    assert identity_of(study, "backtest") != before
    for file in own:
        text = file.read_text(encoding="utf-8")
        file.write_text(f"{text}\n", encoding="utf-8")
        assert identity_of(study, "calibration") != before
        file.write_text(text, encoding="utf-8")
    assert identity_of(study, "calibration") == before


BEDS = (Path(__file__).parents[2] / "docs" / "how-to" / "my_lever.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("what", ["run", "sweep", "calibration"])
def test_an_installed_plugin_that_is_used_counts_by_its_code(what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def installed_as(digest: str) -> None:
        items = plugin_of("own.py", "own.py", BEDS.encode()).items
        plugin = Plugin("beds", "entry point 'beds' of the package own", None, digest, items)
        monkeypatch.setattr("aixsim.model.registry.installed", lambda: (plugin,))

    def identity(*, used: bool) -> str:
        write_study(tmp_path, STUDY, CONFIG + ("[levers.test_beds]\nshare = 0.1\n" if used else ""))
        if what == "sweep":
            job = Job.of_sweep(load_sweep(tmp_path / "tiny.toml"))
        else:
            study = load(tmp_path / "small.toml").with_seed(1)
            if what == "calibration":
                return identity_of(study, what)
            job = Job.of_run(study)
        return job_id(job)

    installed_as("a" * 64)
    used, unused = identity(used=True), identity(used=False)
    assert identity(used=True) == used
    installed_as("b" * 64)
    assert identity(used=True) != used
    assert identity(used=False) == unused, "the twin: what is not used changes nothing"


def test_plugins_of_one_name_in_two_policies_both_count(tmp_path: Path) -> None:
    for folder, meaning in (("a", "one"), ("b", "other")):
        write_study(tmp_path / folder, STUDY, CONFIG + "[plugins]\nfiles = ['own.py']\n[levers.test_beds]\nshare = 0.1\n")
        (tmp_path / folder / "own.py").write_text(f"{BEDS}# {meaning}\n")
    studies = [load(tmp_path / folder / "small.toml", allow_plugins=True) for folder in ("a", "b")]
    assert len(inputs_of(zip(("plan", "mine"), studies, strict=True))["plugins"]) == 2


@pytest.mark.parametrize("part", ["config/models.py", "runs/replicates.py", "runs/tables.py", "model/funding.py", "results/goals.py"])
def test_the_code_behind_stored_numbers_counts(part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Goals are made anew from stored replicates, so their code has a hash of its own; all else makes another run."""
    package = tmp_path / "aixsim"
    shutil.copytree(Path(fingerprint.__file__).parents[1], package)
    monkeypatch.setattr(fingerprint, "files", lambda _: package)

    def hashes() -> tuple[str, str]:
        for cached in (fingerprint.model_hash, fingerprint.replicates_hash, fingerprint.results_hash):
            cached.cache_clear()
        return fingerprint.replicates_hash(), fingerprint.results_hash()

    before = hashes()
    with (package / part).open("a") as stream:
        stream.write("# changed\n")
    after = hashes()
    monkeypatch.undo()
    for cached in (fingerprint.model_hash, fingerprint.replicates_hash, fingerprint.results_hash):
        cached.cache_clear()
    assert (after[0] != before[0]) is not part.startswith("results")
    assert (after[1] != before[1]) is (part in ("results/goals.py", "runs/tables.py"))


def test_the_code_that_weighs_counts_too(monkeypatch: pytest.MonkeyPatch) -> None:
    study = load(THEORY / "calibration.toml")
    before = identity_of(study, "calibration")
    monkeypatch.setattr(calibration, "_CODE", ("config", "random", "runs", "stats"))
    assert identity_of(study, "calibration") != before
