"""The words of an area's brief page, from the records that its notebooks show."""

import dataclasses
from collections.abc import Callable, Sequence

import pandas as pd

from mappa.growth.change import Change
from mappa.growth.record import GrowthRecord
from mappa.growth.series import Point
from mappa.rates.record import RateRecord
from mappa.words import Prose, Table, capital
from mappa.words import numbers as n
from mappa.words.growth.answer import WHO, estimate_on, national
from mappa.words.rate.missing import nearest

#: Terms as the page uses them, each with what it means.
DEFINITIONS = {
    "Register": "people who must notify the police of their name, address and other details after "
    "a conviction or caution for certain sexual offences. People in prison are on it too, but are "
    "not in the counts here.",
    "MAPPA": "multi-agency public protection arrangements, in which police, probation and prisons "
    "work together. The counts here are of people managed in the community under them.",
    "Category": "who is managed: category 1 is registered sexual offenders.",
    "Level": "how someone is managed: at level 1 by one agency, at levels 2 and 3 by several.",
    "Notification period": "how long someone stays on the register. The sentence decides it, from "
    "two years to an indefinite period.",
    "Breach": "failing to notify the police as required, which is an offence.",
}
LIMITS = (
    "A higher rate does not mean more danger or worse policing. It also reflects hostels, nearby "
    "prisons, housing and recording.",
    "A count is complete. Its interval shows how far chance alone could move a count of this size.",
    "Estimates and forecasts are not counts, and no verdict on a rate uses them.",
    "Why more or fewer people join the register for each sentence is not published.",
)
_PLACE = {
    "not unusual": "The rate of {force} is within the usual range of areas.",
    "unusual": "The rate of {force} is unusual among areas.",
    "very unusual": "The rate of {force} is very unusual among areas.",
}


@dataclasses.dataclass(frozen=True)
class Figure:
    """A key figure with its limits and the national one, as table and spreadsheet give it.

    ``write`` is how the table rounds it; ``unit`` and ``confidence`` (a share) go into the sheet.
    """

    name: str
    value: float | None
    write: Callable[[float | None], str]
    unit: str
    low: float | None = None
    high: float | None = None
    confidence: float | None = None
    national: float | None = None

    def row(self) -> list[str]:
        """Return the cells of the table: name, value, interval, national value."""
        ends = self.low, self.high, self.confidence
        low, high = self.write(self.low), self.write(self.high)
        interval = "" if None in ends else f"{low} to {high} ({n.percent(self.confidence, 0)})"
        national = "" if self.national is None else self.write(self.national)
        return [self.name, self.write(self.value), interval, national]


def _rank(value: float | None) -> str:
    return n.ordinal(round(value)) if value is not None else n.number(None)


def estimate(rate: RateRecord, growth: GrowthRecord | None) -> Point | None:
    """Return the estimate for the date of the records; none where there is a count or no fit."""
    return estimate_on(growth) if growth and rate.count is None else None


def key_figures(rate: RateRecord, growth: GrowthRecord | None) -> list[Figure]:
    """Return the key figures of an area from the records of its rate and its growth."""
    level, found = rate.confidence, []
    found.append(Figure("Count", rate.count, n.count, "people", national=rate.national_count))
    if guess := estimate(rate, growth):
        found.append(_of_point("Estimate, not a count", guess))
    if growth:
        found += [
            _of_change("Change in a year", n.change, "people", growth.change, "change"),
            _of_change("Growth in a year", n.growth, "share", growth.change, "growth",
                       "growth_low", "growth_high"),
        ]  # fmt: skip
    found.append(_rate(rate))
    if gap := rate.gap:
        name = f"Ratio to the rate of {rate.comparator_label}"
        limits = gap.ratio_low, gap.ratio_high, level
        found.append(Figure(name, gap.ratio, n.ratio, "ratio", *limits))
    if ranks := rate.ranks:
        name = f"Rank from the highest, of {ranks.rank_of} areas with a count"
        limits = ranks.rank_low, ranks.rank_high, level
        found.append(Figure(name, ranks.rank, _rank, "rank", *limits))
    if growth and (long := growth.compound.span):
        name = f"Growth a year, {long.start.year} to {long.end.year}"
        keys = "annual_growth", "annual_low", "annual_high"
        found.append(_of_change(name, n.growth, "share a year", growth.compound, *keys))
    ahead = [p for p in growth.series if p.kind == "forecast"] if growth else []
    found += [_of_point(f"Forecast for {n.day(p.date)}", p) for p in ahead[-1:]]
    return [f for f in found if f.value is not None or f.national is not None]


def _of_change(
    name: str, write: Callable[[float | None], str], unit: str, found: Change, key: str, *ends: str
) -> Figure:
    """Return a figure of an area's span and the national one; *key* and *ends* name it there."""
    own, nation = found.span, found.national
    low, high = [getattr(own, end, None) for end in ends] or (None, None)
    level = own.level if own and ends else None
    values = getattr(own, key, None), getattr(nation, key, None)
    return Figure(name, values[0], write, unit, low, high, level, values[1])


def _of_point(name: str, p: Point) -> Figure:
    return Figure(name, p.value, n.count, "people", p.low, p.high, p.level)


def _rate(rate: RateRecord) -> Figure:
    """Return the rate, or without a count the estimate of it, named as one."""
    name, unit, e = f"Rate per 100,000 {rate.whom}", "per 100,000 people", rate.estimate
    if rate.own is None and e is not None:
        limits = e.estimated_rate_low, e.estimated_rate_high, 0.9, rate.national_rate
        return Figure(f"{name}, estimate", e.estimated_rate, n.number, unit, *limits)
    low, high = (rate.own.rate_low, rate.own.rate_high) if rate.own else (None, None)
    return Figure(name, rate.rate, n.number, unit, low, high, rate.confidence, rate.national_rate)


def figures_table(figures: Sequence[Figure], area: str, nation: str, day: str) -> Table:
    """Return the table of the key figures, England and Wales in the last column."""
    rows = [figure.row() for figure in figures]
    frame = pd.DataFrame(rows, columns=["Figure", area, "Interval", nation])
    return Table(f"Key figures, {day}", frame, numeric=(area, nation))


def press(rate: RateRecord, growth: GrowthRecord | None) -> Prose:
    """Return a paragraph on an area with a count that can be printed as it is."""
    sentences = [
        f"{rate.force} had {n.count(rate.count)} {WHO} in the community on {n.day(rate.as_of)}.",
        _year_before(rate, growth),
        national(growth) if growth else "",
        f"The area's rate is {n.count(rate.rate)} for every 100,000 {rate.whom}.",
        f"The rate for {rate.nation} is {n.count(rate.national_rate)}.",
        _PLACE[rate.unusual.unusual_verdict].format(force=rate.force) if rate.unusual else "",
        "These are not official statistics.",
    ]
    return Prose(" ".join(s for s in sentences if s))


def _year_before(rate: RateRecord, growth: GrowthRecord | None) -> str:
    span = growth.change.span if growth else None
    if span is None:
        return ""
    if span.change == 0:
        return "That is as many as a year before."
    size = (
        f"{n.count(abs(span.change))} {'more' if span.change > 0 else 'fewer'} than a year before"
    )
    # The earlier count may follow from the change that a story printed.
    if rate.change and rate.change.quality_before == "derived":
        return f"A news report put that at {size}; no second source confirms it."
    return f"That is {size}."


def known(rate: RateRecord, growth: GrowthRecord | None, publisher: str, *, named: bool) -> Prose:
    """Return what is known of an area without a count: the nearest figure, the estimate.

    *named* says whether the address of the publisher's table is in the data.
    """
    day, guess, found = n.day(rate.as_of), estimate(rate, growth), rate.missing
    sentences = [_nearest(rate)]
    low, high = (found.count_low, found.count_high) if found else (None, None)
    if low is not None and high is not None and low <= high:
        sentences.append(f"A figure printed for {day} means {n.count(low)} to {n.people(high)}.")
    elif guess:
        limits = n.interval(guess.low, guess.high, n.count, "90%")
        sentences.append(
            f"This study estimates {n.count(guess.value)} {WHO} in {rate.force} on {day} {limits}."
        )
    sentences += [
        f"The official count is not in this study, so the study gives {_rates(rate)}.",
        f"The rate for {rate.nation} was {n.count(rate.national_rate)}.",
    ]
    if named:
        sentences.append(f"{capital(publisher)} publishes the count in the table named below.")
    paragraphs = " ".join(filter(None, sentences)), national(growth) if growth else ""
    return Prose("\n\n".join(filter(None, paragraphs)))


def _rates(rate: RateRecord) -> str:
    """Return what the rate of an area without a count can be: an estimate, or none."""
    e = rate.estimate
    if e is None:
        return f"no rate for {n.day(rate.as_of)}"
    limits = n.interval(e.estimated_rate_low, e.estimated_rate_high, n.count, "90%")
    size = f"{n.count(e.estimated_rate)} for every 100,000 {rate.whom}"
    return f"only an estimate of the rate: {size} {limits}"


def _nearest(rate: RateRecord) -> str:
    s = nearest(rate)
    if s is None:
        return ""
    count, day = n.count(s.value), n.day(s.date)
    if s.basis == "level_1":
        return f"The nearest known figure is {count} for {day}, of level 1 alone."
    if s.quality == "police":
        return f"The police gave {count} for {day}, which is not the official count."
    return f"The nearest known count is {count}, for {day}."
