"""The notebooks of the study and their parameters, read before any kernel starts.

papermill runs a mistyped parameter silently with the default (its issues 667 and 818). Here the
parameters cell is parsed: plain scalars, one a line, ``name = value  # help``, annotated or not.
"""

import ast
import contextlib
import dataclasses
import io
import json
import math
import re
import tokenize
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

from mappa.arguments import KINDS, refusal
from mappa.cache import code_reached, imports
from mappa.errors import DataError, UnknownName, UsageError
from mappa.pages import cells

Scalar = str | int | float | bool | None

_TRUTHS = dict.fromkeys(("true", "yes", "on"), True) | dict.fromkeys(("false", "no", "off"), False)
_LIMITS = re.compile(r"(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)\W*$")
_CHOICES = re.compile(r"one of:\s*(.+)$", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A parameter of a notebook.

    A value given must be of the type of *default*, the value in the cell. *help* is the comment at
    the end of the line: where it ends in ``one of: a, b, c`` (or ``a | b``) these are the *choices*
    allowed, where it ends in ``0 to 5`` the *limits*, the least and the greatest number.
    """

    name: str
    default: Scalar
    help: str = ""
    choices: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None

    @property
    def kind(self) -> str:
        """The type of value, in words."""
        return KINDS.get(type(self.default), "a value")

    def check(self, value: Scalar) -> Scalar:
        """Return *value* in the parameter's type, or raise UsageError (exit status 2).

        Text, as it comes from a command line, is read as the type of the default.
        """
        read = self._read(value)
        if self.choices and str(read) not in self.choices:
            raise UnknownName(f"value of {self.name}", str(read), self.choices)
        if self.limits and isinstance(read, int | float):
            low, high = self.limits
            if not low <= read <= high:
                raise UsageError(f"{self.name} = {read:g} is not allowed: use {low:g} to {high:g}.")
        return read

    def _read(self, value: Scalar) -> Scalar:
        want = type(self.default)
        if type(value) is want:
            return value
        try:
            if self.default is None:
                return _literal(value) if isinstance(value, str) else value
            if want is bool and isinstance(value, str):
                return _TRUTHS[value.strip().lower()]
            whole = type(value) is int and want is float
            if want in (int, float) and (whole or isinstance(value, str)):
                number: float = want(value)  # type: ignore[arg-type]
                if math.isfinite(number):
                    return number
        except (KeyError, ValueError):
            pass
        raise refusal(self.name, value, self.kind, self.default)


@dataclasses.dataclass(frozen=True)
class Notebook:
    """A notebook to be run: its name, such as ``2-rate``, and its text, the JSON of the file.

    *parameters* is what its parameters cell declares, by name; *modules* are the names that its
    cells import, such as ``mappa.rates``.
    """

    name: str
    text: str
    parameters: dict[str, Parameter]
    modules: tuple[str, ...] = ()

    @property
    def by_area(self) -> bool:
        """Whether it runs for each area; without a parameter ``force`` it runs once."""
        return "force" in self.parameters


def find(folder: Path) -> list[Notebook]:
    """Return the study's notebooks (``1-growth.ipynb``, ...) of *folder*, in their order.

    Raises DataError where there are none, or one is not a notebook.
    """
    paths = cells.numbered(folder)
    if not paths:
        raise DataError(f"No notebook such as 1-growth.ipynb is in {folder}.")
    return [read(path) for path in paths]


def read(path: Path) -> Notebook:
    """Return the notebook in the file *path*, its parameters cell inspected."""
    try:
        text = path.read_text(encoding="utf-8")
        found = json.loads(text)["cells"]
        tagged = [c for c in found if "parameters" in cells.tags(c)]
    except OSError as error:
        raise DataError(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(f"{path} is not a notebook.") from None
    if len(tagged) > 1:
        raise DataError(f"{path.name} has {len(tagged)} cells with the tag `parameters`.")
    modules: set[str] = set()
    for cell in (c for c in found if c.get("cell_type") == "code"):
        lines = "".join(cell["source"]).splitlines()
        plain = "\n".join(line for line in lines if not line.lstrip().startswith(("%", "!")))
        with contextlib.suppress(SyntaxError):  # running the cell will show it
            modules |= imports(plain)
    parameters = inspect("".join(tagged[0]["source"]) if tagged else "", path.name)
    return Notebook(path.stem, text, parameters, tuple(sorted(modules)))


def reached(notebooks: Iterable[Notebook]) -> list[str]:
    """Return every module of mappa that notebooks import, by name."""
    return sorted(code_reached(*(name for book in notebooks for name in book.modules)))


def inspect(source: str, where: str) -> dict[str, Parameter]:
    """Return the parameters that the text of a parameters cell declares, by name, in its order.

    Raises DataError, which names the notebook (*where*), line and rule, for a line that is not
    ``name = scalar`` and for a name twice.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        _refuse(where, error.lineno or 1, f"is not Python ({error.msg})")
    comments = {
        t.start[0]: t.string.lstrip("#: ").strip()
        for t in tokenize.generate_tokens(io.StringIO(source).readline)
        if t.type == tokenize.COMMENT and t.line[: t.start[1]].strip()
    }
    found: dict[str, Parameter] = {}
    lines: set[int] = set()
    for statement in tree.body:
        line = statement.lineno
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as given)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as given)
            ):
                value = _literal(given)
            case _:
                _refuse(where, line, "is not `name = value  # help`")
        if not isinstance(value, Scalar):
            rule = f"gives {name} a value that is not plain text, a number or true or false"
            _refuse(where, line, rule)
        if name in found:
            _refuse(where, line, f"sets {name} a second time")
        if line in lines:
            _refuse(where, line, "sets two parameters on one line")
        lines.add(line)
        text = comments.get(statement.end_lineno or line, "")
        ends = isinstance(value, int | float) and type(value) is not bool and _LIMITS.search(text)
        limits = (float(ends[1]), float(ends[2])) if ends else None
        found[name] = Parameter(name, value, text, _choices(text), limits)
    return found


def _literal(value: str | ast.expr) -> Any:
    """Return the scalar that *value* writes; anything else as it is."""
    try:
        found = ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value
    return found if isinstance(found, Scalar) else value


def _choices(text: str) -> tuple[str, ...]:
    listed = _CHOICES.search(text)
    parts = re.split(r"\|" if "|" in listed[1] else r",|;|\bor\b", listed[1]) if listed else ()
    return tuple(filter(None, (part.strip("\"'` .") for part in parts)))


def _refuse(where: str, line: int, what: str) -> NoReturn:
    raise DataError(f"{where}, parameters cell, line {line}: {what}.")


def read_setting(text: str) -> tuple[str, str]:
    """Split ``name=value`` of a command line; UsageError without an equals sign or a name."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"{text!r} is not name=value, such as margin=0.1.")
    return name.strip(), value.strip()
