"""Words of the growth shared out: published drivers, latent inflow, momentum, residual."""

from __future__ import annotations

from mappa.register.answers.record import Attribution, RegisterRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.register.common import attributed, implied, limits


@attributed
def latent_by_reference(record: RegisterRecord) -> Prose:
    """Return the latent inflow against each reference year beside what sentences imply."""
    return Prose(
        "The model lets the number who join for each sentence drift, because published sentences "
        "alone do not fit the counts. No published figure shows why it moved.\n\n"
        + " ".join(_latent(a, implied(record, a)) for a in record.attribution)
    )


def _latent(a: Attribution, alone: str) -> str:
    e = a.latent
    if e.high < 0:
        return (
            f"Since {a.reference} the drift took about {n.count(-e.mean)} off the rise "
            f"({limits(-e)}), which sentences alone would have put at {alone}."
        )
    if e.low > 0:
        return (
            f"Since {a.reference} the drift added about {n.count(e.mean)} to the rise "
            f"({limits(e)}), which sentences alone would have put at {alone}."
        )
    return (
        f"Since {a.reference} the drift changed the rise by {n.count(e.mean, sign=True)} "
        f"({limits(e, sign=True)}), which sentences alone would have put at {alone}."
    )
