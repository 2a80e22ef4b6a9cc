"""A mistake in a notebook's settings is one sentence, whatever the value and the notebook."""

from __future__ import annotations

import ast
import functools
import json
from pathlib import Path
from typing import Any

import pytest

from mappa.errors import MappaError

ROOT = Path(__file__).resolve().parents[2]

#: Wrong values by the type of the default; None and an empty text ask for a default in places.
WRONG: dict[type, list[object]] = {
    str: [5, 20200331, 2.5, True, ["Kentt"], {"a": 1}, "Cumbira", "2020-04-02", "31/03/2020"],
    int: ["four", "4 years", 2.5, 4.0, True, None, [4], -1],
    float: ["ten", "10%", "0.10", True, None, [0.1], -1, float("nan")],
}


@functools.cache
def code(name: str) -> list[str]:
    cells = json.loads((ROOT / "notebooks" / name).read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def parameters(name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    exec(code(name)[0], {}, found)
    return {name: value for name, value in found.items() if not name.startswith("__")}


NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
SETTINGS = [(n, p) for n in NOTEBOOKS for p in parameters(n)]


def uses(source: str, name: str) -> bool:
    nodes = ast.walk(ast.parse(source))
    return any(isinstance(node, ast.Name) and node.id == name for node in nodes)


@functools.cache
def opened(name: str, cell: int) -> dict[str, Any]:
    """Return what the cells before *cell* have imported and assigned, with the right settings."""
    found = {"display": print} | parameters(name)
    for source in code(name)[1:cell]:
        kinds = {type(statement) for statement in ast.parse(source).body}
        if kinds & {ast.Import, ast.ImportFrom, ast.Assign}:
            exec(source, found)
    return found


@pytest.mark.parametrize(("notebook", "setting"), SETTINGS, ids=lambda s: s.removesuffix(".ipynb"))
def test_a_wrong_setting_is_one_sentence(notebook: str, setting: str) -> None:
    cells = code(notebook)
    cell = next(i for i, source in enumerate(cells) if i and uses(source, setting))
    for value in WRONG[type(parameters(notebook)[setting])]:
        with pytest.raises(MappaError) as error:
            exec(cells[cell], opened(notebook, cell) | {setting: value})
        assert "\n" not in str(error.value) and len(str(error.value)) < 400, value
        assert error.value._render_traceback_() == [str(error.value)]
