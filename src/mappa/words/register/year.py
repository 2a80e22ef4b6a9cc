"""Words of the year that is explained: who joined, who left, who is there."""

from __future__ import annotations

from mappa.register.answers.record import RegisterRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.register.common import LEVEL, people, year_of


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


def indefinite(record: RegisterRecord) -> Prose:
    """Return the share of indefinite registrations in stock and growth."""
    share, growth = record.indefinite_share, record.indefinite_growth
    return Prose(
        f"By the model {n.percent(share.median, 0)} of the people on the register of "
        f"{record.nation} on {n.day(record.as_of)} are registered indefinitely ({LEVEL} interval "
        f"{n.percent(share.low, 0)} to {n.percent(share.high, 0)}). Their number grew by "
        f"{people(growth)} in the year."
    )
