"""Parameters of a notebook, read from its parameters cell before any kernel starts.

papermill runs a mistyped parameter silently with the default (its issues 667 and 818) and misses
annotated ones (695, 807). Here the cell is parsed, not guessed at: plain scalars, one a line,
``name = value  # help``, with or without a simple annotation.
"""

from __future__ import annotations

import ast
import dataclasses
import io
import math
import re
import tokenize
from collections.abc import Mapping

from mappa.errors import DataError, UnknownName, UsageError

Scalar = str | int | float | bool | None

_KINDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
_TRUTHS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_LIMITS = re.compile(r"(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)\W*$")
_CHOICES = re.compile(r"one of:\s*(.+)$", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Parameter:
    """A parameter of a notebook.

    Parameters
    ----------
    name: the name assigned to.
    default: the value in the cell; its type is the type that is asked for.
    help: the comment at the end of the line.
    choices: the values allowed, where the help ends in ``one of: a, b, c`` (or ``a | b``).
    limits: the least and the greatest number, where the help ends in ``0 to 5``.
    """

    name: str
    default: Scalar
    help: str = ""
    choices: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None

    @property
    def kind(self) -> str:
        """Say in words what type of value is asked for."""
        return _KINDS.get(type(self.default), "a value")

    def check(self, value: Scalar) -> Scalar:
        """Return *value* in the parameter's type, or raise UsageError (exit status 2).

        Text, as it comes from a command line, is read as the type of the default.
        """
        read = self._read(value) if isinstance(value, str) else self._same_type(value)
        if self.choices and str(read) not in self.choices:
            raise UnknownName(f"value of {self.name}", str(read), self.choices)
        if self.limits and isinstance(read, int | float):
            low, high = self.limits
            if not low <= read <= high:
                raise UsageError(f"{self.name} = {read:g} cannot be: it is {low:g} to {high:g}.")
        return read

    def _same_type(self, value: Scalar) -> Scalar:
        want = type(self.default)
        if self.default is None or type(value) is want:
            return value
        if want is float and type(value) is int:
            return float(value)
        raise self._refusal(value)

    def _read(self, text: str) -> Scalar:
        want = type(self.default)
        if want is str:
            return text
        if want is bool:
            if text.strip().lower() in _TRUTHS:
                return _TRUTHS[text.strip().lower()]
            raise self._refusal(text)
        if want in (int, float):
            try:
                number = want(text)
            except ValueError:
                raise self._refusal(text) from None
            if not math.isfinite(number):
                raise self._refusal(text)
            return number
        return _literal(text)

    def _refusal(self, value: Scalar) -> UsageError:
        return UsageError(
            f"{self.name} = {value!r} cannot be: {self.name} is {self.kind}, "
            f"such as {self.default!r}."
        )


def _literal(text: str) -> Scalar:
    """Read a value whose default is ``None``: a scalar if it looks like one, else text."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
    return value if isinstance(value, Scalar) else text


def inspect(source: str, where: str) -> dict[str, Parameter]:
    """Return the parameters that a parameters cell declares, by name, in its order.

    Parameters
    ----------
    source: the text of the cell.
    where: the notebook's name, for the sentence of an error.

    Raises
    ------
    DataError: a line that is not ``name = scalar``, or a name twice; line and rule are told.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise _wrong(where, error.lineno or 1, f"is not Python ({error.msg})") from None
    helps = _comments(source)
    found: dict[str, Parameter] = {}
    seen_lines: set[int] = set()
    for statement in tree.body:
        line = statement.lineno
        name, value = _assignment(statement, where)
        if name in found:
            raise _wrong(where, line, f"sets {name} a second time")
        if line in seen_lines:
            raise _wrong(where, line, "sets two parameters on one line")
        seen_lines.add(line)
        text = helps.get(statement.end_lineno or line, "")
        found[name] = Parameter(name, value, text, _choices(text), _limits(value, text))
    return found


def _assignment(statement: ast.stmt, where: str) -> tuple[str, Scalar]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target, value = statement.targets[0], statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target, value = statement.target, statement.value
    else:
        raise _wrong(where, statement.lineno, "is not `name = value  # help`")
    if not isinstance(target, ast.Name):
        raise _wrong(where, statement.lineno, "is not `name = value  # help`")
    try:
        scalar = ast.literal_eval(value)
    except ValueError:
        scalar = ...
    if scalar is not None and not isinstance(scalar, str | int | float | bool):
        raise _wrong(
            where, statement.lineno, f"gives {target.id} no plain text, number or true or false"
        )
    return target.id, scalar


def _comments(source: str) -> dict[int, str]:
    """Return the comment at the end of each line of code, by line."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        t.start[0]: t.string.lstrip("#: ").strip()
        for t in tokens
        if t.type == tokenize.COMMENT and t.line[: t.start[1]].strip()
    }


def _choices(text: str) -> tuple[str, ...]:
    match = _CHOICES.search(text)
    if not match:
        return ()
    separator = r"\s*\|\s*" if "|" in match[1] else r"\s*(?:,|;|\bor\b)\s*"
    return tuple(c.strip("\"'` .") for c in re.split(separator, match[1]) if c.strip("\"'` ."))


def _limits(value: Scalar, text: str) -> tuple[float, float] | None:
    match = _LIMITS.search(text)
    if match is None or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(match[1]), float(match[2])


def _wrong(where: str, line: int, what: str) -> DataError:
    return DataError(f"{where}, parameters cell, line {line}: {what}.")


def check_all(
    settings: Mapping[str, Scalar], notebooks: Mapping[str, Mapping[str, Parameter]]
) -> dict[str, dict[str, Scalar]]:
    """Return for each notebook the values that it takes of *settings*, in their types.

    A setting goes to every notebook that has a parameter of that name.

    Raises
    ------
    UnknownName: no notebook has such a parameter; the nearest name is suggested.
    UsageError: a value of another type, or not one of those allowed.
    """
    known = sorted({name for parameters in notebooks.values() for name in parameters})
    for name in settings:
        if name not in known:
            raise UnknownName("parameter", name, known)
    return {
        notebook: {n: parameters[n].check(v) for n, v in settings.items() if n in parameters}
        for notebook, parameters in notebooks.items()
    }


def read_setting(text: str) -> tuple[str, str]:
    """Split ``name=value`` of a command line.

    Raises UsageError where there is no equals sign or no name.
    """
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise UsageError(f"{text!r} is not name=value, such as margin=0.1.")
    return name.strip(), value.strip()
