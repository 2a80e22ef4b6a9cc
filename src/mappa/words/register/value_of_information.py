"""Words of what would settle it: the table to ask for, and the requests."""

from __future__ import annotations

from mappa.register.answers.value_of_information import Request, Settlement
from mappa.words import numbers
from mappa.words.prose import Prose


def settle_sentence(settlement: Settlement) -> Prose:
    """Name the table that would narrow the answer most."""
    known = [r for r in settlement.requests if r.status == "ok" and r.reduction]
    if not known:
        return Prose("None of the tables that could be asked for would narrow the answer.")
    best = known[0]
    component = max(best.by_component, key=lambda c: best.by_component[c])
    return Prose(
        f"The unpublished table that would narrow the answer most is {best.table}. It should "
        f"remove {numbers.percent(best.reduction, 0)} of the answer's variance, and "
        f"{numbers.percent(best.by_component[component], 0)} of that of its part {component!r}. "
        f"All the tables together would remove {numbers.percent(settlement.together, 0)}. This "
        "assumes that the model holds and that a table meets its numbers within "
        f"{numbers.percent(best.error, 0)}."
    )


def share(value: float | None) -> str:
    """Write an expected reduction, which may not be known."""
    return "not known" if value is None else numbers.percent(value, 0)


def settle_request(request: Request) -> Prose:
    """Return the wording of the request, ready to be sent."""
    return Prose(f"To {request.holder}.\n\n{request.request}")
