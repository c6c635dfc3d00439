"""The cache gives the bytes that were built, whatever has happened to its files, and never the answer to another question."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import fields
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from aixsim.world import cache
from aixsim.world.korea import build_korea
from aixsim.world.network import Network
from aixsim.world.population import Population
from aixsim.world.supply_chain import build_supply_chain

SCALE, SEED, LINKS = 0.01, 3, 4.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of this test alone."""
    monkeypatch.setenv("AIXSIM_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def same_bytes(a: Population | Network, b: Population | Network) -> bool:
    """Whether all fields agree: arrays in type, shape and bytes, the others by value."""
    pairs = [(getattr(a, field.name), getattr(b, field.name)) for field in fields(a)]
    return all(
        x.dtype == y.dtype and x.shape == y.shape and x.tobytes() == y.tobytes() if isinstance(x, np.ndarray) else x == y for x, y in pairs
    )


def forbid_building(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("built although it was stored")

    monkeypatch.setattr(cache, "build_korea", refuse)
    monkeypatch.setattr(cache, "build_supply_chain", refuse)


def test_stored_is_what_was_built(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = build_korea(SCALE, SEED)
    ties = build_supply_chain(built, SEED, LINKS)
    assert same_bytes(cache.korea_population(SCALE, SEED), built)
    assert same_bytes(cache.supply_network(built, SCALE, SEED, LINKS), ties)
    forbid_building(monkeypatch)
    assert same_bytes(cache.korea_population(SCALE, SEED), built)
    assert same_bytes(cache.supply_network(built, SCALE, SEED, LINKS), ties)
    assert sorted(path.suffix for path in folder.iterdir()) == [".npz", ".npz"]
    # The twins: another seed differs, and is not answered from the file of this one.
    assert not same_bytes(build_korea(SCALE, SEED + 1), built)
    with pytest.raises(AssertionError, match="although"):
        cache.korea_population(SCALE, SEED + 1)


def test_the_frailty_score_is_stored_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = build_korea(SCALE, SEED).frailty_score
    cache.korea_population(SCALE, SEED)
    forbid_building(monkeypatch)
    population = cache.korea_population(SCALE, SEED)
    stored = vars(population)["frailty_score"]
    assert population.frailty_score is stored
    np.testing.assert_array_equal(stored, expected)
    assert not stored.flags.writeable
    # The twin: a population of another seed has other scores.
    assert not np.array_equal(build_korea(SCALE, SEED + 1).frailty_score, expected)


def test_every_input_has_a_file_of_its_own(folder: Path) -> None:
    population = cache.korea_population(SCALE, SEED)
    cache.korea_population(SCALE, SEED + 1)
    cache.korea_population(SCALE * 2, SEED)
    for links in (LINKS, LINKS + 1):
        cache.supply_network(population, SCALE, SEED, links)
    assert len(list(folder.iterdir())) == 5


def test_the_network_belongs_to_the_population_that_is_given(folder: Path) -> None:
    first, second = cache.korea_population(SCALE, SEED), cache.korea_population(SCALE, SEED + 1)
    stored = cache.supply_network(first, SCALE, SEED, LINKS)
    other = cache.supply_network(second, SCALE, SEED, LINKS)
    assert same_bytes(other, build_supply_chain(second, SEED, LINKS))
    assert not same_bytes(other, stored)
    assert len(cache.supply_network(Population.homogeneous(50, SEED), SCALE, SEED, LINKS)) == 50


def other_arrays(path: Path) -> None:
    with path.open("wb") as stream:
        np.savez(stream, province=np.arange(3))


def one_byte_flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


def of_another_scale(path: Path) -> None:
    """Puts a file that is whole, and of other inputs, in the place of one."""
    others = set(path.parent.glob("*.npz"))
    population = cache.korea_population(2 * SCALE, SEED)
    cache.supply_network(population, 2 * SCALE, SEED, LINKS)
    (other,) = [file for file in path.parent.glob(f"{path.name.partition('-')[0]}-*.npz") if file not in others]
    other.replace(path)


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "no archive": lambda path: path.write_bytes(b"something else"),
    "half": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "one byte flipped": one_byte_flipped,
    "other arrays": other_arrays,
    "of another scale": of_another_scale,
    "a pipe": a_pipe,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("kind", ["population", "network"])
def test_a_damaged_file_is_rebuilt_and_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch, damage: str, kind: str) -> None:
    def ask() -> tuple[Population, Network]:
        population = cache.korea_population(SCALE, SEED)
        return population, cache.supply_network(population, SCALE, SEED, LINKS)

    before = ask()
    (path,) = folder.glob(f"{kind}-*.npz")
    sound = path.read_bytes()
    DAMAGES[damage](path)
    assert not path.is_file() or path.read_bytes() != sound
    after = ask()
    assert same_bytes(after[0], before[0])
    assert same_bytes(after[1], before[1])
    forbid_building(monkeypatch)
    after = ask()
    assert same_bytes(after[0], before[0])
    assert same_bytes(after[1], before[1])
    assert not list(folder.glob("*.tmp"))


@pytest.mark.parametrize("place", ["a file", "below a file", "a folder where the file belongs"])
def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    # Not by taking away rights: who runs as root has them all.
    blocked = tmp_path / "blocked"
    if place == "a folder where the file belongs":
        monkeypatch.setenv("AIXSIM_CACHE", str(blocked))
        cache.korea_population(SCALE, SEED)
        (path,) = blocked.iterdir()
        path.unlink()
        path.mkdir()
    else:
        blocked.write_text("not a folder")
        monkeypatch.setenv("AIXSIM_CACHE", str(blocked if place == "a file" else blocked / "cache"))
    assert same_bytes(cache.korea_population(SCALE, SEED), build_korea(SCALE, SEED))
    assert not list(tmp_path.rglob("*.tmp"))


def test_a_write_that_breaks_off_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def disk_full(stream: object, **_: object) -> None:
        stream.write(b"half")  # type: ignore[attr-defined]  # an open file
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", disk_full)
    assert same_bytes(cache.korea_population(SCALE, SEED), build_korea(SCALE, SEED))
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"AIXSIM_CACHE": "/chosen", "XDG_CACHE_HOME": "/xdg"}, "/chosen"),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/aixsim"),
        ({"HOME": "/home/someone"}, "/home/someone/.cache/aixsim"),
    ],
)
def test_the_folder_is_the_chosen_one(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], expected: str) -> None:
    for name in ("AIXSIM_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache.cache_folder() == Path(expected)


@pytest.mark.parametrize(
    "changed",
    [
        "data/region_structure.csv",
        "data/population_assumptions.csv",
        "world/korea.py",
        "world/supply_chain.py",
        "world/subcontractors.py",
        "world/pools.py",
        "data/network_targets.csv",
        "random/draws.py",
    ],
)
def test_a_changed_table_or_changed_code_makes_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    here = cache._fingerprint("population-1")
    copy = tmp_path / "aixsim"
    for part in ("data", "world", "random"):
        shutil.copytree(str(files("aixsim") / part), copy / part)
    monkeypatch.setattr(cache, "files", lambda _: copy)
    assert cache._fingerprint("population-1") == here
    with (copy / changed).open("a") as stream:
        stream.write("\n")
    assert cache._fingerprint("population-1") != here
