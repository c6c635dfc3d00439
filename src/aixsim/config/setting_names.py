"""Names of settings in texts and figures."""

from __future__ import annotations

from functools import cache

from aixsim.model.catalogue import entries
from aixsim.model.keys import parse_key
from aixsim.model.registry import Registry

_MONEY = {"_krw_bn": "KRW bn", "_krw_tn": "KRW tn", "_usd_bn": "USD bn"}
_PLAIN = ("", "1", "month", "name", "names")
"""Units that labels leave out."""


def setting_name(key: str, *, with_programme: bool = True, with_unit: bool = True) -> str:
    """Returns a readable name of a config key: ``levers.parks.project_share`` becomes ``parks: project share``, with unit and year if any.

    Args:
        key: config key of the setting.
        with_programme: include the name of the programme.
        with_unit: include the unit.
    """
    parts = list(map(str, parse_key(key)))
    year = f" {parts.pop()}" if parts[-1].isdigit() else ""
    name, unit = parts[-1], _units().get(".".join(parts), "")
    for ending, money in _MONEY.items():
        if name.endswith(ending):
            name, unit = name.removesuffix(ending), money
    words = name.replace("_", " ")
    is_programme = parts[0] == "programme"
    where = parts[-2] if len(parts) > 1 else ""
    for ending, money in _MONEY.items():
        if not is_programme and where.endswith(ending):
            where, unit = where.removesuffix(ending), money
    where = where if is_programme else where.replace("_", " ")
    if words.startswith(where) or (is_programme and not with_programme):
        where = ""
    unit = "" if not with_unit or unit in (*_PLAIN, where) else f", {unit}"
    return f"{where}: {words}{year}{unit}" if where else f"{words}{year}{unit}"


@cache
def _units() -> dict[str, str]:
    return {f"{entry.key}.{item.name}": item.unit for entry in entries(Registry.of()) for item in entry.parameters}
