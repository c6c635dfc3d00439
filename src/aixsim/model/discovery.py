"""Finds what the files of a package define: one file a thing, no list to keep."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import Any


@cache
def discover(package: str, attribute: str) -> Mapping[str, Any]:
    """Returns ``{name: object}`` of every module of ``package`` that defines ``attribute``: one file a mechanism or lever, no list to keep.

    The order is alphabetical by module, hence the same on every machine: sums of floats depend on it.

    Raises:
        ValueError: two modules define the same name.
    """
    found: dict[str, Any] = {}
    location = importlib.import_module(package).__path__
    for module_info in sorted(pkgutil.iter_modules(location), key=lambda info: info.name):
        module = importlib.import_module(f"{package}.{module_info.name}")
        item = getattr(module, attribute, None)
        if item is None:
            continue
        if item.name in found:
            raise ValueError(f"{package} defines {item.name!r} twice")
        found[item.name] = item
    return found
