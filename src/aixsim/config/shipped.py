"""The packaged configs, which can be named from any folder: ``korea-2030``, ``policies/doubled-parks``, ``theory/bass``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from aixsim.config.validation import NotAllowed, nearest


@cache
def shipped_folder() -> Path:
    """Returns the folder of the packaged configs; in a clone that is ``configs`` at its top."""
    package = Path(str(files("aixsim"))).resolve()
    inside = package / "configs"
    return inside if inside.is_dir() else package.parents[1] / "configs"


@cache
def shipped_names() -> tuple[str, ...]:
    """Returns the names of the packaged configs, those of the country first."""
    home = shipped_folder()
    names = (path.relative_to(home).as_posix().removesuffix(".toml") for path in home.rglob("*.toml"))
    return tuple(sorted(names, key=lambda name: (name.count("/"), name)))


def located(path: Path) -> Path:
    """Returns the path of a config: the file, or the packaged config of that name if the file does not exist."""
    is_name = (path.is_dir() or not path.exists()) and path.as_posix() in shipped_names()
    return shipped_folder() / f"{path.as_posix()}.toml" if is_name else path


def meant(text: str) -> str:
    """Returns the most similar name of a packaged config, such as ``korea-2030`` for ``configs/korea-2030.toml``; empty for none."""
    wanted = text.removesuffix(".toml").rpartition("configs/")[2]
    last = {name.rpartition("/")[2]: name for name in shipped_names()}
    return last.get(wanted) or nearest(wanted, shipped_names()) or last.get(nearest(wanted, [*last]), "")


def find_file(folder: Path, name: str) -> Path:
    """Returns the path of a file that a config names; if it does not exist, the path in the config's folder.

    The file must be below the config's folder, below a folder ``configs`` that contains it, or below the folder of the packaged configs.
    So a packaged config can be the base of a config elsewhere, and the resolved config of a result can be run.

    Args:
        folder: of the config.
        name: as stated in the config.

    Raises:
        NotAllowed: the path is outside these folders.
    """
    home = folder.resolve()
    packaged = dict.fromkeys((shipped_folder() / name).parent for name in shipped_names())
    for place in (home, *(parent for parent in home.parents if parent.name == "configs"), *packaged):
        target = (place / name).resolve()
        if not target.is_relative_to(place):
            raise NotAllowed(f"found {name!r}", "a path below the config's folder")
        if target.is_file():
            return target
    return home / name
