"""Score sealed forecasts against the counts that have been added since."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from mappa.cache import Store
from mappa.data import Data, places
from mappa.files import digest_files
from mappa.forecasts.backtest import inputs_digest
from mappa.forecasts.benchmarks import LEVEL, METHODS, national_series
from mappa.forecasts.scoring import at_level, central, crps_quantiles, interval_score, pit
from mappa.forecasts.seals import FOLDER, NATIONAL_GROWTH, Seal, read_seals
from mappa.records import Record, key, restored

#: The scores that are kept beside the tables.
TABLE = "seal_scores"


@dataclasses.dataclass(frozen=True)
class SealCase(Record):
    """One sealed forecast and the count that came, if it came."""

    scope: str = key("nation or area")
    place: str = key("Name of the nation or area")
    method: str = key("Name of the method")
    label: str = key("The method in words")
    date: pd.Timestamp = key("Date that was forecast")
    horizon: int = key("Years from the origin", "years")
    value: float = key("Central forecast (median, or the point)", "people")
    low: float | None = key("Lower end of the 90% interval, where the method has one", "people")
    high: float | None = key("Upper end of the 90% interval, where the method has one", "people")
    count: float | None = key("Count that came, where it is in the data", "people")
    error: float | None = key("Forecast less count", "people")
    covered: bool | None = key("Whether the 90% interval held the count")
    crps: float | None = key("Continuous ranked probability score; of a point, its error", "people")
    interval_score: float | None = key("Interval score at 90%", "people")
    pit: float | None = key("Share of the forecast below the count (PIT), 0.01 to 0.99", "share")
    blind: bool = key("Whether the count was not yet in the data when the forecast was sealed")


@dataclasses.dataclass(frozen=True)
class AreaScore(Record):
    """How the sealed forecasts of the areas did on one date, by method, on shared cases."""

    date: pd.Timestamp = key("Date that was forecast")
    horizon: int = key("Years from the origin", "years")
    method: str = key("Name of the method")
    label: str = key("The method in words")
    areas: int = key("Areas whose count is known and that every method forecasts", "areas")
    mean_error: float = key("Mean of forecast less count", "people")
    mean_absolute_error: float = key("Mean size of forecast less count", "people")
    crps: float = key("Mean continuous ranked probability score", "people")
    covered: int | None = key("Areas whose 90% interval held the count, where it has one", "areas")
    pit: float | None = key("Mean share of the forecasts below the counts; one half is best")


@dataclasses.dataclass(frozen=True)
class SealScore(Record):
    """A seal held against the counts in the data."""

    name: str = key("Name of the seal")
    origin: pd.Timestamp = key("Date of the last figures that the forecasts knew")
    horizon: int = key("Years ahead", "years")
    sealed_on: pd.Timestamp = key("Day on which it was sealed")
    seal_sha256: str = key("Hash of the seal")
    nation: str = key("Name of the nation")
    latest_count: pd.Timestamp = key("Date of the latest national count in the data now")
    scored: int = key("Dates after the origin that have a national count", "dates")
    blind: int = key("Those whose count was not in the data when it was sealed", "dates")
    inputs_unchanged: bool = key("Whether the figures up to the origin are still those sealed")
    national: tuple[SealCase, ...] = key("National forecasts by date and method")
    areas: tuple[AreaScore, ...] = key("Scores over the areas by date and method")
    area_cases: tuple[SealCase, ...] = key("Area forecasts by date, area and method")
    status: str = key("scored, or why it cannot be")


def score_seal(seal: Seal, data: Data) -> SealScore:
    """Hold a seal against the counts of *figures* dated after its origin.

    National counts are those of one yearly series, area counts the preferred ones on all levels
    of the very day. A date without a count is kept, unscored.
    """
    counts = data.national("rso_count")
    same = seal.manifest["nation"] == data.nation
    days = seal.forecasts["date"].unique()
    by_day = {day: data.counts(day) if same else pd.Series(dtype=float) for day in days}
    national = _cases(seal, "nation", lambda day, place: counts.get(day) if same else None)
    areas = _cases(seal, "area", lambda day, place: by_day[day].get(place))
    scored = {c.date: c.blind for c in national if c.count is not None}
    latest = national_series(data).dropna().index[-1]
    latest_day = max(d for d in counts.index if d.year == latest)
    if not same:
        status = f"the seal forecasts {seal.manifest['nation']}, not {data.nation}"
    elif not scored and not any(c.count is not None for c in areas):
        status = "no count later than the origin is in the data"
    else:
        status = "scored"
    return SealScore(
        name=seal.name,
        origin=seal.origin,
        horizon=int(seal.manifest["horizon"]),
        sealed_on=pd.Timestamp(seal.manifest["sealed_on"]),
        seal_sha256=seal.sha256,
        nation=str(seal.manifest["nation"]),
        latest_count=latest_day,
        scored=len(scored),
        blind=sum(scored.values()),
        inputs_unchanged=inputs_digest(data, seal.origin) == seal.manifest["inputs_sha256"],
        national=national,
        areas=_area_scores(areas),
        area_cases=areas,
        status=status,
    )


def seal_scores(data: Data) -> tuple[SealScore, ...]:
    """Verify the seals beside the tables and score each, in the order they were made.

    Returns
    -------
    For each ``.national`` and ``.area_cases`` (a forecast and the count that came, people), and
    ``.areas`` (scores by date and method).

    Raises
    ------
    DataError: a seal is not what was sealed.

    >>> from mappa import data, forecasts
    >>> [score.name for score in forecasts.seal_scores(data.load())][:1]
    ['2020-03-31']
    """
    folder = data.folder / FOLDER

    def compute() -> list[dict[str, object]]:
        found = read_seals(folder, data.dictionary)
        return [score_seal(seal, data).as_dict() for seal in found]

    files = [p for p in folder.rglob("*") if p.is_file()]  # an altered seal is read anew
    parts = [data.digest, digest_files(files, folder)]
    scores = Store(places.cache_folder() / "seals").once("seals", parts, compute)
    return tuple(restored(SealScore, score) for score in scores)


def _order(method: str) -> tuple[int, str]:
    """Sort the sealed model first, then the benchmarks in the order of the tables."""
    known = [*METHODS, NATIONAL_GROWTH]
    return (known.index(method) + 1, "") if method in known else (0, method)


def _cases(
    seal: Seal, scope: str, count_of: Callable[[pd.Timestamp, str], float | None]
) -> tuple[SealCase, ...]:
    rows = seal.forecasts[seal.forecasts["scope"] == scope]
    cases = [
        _case(seal, scope, place, method, day, group, count_of(day, place))
        for (day, place, method), group in rows.groupby(["date", "place", "method"])
    ]
    return tuple(sorted(cases, key=lambda c: (c.date, c.place, _order(c.method))))


def _case(
    seal: Seal,
    scope: str,
    place: str,
    method: str,
    day: pd.Timestamp,
    rows: pd.DataFrame,
    count: float | None,
) -> SealCase:
    low = high = None
    kept = rows.sort_values("level")
    if kept["level"].notna().all():
        low, high = central(kept["value"], LEVEL, kept["level"])
        value = at_level(kept["value"], 0.5, kept["level"])
    else:
        value = float(kept["value"].iloc[0])
    y = None if count is None or pd.isna(count) else float(count)
    whole = y is not None and low is not None and high is not None
    return SealCase(
        scope=scope,
        place=place,
        method=method,
        label=str(seal.manifest["methods"].get(method, method)),
        date=day,
        horizon=day.year - seal.origin.year,
        value=value,
        low=low,
        high=high,
        count=y,
        error=None if y is None else value - y,
        covered=bool(low <= y <= high) if whole else None,  # type: ignore[operator]
        crps=None if y is None else _crps(kept, value, y),
        interval_score=interval_score(low, high, y, LEVEL) if whole else None,  # type: ignore[arg-type]
        pit=pit(kept["value"], y, kept["level"]) if whole else None,  # type: ignore[arg-type]
        blind=day > pd.Timestamp(seal.manifest["latest_count_when_sealed"]),
    )


def _crps(kept: pd.DataFrame, value: float, count: float) -> float:
    if kept["level"].isna().any():
        return abs(value - count)
    return crps_quantiles(kept["value"], count, kept["level"])


def _area_scores(cases: tuple[SealCase, ...]) -> tuple[AreaScore, ...]:
    known = [c for c in cases if c.count is not None]
    scores = []
    for day in sorted({c.date for c in known}):
        of_day = [c for c in known if c.date == day]
        methods = sorted({c.method for c in of_day}, key=_order)
        shared = set.intersection(*({c.place for c in of_day if c.method == m} for m in methods))
        for method in methods:
            chosen = [c for c in of_day if c.method == method and c.place in shared]
            if chosen:
                scores.append(_area_score(chosen))
    return tuple(scores)


def _area_score(cases: list[SealCase]) -> AreaScore:
    errors = np.array([c.error for c in cases], dtype=float)
    held = [c.covered for c in cases]
    return AreaScore(
        date=cases[0].date,
        horizon=cases[0].horizon,
        method=cases[0].method,
        label=cases[0].label,
        areas=len(cases),
        mean_error=float(errors.mean()),
        mean_absolute_error=float(np.abs(errors).mean()),
        crps=float(np.mean([c.crps for c in cases if c.crps is not None])),
        covered=None if None in held else sum(bool(h) for h in held),
        pit=None if None in held else float(np.mean([c.pit for c in cases])),
    )


def score_table(scores: Iterable[SealScore]) -> pd.DataFrame:
    """Return the scores as the table that is kept: a row for a seal, scope, date and method.

    The nation is one case; of the areas, those that every method forecasts and that have a count.
    Columns are those of ``seal_scores`` in the data dictionary.
    """
    rows = [
        {"seal": score.name, "scope": scope, **found.as_dict()}
        for score in scores
        for scope, cases in (("nation", score.national), ("area", score.area_cases))
        for found in _area_scores(cases)
    ]
    names = "seal scope date horizon method cases mean_error mean_absolute_error covered pit crps"
    table = pd.DataFrame(rows).rename(columns={"areas": "cases"})
    return table.reindex(columns=names.split()).astype({"covered": "Int64"})
