"""Words of the year that is explained: who joined, who left, who is there."""

from __future__ import annotations

from mappa.printed import rounded
from mappa.register.answers.record import RegisterRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.register.common import LEVEL, limits, year_of


def accounting(record: RegisterRecord) -> Prose:
    """Return the year's movements, means rounded so that they sum to the model's change."""
    a = record.accounting
    printed = [n.count(abs(m)) for m in rounded([e.mean for e in a.by_movement])]
    joined, released, ended, died, removed = printed[:5]
    movements = (
        f"In {year_of(record)} about {joined} people joined the register in the community without "
        f"going to prison, and {released} on release. About {ended} left because their "
        f"notification period ended, {died} died and {removed} were removed on review. By the "
        f"model the number changed by {n.count(a.net.mean, sign=True)} "
        f"({limits(a.net, sign=True)})."
    )
    follow = "They follow from sentences, notification periods and the life table."
    if a.published_growth is None:
        return Prose(
            f"{movements}\n\nNeither these movements nor the change are published. {follow}"
        )
    return Prose(
        f"{movements} The published change is {n.count(a.published_growth, sign=True)}.\n\nNone of "
        f"these movements is published. {follow}"
    )


def indefinite(record: RegisterRecord) -> Prose:
    """Return the share of indefinite registrations in stock and growth."""
    share, growth = record.indefinite_share, record.indefinite_growth
    return Prose(
        f"By the model {n.percent(share.median, 0)} of the people on the register of "
        f"{record.nation} on {n.day(record.as_of)} are registered indefinitely ({LEVEL} interval "
        f"{n.percent(share.low, 0)} to {n.percent(share.high, 0)}). Their number changed by "
        f"{n.count(growth.mean, sign=True)} in the year ({limits(growth, sign=True)})."
    )
