"""Configs: TOML in, a validated study out, every mistake named with its line and remedy."""

from __future__ import annotations

from typing import Any

from aixsim.config.models import config_model
from aixsim.config.overrides import settings_of
from aixsim.config.starter import starter
from aixsim.config.study import load
from aixsim.model.registry import Registry

__all__ = ["load", "schema", "settings_of", "starter"]


def schema() -> dict[str, Any]:
    """Returns the JSON schema of a config (draft 2020-12), for completion in editors."""
    document = config_model(Registry.of()).model_json_schema()
    document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    document["properties"]["base"] = {"type": "string", "description": "Config that this one changes; path from this file."}
    # A config that names a base states only what differs, so that no key is required of the file itself.
    for table in (document, *document["$defs"].values()):
        table.pop("required", None)
    return document
