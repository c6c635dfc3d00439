"""Reads a config: its base, what it changes, what the command line changes, and every mistake at once."""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import BaseModel, ValidationError

from aixsim.arguments import as_path, instance
from aixsim.config.lines import Path as Key
from aixsim.config.lines import line_of, lines_of
from aixsim.config.models import config_model
from aixsim.config.rules import relations
from aixsim.config.study import Study
from aixsim.config.validation import ConfigError, ConfigProblem, NotAllowed, nearest
from aixsim.config.values import plain
from aixsim.model.keys import dotted, parse_key, quoted, split_key
from aixsim.model.plugins import PluginError, read_plugin, refuse_unsound_laws
from aixsim.model.registry import Registry

Sources = dict[Key, tuple[str, int | None]]
"""File and line of every key; ``--set`` has no line."""

_NAMED = ("programme", "goal", "expect")
MOST_BYTES: Final = 2_000_000
"""Size of the largest config that is read; the largest that the package ships has some thousand."""
DEEPEST: Final = 12
"""Levels of tables within tables and lists."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A value that the command line or another file sets in a config.

    Attributes:
        value: as TOML holds it.
        file, line: where it stands, for messages.
    """

    value: Any
    file: str
    line: int | None = None


def load(config: str | PathLike[str], overrides: Mapping[str, Any] | None = None) -> Study:
    """Reads and validates a config.

    Args:
        config: TOML file.
        overrides: values by key, instead of what the file says: ``{"levers.parks.number": 27}``. A programme, goal or expectation is
            addressed by its name, quoted where it is no bare key (``programme."AI Factory lead projects".grant_krw_bn``), or by its
            position (``programme[0].grant_krw_bn``).

    Raises:
        ConfigError: with every mistake found.
        ArgumentError: an argument is of another type.
    """
    path = find_config(config)
    document, sources = _read(path, ())
    _change(document, sources, overrides or {})
    return _study(document, sources, path.stem, path)


def find_config(config: str | PathLike[str]) -> Path:
    """Returns the file that a config's name or path stands for."""
    return as_path(config, "config")


def changed(study: Study, settings: Mapping[str, Any]) -> Study:
    """Returns a study with other settings, see ``Study.with_``."""
    document, sources = study.document(), Sources()
    _change(document, sources, settings)
    return _study(document, sources, study.name, study.folder / f"{study.name}.toml")


def settings_of(texts: Iterable[str]) -> dict[str, Placed]:
    """Returns the overrides that texts such as ``mechanisms.peers.rate=0.03`` stand for, as they follow ``--set``.

    Raises:
        ConfigError: one is not of that form.
    """
    found: dict[str, Placed] = {}
    for text in texts:
        try:
            key, rest = split_key(text)
        except ValueError:
            key, rest = (), ""
        if not rest.startswith("="):
            raise ConfigError([ConfigProblem(f"--set {text}", None, "", *_NO_SETTING)])
        try:
            value = tomllib.loads(f"value = {rest[1:]}")["value"]
        except (ValueError, RecursionError):
            value = rest[1:].strip()
        found.pop(dotted(key), None)  # the last word on a key is also the last one to be said
        found[dotted(key)] = Placed(value, f"--set {text}")
    return found


_NO_SETTING = ("is not of the form KEY=VALUE", "such as mechanisms.peers.rate=0.03")


def _study(document: dict[str, Any], sources: Sources, name: str, path: Path) -> Study:
    """Validates a document that was put together."""
    registry = _registry(document, sources, path)
    model = config_model(registry)
    try:
        table = model.model_validate(document)
    except ValidationError as error:
        raise ConfigError(dict.fromkeys(problem_of(item, sources, path, model) for item in error.errors())) from None
    study = Study(name, path.parent, table, registry)
    problems = [
        ConfigProblem(*_place(key, sources, path), dotted(key), fault.found, fault.allowed, fault.hint) for key, fault in relations(study)
    ]
    if problems:
        raise ConfigError(dict.fromkeys(problems))
    return study


def _change(document: dict[str, Any], sources: Sources, settings: Mapping[str, Any]) -> None:
    """Sets values in a document, and notes where they come from."""
    instance(settings, "overrides", Mapping, "values by key, such as {'levers.parks.number': 27}")
    for text, value in settings.items():
        placed = value if isinstance(value, Placed) else Placed(_as_toml(value), "overrides")
        try:
            key = parse_key(text)
        except (TypeError, ValueError):
            fault = ConfigProblem(placed.file, placed.line, "", f"{text!r} is no key of a config", "such as mechanisms.peers.rate")
            raise ConfigError([fault]) from None
        if found := _unfit({text: placed.value})[1]:
            raise ConfigError([ConfigProblem(placed.file, placed.line, "", found, "a value that the setting takes")])
        key = _set(document, key, placed.value, (placed.file, placed.line))
        sources[key] = (placed.file, placed.line)
        for n in range(1, len(key)):
            sources.setdefault(key[:n], sources[key])  # a table that nobody else has stated


def _as_toml(value: Any) -> Any:
    """Returns a value of Python or NumPy as TOML holds it."""
    if isinstance(value, Mapping):
        return {str(key): _as_toml(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_toml(item) for item in value]
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    return str(value) if isinstance(value, PathLike) else plain(value)


def _unfit(value: Any) -> tuple[Key, str]:
    """Returns where a value holds what no setting takes, and what that is: a null character, or table in table in table; empty for none."""
    rest: list[tuple[Key, Any]] = [((), value)]
    while rest:
        key, node = rest.pop()
        if isinstance(node, str) and "\0" in node:
            return key, "found a null character"
        if len(key) > DEEPEST:
            return key[:DEEPEST], f"found tables within tables, {DEEPEST} levels deep"
        if isinstance(node, dict):
            rest += [(key, name) for name in node] + [((*key, name), item) for name, item in node.items()]
        elif isinstance(node, list):
            rest += [((*key, position), item) for position, item in enumerate(node)]
    return (), ""


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
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise _fail(path, "is no regular file", "a TOML file")
        if about.st_size > MOST_BYTES:
            raise _fail(path, f"has {about.st_size:,} bytes", f"a TOML file of at most {MOST_BYTES:,} bytes")
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
    except (ValueError, RecursionError) as error:
        found = "is nested too deeply" if isinstance(error, RecursionError) else f"has a number that cannot be read ({error})"
        raise _fail(path, found, "TOML; numbers have at most some hundred digits, tables lie in one another a few levels deep") from None
    lines = lines_of(text)
    key, found = _unfit(document)
    if found:
        raise ConfigError([ConfigProblem(str(path), line_of(lines, key), dotted(key), found, "a value that the setting takes")])
    return document, lines


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
    places = _places(below)
    for item in above:
        place = places.get(_name(item))
        if place is None:
            out.append(item)
        else:
            out[place] = _merge(below[place], item)
    return out


def _places(items: list[Any]) -> dict[str | None, int]:
    """Returns the first position of every name."""
    return {name: place for place, item in reversed(list(enumerate(items))) if (name := _name(item)) is not None}


def _name(item: Any) -> str | None:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None


def _numbered(lines: dict[Key, int], own: dict[str, Any], below: dict[str, Any]) -> dict[Key, int]:
    """Returns the lines by the positions that array elements have after merging."""
    moved = {table: _moved(own[table], below[table]) for table in _NAMED if table in own and isinstance(below.get(table), list)}
    out = {}
    for key, line in lines.items():
        if len(key) > 1 and key[0] in moved and isinstance(key[1], int):
            key = (key[0], moved[str(key[0])][key[1]], *key[2:])  # noqa: PLW2901 - the same key, renumbered
        out[key] = line
    return out


def _moved(items: Any, below: list[Any]) -> list[int]:
    """Returns the position after merging of every element of an array."""
    places, n, out = _places(below), len(below), list[int]()
    for item in items if isinstance(items, list) else ():
        place = places.get(_name(item))
        out.append(n if place is None else place)
        n += place is None
    return out


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
