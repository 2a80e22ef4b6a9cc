"""Load the tables of a data folder, validated, and select from them."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import json
import re
import tomllib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

import pandas as pd

from mappa.arguments import typed
from mappa.data import places, schema
from mappa.data.area_names import CODE, known_names, resolve
from mappa.data.stock import DEFAULT_DENOMINATOR, DENOMINATORS, Stock
from mappa.errors import DataError, UnknownName, UsageError, one_of
from mappa.files import digest, digest_files, write_atomically

P = ParamSpec("P")
Found = TypeVar("Found", pd.Series, list[pd.Timestamp])
Day: TypeAlias = str | pd.Timestamp

#: The word for the study's own date (``default_as_of`` of ``study.toml``).
STUDY = "study"
#: What a change of several tables has to write, as JSON in their folder until it is done.
JOURNAL = ".pending.json"
#: The column of dates of each table that grows by later figures.
_DATED = {"area_figures": "date", "national_figures": "date", "denominators": "stock_date"}


def _once(
    selection: Callable[Concatenate[Data, P], Found],
) -> Callable[Concatenate[Data, P], Found]:
    """Select once for each instance, as a slider waits for it; each caller gets its own copy."""

    @functools.wraps(selection)
    def find(self: Data, *args: P.args, **kwargs: P.kwargs) -> Found:
        found: dict[object, Found] = self.__dict__.setdefault("_found", {})
        key = (selection.__name__, args, tuple(sorted(kwargs.items())))
        if key not in found:
            found[key] = selection(self, *args, **kwargs)
        return found[key].copy()

    return find


@dataclasses.dataclass(frozen=True)
class Data:
    """The tables of the study as data frames, indexed by the line of their file.

    Attributes are named after the files in ``data/``; ``dictionary`` describes every column.
    ``nation`` is the name of all areas together (England and Wales); ``digest`` is the SHA-256 of
    all tables. Selections return preferred values on one basis and never fill a gap.
    """

    areas: pd.DataFrame
    area_names: pd.DataFrame
    area_figures: pd.DataFrame
    national_figures: pd.DataFrame
    population: pd.DataFrame
    population_age_bands: pd.DataFrame
    denominators: pd.DataFrame
    life_table_males: pd.DataFrame
    sentencing: pd.DataFrame
    notification_rules: pd.DataFrame
    outflow: pd.DataFrame
    profile: pd.DataFrame
    official_tables: pd.DataFrame
    story_claims: pd.DataFrame
    sources: pd.DataFrame
    comparators: pd.DataFrame
    exceptions: pd.DataFrame
    dictionary: pd.DataFrame
    settings: dict[str, Any]
    folder: Path
    digest: str

    # Figures are compared and hashed by content, so that results can be cached by them.
    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Data) and other.digest == self.digest

    @property
    def nation(self) -> str:
        """Name of all areas together."""
        return str(self.settings["nation"])

    @property
    def names(self) -> list[str]:
        """Names of the areas, in the order of the file."""
        return list(self.areas["area"])

    @typed
    def area(self, name: str) -> str:
        """Return the area that a question about *name* is answered for.

        Names and codes are those of ``areas.csv`` and ``area_names.csv`` (see
        :func:`mappa.data.area_names.resolve`, which also gives the remark where the two differ).
        Raises UnknownName (exit status 2), with a suggestion for a near misspelling alone.
        """
        found = resolve(self, name)
        if found.area:
            return found.area
        if found.kind in {"sum", "nation"}:
            why = f"{found.name} is a sum of areas; `mappa areas` lists them."
            raise UnknownName("force", name, why=why)
        if CODE.fullmatch(name.strip().upper()):
            raise UnknownName("force", name, why="areas.csv has no area of this code alone.")
        raise UnknownName("force", name, known_names(self), hint="`mappa areas` lists them.")

    def force(self, name: str | None = None) -> str:
        """Return the area called *name*, or the study's own where ``None`` is given."""
        return self.area(str(self.settings["default_force"]) if name is None else name)

    def slug(self, area: str) -> str:
        """Return the slug of an area, used in file names and addresses."""
        return str(self.areas.set_index("area")["slug"][self.area(area)])

    @functools.cached_property
    def ten_plus(self) -> pd.DataFrame:
        """People aged 10 and over, by area (rows) and mid-year (columns)."""
        values = DENOMINATORS[DEFAULT_DENOMINATOR]
        return self.population.pivot(index="area", columns="mid_year", values=values)

    def official_table(self, day: Day) -> str:
        """Return the address of the publisher's table of areas for a stock date, or nothing."""
        table = self.official_tables
        return next(iter(table.loc[table["stock_date"] == pd.Timestamp(day), "url"]), "")

    @functools.cached_property
    def misread(self) -> frozenset[tuple[str, pd.Timestamp]]:
        """Areas and dates with repeated figures that ``exceptions.csv`` leaves unexplained."""
        rows = self.exceptions[self.exceptions["check"] == "figures_not_repeated"]
        rows = rows[rows["quality"] == "unexplained"]
        return frozenset(zip(rows["area"], rows["date"], strict=True))

    @functools.cached_property
    def mid_years(self) -> pd.Series:
        """The mid-year by whose population a stock is divided, by stock date, where it is known."""
        table = self.denominators.set_index("stock_date")["mid_year"]
        return table[table.isin(self.population["mid_year"])].sort_index()

    @property
    @_once
    def dates(self) -> list[pd.Timestamp]:
        """Dates for which a rate can be formed: a national count and a denominator year."""
        return sorted(set(self.mid_years.index) & set(self.national("rso_count").index))

    @property
    @_once
    def count_dates(self) -> list[pd.Timestamp]:
        """Dates with a national count of 31 March, from the first denominator on."""
        first = self.denominators["stock_date"].min()
        days = self.national("rso_count").index
        return [d for d in days if d >= first and (d.month, d.day) == (3, 31)]

    @typed
    def date(self, as_of: str | dt.date) -> pd.Timestamp:
        """Return *as_of* as a timestamp, if it is one of :attr:`count_dates`.

        The word ``study`` is the study's own date. Raises UsageError (exit status 2) naming the
        dates that can be asked for.
        """
        if as_of == STUDY:
            as_of = str(self.settings["default_as_of"])
        day = parse_day(as_of)
        if day not in self.count_dates:
            shown = ", ".join(f"{d:%Y-%m-%d}" for d in self.count_dates)
            raise UsageError(f"{as_of} cannot be asked for: choose one of {shown}.")
        return day

    def day(self, as_of: str | dt.date | None = None) -> pd.Timestamp:
        """Return :meth:`date` of *as_of*, or of the study's own date where ``None`` is given."""
        return self.date(STUDY if as_of is None else as_of)

    @typed
    def on(self, as_of: str | dt.date | None = None, denominator: str | None = None) -> Stock:
        """Return the stock of a day: its counts and people, and whatever is computed from them.

        Raises UsageError for a day that is none of :attr:`count_dates` or an unknown denominator.
        The people of a day without a population raise it when they are asked for.
        """
        chosen = DEFAULT_DENOMINATOR if denominator is None else denominator
        one_of("denominator", chosen, DENOMINATORS)
        return Stock(self, self.day(as_of), chosen)

    def rows(
        self,
        measure: str | Collection[str],
        area: str | None = None,
        date: Day | None = None,
        *,
        basis: str | None = "all_levels",
        preferred: bool = True,
    ) -> pd.DataFrame:
        """Return the rows of ``area_figures`` of a measure or several, in the order of the file.

        *area*, *date* and *basis* say what else is asked of a row (``None`` asks nothing);
        *preferred* leaves out other values of a cell than the preferred one.
        """
        asked = {"measure": measure, "area": area, "basis": basis, "preferred": preferred or None}
        return _select(self.area_figures, date, asked)

    def national_rows(
        self, measure: str | Collection[str], date: Day | None = None, *, parts: bool = False
    ) -> pd.DataFrame:
        """Return the preferred rows of ``national_figures`` of a measure, in the order of the file.

        *parts* also gives the rows of a part of the measure, which the column ``category`` names.
        """
        categories = None if parts else ["", "all"]
        asked = {"measure": measure, "preferred": True, "category": categories}
        return _select(self.national_figures, date, asked)

    @_once
    def counts(
        self, as_of: Day, measure: str = "rso_count", basis: str = "all_levels"
    ) -> pd.Series:
        """Return the preferred values of *measure* on that very day and basis, by area.

        Areas without a value are left out: they are not zero.
        """
        rows = self.rows(measure, date=as_of, basis=basis)
        return rows.set_index("area")["value"].rename(measure)

    def series(self, area: str, measure: str = "rso_count") -> pd.DataFrame:
        """Return every row of an area and measure, by date, preferred or not."""
        return self.rows(measure, area, basis=None, preferred=False).sort_values("date")

    @_once
    def national(self, measure: str) -> pd.Series:
        """Return the preferred national values of *measure* (all categories), by date."""
        rows = self.national_rows(measure)
        return rows.set_index("date")["value"].sort_index().rename(measure)

    def mid_year(self, as_of: Day) -> int:
        """Return the mid-year whose population is the denominator of a stock date."""
        day = pd.Timestamp(as_of)
        if day not in self.mid_years:
            shown = ", ".join(f"{d:%Y-%m-%d}" for d in self.dates)
            raise UsageError(
                f"There is no rate for {day:%Y-%m-%d}, for its population is not known. "
                f"Rates can be had for {shown}."
            )
        return int(self.mid_years[day])

    def break_between(self, first: Day, second: Day) -> pd.Timestamp | None:
        """Return the stock date at which the population series breaks, as after a census.

        It is the first after *first*, up to *second*, whose population was not estimated in the way
        of *first*: rates on either side of it are not on one series. ``None``: there is no break.
        """
        census = self.population.groupby("mid_year")["basis"].first().str.contains("census_based")
        start, days = pd.Timestamp(first), self.mid_years.index
        way = self.mid_years[(days > start) & (days <= pd.Timestamp(second))].map(census)
        return next(iter(way.index[way != census[self.mid_year(start)]]), None)

    @_once
    def people(self, as_of: Day, denominator: str = DEFAULT_DENOMINATOR) -> pd.Series:
        """Return the population of every area for a stock date (people), by area.

        *denominator* is a key of :data:`DENOMINATORS`. The national population is the sum.
        """
        one_of("denominator", denominator, DENOMINATORS)
        year = self.mid_year(as_of)
        rows = self.population[self.population["mid_year"] == year].set_index("area")
        return rows[DENOMINATORS[denominator]].reindex(self.names)

    def until(self, as_of: Day) -> Data:
        """Return the figures without any row dated after *as_of* (population: by its mid-year).

        What is forecast from a date must not see what came later. The digest is that of the rows
        that remain, so that figures of later dates leave what was stored for *as_of* as it is.
        """
        day = pd.Timestamp(as_of)
        found: dict[pd.Timestamp, Data] = self.__dict__.setdefault("_until", {})
        if day not in found:
            known = {t: getattr(self, t) for t in TABLES if t not in {"sources", "exceptions"}}
            for table, column in _DATED.items():
                known[table] = known[table][known[table][column] <= day]
            for table in ("population", "population_age_bands"):
                known[table] = known[table][known[table]["mid_year"] < day.year]
            parts = [frame.to_csv(lineterminator="\n") for frame in known.values()]
            stamp = digest([*parts, repr(sorted(self.settings.items()))])
            found[day] = dataclasses.replace(self, **known, digest=stamp)
        return found[day]


def parse_day(written: str | dt.date) -> pd.Timestamp:
    """Return a date that is written YYYY-MM-DD; UsageError for any other way."""
    try:
        if isinstance(written, str) and not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", written):
            raise ValueError
        return pd.Timestamp(written)
    except ValueError:
        raise UsageError(f"{written!r} is not a date: write it as YYYY-MM-DD.") from None


def _select(table: pd.DataFrame, date: Day | None, asked: dict[str, Any]) -> pd.DataFrame:
    """Return the rows of a day with these values, or one of several; ``None`` asks nothing."""
    chosen = pd.Series(True, index=table.index)  # one copy of the rows, and not one for each column
    for column, value in {**asked, "date": date and pd.Timestamp(date)}.items():
        if value is not None:
            several = isinstance(value, Collection) and not isinstance(value, str)
            chosen &= table[column].isin(value) if several else table[column] == value
    return table[chosen]


TABLES = tuple(
    f.name
    for f in dataclasses.fields(Data)
    if f.name not in {"dictionary", "settings", "folder", "digest"}
)


def load(folder: Path | str | None = None) -> Data:
    """Load and validate the tables of *folder* (by default the study's own).

    A change of several tables that was broken off is finished first (:mod:`mappa.data.add`).
    Raises DataError with one sentence (file, row, column, rule). The result is cached for as
    long as no file of the folder changes.
    """
    where = Path(folder) if folder is not None else places.data_folder()
    if not where.is_dir():
        raise DataError(f"{where} is not a folder with the study's tables.")
    journal = where / JOURNAL
    with contextlib.suppress(FileNotFoundError):  # two starts may finish a change at once
        for name, text in json.loads(journal.read_text(encoding="utf-8")).items():
            write_atomically(where / f"{name}.csv", text)
        journal.unlink()
    paths = [*where.glob("*.csv"), where / "study.toml"]
    try:
        stamp = digest_files([p for p in paths if p.is_file()], where)
    except OSError as error:
        raise DataError(f"Cannot read {error.filename}: {error.strerror}.") from error
    return _load(where, stamp)


@functools.lru_cache(maxsize=8)
def _load(where: Path, stamp: str) -> Data:
    known = schema.read_dictionary(where)
    tables = {name: schema.read_table(where / f"{name}.csv", known) for name in TABLES}
    settings = _settings(where)
    data = Data(**tables, dictionary=known, settings=settings, folder=where, digest=stamp)
    schema.check_references(data, TABLES)
    return data


def _settings(where: Path) -> dict[str, Any]:
    try:
        settings = tomllib.loads((where / "study.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataError(f"study.toml is missing from {where}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"study.toml cannot be read: {error}.") from None
    for name in ("nation", "default_force", "default_as_of"):
        if name not in settings:
            raise DataError(f"study.toml has no {name}.")
    for name in ("repository", "site_address"):  # of the code and of the published pages
        if not re.fullmatch(r"(https?://\S+)?", str(settings.setdefault(name, ""))):
            raise DataError(f"study.toml, {name}: {settings[name]!r} is not a web address.")
    return settings
