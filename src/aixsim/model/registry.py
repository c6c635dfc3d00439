"""The mechanisms and levers that a problem may use: those of the package, of installed packages, and of files that a study names."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from aixsim.errors import UserError
from aixsim.model.discovery import discover
from aixsim.model.lever import Lever
from aixsim.model.mechanism import Mechanism
from aixsim.model.plugins import Plugin, PluginError, installed
from aixsim.world.arrays import frozen

_PACKAGES = (("aixsim.model.mechanisms", "MECHANISM"), ("aixsim.model.levers", "LEVER"))


@dataclass(frozen=True)
class Registry:
    """A value: two registries with the same plugins are equal, and a pickled one is made anew from the text of its plugins.

    Attributes:
        mechanisms: by name, in the order in which their hazards are added: those of the package, then those of plugins by name.
        levers: by name, in the order in which they are applied, likewise.
        plugins: those of installed packages, then those that the study names.
    """

    mechanisms: Mapping[str, Mechanism]
    levers: Mapping[str, Lever]
    plugins: tuple[Plugin, ...] = ()

    @classmethod
    def of(cls, files: tuple[Plugin, ...] = ()) -> Self:
        """Returns what the package, the installed packages and some files offer.

        Raises:
            PluginError: two of them define the same name.
        """
        plugins = installed() + files
        _refuse_clashes(plugins)
        mechanisms, levers = (dict(discover(*package)) for package in _PACKAGES)
        items = sorted((item for plugin in plugins for item in plugin.items), key=lambda item: item.name)
        mechanisms |= {item.name: item for item in items if isinstance(item, Mechanism)}
        levers |= {item.name: item for item in items if isinstance(item, Lever)}
        return cls(frozen(mechanisms), frozen(levers), plugins)

    def __hash__(self) -> int:
        return hash((*self.mechanisms, *self.levers, *(plugin.digest for plugin in self.plugins)))

    def __reduce__(self) -> Any:
        """Pickles the plugins: text of files, and which installed packages, which the other process must have too."""
        if self != _again(self.plugins):
            raise TypeError("a registry that was changed by hand cannot be pickled")
        return _again, (self.plugins,)

    def afresh(self) -> Registry:
        """Returns the same registry with the files of plugins executed anew, so that nothing is left of what their code remembers."""
        return Registry.of(tuple(plugin.afresh() for plugin in self.files))

    @property
    def files(self) -> tuple[Plugin, ...]:
        """The plugins that the study names."""
        return tuple(plugin for plugin in self.plugins if plugin.text is not None)

    @property
    def laws_digest(self) -> str:
        """Hash of the code of all plugins that define a mechanism; empty when there are none."""
        digests = sorted(plugin.digest for plugin in self.plugins if any(isinstance(item, Mechanism) for item in plugin.items))
        return hashlib.sha256("\n".join(digests).encode()).hexdigest() if digests else ""

    def used(self, settings: Mapping[str, Any]) -> tuple[Plugin, ...]:
        """Returns the plugins that determine numbers: all files of the study, and of installed packages those that the settings use."""
        stated = {f"{group}.{name}" for group in ("mechanisms", "levers") for name in settings[group]}
        return tuple(plugin for plugin in self.plugins if plugin.text is not None or stated.intersection(plugin.keys))

    def chosen_mechanisms(self, settings: Mapping[str, Any]) -> tuple[tuple[Mechanism, Any], ...]:
        """Returns the mechanisms that settings switch on, with the values of their parameters.

        Args:
            settings: of a problem, the distributions drawn.

        Raises:
            UserError: the settings name one that is not here.
        """
        return _chosen("mechanisms", self.mechanisms, settings)

    def chosen_levers(self, settings: Mapping[str, Any]) -> tuple[tuple[Lever, Any], ...]:
        """Returns the levers that settings use, likewise."""
        return _chosen("levers", self.levers, settings)


def _chosen(group: str, known: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[tuple[Any, Any], ...]:
    stated = settings[group]
    unknown = [name for name in stated if name not in known]
    if unknown:
        what = f"{group}.{unknown[0]}: there is no such thing; known: {', '.join(known)}"
        raise UserError(f"{what}; load the study with the file that defines it")
    return tuple((item, item.parameters.read(stated[name])) for name, item in known.items() if name in stated)


def _again(plugins: tuple[Plugin, ...]) -> Registry:
    return Registry.of(tuple(plugin for plugin in plugins if plugin.text is not None))


def _refuse_clashes(plugins: tuple[Plugin, ...]) -> None:
    taken = {(type(item), item.name): "aixsim itself" for package in _PACKAGES for item in discover(*package).values()}
    for plugin in plugins:
        for item in plugin.items:
            owner = taken.get((type(item), item.name))
            if owner is not None:
                kind = type(item).__name__.lower()
                raise PluginError(plugin.path, f"its {kind} {item.name!r} has the name of one of {owner}", "choose another name")
            taken[type(item), item.name] = plugin.path
