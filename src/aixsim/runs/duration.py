"""Reads ``--for 8h`` and ``--until 07:00``."""

from __future__ import annotations

import datetime as dt
import re

from aixsim.errors import UserError

_UNITS = {"d": 86400.0, "h": 3600.0, "min": 60.0, "m": 60.0, "s": 1.0}
_LONGEST = 3650 * _UNITS["d"]
_MOST_CHARACTERS = 80
_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(d|h|min|m|s)")


def seconds_until(lasting: str | None, until: str | None, now: dt.datetime | None = None) -> float | None:
    """Returns the time limit in seconds; None without limit.

    Args:
        lasting: such as ``8h``, ``1h30min`` or ``45s``.
        until: a time of day, ``07:00``: the next one; or a date and time, ``2026-12-01 07:00``,
            local time unless it has a UTC offset (``+09:00``).
        now: by default the local time.

    Raises:
        UserError: a value is invalid, or both are given.
    """
    if lasting is not None and until is not None:
        raise UserError("--for and --until cannot be given together; choose one")
    if lasting is not None:
        if len(lasting) > _MOST_CHARACTERS or not re.fullmatch(f"({_PART.pattern})+\\s*", lasting):
            raise UserError(f"--for {lasting[:80]}: is not a duration; allowed: such as 8h, 1h30min or 45s")
        seconds = sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(lasting))
        if seconds > _LONGEST:
            raise UserError(f"--for {lasting[:80]}: is too long; allowed: at most {_LONGEST / _UNITS['d']:,.0f} days")
        return seconds
    if until is None:
        return None
    now = now or dt.datetime.now()
    try:
        clock = re.fullmatch(r"(\d{1,2}):(\d{2})", until.strip())
        if clock:
            moment = now.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
            moment += dt.timedelta(days=1) if moment <= now else dt.timedelta()
        else:
            moment = dt.datetime.fromisoformat(until.strip())
            if moment.tzinfo is not None:
                now = now.astimezone()
    except (ValueError, OverflowError):
        allowed = "such as 07:00, '2026-12-01 07:00' or 2026-12-01T07:00+09:00"
        raise UserError(f"--until {until[:80]}: is not a time; allowed: {allowed}") from None
    if moment <= now:
        raise UserError(f"--until {until}: has passed; give a later time")
    return (moment - now).total_seconds()
