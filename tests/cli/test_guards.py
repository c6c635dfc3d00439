"""Every entrance has one guard: what it refuses is one line with exit code 2 (files of results: 4, output: 5), and nothing is written."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyarrow.parquet as pq
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from aixsim.arguments import UnreadableError, read_text
from aixsim.config import load
from aixsim.config.ensembles import EnsembleError, ensemble_bytes, read_columns
from aixsim.config.models import Expect
from aixsim.config.validation import ConfigError
from aixsim.errors import ArgumentError, UserError
from aixsim.report.figures.drawing import write_figure
from aixsim.report.figures.style import escape_texts, house_style
from aixsim.report.text.headline import headline
from aixsim.results.expectations import judge
from aixsim.results.result import open_result
from aixsim.runs.duration import seconds_until
from aixsim.world.population_file import TableError, read_population
from tests.cli.run_cli import run_cli
from tests.cli.test_bad_configs import GOOD
from tests.result_fixture import FakeGoal, make_result


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def refused(arguments: list[str], place: Path) -> str:
    """Returns the one line with which a command is refused; nothing is written."""
    before = sorted(place.rglob("*"))
    ended = run_cli(arguments, place)
    assert (ended.code, ended.out, ended.err.count("\n")) == (2, "", 1), ended.err
    assert sorted(place.rglob("*")) == before
    return ended.err


@pytest.mark.parametrize("redirect", [">&-", "> /dev/full"])
def test_output_that_is_closed_or_full_is_exit_code_5(redirect: str, tmp_path: Path) -> None:
    command = f'"$0" -m aixsim describe {redirect}'
    ended = subprocess.run(["sh", "-c", command, sys.executable], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr.count("\n")) == (5, 1), ended.stderr


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    command = '("$0" -m aixsim schema; echo $? > code) | head -c 1; cat code'
    ended = subprocess.run(["sh", "-c", command, sys.executable], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.stdout, ended.stderr) == ("{0\n", "")


@pytest.mark.parametrize(
    "arguments", [["run", "a\0.toml"], ["run", "good.toml", "-o", "a\0b"], ["status", "\0"], ["plot", "x", "-k", "\0"]]
)
def test_a_null_character_in_any_argument(arguments: list[str], place: Path) -> None:
    assert "null character" in refused(arguments, place)


@pytest.mark.parametrize("arguments", [["run", "9" * 5000], ["status", "9" * 5000], ["run", "good.toml", "-o", "9" * 5000]])
def test_a_path_that_cannot_be(arguments: list[str], place: Path) -> None:
    assert len(refused(arguments, place)) < 500


@pytest.mark.parametrize("folder", ["", "no/such/"])
@pytest.mark.parametrize("command", [["describe", "--ledger", "-o"], ["plot", "run", "-o"], ["init"]])
def test_a_file_name_that_is_too_long(command: list[str], folder: str, place: Path, tmp_path: Path) -> None:
    made = make_result(tmp_path / "results" / "run", 3) if command[0] == "plot" else place
    ending = {"describe": ".csv", "plot": ".png", "init": ""}[command[0]]
    told = refused([str(made) if part == "run" else part for part in command] + [folder + "d" * 300 + ending], place)
    assert len(told) < 500
    assert not (place / "no").exists()


def test_a_plugin_is_a_regular_file(place: Path) -> None:
    os.mkfifo(place / "pipe.py")
    assert "no regular file" in refused(["check", "--plugin", "pipe.py"], place)


@pytest.mark.parametrize(
    "setting", ["programme.²=1", "title=0x" + "f" * 5000, "x" * 100_000, "title=" + "[" * 50 + "]" * 50, "²=1", "\x1b=1"]
)
def test_odd_settings(setting: str, place: Path) -> None:
    assert len(refused(["check", "good.toml", "--set", setting], place)) < 1000


def test_a_refused_value_shows_80_characters(place: Path) -> None:
    told = refused(["check", "good.toml", "--set", "levers.parks.number='" + "x" * 100_000 + "'"], place)
    assert told.count("x" * 60) <= 4
    assert "x" * 250 not in told
    assert "1 to 28" in told or "0 to 28" in told, "what is allowed is told all the same"


def test_numbers_of_very_many_digits_are_refused_in_the_library_too(place: Path) -> None:
    with pytest.raises(ConfigError, match="300 digits"):
        load(place / "good.toml", {"monte_carlo.seed": 10**5000})
    with pytest.raises(ArgumentError, match="very many digits"):
        load(place / "good.toml", allow_plugins=10**5000)  # type: ignore[arg-type]


@pytest.mark.parametrize("year", ["²²²²", "２０２４"])
def test_years_and_months_have_the_digits_0_to_9(year: str, place: Path) -> None:
    (place / "good.toml").write_text(GOOD.replace("2024 = 10.0", f'"{year}" = 10.0'), encoding="utf-8")
    assert "four digits" in refused(["check", "good.toml"], place)
    (place / "good.toml").write_text(GOOD.replace('start = "2024-01"', f'start = "{year}-01"'), encoding="utf-8")
    assert "a month in quotes" in refused(["check", "good.toml"], place)


# --- files


def test_texts_are_regular_files_of_a_size_in_utf_8(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    (tmp_path / "large").write_text("12345", encoding="utf-8")
    for name, says in (("pipe", "not a regular file"), (".", "not a regular file"), ("latin", "UTF-8 text .byte 3."), ("large", "5 bytes")):
        with pytest.raises(UnreadableError, match=says):
            read_text(tmp_path / name, 4)
    assert read_text(tmp_path / "large", 5) == "12345", "the twin"


FIRMS = "province,sector,size,agent_type,employees\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"\xff\xfe", "UTF-8"), (FIRMS.encode() + b"x" * 200_000, "not CSV"), (FIRMS.encode() + b"a,b,c,d," + b"9" * 5000, "line 2")],
)
def test_a_population_that_is_no_table(content: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "firms.csv").write_bytes(content)
    with pytest.raises((TableError, UnreadableError), match=says) as caught:
        read_population(tmp_path / "firms.csv", 1)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("content", [b"\xff\xfe", b'"levers.parks.number"\n"' + b"1" * 5000, b"title\n" + b"x" * 200_000])
def test_a_design_that_is_no_table(content: bytes, place: Path) -> None:
    (place / "points.csv").write_bytes(content)
    study = 'base = "good.toml"\n[design]\nkind = "table"\nfile = "points.csv"\n[monte_carlo]\nreplicates = 1\nseed = 1\n'
    (place / "study.toml").write_text(study, encoding="utf-8")
    assert len(refused(["sweep", "study.toml"], place)) < 1000


def test_an_ensemble_knows_its_values(tmp_path: Path) -> None:
    values = np.array([[0.1], [0.2]])
    whole = ensemble_bytes(("mechanisms.innovation.rate",), values, {})
    path = tmp_path / "e.parquet"
    path.write_bytes(whole)
    assert (read_columns(path)[1] == values).all()
    place = whole.index(values.tobytes()[:8])
    path.write_bytes(whole[:place] + np.array([0.15]).tobytes() + whole[place + 8 :])
    with pytest.raises(EnsembleError, match="damaged"):
        read_columns(path)
    pq.write_table(pq.read_table(path).replace_schema_metadata({}), path)
    with pytest.raises(EnsembleError, match="has no checksum"):
        read_columns(path)


# --- times, one replicate


def test_a_time_may_say_its_zone() -> None:
    now = dt.datetime(2026, 11, 30, 20, 0).astimezone()
    until = (now + dt.timedelta(hours=3)).astimezone(dt.timezone(dt.timedelta(hours=9))).isoformat()
    assert seconds_until(None, until, now.replace(tzinfo=None)) == 10_800
    for lasting, at in (("9" * 400 + "h", None), ("1h" * 100, None), (None, "2026-11-30T07:00+99:00"), (None, "0001-01-01T00:00+09:00")):
        with pytest.raises(UserError):
            seconds_until(lasting, at)


def test_one_replicate_has_no_range(tmp_path: Path) -> None:
    one, two = (headline(open_result(make_result(tmp_path / str(n), n))) for n in (1, 2))
    assert "none: one replicate" in one
    assert "none: one replicate" not in two, "the twin"


@pytest.mark.parametrize(
    ("stated", "one", "two"),
    [
        ({"equals": 3.0, "within_standard_errors": 3.0}, None, True),
        ({"statistic": "probability", "reaches": 2.0, "at_least": 0.9}, None, True),
        ({"at_least": 9.0}, False, False),
    ],
)
def test_one_replicate_fails_nothing_that_it_cannot_judge(stated: dict[str, float], one: bool | None, two: bool) -> None:
    expectation = Expect.model_validate({"name": "e", "outcome": "launched", "by": "2024-06", **stated})
    assert judge(expectation, np.array([4], np.int32)).holds is one
    assert judge(expectation, np.array([2, 4], np.int32)).holds is two


# --- names on the way out


def test_control_characters_in_names_do_not_reach_figures(tmp_path: Path) -> None:
    goal = FakeGoal("bell\x07 \x1b[31m \u202e $1m … $2m", "launched", 500, "2030-12")
    result = open_result(make_result(tmp_path / "r", 5, goals=(goal,)))
    write_figure(result, "probability", [tmp_path / "p.svg", tmp_path / "p.png"])
    text = (tmp_path / "p.svg").read_text(encoding="utf-8")
    ElementTree.fromstring(text)  # noqa: S314 - written by the line above
    assert not {"\x07", "\x1b", "\u202e"} & set(text)
    assert "\\x07" in text
    assert "$1m … $2m" in text


def test_control_characters_in_all_texts_of_a_figure_and_in_nobody_elses(tmp_path: Path) -> None:
    plain, page = Text.set_text, Figure()
    axes = page.subplots()
    axes.barh([0, 1], [1, 2])
    axes.set_yticks([0, 1], ["bell\x07", "fine"], color="red")
    axes.set_title("a\x1b[31m\nb")
    escape_texts(page)
    page.savefig(tmp_path / "f.svg")
    text = (tmp_path / "f.svg").read_text(encoding="utf-8")
    assert not {"\x07", "\x1b"} & set(text)
    assert [(label.get_text(), label.get_color()) for label in axes.get_yticklabels()] == [("bell\\x07", "red"), ("fine", "red")]
    assert axes.get_title() == "a\\x1b[31m\nb"
    with house_style():
        assert Text.set_text is plain, "nothing of matplotlib is replaced"
