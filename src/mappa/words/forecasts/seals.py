"""Words of sealed forecasts: how each did, or plainly that nothing can be said yet."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mappa.forecasts.scores import SealCase, SealScore
from mappa.words import numbers
from mappa.words.forecasts.answer import forecast_cell
from mappa.words.prose import Prose, capital
from mappa.words.register.common import LEVEL
from mappa.words.tables import Table


def seals_sentence(scores: Sequence[SealScore]) -> Prose:
    """Say how each sealed forecast did, a paragraph each."""
    if not scores:
        return Prose("There is no sealed forecast yet: `mappa forecast seal` makes one.")
    return Prose("\n\n".join(seal_sentence(s) for s in scores))


def seal_sentence(score: SealScore) -> Prose:
    """Say how a sealed forecast did, or plainly that nothing can be said yet."""
    name = (
        f"The forecast sealed on {numbers.day(score.sealed_on)} from {numbers.day(score.origin)} "
        f"({score.name})"
    )
    if score.status != "scored":
        return Prose(f"{name} cannot be scored yet: {score.status}.")
    ours = _sealed_model(score.national)
    parts = [_national_part(c) for c in ours if c.count is not None]
    text = f"{name} {'; '.join(parts)}." if parts else f"{name} has no later national count yet."
    text += _area_part(score)
    text += _known_part(score)
    open_dates = [c.date for c in ours if c.count is None]
    if open_dates:
        days = numbers.listing([numbers.day(d) for d in open_dates])
        text += f" No count is in the data yet for {days}."
    if not score.inputs_unchanged:
        text += " Figures up to its origin have been revised since it was sealed."
    return Prose(text)


def _sealed_model(cases: Sequence[SealCase]) -> list[SealCase]:
    """Return the cases of the method that stands first: the model that was sealed."""
    return [c for c in cases if c.method == cases[0].method] if cases else []


def _national_part(case: SealCase) -> str:
    where = "inside" if case.covered else "outside"
    side = "higher" if (case.error or 0) > 0 else "lower"
    gap = (
        "equal to the count"
        if round(case.error or 0) == 0
        else f"{numbers.people(abs(case.error or 0))} {side} than the count"
    )
    return (
        f"put the nation at {numbers.count(case.value)} on {numbers.day(case.date)}, {gap} of "
        f"{numbers.count(case.count)}, which lies {where} its {LEVEL} interval"
    )


def _known_part(score: SealScore) -> str:
    """Say which of the counts were known to whoever sealed the forecast."""
    known = score.scored - score.blind
    if not known:
        return ""
    if score.scored == 1:
        which = "The national count was"
    elif known == score.scored:
        which = "All those national counts were"
    else:
        was = "was" if known == 1 else "were"
        which = (
            f"{capital(numbers.cardinal(known))} of the {numbers.cardinal(score.scored)} later "
            f"national counts {was}"
        )
    return f" {which} in the data when it was sealed, so that this is no blind test."


def _area_part(score: SealScore) -> str:
    if not score.areas:
        return " No later count of an area is in the data."
    day = score.areas[0].date
    ours, *others = [a for a in score.areas if a.date == day]
    text = (
        f" For {numbers.day(day)} its {LEVEL} intervals held the counts of {ours.covered} of "
        f"{ours.areas} areas, with a mean error of {numbers.count(ours.mean_absolute_error)} "
        "people"
    )
    if others:
        text += f" against {numbers.count(others[0].mean_absolute_error)} for the {others[0].label}"
    return text + "."


def seal_table(score: SealScore, *, scored_only: bool = False) -> Table:
    """Give the national forecasts of a seal, the counts that came and the scores."""
    rows = []
    for c in score.national:
        if scored_only and c.count is None:
            continue
        rows.append(
            [
                capital(c.label),
                numbers.day(c.date),
                forecast_cell(c),
                numbers.count(c.count) if c.count is not None else "no count yet",
                numbers.count(c.error, sign=True) if c.error is not None else "",
                {True: "yes", False: "no", None: ""}[c.covered],
                numbers.count(c.crps) if c.crps is not None else "",
            ]
        )
    columns = [
        "Method",
        "Date",
        "Forecast (people)",
        "Count (people)",
        "Error (people)",
        f"{LEVEL} interval held",
        "CRPS (people)",
    ]
    return Table(
        caption=f"Sealed forecast {score.name} of {score.nation}, held against the counts",
        frame=pd.DataFrame(rows, columns=columns),
        numeric=(*columns[2:5], columns[6]),
        note=(
            "CRPS, the continuous ranked probability score, is the error of a forecast with its "
            "spread weighed in; lower is better, and for a point it is the error. The seal's hash "
            f"is {score.seal_sha256}."
        ),
    )


def seal_areas_table(score: SealScore) -> Table:
    """Give the scores of a seal over the areas, by date and method."""
    rows = [
        [
            capital(a.label),
            numbers.day(a.date),
            numbers.count(a.areas),
            numbers.number(a.mean_error, 1, sign=True),
            numbers.number(a.mean_absolute_error, 1),
            "no interval" if a.covered is None else f"{a.covered} of {a.areas}",
            numbers.number(a.crps, 1),
        ]
        for a in score.areas
    ]
    columns = [
        "Method",
        "Date",
        "Areas with a count",
        "Mean error (people)",
        "Mean size of error (people)",
        f"{LEVEL} interval held",
        "Mean CRPS (people)",
    ]
    return Table(
        caption=f"Sealed forecast {score.name} of the areas, held against the counts",
        frame=pd.DataFrame(rows, columns=columns),
        numeric=tuple(columns[2:]),
        note="Only areas that every method forecasts and whose count is known are scored.",
    )
