"""``aixsim pack``: a result or a sweep as one zip file."""

from __future__ import annotations

from pathlib import Path

from aixsim.cli.output import print_json, say
from aixsim.runs.cost import size
from aixsim.runs.files import file_checksum
from aixsim.sharing.archive import pack


def command(place: Path, out: Path | None, licence: str | None, *, as_json: bool) -> None:
    """Writes the file and prints its path, size and SHA-256."""
    path = pack(place, out, licence=licence)
    n_bytes, digest = path.stat().st_size, file_checksum(path)
    if as_json:
        print_json({"file": str(path), "bytes": n_bytes, "sha256": digest})
    else:
        say(f"{path}: {size(n_bytes)}, SHA-256 {digest}")
        say(f"Others run it again with: aixsim reproduce {path.name}")
