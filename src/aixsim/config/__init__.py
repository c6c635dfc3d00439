"""Configs: read from TOML and validated; every error is reported with its line and remedy."""

from __future__ import annotations

from typing import Any

from aixsim.config.models import config_model
from aixsim.config.overrides import settings_of
from aixsim.config.starter import starter
from aixsim.config.study import load
from aixsim.model.catalogue import SECTIONS
from aixsim.model.registry import Registry

__all__ = ["config_tables", "load", "schema", "settings_of", "starter"]


def schema() -> dict[str, Any]:
    """Returns the JSON schema of a config (draft 2020-12), for completion in editors."""
    document = config_model(Registry.of()).model_json_schema()
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    base = "Config that this one changes: path from this file, or name of a packaged config."
    document["properties"]["base"] = {"type": "string", "description": base}
    # A config with a base states only what differs, so no key is required.
    for table in (document, *document["$defs"].values()):
        table.pop("required", None)
    return document


def config_tables() -> list[tuple[str, str]]:
    """Returns the tables of a config that hold no settings of the model, with a description of each and of its keys."""
    document = schema()
    lines = []
    for name, part in document["properties"].items():
        reference = (part.get("items") or part).get("$ref", "").rpartition("/")[2]
        if reference and name not in (*SECTIONS, "mechanisms", "levers", "programme"):
            held = document["$defs"][reference]
            shown = f"[[{name}]]" if "items" in part else f"[{name}]"
            lines.append((shown, f"{held['description'].partition(chr(10))[0]} Keys: {', '.join(held['properties'])}"))
    return lines
