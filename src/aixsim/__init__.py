"""aixsim: can South Korea reach 500 AI factories by 2030, and what would it take?

``load`` reads a config, ``run`` simulates it and returns a ``Result``; ``sweep`` runs a design, ``compare`` compares results.
All public names are in ``__all__``; docs/reference/api.md describes them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from aixsim import plotting

if TYPE_CHECKING:
    from aixsim.answers.cheapest_packages import reach as reach
    from aixsim.answers.family_tree import genealogy as genealogy
    from aixsim.answers.lever_credit import explain as explain
    from aixsim.answers.one_at_a_time import tornado as tornado
    from aixsim.answers.robust_policies import robustness as robustness
    from aixsim.answers.what_matters import sensitivity as sensitivity
    from aixsim.answers.when_it_fails import discover as discover
    from aixsim.answers.year_end_counts import signposts as signposts
    from aixsim.api import run as run
    from aixsim.api import sweep as sweep
    from aixsim.config import load as load
    from aixsim.config.study import Study as Study
    from aixsim.config.validation import ConfigError as ConfigError
    from aixsim.errors import StoreError as StoreError
    from aixsim.errors import UserError as UserError
    from aixsim.mesa_model import Model as Model
    from aixsim.results.comparison import compare as compare
    from aixsim.results.result import Result as Result
    from aixsim.results.result import open_result as open_result
    from aixsim.results.sweep_result import Sweep as Sweep
    from aixsim.results.sweep_result import open_sweep as open_sweep
    from aixsim.sharing.archive import pack as pack
    from aixsim.sharing.differences_explained import diff as diff
    from aixsim.sharing.export_formats import export as export
    from aixsim.sharing.repetition import reproduce as reproduce

    __version__: str

_HOMES = {
    "ConfigError": "config.validation",
    "Model": "mesa_model",
    "Result": "results.result",
    "StoreError": "errors",
    "Study": "config.study",
    "Sweep": "results.sweep_result",
    "UserError": "errors",
    "compare": "results.comparison",
    "diff": "sharing.differences_explained",
    "discover": "answers.when_it_fails",
    "explain": "answers.lever_credit",
    "export": "sharing.export_formats",
    "genealogy": "answers.family_tree",
    "load": "config",
    "open_result": "results.result",
    "open_sweep": "results.sweep_result",
    "pack": "sharing.archive",
    "reach": "answers.cheapest_packages",
    "reproduce": "sharing.repetition",
    "robustness": "answers.robust_policies",
    "run": "api",
    "sensitivity": "answers.what_matters",
    "signposts": "answers.year_end_counts",
    "sweep": "api",
    "tornado": "answers.one_at_a_time",
}
__all__ = [
    "ConfigError",
    "Model",
    "Result",
    "StoreError",
    "Study",
    "Sweep",
    "UserError",
    "__version__",
    "compare",
    "diff",
    "discover",
    "explain",
    "export",
    "genealogy",
    "load",
    "open_result",
    "open_sweep",
    "pack",
    "reach",
    "reproduce",
    "robustness",
    "run",
    "sensitivity",
    "signposts",
    "sweep",
    "tornado",
]


if not TYPE_CHECKING:  # so that type checkers detect a misspelt name

    def __getattr__(name: str) -> Any:
        """Imports a public name when it is first used: the command line must start without loading pandas."""
        if name == "__version__":
            from importlib.metadata import version

            return version("aixsim")
        if name not in _HOMES:
            raise AttributeError(f"module 'aixsim' has no attribute {name!r}")
        globals()[name] = value = getattr(import_module(f"aixsim.{_HOMES[name]}"), name)
        return value


def _draw(subject: object, kind: str, ax: Any) -> Any:
    return import_module("aixsim.report.figures.drawing").draw(subject, kind, ax)


plotting.use(_draw)


def __dir__() -> list[str]:
    """Returns the public names, for completion."""
    return sorted(__all__)
