"""What would run: for each force, which notebooks are up to date, and why the others are not."""

import contextlib
import dataclasses
import importlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mappa.cache import code_reached
from mappa.data import DENOMINATORS, Data, load, places
from mappa.errors import MappaError, UsageError, one_of
from mappa.pages import cells
from mappa.runs import state
from mappa.runs.notebooks import Notebook, Scalar, find, reached, read_setting
from mappa.versions import RENDER, versions

#: What the notebooks that are about no single area are called in the place of a force.
EVERY_AREA = "all areas"
WORK = ".work"  # in the folder of the pages: what is executed and not yet published


@dataclasses.dataclass(frozen=True)
class Step:
    """A notebook of a force, with every value that it takes, defaults too.

    *inputs* is what its output follows from, *reason* why it has to run (empty where it is up to
    date), *path* the executed notebook, published or of a run cut short, which is read then.
    """

    notebook: Notebook
    parameters: dict[str, Scalar]
    inputs: state.Inputs
    reason: str
    path: Path


@dataclasses.dataclass(frozen=True)
class ForcePlan:
    """What a force needs: steps that run, and why its pages are made again (or an empty text)."""

    force: str
    slug: str
    folder: Path
    steps: tuple[Step, ...]
    page_inputs: state.Inputs
    pages_reason: str

    @property
    def current(self) -> bool:
        """Whether nothing is to be done."""
        return not self.pages_reason and not any(step.reason for step in self.steps)

    @property
    def reason(self) -> str:
        """Say why it is not up to date, the first reason."""
        return next((s.reason for s in self.steps if s.reason), self.pages_reason)


@dataclasses.dataclass(frozen=True)
class Study:
    """All that a run is about: tables, notebooks, settings for all forces, folder of the pages."""

    data: Data
    notebooks: tuple[Notebook, ...]
    settings: Mapping[str, Any]
    out: Path
    tables: str = dataclasses.field(default_factory=state.data_digest)
    source: str = dataclasses.field(default_factory=state.source_digest)
    pages: str = dataclasses.field(default_factory=state.code_of_pages)

    def modules(self) -> list[str]:
        """Return every module of mappa that the notebooks import, by name."""
        return reached(self.notebooks)

    def shared(self) -> tuple[list[str], str]:
        """Return the functions that compute what all forces share, and the date they take.

        A package computes it in its module ``shared``, in a function ``compute(data, as_of)``.
        """
        packages = {module.rsplit(".", 1)[0] for module in self.modules()}
        found = code_reached(*(f"{package}.shared" for package in packages))
        named = sorted(f"{p}.shared" for p in packages if f"{p}.shared" in found)
        return named, self._as_of()

    def _as_of(self) -> str:
        return f"{self.data.day(self.settings.get('as_of') or None):%Y-%m-%d}"

    def values(self, force: str) -> dict[str, dict[str, Scalar]]:
        """Return every parameter of every notebook for a force, typed and checked.

        A setting goes to every notebook that has a parameter of that name. Raises UnknownName,
        which suggests the nearest name, where none has it, and UsageError for a value that is not
        allowed.
        """
        if "force" in self.settings:
            raise UsageError("Name the force by --force, not among the other settings.")
        known = sorted({name for notebook in self.notebooks for name in notebook.parameters})
        given = {**self.settings, "force": force, "as_of": self._as_of()}
        for name in self.settings:
            one_of("parameter", name, known)
        found: dict[str, dict[str, Scalar]] = {}
        for notebook in self.notebooks:
            values = found[notebook.name] = {}
            for name, parameter in notebook.parameters.items():
                values[name] = parameter.check(given[name]) if name in given else parameter.default
                if name in self.settings:
                    _judge(self.data, name, values[name])
        return found


def _judge(data: Data, name: str, value: Any) -> None:
    """Check a value that only the tables or the methods can judge, as the notebook itself would."""
    if name == "denominator":
        one_of(name, value, DENOMINATORS)
    elif name == "comparator":
        one_of(name, value, data.comparators["comparator"])
    elif name == "nation":
        from mappa.forecasts.national_draws import SOURCES

        one_of(name, value, SOURCES)
    elif name == "margin":
        from mappa.rates.assess import check_margin

        check_margin(value)
    elif name == "since" and value:
        from mappa.register.answers.scenarios import parse_month

        parse_month(value)


def compute_shared(modules: Sequence[str], as_of: str) -> None:
    """Read the tables and compute what all forces share, so that forks of this process find it.

    *modules* and *as_of* are as :meth:`Study.shared` returns them.
    """
    data = load()
    for name in modules:
        with contextlib.suppress(MappaError):  # the notebook itself will say what it lacks
            importlib.import_module(name).compute(data, as_of)


def plan(study: Study, forces: Sequence[str], *, again: bool = False) -> list[ForcePlan]:
    """Return what each force needs, and last what is about no single area, if anything is.

    *again* runs even what is up to date.
    """
    by_area = [n for n in study.notebooks if n.by_area]
    once = [n for n in study.notebooks if not n.by_area]
    wanted = [(force, study.data.slug(force), by_area) for force in forces if by_area]
    wanted += [(EVERY_AREA, cells.EVERY_AREA, once)] if once else []
    return [_plan_force(study, *each, again) for each in wanted]


def _plan_force(
    study: Study, force: str, slug: str, notebooks: Sequence[Notebook], again: bool
) -> ForcePlan:
    folder, work = study.out / slug, study.out / WORK / slug
    stored, values = state.read_json(folder / state.RUN_FILE), study.values(force)

    def step(notebook: Notebook) -> Step:
        name, chosen = notebook.name, values[notebook.name]
        code = state.code_of_notebook(notebook.modules)
        inputs = state.notebook_inputs(notebook.text, chosen, study.tables, code)
        path = folder / f"{name}.ipynb"
        if again:
            return Step(notebook, chosen, inputs, "asked for", path)
        reason = state.why(inputs, stored.get("steps", {}).get(name, {}), folder)
        if reason and not state.why(inputs, state.read_json(work / f"{name}.json"), work):
            reason, path = "", work / path.name
        return Step(notebook, chosen, inputs, reason, path)

    steps = tuple(map(step, notebooks))
    inputs: state.Inputs = {
        "notebooks": {s.notebook.name: state.inputs_digest(s.inputs) for s in steps},
        "data": study.tables,
        "source": study.pages,
        "versions": versions(RENDER),
    }
    reason = "asked for" if again else state.why(inputs, stored.get("pages", {}), folder)
    return ForcePlan(force, slug, folder, steps, inputs, reason)


def open_study(texts: Sequence[str] | None, named: Mapping[str, Any], out: Path) -> Study:
    """Return the study in the folders that are in use, its settings checked for every notebook.

    *texts* are settings as ``name=value``, *named* those by name, which go before them; *out* is
    the folder of the pages. Raises MappaError in one sentence, before any kernel starts.
    """
    data = load()
    given = dict(map(read_setting, texts or ())) | dict(named)
    study = Study(data, tuple(find(places.notebooks_folder())), given, out)
    study.values(data.force())
    return study


def choose_forces(data: Data, names: Sequence[str], everyone: bool) -> list[str]:
    """Return the forces asked for, each once, in the order of the tables; the default if none.

    Raises UnknownName (exit status 2) with a suggestion.
    """
    if everyone and names:
        raise UsageError("Give --force or --all, not both.")
    if everyone:
        return data.names
    chosen = {data.area(name) for name in names or [data.force()]}
    return [name for name in data.names if name in chosen]
