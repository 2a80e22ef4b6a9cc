"""Which notebooks are the study's, and on which modules each rests."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from runs_support import write_study

from mappa.cache import code_reached
from mappa.runs import notebooks, state


def test_a_copy_that_jupyterlab_makes_is_no_notebook_of_the_study(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    for copy in ("2-rate-Copy1", "2-rate (1)", "draft"):
        shutil.copy(folder / "2-rate.ipynb", folder / f"{copy}.ipynb")
    assert [n.name for n in notebooks.find(folder)] == ["1-growth", "2-rate", "3-register"]


def test_new_ids_of_cells_change_no_digest(tmp_path: Path) -> None:
    """Tools that strip outputs give every cell another id."""
    text = (write_study(tmp_path) / "2-rate.ipynb").read_text(encoding="utf-8")
    node = json.loads(text)
    for number, cell in enumerate(node["cells"]):
        cell["id"] = str(number)
    digests = [state.notebook_inputs(t, {}, "", "")["notebook"] for t in (text, json.dumps(node))]
    assert digests[0] == digests[1]


def test_a_notebook_rests_on_what_it_imports_and_on_no_other(root: Path) -> None:
    found = {n.name: code_reached(*n.modules) for n in notebooks.find(root / "notebooks")}
    assert "mappa.rates.methods.between" in found["2-rate"]
    assert "mappa.words.rate.answer" in found["2-rate"]
    for modules in found.values():
        assert not [m for m in modules if m.startswith(("mappa.pages", "mappa.runs"))]


def test_magics_and_broken_cells_do_not_hide_imports(tmp_path: Path) -> None:
    cells = ["%matplotlib inline\nimport mappa.cache", "this is no Python"]
    folder = write_study(tmp_path, rate=cells)
    assert "mappa.cache" in notebooks.find(folder)[1].modules
