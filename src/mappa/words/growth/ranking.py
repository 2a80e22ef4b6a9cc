"""The order of the areas, and two areas compared, in words."""

import pandas as pd

from mappa.growth.ranking import ESTIMATE, NONE, Pair
from mappa.words import Prose
from mappa.words import numbers as n

HEADING = "Rank  (95% range)  Area  Rate per 100,000 aged 10 and over (95% interval)"


def ranking(table: pd.DataFrame, day: pd.Timestamp) -> list[str]:
    """Return the lines of the ranking, the highest rate first, estimates marked."""
    counted = int(table["count"].notna().sum())
    have = "has" if counted <= 1 else "have"
    width = max(map(len, table.index))
    lines = [
        f"{len(table)} areas on {n.day(day)}: {counted or 'none'} {have} a count. Ranks "
        "overlap where the ranges do. A higher rate does not mean more danger or worse policing.",
        HEADING,
    ]
    for area, row in table.iterrows():
        if row["known"] == NONE:
            lines.append(f"{'':>12}  {area:<{width}}  no count and no estimate")
            continue
        span = f"({row['rank_low']} to {row['rank_high']})"
        mark = "  estimate, not a count" if row["known"] == ESTIMATE else ""
        rate = f"{n.rate(row['rate'])} ({n.rate(row['low'])} to {n.rate(row['high'])})"
        lines.append(f"{row['rank']:>2} {span:<10} {area:<{width}}  {rate}{mark}")
    return lines


def pair(found: Pair, day: pd.Timestamp) -> Prose:
    """Return two areas compared: their rates, how usual the difference is, and growth."""
    return Prose("\n\n".join([_rates(found, day), _among(found), _growth(found)]))


def _rates(p: Pair, day: pd.Timestamp) -> str:
    ratio, limits = n.ratio(p.ratio), n.interval(p.ratio_low, p.ratio_high, n.ratio)
    each = (
        f"On {n.day(day)} {p.area} had {n.rate(p.rate)} people on the register for every 100,000 "
        f"people aged 10 and over. {p.other} had {n.rate(p.other_rate)}. "
    )
    if p.known == ESTIMATE:
        each += "At least one of these rates is a model's estimate and not a count.\n\n"
    if p.ratio_low > 1 or p.ratio_high < 1:
        return f"{each}The rate in {p.area} was {ratio} times that of {p.other} {limits}."
    return f"{each}The ratio is {ratio} {limits}. These figures cannot show which rate is higher."


def _among(p: Pair) -> str:
    if not p.pairs:
        return (
            "No two areas have a count on this date with which such a difference could be compared."
        )
    return (
        f"Such a difference can be compared with those of all {n.count(p.pairs)} pairs of areas "
        f"with a count: {n.percent(p.pairs_further / p.pairs, 0)} of them differ by more."
    )


def _growth(p: Pair) -> str:
    year = f"{_year(p.area, p.growth)} {_year(p.other, p.other_growth)}"
    if p.compound is None or p.other_compound is None:
        return year
    return (
        f"{year} {p.area} has grown by {n.percent(p.compound)} a year since {n.day(p.first)}. "
        f"{p.other} has grown by {n.percent(p.other_compound)} a year since "
        f"{n.day(p.other_first)}."
    )


def _year(area: str, growth: float | None) -> str:
    if growth is None:
        return f"The change on the year in {area} is not known."
    return f"The number in {area} {n.moved_by(growth)} in the year."
