"""Loads studies for commands, and prints which Python files of a config are executed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aixsim.cli.output import tell
from aixsim.config.study import Study, load, load_without_plugins, plugin_files
from aixsim.config.sweep_study import SweepStudy, load_sweep, sweep_plugin_files


def load_study(config: Path, overrides: Mapping[str, Any], *, allow_plugins: bool) -> Study:
    """Reads and validates a config; before, prints which of its Python files are executed."""
    if allow_plugins:
        for file in plugin_files(config, overrides):
            tell_of_code(file)
    return load(config, overrides, allow_plugins=allow_plugins)


def load_sweep_study(study_file: Path, *, allow_plugins: bool) -> SweepStudy:
    """Reads and validates a study file; says first which Python files of its configs are executed, if they may be."""
    if allow_plugins:
        for file in sweep_plugin_files(study_file):
            tell_of_code(file)
    return load_sweep(study_file, allow_plugins=allow_plugins)


def tell_of_code(file: Path | str) -> None:
    """Prints that a Python file is executed."""
    tell(f"executes the Python code of {file}")


def load_to_look_at(config: Path, overrides: Mapping[str, Any], named: Sequence[Path]) -> tuple[Study, str]:
    """Returns a study, and a message on what was left out; empty if nothing was.

    Args:
        config, overrides: as in ``load``.
        named: Python files that the user has named. If they are all that the config needs they are executed, else none is.
    """
    files = plugin_files(config, overrides)
    if {file.resolve() for file in files} <= {file.resolve() for file in named}:
        return load_study(config, overrides, allow_plugins=True), ""
    study, keys = load_without_plugins(config, overrides)
    options = " ".join(f"--plugin {file}" for file in files)
    return study, f"left out: {', '.join(keys) or 'nothing'}; its Python files are not executed; to include them, add {options}"
