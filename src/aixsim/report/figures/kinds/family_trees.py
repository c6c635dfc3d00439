"""Family trees of AI factories in one replicate: each hangs on the factory that it mainly followed."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Final

from aixsim.answers.answer import Row
from aixsim.answers.family_rows import in_words
from aixsim.answers.family_tree import Ancestry
from aixsim.model.calendar import parse_month
from aixsim.report.figures.figure import Figure
from aixsim.report.figures.page_layout import head
from aixsim.report.figures.style import BLUE, CYCLE, GREEN, INK, ORANGE, PURPLE, offset_text

MOST: Final = 60
"""Rows of the figure."""
_HALF: Final = 0.5
_COLOURS: Final = {"partners": BLUE, "collaboration": ORANGE, "peers": GREEN}
Project = tuple[int, str]
"""Firm and month of launch."""


def main_parents(answer: Ancestry) -> dict[Project, tuple[Project, str]]:
    """Returns the project with the largest share in each project's decision, and the mechanism of that share.

    Only projects are there whose decision goes back to factories that were seen by more than half; the others begin a tree.
    """
    found: dict[Project, list[Row]] = defaultdict(list)
    for row in answer.tables["parents"].rows if "parents" in answer.tables else ():
        found[row["firm"], row["launched"]].append(row)
    out = {}
    for child, rows in found.items():
        if sum(row["share"] for row in rows) > _HALF:
            most = max(rows, key=lambda row: float(row["share"]))
            out[child] = ((most["parent"], most["parent_launched"]), most["mechanism"])
    return out


def draw(answer: Ancestry, figure: Any) -> None:
    """Draws the largest trees, time to the right, a row a factory without followers."""
    projects = {(row["firm"], row["launched"]): row for row in answer.tables["decisions"].rows if row["launched"] is not None}
    parents = main_parents(answer)
    children: dict[Project | None, list[Project]] = defaultdict(list)
    for child in sorted(projects, key=lambda one: (one[1], one[0])):
        children[parents[child][0] if child in parents else None].append(child)
    sizes = {root: _size_of(root, children) for root in children[None]}
    roots = sorted((root for root in sizes if sizes[root] > 1), key=lambda root: -sizes[root])
    axes, y, shown, drawn = figure.subplots(), 0.0, 0, set()
    for root in roots:
        rows = _leaves(root, children)
        if shown and y + rows > MOST:
            continue
        y = _draw_tree(axes, root, y, children, projects, parents)
        row = projects[root]
        offset_text(
            axes, f"{row['sector']}, {row['province']}", (_time(root), y - 0.5 - rows / 2), (-7, 0), ha="right", va="center", fontsize=7.5
        )
        y, shown = y + 0.6, shown + 1
        drawn.add(root)
    mechanisms = sorted({how for _, how in parents.values()})
    for mechanism in mechanisms:
        axes.plot([], [], color=_colour(mechanism, mechanisms), linewidth=1.4, label=f"followed through {in_words(mechanism)}")
    axes.plot([], [], "o", color=INK, markersize=4.5, label="operating at the end")
    axes.plot([], [], "o", color=INK, markersize=4.5, markerfacecolor="white", label="not, or not yet")
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=5, fontsize=8)
    axes.set_ylim(max(y, 1.0), -0.8)
    axes.set_yticks([])
    first, last = (min(map(_time, projects), default=0.0), max(map(_time, projects), default=1.0))
    axes.set_xlim(int(first) - 1.2, int(last) + 1)
    axes.set_xticks(range(int(first), int(last) + 2))
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("Launch")
    rest = len(sizes) - len(roots)
    begin = f"{len(projects):,} projects of the first replicate: {rest:,} follow nobody and lead nobody to launch"
    more = f", {len(roots) - shown:,} more trees are not shown" if len(roots) > shown else ""
    head(
        figure,
        finding(len(projects), sum(child in parents for child in projects), max(sizes.values())),
        f"{begin}{more}. A project hangs on the one with the largest share\n"
        "in its decision if factories that its firm saw account for more than half of it. Shares, not effects.",
    )


def finding(n: int, followers: int, largest: int) -> str:
    """Returns the title: how many of all projects followed others, and the size of the largest tree."""
    if not followers:
        return f"None of {n:,} AI factories of one replicate mainly followed another"
    return f"{followers:,} of {n:,} AI factories of one replicate mainly followed another; the largest family has {largest:,}"


def _size_of(root: Project, children: dict[Project | None, list[Project]]) -> int:
    return 1 + sum(_size_of(child, children) for child in children.get(root, ()))


def _leaves(root: Project, children: dict[Project | None, list[Project]]) -> int:
    return sum(_leaves(child, children) for child in children.get(root, ())) or 1


def _draw_tree(
    axes: Any, root: Project, y: float, children: dict[Project | None, list[Project]], projects: dict[Project, Row], parents: dict[Any, Any]
) -> float:
    """Draws a tree from a height on, and returns the height below it; trees are as deep as there are generations, a dozen at most."""
    own, mechanisms = y + _leaves(root, children) / 2 - 0.5, sorted({how for _, how in parents.values()})
    for child in children.get(root, ()):
        middle = y + _leaves(child, children) / 2 - 0.5
        colour = _colour(parents[child][1], mechanisms)
        axes.plot([_time(root), _time(root), _time(child)], [own, middle, middle], color=colour, linewidth=1.0, zorder=1)
        _draw_tree(axes, child, y, children, projects, parents)
        y += _leaves(child, children)
    row = projects[root]
    operates = row["operating_from"] is not None and row["ended"] is None
    axes.plot(
        [_time(root)], [own], "o", color=INK, markersize=3.6, markerfacecolor=INK if operates else "white", markeredgewidth=0.9, zorder=2
    )
    return y if children.get(root) else y + 1.0


def _colour(mechanism: str, mechanisms: list[str]) -> str:
    others = [name for name in mechanisms if name not in _COLOURS]
    spare = [colour for colour in CYCLE if colour not in _COLOURS.values()] or [PURPLE]
    return _COLOURS.get(mechanism) or spare[others.index(mechanism) % len(spare)]


def _time(project: Project) -> float:
    year, month = parse_month(project[1])
    return year + (month - 1) / 12


FIGURE = Figure(
    "family-trees",
    Ancestry,
    "Which AI factory followed which in one replicate",
    draw,
    needs="a project",
    applies=lambda answer: any(row["launched"] is not None for row in answer.tables["decisions"].rows),
    size=(11.0, 9.0),
)
