"""environment.yml (conda, Binder) says what pyproject.toml says."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import yaml

#: conda-forge's names of packages that are called otherwise there.
CONDA_NAMES = {
    "jupyter-client": "jupyter_client",
    "matplotlib": "matplotlib-base",
    "seaborn": "seaborn-base",
}
#: Packages that come from the index of pip, since conda-forge is not known to have them.
PIP_ONLY = {"resvg-py"}


def _read(root: Path) -> tuple[dict[str, str], list[str]]:
    listed = yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    found = [re.fullmatch(r"([\w-]+)(.*)", d) for d in listed if isinstance(d, str)]
    pip = next(d["pip"] for d in listed if isinstance(d, dict))
    return {m[1]: m[2] for m in found}, pip


def test_the_same_packages_with_the_same_bounds(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed, pip = _read(root)
    wanted = {"python": project["requires-python"], "pip": ""}
    for requirement in project["dependencies"]:
        name, bound = re.fullmatch(r"([\w-]+)(?:\[[\w,]+\])?(.*)", requirement).groups()
        wanted[CONDA_NAMES.get(name, name)] = bound
    from_pip = [f"{name}{wanted.pop(name)}" for name in sorted(PIP_ONLY)]
    assert listed == wanted
    assert pip == [*from_pip, "-e ."]


def test_nothing_forbids_a_newer_python(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    bounds = [project["requires-python"], *project["dependencies"]]
    assert [b for b in bounds if re.search(r"<|==|~=", b)] == []


def test_the_wheel_lists_every_table_and_notebook(root: Path) -> None:
    """What is not listed is not shipped; tests/test_wheel.py builds one."""
    told = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
    listed = told["build"]["include"]
    asked = ["git", "-C", str(root), "ls-files", "data", "notebooks"]
    tracked = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split()
    shipped = sorted(f for f in listed if not f.startswith("/src/"))
    assert shipped == sorted(f"/{f}" for f in tracked)
