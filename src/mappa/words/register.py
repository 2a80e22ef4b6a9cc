"""Words of the register question: pure functions of its record."""

from __future__ import annotations

from mappa.register.show import Attribution, Estimate, RegisterRecord
from mappa.words import numbers as n
from mappa.words.prose import Prose


def people(e: Estimate, *, sign: bool = False) -> str:
    """Write an estimate of people with its interval."""
    return f"{n.count(e.median, sign=sign)} ({limits(e, sign=sign)})"


def limits(e: Estimate, *, sign: bool = False) -> str:
    """Write the interval of an estimate of people."""
    return f"90% interval {n.count(e.low, sign=sign)} to {n.count(e.high, sign=sign)}"


def _year(record: RegisterRecord) -> str:
    return f"the year to {n.day(record.accounting.end)}"


def main_attribution(record: RegisterRecord) -> Attribution:
    """Return the Shapley table of the reference year."""
    return record.attribution[0]


def answer(record: RegisterRecord) -> Prose:
    """Return the first sentence: terms, lengths, volume and mix, and the remainder, in people."""
    a, main = record.accounting, main_attribution(record)
    terms = record.counterfactuals[0]
    held = n.count(-terms.growth_difference.median)
    if a.published_growth is None or a.remainder is None:
        whole = (
            f"The register of {record.nation} grew in {_year(record)} by "
            f"{people(a.net)} people by the model; no growth is published to hold it to."
        )
        rest = ""
    else:
        whole = f"Of the {n.count(a.published_growth)} people by which the register grew in {_year(record)},"
        if a.published_growth <= 0:
            whole = (
                f"The register changed by {n.count(a.published_growth, sign=True)} people in "
                f"{_year(record)}; of the model's growth,"
            )
        rest = f", and {n.count(a.remainder.median, sign=True)} stay unexplained"
    if not rest:
        return Prose(whole)
    return Prose(
        f"{whole} the terms of the law hold {held} (so much less had {terms.label}), sentence "
        f"lengths since {main.reference} make {n.count(main.lengths.median, sign=True)}, volume "
        f"and mix {n.count(main.entry.median, sign=True)}{rest}."
    )


def accounting(record: RegisterRecord) -> Prose:
    """Return the year's movements in one sentence each way."""
    a = record.accounting
    parts = {f.name.removeprefix("flow."): f for f in a.flows}
    text = (
        f"In {_year(record)} the model counts {n.count(parts['first_registrations'].median)} first "
        f"registrations and {n.count(parts['releases'].median)} releases, less "
        f"{n.count(parts['expiries'].median)} whose terms ran out, "
        f"{n.count(parts['deaths'].median)} deaths and {n.count(parts['reviews'].median)} removals "
        f"on review: a net growth of {people(a.net)}."
    )
    return Prose(text)


def status(record: RegisterRecord) -> Prose:
    """Return how the numbers were found."""
    return Prose(f"The posterior was {record.status}.")
