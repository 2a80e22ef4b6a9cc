"""Words of the growth shared out: published drivers, latent inflow, momentum, residual."""

from __future__ import annotations

from mappa.register.answers.record import RegisterRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose
from mappa.words.register.common import attributed, limits, main_attribution


@attributed
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
