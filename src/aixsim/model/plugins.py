"""Mechanisms and levers from outside the package: files that a config names, and entry points of installed packages.

A file is executed from the very bytes that its hash is taken of, so that a run is never said to be of a file that was changed since.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from aixsim.errors import UserError
from aixsim.model.lever import Lever
from aixsim.model.mechanism import Mechanism
from aixsim.model.problem import Problem
from aixsim.model.scenario import Scenario
from aixsim.model.soundness import faults, hazard_faults

GROUP = "aixsim.plugins"
"""Group of entry points; each names a module, or a mechanism or lever in one."""
_KINDS: Mapping[str, type[Any]] = {"MECHANISM": Mechanism, "LEVER": Lever}
_DEFINE = "define MECHANISM or LEVER in it (several: MECHANISMS or LEVERS, a tuple)"


class PluginError(UserError):
    """A plugin that cannot be used."""

    def __init__(self, file: str, found: str, remedy: str) -> None:
        super().__init__(f"{file}: {found}; {remedy}")


@dataclass(frozen=True, eq=False)
class Plugin:
    """Mechanisms and levers of one file or entry point. Picklable: another process reads the same text.

    Attributes:
        name: as the config states it, or of the entry point.
        path: the file, as messages name it.
        text: content of the file; None for an entry point.
        digest: SHA-256 of the code.
        items: what it defines.
    """

    name: str
    path: str
    text: bytes | None
    digest: str
    items: tuple[Mechanism | Lever, ...]

    @property
    def origin(self) -> str:
        """``file``, or which entry point of which installed package."""
        return "file" if self.text is not None else self.path

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys in the config, such as ``levers.test_beds``."""
        return tuple(f"{'mechanisms' if isinstance(item, Mechanism) else 'levers'}.{item.name}" for item in self.items)

    def afresh(self) -> Plugin:
        """Returns the plugin of a file with its text executed anew; the module that others use stays in its place."""
        name = _module_name(self.digest)
        used = sys.modules[name]
        try:
            return plugin_of.__wrapped__(self.name, self.path, self.text or b"")
        finally:
            sys.modules[name] = used

    def __reduce__(self) -> Any:
        """Pickles the text instead of the code; of an installed package, which one it is."""
        if self.text is None:
            return _installed_as, (self.name, self.path, self.digest)
        return plugin_of, (self.name, self.path, self.text)


def read_plugin(path: Path, name: str) -> Plugin:
    """Reads a file.

    Args:
        path: the file.
        name: as the config states it.

    Raises:
        PluginError: it is not there, not Python, raises, or defines nothing that can be used.
    """
    try:
        if path.exists() and not path.is_file():  # reading a pipe would wait for ever
            raise PluginError(str(path), "is no regular file", "name a Python file")
        text = path.read_bytes()
    except OSError as error:
        raise PluginError(str(path), f"cannot be read ({error.strerror})", "name a Python file that exists") from None
    return plugin_of(name, str(path), text)


def _module_name(digest: str) -> str:
    """Returns a name that follows from the content: machine code and pickles of one law are never taken for those of another."""
    return f"aixsim_plugin_{digest[:24]}"


@cache
def plugin_of(name: str, path: str, text: bytes) -> Plugin:
    """Returns the plugin of a text, made once."""
    digest = hashlib.sha256(text).hexdigest()
    module = ModuleType(_module_name(digest))
    module.__file__ = path
    sys.modules[module.__name__] = module
    try:
        exec(compile(text.decode("utf-8"), path, "exec"), module.__dict__)  # noqa: S102 - the user's own code, which the config asks for
    except UnicodeDecodeError as error:
        raise PluginError(path, f"is not UTF-8 text (byte {error.start})", "name a Python file") from None
    except SyntaxError as error:
        raise PluginError(path, f"is not Python: line {error.lineno}: {error.msg}", "fix it") from None
    except (Exception, SystemExit) as error:
        raise PluginError(path, f"raises {_told(error, path)} when it is read", "fix it") from error
    return Plugin(name, path, text, digest, _items(module, path))


@cache
def installed() -> tuple[Plugin, ...]:
    """Returns the plugins of installed packages, by name of the entry point.

    Raises:
        PluginError: one of them cannot be used.
    """
    return tuple(_from_entry_point(point) for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)))


def _installed_as(name: str, path: str, digest: str) -> Plugin:
    """Returns the plugin of an installed package that another process used."""
    here = next((plugin for plugin in installed() if (plugin.name, plugin.digest) == (name, digest)), None)
    if here is None:
        raise PluginError(path, "is not installed here, or with other code than where this was made", "install the same version")
    return here


def _from_entry_point(point: EntryPoint) -> Plugin:
    package = point.dist.name if point.dist else point.module
    path = f"entry point {point.name!r} of the package {package}"
    try:
        loaded = point.load()
    except Exception as error:
        raise PluginError(path, f"raises {_told(error, '')}", f"fix or uninstall {package}") from error
    return Plugin(point.name, path, None, _code_hash(point.module), _items(loaded, path))


def _code_hash(module: str) -> str:
    """Returns the hash of all code of the package that a module belongs to."""
    top = Path(sys.modules[module.partition(".")[0]].__file__ or sys.modules[module].__file__ or "")
    digest = hashlib.sha256()
    for file in sorted(top.parent.rglob("*.py")) if top.name == "__init__.py" else [top]:
        digest.update(file.relative_to(top.parent).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def _items(module: Any, path: str) -> tuple[Mechanism | Lever, ...]:
    """Returns what a module defines; an entry point may also name a mechanism or lever itself."""
    items: list[Mechanism | Lever] = []
    for attribute, item in [("", module)] if isinstance(module, Mechanism | Lever) else list(_defined(module, path)):
        if attribute and not isinstance(item, _KINDS[attribute]):
            raise PluginError(path, f"its {attribute} is a {type(item).__name__}", f"make it a {_KINDS[attribute].__name__}")
        wrong = next(faults(item), None)
        if wrong is not None:
            raise PluginError(path, f"{type(item).__name__.lower()} {item.name!r}: {wrong}", "fix it")
        items.append(replace(item, apply=_guarded(item, path)) if isinstance(item, Lever) else item)
    if not items:
        raise PluginError(path, "defines neither MECHANISM nor LEVER", _DEFINE)
    return tuple(items)


def _defined(module: Any, path: str) -> Iterable[tuple[str, Any]]:
    for attribute in _KINDS:
        if hasattr(module, attribute):
            yield attribute, getattr(module, attribute)
        several = getattr(module, f"{attribute}S", ())
        if not isinstance(several, tuple | list):
            raise PluginError(path, f"its {attribute}S is no tuple", _DEFINE)
        yield from ((attribute, item) for item in several)


def _guarded(lever: Lever, path: str) -> Callable[[Scenario, Any, Problem], None]:
    """Returns ``apply``, whose errors name the file: they are the user's to fix."""

    def apply(scenario: Scenario, p: Any, problem: Problem) -> None:
        before = _kept(scenario)
        try:
            lever.apply(scenario, p, problem)
        except Exception as error:
            raise PluginError(path, f"lever {lever.name!r} raises {_told(error, path)}", "fix its apply") from error
        if changed := [name for name, value in _kept(scenario).items() if value != before[name]]:
            found = f"lever {lever.name!r} changes {', '.join(changed)} of the scenario"
            raise PluginError(path, found, "leave seed, replicate, scale, and the shapes and types of arrays as they are")

    return apply


_SIZED_BY_LEVERS = ("model_lead", "model_start", "model_stop")
"""Arrays with one entry per collaboration model, which a lever founds."""


def _kept(scenario: Scenario) -> dict[str, Any]:
    """Returns what no lever may change: the address of random numbers, the scale, and shape and type of arrays."""
    arrays = {name: getattr(scenario, name) for name in Scenario.__dataclass_fields__ if name not in _SIZED_BY_LEVERS}
    held = {name: (value.shape, value.dtype) for name, value in arrays.items() if isinstance(value, np.ndarray)}
    return held | {name: getattr(scenario, name) for name in ("seed", "replicate", "scale")}


def refuse_unsound_laws(plugins: Iterable[Plugin]) -> None:
    """Raises a plugin error when a hazard is negative, no number, or raises somewhere inside the ranges of its parameters."""
    for plugin in plugins:
        for item in plugin.items:
            wrong = next(hazard_faults(item), None) if isinstance(item, Mechanism) else None
            if wrong is not None:
                raise PluginError(
                    plugin.path, f"the hazard of mechanism {item.name!r}: {wrong}", "fix the law, or narrow the parameters' ranges"
                )


def _told(error: BaseException, path: str) -> str:
    """Returns an error in a few words, with the last line of the file that it went through."""
    line, step = None, error.__traceback__
    while step is not None:
        if step.tb_frame.f_code.co_filename == path:
            line = step.tb_lineno
        step = step.tb_next
    return f"{type(error).__name__} ({error})" + (f" in line {line}" if line else "")
