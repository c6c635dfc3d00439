"""``aixsim describe``: every parameter with unit, range, source and confidence."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.cli.output import tell
from aixsim.cli.studies import load_to_look_at
from aixsim.config import config_tables
from aixsim.errors import UserError, shortened, storage_error
from aixsim.evidence.assumptions import ledger as every_number
from aixsim.model.catalogue import PROGRAMME, Entry, entries
from aixsim.model.outcomes import DECLARED
from aixsim.model.parameters import Parameter
from aixsim.model.plugins import read_plugin
from aixsim.model.registry import Registry
from aixsim.model.senses import senses
from aixsim.report.text.ledger_table import as_csv, as_html, as_text
from aixsim.results.columns import SWEEP_TABLES, TABLES
from aixsim.runs.files import created


def describe(word: str | None, plugins: Sequence[Path]) -> None:
    """Prints the list of everything including plugins, or the entry of a name, or all entries that contain a word."""
    registry = Registry.of(tuple(read_plugin(file, str(file)) for file in plugins))
    known = [*entries(registry), PROGRAMME]
    if word is None:
        _list([(entry.key, f"{entry.title} ({len(entry.parameters)} settings)") for entry in known])
        sys.stdout.write("\naixsim describe NAME shows unit, range, source and confidence; aixsim describe WORD searches for a word.\n")
        return
    table, _, key = word.rpartition(".")
    named = [entry for entry in known if word in (entry.key, entry.key.rpartition(".")[2])]
    chosen = [(entry, entry.parameters) for entry in named] or [
        (entry, tuple(item for item in entry.parameters if item.name == key))
        for entry in known
        if table in (entry.key, entry.key.rpartition(".")[2]) and any(item.name == key for item in entry.parameters)
    ]
    for number, (entry, parameters) in enumerate(chosen):
        sys.stdout.write("\n" if number else "")
        _print(entry, parameters)
    if not chosen:
        _search(word, known)


def _search(word: str, known: Sequence[Entry]) -> None:
    """Prints everything with a word in its name or meaning; a final s of the word is ignored.

    Raises:
        UserError: nothing was found.
    """
    owners: dict[tuple[str, str], list[tuple[str, Parameter]]] = {}
    for entry in known:
        for item in entry.parameters:
            owners.setdefault((item.name, item.meaning), []).append((entry.key, item))
    # Settings that all levers have are shown once.
    settings = [
        (f"{key if len(same) == 1 else key.partition('.')[0] + '.*'}.{item.name}", item)
        for same in owners.values()
        for key, item in same[:1]
    ]
    tables = [(f"{table}.{name}", one) for found in (TABLES, SWEEP_TABLES) for table, held in found.items() for name, one in held.items()]
    # Title; name, meaning and unit of each. Every key of a lever contains "levers", so only the last part of the key is searched.
    everything = {
        "Mechanisms, levers, sections": [(entry.key, entry.title, "") for entry in known],
        "Settings": [(name, item.meaning, item.unit) for name, item in settings],
        "Other tables of a config": [(*line, "") for line in config_tables()],
        "Outcomes": [(outcome.name, outcome.title, "") for outcome in DECLARED],
        "Senses": [(sense.name, sense.meaning, "") for sense in senses().values()],
        "Columns of results (docs/reference/columns.md)": [(name, one.meaning, one.unit) for name, one in dict(tables).items()],
    }
    wanted = word.casefold().removesuffix("s")
    found = {
        title: [
            (name, f"{meaning} [{unit}]" if unit else meaning)
            for name, meaning, unit in lines
            if wanted in f"{name.rpartition('.')[2] if title == 'Settings' else name} {meaning}".casefold()
        ]
        for title, lines in everything.items()
    }
    for title, lines in found.items():
        if lines:
            sys.stdout.write(f"{title}\n")
            _list(lines, "  ")
    if not any(found.values()):
        words = {part for lines in everything.values() for name, *_ in lines for part in (name, name.rpartition(".")[2])}
        close = difflib.get_close_matches(word, sorted(words), 3)
        hint = f"; did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise UserError(
            f"there is nothing called {shortened(word)!r}, and no meaning has this word{hint}; aixsim describe lists everything"
        )


def _list(lines: Sequence[tuple[str, str]], indent: str = "") -> None:
    width = max(len(name) for name, _ in lines)
    for name, text in lines:
        sys.stdout.write(f"{indent}{name:<{width}}  {text}\n")


def ledger(config: Path | None, out: Path | None, plugins: Sequence[Path]) -> None:
    """Prints the ledger of all parameters, or writes it as CSV, HTML or text."""
    study = None
    if config is not None:
        study, left_out = load_to_look_at(config, {}, plugins)
        if left_out:
            tell(f"{config}: {left_out}")
    title = "Assumptions of aixsim" + (f": {study.title}" if study is not None else ", default values")
    lines = every_number(study)
    writers = {".csv": lambda: as_csv(lines), ".html": lambda: as_html(lines, title), ".txt": lambda: as_text(lines, title)}
    if out is None:
        sys.stdout.write(as_text(lines, title))
        return
    if out.suffix not in writers:
        raise UserError(f"-o {out}: allowed: a file name that ends in {', '.join(writers)}")
    try:
        with created(out.parent):
            out.write_text(writers[out.suffix](), encoding="utf-8")
    except OSError as error:
        raise storage_error(out, error) from error
    sys.stdout.write(f"{len(lines)} parameters: {out}\n")


def _print(entry: Entry, parameters: Sequence[Parameter]) -> None:
    out = sys.stdout
    out.write(f"[{entry.key}]  {entry.title}\n")
    for label, text in (("law", entry.law), ("source", entry.source)):
        if text:
            out.write(f"  {label}: {text}\n")
    for item in parameters:
        bounds = "" if item.low == item.high else f", {item.low:g} to {item.high:g}"
        out.write(f"\n  {item.name} = {_value(item)}  [{item.unit}{bounds}]\n")
        out.write(f"    {item.meaning}\n    source: {item.source} ({item.confidence})\n")
        if item.prior:
            out.write(f"    assumed; documented range: {item.prior}\n")
        if item.choices:
            out.write(f"    allowed: {', '.join(item.choices)}\n")


def _value(item: Parameter) -> str:
    if isinstance(item.default, dict):
        return "{ " + ", ".join(f"{name} = {value:g}" for name, value in item.default.items()) + " }"
    return str(item.default)
