"""Score sealed forecasts against the counts that have been added since."""

import dataclasses
from collections.abc import Callable, Iterable

import pandas as pd

from mappa.data import Data
from mappa.forecasts.backtest import inputs_digest
from mappa.forecasts.benchmarks import METHODS, latest_count
from mappa.forecasts.scoring import at_level, mean_scores, scored
from mappa.forecasts.seals import FOLDER, NATIONAL_GROWTH, Seal, read_seals
from mappa.records import Record, key

#: The table of scores.
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
    """A seal compared with the counts in the data."""

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
    """Compare a seal with the counts of *data* dated after its origin.

    National counts are those of one yearly series, area counts the preferred ones on all levels
    of the very day. A date without a count is included, unscored.
    """
    counts = data.national("rso_count")
    same = seal.manifest["nation"] == data.nation
    days = seal.forecasts["date"].unique()
    by_day = {day: data.counts(day) if same else {} for day in days}
    national = _cases(seal, "nation", lambda day, place: counts.get(day) if same else None)
    areas = _cases(seal, "area", lambda day, place: by_day[day].get(place))
    known = national.dropna(subset="count")
    blind = dict(zip(known["date"], known["blind"], strict=True))
    if not same:
        status = f"the seal forecasts {seal.manifest['nation']}, not {data.nation}"
    elif not blind and areas["count"].isna().all():
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
        latest_count=latest_count(data),
        scored=len(blind),
        blind=sum(blind.values()),
        inputs_unchanged=inputs_digest(data, seal.origin) == seal.manifest["inputs_sha256"],
        national=SealCase.from_frame(national),
        areas=_area_scores(areas),
        area_cases=SealCase.from_frame(areas),
        status=status,
    )


def seal_scores(data: Data) -> tuple[SealScore, ...]:
    """Verify the seals in the data folder and score each, in the order they were made.

    Returns
    -------
    For each ``.national`` and ``.area_cases`` (a forecast and the count that came, people), and
    ``.areas`` (scores by date and method).

    Raises DataError: a seal is not what was sealed.

    >>> from mappa import data, forecasts
    >>> [score.name for score in forecasts.seal_scores(data.load())][:1]
    ['2020-03-31']
    """
    seals = read_seals(data.folder / FOLDER, data.dictionary)
    return tuple(score_seal(seal, data) for seal in seals)


def _order(method: str) -> tuple[int, str]:
    """Sort the sealed model first, then the benchmarks in the order of the tables."""
    known = [*METHODS, NATIONAL_GROWTH]
    return (known.index(method) + 1, "") if method in known else (0, method)


def _cases(
    seal: Seal, scope: str, count_of: Callable[[pd.Timestamp, str], float | None]
) -> pd.DataFrame:
    """Return the forecasts of a scope with their scores: the columns of :class:`SealCase`."""
    rows = seal.forecasts[seal.forecasts["scope"] == scope].sort_values("level")
    known = pd.Timestamp(seal.manifest["latest_count_when_sealed"])
    cases = []
    for (day, place, method), group in rows.groupby(["date", "place", "method"]):
        values = group["value"].to_numpy(float)
        quantiles = values if group["level"].notna().all() else None
        label, horizon = seal.manifest["methods"].get(method, method), day.year - seal.origin.year
        middle = values[0] if quantiles is None else at_level(values, 0.5)
        rest = (middle, quantiles, count_of(day, place), day > known)
        cases.append((scope, place, method, str(label), day, horizon, *rest))
    cases.sort(key=lambda c: (c[4], c[1], _order(c[2])))
    names = "scope place method label date horizon value quantiles count blind"
    frame = pd.DataFrame(cases, columns=names.split()).astype({"count": float})
    return scored(frame)


def _area_scores(cases: pd.DataFrame) -> tuple[AreaScore, ...]:
    table = cases.dropna(subset="count")
    methods = table.groupby("date")["method"].transform("nunique")
    shared = table[table.groupby(["date", "place"])["method"].transform("size") == methods]
    found = mean_scores(shared, ["date", "horizon", "method", "label"])
    scores = AreaScore.from_frame(found.rename(columns={"cases": "areas"}))
    return tuple(sorted(scores, key=lambda s: (s.date, _order(s.method))))


def score_table(scores: Iterable[SealScore]) -> pd.DataFrame:
    """Return the scores as the table that is stored: a row for a seal, scope, date and method.

    The national total is one case; of the areas, those with a count that every method forecasts.
    Columns are those of ``seal_scores`` in the data dictionary.
    """
    rows = [
        {"seal": score.name, "scope": scope, **found.as_dict()}
        for score in scores
        for scope, cases in (("nation", score.national), ("area", score.area_cases))
        for found in _area_scores(SealCase.to_frame(cases))
    ]
    names = "seal scope date horizon method cases mean_error mean_absolute_error covered pit crps"
    table = pd.DataFrame(rows).rename(columns={"areas": "cases"})
    return table.reindex(columns=names.split()).astype({"covered": "Int64"})
