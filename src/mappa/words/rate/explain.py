"""An explanation as lines to read."""

from __future__ import annotations

from typing import Any

from mappa.rates.explain import Explanation
from mappa.records import plain

#: More rows than this are summed up; ``--json`` gives every one.
SHOWN = 8


def lines(explanation: Explanation) -> list[str]:
    """Return the explanation as lines: value, formula, function, rounding, rows, sources."""
    e = explanation
    unit = f" ({e.unit})" if e.unit else ""
    told = [
        f"{e.key}: {_value(e.value)}{unit}",
        f"  meaning    {e.meaning}",
        f"  formula    {e.formula}",
    ]
    if e.worked:
        told.append(f"  worked     {e.worked}")
    told.append(f"  function   {e.function}")
    if e.method_source:
        told.append(f"  method     {e.method_source}")
    told.append(f"  rounding   in words: {e.rounding}; here and in JSON: unrounded")
    told += _listed("rows", [f"{r.table} row {r.row}: {r.cells}" for r in e.rows])
    told += _listed("sources", [f"{s.source}: {s.title} {s.url}".strip() for s in e.sources])
    return told


def _value(value: Any) -> str:
    if value is None:
        return "not known"
    shown = plain(value)
    if isinstance(shown, list):
        return f"{len(shown)} entries" if len(shown) > SHOWN else ", ".join(map(str, shown))
    if isinstance(shown, dict):
        return ", ".join(f"{k} {v}" for k, v in shown.items())
    return str(shown)


def _listed(name: str, items: list[str]) -> list[str]:
    if not items:
        return []
    told = [f"  {name if i == 0 else '':<10} {item}" for i, item in enumerate(items[:SHOWN])]
    more = len(items) - SHOWN
    return [*told, f"  {'':<10} and {more} more (--json lists them)"] if more > 0 else told
