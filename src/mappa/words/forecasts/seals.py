"""Words of sealed forecasts: how each did, or plainly that nothing can be said yet."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from mappa.forecasts.scores import AreaScore, SealCase, SealScore
from mappa.words import numbers
from mappa.words.forecasts.answer import forecast_cell
from mappa.words.prose import Prose, capital
from mappa.words.register.common import LEVEL
from mappa.words.tables import Table


def seals_sentence(scores: Sequence[SealScore]) -> Prose:
    """Say how each sealed forecast did, some paragraphs each."""
    if not scores:
        return Prose("There is no sealed forecast yet: `mappa forecast seal` makes one.")
    return Prose("\n\n".join(seal_sentence(s) for s in scores))


def seal_sentence(score: SealScore) -> Prose:
    """Say how a sealed forecast did, or plainly that nothing can be said yet."""
    name = f"The forecast from {numbers.day(score.origin)}"
    sealed = f"{name} was sealed on {numbers.day(score.sealed_on)} under the name {score.name}."
    if score.status != "scored":
        return Prose(f"{sealed} It cannot be scored yet: {score.status}.")
    ours = [c for c in score.national if c.method == score.national[0].method]
    scored = [c for c in ours if c.count is not None]
    paragraphs = [
        f"{sealed} {_blind(score)}".strip(),
        _errors(name, scored),
        _placed(scored),
        _against(score, scored),
        _areas(score),
        _notes(score, [c.date for c in ours if c.count is None]),
    ]
    return Prose("\n\n".join(p for p in paragraphs if p))


def _errors(name: str, cases: Sequence[SealCase]) -> str:
    """Say by how much each forecast missed its count, three to a sentence, and the coverage."""
    if not cases:
        return "No later national count is in the data yet."
    missed = _threes([_error(c) for c in cases])
    held, dates = sum(bool(c.covered) for c in cases), len(cases)
    out = [f"{c.date.year}" for c in cases if not c.covered]
    if not out:
        covered = f"Its {LEVEL} intervals held every count."
    elif held:
        covered = (
            f"Its {LEVEL} intervals held {numbers.cardinal(held)} of {dates} counts, not that of "
            f"{numbers.listing(out)}."
        )
    else:
        covered = f"Its {LEVEL} intervals held none of the counts."
    return " ".join([f"{name} was {missed[0]}.", *(f"It was {s}." for s in missed[1:]), covered])


def _threes(parts: Sequence[str]) -> list[str]:
    """Return *parts* as listings of at most three, which is what a sentence holds."""
    return [numbers.listing(list(parts[i : i + 3])) for i in range(0, len(parts), 3)]


def _placed(cases: Sequence[SealCase]) -> str:
    """Say where in the forecasts the counts came."""
    known = [c for c in cases if c.pit is not None]
    if not known:
        return ""
    first, *more = _threes([f"{numbers.percent(c.pit, 0)} for {c.date.year}" for c in known])
    above = sum((c.pit or 0) > 0.5 for c in known)
    return " ".join(
        [
            f"The share of the forecast below the count (PIT) was {first}.",
            *(f"It was {s}." for s in more),
            f"The middle is 50%: {numbers.cardinal(above) if above else 'none'} of "
            f"{numbers.things(len(known), 'count')} came above it.",
        ]
    )


def _error(case: SealCase) -> str:
    size, year = numbers.count(abs(case.error or 0)), case.date.year
    if size == "0":
        return f"exactly right for {year}"
    if (case.error or 0) > 0:
        return f"{size} too high for {year}"
    return f"{size} too low for {year}"


def _against(score: SealScore, cases: Sequence[SealCase]) -> str:
    """Compare the scores of the first and the last date with the best of the other methods."""
    pairs = [(c, best) for c in cases if (best := _best(score, c))]
    if not pairs:
        return ""
    said = ["The score (CRPS, in people) is the error with the spread weighed in; lower is better."]
    if len(pairs) > 1:
        won = sum((c.crps or 0) < (b.crps or 0) for c, b in pairs)
        times = numbers.cardinal(won) if won else "none"
        said.append(f"It beat all the other methods for {times} of {len(pairs)} dates.")
    said += [_beside(*pair) for pair in (pairs[:1] if len(pairs) == 1 else (pairs[0], pairs[-1]))]
    return " ".join(said)


def _best(score: SealScore, case: SealCase) -> SealCase | None:
    others = [c for c in score.national if c.date == case.date and c.method != case.method]
    return min((c for c in others if c.crps is not None), key=lambda c: c.crps or 0, default=None)


def _beside(case: SealCase, best: SealCase) -> str:
    return (
        f"For {case.date.year} it scored {numbers.count(case.crps)}, and the best of the others "
        f"({best.label}) {numbers.count(best.crps)}."
    )


def _blind(score: SealScore) -> str:
    """Say which of the counts were known to whoever sealed the forecast."""
    known = score.scored - score.blind
    dates = [c.date for c in score.national if c.count is not None]
    said = []
    if known == 1:
        said.append("One of the counts it is scored with was in the data by then: no blind test.")
    elif known:
        said.append(
            f"{capital(numbers.cardinal(known))} of the counts it is scored with were in the data "
            "by then: no blind test."
        )
    if score.blind and max(dates) < score.sealed_on:
        which = "other counts" if known else "counts"
        said.append(
            f"The dates had passed by then: only its makers' word says that {which} were unread."
        )
    return " ".join(said)


def _areas(score: SealScore) -> str:
    """Say how many counts of areas were held, and the errors of the first and the last date."""
    if not score.areas:
        return "No later count of an area is in the data."
    ours = [a for a in score.areas if a.method == score.areas[0].method]
    held, counts = sum(a.covered or 0 for a in ours), sum(a.areas for a in ours)
    said = [
        _area_errors(a, [o for o in score.areas if o.date == a.date and o.method != a.method])
        for a in (ours if len(ours) == 1 else (ours[0], ours[-1]))
    ]
    return " ".join([f"For areas its {LEVEL} intervals held {held} of {counts} counts.", *said])


def _area_errors(ours: AreaScore, others: Sequence[AreaScore]) -> str:
    missed = f"It missed by {numbers.count(ours.mean_absolute_error)} people on average"
    if not others:
        return f"{missed} for {ours.date.year}."
    simple = numbers.count(others[0].mean_absolute_error)
    return (
        f"{missed} for {ours.date.year}; each last count moved by national growth missed by "
        f"{simple}."
    )


def _notes(score: SealScore, coming: Sequence[object]) -> str:
    text = []
    if coming:
        text.append(
            f"No count is in the data yet for {numbers.listing(list(map(numbers.day, coming)))}."
        )
    if not score.inputs_unchanged:
        text.append("Figures that it used have been revised since it was sealed.")
    return " ".join(text)


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
