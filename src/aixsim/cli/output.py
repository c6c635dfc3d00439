"""Output of commands: lines without control characters, and JSON documents."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aixsim.errors import storage_error
from aixsim.escapes import visible
from aixsim.runs.files import created
from aixsim.runs.signals import Interrupted


def say(text: str) -> None:
    """Prints one line on standard output at once, without control characters."""
    sys.stdout.write(f"{visible(text)}\n")
    sys.stdout.flush()


def tell(text: str) -> None:
    """Prints lines on standard error, without control characters: progress and warnings."""
    sys.stderr.write("".join(f"{visible(line)}\n" for line in text.split("\n")))


@contextmanager
def report_interrupts() -> Iterator[None]:
    """Prints what an interrupted command has saved and exits with code 130; Typer would print nothing."""
    try:
        yield
    except Interrupted as interrupted:
        tell(str(interrupted))
        raise SystemExit(130) from None


def print_json(document: Any) -> None:
    """Prints one JSON document in ASCII, which every terminal can show."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")


def write_texts(folder: Path, texts: Mapping[str, str]) -> None:
    """Writes texts by file name into a folder, which is created.

    Raises:
        StoreError: the files cannot be written.
    """
    try:
        with created(folder):
            for name, text in texts.items():
                (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise storage_error(folder, error) from error
