"""Zip files of unknown origin: nothing leaves the folder, and nothing grows without limit."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

import pytest

from aixsim.sharing.safe_unzip import PackError, unzip
from tests.cli.run_cli import run_cli


def zipped(path: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


LINK = zipfile.ZipInfo("link")
LINK.external_attr = (stat.S_IFLNK | 0o777) << 16


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([("../outside.txt", b"x")], "outside its folder"),
        ([("a/../../outside.txt", b"x")], "outside its folder"),
        ([("/tmp/outside.txt", b"x")], "outside its folder"),  # noqa: S108 - not written
        ([("a\\..\\outside.txt", b"x")], "outside its folder"),
        ([("C:outside.txt", b"x")], "outside its folder"),
        ([("folder/", b"")], "outside its folder"),
        ([(LINK, b"/etc/passwd")], "a link or a device"),
        ([("a.txt", b"x"), ("A.txt", b"y")], "twice"),
        ([("zeros", bytes(60_000_000))], "would grow"),
    ],
)
def test_unsafe_zip_files_are_refused(members: list[tuple[str | zipfile.ZipInfo, bytes]], reason: str, tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    path = zipped(tmp_path / "a.zip", ("good.txt", b"x"), *members)
    with pytest.raises(PackError) as refused:
        unzip(path, tmp_path / "inside")
    assert reason in refused.value.reason
    assert {item.name for item in tmp_path.iterdir()} == {"a.zip", "inside"}
    assert not any((tmp_path / "inside").iterdir()), "nothing is written before everything is known to be safe"
    ended = run_cli(["reproduce", path], tmp_path)
    assert (ended.code, len(ended.err.splitlines()), ended.out) == (2, 1, "")


def test_the_twin_a_safe_zip_file_is_unpacked(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    unzip(zipped(tmp_path / "a.zip", ("a/b.txt", b"x"), ("zeros", bytes(5_000_000))), tmp_path / "inside")
    assert (tmp_path / "inside" / "a" / "b.txt").read_bytes() == b"x"
