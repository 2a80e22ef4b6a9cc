"""The rooms are in the order that ARCHITECTURE.md says, and the tree holds no address or path."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "mappa"
ORDER = [
    {"errors", "arguments", "printed", "records", "files", "cache", "versions", ""},
    {"data"},
    {"rates"},
    {"growth"},
    {"register"},
    {"forecasts"},
    {"words"},
    {"plot"},
    {"explore"},
    {"pages"},
    {"runs"},
    {"commands", "__main__"},
]
PLACE = {part: i for i, parts in enumerate(ORDER) for part in parts}
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def part_of(module: str) -> str:
    return module.partition("mappa.")[2].partition(".")[0]


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            if node.module == "mappa":
                found |= {f"mappa.{a.name}" for a in node.names if not a.name.startswith("__")}
    return {m for m in found if m == "mappa" or m.startswith("mappa.")}


@pytest.mark.parametrize(
    "path", sorted(SOURCE.rglob("*.py")), ids=lambda p: p.relative_to(SOURCE).as_posix()
)
def test_each_part_imports_only_what_stands_before_it(path: Path) -> None:
    relative = path.relative_to(SOURCE)
    mine = relative.parts[0].removesuffix(".py")
    place = PLACE["" if mine == "__init__" else mine]
    for module in imports(path):
        assert PLACE[part_of(module)] <= place, f"{relative} imports {module}"


def test_every_part_stands_in_architecture_md() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for folder in SOURCE.iterdir():
        if folder.is_dir() and not folder.name.startswith(("_", ".")):
            assert f"`{folder.name}`" in text, folder.name


def tracked() -> list[Path]:
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_no_registry_and_no_path_of_a_machine_is_tracked() -> None:
    registry = re.compile(
        r"index-url|find-links|/simple/|pypi\.org|files\.pythonhosted|registry\.npm"
    )
    machine = re.compile(r"(?<![\w.])/(?:work|root|home)/[a-z]|\.\./shared|\.library")
    for path in tracked():
        if path.suffix in {".csv", ".png"} or "tests" in path.parts:
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        if path.name != "Makefile":  # which tells uv to leave addresses out
            assert not registry.search(text), path
        assert not machine.search(text), path


def test_locks_have_a_hash_for_every_package_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        blocks = [b for b in re.split(r"\n(?=[a-z0-9])", text.strip()) if b]
        assert len(blocks) > 100
        for block in blocks:
            assert re.match(r"[a-z0-9._\-\[\]]+==\S+", block), block[:80]
            assert "--hash=sha256:" in block, block[:80]
        assert "://" not in text


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_are_thin_narrated_and_stripped(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    assert sum(c.cell_type == "markdown" for c in notebook.cells) >= len(code) / 2
    assert notebook.cells[0].source.startswith("# ")
    for cell in code:
        assert cell.outputs == [] and cell.execution_count is None
        assert len(cell.source.splitlines()) <= 13, cell.source
        plain = TransformerManager().transform_cell(cell.source)  # a line of ! or % is allowed
        names = {type(n).__name__ for n in ast.walk(ast.parse(plain))}
        assert not names & {"FunctionDef", "ClassDef", "AsyncFunctionDef"}, cell.source
        assert not names & {"Lambda"} or path.stem == "explore", cell.source


@pytest.mark.parametrize(
    "path", [p for p in NOTEBOOKS if p.stem[:1].isdigit()], ids=lambda p: p.name
)
def test_parameters_are_plain_scalars_with_help(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    assert "parameters" in code[0].metadata.get("tags", [])
    lines = [s for s in code[0].source.splitlines() if s and not s.startswith("#")]
    for line in lines:
        node = ast.parse(line).body[0]
        assert isinstance(node, (ast.Assign, ast.AnnAssign)), line
        ast.literal_eval(node.value)
        assert re.search(r"\S  # \S", line), line
    names = {re.split(r"[: ]", s)[0] for s in lines}
    assert {"force", "as_of"} <= names or "force" not in names  # without a force it runs once
    if path.stem not in {"1-growth", "2-rate", "3-register"}:
        return
    tags = [t for c in code for t in c.metadata.get("tags", [])]
    assert {"answer", "answer-figure", "record"} <= set(tags)


NUMBER = re.compile(r"(?<![\w.])(\d{1,3}(?:,\d{3})+|\d+\.\d{2,}|\d{3,})(?![\w])")


def test_no_number_of_the_data_is_wired_into_notebooks_or_source() -> None:
    """Counts and populations of the tables must not stand in code or in narration."""
    known = {"594", "598", "449975", "62435", "60294", "52252671", "44134", "18301", "2141"}
    places = [*NOTEBOOKS, *SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *SOURCE.rglob("*.j2")]
    for path in places:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".py":  # examples in a docstring are fine
            tree = ast.parse(text)
            text = "\n".join(
                str(n.value)
                for n in ast.walk(tree)
                if isinstance(n, ast.Constant) and not isinstance(n.value, str)
            )
        else:
            text = "\n".join(re.findall(r'"source": \[.*?\]', text, re.S)) or text
        found = {m.replace(",", "") for m in NUMBER.findall(text)} & known
        assert not found, (path, found)


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['mappa', '--help']\n"
        "import mappa.commands as c\n"
        "try:\n    c.main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'pandas', 'numpy', 'matplotlib', 'papermill', 'nbformat', 'scipy', 'rich'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().splitlines()[-1] == "[]"
