"""Metadata of a pack as RO-Crate 1.1 (https://w3id.org/ro/crate/1.1): what each file is, and how it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import quote, unquote

from aixsim.errors import StoreError
from aixsim.results.source import parse_json
from aixsim.runs.files import file_checksum

METADATA: Final = "ro-crate-metadata.json"
_CONTEXT: Final = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}]
_FORMATS: Final = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".parquet": "application/vnd.apache.parquet",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".py": "text/x-python",
    ".sqlite": "application/vnd.sqlite3",
    ".svg": "image/svg+xml",
    ".toml": "application/toml",
    ".txt": "text/plain",
}
_MEANINGS: Final = {
    "config.toml": "the resolved config, enough to run again",
    "counting.json": "probabilities under other definitions of an AI factory",
    "design.csv": "the points of the sweep",
    "answer.csv": "one row per point and goal",
    "answer.parquet": "one row per point and goal",
    "firms.json": "summary of the simulated firms",
    "goals.json": "probability of every goal, with its interval",
    "groups.parquet": "mean and quantiles of counts over replicates, by month and group",
    "ledger.sqlite": "configs of all points, and checksums of their tables",
    "money.parquet": "money by replicate, year and programme",
    "network.json": "summary of the supply network",
    "parameters.parquet": "drawn values of the uncertain parameters",
    "payers.parquet": "who pays, by replicate, year and route",
    "projects.parquet": "one row per project",
    "provenance.json": "versions, seed, hashes, machine, time and command",
    "README.txt": "what this is, and how to run it again",
    "study.toml": "the study file of the sweep",
    "trajectories.parquet": "counts at the end of every month, by replicate",
}


@dataclass(frozen=True)
class PackedFile:
    """A file of a pack: its name, size in bytes, and SHA-256 in hexadecimal."""

    name: str
    n_bytes: int
    sha256: str


def metadata(title: str, sentence: str, provenance: Mapping[str, Any], files: Sequence[PackedFile], licence: str | None) -> dict[str, Any]:
    """Returns the metadata of a pack as JSON-LD.

    Args:
        title: of the study.
        sentence: description.
        provenance: of the result; ``written``, ``command`` and versions are used where it has them.
        files: all other files of the pack.
        licence: of the results; None if it is not known.
    """
    packages = provenance.get("packages", {})
    inputs = [one.name for one in files if PurePosixPath(one.name).name in ("config.toml", "study.toml")]
    made = [one.name for one in files if one.name not in (*inputs, "README.txt")]
    written = {"endTime": provenance["written"]} if "written" in provenance else {}
    unknown = "The author of this pack has not stated under which licence it may be used."
    return {
        "@context": _CONTEXT,
        "@graph": [
            {
                "@id": METADATA,
                "@type": "CreativeWork",
                "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
                "about": {"@id": "./"},
            },
            {
                "@id": "./",
                "@type": "Dataset",
                "name": title,
                "description": sentence,
                "datePublished": provenance["packed"],
                "license": {"@id": "#licence"},
                "hasPart": [_reference(one.name) for one in files],
                "mentions": {"@id": "#run"},
            },
            {"@id": "#licence", "@type": "CreativeWork", "name": licence or "not stated", "description": licence or unknown},
            {
                "@id": "#aixsim",
                "@type": "SoftwareApplication",
                "name": "aixsim",
                "version": str(provenance.get("aixsim", "unknown")),
                "softwareRequirements": [f"Python {provenance.get('python', 'unknown')}", *(f"{a} {b}" for a, b in packages.items())],
            },
            {
                "@id": "#run",
                "@type": "CreateAction",
                "name": f"Simulation: {title}",
                "instrument": {"@id": "#aixsim"},
                "object": [_reference(name) for name in inputs],
                "result": [_reference(name) for name in made],
                **written,
            },
            *(_file(one) for one in files),
        ],
    }


def verify(folder: Path) -> None:
    """Compares every file of an unpacked pack with the metadata.

    Raises:
        StoreError: the metadata cannot be read, or a file is missing or has changed.
    """
    remedy = "ask for the pack again"
    try:
        graph = parse_json((folder / METADATA).read_text(encoding="utf-8"))["@graph"]
        told = {unquote(item["@id"]): item["sha256"] for item in graph if item["@type"] == "File"}
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise StoreError(folder, "damaged", f"is no pack: its {METADATA} cannot be read ({error})", remedy) from error
    for name, sha256 in told.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise StoreError(folder, "damaged", f"the pack lacks {name}", remedy)
        if (found := file_checksum(path)) != sha256:
            raise StoreError(folder, "damaged", f"{name} has changed since it was packed: its SHA-256 is {found}, not {sha256}", remedy)


def _reference(name: str) -> dict[str, str]:
    return {"@id": quote(name)}


def _file(one: PackedFile) -> dict[str, Any]:
    format_ = _FORMATS.get(PurePosixPath(one.name).suffix, "application/octet-stream")
    meaning = _MEANINGS.get(one.name, "a figure" if one.name.startswith("figures/") else "a file of the study")
    about = {"name": one.name, "description": meaning, "encodingFormat": format_}
    return {"@id": quote(one.name), "@type": "File", **about, "contentSize": str(one.n_bytes), "sha256": one.sha256}
