"""What a notebook calls: plain frames and numbers in, frames and small records out."""

import dataclasses
import functools
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mappa.data.stock import Stock
from mappa.errors import UnknownName, UsageError, one_of
from mappa.printed import PER
from mappa.rates import comparators
from mappa.rates.assess import assess as verdict
from mappa.rates.assess import assessed, check_margin
from mappa.rates.forces import FEWEST
from mappa.rates.methods import between as fits
from mappa.rates.methods import equivalence as margins
from mappa.rates.methods import intervals, ratios
from mappa.rates.methods.rows import MethodRow
from mappa.rates.pool import Counts
from mappa.rates.record import RateRecord, estimated
from mappa.records import Record, key

#: Estimators of tau by the name that is asked for.
ESTIMATORS = {"paule-mandel": fits.paule_mandel, "REML": fits.reml, "DL": fits.dersimonian_laird}
#: Methods of a ratio's interval by the name that is asked for.
METHODS = {"score": ratios.score_ratio, "exact": ratios.exact_ratio, "midp": ratios.midp_ratio}


@dataclasses.dataclass(frozen=True)
class RatioRow(MethodRow):
    """The ratio of two rates, with the four numbers that it was made from."""

    counts: tuple[float, float, float, float] = key(
        "Count and people of the area, count and people of the rest", "people", default=(0, 0, 0, 0)
    )
    asked: str = key("Name of the method: score, exact or midp", default="score")


@dataclasses.dataclass(frozen=True)
class Between(Record):
    """How much areas differ by more than chance; ``table`` has a row for each area."""

    estimator: str = key("Estimator of tau")
    areas: int = key("Areas with a count", "areas")
    mean: float = key("Rate of a typical area: exp of the mean log rate", "as the table's rates")
    tau: float = key("SD of the areas' true log rates")
    tau_low: float = key("Lower limit of tau (Q-profile)")
    tau_high: float = key("Upper limit of tau (Q-profile)")
    Q: float = key("Cochran's Q")
    I2: float = key("Share of the variance that is between areas", "share")
    table: pd.DataFrame = key("The areas with z, p, expected_low, expected_high and verdict")


@dataclasses.dataclass(frozen=True)
class Standing(Record):
    """Where one area is by what the others let expect of it: the rule of *unusual*."""

    area: str = key("Name of the area")
    rate: float | None = key("Its rate; None without a count", "as the table's rates")
    expected_low: float = key("Lower limit of its observed rate", "as the table's rates")
    expected_high: float = key("Upper limit of the same", "as the table's rates")
    z: float | None = key("Distance of its log rate from the others' mean, in their SDs")
    p_value: float | None = key("Two-sided p-value: t with k - 3 degrees of freedom")
    verdict: str = key("not unusual, unusual, very unusual, or no count")
    power_20: float = key("Chance that a true rate 20% above typical is found", "probability")
    power_50: float = key("Chance that a true rate 50% above typical is found", "probability")


def _checked(table: pd.DataFrame) -> pd.DataFrame:
    """Return *table* if it has counts and people that can be; UsageError says what is wrong."""
    for column in ("count", "people"):
        if column not in table.columns:
            has = f"the table has {', '.join(map(str, table.columns))}."
            raise UnknownName("column", column, why=has)
        if not pd.api.types.is_numeric_dtype(table[column]):
            raise UsageError(f"The column {column!r} must hold numbers: it holds text.")
    if table.index.has_duplicates:
        raise UsageError(f"{table.index[table.index.duplicated()][0]!r} is twice in the table.")
    if (table["count"] < 0).any() or not (table["people"] > 0).all():
        raise UsageError("Counts must not be negative, and people must be above zero.")
    return table


def areas(
    stock: Stock | pd.DataFrame, *, per: float = PER, confidence: float = 0.95
) -> pd.DataFrame:
    """Return the rate of every area with its exact interval.

    Parameters
    ----------
    stock: the register's stock of a day (``d.on("2020-03-31")``), or any frame with the columns
        ``count`` and ``people``, an area a row. A missing count stays missing: it is never zero.
    per: people that the rate is for. confidence: two-sided confidence of the limits.

    Returns
    -------
    A frame indexed by area: ``count``, ``people`` and, per *per* people, ``rate``, ``low`` and
    ``high``.

    Raises
    ------
    UnknownName, UsageError: a column that is missing or holds no numbers, an area named twice.

    Source: Garwood (1936), exact limits of a Poisson mean.

    >>> import pandas as pd
    >>> offences = pd.DataFrame({"count": [40, 90], "people": [50_000, 80_000]}, ["North", "South"])
    >>> areas(offences, per=1000).round(3)[["rate", "low", "high"]]
            rate    low   high
    North  0.800  0.572  1.089
    South  1.125  0.905  1.383
    """
    if isinstance(stock, Stock):
        people = stock.people.astype(float)
        stock = pd.DataFrame({"count": stock.counts.reindex(people.index), "people": people})
        stock.index.name = "area"
    table = _checked(stock)[["count", "people"]].copy()
    ends = [
        intervals.exact_limits(x, confidence) if x == x else (np.nan, np.nan)
        for x in table["count"]
    ]
    low, high = np.array(ends).reshape(-1, 2).T
    for column, counts in (("rate", table["count"]), ("low", low), ("high", high)):
        table[column] = per * counts / table["people"]
    return table


def ratio(
    count: float,
    people: float,
    rest_count: float,
    rest_people: float,
    method: str = "score",
    *,
    confidence: float = 0.95,
) -> RatioRow:
    """Return the ratio of two rates as a row that describes itself.

    Parameters
    ----------
    count, people: of the area; without a count (NaN) the row has no value and says so.
    rest_count, rest_people: of those it is compared with.
    method: ``score``, ``exact`` (also used by *score* below a count of 10) or ``midp``.

    Raises
    ------
    UnknownName: another method. UsageError: counts below zero or no people.

    Source: Wilson (1927); Przyborowski and Wilenski (1940); Lancaster (1961). The row names its
    own.

    >>> row = ratio(594, 449_975, 61_000, 51_000_000)
    >>> f"{row.value:.3f} ({row.lower:.3f} to {row.upper:.3f}), {row.method}"
    '1.104 (1.018 to 1.197), score'
    """
    one_of("method", method, METHODS)
    if math.isnan(count):
        why = "the area has no count"
        return RatioRow("ratio to the comparator", None, method=method, note=why, asked=method)
    if min(count, rest_count) < 0 or min(people, rest_people) <= 0:
        raise UsageError("Counts must not be negative, and people must be above zero.")
    row = METHODS[method](count, people, rest_count, rest_people, confidence)
    counts = float(count), float(people), float(rest_count), float(rest_people)
    return RatioRow(**vars(row), counts=counts, asked=method)


def equivalence(row: RatioRow, margin: float = 0.10) -> MethodRow:
    """Return whether a ratio is shown to be within a margin, or beyond it, or neither.

    The 90% interval of the ratio, by its own method, is compared with the zone 1 / (1 + margin) to
    1 + margin: its ends are the two one-sided tests at 5%. ``note`` is the verdict: ``within``,
    ``higher by more``, ``lower by more`` or ``undecided``; ``lower`` and ``upper`` are the 90%
    interval.

    Raises
    ------
    UsageError: a margin that is not above 0 and below 10.

    Source: Schuirmann (1987), two one-sided tests.

    >>> equivalence(ratio(594, 449_975, 61_000, 51_000_000), margin=0.25).note
    'within'
    """
    check_margin(margin)
    if row.value is None:
        return row
    ninety = ratio(*row.counts, row.asked, confidence=margins.NINETY)
    return MethodRow(
        *(row.statistic, row.value, ninety.lower, ninety.upper, ninety.confidence),
        method=f"two one-sided tests at the margin {margin:g}: {row.method}",
        source=margins.SCHUIRMANN,
        note=margins.read_off(ninety.lower, ninety.upper, margin),
    )


def _counted(table: pd.DataFrame) -> pd.DataFrame:
    """Return the areas with a count; UsageError where they are too few to differ."""
    counted = table[table["count"].notna()]
    if len(counted) < FEWEST:
        raise UsageError(
            f"How much areas differ takes {FEWEST} counts or more: the table has {len(counted)}."
        )
    return counted


def between(table: pd.DataFrame, estimator: str = "paule-mandel", *, per: float = PER) -> Between:
    """Return how much areas differ by more than chance, and what that lets expect of each.

    log(count / people) of an area is normal about the mean with variance 1 / count + tau^2.

    Parameters
    ----------
    table: columns ``count`` and ``people``, an area a row; at least five counts.
    estimator: of tau: ``paule-mandel``, ``REML`` or ``DL`` (DerSimonian and Laird).
    per: people that ``mean`` and the limits in ``table`` are for.

    Returns
    -------
    ``.mean .tau .tau_low .tau_high .Q .I2`` and ``.table``: the areas with ``z``, ``p``,
    ``expected_low``, ``expected_high`` (95% prediction interval of the observed rate, from the
    other areas) and ``verdict``.

    Raises
    ------
    UnknownName: an estimator or column that is not known. UsageError: too few counts.

    Source: Paule and Mandel (1982); Viechtbauer (2005, 2007); Higgins, Thompson and Spiegelhalter
    (2009).

    >>> import pandas as pd
    >>> wards = pd.DataFrame({"count": [30, 44, 80, 65, 20, 51], "people": [40_000] * 6},
    ...                      index=list("ABCDEF"))
    >>> fit = between(wards)
    >>> f"tau {fit.tau:.2f}, I2 {fit.I2:.0%}"
    'tau 0.48, I2 89%'
    """
    one_of("estimator", estimator, ESTIMATORS)
    counted = _counted(_checked(table))
    data = fits.spread(counted["count"], counted["people"])
    fit, (q, _, i2) = ESTIMATORS[estimator](data), fits.heterogeneity(data)
    rows = [_placed_among(table, str(area), estimator, per) for area in table.index]
    found = Standing.to_frame(rows).set_index(table.index).rename(columns={"p_value": "p"})
    found = found[["z", "p", "expected_low", "expected_high", "verdict"]]
    every = pd.concat([table.drop(columns=found.columns, errors="ignore"), found], axis=1)
    limits = fits.q_profile(data)
    return Between(estimator, fit.k, per * fit.rate, fit.tau, *limits, q, i2, every)


@functools.lru_cache(maxsize=32)
def placed(stock: Stock) -> pd.DataFrame:
    """Return the areas of a stock with what the others let expect of each, where that can be said.

    With fewer than five counts it is :func:`areas`; else the table of :func:`between`.
    """
    table = areas(stock)
    return between(table).table if len(stock.counts) >= FEWEST else table


def _placed_among(table: pd.DataFrame, area: str, estimator: str, per: float) -> Standing:
    rest = _counted(table).drop(index=area, errors="ignore")
    others = fits.spread(rest["count"], rest["people"])
    count, people = (float(table.loc[area, column]) for column in ("count", "people"))
    found = fits.predict(others, people, ESTIMATORS[estimator](others))
    low, high = (per * float(limit) for limit in found.limits())
    power = float(found.power(1.2)), float(found.power(1.5))
    if math.isnan(count):
        return Standing(area, None, low, high, None, None, "no count", *power)
    rate = max(count, 0.5) / people
    z, p = float(found.z(rate)), float(found.p_value(rate))
    return Standing(area, per * count / people, low, high, z, p, found.verdicts(rate)[0], *power)


def unusual(
    table: pd.DataFrame, area: str, estimator: str = "paule-mandel", *, per: float = PER
) -> Standing:
    """Return whether an area's rate is out of line with how much the other areas differ.

    The rate is compared with the 95% prediction interval that the other counted areas give, with
    the chance of the area's own count in it; ``power_20`` says what the rule could have found.

    Parameters
    ----------
    table: columns ``count`` and ``people``, an area a row; at least five counts.
    area: its name in the index. estimator, per: as for :func:`between`.

    Raises
    ------
    UnknownName: an area, estimator or column that is not known. UsageError: too few counts.

    Source: Higgins, Thompson and Spiegelhalter (2009).

    >>> import pandas as pd
    >>> wards = pd.DataFrame({"count": [30, 44, 80, 65, 20, 51], "people": [40_000] * 6},
    ...                      index=list("ABCDEF"))
    >>> unusual(wards, "C").verdict
    'not unusual'
    """
    one_of("estimator", estimator, ESTIMATORS)
    return _placed_among(_checked(table), one_of("area", area, table.index), estimator, per)


def against(
    table: Stock | pd.DataFrame, area: str, others: str | Sequence[str] = "rest"
) -> comparators.Comparator:
    """Return those an area is compared with: ``.count`` and ``.people`` together, ``.label``.

    Parameters
    ----------
    table: a stock of the register, or any frame with columns ``count`` and ``people``.
    others: a list of areas, or the name of a comparator. A frame knows one name, ``rest``: every
        other area with a count. Areas without a count are named in ``.without_count``.

    Raises
    ------
    UnknownName: an area or comparator that is not known, with a suggestion.

    >>> import pandas as pd
    >>> wards = pd.DataFrame({"count": [30, 44, 80], "people": [40_000] * 3}, index=list("ABC"))
    >>> both = against(wards, "A", ["B", "C"])
    >>> both.count, both.people, both.label
    (124.0, 80000.0, 'B and C')
    """
    if isinstance(table, Stock):
        return comparators.choose(table, table.data.area(area), others)
    frame = _checked(table)
    one_of("area", area, frame.index)
    if isinstance(others, str):
        one_of("comparator", others, ["rest"])
        chosen = [str(name) for name in frame.index if name != area]
        blank = comparators.Comparator("rest", "the other areas", "every other area")
    else:
        chosen = [one_of("area", name, frame.index) for name in others if name != area]
        blank = comparators.listed(chosen)
    return comparators.added(frame["count"].dropna(), frame["people"], chosen, blank)


def verdict_of(
    table: pd.DataFrame,
    area: str,
    others: str | Sequence[str] = "rest",
    *,
    noun: str = "people counted",
    whom: str = "people",
    together: str = "all areas together",
    day: str = "",
    margin: float = 0.10,
    confidence: float = 0.95,
) -> RateRecord:
    """Return the verdict on any count by area: the record that words and charts are made of.

    Parameters
    ----------
    table: columns ``count`` and ``people``, an area a row; five counts or more say what
        is unusual. area: its name in the index. others: as for :func:`against`.
    noun: what is counted, in the plural. whom: the people it is divided by. together: the areas
        with a count as one. day: date of the counts, YYYY-MM-DD, or empty.
    margin: difference that would matter, a share. confidence: of the two-sided intervals.

    Raises
    ------
    UnknownName, UsageError: an area, column, margin or confidence that cannot be.

    >>> import pandas as pd
    >>> wards = pd.DataFrame({"count": [30, 44, 80, 65, 20, 51], "people": [40_000] * 6},
    ...                      index=list("ABCDEF"))
    >>> record = verdict_of(wards, "C", noun="thefts")
    >>> f"{record.gap.ratio:.2f}, {record.unusual.unusual_verdict}"
    '1.90, not unusual'
    """
    one_of("area", area, _checked(table).index)
    chosen = against(table, area, others)
    check_margin(margin, confidence)
    known = table.loc[table["count"].notna(), ["count", "people"]].astype(float)
    whole = float(known["count"].sum()), float(known["people"].sum())
    stock = Counts(known["count"], table["people"].astype(float), *whole, known.index)
    status = "" if area in known.index else "it has no count in the table"
    about = {"noun": noun, "whom": whom, "nation": together, "as_of": day, "status": status}
    return assessed(stock, area, chosen, margin, confidence, **about)
