"""The slow checks of sweeps, which print what they found."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from aixsim.errors import StoreError
from aixsim.random.draws import uniform
from aixsim.runs.ledger import NAME
from aixsim.runs.processes import LocalProcesses
from tests.runs.small_sweeps import STUDY, Inline, run_inline, small, sweep, tree

FLIPS = 300


def say(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n{text}\n")


@pytest.mark.verify
def test_results_do_not_depend_on_workers_and_batches(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = small(tmp_path, STUDY.replace("replicates = 12", "replicates = 70"))
    run_inline(study, tmp_path / "reference")
    expected, equal, tried = tree(tmp_path / "reference"), 0, 0
    for workers in (1, 2, 3):
        for chunk in (1, 7, 64):
            out = tmp_path / f"{workers}-{chunk}"
            sweep(study, out, lambda n=workers: LocalProcesses(n, 600.0), batch=chunk)  # type: ignore[misc]  # bound now
            tried, equal = tried + 1, equal + (tree(out) == expected)
    say(f"bytes equal: {equal} of {tried} ways (1, 2, 3 workers; batches of 1, 7, 64)", capsys)
    assert equal == tried


@pytest.mark.verify
def test_every_flipped_bit_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = small(tmp_path)
    out = tmp_path / "out"
    run_inline(study, out)
    expected = tree(out)
    found = refused = 0
    for flip in range(FLIPS):
        files = sorted([*out.glob("trajectories/*.parquet"), out / NAME])
        file = files[int(uniform(5, flip, 0, 0) * len(files))]
        content = bytearray(file.read_bytes())
        place = int(uniform(5, flip, 0, 1) * len(content))
        content[place] ^= 1 << int(uniform(5, flip, 0, 2) * 8)
        file.write_bytes(bytes(content))
        told: list[str] = []
        runs = [Inline()]
        try:
            sweep(study, out, lambda runs=runs: runs[0], batch=5, tell=told.append)  # type: ignore[misc]  # bound now
        except StoreError as error:
            assert error.exit_code in (4, 5)  # noqa: PT017 - counted
            refused += 1
            for item in out.rglob("*"):
                if item.is_file():
                    item.unlink()
            run_inline(study, out)
        else:
            found += bool(told) or file.name == NAME
        assert tree(out) == expected, (flip, file.name, place)
    say(f"corruptions: {FLIPS} bits flipped, {found} mended, {refused} refused with the name of the ledger, 0 unnoticed", capsys)
    assert found + refused == FLIPS
