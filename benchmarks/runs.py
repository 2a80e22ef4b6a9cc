"""What a run costs beside what users do today: ratios, interleaved, and how cost grows.

    python benchmarks/runs.py ratios --forces 42 --few 3 --rounds 1
    python benchmarks/runs.py growth --sizes 1 5 42 --jobs 1 2
    python benchmarks/runs.py thousand

`ratios` takes four ways in turn, round by round, over the study's notebooks that run for each force
(those that run once would count once in one way and for each force in another), so that whatever
else the machine does falls on all of them:

loop     `papermill` and `jupyter nbconvert` for each notebook in a shell loop
pool     papermill.execute_notebook in a pool of processes, cold kernels, nbconvert's exporter
mappa    `mappa report`, with its pages, checks and records
floor    the cells alone, in forks of a process that has the imports, without kernel or page

The floor is a fair one: it finds the same results on disk as `mappa report` does (both come after
a run of one force), its process computes before the first fork what every force shares, as the
template of `mappa report` does for more than a few forces, and as many forks run at once. It reads
no digests, sends no messages, writes no notebook and makes no page: all of that is overhead.

CPU time is that of a command and of all it started; it is told beside wall time because only the
first belongs to the program on a machine that others use.
"""

from __future__ import annotations

import argparse
import ast
import concurrent.futures
import gc
import json
import multiprocessing
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

Cost = tuple[float, float]  # wall and CPU seconds
JOBS = os.cpu_count() or 1


def machine() -> str:
    """Name the machine."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [
            x.split(":")[1].strip() for x in info.read_text().splitlines() if "model name" in x
        ]
        model = names[0] if names else model
    load = ", ".join(f"{x:.1f}" for x in os.getloadavg())
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, load {load}"


def cost(work: Callable[[], object]) -> Cost:
    """Return wall and CPU seconds of *work* and of the processes that it has waited for."""

    def used() -> float:
        return sum(
            u.ru_utime + u.ru_stime
            for u in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        )

    wall, cpu = time.monotonic(), used()
    work()
    return time.monotonic() - wall, used() - cpu


def notebooks() -> list[Path]:
    """Return the study's notebooks, or those of MAPPA_NOTEBOOKS, that run for each force."""
    import papermill

    found = Path(os.environ.get("MAPPA_NOTEBOOKS", ROOT / "notebooks")).glob("[0-9]-*.ipynb")
    return [book for book in sorted(found) if "force" in papermill.inspect_notebook(book)]


def quiet(*command: object, **more: str) -> None:
    """Run a command to its end; its failure is ours."""
    subprocess.run(
        [str(c) for c in command],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | more,
    )


def loop(forces: list[str], out: Path) -> None:
    """Run each notebook and convert it, one command after another."""
    for force in forces:
        for book in notebooks():
            target = out / f"{force}-{book.name}"
            quiet(sys.executable, "-m", "papermill", book, target, "-p", "force", force)
            quiet(sys.executable, "-m", "nbconvert", "--to", "html", target)


def _cold(task: tuple[str, Path, Path]) -> None:
    import papermill
    from nbconvert import HTMLExporter

    force, book, target = task
    node = papermill.execute_notebook(book, target, {"force": force}, progress_bar=False)
    text, _ = HTMLExporter().from_notebook_node(node)
    target.with_suffix(".html").write_text(text)


def pool(forces: list[str], out: Path) -> None:
    """Run papermill in a pool of processes, each notebook in a cold kernel."""
    tasks = [(f, book, out / f"{f}-{book.name}") for f in forces for book in notebooks()]
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(JOBS, mp_context=context) as workers:
        list(workers.map(_cold, tasks))


def mappa(forces: list[str], out: Path, jobs: int = 0) -> None:
    """Run `mappa report`, by default with as many workers as it chooses."""
    names = [part for force in forces for part in ("--force", force)]
    command = [sys.executable, "-m", "mappa", "report", "--quiet", "--out", out, "--jobs", jobs]
    quiet(*command, *names)


FLOOR = "import runs, sys; runs.floor_here(sys.argv[1:])"


def floor(forces: list[str], out: Path) -> None:
    """Run the cells alone, in a process of its own."""
    quiet(sys.executable, "-c", FLOOR, *forces, PYTHONPATH=_path())


def _path() -> str:
    return os.pathsep.join([str(ROOT / "benchmarks"), os.environ.get("PYTHONPATH", "")])


def floor_here(forces: list[str]) -> None:
    """Fork once for each notebook of each force, as many at once as there are jobs."""
    from mappa.commands.report import FEW
    from mappa.runs import plan
    from warmkernels import server as forkserver

    os.environ["MPLBACKEND"] = "agg"
    study = plan.open_study((), {}, Path())
    shared = study.shared() if len(forces) > FEW else ([], "")
    forkserver.preload(study.modules(), "mappa.runs.plan:compute_shared", shared)
    gc.collect()
    gc.freeze()  # as the template does
    running: set[int] = set()
    books = notebooks()
    for force in forces:
        for book in books:
            if len(running) == JOBS:
                running.discard(_wait())
            pid = os.fork()
            if not pid:
                status = 1
                try:
                    _run_cells(book, force)
                    status = 0
                finally:
                    os._exit(status)
            running.add(pid)
    while running:
        running.discard(_wait())


def _wait() -> int:
    pid, status = os.wait()
    if status:
        raise SystemExit("a cell failed")
    return pid


def _run_cells(book: Path, force: str) -> None:
    """Execute the code cells and format what the last line of each shows."""
    from IPython.core.interactiveshell import InteractiveShell

    show = InteractiveShell.instance().display_formatter.format
    space: dict[str, object] = {}
    for cell in json.loads(book.read_text())["cells"]:
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, book.name, "exec"), space)
        if "parameters" in cell["metadata"].get("tags", []):
            space["force"] = force
        if last is not None:
            show(eval(compile(ast.Expression(last.value), book.name, "eval"), space))


WAYS: dict[str, Callable[[list[str], Path], None]] = {
    "loop": loop,
    "pool": pool,
    "mappa": mappa,
    "floor": floor,
}


def ratios(count: int, few: int, rounds: int) -> None:
    """Take the four ways in turn and print what a notebook costs in each, and the ratios.

    The loop and the cold pool cost the same however many forces there are, so they run over *few*
    of them, evenly chosen.
    """
    from mappa.data import load

    names = load().names
    forces = _evenly(names, count)
    print(f"{machine()}; {count} forces ({few} in the loop and pool), {rounds} rounds")
    alone = tempfile.TemporaryDirectory()
    for book in notebooks():
        shutil.copy(book, alone.name)
    os.environ["MAPPA_NOTEBOOKS"] = alone.name
    with tempfile.TemporaryDirectory() as scratch:
        mappa(forces[:1], Path(scratch, "warm-up"))  # what is computed once for all is there now
    taken: dict[str, list[Cost]] = {way: [] for way in WAYS}
    for number in range(rounds):
        order = list(WAYS)[number % 4 :] + list(WAYS)[: number % 4]
        for way in order:
            chosen = _evenly(forces, few) if way in ("loop", "pool") else forces
            with tempfile.TemporaryDirectory() as scratch:
                wall, cpu = cost(lambda w=way, c=chosen, s=scratch: WAYS[w](c, Path(s)))
            runs = len(chosen) * len(notebooks())
            taken[way].append((wall / runs, cpu / runs))
            print(f"round {number + 1}, {way}: {wall:.1f} s, {cpu:.1f} CPU s", flush=True)
    _table(taken)


def _evenly(names: list[str], count: int) -> list[str]:
    return [names[i * len(names) // count] for i in range(count)]


def _table(taken: dict[str, list[Cost]]) -> None:
    best = {way: tuple(map(min, zip(*costs, strict=True))) for way, costs in taken.items()}
    heads = ["wall s", "CPU s", "CPU s beyond the floor", "wall, over floor"]
    heads += ["wall, loop over it", "CPU, loop over it"]
    print("\n| a notebook | " + " | ".join(heads) + " |")
    print("|---|---|---|---|---|---|---|")
    for way, (wall, cpu) in best.items():
        print(
            f"| {way} | {wall:.2f} | {cpu:.2f} | {cpu - best['floor'][1]:.2f} | "
            f"{wall / best['floor'][0]:.2f} | "
            f"{best['loop'][0] / wall:.2f} | {best['loop'][1] / cpu:.2f} |"
        )


def growth(sizes: list[int], jobs: list[int]) -> None:
    """Print what 1, 5, ... forces cost, with 1, 2, ... workers, and what a second run does."""
    from mappa.data import load

    print(f"{machine()}\n\n| forces | jobs | wall s | CPU s | second run, wall s |")
    print("|---|---|---|---|---|")
    names = load().names
    for size in sizes:
        for workers in jobs:
            with tempfile.TemporaryDirectory() as scratch:
                chosen = names[:size]
                wall, cpu = cost(lambda: mappa(chosen, Path(scratch), workers))  # noqa: B023
                again, _ = cost(lambda: mappa(chosen, Path(scratch), workers))  # noqa: B023
            print(f"| {size} | {workers} | {wall:.1f} | {cpu:.1f} | {again:.1f} |", flush=True)


def thousand(areas: int) -> None:
    """Run a made-up country of *areas* areas with small notebooks: what the run itself costs."""
    import made_up
    from runs_support import write_study

    made_up.NAMES = [made_up.DEFAULT_FORCE, *(f"District {n:04d}" for n in range(1, areas))]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["MAPPA_DATA"] = str(made_up.write_made_up(folder / "data", ROOT / "data"))
        os.environ["MAPPA_NOTEBOOKS"] = str(write_study(folder / "nb"))
        command = [sys.executable, "-m", "mappa", "report", "--all", "--quiet"]
        command += ["--out", str(folder / "out")]
        print(f"{machine()}; {areas} areas, three small notebooks each\n")
        for said in ("first run", "second run"):
            wall, cpu = cost(lambda: quiet(*command))
            print(f"{said}: {wall:.1f} s, {cpu:.1f} CPU s, {cpu / areas / 3:.3f} CPU s a notebook")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("ratios")
    one.add_argument("--forces", type=int, default=4)
    one.add_argument("--few", type=int, default=1)
    one.add_argument("--rounds", type=int, default=2)
    one = commands.add_parser("growth")
    one.add_argument("--sizes", type=int, nargs="+", default=[1, 5, 42])
    one.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    one = commands.add_parser("thousand")
    one.add_argument("--areas", type=int, default=1000)
    given = parser.parse_args()
    if given.command == "ratios":
        ratios(given.forces, given.few, given.rounds)
    elif given.command == "growth":
        growth(given.sizes, given.jobs)
    else:
        thousand(given.areas)


if __name__ == "__main__":
    main()
