"""The rest of the story: breaches, revocations, violent offenders and placements as rates.

Each has an exact Poisson interval, and stands against the nation's rate of the same year where
the nation's value is known. Where an area lies so far from the nation that it plainly counts
another event, the record says so and no reader should compare.
"""

import dataclasses

import pandas as pd
from statsmodels.stats.rates import test_poisson

from mappa.data import Data
from mappa.rates.methods.intervals import exact_limits
from mappa.records import Record, key

#: A rate this many times the nation's, or less than its inverse, is cautioned about where chance
#: cannot make it (two-sided exact p below 0.002, the 99.8% limits of a funnel).
CAUTION_RATIO, CAUTION_P = 2.0, 0.002
LEVEL = 0.95


@dataclasses.dataclass(frozen=True)
class _Kind:
    """What a measure is called, and its rate: per so many registered offenders, or people."""

    label: str
    national: str
    per: float
    registered: bool = True


KINDS = {
    "notification_breaches": _Kind(
        "people cautioned or convicted for breach of notification", "notification_breaches", 100
    ),
    "revocations_granted": _Kind(
        "lifetime notifications revoked on application", "revocations_granted", 1000
    ),
    "violent_count": _Kind(
        "violent offenders (category 2)", "category2_count", 100_000, registered=False
    ),
    "level2_placements": _Kind("placements at level 2", "level2_placements", 100),
    "level3_placements": _Kind("placements at level 3", "level3_placements", 100),
}


@dataclasses.dataclass(frozen=True)
class Measure(Record):
    """Another measure of an area as a rate, beside the nation's."""

    measure: str = key("What is measured: see the data dictionary")
    label: str = key("The measure in words")
    date: pd.Timestamp = key("Date of the stock, or last day of the year of the flow")
    value: float = key("Value", "people or events")
    base: float | None = key("Registered offenders, or people aged 10 and over", "people")
    per: float = key("The rate is per this many of the base", "people")
    per_name: str = key("Name of the base")
    rate: float | None = key("Rate", "per as told")
    low: float | None = key("Lower end of the exact 95% interval", "per as told")
    high: float | None = key("Upper end of the exact 95% interval", "per as told")
    national_value: float | None = key("The nation's value of the same year", "people or events")
    national_rate: float | None = key("The nation's rate", "per as told")
    ratio: float | None = key("Rate over the nation's", "ratio")
    p_value: float | None = key("Exact two-sided p against the nation's rate", "probability")
    caution: str = key("Why the rate should not be compared, or empty")
    quality: str = key("How the value is known")
    source: str = key("Identifiers of the sources in sources.csv")
    note: str = key("What a reader must know before using the value")


def other_measures(data: Data, area: str) -> pd.DataFrame:
    """Return every known other measure of an area as a rate beside the nation's.

    Parameters
    ----------
    data: the tables. area: name of an area.

    Returns
    -------
    A frame by measure and date, latest first: ``value``, ``base`` (registered offenders, or people
    aged 10 and over), ``rate`` with its exact 95% limits ``low`` and ``high`` and
    ``national_rate`` (all ``per`` so many of the base), ``ratio``, ``p_value`` (exact, two-sided)
    and ``caution``, with names, quality, source and note.

    Raises
    ------
    UnknownName: an area that is not known, with a suggestion.

    Source: Garwood (1936), exact limits of a Poisson mean.

    >>> from mappa.data import load
    >>> found = other_measures(load().until("2020-03-31"), "Cumbria")
    >>> found.loc[:0, ["measure", "value", "base", "rate", "national_rate"]].round(2)
                     measure  value   base  rate  national_rate
    0  notification_breaches   21.0  594.0  3.54            4.1
    """
    rows = data.rows(list(KINDS), data.area(area)).sort_values("date", ascending=False)
    rows = rows.sort_values("measure", key=lambda m: m.map(list(KINDS).index), kind="stable")
    return Measure.to_frame(_measure(data, row) for _, row in rows.iterrows())


def _measure(data: Data, row: pd.Series) -> Measure:
    value, day, kind = float(row["value"]), row["date"], KINDS[row["measure"]]
    bases, whole = data.counts(day), data.national("rso_count").get(day)
    if not kind.registered:
        bases = data.people(day) if day in data.mid_years else bases[:0]
        whole = bases.sum()
    base, national = bases.get(row["area"]), data.national(kind.national).get(day)
    rate = low = high = national_rate = ratio = p = None
    if base:
        rate, low, high = (kind.per * x / base for x in (value, *exact_limits(value, LEVEL)))
    if national is not None and whole:
        national_rate = kind.per * national / whole
    if rate is not None and national_rate:
        ratio = rate / national_rate
        test = test_poisson(value, base, value=national_rate / kind.per, method="exact-c")
        p = float(test.pvalue)
    return Measure(
        measure=row["measure"],
        label=kind.label,
        date=day,
        value=value,
        base=base,
        per=kind.per,
        per_name="registered offenders" if kind.registered else "people aged 10 and over",
        rate=rate,
        low=low,
        high=high,
        national_value=national,
        national_rate=national_rate,
        ratio=ratio,
        p_value=p,
        caution=caution(ratio, p),
        quality=row["quality"],
        source=row["sources"],
        note=row["note"],
    )


def caution(ratio: float | None, p: float | None) -> str:
    """Return why a rate should not be compared: chance cannot make it; or nothing."""
    if ratio is None or p is None or not p < CAUTION_P:
        return ""
    if not (ratio > CAUTION_RATIO or ratio < 1 / CAUTION_RATIO):
        return ""
    side = "above" if ratio > 1 else "below"
    return f"so far {side} that the area may count another event"
