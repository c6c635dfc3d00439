"""``aixsim describe``: every parameter with unit, range, source and confidence."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from aixsim.cli.output import tell
from aixsim.cli.studies import load_to_look_at
from aixsim.errors import UserError, storage_error
from aixsim.evidence.assumptions import ledger as every_number
from aixsim.model.catalogue import PROGRAMME, Entry, entries
from aixsim.model.parameters import Parameter
from aixsim.model.plugins import read_plugin
from aixsim.model.registry import Registry
from aixsim.report.text.ledger_table import as_csv, as_html, as_text


def describe(name: str | None, plugins: Sequence[Path]) -> None:
    """Prints the list of everything, what plugins offer included, or one entry with its parameters."""
    registry = Registry.of(tuple(read_plugin(file, str(file)) for file in plugins))
    known = [*entries(registry), PROGRAMME]
    if name is None:
        width = max(len(entry.key) for entry in known)
        for entry in known:
            sys.stdout.write(f"{entry.key:<{width}}  {entry.title} ({len(entry.parameters)} settings)\n")
        sys.stdout.write("\naixsim describe NAME shows one of them with unit, range, source and confidence of every setting.\n")
        return
    table, _, key = name.rpartition(".")
    for entry in known:
        names = (entry.key, entry.key.rpartition(".")[2])
        one = [item for item in entry.parameters if item.name == key] if table in names else []
        if name in names or one:
            _print(entry, entry.parameters if name in names else one)
            return
    close = difflib.get_close_matches(name, [entry.key for entry in known] + [entry.key.rpartition(".")[2] for entry in known], 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise UserError(f"there is nothing called {name!r}{hint}; aixsim describe lists everything")


def ledger(config: Path | None, out: Path | None, plugins: Sequence[Path]) -> None:
    """Prints the ledger of all numbers, or writes it as CSV, HTML or text."""
    study = None
    if config is not None:
        study, left_out = load_to_look_at(config, {}, plugins)
        if left_out:
            tell(f"{config}: {left_out}")
    title = "Assumptions of aixsim" + (f": {study.title}" if study is not None else ", as they are when no config says otherwise")
    lines = every_number(study)
    writers = {".csv": lambda: as_csv(lines), ".html": lambda: as_html(lines, title), ".txt": lambda: as_text(lines, title)}
    if out is None:
        sys.stdout.write(as_text(lines, title))
        return
    if out.suffix not in writers:
        raise UserError(f"-o {out}: allowed: a name that ends in {', '.join(writers)}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(writers[out.suffix](), encoding="utf-8")
    except OSError as error:
        raise storage_error(out, error) from error
    sys.stdout.write(f"{len(lines)} numbers: {out}\n")


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
            out.write(f"    not known; documented range: {item.prior}\n")
        if item.choices:
            out.write(f"    allowed: {', '.join(item.choices)}\n")


def _value(item: Parameter) -> str:
    if isinstance(item.default, dict):
        return "{ " + ", ".join(f"{name} = {value:g}" for name, value in item.default.items()) + " }"
    return str(item.default)
