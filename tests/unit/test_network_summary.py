"""The description of a network, on networks whose numbers are known."""

from __future__ import annotations

import json

import pytest

from aixsim.results.network_summary import describe_network
from aixsim.world.korea import build_korea
from aixsim.world.network import Network
from aixsim.world.population import Population
from aixsim.world.supply_chain import build_supply_chain


def test_a_star() -> None:
    summary = describe_network(Population.homogeneous(101, 1), Network.star(101))
    assert (summary["n_firms"], summary["n_ties"]) == (101, 100)
    assert summary["ties_by_kind"] == {"supply": 100, "sibling site": 0}
    assert summary["tail"]["customers"] == {"at_least": [1.0], "share": [100 / 101]}
    assert summary["tail"]["suppliers"]["at_least"][-1] == 100
    assert set(summary["tail"]["suppliers"]["share"]) == {1 / 101}
    assert summary["tail"]["partners"]["share"][0] == 1.0
    assert summary["same"]["sector"] == {"observed": 1.0, "random": 1.0}
    assert summary["tier_matrix"][4][4] == 1.0


def test_no_ties() -> None:
    summary = describe_network(Population.homogeneous(5, 1), Network.none(5))
    assert summary["ties_by_kind"]["supply"] == 0
    assert summary["tail"]["customers"]["at_least"] == []
    assert json.dumps(summary, allow_nan=False)


def test_the_supply_chain_of_korea() -> None:
    population = build_korea(0.01, 1)
    summary = describe_network(population, build_supply_chain(population, 1, 4.5))
    assert summary["same"]["sector"]["observed"] > 2 * summary["same"]["sector"]["random"]
    assert sum(map(sum, summary["tier_matrix"])) == pytest.approx(1)
    shares = summary["link_share_by_sector_and_province"]
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["same sector, same province"] + shares["same sector"] == pytest.approx(summary["same"]["sector"]["observed"])
    assert sum(summary["ties_by_kind"].values()) == summary["n_ties"]
    tail = summary["tail"]["partners"]["share"]
    assert tail == sorted(tail, reverse=True)
