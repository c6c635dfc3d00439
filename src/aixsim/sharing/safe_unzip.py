"""Unpacks a zip file of unknown origin: nothing leaves the folder, and nothing grows without limit."""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from aixsim.errors import UserError, storage_error

_MOST_MEMBERS: Final = 100_000
_MOST_RATIO: Final = 100
"""Largest content as a multiple of the zip file; tables are compressed already, and texts shrink to a tenth."""
_ALWAYS: Final = 10_000_000
"""Bytes of content that are always allowed."""


class PackError(UserError):
    """A zip file that cannot be used as a pack.

    Attributes:
        path: of the file.
        reason: what is wrong with it.
    """

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}; give a file that aixsim pack has written")
        self.path, self.reason = path, reason


def unzip(path: Path, folder: Path) -> None:
    """Unpacks a zip file into an empty folder; nothing is written before all names and sizes are known to be safe.

    Raises:
        PackError: it is no zip file, is damaged, or has an unsafe name or size.
        StoreError: the folder has no room.
    """
    try:
        size = path.stat().st_size
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _check(path, members, size)
            for member in members:
                target = folder / member.filename
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, target.open("xb") as stream:
                    shutil.copyfileobj(source, stream)
    except FileNotFoundError:
        raise PackError(path, "there is no such file") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise PackError(path, f"is no zip file, or is damaged ({error})") from error
    except OSError as error:
        raise storage_error(folder, error) from error


def _check(path: Path, members: list[zipfile.ZipInfo], size: int) -> None:
    """Refuses unsafe names and sizes."""
    if len(members) > _MOST_MEMBERS:
        raise PackError(path, f"holds {len(members):,} files, more than {_MOST_MEMBERS:,}")
    seen = set()
    for member in members:
        name, parts = member.filename, PurePosixPath(member.filename).parts
        is_inside = (
            not name.startswith("/") and ".." not in parts and not any(c in name for c in "\\:\0") and name == str(PurePosixPath(name))
        )
        if not is_inside:
            raise PackError(path, f"holds {name!r}, which would be written outside its folder or is no file")
        if not stat.S_ISREG(mode := member.external_attr >> 16) and stat.S_IFMT(mode):
            raise PackError(path, f"holds {name!r}, which is a link or a device")
        if name.casefold() in seen:
            raise PackError(path, f"holds {name!r} twice")
        seen.add(name.casefold())
    content, stored = sum(member.file_size for member in members), sum(member.compress_size for member in members)
    if stored > size or content > max(_MOST_RATIO * size, _ALWAYS):
        raise PackError(path, f"would grow from {size:,} to {content:,} bytes, more than {_MOST_RATIO} times")
