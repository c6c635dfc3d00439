"""Bad configs: one clear message that names the place, exit code 2, nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run_cli import run_cli

GOOD = """\
title = "good"

[horizon]
start = "2024-01"
end = "2024-06"

[population]
kind = "homogeneous"
firms = 50

[network]
kind = "none"

[mechanisms.innovation]
rate = 0.01

[[programme]]
name = "calls"
budget_krw_bn = { 2024 = 10.0 }
grant_krw_bn = 1.0
call_months = [3]

[[goal]]
name = "ten"
outcome = "launched"
at_least = 10
by = "2024-06"

[monte_carlo]
replicates = 2
seed = 1
"""


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1, f"{old!r} must stand in the good config once"
    return GOOD.replace(old, new)


# (name, text of the config, key that the message names, word that the message holds)
CASES: list[tuple[str, str, str, str]] = [
    # --- the file
    ("not TOML", 'title = "x\n', "line 1", "TOML"),
    ("key twice", changed("rate = 0.01", "rate = 0.01\nrate = 0.02"), "line 16", "TOML"),
    ("empty", "", "horizon", "missing"),
    # --- top level
    ("no title", changed('title = "good"', ""), "title", "missing"),
    ("empty title", changed('"good"', '""'), "title", "1"),
    ("title a number", changed('"good"', "3"), "title", "string"),
    ("unknown table", GOOD + "[mechanism.peers]\nrate = 0.1\n", "mechanism", "did you mean 'mechanisms'"),
    ("counts unknown", changed('title = "good"', 'title = "good"\ncounts = ["programm"]'), "counts[0]", "did you mean 'programme'"),
    ("counts empty", changed('title = "good"', 'title = "good"\ncounts = []'), "counts", "1"),
    ("counts twice", changed('title = "good"', 'title = "good"\ncounts = ["own", "own"]'), "counts", "once"),
    # --- base
    ("base missing", changed('title = "good"', 'title = "good"\nbase = "nowhere.toml"'), "base", "does not exist"),
    ("base outside", changed('title = "good"', 'title = "good"\nbase = "../other.toml"'), "base", "outside"),
    ("base absolute", changed('title = "good"', 'title = "good"\nbase = "/etc/passwd"'), "base", "below"),
    ("base a number", changed('title = "good"', 'title = "good"\nbase = 7'), "base", "path"),
    ("base itself", changed('title = "good"', 'title = "good"\nbase = "bad.toml"'), "bad.toml", "circle"),
    # --- horizon
    ("no horizon", changed('[horizon]\nstart = "2024-01"\nend = "2024-06"', ""), "horizon", "missing"),
    ("end before start", changed('end = "2024-06"', 'end = "2023-12"'), "horizon", "after the start"),
    ("horizon too long", changed('end = "2024-06"', 'end = "2999-12"'), "horizon", "600"),
    ("month 13", changed('start = "2024-01"', 'start = "2024-13"'), "horizon.start", "month"),
    ("month a number", changed('start = "2024-01"', "start = 2024"), "horizon.start", "string"),
    ("month a date", changed('start = "2024-01"', "start = 2024-01-01"), "horizon.start", "string"),
    # --- population and network
    ("unknown kind", changed('"homogeneous"', '"homogenous"'), "population.kind", "did you mean 'homogeneous'"),
    ("no firms", changed("firms = 50", ""), "population", "firms"),
    ("firms 0", changed("firms = 50", "firms = 0"), "population.firms", "1"),
    ("firms a share", changed("firms = 50", "firms = 50.5"), "population.firms", "integer"),
    (
        "firms uncertain",
        changed("firms = 50", 'firms = { dist = "uniform", low = 1, high = 9 }'),
        "population.firms",
        "because it is used before the first replicate",
    ),
    ("scale with homogeneous", changed("firms = 50", "firms = 50\nscale = 0.5"), "population", "scale"),
    ("scale 0", changed('kind = "homogeneous"\nfirms = 50', "scale = 0.0"), "population.scale", "0"),
    ("scale 11", changed('kind = "homogeneous"\nfirms = 50', "scale = 11.0"), "population.scale", "10"),
    ("seed negative", changed("firms = 50", "firms = 50\nseed = -1"), "population.seed", "0"),
    ("more adopters than firms", changed("firms = 50", "firms = 50\ninitial_adopters = 51"), "population", "initial_adopters"),
    ("file missing", changed('kind = "homogeneous"\nfirms = 50', 'kind = "file"\nfile = "no.csv"'), "population.file", "does not exist"),
    ("file outside", changed('kind = "homogeneous"\nfirms = 50', 'kind = "file"\nfile = "../x.csv"'), "population.file", "below"),
    ("file without file", changed('kind = "homogeneous"\nfirms = 50', 'kind = "file"'), "population", "file"),
    ("supply among equals", changed('kind = "none"', 'kind = "supply"'), "network.kind", "korea-2023"),
    ("complete too large", changed("firms = 50", "firms = 5000").replace('kind = "none"', 'kind = "complete"'), "network.kind", "2,000"),
    ("links without supply", changed('kind = "none"', 'kind = "none"\nlinks_per_firm = 4.5'), "network", "links_per_firm"),
    (
        "fewer links than subcontractors have",
        changed('kind = "none"', 'kind = "supply"\nlinks_per_firm = 3.0'),
        "network.links_per_firm",
        "3.5",
    ),
    ("unknown network", changed('kind = "none"', 'kind = "lattice"'), "network.kind", "ring"),
    # --- numbers
    ("negative rate", changed("rate = 0.01", "rate = -0.01"), "mechanisms.innovation.rate", "0 to 1"),
    ("rate too large", changed("rate = 0.01", "rate = 1.5"), "mechanisms.innovation.rate", "0 to 1"),
    ("rate nan", changed("rate = 0.01", "rate = nan"), "mechanisms.innovation.rate", "nan"),
    ("rate infinite", changed("rate = 0.01", "rate = inf"), "mechanisms.innovation.rate", "inf"),
    ("rate of 400 digits", changed("rate = 0.01", "rate = 1" + "0" * 400), "mechanisms.innovation.rate", "digits"),
    ("rate a string", changed("rate = 0.01", 'rate = "0.01"'), "mechanisms.innovation.rate", "number"),
    ("rate true", changed("rate = 0.01", "rate = true"), "mechanisms.innovation.rate", "number"),
    ("unknown parameter", changed("rate = 0.01", "rat = 0.01"), "mechanisms.innovation.rat", "did you mean 'rate'"),
    (
        "unknown mechanism",
        changed("[mechanisms.innovation]", "[mechanisms.inovation]"),
        "mechanisms.inovation",
        "did you mean 'innovation'",
    ),
    ("unknown lever", GOOD + "[levers.park]\nnumber = 3\n", "levers.park", "did you mean 'parks'"),
    ("too many parks", GOOD + "[levers.parks]\nnumber = 99\n", "levers.parks.number", "28"),
    ("half a park", GOOD + "[levers.parks]\nnumber = 1.5\n", "levers.parks.number", "whole"),
    ("opening no month", GOOD + '[levers.parks]\nfirst_opening = "soon"\n', "levers.parks.first_opening", "month"),
    ("share above 1", GOOD + "[sensing]\nvisibility = 1.2\n", "sensing.visibility", "0 to 1"),
    ("unknown size", GOOD + "[implementation.success]\nmidsize = 0.5\n", "implementation.success", "did you mean 'mid-size'"),
    ("chance above 1", GOOD + "[implementation.success]\nsmall = 1.5\n", "implementation.success", "0 to 1"),
    ("unknown law of frailty", GOOD + '[susceptibility]\nfrailty = "weibull"\n', "susceptibility.frailty", "gamma"),
    ("unknown section key", GOOD + "[climate]\nvolatilty = 0.1\n", "climate.volatilty", "did you mean 'volatility'"),
    # --- distributions
    (
        "unknown distribution",
        changed("rate = 0.01", 'rate = { dist = "lognorm", median = 0.1, sigma = 0.1 }'),
        "rate",
        "did you mean 'lognormal'",
    ),
    ("parameter missing", changed("rate = 0.01", 'rate = { dist = "uniform", low = 0.1 }'), "rate", "high"),
    ("parameter unknown", changed("rate = 0.01", 'rate = { dist = "uniform", low = 0.1, high = 0.2, mean = 0.1 }'), "rate", "mean"),
    ("empty range", changed("rate = 0.01", 'rate = { dist = "uniform", low = 0.2, high = 0.2 }'), "rate", "low < high"),
    ("mode outside", changed("rate = 0.01", 'rate = { dist = "pert", low = 0.1, mode = 0.9, high = 0.5 }'), "rate", "mode"),
    ("loguniform from 0", changed("rate = 0.01", 'rate = { dist = "loguniform", low = 0.0, high = 0.5 }'), "rate", "0 < low"),
    ("sigma 0", changed("rate = 0.01", 'rate = { dist = "lognormal", median = 0.1, sigma = 0.0 }'), "rate", "sigma > 0"),
    ("normal reaches below 0", changed("rate = 0.01", 'rate = { dist = "normal", mean = 0.1, sd = 0.1 }'), "rate", "reaches"),
    ("uniform reaches beyond", changed("rate = 0.01", 'rate = { dist = "uniform", low = 0.1, high = 3.0 }'), "rate", "reaches"),
    ("no dist", changed("rate = 0.01", "rate = { low = 0.1, high = 0.2 }"), "rate", "dist"),
    ("parameter nan", changed("rate = 0.01", 'rate = { dist = "uniform", low = nan, high = 0.2 }'), "rate", "finite"),
    ("choice of nothing", changed("rate = 0.01", 'rate = { dist = "choice", values = [] }'), "rate", "values"),
    # --- programmes
    ("no budget", changed("budget_krw_bn = { 2024 = 10.0 }", ""), "programme[0].budget_krw_bn", "missing"),
    ("budget negative", changed("2024 = 10.0", "2024 = -1.0"), "programme[0].budget_krw_bn", "0"),
    ("budget without years", changed("{ 2024 = 10.0 }", "10.0"), "programme[0].budget_krw_bn", "year"),
    ("budget beyond the horizon", changed("2024 = 10.0", "2025 = 10.0"), "programme[0].budget_krw_bn.2025", "2024"),
    (
        "grant beyond the horizon",
        changed("2024 = 10.0 }", "2024 = 10.0 }\ngrant_krw_bn = { 2024 = 1.0, 2025 = 1.0 }\ninstalments = 2").replace(
            "grant_krw_bn = 1.0\n", "", 1
        ),
        "programme[0].grant_krw_bn.2025",
        "2024",
    ),
    (
        "delivery beyond the horizon",
        changed("2024 = 10.0 }", "2024 = 10.0 }\ndelivery_shift = { 2025 = 1.0 }"),
        "programme[0].delivery_shift.2025",
        "2024",
    ),
    (
        "lever beyond the horizon",
        GOOD + "[levers.training]\nper_year = { 2024 = 1.0, 2025 = 1.0 }\n",
        "levers.training.per_year.2025",
        "2024",
    ),
    ("year of two digits", changed("2024 = 10.0", "24 = 10.0"), "programme[0].budget_krw_bn", "four digits"),
    ("grant 0", changed("grant_krw_bn = 1.0", "grant_krw_bn = 0.0"), "programme[0].grant_krw_bn", "0.001"),
    ("call in month 13", changed("[3]", "[13]"), "programme[0].call_months", "12"),
    ("no call", changed("[3]", "[]"), "programme[0].call_months", "months"),
    ("unknown province", changed("[3]", '[3]\nprovinces = ["Soeul"]'), "programme[0].provinces", "did you mean 'Seoul'"),
    ("unknown sector", changed("[3]", '[3]\nsectors = ["machines"]'), "programme[0].sectors", "machinery"),
    ("floor above 1", changed("[3]", "[3]\nregional_floor = 1.4"), "programme[0].regional_floor", "0 to 1"),
    (
        "programme twice",
        GOOD + '[[programme]]\nname = "calls"\nbudget_krw_bn = { 2024 = 1.0 }\ngrant_krw_bn = 1.0\ncall_months = [1]\n',
        "programme[1].name",
        "twice",
    ),
    ("programmes in open mode", GOOD + '[funding]\nmode = "open"\n', "funding.mode", "programmes"),
    ("delivered from beyond", changed("[3]", "[3]\ndelivered_from = 2031"), "programme[0].delivered_from", "2024"),
    ("programme no list", changed("[[programme]]", "[programme]"), "programme", "list"),
    # --- goals, expectations, Monte Carlo
    ("unknown outcome", changed('"launched"', '"launch"'), "goal[0].outcome", "did you mean 'launched'"),
    ("deadline beyond", changed('by = "2024-06"', 'by = "2030-12"'), "goal[0].by", "2024-06"),
    ("count 0", changed("at_least = 10", "at_least = 0"), "goal[0].at_least", "1"),
    ("goal twice", GOOD + '[[goal]]\nname = "ten"\noutcome = "decided"\nat_least = 1\nby = "2024-01"\n', "goal[1].name", "twice"),
    ("expectation of nothing", GOOD + '[[expect]]\nname = "e"\noutcome = "decided"\nby = "2024-01"\n', "expect[0]", "exactly one"),
    (
        "expectation without margin",
        GOOD + '[[expect]]\nname = "e"\noutcome = "decided"\nby = "2024-01"\nequals = 3.0\n',
        "expect[0]",
        "within",
    ),
    (
        "expectation beyond",
        GOOD + '[[expect]]\nname = "e"\noutcome = "decided"\nby = "2025-01"\nat_least = 3.0\n',
        "expect[0].by",
        "2024-06",
    ),
    ("replicates 0", changed("replicates = 2", "replicates = 0"), "monte_carlo.replicates", "1"),
    ("confidence 1", changed("seed = 1", "seed = 1\nconfidence = 1.0"), "monte_carlo.confidence", "0.9999"),
    ("half width 0", changed("seed = 1", "seed = 1\nhalf_width = 0.0"), "monte_carlo.half_width", "0"),
    ("seed too large", changed("seed = 1", "seed = 18446744073709551616"), "monte_carlo.seed", "18446744073709551616"),
]

OVERRIDES: list[tuple[str, str, str]] = [
    ("mechanisms.innovation.rate=-1", "mechanisms.innovation.rate", "0 to 1"),
    ("mechanisms.innovaton.rate=0.1", "mechanisms.innovaton", "did you mean 'innovation'"),
    ("mechanisms.innovation.rate", "--set", "KEY=VALUE"),
    ("programme.cals.grant_krw_bn=2.0", "programme", "did you mean 'calls'"),
    ("programme[3].grant_krw_bn=2.0", "programme", "[0] to [0]"),
    ("title.x=3", "title", "no table"),
]


@pytest.mark.parametrize(("text", "key", "word"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_bad_config(text: str, key: str, word: str, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    ended = run_cli(["run", "bad.toml", "-o", "out"], tmp_path)
    assert ended.code == 2
    assert key in ended.err
    assert word in ended.err
    assert "Traceback" not in ended.err
    assert "bug" not in ended.err
    assert [item.name for item in tmp_path.iterdir()] == ["bad.toml"]


@pytest.mark.parametrize(("override", "key", "word"), OVERRIDES)
def test_bad_override(override: str, key: str, word: str, tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    ended = run_cli(["run", "good.toml", "-o", "out", "--set", override], tmp_path)
    assert ended.code == 2
    assert key in ended.err
    assert word in ended.err
    assert [item.name for item in tmp_path.iterdir()] == ["good.toml"]


def test_there_are_enough_cases() -> None:
    assert len({text for _, text, _, _ in CASES}) >= 60


def test_the_good_config_is_good(tmp_path: Path) -> None:
    """The twin of all of the above: what they change is what makes them bad."""
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    ended = run_cli(["check", "good.toml"], tmp_path)
    assert (ended.code, ended.err) == (0, "")


def test_all_mistakes_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = changed("rate = 0.01", "rate = -1").replace("at_least = 10", "at_least = 0").replace("replicates = 2", "replicates = 0")
    (tmp_path / "bad.toml").write_text(text, encoding="utf-8")
    ended = run_cli(["check", "bad.toml"], tmp_path)
    assert ended.code == 2
    for line, key in ((15, "mechanisms.innovation.rate"), (26, "goal[0].at_least"), (30, "monte_carlo.replicates")):
        assert f"bad.toml, line {line}: {key}" in ended.err


@pytest.mark.parametrize("path", ["nowhere.toml", "."])
def test_what_is_no_file(path: str, tmp_path: Path) -> None:
    ended = run_cli(["run", path], tmp_path)
    assert ended.code == 2
    assert path in ended.err
    assert "Traceback" not in ended.err


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_bytes(b"title = \xff\xfe")
    ended = run_cli(["run", "bad.toml"], tmp_path)
    assert ended.code == 2
    assert "UTF-8" in ended.err


def test_the_line_of_a_key_in_a_base_named_by_its_child_is_the_childs(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "child.toml").write_text('base = "base.toml"\n\n[[goal]]\nname = "ten"\nat_least = 0\n', encoding="utf-8")
    ended = run_cli(["check", "child.toml"], tmp_path)
    assert ended.code == 2
    assert "child.toml, line 5: goal[0].at_least" in ended.err


def test_a_mistake_in_a_base_is_told_with_the_bases_name_and_line(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(changed("rate = 0.01", "rate = -1"), encoding="utf-8")
    (tmp_path / "child.toml").write_text('base = "base.toml"\n', encoding="utf-8")
    ended = run_cli(["check", "child.toml"], tmp_path)
    assert ended.code == 2
    assert "base.toml, line 15: mechanisms.innovation.rate" in ended.err
