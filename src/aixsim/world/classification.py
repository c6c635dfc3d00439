"""Categories of firms, in the order of their indices.

An array of a category holds indices into one of these tuples, so the order
is part of the file format: append, never reorder. Provinces and their five poles and three special zones
follow ``data/region_structure.csv``, sectors the manufacturing divisions of ``data/sector_structure.csv``.
"""

from __future__ import annotations

from typing import Final

POLE_OF_PROVINCE: Final[dict[str, str]] = {
    "Seoul": "Capital",
    "Incheon": "Capital",
    "Gyeonggi": "Capital",
    "Busan": "Dongnam",
    "Ulsan": "Dongnam",
    "Gyeongnam": "Dongnam",
    "Daegu": "Daegyeong",
    "Gyeongbuk": "Daegyeong",
    "Daejeon": "Jungbu",
    "Sejong": "Jungbu",
    "Chungbuk": "Jungbu",
    "Chungnam": "Jungbu",
    "Gwangju": "Honam",
    "Jeonnam": "Honam",
    "Gangwon": "Gangwon special",
    "Jeonbuk": "Jeonbuk special",
    "Jeju": "Jeju special",
}
PROVINCES: Final = tuple(POLE_OF_PROVINCE)
POLES: Final = tuple(dict.fromkeys(POLE_OF_PROVINCE.values()))
"""Five poles and three special zones; the regional floor excludes ``Capital``."""

SECTORS: Final = (
    "food",
    "beverages",
    "textiles",
    "apparel",
    "leather",
    "wood",
    "paper",
    "printing",
    "coke and petroleum",
    "chemicals",
    "pharmaceuticals",
    "rubber and plastics",
    "non-metallic minerals",
    "basic metals",
    "fabricated metal",
    "electronics and semiconductors",
    "medical and precision instruments",
    "electrical equipment",
    "machinery",
    "motor vehicles",
    "other transport equipment",
    "furniture",
    "other manufacturing",
)
SIZES: Final = ("micro", "small", "medium", "mid-size", "large")
AGENT_TYPES: Final = ("large firm", "supplier", "SME")
TIE_KINDS: Final = ("customer", "supplier", "sibling site")
TIERS: Final = 5
"""Tiers of the supply chain: 0 large firms, 1 sells to them, 2 and 3 (and more) steps away, 4 outside."""
ROUTES: Final = ("programme", "collaboration", "park", "own")
"""Route: who pays for a project (a programme, a programme for a member of a collaboration model, a park, the firm itself)."""

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "agent_type": AGENT_TYPES,
    "pole": POLES,
    "province": PROVINCES,
    "size": SIZES,
    "sector": SECTORS,
    "route": ROUTES,
}

LARGE: Final = SIZES.index("large")
CAPITAL: Final = POLES.index("Capital")
POLE_INDEX: Final = tuple(POLES.index(pole) for pole in POLE_OF_PROVINCE.values())
"""Pole of each province, shape ``(17,)``."""

PARTS: Final = (len(PROVINCES), len(SECTORS), len(SIZES), len(AGENT_TYPES), len(ROUTES))
"""Numbers of provinces, sectors, size classes, agent types and routes."""
