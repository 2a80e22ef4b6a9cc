"""Words of the growth shared out: published drivers, latent inflow, momentum, residual."""

from __future__ import annotations

import pandas as pd

from mappa.register.answers.record import Attribution, Estimate, RegisterRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose, capital
from mappa.words.register.common import (
    LEVEL,
    limits,
    main_attribution,
    mean_cell,
    rounded,
    year_of,
)
from mappa.words.tables import Table


def lines(a: Attribution) -> list[tuple[Estimate, bool]]:
    """Return the lines of an attribution and whether each lacks a recent figure; means sum."""
    found = [(a.momentum_indefinite, False), (a.momentum_fixed, False)]
    found += [(d, d.name.rsplit(".", 1)[-1] in a.hatched) for d in a.drivers]
    if a.residual is not None:
        found.append((a.residual, False))
    return found


def attribution_table(record: RegisterRecord) -> Table:
    """Return the growth shared out against each reference year; each column adds up."""
    first = main_attribution(record)
    columns = {"Part of the change": [capital(e.label) for e, _ in lines(first)]}
    for a in record.attribution:
        found = lines(a)
        printed = rounded([e.mean for e, _ in found])
        columns[f"Held at {a.reference}"] = [
            mean_cell(e, m) + (" *" if no_figure else "")
            for (e, no_figure), m in zip(found, printed, strict=True)
        ]
    total = record.accounting.published_growth
    if total is not None:
        columns = {
            name: [*cells, "Published change" if i == 0 else n.count(total, sign=True)]
            for i, (name, cells) in enumerate(columns.items())
        }
    frame = pd.DataFrame(columns)
    return Table(
        f"The change in {year_of(record)} shared out, against each reference year, in people "
        f"({LEVEL} interval)",
        frame,
        tuple(frame.columns[1:]),
        "Means over the draws, rounded so that each column adds up. Shapley values, in which the "
        "latent inflow is first set against all published drivers together (Owen). * No figure in "
        "the last five years, or none at all: what is shown is the effect of earlier changes.",
    )


def latent_by_reference(record: RegisterRecord) -> Prose:
    """Return the latent inflow against each reference year beside what sentences imply."""
    parts = [
        f"{n.count(a.latent.mean, sign=True)} ({n.count(a.latent.low, sign=True)} to "
        f"{n.count(a.latent.high, sign=True)}) since {a.reference}"
        for a in record.attribution
    ]
    main = main_attribution(record)
    return Prose(
        "The model lets the number who join for each sentence drift, because published sentences "
        f"alone do not fit the counts. Its effect on the change, cause unknown: {parts[0]}"
        f"{_others(parts[1:])}. Published sentences alone would imply a rise of "
        f"{n.count(main.implied.mean)} ({limits(main.implied)})."
    )


def _others(parts: list[str]) -> str:
    return f"; {n.listing(parts)}" if parts else ""
