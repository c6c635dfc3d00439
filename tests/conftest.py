"""Long files first: each file is run by one worker, and none is to end alone with a long one."""

from __future__ import annotations

from pathlib import Path

import pytest

LONGEST = (
    # Both begin with a compilation, of different kernels, so that no worker compiles what the other one is compiling.
    "extensions/test_strangers.py",
    "cli/test_plugins.py",
    "runs/test_run.py",
    "unit/test_compile.py",
    "runs/test_faults.py",
    "cli/test_commands.py",
    "unit/test_plots.py",
    "relations/test_levers.py",
    "runs/test_store.py",
    "cli/test_evidence_commands.py",
    "differential/test_engines.py",
    "relations/test_relations.py",
    "cli/test_installed.py",
    "fuzz/test_fuzz.py",
    "docs/test_documents.py",
    "relations/test_lever_signs.py",
    "unit/test_network_targets.py",
    "runs/test_cluster.py",
    "runs/test_kills.py",
    "unit/test_contrast_figures.py",
    "runs/test_designs.py",
    "runs/test_sweep_figures.py",
    "differential/test_engine_faults.py",
    "api/test_study.py",
    "runs/test_study_files.py",
    "docs/test_api_page.py",
)
"""Files that take more than ten seconds, the longest first; ``pytest --durations=0`` tells them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sorts the tests by their files; within a file they keep their order."""
    ranks = {Path(__file__).parent / name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))
