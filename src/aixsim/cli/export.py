"""``aixsim export``: a result for other programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aixsim.cli.output import print_json, say, tell
from aixsim.sharing.export_formats import Format, export


def command(result: Path, to: Format, out: Path | None, tables: Sequence[str], by_replicate: Sequence[str], *, as_json: bool) -> None:
    """Writes the files and prints their paths."""
    paths = export(result, to, out, tables=tables, by_replicate=by_replicate, tell=tell)
    if as_json:
        print_json({"format": to, "files": [str(path) for path in paths]})
    else:
        for path in paths:
            say(str(path))
