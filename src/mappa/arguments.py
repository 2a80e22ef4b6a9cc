"""Arguments of a wrong type, such as a notebook's settings may be: refused in one sentence."""

import datetime as dt
import functools
import inspect
import numbers
import reprlib
import types
import typing
from collections.abc import Callable, Collection
from typing import Any, ParamSpec, TypeVar

from mappa.errors import UsageError

P = ParamSpec("P")
R = TypeVar("R")

#: What a value of a type is called.
KINDS: dict[Any, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dt.date: "a date, written 'YYYY-MM-DD'",
}


def refusal(name: str, value: object, kind: str, example: object = None) -> UsageError:
    """Return the error for a *value* of *name* that is not of its *kind*."""
    such = f", such as {example!r}" if example not in (None, "") else ""
    shown = reprlib.repr(value)
    return UsageError(f"{name} = {shown} is not allowed: {name} is {kind}{such}.")


def typed(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse (UsageError) an argument of *function* that is not what its annotation says.

    A whole number serves as a number; true and false are neither. Annotations other than plain
    types, unions and collections of them ask nothing.
    """
    signature = inspect.signature(function)
    hints = functools.cache(lambda: typing.get_type_hints(function))

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            parameter, hint = signature.parameters[name], hints().get(name, Any)
            given = value if parameter.kind is parameter.VAR_KEYWORD else {name: value}
            for each, one in given.items():
                if not _fits(one, hint):
                    default = None if parameter.default is parameter.empty else parameter.default
                    raise refusal(each, one, " or ".join(_kinds(hint)), default)
        return function(*args, **kwargs)

    return checked


def _fits(value: object, hint: Any) -> bool:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(value, part) for part in parts)
    if hint in (int, float):
        kind = numbers.Integral if hint is int else numbers.Real
        return isinstance(value, kind) and not isinstance(value, bool)
    if isinstance(origin, type) and issubclass(origin, Collection) and len(parts) == 1:
        whole = isinstance(value, origin) and not isinstance(value, str)
        return whole and all(_fits(each, parts[0]) for each in value)  # type: ignore[attr-defined]
    return hint is Any or not isinstance(hint, type) or isinstance(value, hint)


def _kinds(hint: Any) -> list[str]:
    """Return what values of *hint* are called, each once."""
    parts = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        found = dict.fromkeys(kind for part in parts for kind in _kinds(part))
        if KINDS[dt.date] in found:
            found.pop(KINDS[str], None)  # how the date is written
        return list(found)
    if hint is type(None):
        return []
    if parts:
        return [f"a list of {KINDS.get(parts[0], 'value')}s"]
    known = dt.date if issubclass(hint, dt.date) else hint
    return [KINDS.get(known, f"a {hint.__name__}")]
