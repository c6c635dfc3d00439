"""Packs a result or a sweep into one zip file, and opens such files."""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, Final

from aixsim.arguments import as_path
from aixsim.config.shipped import shipped_folder
from aixsim.config.study import load_without_plugins
from aixsim.errors import StoreError, UserError, storage_error
from aixsim.escapes import visible
from aixsim.results.result import Result, open_result
from aixsim.results.source import FolderSource, parse_json
from aixsim.results.sweep_result import Sweep, is_sweep, open_sweep
from aixsim.runs.files import checksum, created, durable_file, file_checksum
from aixsim.runs.ledger import NAME
from aixsim.sharing.research_object import METADATA, PackedFile, metadata, verify
from aixsim.sharing.safe_unzip import unzip

_PROVENANCE: Final = "provenance.json"
_EXTRAS: Final = ("figures/*.png", "figures/*.svg", "*.html", "*.pdf")
"""Files that a pack holds if the folder has them: figures and reports."""
_STORED: Final = (".parquet", ".png", ".pdf")
"""Files that are compressed already."""
_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""Time of every file in a pack, so that equal results give equal packs."""
_INPUT: Final = re.compile(r"^# (['\"].*['\"]): SHA-256 ([0-9a-f]{64})$", re.MULTILINE)
"""A file that the config of a point names, as in ``Point.config``."""


def pack(place: str | PathLike[str], out: str | PathLike[str] | None = None, *, licence: str | None = None) -> Path:
    """Packs a result or a sweep into one zip file, from which ``reproduce`` runs it again.

    The pack holds config, data files, results, figures and reports, provenance, a README.txt and RO-Crate 1.1 metadata. Equal results give
    equal packs. The file appears when it is complete.

    Args:
        place: folder of a finished run or sweep.
        out: the zip file; by default in the current folder, named after ``place``. An existing file is replaced.
        licence: of the results, such as ``CC-BY-4.0``; stated in the metadata.

    Returns:
        The path of the file.

    Raises:
        UserError: the folder is not finished, or has no copy of a file that its config names.
        StoreError: a file of the folder is missing or has changed, or the pack cannot be written.
    """
    folder = as_path(place, "place")
    path = Path(f"{folder.resolve().name}.zip") if out is None else as_path(out, "out")
    if path.is_dir():
        raise UserError(f"{path}: is a folder; name a zip file with -o")
    result = _opened(folder)
    provenance = parse_json((folder / _PROVENANCE).read_text(encoding="utf-8"))
    listed = {**_inputs(result), **provenance.get("files", {})}
    own = [_PROVENANCE, *([NAME] if isinstance(result, Sweep) else [])]
    extras = [file.relative_to(folder).as_posix() for glob in _EXTRAS for file in folder.glob(glob) if not file.is_symlink()]
    names = sorted({*listed, *own, *extras})
    sentence = _sentence(result)
    when = provenance.get("written") or dt.datetime.fromtimestamp((folder / _PROVENANCE).stat().st_mtime, dt.UTC).isoformat()
    about = {**provenance, "packed": str(when)[:10]}
    try:
        with created(path.parent), durable_file(path) as stream, zipfile.ZipFile(stream, "w") as archive:
            files = [_add(archive, folder, name, listed.get(name)) for name in names]
            readme = _readme(result.title, sentence, provenance, path.name).encode()
            files.append(_put(archive, "README.txt", readme))
            document = metadata(visible(result.title), sentence, about, files, None if licence is None else visible(licence))
            _put(archive, METADATA, (json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n").encode())
    except OSError as error:
        raise storage_error(path, error) from error
    return path


@contextmanager
def unpacked(place: str | PathLike[str]) -> Iterator[Path]:
    """Yields the folder of a run or sweep: the folder itself, or that of a pack, unpacked and verified, which is removed afterwards.

    Raises:
        PackError: the file is no pack, or is unsafe.
        StoreError: a file of the pack is missing or has changed, or there is no room.
    """
    path = as_path(place, "place")
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="aixsim-") as name:
        folder = Path(name) / path.stem
        folder.mkdir()
        unzip(path, folder)
        try:
            verify(folder)
        except StoreError as error:
            raise StoreError(
                path, error.reason, str(error).removeprefix(f"{folder}: ").removesuffix(f"; {error.remedy}"), error.remedy
            ) from None
        yield folder


def inputs_of_point(config: str) -> dict[str, str]:
    """Returns the SHA-256 of every file that the config of a point of a sweep names, by name."""
    return {ast.literal_eval(name): digest for name, digest in _INPUT.findall(config)}


def _opened(folder: Path) -> Result | Sweep:
    if not is_sweep(folder):
        result = open_result(folder)
        if isinstance(result.source, FolderSource):
            result.source.verify()
        return result
    if not (folder / _PROVENANCE).is_file():
        raise UserError(f"{folder}: this sweep is not finished; give its sweep command again, then pack it")
    return open_sweep(folder)


def _inputs(result: Result | Sweep) -> dict[str, str | None]:
    """Returns the SHA-256 of the user's files that configs name, by name; None where it is not known.

    Raises:
        UserError: the folder has no copy of one.
    """
    folder, packaged = result.path.resolve(), shipped_folder().resolve()
    if isinstance(result, Result):
        study, _ = load_without_plugins(folder / "config.toml")
        named: dict[tuple[str, str | None], Path] = {(name, None): path for name, path in study.files.items()}
    else:
        pairs = {pair for point in result.points for pair in inputs_of_point(point.config).items()}
        named = {pair: _found(pair, folder, packaged) for pair in sorted(pairs)}
    if missing := [name for (name, _), path in named.items() if not path.is_relative_to(folder) and not path.is_relative_to(packaged)]:
        what = f"has no copy of {', '.join(missing)}, which its config names"
        raise UserError(f"{folder}: {what}; copy the file that the run has used into the folder, under the same name")
    return {name: digest for (name, digest), path in named.items() if path.is_relative_to(folder)}


def _found(pair: tuple[str, str], *places: Path) -> Path:
    """Returns the file of this name and SHA-256 in one of some folders; its bare name if there is none."""
    name, digest = pair
    paths = (place / name for place in places)
    return next((path for path in paths if path.is_file() and file_checksum(path) == digest), Path(name))


def _add(archive: zipfile.ZipFile, folder: Path, name: str, sha256: str | None) -> PackedFile:
    """Adds a file; one that has changed since it was written is refused."""
    path = folder / name
    if not path.is_file():
        raise StoreError(folder, "damaged", f"its {name} is missing", "run the study again")
    found = file_checksum(path)
    if sha256 is not None and found != sha256:
        raise StoreError(folder, "damaged", f"its {name} has changed since it was written", "run the study again")
    with path.open("rb") as source, archive.open(_info(name, path.stat().st_size), "w") as target:
        shutil.copyfileobj(source, target)
    return PackedFile(name, path.stat().st_size, found)


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> PackedFile:
    with archive.open(_info(name, len(content)), "w") as target:
        target.write(content)
    return PackedFile(name, len(content), checksum(content))


def _info(name: str, size: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type = zipfile.ZIP_STORED if name.endswith(_STORED) else zipfile.ZIP_DEFLATED
    info.external_attr, info.file_size = 0o100644 << 16, size
    return info


def _sentence(result: Result | Sweep) -> str:
    """Returns in words what a pack holds."""
    if isinstance(result, Sweep):
        return visible(f"A sweep of aixsim: {result.n_note}.")
    goals = "; ".join(f"{goal['name']} by {goal['by']}: {goal['short_statement']}" for goal in result.goal_records)
    return visible(f"A Monte Carlo simulation of aixsim, {result.n_note}, seed {result.provenance['seed']}. {goals}".strip())


def _readme(title: str, sentence: str, provenance: Mapping[str, Any], name: str) -> str:
    version = provenance.get("aixsim", "unknown")
    said = {"aixsim": version, "git commit": provenance.get("git_commit"), "Python": provenance.get("python")}
    said |= provenance.get("packages", {}) | {
        "data SHA-256": provenance.get("data_sha256"),
        "model SHA-256": provenance.get("model_sha256"),
    }
    return "\n".join(
        [
            visible(title),
            "",
            sentence,
            "",
            f"Everything is conditional on the assumptions of the model. To run it again and compare every byte, install aixsim {version}:",
            "",
            f"    aixsim reproduce {visible(name)}          # or, as a sample: -n 20",
            "",
            "Made with:",
            *(f"    {key} {value}" for key, value in said.items() if value is not None),
            "",
            f"{METADATA} says what each file is (RO-Crate 1.1), with its SHA-256.",
            "",
        ]
    )
