"""The rows of data files in which two results differ: of the user's files, and of the packaged tables."""

from __future__ import annotations

import re
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from aixsim.results.result import Result
from aixsim.runs.provenance import git_output

_COMMIT: Final = re.compile(r"[0-9a-f]{40}")
_SHOWN: Final = 200
"""Largest number of rows of each result that are listed for a file."""


def changed_rows(one: Result, other: Result) -> tuple[list[dict[str, Any]], list[str]]:
    """Returns the rows that only one of two results has, and notes on what could not be compared.

    Rows of the packaged tables are known if both results name a commit of the clone that this program runs from.

    Returns:
        One row per row of a data file: ``file``, ``only_in`` (``A`` or ``B``) and ``row``, its text.
    """
    names = [name for name in _data_files(one) | _data_files(other) if _data_files(one).get(name) != _data_files(other).get(name)]
    rows, notes = [row for name in names for row in _of_file(name, one, other)], []
    if one.provenance.get("data_sha256") != other.provenance.get("data_sha256"):
        commits = [str(result.provenance.get("git_commit")) for result in (one, other)]
        packaged = _of_commits(*commits) if all(_COMMIT.fullmatch(commit) for commit in commits) else None
        if packaged is None:
            notes.append("The packaged tables differ; their rows can be compared only in a clone that has both commits.")
        else:
            rows += packaged
    return rows, notes


def _data_files(result: Result) -> dict[str, str]:
    """Returns the SHA-256 of the CSV files in a result, which are copies of the user's."""
    return {name: sha256 for name, sha256 in result.provenance.get("files", {}).items() if name.endswith(".csv")}


def _of_file(name: str, one: Result, other: Result) -> list[dict[str, Any]]:
    """Returns the rows of a file of the user that only one result has; a file that is missing has no rows."""
    lines = [_lines(result.path / name) for result in (one, other)]
    only = [("A", lines[0] - lines[1]), ("B", lines[1] - lines[0])]
    return [{"file": name, "only_in": which, "row": row} for which, counted in only for row in list(counted.elements())[:_SHOWN]]


def _lines(path: Path) -> Counter[str]:
    return Counter(path.read_text(encoding="utf-8-sig").splitlines() if path.is_file() else ())


def _of_commits(one: str, other: str) -> list[dict[str, Any]] | None:
    """Returns the rows of the packaged tables that only one of two commits has; None if git does not know both."""
    folder = str(files("aixsim"))
    if any(git_output(folder, "cat-file", "-t", commit) != "commit" for commit in (one, other)):
        return None
    text = git_output(folder, "diff", "--unified=0", "--no-color", "--no-ext-diff", one, other, "--", "data") or ""
    found: list[dict[str, Any]] = []
    file, counted = "", Counter[tuple[str, str]]()
    for line in text.splitlines():
        if line.startswith(("--- ", "+++ ")):
            file = Path(line[4:]).name if line[4:] != "/dev/null" else file
        elif line.startswith(("-", "+")):
            which = "A" if line[0] == "-" else "B"
            counted[file, which] += 1
            if counted[file, which] <= _SHOWN:
                found.append({"file": file, "only_in": which, "row": line[1:]})
    return found
