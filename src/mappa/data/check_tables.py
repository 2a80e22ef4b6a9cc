"""What a check finds, and the checks of tables with their own rows: people, places and dates."""

import dataclasses
import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from mappa.data import denominators
from mappa.data.load import Data
from mappa.data.schema import read_text_table
from mappa.records import Record, key

#: How far the log of a population may lie from the mean of the years around it, beyond what all
#: areas do in that year. The largest in the tables is 0.031, where the 2021 census breaks them.
POPULATION_TOLERANCE = 0.035
#: The same for shares, which a census moves less: 0.0030 and 0.0050 at most in the tables.
SHARE_TOLERANCE = {
    "adults of population_10plus": 0.0035,
    "population_10plus of population_all": 0.006,
}
#: The same for successive national stocks of 31 March: more than the largest change on record.
STOCK_TOLERANCE = {"rso_count": 0.2, "category2_count": 0.2, "total_count": 0.3}
#: Least and greatest distance (km) of an area's centroid to the nearest other.
NEAREST = (20.0, 120.0)
_EARTH = 6371.0
#: Rates and chances of dying are printed to six decimals.
LIFE_TOLERANCE = 1e-6
#: What a count of the register is called in the tables that name their measures in words.
_REGISTER = re.compile(r"\bRSOs?\b|[Rr]egister|sex(?:ual)? offenders", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Finding(Record):
    """What one check says of one cell."""

    check: str = key("name of the check")
    status: str = key("pass, fail, excused or information")
    table: str = key("table of the row that is checked")
    row: int | None = key("line of that row in its file")
    area: str = key("area, empty for the nation")
    date: str = key("date of the row, YYYY-MM-DD")
    measure: str = key("measure of the row")
    value: float | None = key("value of the row")
    message: str = key("what was compared, in words")

    @property
    def cell(self) -> tuple[str | float | None, ...]:
        """What an exception to it names: the check, the cell and its value."""
        return self.check, self.table, self.area, self.date, self.measure, self.value


def _status(ok: bool | None) -> str:
    """Name the outcome: *ok* None is information that neither passes nor fails."""
    return "information" if ok is None else "pass" if ok else "fail"


def finding(check: str, ok: bool | None, row: pd.Series, message: str) -> Finding:
    """Return what a check says of a row of the figures of areas or of the national ones."""
    table = "area_figures" if "area" in row.index else "national_figures"
    named = check, _status(ok), table, int(row.name), str(row.get("area", ""))
    value = float(row["value"])
    return Finding(*named, f"{row['date']:%Y-%m-%d}", str(row["measure"]), value, message)


def _of_table(
    check: str, ok: bool, table: str, measure: str, date: str, message: str, area: str = ""
) -> Finding:
    """Return what is found of all of a column."""
    place = table, None, "" if ok else area, date, measure, None
    return Finding(check, _status(ok), *place, message)


def populations_near_neighbours(data: Data) -> Iterator[Finding]:
    """Each population, and its share of another, must lie near the mean of the years around it."""
    t = data.population
    adults = t["males_18plus"] + t["females_18plus"]
    made = {"adults of population_10plus": adults / t["population_10plus"]}
    made["population_10plus of population_all"] = t["population_10plus"] / t["population_all"]
    made |= {c: t[c] for c in t if c.startswith(("population_", "males", "females"))}
    for column, values in made.items():
        logs = np.log(t.assign(v=values).pivot(index="area", columns="mid_year", values="v"))
        before, after = logs.shift(1, axis=1), logs.shift(-1, axis=1)
        off = logs - (before.fillna(after) + after.fillna(before)) / 2
        far = (off - off.median()).abs().stack()
        area, year = far.idxmax()
        ok = far.max() <= SHARE_TOLERANCE.get(column, POPULATION_TOLERANCE)
        said = f"{column}: the value furthest from the years around it is of {area}, mid-{year}"
        named = "population_near_neighbours", ok, "population", column, f"{year}-06-30"
        yield _of_table(*named, f"{said}, by {far.max():.1%}", str(area))


def stocks_near_neighbours(data: Data) -> Iterator[Finding]:
    """A national stock must lie near that of the year before."""
    for measure, most in STOCK_TOLERANCE.items():
        series = data.national(measure)
        series = series[(series.index.month == 3) & (series.index.day == 31)]
        changes = np.log(series).diff()[series.index.to_series().diff().dt.days < 367].abs()
        date = f"{changes.idxmax():%Y-%m-%d}"
        said = f"{measure}: the largest change on a year before is of {date}, {changes.max():.1%}"
        named = "stocks_near_neighbours", changes.max() <= most, "national_figures", measure
        yield _of_table(*named, date, said)


def centroids_near_neighbours(data: Data) -> Iterator[Finding]:
    """The centroid of an area must lie neither on another nor far from all others."""
    lat, lon = (np.radians(data.areas[f"centroid_{c}"].to_numpy(float)) for c in ("lat", "lon"))
    east = (lon[:, None] - lon) * np.cos((lat[:, None] + lat) / 2)
    apart = _EARTH * np.hypot(east, lat[:, None] - lat)
    np.fill_diagonal(apart, np.inf)
    nearest = apart.min(axis=1)
    where = ", ".join(data.areas["area"][(nearest < NEAREST[0]) | (nearest > NEAREST[1])])
    said = f"the nearest other centroid is {nearest.min():.0f} to {nearest.max():.0f} km away"
    said += f"; not so in {where}" if where else ""
    yield _of_table("centroids_near_neighbours", not where, "areas", "centroid", "", said)


def denominators_fit_rates(data: Data) -> Iterator[Finding]:
    """The mid-year of each stock date must be the one that meets the most printed rates."""
    figures = read_text_table(data.folder / "area_figures.csv")
    found = denominators.fits(figures, data.ten_plus)
    for line, row in data.denominators.iterrows():
        date, year = f"{row['stock_date']:%Y-%m-%d}", row["mid_year"]
        if (fit := found.get(date)) is None:
            continue
        met = ", ".join(f"mid-{year} {n}" for year, n in fit.met.items())
        said = f"{date}: mid-{year} ({row['quality']}); of {fit.rates} printed rates meet {met}"
        status = _status(None if fit.best is None else fit.best == year)
        named = "denominator_fits_rates", status, "denominators", int(str(line)), "", date
        yield Finding(*named, "mid_year", float(year), said)


def age_bands_sum(data: Data) -> Iterator[Finding]:
    """Age bands must sum to the populations of the same mid-year: all, 10 and over, men 18+."""
    bands = data.population_age_bands
    adult = ~bands["age_band"].isin(["0-9", "10-17"])
    which = {
        "population_all": bands,
        "population_10plus": bands[bands["age_band"] != "0-9"],
        "males_18plus": bands[adult & (bands["sex"] == "M")],
    }
    table = data.population.set_index(["mid_year", "area"])
    for column, rows in which.items():
        summed = rows.groupby(["mid_year", "area"])["population"].sum()
        for year in sorted({*summed.index.levels[0]} & {*data.population["mid_year"]}):
            yield _sums_meet("population", column, summed.loc[[year]], table, f"{year}-06-30")


def sentences_sum(data: Data) -> Iterator[Finding]:
    """Sentences by disposal must sum to all sentenced, and those in custody by age to custody."""
    rows = data.sentencing
    rows = rows[rows["measure"].str.match(r"sentenced_(?!not_|suspended_or_)")]
    table = rows.pivot_table(index=["year", "group"], columns="measure", values="value")
    disposals = table.dropna().drop(columns="sentenced_total").sum(axis=1)
    yield _sums_meet("sentencing", "sentenced_total", disposals, table)
    ages = data.profile[data.profile["measure"] == "count by age at sentence"]
    bands = ages[ages["group"] != "all"].assign(group="all").groupby(["date", "group"])["value"]
    yield _sums_meet("sentencing", "sentenced_immediate_custody", bands.sum(), table)


def _sums_meet(
    table: str, column: str, summed: pd.Series, printed: pd.DataFrame, date: str = ""
) -> Finding:
    """Return whether each sum of rows is what another row prints."""
    far = summed.index[summed != printed[column].reindex(summed.index)]
    off = [" ".join(map(str, place)) for place in far]
    said = f"{len(summed) - len(off)} of {len(summed)} sums meet {column}"
    said += f"; not so in {', '.join(off[:3])}" if off else ""
    return _of_table("sums_meet", not off, table, column, date, said)


def life_table_agrees(data: Data) -> Iterator[Finding]:
    """From the first birthday on the chance of dying must be that of an even rate: 2m / (2 + m)."""
    t = data.life_table_males[data.life_table_males["age"] > 0]
    far = (t["qx"] - 2 * t["mx"] / (2 + t["mx"])).abs()
    age, ok = t.loc[far.idxmax(), "age"], far.max() <= LIFE_TOLERANCE
    said = f"rate and chance of dying differ most at age {age}, by {far.max():.7f}"
    yield _of_table("life_table_agrees", ok, "life_table_males", "qx", "", said)


def no_national_count_lies_ahead(data: Data) -> Iterator[Finding]:
    """No table may hold a national count later than the newest of ``national_figures``.

    Forecasts are sealed and later compared with such counts: one that lies about unread, in
    whatever table, would make a seal no blind test.
    """
    newest = data.national("rso_count").index.max()
    known = f"the newest national count in national_figures.csv is of {newest:%Y-%m-%d}"
    for table, later in _national_counts(data):
        for line, day in later[later > newest].items():
            said = f"a count of {data.nation} dated {day:%Y-%m-%d}, but {known}"
            named = "no_national_count_lies_ahead", "fail", table, int(str(line)), ""
            yield Finding(*named, f"{day:%Y-%m-%d}", "", None, said)


def _national_counts(data: Data) -> Iterator[tuple[str, pd.Series]]:
    """Yield the dates of what each table says of the national register, by line."""
    # England and Wales is also written E&W.
    short = "&".join(part[0] for part in data.nation.split(" and "))
    nation = re.compile(rf"\b(?:{re.escape(data.nation)}|{re.escape(short)})\b")
    t = data.national_figures
    rates = t["measure"].isin(["rso_count", "rso_rate_per_100k", "rso_one_per_n_aged10"])
    yield "national_figures", t.loc[rates, "date"]
    t = data.story_claims
    about = (t["area"] == data.nation) & t["measure"].str.startswith("rso_")
    yield "story_claims", _dates(t.loc[about, "date"])
    t = data.profile
    about = t["population"].str.contains(nation) & t["population"].str.contains(_REGISTER)
    yield "profile", _dates(t.loc[about & t["measure"].isin(["stock", "count"]), "date"])
    t = data.outflow
    about = t["measure"].str.contains(nation) & t["measure"].str.contains(_REGISTER)
    yield "outflow", _dates(t.loc[about & t["measure"].str.contains("stock|count"), "period"])


def _dates(cells: pd.Series) -> pd.Series:
    """Return dates of cells that may hold a period or a year instead (its last day counts)."""
    text = cells.astype(str)
    days = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
    years = text.str.findall(r"\d{4}").map(lambda found: max(map(int, found), default=None))
    ends = pd.to_datetime(years.astype("Int64").astype("string") + "-01-01", errors="coerce")
    return days.fillna(ends).dropna()


OF_TABLES = (
    no_national_count_lies_ahead,
    denominators_fit_rates,
    age_bands_sum,
    populations_near_neighbours,
    stocks_near_neighbours,
    centroids_near_neighbours,
    sentences_sum,
    life_table_agrees,
)
