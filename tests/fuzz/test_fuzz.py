"""Whatever comes in, only exit codes of the contract go out: no traceback, no hang, nothing written on refusal, no other number.

Hypothesis makes the inputs. The same properties run for twenty minutes in ``make verify``.
"""

from __future__ import annotations

import itertools
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from typer.main import get_command

from aixsim.cli.app import app
from aixsim.config.ensembles import EnsembleError, ensemble_bytes, read_columns
from aixsim.world import cache
from tests.cli.run_cli import Ended, run_cli
from tests.cli.test_bad_configs import GOOD
from tests.result_fixture import make_result
from tests.runs.small_sweeps import CONFIG, STUDY, run_inline, small, write_study

INPUT_CODES = {0, 2}
READING_CODES = {0, 2, 4}
SECONDS, BUDGET = 5.0, 1200.0
Property = Callable[[Path, Any], None]

WILD = st.sampled_from(
    ["-1", "0", "0.5", "1e308", "nan", "-inf", '""', '"\\u0000"', '"\\u001b[31m"', '"²"', '"2024-13"', '"２０２４-01"', "[]", "{}", "[[1]]",
     "true", "2024-01-01", "1" * 5000, "0x" + "f" * 5000, "[" * 3000, "{ a = " * 20 + "1" + "}" * 20, '"' + "a" * 100_000 + '"',
     '{ dist = "uniform", low = 1, high = 0 }', '{ dist = "normal", mean = 0, sd = 1e308 }', '{ dist = [] }', "=", "'", "\ud7ff",
     '"../x.csv"', '"/dev/zero"', '"$1m … $2m"']
)  # fmt: skip
KEYS = (
    "title", "counts", "horizon.start", "horizon.end", "population.firms", "population.seed", "network.kind", "mechanisms", "programme[0]",
    "mechanisms.innovation.rate", "mechanisms.peers", "programme.calls.grant_krw_bn", "programme.calls.budget_krw_bn", "goal.ten.at_least",
    "goal[0].by", "monte_carlo.replicates", "monte_carlo.seed", "levers.parks.number", "uncertainty.ensemble", "plugins.files", "base",
)  # fmt: skip
JUNK = st.one_of(st.binary(max_size=30), st.sampled_from([b"[[]]", b"{}", b"null", b"[1]", b'{"a": NaN}', b"[" * 3000, b"9" * 5000, b""]))


@st.composite
def changed_toml(draw: st.DrawFn, text: str) -> bytes:
    """A file that was valid, with some values, lines or bytes changed."""
    lines = text.splitlines()
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["value", "value", "delete", "twice", "text"])):
            case "value":
                lines[at] = f"{lines[at].partition('=')[0]}= {draw(WILD)}"
            case "delete":
                lines[at] = ""
            case "twice":
                lines.insert(at, lines[at])
            case _:
                lines.insert(at, draw(st.text(max_size=20)))
    content = "\n".join(lines).encode("utf-8", "surrogatepass")
    return draw(changed_bytes(content)) if draw(st.integers(0, 4)) == 0 else content


@st.composite
def changed_bytes(draw: st.DrawFn, content: bytes) -> bytes:
    """A file with a byte flipped, cut short, lengthened, or with another content."""
    at = draw(st.integers(0, max(len(content) - 1, 0)))
    match draw(st.sampled_from(["flip", "flip", "cut", "append", "replace"])):
        case "flip" if content:
            return content[:at] + bytes([content[at] ^ draw(st.integers(1, 255))]) + content[at + 1 :]
        case "cut":
            return content[:at]
        case "append":
            return content + draw(JUNK)
    return draw(JUNK)


def files_below(place: Path) -> dict[str, bytes]:
    return {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}


def ended(arguments: list[str], place: Path, allowed: set[int], *, may_write: bool = False) -> Ended:
    """Runs a command, which must end in time, with an allowed code, and without a trace in the folder when it refuses."""
    before, started = files_below(place), time.process_time()
    done = run_cli(arguments, place)
    seconds = time.process_time() - started
    assert done.code in allowed, done.err
    assert "Traceback" not in done.err + done.out
    assert (done.err != "") or done.code == 0, "a refusal says why"
    assert seconds < SECONDS, f"{seconds:.1f} s"
    assert done.code == 0 or may_write or files_below(place) == before, "nothing is written"
    return done


def configs(place: Path, data: Any) -> None:
    (place / "c.toml").write_bytes(data.draw(changed_toml(GOOD)))
    ended(["check", "c.toml"], place, INPUT_CODES)


def studies(place: Path, data: Any) -> None:
    (place / "small.toml").write_text(CONFIG, encoding="utf-8")
    (place / "c.toml").write_bytes(data.draw(changed_toml(STUDY)))
    ended(["sweep", "c.toml", "--dry-run"], place, INPUT_CODES)


def overrides(place: Path, data: Any) -> None:
    (place / "c.toml").write_text(GOOD, encoding="utf-8")
    key = data.draw(st.one_of(st.text(max_size=15), st.sampled_from(KEYS)))
    value = data.draw(st.one_of(WILD, st.text(max_size=15)))
    ended(["check", "c.toml", "--set", f"{key}={value}"], place, INPUT_CODES)


def arguments(place: Path, data: Any) -> None:
    """Any command and options, of things that are not there: nothing can be done."""
    tree = get_command(app).commands  # type: ignore[attr-defined]  # it is a group
    words = sorted({option for command in tree.values() for parameter in command.params for option in parameter.opts if option[0] == "-"})
    wild = st.one_of(
        st.sampled_from(words), st.text(max_size=10), st.sampled_from(["-1", "1e9", "9" * 5000, "nowhere", ".", "/dev/zero", "a=1"])
    )
    command = data.draw(st.sampled_from([name for name in tree if name != "init"]))
    ended([command, *data.draw(st.lists(wild, max_size=4))], place, READING_CODES)


def results(place: Path, data: Any) -> None:
    """A damaged result is refused, or what is printed does not depend on the damaged file."""
    whole = place.parent / "whole"
    if not whole.exists():
        make_result(whole, 8)
    for folder in ("a", "b"):
        shutil.copytree(whole, place / folder)
    commands = [
        ["compare", "a", "b", "--json"],
        ["update", "a", "--observe", "2025-12=102", "--error", "1.0"],
        ["plot", "a", "-k", "adoption", "-o", "a.svg"],
    ]
    command = data.draw(st.sampled_from(commands))
    known = place.parent / f"{command[0]}.json"
    if not known.exists():
        done = run_cli(command, place)
        known.write_text(json.dumps([done.code, done.out]))
    name = data.draw(st.sampled_from(sorted(path.name for path in (place / "a").iterdir() if path.is_file())))
    path = place / "a" / name
    path.write_bytes(data.draw(changed_bytes(path.read_bytes())))
    done = ended(command, place, READING_CODES | {json.loads(known.read_text())[0]})
    assert done.code != 0 or [done.code, done.out] == json.loads(known.read_text()), f"{name}: other numbers"


def made_sweeps(place: Path) -> Path:
    """Returns a folder with two finished sweeps, made once; they differ in their seed."""
    whole = place.parent / "sweeps"
    if not whole.exists():
        for name, seed_ in (("a", "7"), ("b", "8")):
            run_inline(small(whole, STUDY.replace("seed = 7", f"seed = {seed_}")), whole / name)
        write_study(whole)
    return whole


def sweeps(place: Path, data: Any) -> None:
    """A damaged sweep is refused, made good, or what is printed does not depend on what is damaged."""
    whole = made_sweeps(place)
    shutil.copytree(whole, place, dirs_exist_ok=True)
    commands = [
        ["status", "a"],
        ["status", "a", "--json"],
        ["compare", "a", "--json"],
        ["plot", "a", "-k", "ranking", "-o", "a.svg"],
        ["plot", "a", "-k", "curves", "-o", "a.svg"],
        ["sweep", "tiny.toml", "-o", "a", "--json", "--workers", "1"],
    ]
    command = data.draw(st.sampled_from(commands))
    known = place.parent / f"sweep-{'-'.join(command).replace('/', '')}.json"

    def said(done: Ended) -> list[Any]:
        """Returns what a command says that depends on no clock."""
        if command[0] == "sweep":
            return [done.code, [(place / "a" / name).read_bytes().hex() for name in ("answer.csv", "design.csv")]] if not done.code else []
        return [done.code, done.out, (place / "a.svg").read_text() if (place / "a.svg").exists() else ""]

    if not known.exists():
        known.write_text(json.dumps(said(run_cli(command, place))))
        shutil.rmtree(place)
        shutil.copytree(whole, place)
    damage(place / "a", whole / "b", data)
    may_write = command[0] == "sweep"
    done = ended(command, place, READING_CODES | ({5} if may_write else set()), may_write=may_write)
    # Of the progress file nothing but the progress comes; without it the answer is the same.
    expected = json.loads(known.read_text())
    if done.code == 0 and said(done) != expected:
        assert command[0] == "status", "other numbers"
        assert_only_progress_is_missing(done.out, expected[1], is_json="--json" in command)


def assert_only_progress_is_missing(out: str, whole: str, *, is_json: bool) -> None:
    if is_json:
        assert json.loads(out) == {**json.loads(whole), "status": None}, "other numbers"
    else:
        assert out == whole.partition("\n")[2], "other numbers"


def damage(folder: Path, other: Path, data: Any) -> None:
    """Changes, removes or exchanges files of a sweep, or replaces them by those of another one."""
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    names += ["ledger.sqlite", "status.json"] * 3  # on which all depends
    for _ in range(data.draw(st.integers(1, 2))):
        path = folder / data.draw(st.sampled_from(names))
        if not path.is_file():
            continue
        match data.draw(st.sampled_from(["bytes", "bytes", "bytes", "remove", "swap", "other", "folder"])):
            case "bytes":
                path.write_bytes(data.draw(changed_bytes(path.read_bytes())))
            case "remove":
                path.unlink()
            case "swap":
                second = folder / data.draw(st.sampled_from(names))
                if second.is_file() and second != path:
                    first = path.read_bytes()
                    path.write_bytes(second.read_bytes())
                    second.write_bytes(first)
            case "other":
                same = other / path.relative_to(folder)
                if path.name != "status.json":  # it is progress, and says of which process and when
                    path.write_bytes(same.read_bytes() if same.exists() else b"")
            case _:
                path.unlink()
                path.mkdir()


def values_read(place: Path, data: Any) -> None:
    keys, values = ("mechanisms.innovation.rate",), np.linspace(0.01, 0.09, 9).reshape(-1, 1)
    (place / "e.parquet").write_bytes(data.draw(changed_bytes(ensemble_bytes(keys, values, {"a": 1}))))
    try:
        found = read_columns(place / "e.parquet")
        assert (found[0], found[1].tolist()) == (keys, values.tolist()), "other numbers"
    except EnsembleError:
        pass


def ensembles(place: Path, data: Any) -> None:
    values_read(place, data)
    (place / "c.toml").write_text(GOOD + '[uncertainty]\nensemble = "e.parquet"\n', encoding="utf-8")
    ended(["check", "c.toml"], place, INPUT_CODES)


def caches(place: Path, data: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIXSIM_CACHE", str(place))
        patch.setattr(cache, "_fingerprint", lambda inputs, _: f"{inputs!r:>40}"[-40:].encode().hex())
        made: dict[str, Any] = {"a": np.arange(5), "b": np.linspace(0.0, 1.0, 7)}
        cache._cached("population-1", {"a", "b"}, lambda: made)
        (path,) = place.glob("*.npz")
        path.write_bytes(data.draw(changed_bytes(path.read_bytes())))
        found = cache._cached("population-1", {"a", "b"}, lambda: made)
    assert all((found[name] == made[name]).all() for name in made), "other numbers"


EXAMPLES: dict[Property, int] = {configs: 30, studies: 30, overrides: 25, arguments: 25, results: 4, sweeps: 12, ensembles: 12, caches: 40}


@pytest.fixture(autouse=True)
def _no_forecast(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a valid study would cost is measured by running it."""
    monkeypatch.setattr("aixsim.cli.sweep._dry_run", lambda *_: 0)


def fuzz(function: Property, folder: Path, examples: int, start: int) -> None:
    """Tries a property on examples, each in a folder of its own."""
    number = itertools.count()

    def one(data: Any) -> None:
        place = folder / str(next(number))
        place.mkdir(parents=True)
        try:
            function(place, data)
        finally:
            shutil.rmtree(place)

    common: dict[str, Any] = {
        "deadline": None,
        "database": None,
        "report_multiple_bugs": False,
        "phases": [Phase.generate],
        "suppress_health_check": list(HealthCheck),
    }
    seed(start)(settings(max_examples=examples, **common)(given(data=st.data())(one)))()


@pytest.mark.parametrize("function", EXAMPLES, ids=lambda function: function.__name__)
def test_nothing_gets_past_the_guards(function: Property, tmp_path: Path) -> None:
    fuzz(function, tmp_path, EXAMPLES[function], 1)


@pytest.mark.verify
@pytest.mark.parametrize("function", EXAMPLES, ids=lambda function: function.__name__)
def test_nothing_gets_past_the_guards_in_twenty_minutes(function: Property, tmp_path: Path) -> None:
    ends, starts = time.monotonic() + BUDGET / len(EXAMPLES), itertools.count(2)
    while time.monotonic() < ends:
        fuzz(function, tmp_path, EXAMPLES[function], next(starts))


def test_planted_faults_are_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))  # of the report of the bug
    monkeypatch.setattr("aixsim.cli.check.problems", lambda _: 1 / 0)
    with pytest.raises(AssertionError, match="this is a bug: ZeroDivisionError"):
        fuzz(configs, tmp_path / "bug", 100, 1)
    monkeypatch.setattr("aixsim.config.ensembles._digest", lambda *_: b"")
    with pytest.raises(AssertionError, match="other numbers"):
        fuzz(values_read, tmp_path / "checksum", 500, 1)
