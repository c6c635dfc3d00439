"""Packs: complete, verified, safe to open, and run again byte for byte; what differs is told."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import aixsim
from aixsim.errors import StoreError, UserError
from aixsim.runs.files import checksum, file_checksum
from aixsim.runs.provenance import sealed
from aixsim.sharing.research_object import METADATA
from tests.cli.run_cli import run_cli
from tests.runs.small_sweeps import STUDY, write_study
from tests.sharing.shared_runs import CONFIG, PAYLOADS, PROGRAMME, make_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> aixsim.Result:
    result = make_run(tmp_path_factory.mktemp("run"))
    (result.path / "figures").mkdir()
    (result.path / "figures" / "adoption.svg").write_text("<svg/>")
    return result


@pytest.fixture(scope="module")
def packed(run: aixsim.Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return aixsim.pack(run.path, tmp_path_factory.mktemp("packed") / "run.zip", licence="CC-BY-4.0")


@pytest.fixture
def own(run: aixsim.Result, tmp_path: Path) -> Path:
    """A copy of the run in another folder, which a test may change."""
    return Path(shutil.copytree(run.path, tmp_path / "moved" / "copy"))


def rewrite(source: Path, target: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Writes a pack again, with the content of some files changed, or without them (None)."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if (content := change(name, old.read(name))) is not None:
                new.writestr(name, content)
    return target


def set_launched(folder: Path, value: int, row: int = 40) -> None:
    """Plants another count into a result, with checksums that fit."""
    path = folder / "trajectories.parquet"
    table = pq.read_table(path)
    counts = table["launched"].to_numpy().copy()
    counts[row] = value
    table = table.set_column(table.column_names.index("launched"), "launched", pa.array(counts))
    path.unlink()  # it is a link to that of the stored replicates
    pq.write_table(table, path)
    said = json.loads((folder / "provenance.json").read_text())
    said["files"]["trajectories.parquet"] = file_checksum(path)
    (folder / "provenance.json").write_text(json.dumps(sealed({key: item for key, item in said.items() if key != "sha256"})))


def test_a_pack_reproduces_byte_for_byte(packed: Path, tmp_path: Path) -> None:
    answer = aixsim.reproduce(packed)
    assert answer.is_same
    rows = answer.frame("compared")
    assert {"trajectories.parquet", "groups.parquet", "goals.json", "config.toml"} <= set(rows["name"])
    assert set(rows["compared"]) == {"bytes"}
    assert answer.frame("versions")["same"].all()
    ended = run_cli(["reproduce", packed, "-n", "3", "--json"], tmp_path)
    assert ended.code == 0
    document = json.loads(ended.out)
    assert document["same"] is True
    assert {row["compared"] for row in document["compared"]["rows"]} == {"rows"}


def test_a_result_in_another_folder_reproduces(own: Path) -> None:
    assert aixsim.reproduce(own).is_same
    assert aixsim.reproduce(own, 2).is_same
    assert aixsim.reproduce(aixsim.pack(own, own.parent / "again.zip")).is_same


@pytest.mark.parametrize("replicates", [None, 4])
def test_the_twin_a_planted_result_does_not_reproduce(own: Path, replicates: int | None, tmp_path: Path) -> None:
    set_launched(own, 99)  # row 40: replicate 1, month 16
    answer = aixsim.reproduce(own, replicates)
    assert not answer.is_same
    [wrong] = [row for row in answer.tables["compared"].rows if not row["same"]]
    assert "launched of replicate 1, month 2025-05-01" in wrong["first_difference"]
    assert "99 then" in wrong["first_difference"]
    assert "No version differs" in answer.sentence
    assert run_cli(["reproduce", own, *(["-n", "4"] if replicates else [])], tmp_path).code == 1


def test_versions_that_differ_are_told(own: Path) -> None:
    said = json.loads((own / "provenance.json").read_text())
    said["packages"]["numpy"], said["model_sha256"] = "1.0", "0" * 64
    (own / "provenance.json").write_text(json.dumps(sealed({key: item for key, item in said.items() if key != "sha256"})))
    answer = aixsim.reproduce(own, 2)
    assert answer.is_same
    assert {row["name"] for row in answer.tables["versions"].rows if not row["same"]} == {"numpy", "model_sha256"}
    assert "numpy" in answer.sentence


def test_a_changed_byte_is_told(packed: Path, own: Path, tmp_path: Path) -> None:
    for name in ("trajectories.parquet", "figures/adoption.svg", "config.toml"):
        changed = rewrite(packed, tmp_path / "a.zip", lambda one, old, name=name: old[:-1] + b"?" if one == name else old)  # type: ignore[misc]
        with pytest.raises(StoreError, match="has changed since it was packed") as refused:
            aixsim.reproduce(changed, 1)
        assert name in str(refused.value)
        assert refused.value.exit_code == 4
    (own / "goals.json").write_bytes((own / "goals.json").read_bytes() + b" ")
    for call in (aixsim.pack, aixsim.reproduce):
        with pytest.raises(StoreError, match=r"goals\.json has changed"):
            call(own)


def test_a_missing_file_is_told(packed: Path, own: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"lacks money\.parquet"):
        aixsim.reproduce(rewrite(packed, tmp_path / "a.zip", lambda name, old: None if name == "money.parquet" else old))
    with pytest.raises(StoreError, match=METADATA):
        aixsim.reproduce(rewrite(packed, tmp_path / "b.zip", lambda name, old: None if name == METADATA else old))
    (own / "money.parquet").unlink()
    for call in (aixsim.pack, aixsim.reproduce):
        with pytest.raises(StoreError, match=r"money\.parquet is missing"):
            call(own)


def test_the_metadata_are_an_ro_crate(packed: Path, run: aixsim.Result) -> None:
    with zipfile.ZipFile(packed) as archive:
        names, document = set(archive.namelist()), json.loads(archive.read(METADATA))
        contents = {name: archive.read(name) for name in names}
    assert document["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    items = {item["@id"]: item for item in document["@graph"]}
    assert len(items) == len(document["@graph"])
    about = items[METADATA]
    assert (about["conformsTo"]["@id"], about["about"]["@id"], about["@type"]) == ("https://w3id.org/ro/crate/1.1", "./", "CreativeWork")
    root = items["./"]
    assert root["@type"] == "Dataset"
    assert root["datePublished"] == run.provenance["written"][:10]
    assert items[root["license"]["@id"]]["name"] == "CC-BY-4.0"
    assert {unquote(part["@id"]) for part in root["hasPart"]} == names - {METADATA}

    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [value["@id"]] if list(value) == ["@id"] else [one for item in value.values() for one in references(item)]
        return [one for item in value for one in references(item)] if isinstance(value, list) else []

    named = [one for item in document["@graph"] for one in references(item) if not one.startswith("https:")]
    assert set(named) <= set(items)
    for name in names - {METADATA}:
        assert items[name]["sha256"] == checksum(contents[name])
        assert items[name]["contentSize"] == str(len(contents[name]))
    action = items["#run"]
    assert items[action["instrument"]["@id"]]["version"] == aixsim.__version__
    assert {one["@id"] for one in action["object"]} == {"config.toml"}


def test_equal_results_give_equal_packs(packed: Path, own: Path) -> None:
    assert aixsim.pack(own, own.parent / "run.zip", licence="CC-BY-4.0").read_bytes() == packed.read_bytes()


def test_harmful_names_stay_text(tmp_path: Path) -> None:
    result = make_run(tmp_path, harmful=True)
    ended = run_cli(["pack", result.path, "-o", "a.zip"], tmp_path)
    assert ended.code == 0, ended.err
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        readme, metadata = archive.read("README.txt").decode(), archive.read(METADATA).decode()
    told = run_cli(["reproduce", "a.zip", "-n", "2"], tmp_path)
    assert told.code == 0
    for text in (readme, metadata, ended.out, told.out, told.err):
        assert not any(sign in text for sign in ("\x1b", "\x07", "\u202e"))
    assert PAYLOADS[1] in readme, "it is plain text"


def test_what_is_no_pack_is_refused(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no zip file")
    (tmp_path / "cut.zip").write_bytes(packed.read_bytes()[:-3000])
    damaged = bytearray(packed.read_bytes())
    damaged[len(damaged) // 2] ^= 0xFF  # in the content of a table
    (tmp_path / "damaged.zip").write_bytes(damaged)
    for name in ("text.zip", "cut.zip", "damaged.zip", "nothing.zip"):
        ended = run_cli(["reproduce", name], tmp_path)
        assert (ended.code, len(ended.err.splitlines()), ended.out) == (2, 1, ""), name
        assert name in ended.err


KILLED = """
import os, signal, sys
from aixsim.sharing import archive
put = archive._put
def dies(*arguments):
    os.kill(os.getpid(), signal.SIGNAL)
    return put(*arguments)
archive._put = dies
archive.pack(sys.argv[1], sys.argv[2])
"""


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM"])
def test_killed_while_packing_leaves_nothing_half_written(run: aixsim.Result, name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    done = subprocess.run([sys.executable, "-c", KILLED.replace("SIGNAL", name), run.path, path], check=False, capture_output=True)
    assert done.returncode == -signal.Signals[name], done.stderr
    assert not path.exists()
    aixsim.pack(run.path, path)
    assert [item.name for item in tmp_path.iterdir()] == ["a.zip"], "the next pack takes the place of the remains"
    assert aixsim.reproduce(path, 1).is_same


def test_an_interrupt_while_packing_leaves_nothing(run: aixsim.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("aixsim.sharing.archive._put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        aixsim.pack(run.path, tmp_path / "new" / "a.zip")
    assert not any(tmp_path.iterdir())


FIRMS = "province,sector,size,agent_type,employees\n" + "Seoul,food,small,SME,20\nBusan,machinery,medium,supplier,90\n" * 60
OWN_FIRMS = CONFIG.replace('kind = "homogeneous", firms = 120', 'kind = "file", file = "firms.csv"').replace('"ring"', '"none"')


def test_the_users_firms_are_packed(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "firms.csv").write_text(FIRMS)
    config = tmp_path / "config" / "own.toml"
    config.write_text(OWN_FIRMS.format(title="t", goal="g", programmes=PROGRAMME.format(name="p")))
    aixsim.run(aixsim.load(config), out=tmp_path / "run", progress=False)
    path = aixsim.pack(tmp_path / "run", tmp_path / "a.zip")
    shutil.rmtree(tmp_path / "config")
    shutil.rmtree(tmp_path / "run")
    assert aixsim.reproduce(path).is_same
    # Planted: a result of an earlier version, which kept no copy.
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "old")
    (tmp_path / "old" / "firms.csv").unlink()
    said = json.loads((tmp_path / "old" / "provenance.json").read_text())
    del said["files"]["firms.csv"], said["sha256"]
    (tmp_path / "old" / "provenance.json").write_text(json.dumps(sealed(said)))
    with pytest.raises(UserError, match=r"firms\.csv"):
        aixsim.pack(tmp_path / "old", tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_a_sweep_is_packed_and_reproduces(tmp_path: Path) -> None:
    sweep = aixsim.sweep(write_study(tmp_path, STUDY.replace("replicates = 12", "replicates = 3")), tmp_path / "sweep", progress=False)
    path = aixsim.pack(sweep.path, tmp_path / "a.zip")
    shutil.rmtree(sweep.path)
    answer = aixsim.reproduce(path)
    assert answer.is_same
    assert len(answer.tables["compared"].rows) == len(sweep.points)
    some = aixsim.reproduce(path, 2, points=2)
    assert some.is_same
    assert [row["rows"] for row in some.tables["compared"].rows] == [2 * sweep.horizon.n_months] * 2


def test_the_twin_a_planted_sweep_does_not_reproduce(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = aixsim.sweep(write_study(tmp_path, STUDY.replace("replicates = 12", "replicates = 3")), tmp_path / "sweep", progress=False)

    def planted(source: Any, columns: Any = None) -> pa.Table:
        table = pq.read_table(source, columns=columns)
        counts = np.asarray(table["decided"]) + 1
        return table.set_column(table.column_names.index("decided"), "decided", pa.array(counts, pa.int32()))

    monkeypatch.setattr("aixsim.sharing.repetition.read_parquet", planted)
    assert not aixsim.reproduce(sweep.path, 2, points=1).is_same


def test_bad_usage_is_refused(run: aixsim.Result, tmp_path: Path) -> None:
    wrong: list[list[str | Path]] = [["pack", tmp_path], ["pack", tmp_path / "nothing"], ["pack", run.path, "-o", tmp_path]]
    wrong.append(["reproduce", tmp_path])
    for arguments in wrong:
        ended = run_cli(arguments, tmp_path)
        assert ended.code in (2, 4)
        assert len(ended.err.splitlines()) == 1
    assert not any(tmp_path.iterdir())
