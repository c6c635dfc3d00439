"""Reads a config: its base, what it changes, what the command line changes, and every mistake at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from aixsim.config.lines import Path as Key
from aixsim.config.lines import line_of, lines_of
from aixsim.config.models import config_model
from aixsim.config.rules import relations
from aixsim.config.study import Study
from aixsim.config.validation import ConfigError, ConfigProblem, NotAllowed, nearest
from aixsim.model.keys import dotted, parse_key, quoted, split_key
from aixsim.model.plugins import PluginError, read_plugin, refuse_unsound_laws
from aixsim.model.registry import Registry

Sources = dict[Key, tuple[str, int | None]]
"""File and line of every key; ``--set`` has no line."""

_NAMED = ("programme", "goal", "expect")


@dataclass(frozen=True, slots=True)
class Placed:
    """A value that another file sets in a config.

    Attributes:
        value: as TOML holds it.
        file, line: where it stands, for messages.
    """

    value: Any
    file: str
    line: int | None


def load(path: Path | str, overrides: Sequence[str] = (), values: Mapping[str, Placed] | None = None) -> Study:
    """Reads and validates a config.

    Args:
        path: TOML file.
        overrides: ``key.path=value`` each, as after ``--set``; elements of arrays by number or name.
        values: likewise by key path, from another file.

    Raises:
        ConfigError: with every mistake found.
    """
    path = Path(path)
    document, sources = _read(path, ())
    for text in overrides:
        key = _override(document, text)
        sources[key] = (f"--set {text}", None)
    for text, placed in (values or {}).items():
        key = _set_text(document, text, placed)
        sources[key] = (placed.file, placed.line)
        for n in range(1, len(key)):
            sources.setdefault(key[:n], sources[key])  # a table that nobody else has stated
    registry = _registry(document, sources, path)
    model = config_model(registry)
    problems: list[ConfigProblem] = []
    table = None
    try:
        table = model.model_validate(document)
    except ValidationError as error:
        problems = [problem_of(item, sources, path, model) for item in error.errors()]
    study = Study(path.stem, path.parent, table, registry) if table is not None else None
    if study is not None:
        problems = [
            ConfigProblem(*_place(key, sources, path), dotted(key), fault.found, fault.allowed, fault.hint)
            for key, fault in relations(study)
        ]
    if problems or study is None:
        raise ConfigError(dict.fromkeys(problems))
    return study


def _registry(document: dict[str, Any], sources: Sources, path: Path) -> Registry:
    """Reads the files that a config names: what it may say depends on them. What is no list of names is left to validation."""
    table = document.get("plugins")
    names = table.get("files") if isinstance(table, dict) else None
    names = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
    place, home = _place(("plugins", "files"), sources, path), path.parent.resolve()
    for name in names:
        target = (home / name).resolve()
        if Path(name).is_absolute() or ".." in Path(name).parts or not target.is_relative_to(home) or target.suffix != ".py":
            raise ConfigError([ConfigProblem(*place, "plugins.files", f"found {name!r}", "Python files below the config's folder")])
    Registry.of()  # what is wrong with an installed package is not the config's fault
    try:
        plugins = tuple(dict.fromkeys(read_plugin(path.parent / name, name) for name in names))
        refuse_unsound_laws(plugins)
        return Registry.of(plugins)
    except PluginError as error:
        raise ConfigError([ConfigProblem(*place, "plugins.files", str(error), "")]) from error


def _fail(path: Path, found: str, allowed: str, line: int | None = None) -> ConfigError:
    return ConfigError([ConfigProblem(str(path), line, "", found, allowed)])


def _read(path: Path, above: tuple[Path, ...]) -> tuple[dict[str, Any], Sources]:
    """Returns a config merged over its bases, and the file and line that every key comes from."""
    if path.resolve() in above:
        raise _fail(path, "is its own base, by way of others", "bases without a circle")
    document, lines = parse(path)
    base = document.pop("base", None)
    if base is None:
        return document, {key: (str(path), line) for key, line in lines.items()}
    parent = _base(path, base, line_of(lines, ("base",)))
    below, sources = _read(parent, (*above, path.resolve()))
    own: Sources = {key: (str(path), line) for key, line in _numbered(lines, document, below).items()}
    return _merge(below, document), sources | own


def parse(path: Path) -> tuple[dict[str, Any], dict[Key, int]]:
    """Returns what a TOML file says, and the line of every key.

    Raises:
        ConfigError: there is no such file, or it is not TOML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        near = nearest(path.name, [item.name for item in path.parent.glob("*.toml")]) if path.parent.is_dir() else ""
        raise ConfigError([ConfigProblem(str(path), None, "", "there is no such file", "an existing TOML file", near)]) from None
    except UnicodeDecodeError as error:
        raise _fail(path, f"is not UTF-8 text (byte {error.start})", "a TOML file in UTF-8") from None
    except OSError as error:
        raise _fail(path, f"cannot be read ({error.strerror})", "a readable TOML file") from None
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else len(text.splitlines())
        raise _fail(path, f"is not TOML: {error}", "TOML; strings stand in quotes, shares have a point", line) from None
    return document, lines_of(text)


def _base(path: Path, base: Any, line: int | None) -> Path:
    """Returns the path of a base: below the config's folder, or below a folder ``configs`` that holds both."""

    def refuse(found: str) -> ConfigError:
        return ConfigError(
            [ConfigProblem(str(path), line, "base", found, "the path of a config below this folder, or below the same folder 'configs'")]
        )

    if not isinstance(base, str) or Path(base).is_absolute():
        raise refuse(f"found {base!r}")
    target = (path.parent / base).resolve()
    folder = path.parent.resolve()
    home = next((parent for parent in (folder, *folder.parents) if parent.name == "configs"), folder)
    if not target.is_relative_to(home):
        raise refuse(f"{base!r} leads outside {home.name!r}")
    if not target.is_file():
        raise refuse(f"{base!r} does not exist")
    return target


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Lays one config over another: tables key by key, arrays of tables by name, everything else replaced."""
    out = dict(below)
    for key, value in above.items():
        under = out.get(key)
        if isinstance(value, dict) and isinstance(under, dict) and "dist" not in value and "dist" not in under:
            out[key] = _merge(under, value)
        elif key in _NAMED and isinstance(value, list) and isinstance(under, list):
            out[key] = _merge_named(under, value)
        else:
            out[key] = value
    return out


def _merge_named(below: list[Any], above: list[Any]) -> list[Any]:
    out = list(below)
    for item in above:
        place = _position(below, item)
        if place is None:
            out.append(item)
        else:
            out[place] = _merge(below[place], item)
    return out


def _position(below: list[Any], item: Any) -> int | None:
    names = [other.get("name") if isinstance(other, dict) else None for other in below]
    name = item.get("name") if isinstance(item, dict) else None
    return names.index(name) if name is not None and name in names else None


def _numbered(lines: dict[Key, int], own: dict[str, Any], below: dict[str, Any]) -> dict[Key, int]:
    """Returns the lines by the positions that array elements have after merging."""
    out = {}
    for key, line in lines.items():
        if len(key) > 1 and key[0] in _NAMED and isinstance(key[1], int) and isinstance(below.get(key[0]), list):
            items, under = own[key[0]], below[key[0]]
            place = _position(under, items[key[1]])
            if place is None:
                place = len(under) + sum(_position(under, item) is None for item in items[: key[1]])
            key = (key[0], place, *key[2:])  # noqa: PLW2901 - the same key, renumbered
        out[key] = line
    return out


def _override(document: dict[str, Any], text: str) -> Key:
    """Applies one ``--set`` and returns the key that it changed."""
    place = (f"--set {text}", None)
    try:
        key, raw = split_key(text)
    except ValueError:
        raise ConfigError([ConfigProblem(*place, "", *_NO_SETTING)]) from None
    if not raw.startswith("="):
        raise ConfigError([ConfigProblem(*place, "", *_NO_SETTING)])
    try:
        value = tomllib.loads(f"value = {raw[1:]}")["value"]
    except tomllib.TOMLDecodeError:
        value = raw[1:].strip()
    return _set(document, key, value, place)


def _set_text(document: dict[str, Any], text: str, placed: Placed) -> Key:
    """Sets a value at a key path that another file states, and returns the key."""
    try:
        key = parse_key(text)
    except ValueError:
        fault = ConfigProblem(placed.file, placed.line, "", f"{text!r} is no key of a config", "such as mechanisms.peers.rate")
        raise ConfigError([fault]) from None
    return _set(document, key, placed.value, (placed.file, placed.line))


_NO_SETTING = ("is not of the form KEY=VALUE", "such as mechanisms.peers.rate=0.03")


def _set(document: dict[str, Any], key: Key, value: Any, place: tuple[str, int | None]) -> Key:
    """Sets the value at a key and returns the key with positions for names. In arrays a name is a name, however it looks."""

    def refuse(found: str, allowed: str, hint: str = "") -> ConfigError:
        return ConfigError([ConfigProblem(*place, "", found, allowed, hint)])

    node: Any = document
    passed: Key = ()
    for step in key:
        at: str | int = step
        if isinstance(node, list):
            known = [item.get("name") if isinstance(item, dict) else None for item in node]
            at = known.index(step) if step in known else step
            if not isinstance(at, int) or at >= len(node):
                names = [quoted(name) for name in known if isinstance(name, str)]
                what = step if isinstance(step, str) else f"[{step}]"
                allowed = ", ".join([*([f"[0] to [{len(node) - 1}]"] if node else []), *names]) or "an array with elements"
                raise refuse(f"there is no {what!r} in {dotted(passed)}", allowed, nearest(step, names))
        elif not isinstance(node, dict) or isinstance(step, int):
            raise refuse(f"{dotted(passed)} is no {'array' if isinstance(step, int) else 'table'}", "a key of the config")
        passed = (*passed, at)
        if len(passed) == len(key):
            node[at] = value
        elif isinstance(node, dict):
            node = node.setdefault(at, {})
        else:
            node = node[at]
    return passed


def problem_of(item: Any, sources: Sources, path: Path, model: type[BaseModel]) -> ConfigProblem:
    """Turns a pydantic error of a file that ``model`` describes into a problem with its place."""
    key = tuple(part for part in item["loc"] if not (isinstance(part, str) and part.startswith(("function-", "lax-", "constrained-"))))
    file, line = _place(key, sources, path)
    fault = item.get("ctx", {}).get("error")
    if isinstance(fault, NotAllowed):
        return ConfigProblem(file, line, dotted(key), fault.found, fault.allowed, fault.hint)
    if item["type"] == "extra_forbidden":
        known = _known(key[:-1], model)
        return ConfigProblem(file, line, dotted(key), f"there is no key {key[-1]!r} here", ", ".join(known), nearest(key[-1], known))
    if item["type"] == "missing":
        return ConfigProblem(file, line, dotted(key), "is missing", "it must be stated")
    allowed = item["msg"].replace("Input should be ", "").replace("valid ", "")
    hint = ""
    if item["type"] == "literal_error":
        hint = nearest(item["input"], re.findall(r"'([^']*)'", item["ctx"]["expected"]))
    return ConfigProblem(file, line, dotted(key), f"found {item['input']!r}", allowed, hint)


def _place(key: Key, sources: Sources, path: Path) -> tuple[str, int | None]:
    while key:
        if key in sources:
            return sources[key]
        key = key[:-1]
    return str(path), None


def _known(key: Key, model: type[BaseModel]) -> list[str]:
    """Returns the keys of the table at a path."""
    for part in key:
        if isinstance(part, int):
            continue
        annotation = model.model_fields[part].annotation
        candidates = [annotation, *getattr(annotation, "__args__", ())]
        model = next(c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel))
    names = list(model.model_fields)
    return names if key or "base" in names else ["base", *names]
