"""The record of the register question with what is forecast beside it.

The register model knows nothing of other methods: its record is composed with theirs here.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pandas as pd

from mappa.data import Data
from mappa.forecasts.benchmarks import benchmarks
from mappa.forecasts.vintage import counts_published_later, sentences_published_later
from mappa.records import key
from mappa.register.answers.build import build as build_register
from mappa.register.answers.record import RegisterRecord


@dataclasses.dataclass(frozen=True)
class ForecastRecord(RegisterRecord):
    """All numbers of the register question, forecasts of simple methods among them."""

    benchmarks: tuple[dict[str, Any], ...] = key("Forecasts of simple methods")
    leaks: tuple[dict[str, Any], ...] = key("Sources published after the date")


def build(
    data: Data,
    force: str,
    as_of: str | pd.Timestamp,
    *,
    horizon: int = 4,
    reference: str = "",
    draws: int | None = None,
) -> ForecastRecord:
    """Build the record; parameters and errors are those of the register's own."""
    made = build_register(data, force, as_of, horizon=horizon, reference=reference, draws=draws)
    day = pd.Timestamp(made.as_of)
    later = (*counts_published_later(data, day), *sentences_published_later(data, day))
    return ForecastRecord(
        **{f.name: getattr(made, f.name) for f in dataclasses.fields(made)},
        benchmarks=tuple(_benchmarks(data, day, horizon)),
        leaks=tuple(row.as_dict() for row in later),
    )


def _benchmarks(data: Data, day: pd.Timestamp, horizon: int) -> list[dict[str, Any]]:
    if not horizon >= 1:
        return []
    rows = benchmarks(data, day, horizon)
    wanted = ("method", "label", "date", "value", "low", "high", "status")
    return [
        {"name": b.method, **{k: v for k, v in b.as_dict().items() if k in wanted}} for b in rows
    ]
