"""The nation beside the count: rate, population, categories, orders, a printed percentage."""

import dataclasses
import math

import pandas as pd

from mappa.data import Data
from mappa.growth.change import Span
from mappa.printed import PER
from mappa.records import Record, key

CATEGORIES = ("rso_count", "category2_count", "category3_count")
ORDERS = {
    "sopo_shpo_imposed": "sexual offences prevention and sexual harm prevention orders",
    "notification_orders_imposed": "notification orders",
    "foreign_travel_orders_imposed": "foreign travel orders",
}


@dataclasses.dataclass(frozen=True)
class Printed(Record):
    """What a growth covers once it is printed as a whole percentage."""

    percent: int = key("The percentage as printed", "percent")
    low: float = key("Least growth that prints so", "share")
    high: float = key("Growth below which it prints so", "share")
    people_low: float = key("Least change that prints so", "people")
    people_high: float = key("Change below which it prints so", "people")


@dataclasses.dataclass(frozen=True)
class RateGrowth(Record):
    """Growth of the count beside growth of the rate over one span."""

    start: pd.Timestamp = key("Date of the first count")
    end: pd.Timestamp = key("Date of the second count")
    count_growth: float = key("Growth of the count", "share")
    rate_growth: float = key("Growth of the rate per people aged 10 and over", "share")
    people_growth: float = key("Growth of the population aged 10 and over", "share")
    rate_before: float = key("Rate on the first date", "per 100,000")
    rate_now: float = key("Rate on the second date", "per 100,000")
    population_break: pd.Timestamp | None = key(
        "Date between them from which the population is estimated anew, as after a census"
    )


@dataclasses.dataclass(frozen=True)
class CategoryYear(Record):
    """The MAPPA categories of a date: who is managed, not how."""

    date: pd.Timestamp = key("Date of the stock")
    category1: float | None = key("Registered sexual offenders", "people")
    category2: float | None = key("Violent and other sexual offenders", "people")
    category3: float | None = key("Other dangerous offenders", "people")
    total: float | None = key("All categories, as published", "people")
    share1: float | None = key("Category 1 of the total", "share")
    share2: float | None = key("Category 2 of the total", "share")
    share3: float | None = key("Category 3 of the total", "share")


@dataclasses.dataclass(frozen=True)
class OrderYear(Record):
    """Orders imposed in a year."""

    measure: str = key("Kind of order: see the data dictionary")
    label: str = key("Kind of order in words")
    date: pd.Timestamp = key("Last day of the year")
    value: float = key("Orders imposed", "orders")
    per_registered: float | None = key("Per 100 registered offenders on that day", "per 100")


def printed(span: Span) -> Printed:
    """Return what the growth of a span covers once printed as a whole percentage."""
    whole = math.floor(abs(100 * span.growth) + 0.5)
    percent = whole if span.growth >= 0 else -whole
    low, high = (percent - 0.5) / 100, (percent + 0.5) / 100
    return Printed(percent, low, high, low * span.from_value, high * span.from_value)


def rate_growth(
    data: Data, area: str, start: pd.Timestamp, end: pd.Timestamp, growth: float
) -> RateGrowth | None:
    """Return growth of the count beside that of the rate, where both denominators are known."""
    known = set(data.denominators["stock_date"])
    if start not in known or end not in known:
        return None
    then, now = data.people(start), data.people(end)
    if area == data.nation:
        before, after = float(then.sum()), float(now.sum())
        counts = data.national("rso_count")
        first = float(counts[start])
    else:
        before, after = float(then[area]), float(now[area])
        first = float(data.counts(start)[area])
    people = after / before - 1
    rate = PER * first / before
    return RateGrowth(
        start=start,
        end=end,
        count_growth=growth,
        rate_growth=(1 + growth) / (1 + people) - 1,
        people_growth=people,
        rate_before=rate,
        rate_now=rate * (1 + growth) / (1 + people),
        population_break=data.break_between(start, end),
    )


def categories(data: Data) -> tuple[CategoryYear, ...]:
    """Return the categories of each date on which the total is known, by date."""
    names = [f"category{k}" for k in (1, 2, 3)]
    found = pd.DataFrame(
        dict(zip(names, map(data.national, CATEGORIES), strict=True))
        | {"total": data.national("total_count")}
    ).dropna(subset=[*names[1:], "total"])
    for k, name in enumerate(names, 1):
        found[f"share{k}"] = found[name] / found["total"]
    return CategoryYear.from_frame(found.rename_axis("date").reset_index())


def orders(data: Data) -> tuple[OrderYear, ...]:
    """Return the orders imposed in each year, by kind and date."""
    stock = data.national("rso_count")
    rows = []
    for measure, label in ORDERS.items():
        for date, value in data.national(measure).items():
            base = float(stock[date]) if date in stock.index else None
            per = 100 * float(value) / base if base else None
            rows.append(OrderYear(measure, label, pd.Timestamp(str(date)), float(value), per))
    return tuple(rows)
