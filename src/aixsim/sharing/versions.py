"""The versions that a result was made with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_OWN: Final = ("aixsim", "git_commit", "data_sha256", "model_sha256", "python")
_MACHINE: Final = ("system", "architecture")


def named_versions(provenance: Mapping[str, Any]) -> dict[str, str]:
    """Returns program, data, model, packages and machine of a provenance or of ``environment()``, by name; ``unknown`` if not stated."""
    found = {name: provenance.get(name) for name in _OWN}
    found |= provenance.get("packages", {})
    found |= {name: provenance.get("machine", {}).get(name) for name in _MACHINE}
    return {name: "unknown" if value is None else str(value) for name, value in found.items()}
