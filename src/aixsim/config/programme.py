"""``[[programme]]``: a public support line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema, create_model, model_validator

from aixsim.config.validation import NotAllowed
from aixsim.config.values import annotated, by_year, json_schema, plain, read, years_schema
from aixsim.model.parameters import Card
from aixsim.model.programme_kinds import programme_kinds
from aixsim.world.classification import AGENT_TYPES, PROVINCES, SECTORS, SIZES

_BUDGETS = "ai_factory_budgets.csv"
BUDGET = Card(
    "budget_krw_bn", None, "KRW bn/year", 0.0, 1e6, "planned public money by calendar year; years left out have none", _BUDGETS, "quoted"
)
GRANT = Card(
    "grant_krw_bn",
    None,
    "KRW bn",
    0.001,
    1e5,
    "public money for one project, one number or by calendar year of the call; years left out take the year before",
    _BUDGETS,
    "derived",
    "0.83 (2025) to 2.0 (plan of 2030)",
)
SIMPLE = (
    Card(
        "instalments",
        1,
        "year",
        1,
        10,
        "years over which a grant is paid; later years are reserved",
        "ai_factory_programme_by_year.csv (4 years in 2024, single-year from 2025)",
        "quoted",
        kind="integer",
    ),
    Card(
        "lag_months",
        2,
        "month",
        0,
        60,
        "months from the call to the launch",
        "ai_factory_plan_and_delivery.csv (call in May and June, selection in June and July)",
        "derived",
        kind="integer",
    ),
    Card("sizes", list(SIZES), "1", 0, 0, "size classes that may apply", "assumed", "assumed", kind="names", choices=SIZES),
    Card("provinces", list(PROVINCES), "1", 0, 0, "provinces that may apply", "assumed", "assumed", kind="names", choices=PROVINCES),
    Card("sectors", list(SECTORS), "1", 0, 0, "sectors that may apply", "assumed", "assumed", kind="names", choices=SECTORS),
    Card(
        "agent_types", list(AGENT_TYPES), "1", 0, 0, "types of firm that may apply", "assumed", "assumed", kind="names", choices=AGENT_TYPES
    ),
    Card(
        "regional_floor",
        0.0,
        "1",
        0.0,
        1.0,
        "share of the budget for firms outside the Capital pole first",
        "national_growth_fund.csv (at least 40 %)",
        "quoted",
    ),
    Card(
        "delivered_share",
        1.0,
        "1",
        0.0,
        5.0,
        "share of what is due that a year delivers",
        "ai_factory_budgets.csv: 52.75 of 145.0 tendered in 2026",
        "assumed",
        "0.36 to 1; the counts of 2024 and 2025 were 2.6 and 3.0 times the plan, by smaller grants",
    ),
    Card(
        "shortfall_carried",
        0.0,
        "1",
        0.0,
        1.0,
        "share of a year's shortfall that is due again in the next year",
        "assumed",
        "assumed",
        "0 to 1",
    ),
    Card(
        "public_share_max",
        0.5,
        "1",
        0.0,
        1.0,
        "highest public share of a project's cost that firms reckon with",
        "smart_factory_unit_support.csv (50 %)",
        "quoted",
    ),
)
CALLS = Card(
    "call_months",
    None,
    "month of the year",
    1,
    12,
    "months in which calls are held",
    "ai_factory_plan_and_delivery.csv",
    "quoted",
    kind="integer",
)
FROM = Card(
    "delivered_from",
    None,
    "year",
    1900,
    2200,
    "first year to which delivered_share applies; none: all",
    "assumed",
    "assumed",
    kind="integer",
)
KIND = Card(
    "kind",
    "grant",
    "1",
    0,
    0,
    "what becomes of the money: " + "; ".join(f"{name}: {kind.title}" for name, kind in programme_kinds().items()),
    "ai_factory_budgets.csv (grants)",
    "quoted",
    kind="choice",
    choices=tuple(programme_kinds()),
)
TERMS = {card.name: (card, kind.name) for kind in programme_kinds().values() for card in kind.cards}
"""Parameters of kinds of programme, and of which kind they are."""
PROGRAMME_CARDS = (BUDGET, GRANT, CALLS, KIND, *SIMPLE, FROM, *(card for card, _ in TERMS.values()))
"""What a programme can state; ``name``, ``budget_krw_bn``, ``grant_krw_bn`` and ``call_months`` must be stated."""
if len({card.name for card in PROGRAMME_CARDS}) < len(PROGRAMME_CARDS) or len(TERMS) < sum(
    len(k.cards) for k in programme_kinds().values()
):
    raise ValueError("a parameter of a kind of programme has the name of another setting of [[programme]]")


def cards_of(kind: str) -> tuple[Card, ...]:
    """Returns what a programme of a kind can state."""
    return tuple(card for card in PROGRAMME_CARDS if TERMS.get(card.name, (card, kind))[1] == kind)


def _grant(raw: Any) -> Any:
    return by_year(GRANT, raw) if isinstance(raw, Mapping) and "dist" not in raw else read(GRANT, raw)


def _calls(raw: Any) -> list[int]:
    if not isinstance(raw, list) or not raw or len(set(map(str, raw))) != len(raw):
        raise NotAllowed(f"found {raw!r}", "a list of different months 1 to 12")
    months = [read(CALLS, item) for item in raw]
    if not all(isinstance(item, int) for item in months):
        raise NotAllowed(f"found {raw!r}", "months 1 to 12, no distributions")
    return months


def _table(card: Card) -> dict[str, Any]:
    years = years_schema(json_schema(card))
    return {"anyOf": [json_schema(card), years]} if card is GRANT else years


def _fixed(card: Card) -> Any:
    """Returns the type of a setting that is the same in every replicate."""

    def validate(raw: Any) -> Any:
        if isinstance(raw, Mapping):
            raise NotAllowed("found a table", f"one whole number from {card.low:g} to {card.high:g}")
        return read(card, raw)

    return Annotated[Any, PlainValidator(validate), PlainSerializer(plain), WithJsonSchema(json_schema(card))]


_Terms = create_model(
    "_Terms",
    __config__=ConfigDict(extra="forbid", frozen=True),
    **{card.name: (annotated(card), None) for card, _ in TERMS.values()},  # type: ignore[call-overload]
)


class Programme(_Terms, BaseModel):  # grows with every kind of programme
    """A public support line: budget by year, size of a grant, who may apply, and when."""

    name: Annotated[str, Field(min_length=1)]
    budget_krw_bn: Annotated[Any, PlainValidator(lambda raw: by_year(BUDGET, raw)), PlainSerializer(plain), WithJsonSchema(_table(BUDGET))]
    grant_krw_bn: Annotated[Any, PlainValidator(_grant), PlainSerializer(plain), WithJsonSchema(_table(GRANT))]
    call_months: Annotated[
        Any, PlainValidator(_calls), WithJsonSchema({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 12}})
    ]
    kind: annotated(KIND) = "grant"  # type: ignore[valid-type]
    instalments: _fixed(SIMPLE[0]) = 1  # type: ignore[valid-type]
    lag_months: _fixed(SIMPLE[1]) = 2  # type: ignore[valid-type]
    sizes: annotated(SIMPLE[2]) = list(SIZES)  # type: ignore[valid-type]
    provinces: annotated(SIMPLE[3]) = list(PROVINCES)  # type: ignore[valid-type]
    sectors: annotated(SIMPLE[4]) = list(SECTORS)  # type: ignore[valid-type]
    agent_types: annotated(SIMPLE[5]) = list(AGENT_TYPES)  # type: ignore[valid-type]
    regional_floor: annotated(SIMPLE[6]) = 0.0  # type: ignore[valid-type]
    delivered_share: annotated(SIMPLE[7]) = 1.0  # type: ignore[valid-type]
    shortfall_carried: annotated(SIMPLE[8]) = 0.0  # type: ignore[valid-type]
    public_share_max: annotated(SIMPLE[9]) = 0.5  # type: ignore[valid-type]
    delivered_from: _fixed(FROM) | None = None  # type: ignore[valid-type]

    @model_validator(mode="before")
    @classmethod
    def _with_terms(cls, raw: Any) -> Any:
        """Adds the parameters of the kind that are not stated."""
        if not isinstance(raw, Mapping):
            return raw
        return {card.name: card.default for card, kind in TERMS.values() if kind == raw.get("kind", KIND.default)} | dict(raw)
