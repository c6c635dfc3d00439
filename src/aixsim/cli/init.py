"""``aixsim init``: a commented config to start from."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from aixsim.config import starter
from aixsim.errors import UserError


def init(name: str) -> None:
    """Writes ``NAME.toml`` into the current folder and never over an existing file."""
    if not re.fullmatch(r"[\w.-]+", name):
        raise UserError(f"{name!r} is not a name for a config; use letters, digits, '-', '_' and '.'")
    path = Path(f"{name.removesuffix('.toml')}.toml")
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(starter(path.stem))
    except FileExistsError:
        raise UserError(f"{path} exists already; choose another name") from None
    sys.stdout.write(f"{path} written; next: aixsim check {path}, then aixsim run {path}\n")
