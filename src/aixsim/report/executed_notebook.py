"""Executes the notebook of the tutorial and stores what its cells give (``make docs``); a test does the same and compares."""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
from pathlib import Path
from typing import Any, Final

PAGE: Final = Path("docs/tutorial/from-python.ipynb")


def executed(notebook: dict[str, Any]) -> dict[str, Any]:
    """Returns a notebook with the outputs of its code cells: what they print, and the figure that the last expression gives.

    Args:
        notebook: as JSON, format 4.
    """
    names: dict[str, Any] = {}
    cells: list[dict[str, Any]] = []
    for cell in notebook["cells"]:
        added: dict[str, Any] = {}
        if cell["cell_type"] == "code":
            number = 1 + sum(one["cell_type"] == "code" for one in cells)
            added = {"execution_count": number, "outputs": _outputs("".join(cell["source"]), names, number)}
        cells.append(cell | added)
    return notebook | {"cells": cells}


def _outputs(source: str, names: dict[str, Any], number: int) -> list[dict[str, Any]]:
    tree, printed, value = ast.parse(source), io.StringIO(), None
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, str(PAGE), "exec"), names)  # noqa: S102 - the cells of the notebook of this repository
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), str(PAGE), "eval"), names)  # noqa: S307 - the same
    outputs: list[dict[str, Any]] = []
    if printed.getvalue():
        outputs.append({"output_type": "stream", "name": "stdout", "text": printed.getvalue().splitlines(keepends=True)})
    if value is not None:
        picture = io.BytesIO()
        value.savefig(picture, format="png", dpi=80)
        data = {"image/png": base64.b64encode(picture.getvalue()).decode(), "text/plain": ["<Figure>"]}
        outputs.append({"output_type": "execute_result", "execution_count": number, "metadata": {}, "data": data})
    return outputs


if __name__ == "__main__":
    done = executed(json.loads(PAGE.read_text(encoding="utf-8")))
    PAGE.write_text(json.dumps(done, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
