"""``aixsim init``: a commented config to start from."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from aixsim.config import starter
from aixsim.config.shipped import meant, shipped_names
from aixsim.errors import UserError


def init(name: str, base: str) -> None:
    """Writes ``NAME.toml`` into the current folder; an existing file is never overwritten."""
    if not re.fullmatch(r"[\w.-]+", name):
        raise UserError(f"{name!r} is not a valid name of a config; use letters, digits, '-', '_' and '.'")
    if base not in shipped_names():
        hint = f"; did you mean {meant(base)!r}?" if meant(base) else ""
        raise UserError(f"--from {base}: no packaged config has this name; allowed: {', '.join(shipped_names())}{hint}")
    path = Path(f"{name.removesuffix('.toml')}.toml")
    text = starter(path.stem, base)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise UserError(f"{path} exists already; choose another name") from None
    sys.stdout.write(f"{path} written; next: aixsim check {path}, then aixsim run {path}\n")
