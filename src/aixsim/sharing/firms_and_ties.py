"""The firms and ties of a result, built again from its config, as tables and as GraphML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from aixsim.config.build import problems
from aixsim.config.study import load_without_plugins
from aixsim.errors import UserError
from aixsim.results.population_summary import describe_firms
from aixsim.results.result import Result
from aixsim.world.classification import AGENT_TYPES, POLE_INDEX, POLES, PROVINCES, SECTORS, SIZES
from aixsim.world.network import CUSTOMER, SIBLING, Network
from aixsim.world.population import Population

if TYPE_CHECKING:
    import pyarrow as pa

_GRAPHML: Final = """\
<?xml version="1.0" encoding="UTF-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
"""
_AT_A_TIME: Final = 10_000


def firms_and_ties(result: Result) -> tuple[pa.Table, pa.Table]:
    """Returns the firms and the ties of the simulated population.

    If every replicate has firms of its own (``population.vary``), they are those of the first replicate.

    Args:
        result: a run with its folder.

    Returns:
        Firms: ``id`` (the column ``firm`` of ``projects``), province, pole, sector, size, employees, agent_type, tier, park (missing for
        none), company (the sites of one company share it), ready. Ties: ``source``, ``target`` (ids of firms) and ``kind``; a firm
        ``supplies`` its customer, and of a ``sibling site`` the source is the one with the smaller id.

    Raises:
        UserError: the result has no folder, or this version builds other firms or ties than those of the result.
        ConfigError: its config cannot be read.
    """
    study, _ = load_without_plugins(result.path / "config.toml")
    world = problems(study)(0)
    made = describe_firms(world.population, world.network)
    if any(made[key] != result.firms[key] for key in ("population_sha256", "network_sha256")):
        by = result.provenance.get("aixsim", "unknown")
        raise UserError(f"{result.where}: this version builds other firms or ties than it has; export with its version, aixsim {by}")
    return _firms(world.population), _ties(world.network)


def _firms(population: Population) -> pa.Table:
    import pyarrow as pa

    def named(index: NDArray[Any], names: tuple[str, ...]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(index.astype(np.int32)), pa.array(names, pa.string()))

    parks = tuple(park.name for park in population.parks)
    park = pa.array(population.park.astype(np.int32), mask=population.park < 0)
    return pa.table(
        {
            "id": pa.array(np.arange(len(population), dtype=np.int32)),
            "province": named(population.province, PROVINCES),
            "pole": named(np.array(POLE_INDEX)[population.province], POLES),
            "sector": named(population.sector, SECTORS),
            "size": named(population.size, SIZES),
            "employees": pa.array(population.employees),
            "agent_type": named(population.agent_type, AGENT_TYPES),
            "tier": pa.array(population.tier.astype(np.int32)),
            "park": pa.DictionaryArray.from_arrays(park, pa.array(parks, pa.string())),
            "company": pa.array(population.company),
            "ready": pa.array(population.ready),
        }
    )


def _ties(network: Network) -> pa.Table:
    import pyarrow as pa

    firm = np.repeat(np.arange(len(network), dtype=np.int32), np.diff(network.start))
    # Every tie is stored in both directions.
    is_kept = (network.kind == CUSTOMER) | ((network.kind == SIBLING) & (firm < network.partner))
    kind = (network.kind[is_kept] == SIBLING).astype(np.int32)
    kinds = pa.DictionaryArray.from_arrays(pa.array(kind), pa.array(("supplies", "sibling site")))
    return pa.table({"source": pa.array(firm[is_kept]), "target": pa.array(network.partner[is_kept]), "kind": kinds})


def graphml(firms: pa.Table, ties: pa.Table) -> Iterator[bytes]:
    """Yields firms and ties as a directed graph in GraphML, which networkx and Gephi read.

    Args:
        firms, ties: as from ``firms_and_ties``.
    """
    traits = firms.column_names[1:]
    kinds = {name: _kind(firms.schema.field(name).type) for name in traits}
    keys = [f'<key id="{name}" for="node" attr.name="{name}" attr.type="{kind}"/>' for name, kind in kinds.items()]
    keys.append('<key id="kind" for="edge" attr.name="kind" attr.type="string"/>')
    yield (_GRAPHML + "\n".join(keys) + '\n<graph edgedefault="directed">\n').encode()
    for batch in firms.to_batches(_AT_A_TIME):
        columns = {name: batch[name].to_pylist() for name in traits}
        marked = [[_data(name, value) for value in values] for name, values in columns.items()]
        rows = zip(batch["id"].to_pylist(), *marked, strict=True)
        yield "".join(f'<node id="{number}">{"".join(data)}</node>\n' for number, *data in rows).encode()
    for batch in ties.to_batches(_AT_A_TIME):
        rows = zip(*(column.to_pylist() for column in batch.columns), strict=True)
        yield "".join(f'<edge source="{one}" target="{other}">{_data("kind", kind)}</edge>\n' for one, other, kind in rows).encode()
    yield b"</graph>\n</graphml>\n"


def _data(name: str, value: Any) -> str:
    """Returns an attribute of a node or an edge; empty if it is missing."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else escape(str(value))
    return f'<data key="{name}">{text}</data>'


def _kind(kind: pa.DataType) -> str:
    import pyarrow as pa

    return "int" if pa.types.is_integer(kind) else "boolean" if pa.types.is_boolean(kind) else "string"
