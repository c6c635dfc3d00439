"""Reads TOML files: a config merged with its bases, with the file and line of every key."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from aixsim.arguments import UnreadableError, read_text
from aixsim.config.lines import Path as Key
from aixsim.config.lines import lines_of
from aixsim.config.shipped import meant, shipped_folder, shipped_names
from aixsim.config.validation import ConfigError, ConfigProblem, NotAllowed, nearest
from aixsim.model.keys import dotted

MOST_BYTES: Final = 2_000_000
"""Largest size of a config, in bytes; those of the package have some thousands."""
DEEPEST: Final = 12
"""Largest depth of nested tables and lists."""
_MOST_BITS: Final = 1000
"""Largest number of digits of a whole number, so that it fits into a float."""
_NAMED = ("programme", "goal", "expect", "rule")
Model = TypeVar("Model", bound=BaseModel)


@dataclass(slots=True)
class Document:
    """The content of a config with its origin.

    Attributes:
        path: of the file.
        tables: its content.
        places: file and line of every key; ``--set`` has no line.
        base: its base; None if it has none.
    """

    path: Path
    tables: dict[str, Any]
    places: dict[Key, tuple[str, int | None]]
    base: Document | None = None

    def place(self, key: Key) -> tuple[str, int | None]:
        """Returns file and line of a key, or of the innermost table that contains it."""
        found = (self.places[key[:n]] for n in range(len(key), 0, -1) if key[:n] in self.places)
        return next(found, (str(self.path), None))

    def problem(self, key: Key, found: str, allowed: str, hint: str = "") -> ConfigProblem:
        """Returns a problem at a key."""
        return ConfigProblem(*self.place(key), dotted(key), found, allowed, hint)

    def validated(self, model: type[Model]) -> Model:
        """Returns the tables as a model.

        Raises:
            ConfigError: lists all problems.
        """
        try:
            return model.model_validate(self.tables)
        except ValidationError as error:
            raise ConfigError(dict.fromkeys(self._problem_of(item, model) for item in error.errors())) from None

    def _problem_of(self, item: Any, model: type[BaseModel]) -> ConfigProblem:
        """Turns a pydantic error into a problem with its place."""
        key = tuple(part for part in item["loc"] if not (isinstance(part, str) and part.startswith(("function-", "lax-", "constrained-"))))
        fault = item.get("ctx", {}).get("error")
        if isinstance(fault, NotAllowed):
            return self.problem(key, fault.found, fault.allowed, fault.hint)
        if item["type"] == "extra_forbidden":
            known = _known(key[:-1], model)
            return self.problem(key, f"unknown key {key[-1]!r}", ", ".join(known), nearest(key[-1], known))
        if item["type"] == "missing":
            return self.problem(key, "is missing", "it is required")
        allowed = item["msg"].replace("Input should be ", "").replace("valid ", "")
        hint = ""
        if item["type"] == "literal_error":
            hint = nearest(item["input"], re.findall(r"'([^']*)'", item["ctx"]["expected"]))
        return self.problem(key, f"found {item['input']!r}", allowed, hint)


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


def read(path: Path, above: tuple[Path, ...] = ()) -> Document:
    """Returns a config merged over its bases.

    Args:
        path: of the file.
        above: configs of which it is a base, resolved.

    Raises:
        ConfigError: one of the files cannot be read, or is its own base.
    """
    if path.resolve() in above:
        raise _fail(path, "is its own base, through other configs", "bases without a circle")
    own = parse(path)
    base = own.tables.pop("base", None)
    if base is None:
        return own
    below = read(_base(own, base), (*above, path.resolve()))
    return Document(path, _merge(below.tables, own.tables), below.places | _numbered(own, below.tables), below)


def parse(path: Path) -> Document:
    """Returns the content of a TOML file, without its base.

    Raises:
        ConfigError: the file does not exist, or is not TOML.
    """
    try:
        text = read_text(path, MOST_BYTES)
    except FileNotFoundError:
        near = nearest(path.name, [item.name for item in path.parent.glob("*.toml")]) if path.parent.is_dir() else ""
        raise _fail(path, "there is no such file", existing(), hint=near or meant(str(path))) from None
    except UnreadableError as error:
        raise _fail(path, error.found, error.allowed) from None
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+)", str(error))
        line = int(place[1]) if place else len(text.splitlines())
        raise _fail(path, f"is not TOML: {error}", "TOML; strings need quotes, decimal numbers a point", line) from None
    except (ValueError, RecursionError) as error:
        found = "is nested too deeply" if isinstance(error, RecursionError) else f"has a number that cannot be read ({error})"
        raise _fail(path, found, "TOML; numbers have at most some hundred digits, tables are nested a few levels deep") from None
    document = Document(path, tables, {key: (str(path), line) for key, line in lines_of(text).items()})
    key, found = unfit(tables)
    if found:
        raise ConfigError([document.problem(key, found, "a valid value of the setting")])
    return document


def existing() -> str:
    """Returns in words what names a config: a file or a packaged name."""
    return f"an existing TOML file, or the name of a packaged config: {', '.join(shipped_names())}"


def unfit(value: Any) -> tuple[Key, str]:
    """Returns the key and a description of a value that no setting can have; empty if there is none."""
    rest: list[tuple[Key, Any]] = [((), value)]
    while rest:
        key, node = rest.pop()
        if isinstance(node, str) and "\0" in node:
            return key, "found a null character"
        if isinstance(node, int) and node.bit_length() > _MOST_BITS:
            return key, "found a number of more than 300 digits"
        if len(key) > DEEPEST:
            return key[:DEEPEST], f"found tables nested {DEEPEST} levels deep"
        if isinstance(node, dict):
            rest += [(key, name) for name in node] + [((*key, name), item) for name, item in node.items()]
        elif isinstance(node, list):
            rest += [((*key, position), item) for position, item in enumerate(node)]
    return (), ""


def _fail(path: Path, found: str, allowed: str, line: int | None = None, hint: str = "") -> ConfigError:
    return ConfigError([ConfigProblem(str(path), line, "", found, allowed, hint)])


def _base(document: Document, base: Any) -> Path:
    """Returns the path of a base: below the config's folder, below a folder ``configs`` that contains both, or a packaged config."""

    def refuse(found: str, hint: str = "") -> ConfigError:
        allowed = "the path of a config below this folder, or below the same folder 'configs', or the name of a packaged config: "
        return ConfigError([document.problem(("base",), found, allowed + ", ".join(shipped_names()), hint)])

    if not isinstance(base, str) or Path(base).is_absolute():
        raise refuse(f"found {base!r}")
    folder = document.path.parent.resolve()
    target = (folder / base).resolve()
    home = next((parent for parent in (folder, *folder.parents) if parent.name == "configs"), folder)
    if not target.is_relative_to(home):
        raise refuse(f"{base!r} is outside {home.name!r}", meant(base))
    if target.is_file():
        return target
    if base in shipped_names():
        return shipped_folder() / f"{base}.toml"
    raise refuse(f"{base!r} does not exist", meant(base))


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Merges a config into its base: tables key by key, arrays of tables by name; everything else is replaced."""
    out = dict(below)
    for key, value in above.items():
        under = out.get(key)
        if isinstance(value, dict) and isinstance(under, dict) and "dist" not in value and "dist" not in under:
            out[key] = _merge(under, value)
        elif key in _NAMED and isinstance(value, list) and isinstance(under, list):
            merged = list(under)
            for item, place in zip(value, _moved(value, under), strict=True):
                merged[place : place + 1] = [_merge(under[place], item) if place < len(under) else item]
            out[key] = merged
        else:
            out[key] = value
    return out


def _moved(items: list[Any], below: list[Any]) -> list[int]:
    """Returns the position after merging of every element of an array: that of the first with its name, or after all others."""
    first = {_name(item): place for place, item in reversed(list(enumerate(below)))}
    out, n = [], len(below)
    for item in items:
        name = _name(item)
        place = n if name is None else first.get(name, n)
        out.append(place)
        n += place == n
    return out


def _name(item: Any) -> str | None:
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) else None


def _numbered(own: Document, below: dict[str, Any]) -> dict[Key, tuple[str, int | None]]:
    """Returns the places by the positions that array elements have after merging."""
    arrays = [key for key in _NAMED if isinstance(own.tables.get(key), list) and isinstance(below.get(key), list)]
    moved = {key: _moved(own.tables[key], below[key]) for key in arrays}

    def after(key: Key) -> Key:
        match key:
            case (str(table), int(position), *rest) if table in moved:
                return (table, moved[table][position], *rest)
        return key

    return {after(key): place for key, place in own.places.items()}
