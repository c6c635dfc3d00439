"""Why two results differ: settings key by key, data rows, versions and seeds; the parts add up, and a planted one is found."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import aixsim
from aixsim.errors import UserError
from aixsim.runs.provenance import sealed
from aixsim.sharing.setting_switches import switched, switches
from tests.cli.run_cli import run_cli
from tests.sharing.shared_runs import PROGRAMME, make_run
from tests.sharing.test_pack import FIRMS, OWN_FIRMS, set_launched


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs: one; other, with another budget and rate; seed, with another seed too; like, as one."""
    home = tmp_path_factory.mktemp("diff")
    other = {"programme.Grants.budget_krw_bn.2025": 9.0, "mechanisms.innovation.rate": 0.2}
    make_run(home, name="one")
    make_run(home, name="like")
    make_run(home, other, name="other")
    make_run(home, {**other, "monte_carlo.seed": 6}, name="seed")
    return home


def parts(one: Path, other: Path, n: int = 6, **more: Any) -> dict[str, dict[str, Any]]:
    return {row["part"]: dict(row) for row in aixsim.diff(one, other, n, **more).tables["parts"].rows}


def test_settings_are_told_key_by_key(folder: Path) -> None:
    answer = aixsim.diff(folder / "one", folder / "other", 0)
    assert answer.tables["settings"].rows == [
        {"key": "programme.Grants.budget_krw_bn.2025", "a": "5", "b": "9"},
        {"key": "mechanisms.innovation.rate", "a": "uncertain 0.1 to 0.3", "b": "0.2"},
    ]
    assert set(answer.tables) == {"settings"}


def test_equal_results_do_not_differ(folder: Path) -> None:
    answer = aixsim.diff(folder / "one", folder / "like", 0)
    assert not answer.tables
    assert answer.sentence.startswith("Nothing differs")
    [whole] = parts(folder / "one", folder / "like").values()
    assert (whole["difference"], whole["n"]) == (0.0, 6)


def test_parts_add_up_to_the_difference_of_the_results(folder: Path) -> None:
    for name, kinds in (("other", {"all", "setting", "combination"}), ("seed", {"all", "setting", "combination", "seed"})):
        found = parts(folder / "one", folder / name)
        whole, *rest = found.values()
        assert {row["kind"] for row in found.values()} == kinds
        for column in ("difference", "probability"):
            assert whole[column] == pytest.approx(sum(row[column] for row in rest))
        counts = [aixsim.open_result(folder / one).counts_in("2025-12")["launched"].mean() for one in ("one", name)]
        assert whole["difference"] == pytest.approx(counts[1] - counts[0])
        assert whole["difference"] != 0


def test_a_part_is_the_paired_difference_of_its_setting_alone(folder: Path) -> None:
    found = parts(folder / "one", folder / "other")
    mine = found["programme.Grants.budget_krw_bn.2025: 9 instead of 5"]
    one = aixsim.load(folder / "one" / "config.toml")
    alone = aixsim.run(one.with_({"programme.Grants.budget_krw_bn.2025": 9.0}), progress=False).counts_in("2025-12")["launched"]
    before = aixsim.open_result(folder / "one").counts_in("2025-12")["launched"]
    assert mine["difference"] == pytest.approx((alone.astype(float) - before).mean())
    assert mine["low"] <= mine["difference"] <= mine["high"]


def test_another_version_is_a_part_of_its_own(folder: Path, tmp_path: Path) -> None:
    """Planted: the stored result of an earlier version has one more launched in one of six replicates."""
    old = Path(shutil.copytree(folder / "one", tmp_path / "old"))
    last = int(aixsim.open_result(old).counts_in("2025-12")["launched"][1])
    set_launched(old, last + 6, row=47)
    said = json.loads((old / "provenance.json").read_text())
    said["model_sha256"] = "0" * 64
    (old / "provenance.json").write_text(json.dumps(sealed({key: item for key, item in said.items() if key != "sha256"})))
    answer = aixsim.diff(old, folder / "other", 6)
    rows = {row["part"]: row for row in answer.tables["parts"].rows}
    assert rows["version of A to this version"]["difference"] == pytest.approx(-1.0)
    assert any("another version" in note for note in answer.notes)
    whole, *rest = (row["difference"] for row in answer.tables["parts"].rows)
    assert whole == pytest.approx(sum(rest))
    assert {row["name"] for row in answer.tables["versions"].rows} == {"model_sha256"}


def test_rows_of_data_files_are_told(tmp_path: Path) -> None:
    places = []
    for name, firms in (
        ("a", FIRMS),
        ("b", FIRMS.replace("Busan,machinery,medium,supplier,90\n", "Busan,machinery,large,large firm,900\n", 1)),
    ):
        config = tmp_path / name / "own.toml"
        config.parent.mkdir()
        (config.parent / "firms.csv").write_text(firms)
        config.write_text(OWN_FIRMS.format(title="t", goal="g", programmes=PROGRAMME.format(name="p")))
        aixsim.run(aixsim.load(config), out=tmp_path / f"run-{name}", progress=False)
        places.append(tmp_path / f"run-{name}")
    answer = aixsim.diff(places[0], places[1], 4)
    assert answer.tables["data"].rows == [
        {"file": "firms.csv", "only_in": "A", "row": "Busan,machinery,medium,supplier,90"},
        {"file": "firms.csv", "only_in": "B", "row": "Busan,machinery,large,large firm,900"},
    ]
    kinds = [row["kind"] for row in answer.tables["parts"].rows]
    assert kinds == ["all", "combination"]


def test_every_policy_is_switched_into_every_other() -> None:
    """Whole levers, programmes and mechanisms come and go."""
    names = ("korea-2030", "policies/no-plan", "policies/export-slump", "policies/other-programmes", "theory/budget")
    studies = [aixsim.load(name) for name in names]
    for one in studies:
        for other in studies:
            found = switches(one.table.document(), other.table.document())
            made = switched(one, found).table.document()
            assert not switches(made, other.table.document())
            assert bool(found) == (one is not other)


def test_the_command_prints_and_writes_the_answer(folder: Path, tmp_path: Path) -> None:
    ended = run_cli(["diff", folder / "one", folder / "other", "-n", "4", "-o", tmp_path / "out"], tmp_path)
    assert ended.code == 0, ended.err
    assert "programme.Grants.budget_krw_bn.2025" in ended.out
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "differences.json", "differences.txt", "parts.csv", "parts.parquet", "settings.csv", "settings.parquet",
    }  # fmt: skip
    document = json.loads(run_cli(["diff", folder / "one", folder / "other", "-n", "0", "--json"], tmp_path).out)
    assert len(document["settings"]["rows"]) == 2


def test_harmful_names_stay_text(tmp_path: Path) -> None:
    make_run(tmp_path, harmful=True, name="a")
    make_run(tmp_path, {"programme[2].budget_krw_bn.2025": 9.0}, harmful=True, name="b")
    ended = run_cli(["diff", "a", "b", "-n", "2", "-o", "out"], tmp_path)
    assert ended.code == 0, ended.err
    for text in (ended.out, *(path.read_text() for path in (tmp_path / "out").glob("*.csv"))):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_bad_usage_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="did you mean 'Grants'"):
        aixsim.diff(folder / "one", folder / "other", 2, goal="Grant")
    with pytest.raises(UserError, match="2 or more"):
        aixsim.diff(folder / "one", folder / "other", 1)
    study = aixsim.load(folder / "config" / "small.toml", {"horizon.end": "2025-06", "goal[0].by": "2025-06"})
    aixsim.run(study, out=tmp_path / "short", progress=False)
    with pytest.raises(UserError, match="is not a month of the run"):
        aixsim.diff(folder / "one", tmp_path / "short", 2)
