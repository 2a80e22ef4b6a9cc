"""The words of an area's brief page, from the records that its notebooks show."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from mappa.words import Prose, Table, capital
from mappa.words import numbers as n

WHO = "registered sexual offenders"
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


def key_figures(rate: Mapping[str, Any], growth: Mapping[str, Any]) -> list[Figure]:
    """Return the key figures of an area from the records of its rate and its growth."""
    own, nation = (_span(growth, "change", k) for k in ("span", "national"))
    long, long_nation = (_span(growth, "compound", k) for k in ("span", "national"))
    level, ahead, guess = rate.get("confidence"), forecast(growth), estimate(growth)
    people = rate.get("whom", "people")
    years = " to ".join(str(long.get(end, ""))[:4] for end in ("start", "end"))
    found = [
        Figure("Count", rate.get("count"), n.count, "people", national=rate.get("national_count")),
        Figure("Estimate, not a count", guess.get("value"), n.count, "people",
               guess.get("low"), guess.get("high"), guess.get("level", 0.9)),
        Figure("Change in a year", own.get("change"), n.change, "people",
               national=nation.get("change")),
        Figure("Growth in a year", own.get("growth"), n.growth, "share", own.get("growth_low"),
               own.get("growth_high"), own.get("level"), nation.get("growth")),
        _rate(rate, people, level),
        Figure(f"Ratio to the rate of {rate.get('comparator_label', 'the rest')}",
               rate.get("ratio"), n.ratio, "ratio", rate.get("ratio_low"), rate.get("ratio_high"),
               level),
        Figure(f"Rank from the highest, of {rate.get('rank_of')} areas with a count",
               rate.get("rank"), _rank, "rank", rate.get("rank_low"), rate.get("rank_high"), level),
        Figure(f"Growth a year, {years}", long.get("annual_growth"), n.growth, "share a year",
               long.get("annual_low"), long.get("annual_high"), long.get("level"),
               long_nation.get("annual_growth")),
        Figure(f"Forecast for {n.day(ahead['date'])}" if ahead else "Forecast",
               ahead.get("value"), n.count, "people", ahead.get("low"), ahead.get("high"),
               ahead.get("level")),
    ]  # fmt: skip
    return [f for f in found if f.value is not None or f.national is not None]


def _rate(rate: Mapping[str, Any], people: str, level: float | None) -> Figure:
    """Return the rate, or without a count the estimate of it, named as one."""
    guessed = rate.get("rate") is None and rate.get("estimated_rate") is not None
    key, named = ("estimated_rate", ", estimate") if guessed else ("rate", "")
    return Figure(
        f"Rate per 100,000 {people}{named}", rate.get(key), n.number, "per 100,000 people",
        rate.get(f"{key}_low"), rate.get(f"{key}_high"), 0.9 if guessed else level,
        rate.get("national_rate"),
    )  # fmt: skip


def _span(growth: Mapping[str, Any], part: str, which: str) -> Mapping[str, Any]:
    return (growth.get(part) or {}).get(which) or {}


def _points(growth: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    return [p for p in growth.get("series", ()) if p.get("kind") == kind]


def estimate(growth: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the estimate for the date of the record; empty where there is a count or no fit."""
    found = [] if growth.get("count") is not None else _points(growth, "estimate")
    return ([p for p in found if str(p["date"])[:10] == growth.get("as_of")] or [{}])[-1]


def forecast(growth: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the last year of the forecast; empty where there is none."""
    return (_points(growth, "forecast") or [{}])[-1]


def figures_table(figures: Sequence[Figure], area: str, nation: str, day: str) -> Table:
    """Return the table of the key figures, England and Wales in the last column."""
    rows = [figure.row() for figure in figures]
    frame = pd.DataFrame(rows, columns=["Figure", area, "Interval", nation])
    return Table(f"Key figures, {day}", frame, numeric=(area, nation))


def press(rate: Mapping[str, Any], growth: Mapping[str, Any]) -> Prose:
    """Return a paragraph on an area with a count that can be printed as it is."""
    day, people = n.day(rate["as_of"]), rate["whom"]
    # The earlier count may follow from the change that a story printed.
    printed = (rate.get("change") or {}).get("quality_before") == "derived"
    of_all = f"The rate for {rate.get('nation')} is {n.count(rate.get('national_rate'))}."
    sentences = [
        f"{rate['force']} had {n.count(rate['count'])} {WHO} in the community on {day}.",
        _year_before(_span(growth, "change", "span").get("change"), printed),
        national(growth, str(rate.get("nation", ""))),
        f"The area's rate is {n.count(rate['rate'])} for every 100,000 {people}.",
        "" if rate.get("national_rate") is None else of_all,
        _PLACE.get(rate.get("unusual_verdict") or "", "").format(force=rate["force"]),
        "These are not official statistics.",
    ]
    return Prose(" ".join(s for s in sentences if s))


def _year_before(change: float | None, printed: bool) -> str:
    if change is None:
        return ""
    if change == 0:
        return "That is as many as a year before."
    size = f"{n.count(abs(change))} {'more' if change > 0 else 'fewer'} than a year before"
    if printed:
        return f"A printed report put that at {size}; there is no second source for the change."
    return f"That is {size}."


def national(growth: Mapping[str, Any], nation: str) -> str:
    """Return how the national number moved in the year, or nothing where that is not known."""
    for span in growth.get("national_years", ()):
        if str(span["end"])[:10] == growth.get("as_of") and round(span["years"], 2) == 1:
            size, now = n.percent(abs(span["growth"])), n.count(span["to_value"])
            if span["change"] > 0:
                return f"Across {nation} the number rose by {size} in a year, to {now}."
            if span["change"] < 0:
                return f"Across {nation} the number fell by {size} in a year, to {now}."
            return f"Across {nation} the number stayed at {now}."
    return ""


def known(
    rate: Mapping[str, Any], growth: Mapping[str, Any], publisher: str, *, named: bool
) -> Prose:
    """Return what is known of an area without a count: the nearest figure, the estimate.

    *named* says whether the address of the publisher's table is in the data.
    """
    day, guess, found = n.day(rate["as_of"]), estimate(growth), rate.get("missing") or {}
    sentences = [_nearest(row) for row in nearest(rate)]
    low, high = found.get("count_low"), found.get("count_high")
    if low is not None and high is not None and low <= high:
        sentences.append(f"A figure printed for {day} means {n.count(low)} to {n.people(high)}.")
    elif guess:
        limits = n.interval(guess["low"], guess["high"], n.count, "90%")
        sentences.append(
            f"This study estimates {n.count(guess['value'])} {WHO} in {rate['force']} on {day} "
            f"{limits}."
        )
    sentences.append(f"The official count is not in this study, so it gives {_rates(rate)}.")
    if named:
        sentences.append(f"{capital(publisher)} publishes the count in the table named below.")
    whole = national(growth, str(rate.get("nation", "")))
    return Prose(f"{' '.join(sentences)}\n\n{whole}".strip())


def nearest(rate: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the row of the record's ``missing.nearest`` that is nearest in time, if any."""
    rows, day = (rate.get("missing") or {}).get("nearest") or [], pd.Timestamp(rate["as_of"])
    return sorted(rows, key=lambda row: abs(pd.Timestamp(row["date"]) - day))[:1]


def _rates(rate: Mapping[str, Any]) -> str:
    """Return what the rate of an area without a count can be: an estimate, or none."""
    value, day = rate.get("estimated_rate"), n.day(rate["as_of"])
    if value is None:
        return f"no rate for {day}"
    limits = n.interval(rate["estimated_rate_low"], rate["estimated_rate_high"], n.count, "90%")
    whom = rate["whom"]
    return f"only an estimate of the rate: {n.count(value)} for every 100,000 {whom} {limits}"


def _nearest(row: Mapping[str, Any]) -> str:
    count, day = n.count(row["value"]), n.day(row["date"])
    if row.get("basis") == "level_1":
        return f"The nearest known figure is {count} for {day}, of level 1 alone."
    if row.get("quality") == "police":
        return f"The police gave {count} for {day}, which is not the official count."
    return f"The nearest known count is {count}, for {day}."
