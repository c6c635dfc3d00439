"""The table of a config for reports: who is responsible, what was decided, and until when a report may be used."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from aixsim.config.parameter_tables import Table
from aixsim.config.validation import NotAllowed

Text = Annotated[str, Field(min_length=1)]


def _date(raw: Any) -> Any:
    try:
        dt.date.fromisoformat(raw)
    except (TypeError, ValueError):
        raise NotAllowed(f"found {raw!r}", 'a date as text, such as "2027-06-30"') from None
    return raw


Date = Annotated[str, BeforeValidator(_date)]


class ReportTable(Table):
    """What a report says that the model does not know; results do not depend on it.

    The four roles are those of the Aqua Book (2025). ``owner`` answers for the assumptions and ``review`` is the date of their next
    review. ``use_until`` is the date after which a report must not be used without a new run. ``duplication`` states how the programmes of
    the config are kept apart from those of other ministries.
    """

    commissioner: Text | None = None
    analyst: Text | None = None
    assurer: Text | None = None
    approver: Text | None = None
    owner: Text | None = None
    review: Date | None = None
    use_until: Date | None = None
    purpose: Text | None = None
    duplication: Text | None = None
    decisions: list[Text] = Field(default=[])
