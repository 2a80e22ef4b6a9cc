"""Which notebooks are the study's, and on which modules each rests."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from runs_support import mappa, notebook, write_study

from mappa.cache import code_reached
from mappa.data import Data
from mappa.errors import DataError
from mappa.runs import notebooks, state


def test_a_copy_that_jupyterlab_makes_is_no_notebook_of_the_study(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    for copy in ("2-rate-Copy1", "2-rate (1)", "draft"):
        shutil.copy(folder / "2-rate.ipynb", folder / f"{copy}.ipynb")
    assert [n.name for n in notebooks.find(folder)] == ["1-growth", "2-rate", "3-register"]


def test_the_file_name_alone_makes_a_notebook_of_the_study(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    for name in ("10-Last", "4-my-own-Check", "welcome", "explore"):
        shutil.copy(folder / "2-rate.ipynb", folder / f"{name}.ipynb")
    names = [n.name for n in notebooks.find(folder)]
    assert names == ["1-growth", "2-rate", "3-register", "4-my-own-Check", "10-Last"]
    shutil.copy(folder / "2-rate.ipynb", folder / "5 with & signs.ipynb")
    with pytest.raises(DataError, match=r"5 with & signs.*letters, digits and hyphens"):
        notebooks.find(folder)


@pytest.mark.kernels
def test_a_notebook_dropped_into_the_folder_gets_a_page_and_is_in_the_site(
    data: Data, tmp_path: Path
) -> None:
    """One with a force runs for each; one without runs once and is in the site once."""
    folder = write_study(tmp_path / "notebooks")
    for name in ("2-rate", "3-register"):
        (folder / f"{name}.ipynb").unlink()
    by_area = notebook("My own check")
    (folder / "4-my-own-Check.ipynb").write_text(json.dumps(by_area), encoding="utf-8")
    once = notebook("Rules of the register", parameters="years: int = 3  # years")
    once["cells"] = [c for c in once["cells"] if c["id"] in ("title", "settings")]
    (folder / "5-rules.ipynb").write_text(json.dumps(once), encoding="utf-8")
    out, site = tmp_path / "reports", tmp_path / "site"
    told = ["--force", "Kent", "--force", "Cumbria", "--out", out]
    listed = mappa("list", *told[:4], "--out", out, notebooks=folder).stdout
    assert "would run 1-growth, 4-my-own-Check: not run yet" in listed
    assert "all areas  would run 5-rules: not run yet" in listed
    done = mappa("report", *told, notebooks=folder)
    assert done.returncode == 0, done.stderr
    assert sorted(p.relative_to(out).as_posix() for p in out.rglob("*[45]-*.html")) == [
        "all-areas/5-rules.html",
        "cumbria/4-my-own-Check.html",
        "kent/4-my-own-Check.html",
    ]
    again = mappa("report", *told, notebooks=folder)
    assert "2 forces: 2 up to date." in again.stdout and "all areas: up to date" in again.stderr
    built = mappa("site", "--reports", out, "--out", site)
    assert built.returncode == 0, built.stderr
    assert [p.relative_to(site).as_posix() for p in site.rglob("*5-rules.html")] == [
        "all-areas/5-rules.html"
    ]
    assert 'href="all-areas/5-rules.html"' in (site / "national.html").read_text("utf-8")
    force_page = (site / "forces/kent/index.html").read_text("utf-8")
    assert 'href="4-my-own-Check.html"' in force_page and "5-rules" not in force_page
    own = out / "all-areas" / "notes.txt"
    own.write_text("a reader's own")
    (folder / "5-rules.ipynb").unlink()
    mappa("report", *told, notebooks=folder)
    assert list(own.parent.iterdir()) == [own]
    mappa("site", "--reports", out, "--out", site)
    assert not (site / "all-areas").exists()
    assert "5-rules" not in (site / "national.html").read_text("utf-8")


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
