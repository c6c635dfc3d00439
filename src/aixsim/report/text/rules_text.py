"""Rules of a policy in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aixsim.config.variant import in_words, leaves
from aixsim.results.result import Result
from aixsim.results.rules_acted import rules_acted


def rule_in_words(rule: Mapping[str, Any]) -> str:
    """Returns a rule of a config: ``more money (if launched below 300 by 2026-12): levers.budget.budget_factor 1.5 from 2028-01``."""
    when = rule["when"]
    limits = [f"{word} {when[key]:,g}" for key, word in (("at_least", "at least"), ("below", "below")) if key in when]
    then = ", ".join(f"{key} {in_words(value)}" for key, value in leaves(rule["then"]).items())
    return f"{rule['name']} (if {when['outcome']} {' and '.join(limits)} by {when['by']}): {then} from {rule['start']}"


def rules_in_words(result: Result) -> list[str]:
    """Returns in how many replicates each rule acts; nothing if the config has none."""
    return [f"Rule {rule_in_words(one['rule'])}. It acts in {one['acts']:,} of {one['n']:,} replicates." for one in rules_acted(result)]
