"""``[[programme]]``: a public support line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, model_validator

from aixsim.config.parameter_tables import table_of
from aixsim.config.values import annotated
from aixsim.model.programmes import TERMS, Programme


def _with_terms(raw: Any) -> Any:
    """Adds the parameters of the kind that are not stated."""
    if not isinstance(raw, Mapping):
        return raw
    return {term.name: term.default for term, kind in TERMS.values() if kind == raw.get("kind", "grant")} | dict(raw)


ProgrammeTable = table_of(
    "Programme",
    Programme.title(),
    Programme,
    validators={"with_terms": model_validator(mode="before")(_with_terms)},
    name=(Annotated[str, Field(min_length=1)], ...),
    **{term.name: (annotated(term), None) for term, _ in TERMS.values()},
)
"""Its model; it grows with every kind of programme."""
