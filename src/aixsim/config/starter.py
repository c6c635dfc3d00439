"""The commented config that ``aixsim init`` writes."""

from __future__ import annotations

_TEXT = """\
title = "{name}"

# A number may be a distribution instead: it is then uncertain and drawn once per replicate.
# aixsim describe NAME shows every setting with unit, range, source and confidence.

[horizon]
start = "2024-01"
end = "2030-12"

[population]
kind = "korea-2023"             # or "homogeneous" with firms = 10000, or "file" with file = "firms.csv"
scale = 0.02                    # share of the 164,000 firms; below 1 a sample, and every output says so

[network]
kind = "supply"                 # or "none", "star", "ring", "complete", "file"

[mechanisms.innovation]         # a mechanism that is absent is off
rate = {{ dist = "lognormal", median = 2.6e-4, sigma = 0.25 }}      # 1/month

[mechanisms.peers]
rate = 0.02

[mechanisms.partners]
rate = {{ dist = "lognormal", median = 0.05, sigma = 0.7 }}

[levers.parks]                  # a lever that is absent stays neutral
number = 13

[[programme]]
name = "AI Factory lead projects"
budget_krw_bn = {{ 2024 = 10.0, 2025 = 63.2, 2026 = 145.0, 2027 = 158.75, 2028 = 172.5, 2029 = 186.25, 2030 = 200.0 }}
grant_krw_bn = {{ dist = "loguniform", low = 0.83, high = 2.0 }}
call_months = [5]
delivered_from = 2026
delivered_share = {{ dist = "uniform", low = 0.36, high = 1.0 }}

[[goal]]
name = "500 launched"
outcome = "launched"
at_least = 500
by = "2030-12"

[monte_carlo]
replicates = 50
seed = 1
"""


def starter(name: str) -> str:
    """Returns a small commented config with the given title."""
    return _TEXT.format(name=name.replace("\\", " ").replace('"', " "))
