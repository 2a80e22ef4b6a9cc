"""Which mid-year the Ministry divides by: found from printed rates, otherwise assumed and said.

A stock of 31 March is not always divided by the mid-year before it: after a census the Ministry
may wait a year for revised estimates. A printed rate and a printed count of one area show which
mid-year was used.
"""

import dataclasses

import pandas as pd

from mappa.printed import PER, rounds_to

#: Mid-years before a stock date that are tried.
TRIED = 3
#: Fewer rates than this cannot tell one mid-year from another.
LEAST_RATES = 3


@dataclasses.dataclass(frozen=True)
class Fit:
    """How well each mid-year reproduces the rates of one stock date.

    *rates* is the number of printed rates with a count of the same area, day and basis, *met* how
    many of them each mid-year reproduces.
    """

    rates: int
    met: dict[int, int]

    @property
    def best(self) -> int | None:
        """The mid-year that alone meets the most rates, and more than half; None if none does."""
        if self.rates < LEAST_RATES or not self.met:
            return None
        year = max(self.met, key=lambda y: self.met[y])
        ties = list(self.met.values()).count(self.met[year])
        return year if ties == 1 and 2 * self.met[year] > self.rates else None


def fits(figures: pd.DataFrame, people: pd.DataFrame) -> dict[str, Fit]:
    """Return the fit of every stock date with printed rates, by date (YYYY-MM-DD).

    *figures* are rows of ``area_figures`` as text, *people* those aged 10 and over, by area (rows)
    and mid-year (columns).
    """
    cell = ["area", "date", "basis"]
    chosen = figures[(figures["preferred"] == "true") & figures["date"].str.endswith("-03-31")]
    counts, rates = (
        chosen[chosen["measure"] == m].set_index(cell)["value"]
        for m in ("rso_count", "rso_rate_per_100k")
    )
    pairs = pd.concat([counts.rename("n"), rates.rename("rate")], axis=1, join="inner")
    found = {}
    for (date,), rows in pairs.reset_index().groupby(["date"]):
        stock = int(date[:4])
        years = [year for year in range(stock - TRIED, stock) if year in people]
        met = {
            year: sum(
                rounds_to(float(row.n) / people.at[row.area, year] * PER, row.rate)
                for row in rows.itertuples()
            )
            for year in years
        }
        found[str(date)] = Fit(len(rows), met)
    return found


def complete(
    rows: list[dict[str, str]], dates: set[str], found: dict[str, Fit], years: set[int]
) -> tuple[list[dict[str, str]], list[str]]:
    """Return ``denominators`` with a row for every date, and the sentences on what was added.

    A row that was only assumed gives way to one that fits. A date without enough rates takes the
    lag of the date before it; of a date before the first row nothing is supposed. *rows* are the
    rows as they are, as text, *dates* the stock dates of 31 March with a count, *found* what
    :func:`fits` returns, and *years* the mid-years with a population.
    """
    table = {known["stock_date"]: known for known in rows}
    notes = []
    for date in sorted(dates | set(table)):
        known, fit = table.get(date), found.get(date)
        best = fit.best if fit else None
        if (known and (known["quality"] == "fitted" or best is None)) or date < min(table):
            continue
        if fit is not None and best is not None:
            evidence = f"{fit.met[best]} of {fit.rates} count and rate pairs"
            table[date] = row(date, best, evidence, "fitted")
            notes.append(f"The denominator of {date} is mid-{best}: it meets {evidence}.")
            continue
        before = table[max(d for d in table if d < date)]
        year = int(date[:4]) - int(before["stock_date"][:4]) + int(before["mid_year"])
        if year not in years:
            notes.append(
                f"population.csv has no mid-{year}: no rate can be formed for {date} until it has."
            )
            continue
        lag = f"as {before['stock_date']}: {int(date[:4]) - year} years earlier"
        if year == int(date[:4]) - 1:
            lag = "previous mid-year"
        table[date] = row(date, year, f"{lag}, assumed", "assumed")
        notes.append(f"The denominator of {date} is assumed to be mid-{year}.")
    return [table[date] for date in sorted(table)], notes


def row(date: str, year: int, evidence: str, quality: str) -> dict[str, str]:
    """Return a row of ``denominators`` as text."""
    basis = "mid_year_before" if year == int(date[:4]) - 1 else "other"
    said = {"evidence": evidence, "basis": basis, "quality": quality, "source": "derived"}
    return {"stock_date": date, "mid_year": str(year), **said}
