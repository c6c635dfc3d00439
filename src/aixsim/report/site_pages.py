"""The documentation as a site (a hook of MkDocs): the files of the repository that pages link to are part of it.

The site has the folders of the repository, except that ``docs`` is its root and ``README.md`` its first page. Links between pages are
written for the repository, so that they also work there, and are rewritten for the site. A notebook becomes a page with its outputs.
"""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[3]
FOLDERS: Final = ("configs", "experiments")
"""Folders of the repository beside ``docs`` that pages link to."""
PAGES: Final = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "LICENSE")
_LINK: Final = re.compile(r"(?<=\]\()(?!https?:|data:|#)([^)#\s]+)")


def place(path: str) -> str:
    """Returns where a file of the repository is in the site; both as POSIX paths from their roots."""
    if path == "README.md":
        return "index.md"
    return path.removeprefix("docs/").removesuffix(".ipynb") + (".md" if path.endswith(".ipynb") else "")


def rewritten(text: str, path: str) -> str:
    """Returns a page with its links as they are in the site.

    Args:
        text: of the page, in Markdown.
        path: of its file in the repository.
    """

    def target(link: re.Match[str]) -> str:
        to = posixpath.normpath(posixpath.join(posixpath.dirname(path), link[1]))
        if (ROOT / to).is_dir():
            to += "/README.md" if (ROOT / to / "README.md").is_file() else "/index.md"
        return posixpath.relpath(place(to), posixpath.dirname(place(path)) or ".")

    return _LINK.sub(target, text)


def notebook(text: str) -> str:
    """Returns a notebook as a page in Markdown: its texts, code and outputs."""
    parts: list[str] = []
    for cell in json.loads(text)["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
        for output in cell.get("outputs", []):
            data = output.get("data", {"text/plain": output.get("text", "")})
            if "image/png" in data:
                parts.append(f"![figure](data:image/png;base64,{''.join(data['image/png']).strip()})")
            else:
                parts.append(f"```text\n{''.join(data['text/plain']).rstrip()}\n```")
    return "\n\n".join(parts) + "\n"


def listing(folder: str) -> str:
    """Returns a page that lists the configs of a folder by title."""
    from tomllib import loads

    lines = [f"# Configs in {folder}\n"]
    for file in sorted((ROOT / folder).glob("*.toml")):
        lines.append(f"- [{file.name}]({file.name}): {loads(file.read_text(encoding='utf-8')).get('title', '')}")
    return "\n".join(lines) + "\n"


def on_files(files: Any, config: Any) -> Any:
    """Adds what is outside of ``docs`` (called by MkDocs)."""
    from mkdocs.structure.files import File

    found = [ROOT / page for page in PAGES]
    for folder in FOLDERS:
        found += [path for path in (ROOT / folder).rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    for path in found:
        inside = path.relative_to(ROOT).as_posix()
        if path.suffix == ".md":
            files.append(File.generated(config, place(inside), content=rewritten(path.read_text(encoding="utf-8"), inside)))
        else:
            files.append(File.generated(config, place(inside), abs_src_path=str(path)))
    for place_of_configs in sorted({path.parent for path in found if path.suffix == ".toml" and path.is_relative_to(ROOT / "configs")}):
        inside = place_of_configs.relative_to(ROOT).as_posix()
        files.append(File.generated(config, f"{inside}/index.md", content=listing(inside)))
    for path in (ROOT / "docs").rglob("*.ipynb"):
        inside = path.relative_to(ROOT).as_posix()
        files.remove(files.get_file_from_path(path.relative_to(ROOT / "docs").as_posix()))
        files.append(File.generated(config, place(inside), content=rewritten(notebook(path.read_text(encoding="utf-8")), inside)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Rewrites the links of a page in ``docs`` (called by MkDocs)."""
    if page.file.generated_by:
        return markdown
    return rewritten(markdown, f"docs/{page.file.src_uri}")
