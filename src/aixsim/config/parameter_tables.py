"""Tables of a config as pydantic models."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from aixsim.config.values import annotated
from aixsim.model.parameters import Parameters


class Table(BaseModel):
    """A table that rejects unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def table_of(key: str, title: str, parameters: type[Parameters], /, validators: dict[str, Any] | None = None, **others: Any) -> type[Table]:
    """Returns the model of a table with declared parameters; parameters that are not stated get their defaults.

    Args:
        key: name of the model.
        title: its docstring.
        parameters: of the table.
        validators: of pydantic, by name.
        others: further fields.
    """
    fields: dict[str, Any] = {
        item.name: (annotated(item), Field(... if item.required else item.default, validate_default=True)) for item in parameters.declared
    }
    return create_model(key, __base__=Table, __doc__=title, __validators__=validators, **others, **fields)
