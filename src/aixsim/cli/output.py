"""Output of commands: lines without control characters, and JSON documents."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from aixsim.errors import UserError, storage_error
from aixsim.escapes import visible
from aixsim.runs.files import created
from aixsim.runs.signals import Interrupted

if TYPE_CHECKING:
    from aixsim.answers.answer import Answer

A = TypeVar("A", bound="Answer")


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


def show_answer(answer: A, text: Callable[[A, int | None], str], out: Path | None, *, as_json: bool) -> None:
    """Prints an answer, and writes its text, tables and figures if a folder is given.

    Args:
        answer: as from ``aixsim.answers``.
        text: returns it as text, a number of columns wide.
        out: folder; it must hold no result.
        as_json: print JSON instead of the text.

    Raises:
        UserError: the folder holds a result.
        StoreError: the files cannot be written.
    """
    from aixsim.report.figures.drawing import draw_figures
    from aixsim.report.text.text_layout import WIDTH

    refuse_results(out)
    if out is not None:
        name = type(answer).__name__.lower()
        document = json.dumps(answer.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        write_texts(out, {f"{name}.txt": text(answer, WIDTH), f"{name}.json": document})
        answer.write(out)
        draw_figures(answer, out)
    if as_json:
        print_json(answer.to_dict())
    else:
        sys.stdout.write(text(answer, None) + (f"\nTables and figures: {out}\n" if out is not None else ""))


def refuse_results(out: Path | None) -> None:
    """Refuses a folder for an answer that holds a result.

    Raises:
        UserError: it does.
    """
    if out is not None and (out / "provenance.json").exists():
        raise UserError(f"-o {out}: this folder holds a result; give another folder")


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
