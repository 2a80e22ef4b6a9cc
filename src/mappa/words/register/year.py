"""Words of the year that is explained: who joined, who left, who is there."""

from __future__ import annotations

import pandas as pd

from mappa.register.answers.record import Estimate, RegisterRecord
from mappa.register.stockflow.flows import FLOWS
from mappa.words import numbers as n
from mappa.words.prose import Prose, capital
from mappa.words.register.common import (
    LEVEL,
    cell,
    mean_cell,
    negative,
    people,
    rounded,
    year_of,
)
from mappa.words.tables import Table

PEOPLE = f"People ({LEVEL} interval)"
#: Movements into the community; the others leave it.
JOINING = FLOWS[:2]
MEANS = "Means over the draws, rounded so that they add up; the limits are quantiles, which do not."


def signed_flows(record: RegisterRecord) -> list[Estimate]:
    """Return the movements of the year, those out of the community below zero."""
    return [
        f if f.name.removeprefix("flow.") in JOINING else negative(f)
        for f in record.accounting.flows
    ]


def kinds(record: RegisterRecord) -> list[tuple[Estimate, int]]:
    """Return the parts of the accounting by kind, each with its mean as it is printed."""
    a = record.accounting
    parts = [*a.kinds, *([] if a.remainder is None else [a.remainder])]
    return list(zip(parts, rounded([e.mean for e in parts]), strict=True))


def kinds_table(record: RegisterRecord) -> Table:
    """Return the growth of the year by kind of registration; the column adds up."""
    total = record.accounting.published_growth
    rows = [(capital(e.label), mean_cell(e, printed)) for e, printed in kinds(record)]
    if total is None:
        rows.append(("Net growth of the model", cell(record.accounting.net)))
    else:
        rows.append(("Published change", n.count(total, sign=True)))
    return Table(
        f"What the change on the register of {record.nation} is made of, {year_of(record)}, in "
        "people",
        pd.DataFrame(rows, columns=["Kind of registration", PEOPLE]),
        (PEOPLE,),
        MEANS,
    )


def accounting(record: RegisterRecord) -> Prose:
    """Return the year's movements."""
    a = record.accounting
    f = {e.name.removeprefix("flow."): e for e in a.flows}
    movements = (
        f"In {year_of(record)}, {n.count(f['first_registrations'].median)} people registered "
        f"without custody and {n.count(f['releases'].median)} on release. For "
        f"{n.count(f['expiries'].median)} the notification period ended, "
        f"{n.count(f['deaths'].median)} died and {n.count(f['reviews'].median)} were removed on "
        f"review. The model's net growth is {people(a.net, sign=True)}."
    )
    if a.published_growth is None:
        return Prose(f"{movements} No change is published for that year.")
    return Prose(
        f"{movements} The published change is {n.count(a.published_growth, sign=True)}. None of "
        "these movements is published: they follow from sentences, notification periods and the "
        "life table."
    )


def accounting_table(record: RegisterRecord) -> Table:
    """Return the movements of the year; the column adds up."""
    a = record.accounting
    parts = [*signed_flows(record), *([] if a.remainder is None else [a.remainder])]
    printed = rounded([e.mean for e in parts])
    rows = [(capital(e.label), mean_cell(e, m)) for e, m in zip(parts, printed, strict=True)]
    if a.published_growth is None:
        rows.append(("Net growth of the model", cell(a.net)))
    else:
        rows.append(("Published change", n.count(a.published_growth, sign=True)))
    return Table(
        f"Movements on the register of {record.nation} in the community, {year_of(record)}, in "
        "people",
        pd.DataFrame(rows, columns=["Movement", PEOPLE]),
        (PEOPLE,),
        MEANS,
    )


def class_table(record: RegisterRecord) -> Table:
    """Return stock and growth by class."""
    rows = [
        (capital(s.label), cell(s, sign=False), cell(g))
        for s, g in zip(record.classes, record.class_growth, strict=True)
    ]
    names = ["Class", f"Number ({LEVEL} interval)", f"Change in the year ({LEVEL} interval)"]
    return Table(
        f"Who is on the register of {record.nation} by the model, {n.day(record.as_of)}, in people",
        pd.DataFrame(rows, columns=names),
        tuple(names[1:]),
    )


def indefinite(record: RegisterRecord) -> Prose:
    """Return the share of indefinite registrations in stock and growth."""
    share, growth = record.indefinite_share, record.indefinite_growth
    return Prose(
        f"By the model {n.percent(share.median, 0)} of the people on the register of "
        f"{record.nation} on {n.day(record.as_of)} are registered indefinitely ({LEVEL} interval "
        f"{n.percent(share.low, 0)} to {n.percent(share.high, 0)}). Their number grew by "
        f"{people(growth)} in the year."
    )
