"""The commit that a result names is that of its own source."""

from __future__ import annotations

import subprocess
from pathlib import Path

from aixsim.runs.provenance import git_commit


def git(folder: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", "-C", folder, *settings, *arguments], capture_output=True, text=True, check=True).stdout.strip()


def test_only_the_repository_that_tracks_the_package_names_a_commit(tmp_path: Path) -> None:
    package = tmp_path / "site-packages" / "aixsim"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    assert git_commit(str(package)) is None, "no repository"
    git(tmp_path, "init", "--quiet")
    (tmp_path / "analysis.py").write_text("")
    git(tmp_path, "add", "analysis.py")
    git(tmp_path, "commit", "--quiet", "-m", "another project")
    assert git_commit(str(package)) is None, "the repository of somebody else"
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "the package")
    assert git_commit(str(package)) == git(tmp_path, "rev-parse", "HEAD")
    (package / "__init__.py").write_text("x = 1\n")
    assert git_commit(str(package)) == git(tmp_path, "rev-parse", "HEAD") + "-dirty"
