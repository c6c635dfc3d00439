"""What commands print: lines that are safe to show, and JSON documents."""

from __future__ import annotations

import json
import sys
from typing import Any

from aixsim.escapes import visible


def say(text: str) -> None:
    """Prints one line on standard output at once, without control characters."""
    sys.stdout.write(f"{visible(text)}\n")
    sys.stdout.flush()


def tell(text: str) -> None:
    """Prints lines on standard error, without control characters: progress and warnings."""
    sys.stderr.write("".join(f"{visible(line)}\n" for line in text.split("\n")))


def print_json(document: Any) -> None:
    """Prints one JSON document, in ASCII, which every terminal has."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
