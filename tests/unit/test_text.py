"""Text on its way out: tables in columns, lines that fit, and nothing of what a user wrote that a terminal or a spreadsheet would obey."""

from __future__ import annotations

import csv
import io
import os
import sys
from pathlib import Path

import pytest

from aixsim.cli import main
from aixsim.escapes import to_csv, visible
from aixsim.evidence.assumptions import Line
from aixsim.report.html.pages import ledger_page
from aixsim.report.text.text_layout import WIDTH, page, table, terminal_width, title
from tests.cli.run_cli import run_cli
from tests.cli.test_bad_configs import GOOD

NASTY = "\x1b[31mred\x07\u202egnp\nP = 100 %"
SHOWN = r"\x1b[31mred\x07\u202egnp\nP = 100 %"


def test_columns_stand_below_each_other_also_with_wide_characters() -> None:
    lines = page(
        [[table(("", "goal", "n"), [("probability", "공장 500", "7"), ("  90 % range", "1 to 2", "1,000")], right=[2])]], 60
    ).splitlines()
    assert [len(line.encode("euc-kr")) for line in lines] == [29] * 4, "a character of Korean is as wide as its two bytes"
    assert [line.encode("euc-kr")[14:22].decode("euc-kr") for line in lines] == ["goal    ", "-" * 8, "공장 500", "1 to 2  "]


def test_lines_wrap_at_the_width_with_their_indentation() -> None:
    words = "word " * 40
    lines = page([title("A title"), [f"  {words}", table(("a", "b"), [(words, words)])]], 50).splitlines()
    assert lines[:3] == ["A title", "=======", ""]
    assert max(map(len, lines)) <= 50
    assert lines[3:8] == ["  word word word word word word word word word"] * 4 + ["  word word word word"]
    assert sum(line.count("word") for line in lines) == 3 * 40, "nothing is cut off"


def test_empty_blocks_leave_no_gap() -> None:
    assert page([["a"], [], ["b"]], 40) == "a\n\nb\n"
    assert page([], 40) == ""


def test_what_is_not_a_terminal_gets_a_fixed_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    assert terminal_width() == WIDTH
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert terminal_width() == 100
    monkeypatch.setenv("COLUMNS", "1000")
    assert terminal_width() == 120
    monkeypatch.setenv("COLUMNS", "3")
    assert terminal_width() == 40


def test_control_characters_are_shown_and_not_obeyed() -> None:
    assert visible(NASTY) == SHOWN
    assert visible("한국 é\u00a0=1+1") == "한국 é\u00a0=1+1"
    text = page([title(NASTY), [NASTY, table((NASTY,), [(NASTY,)])]], 60)
    assert text.count(SHOWN) == 4
    assert text.replace("\n", "").isprintable()
    line = Line("k", NASTY, "1", "r", "<b>&", "s", "2024", "A")
    html = ledger_page([line], NASTY, ["A: 1"])
    assert html.count(SHOWN) == 3
    assert "&lt;b&gt;&amp;" in html
    assert "<b>" not in html


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_spreadsheet_computes_no_name(start: str) -> None:
    name = f'{start}HYPERLINK("x")'
    rows = [{"name": name, "value": -1.5, "text": "-2", "nested": ["=1"], "none": None, "bad": NASTY}]
    (row,) = csv.DictReader(io.StringIO(to_csv(rows)))
    assert row == {"name": f"'{name}", "value": "-1.5", "text": "-2", "nested": '["=1"]', "none": "", "bad": SHOWN}


def test_errors_show_what_was_written(
    tmp_path: os.PathLike[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        main(["describe", "\x1b[2J\u202e"])
    assert end.value.code == 2
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert r"\x1b[2J" in err


def test_check_shows_a_title_as_it_was_written(tmp_path: Path) -> None:
    config = GOOD.replace('title = "', 'title = "\\u001b[2J\\nvalid: yes ')
    (tmp_path / "s.toml").write_text(config, encoding="utf-8")
    ended = run_cli(["check", "s.toml"], tmp_path)
    assert ended.code == 0, ended.err
    assert r"  \x1b[2J\nvalid: yes " in ended.out


def test_a_terminal_that_has_no_hangul_gets_escapes(monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]) -> None:
    raw = io.BytesIO()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    with pytest.raises(SystemExit) as end:
        main(["init", "공장"])
    sys.stdout.flush()
    assert end.value.code == 0
    assert raw.getvalue().startswith(rb"\uacf5\uc7a5.toml written")
