"""In how many replicates each rule of a policy acts."""

from __future__ import annotations

from typing import Any

from aixsim.results.result import Result


def rules_acted(result: Result) -> list[dict[str, Any]]:
    """Returns for each rule, in the order of the checks: its table in the config, the replicates in which it ``acts``, and of how many.

    Empty if the config has no rules.
    """
    if not result.has("rules"):
        return []
    rows = result.arrow_table("rules").select(["rule", "acts"]).to_pydict()
    stated = {rule["name"]: rule for rule in result.config["rule"]}
    found: dict[str, list[bool]] = {}
    for name, acts in zip(rows["rule"], rows["acts"], strict=True):
        found.setdefault(name, []).append(acts)
    return [{"rule": stated[name], "acts": sum(acts), "n": len(acts)} for name, acts in found.items()]
