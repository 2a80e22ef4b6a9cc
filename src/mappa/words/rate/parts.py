"""Parts of sentences on the rate: probabilities, margins, intervals, the source line."""

from __future__ import annotations

from mappa.rates.record import RateRecord
from mappa.words import numbers as n

_LIKELY = (
    (0.05, "very unlikely"),
    (0.40, "unlikely"),
    (0.60, "about as likely as not"),
    (0.95, "likely"),
    (1.01, "very likely"),
)


def likely(p: float) -> str:
    """Return the fixed word of a probability, cut at .05, .40, .60 and .95 (as EpiNow2 cuts)."""
    return next(word for cut, word in _LIKELY if p < cut)


def share(value: float) -> str:
    """Write a chosen share as a percentage with no more decimals than it has: 10%, 7.5%."""
    return n.percent(value, 0 if round(100 * value, 6) % 1 == 0 else 1)


def margin(record: RateRecord) -> str:
    """Write the margin: 10%, 7.5%."""
    return share(record.margin)


def level(record: RateRecord) -> str:
    """Write the confidence: 95%, 99.8%."""
    return share(record.confidence)


def p_value(p: float | None) -> str:
    """Write a p-value with its letter: p = 0.015, p below 0.0001."""
    text = n.probability(p)
    return f"p {text}" if text.startswith(("below", "above")) else f"p = {text}"


def plain_rate(rate: float | None) -> str:
    """Write a rate as people print it: 132, and with one decimal below 20."""
    return n.number(rate, 0 if rate is None or rate >= 20 else 1)


def apart(low: float | None, high: float | None, decimals: int = 0) -> str:
    """Write the interval of a ratio as percentages: ``2% to 20% above``."""
    if high is None:
        return f"{n.percent((low or 0) - 1, decimals)} or more above"
    sizes = [abs((end or 0) - 1) for end in (low, high)]
    if min(sizes) < 0.005:  # 0% is no gap
        decimals = 1
    down, up = (n.percent(size, decimals) for size in sizes)
    if (low or 0) >= 1:
        return f"{down} to {up} above"
    if high <= 1:
        return f"{up} to {down} below"
    return f"anything from {down} below to {up} above"


def source_line(record: RateRecord) -> str:
    """Return the source line of a chart: whose counts, whose population."""
    r = record
    if not r.publisher:
        return "Source: the table that was given."
    people = n.listing(r.population_sources)
    return (
        f"Source: counts of {r.publisher} as printed in newspapers and reports; population: "
        f"{people}, mid-{r.population_year}. Not official statistics."
    )
