"""An area without a count on the date: what is known of it, and what cannot be said."""

import dataclasses

from mappa.data.stock import Stock
from mappa.printed import PER
from mappa.rates import forces, pool
from mappa.rates.methods import between
from mappa.records import Record, key


@dataclasses.dataclass(frozen=True)
class MissingCount(Record):
    """What is known of an area whose count for the date is not published here. No estimate."""

    nearest: list[pool.Sighting] = key(
        "Nearest counts for other dates or on another basis: when, date, value, basis, quality, "
        "sources, note"
    )
    printed: list[pool.Bounds] = key(
        "Figures printed for the day and the counts that round to them: measure, printed, low, "
        "high, sources"
    )
    count_low: int | None = key("Least count that every printed figure allows", "people")
    count_high: int | None = key("Greatest count that every printed figure allows", "people")
    rate_low: float | None = key("Least rate that they allow", "per 100,000 people")
    rate_high: float | None = key("Greatest rate that they allow", "per 100,000 people")
    pool_areas: int = key("Areas without a count on the date", "areas")
    pool_count: float = key("Sum of their counts: the nation less the counted areas", "people")
    pool_population: float = key("Sum of their populations", "people")
    pool_rate: float | None = key("Rate of them together", "per 100,000 people")
    official_table: str = key("Address of the publisher's table of that date, or empty")
    forces_low: float | None = key(
        "Lower limit of a force's true rate, by the spread of the counted", "per 100,000 people"
    )
    forces_high: float | None = key("Upper limit of the same", "per 100,000 people")


def what_is_known(stock: Stock, area: str) -> MissingCount:
    """Return what the figures say of an area without a count in a stock.

    The limits of a force's rate describe forces, not this one: they are no estimate of its count.
    """
    data, day = stock.data, stock.day
    together = pool.uncounted(stock)
    bounds = pool.printed_bounds(data, area, day)
    low = max((b.low for b in bounds), default=None)
    high = min((b.high for b in bounds), default=None)
    people = float(stock.people[area])
    found = forces.forces(stock)
    spread = between.prediction_interval(found.constrained) if found else None
    return MissingCount(
        nearest=pool.sightings(data, area, day),
        printed=bounds,
        count_low=low,
        count_high=high,
        rate_low=PER * low / people if low is not None else None,
        rate_high=PER * high / people if high is not None else None,
        pool_areas=len(together.areas),
        pool_count=together.count,
        pool_population=together.people,
        pool_rate=PER * together.rate if together.rate is not None else None,
        official_table=data.official_table(day),
        forces_low=PER * spread[0] if spread else None,
        forces_high=PER * spread[1] if spread else None,
    )
