"""Words of the national forecast and of sealed ones: how each did, or that nothing is known yet.

Every function takes a record and returns a ``Prose`` or a ``Table``; nothing is computed here.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pandas as pd

from mappa.forecasts.backtest import REGISTER, RollingOrigins
from mappa.forecasts.scores import AreaScore, SealCase, SealScore
from mappa.forecasts.view import ForecastView
from mappa.forecasts.vintage import Late
from mappa.records import Dated
from mappa.words import Prose, Table, capital
from mappa.words import numbers as n
from mappa.words.register.answer import LEVEL


def interval(low: float | None, high: float | None) -> str:
    """Write the 90% interval of a number of people in brackets."""
    return n.interval(low, high, n.count, LEVEL)


# --- the forecast from a date --------------------------------------------------------------


def forecast_sentence(view: ForecastView, later: Sequence[Dated] = ()) -> Prose:
    """Say the last year's combined forecast, and the first later count where there is one."""
    last, ours = view.combined[-1], view.register[-1]
    return Prose(
        f"The combined forecast for {view.nation} on {n.day(last.date)} is "
        f"{n.count(last.value)} people on the register {interval(last.low, last.high)}. It "
        f"uses counts up to {n.day(view.origin)}. The register model alone gives "
        f"{n.count(ours.value)}. {_came(view, later)}\n\n{RECIPE}"
    )


#: How the forecast is made, what it assumes, and what its makers knew.
RECIPE = (
    "The forecast gives four methods the same weight: the register model, a random walk with "
    "drift, damped exponential smoothing and ARIMA(0,2,1). Its makers knew how the first sealed "
    "forecast had done. The register model assumes that the law stays as it is. It lets the "
    "number sentenced move at random from its last level."
)


def _came(view: ForecastView, later: Sequence[Dated]) -> str:
    """Say whether the first later count lies inside the interval of the combined forecast."""
    seen = {f.date: f for f in view.combined}
    came = next((c for c in later if c.date in seen), None)
    if came is None:
        return "No later count is in the data yet."
    f = seen[came.date]
    inside = f.low is not None and f.high is not None and f.low <= (came.value or 0) <= f.high
    return (
        f"The first later count is {n.count(came.value)} on {n.day(came.date)}, "
        f"{'inside' if inside else 'outside'} its {LEVEL} interval of {n.count(f.low)} to "
        f"{n.count(f.high)}."
    )


# --- rolling origins -----------------------------------------------------------------------


def comparison(rolling: RollingOrigins) -> Prose:
    """Compare the combined forecast with the register model over the past starting points."""
    c = rolling.comparison
    if c is None:
        return Prose(
            "The combined forecast cannot be compared with the register model: "
            f"{rolling.register_status}."
        )
    return Prose(
        f"From {n.things(c.origins, 'past date')} the combined forecast scored "
        f"{n.count(c.combined)} and the register model {n.count(c.register)} on "
        "average. The score (CRPS, in people) is the error with the spread weighed in, and lower "
        f"is better. The combined forecast did better from {n.cardinal(c.better)} of the "
        f"dates. {_difference(c.low, c.high)}\n\nIts {LEVEL} intervals held {c.covered} of "
        f"{c.cases} counts. So few and overlapping dates cannot choose a method, and none was "
        "chosen by them."
    )


def _difference(low: float, high: float) -> str:
    ends = f"The {LEVEL} interval of the difference is {n.change(low)} to {n.change(high)}"
    if low < 0 < high:
        return f"{ends}, so it could easily be chance."
    return f"{ends}."


def origins(rolling: RollingOrigins) -> Prose:
    """Say which years are no starting point and how the register model was refitted."""
    if not rolling.missing:
        return Prose(_how_register(rolling))
    years = n.listing([str(y) for y in rolling.missing])
    return Prose(
        f"No national count is known for {years}: it is no starting point, is not scored, and is "
        f"not filled in. {_how_register(rolling)}"
    )


def _how_register(rolling: RollingOrigins) -> str:
    status = rolling.register_status
    if all(s.method != REGISTER for s in rolling.scores):
        return f"The register model is not in the table: {status}."
    text = (
        "The register model was refitted offline at each date, at the posterior mode of each "
        "version with a normal approximation about it; the versions are pooled with equal weights "
        "and start from the count of that date."
    )
    return text if status == "ok" else f"{text} Of these {status}."


def published_later(late: Sequence[Late], day: str | dt.date) -> Prose:
    """Return how many figures dated by the day were published only later."""
    count = len(late)
    if not count:
        return Prose(f"Every figure used was published by {n.day(day)}.")
    return Prose(
        f"{capital(n.cardinal(count))} of the figures dated up to "
        f"{n.day(day)} were, as far as is known, published later. A forecast made "
        "on that day could not have had them."
    )


# --- seals -----------------------------------------------------------------------------------


def seals_sentence(scores: Sequence[SealScore]) -> Prose:
    """Say how each sealed forecast did, some paragraphs each."""
    if not scores:
        return Prose("There is no sealed forecast yet: `mappa forecast seal` makes one.")
    return Prose("\n\n".join(seal_sentence(s) for s in scores))


def seal_sentence(score: SealScore) -> Prose:
    """Say how a sealed forecast did, or plainly that nothing can be said yet."""
    name = f"The forecast from {n.day(score.origin)}"
    sealed = f"{name} was sealed on {n.day(score.sealed_on)} under the name {score.name}."
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
            f"Its {LEVEL} intervals held {n.cardinal(held)} of {dates} counts, not that of "
            f"{n.listing(out)}."
        )
    else:
        covered = f"Its {LEVEL} intervals held none of the counts."
    return " ".join([f"{name} was {missed[0]}.", *(f"It was {s}." for s in missed[1:]), covered])


def _threes(parts: Sequence[str]) -> list[str]:
    """Return *parts* as listings of at most three, which is what a sentence holds."""
    return [n.listing(list(parts[i : i + 3])) for i in range(0, len(parts), 3)]


def _placed(cases: Sequence[SealCase]) -> str:
    """Say where in the forecasts the counts came."""
    known = [c for c in cases if c.pit is not None]
    if not known:
        return ""
    first, *more = _threes([f"{n.percent(c.pit, 0)} for {c.date.year}" for c in known])
    above = sum((c.pit or 0) > 0.5 for c in known)
    return " ".join(
        [
            f"The share of the forecast below the count (PIT) was {first}.",
            *(f"It was {s}." for s in more),
            f"The middle is 50%: {n.some(above)} of {n.things(len(known), 'count')} came above it.",
        ]
    )


def _error(case: SealCase) -> str:
    size, year = n.count(abs(case.error or 0)), case.date.year
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
        won = n.some(sum((c.crps or 0) < (b.crps or 0) for c, b in pairs))
        said.append(f"It beat every other method on {won} of {n.cardinal(len(pairs))} dates.")
    said += [
        f"For {case.date.year} it scored {n.count(case.crps)}, and the best of the others "
        f"({best.label}) {n.count(best.crps)}."
        for case, best in _ends(pairs)
    ]
    return " ".join(said)


def _ends(items: Sequence[Any]) -> Sequence[Any]:
    """Return the first and the last of *items*, or the only one."""
    return items[:1] if len(items) == 1 else (items[0], items[-1])


def _best(score: SealScore, case: SealCase) -> SealCase | None:
    others = [c for c in score.national if c.date == case.date and c.method != case.method]
    return min((c for c in others if c.crps is not None), key=lambda c: c.crps or 0, default=None)


def _blind(score: SealScore) -> str:
    """Say which of the counts were known to whoever sealed the forecast."""
    known = score.scored - score.blind
    dates = [c.date for c in score.national if c.count is not None]
    said = []
    if known == 1:
        said.append(
            "One of the counts it is scored with was already in the data, so that test was not "
            "blind."
        )
    elif known:
        were = f"{capital(n.cardinal(known))} of the counts it is scored with were already in the"
        said.append(f"{were} data, so those tests were not blind.")
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
        for a in _ends(ours)
    ]
    return " ".join([f"For areas its {LEVEL} intervals held {held} of {counts} counts.", *said])


def _area_errors(ours: AreaScore, others: Sequence[AreaScore]) -> str:
    size, year = n.count(ours.mean_absolute_error), ours.date.year
    missed = f"It missed by {size} people on average for {year}"
    if not others:
        return f"{missed}."
    simple = n.count(others[0].mean_absolute_error)
    return (
        f"{missed}; carrying each last count forward at the national growth rate missed by "
        f"{simple}."
    )


def _notes(score: SealScore, coming: Sequence[object]) -> str:
    text = []
    if coming:
        text.append(f"No count is in the data yet for {n.listing(list(map(n.day, coming)))}.")
    if not score.inputs_unchanged:
        text.append("Figures that it used have been revised since it was sealed.")
    return " ".join(text)


def seal_table(score: SealScore) -> Table:
    """Give the national forecasts of a seal, the counts that came and the scores."""

    def forecast(c: SealCase) -> str:
        value = "none" if c.value is None else n.count(c.value)
        if c.value is None or c.low is None or c.high is None:
            return value
        return f"{value} ({n.count(c.low)} to {n.count(c.high)})"

    rows = [
        [
            capital(c.label),
            n.day(c.date),
            forecast(c),
            n.count(c.count) if c.count is not None else "no count yet",
            n.change(c.error) if c.error is not None else "",
            {True: "yes", False: "no", None: ""}[c.covered],
            n.count(c.crps) if c.crps is not None else "",
        ]
        for c in score.national
    ]
    columns = ["Method", "Date", "Forecast (people)", "Count (people)", "Error (people)",
               f"{LEVEL} interval held", "CRPS (people)"]  # fmt: skip
    return Table(
        caption=f"Sealed forecast {score.name} of {score.nation}, compared with the counts",
        frame=pd.DataFrame(rows, columns=columns),
        numeric=(*columns[2:5], columns[6]),
        note=(
            "CRPS, the continuous ranked probability score, is the error of a forecast with its "
            "spread weighed in; lower is better, and for a point it is the error. The seal's hash "
            f"is {score.seal_sha256}."
        ),
    )
