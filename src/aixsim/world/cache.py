"""Cache of population and network and of what describes them, stored under the hash of everything that determines them.

If the cache cannot be written or read, they are built again.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import astuple, fields
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aixsim.world.arrays import read_only
from aixsim.world.korea import build_korea
from aixsim.world.network import Network
from aixsim.world.population import Park, Population
from aixsim.world.supply_chain import build_supply_chain

Arrays = dict[str, NDArray[np.generic]]
_HEADER = hashlib.sha256().digest_size
_NOT_ARRAYS = ("parks", "weight")
_SCORE = "frailty_score"
_BUILDERS = ("korea", "margins", "subcontractors", "supply_chain", "pools", "network", "population", "classification")
_CODE = (*(f"world/{name}.py" for name in _BUILDERS), "random/draws.py")


def cache_folder() -> Path:
    """Returns the cache folder: ``AIXSIM_CACHE``, else ``aixsim`` in the user's cache folder."""
    if chosen := os.environ.get("AIXSIM_CACHE"):
        return Path(chosen)
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aixsim"
    except RuntimeError:
        # A user without a home, as in some containers, has no cache: no file can be written below this path.
        return Path(os.devnull) / "aixsim"


def korea_population(scale: float, seed: int) -> Population:
    """Returns ``build_korea(scale, seed)``, from the cache if possible."""

    def build() -> Arrays:
        population = build_korea(scale, seed)
        return {**_pack(population), _SCORE: population.frailty_score}

    expected = {field.name for field in fields(Population)} - {"weight"} | {_SCORE}
    # Versions of SciPy may differ in the last bit of the score.
    arrays = _cached(f"population-{scale!r}-{seed}-{version('scipy')}", expected, build)
    listed = json.loads(str(arrays.pop("parks")))
    parks = tuple(Park(name, province, tuple(sectors), n_tenants) for name, province, sectors, n_tenants in listed)
    score = read_only(arrays.pop(_SCORE))
    population = Population(parks=parks, weight=1.0 / scale, **arrays)  # type: ignore[arg-type]  # the file holds what _pack wrote
    vars(population)[_SCORE] = score  # where cached_property keeps it: computing it would load SciPy
    return population


def supply_network(population: Population, scale: float, seed: int, links_per_firm: float) -> Network:
    """Returns the supply network of ``population``, from the cache if possible.

    The arrays of the population are part of the key, because scale and seed do not identify it.
    """

    def build() -> Arrays:
        return _ties(build_supply_chain(population, seed, links_per_firm))

    inputs = f"network-{scale!r}-{seed}-{links_per_firm!r}-{_digest(_pack(population))}"
    return Network(**_cached(inputs, {field.name for field in fields(Network)}, build))  # type: ignore[arg-type]  # as above


def description(population: Population, network: Network, describe: Callable[[Population, Network], Any], code: tuple[str, ...]) -> Any:
    """Returns ``describe(population, network)``, values as JSON has them, from the cache if possible.

    Args:
        population: of the firms.
        network: of their ties.
        describe: the function.
        code: its files, as paths in the package; they are part of the key.
    """
    inputs = f"{describe.__name__}-{population.weight!r}-{_digest(_pack(population))}-{_digest(_ties(network))}"
    made = _cached(inputs, {"json"}, lambda: {"json": np.array(json.dumps(describe(population, network)))}, code)
    return json.loads(str(made["json"]))


def _pack(population: Population) -> Arrays:
    arrays: Arrays = {field.name: getattr(population, field.name) for field in fields(population) if field.name not in _NOT_ARRAYS}
    arrays["parks"] = np.array(json.dumps([astuple(park) for park in population.parks]))
    return arrays


def _ties(network: Network) -> Arrays:
    return {field.name: getattr(network, field.name) for field in fields(Network)}


def _digest(arrays: Arrays) -> str:
    """Returns the hash of all arrays of a population or network."""
    digest = hashlib.sha256()
    for array in arrays.values():
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def _cached(inputs: str, expected: set[str], build: Callable[[], Arrays], code: tuple[str, ...] = ()) -> Arrays:
    """Returns the stored arrays if the file is valid for these inputs; otherwise builds and stores them.

    A file begins with the hashes of its inputs and of its content, so that a file that was renamed, damaged or built from other inputs
    is not used.
    """
    key = _fingerprint(inputs, code)
    path = cache_folder() / f"{inputs.partition('-')[0]}-{key[:24]}.npz"
    try:
        if path.is_file():  # reading a pipe would block
            stored = path.read_bytes()
            content = stored[_HEADER:]
            if stored[:_HEADER] == _header(key, content):
                with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
                    if set(arrays.files) == expected:
                        return {name: arrays[name] for name in arrays.files}
    except Exception:  # noqa: BLE001, S110 - an invalid cache file is built again
        pass
    made = build()
    stream = io.BytesIO()
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez(stream, **made)  # type: ignore[arg-type]  # the stubs mistake arrays for the flag that follows them
        temporary.write_bytes(_header(key, stream.getvalue()) + stream.getvalue())
        temporary.replace(path)
    except OSError:
        # The path may not be a folder: then there is nothing to remove, and the error is not relevant.
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
    return made


def _header(key: str, content: bytes) -> bytes:
    return hashlib.sha256(key.encode() + content).digest()


def _fingerprint(inputs: str, code: tuple[str, ...] = ()) -> str:
    """Returns the hash of the inputs, the packaged tables and the code that builds."""
    root = Path(str(files("aixsim")))
    digest = hashlib.sha256(inputs.encode())
    for path in [*sorted((root / "data").glob("*.csv")), *(root / name for name in (*_CODE, *code))]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
