"""What the index says of each area: one documented record an area, from the reports' records."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from mappa.data import Data
from mappa.errors import DataError, OutputError
from mappa.files import json_text
from mappa.growth.record import GrowthRecord
from mappa.pages import cells
from mappa.pages.brief import book, records_of
from mappa.plot.exhibit import safe_csv
from mappa.rates.assess import assess
from mappa.rates.record import RateRecord
from mappa.records import Record, key
from mappa.words.brief import estimate

#: Counts of a date with which its areas can be compared on a page.
ENOUGH = 20
#: Parameters that all reports of one site must share, and what the rate is assessed with.
SHARED = ("as_of", "margin", "comparator", "denominator")


@dataclasses.dataclass(frozen=True)
class AreaResult(Record):
    """One area on one date. Numbers are unrounded; what is not known is empty, never zero."""

    area: str = key("Name of the area")
    slug: str = key("Name used in addresses")
    as_of: str = key("Date of the stock, YYYY-MM-DD")
    status: str = key("Empty, or why there is no count")
    denominator: str = key("Whose number the count is divided by")
    comparator: str = key("What the ratio compares with")
    confidence: float = key("Confidence of every interval of the rate and the ratio", "share")
    count: float | None = key("Registered sexual offenders managed in the community", "people")
    count_quality: str = key("How the count is known: printed, police, foi, derived ...")
    count_sources: str = key("Identifiers of its sources, separated by spaces")
    population: float | None = key("The denominator", "people")
    rate: float | None = key("Count over population", "per 100,000 people")
    rate_low: float | None = key("Lower limit of the rate", "per 100,000 people")
    rate_high: float | None = key("Upper limit of the rate", "per 100,000 people")
    ratio: float | None = key("Rate over the comparator's rate", "ratio")
    ratio_low: float | None = key("Lower limit of the ratio", "ratio")
    ratio_high: float | None = key("Upper limit of the ratio", "ratio")
    gap_verdict: str = key("higher, lower or not clearly different: the ratio's interval")
    unusual_verdict: str = key("not unusual, unusual or very unusual")
    margin_verdict: str = key("Whether the difference would matter, at the margin")
    estimate: float | None = key("Estimate where no count is known; not a count", "people")
    estimate_low: float | None = key("Lower limit of the estimate", "people")
    estimate_high: float | None = key("Upper limit of the estimate", "people")
    page: str = key("Address of the area's page, or empty")


@dataclasses.dataclass(frozen=True)
class Report:
    """The report of an area: its folder and what its notebooks show of its rate and its growth."""

    area: str
    folder: Path
    rate: RateRecord | None
    growth: GrowthRecord | None


def find_reports(folder: Path, data: Data) -> list[Report]:
    """Return the finished reports in *folder*, in the order of the areas.

    Raises OutputError where there is none and DataError for a report that cannot be read.
    """
    found = []
    for area in data.names:
        path = folder / data.slug(area) / "results.json"
        if not path.is_file():
            continue
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            rate, growth = records_of(content["records"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            raise DataError(f"{path} is not a file of results: run `mappa report` again.") from None
        if content.get("force") != area:
            raise DataError(f"{path} is about {content.get('force')!r}, not {area!r}.")
        found.append(Report(area, path.parent, rate, growth))
    if not found:
        raise OutputError(f"{folder} holds no report yet: run `mappa report --all` first.")
    return found


def every_area(folder: Path) -> Path | None:
    """Return where *folder* holds the notebooks that are about no single area, if it has any."""
    where = folder / cells.EVERY_AREA
    return where if cells.numbered(where) else None


def shared_settings(reports: list[Report], data: Data) -> dict[str, Any]:
    """Return the settings that all reports share.

    Raises DataError naming two reports that differ: their numbers cannot be in one table.
    """
    settings: dict[str, Any] = {}
    said: dict[str, str] = {}
    for report in reports:
        for name in SHARED if report.rate else ():
            value = getattr(report.rate, name)
            if name in settings and settings[name] != value:
                raise DataError(
                    f"The reports differ in {name}: {said[name]} has {settings[name]}, "
                    f"{report.area} has {value}; run `mappa report --all` with one {name}."
                )
            settings[name], said[name] = value, report.area
    settings.setdefault("as_of", str(data.settings["default_as_of"]))
    return settings


def area_result(data: Data, rate: RateRecord, growth: GrowthRecord | None, page: str) -> AreaResult:
    """Return the line of one area from the record of its rate and of its growth."""
    rows = data.rows("rso_count", rate.force, rate.as_of)
    found = rows.iloc[0] if len(rows) else {}
    guess, flat = estimate(rate, growth), rate.flat()
    taken: dict[str, Any] = {f.name: flat.get(f.name) for f in dataclasses.fields(AreaResult)}
    for name in ("gap_verdict", "unusual_verdict", "margin_verdict"):
        taken[name] = taken[name] or ""
    taken |= {
        "area": rate.force,
        "slug": data.slug(rate.force),
        "count_quality": str(found.get("quality", "")),
        "count_sources": str(found.get("sources", "")),
        "estimate": guess and guess.value,
        "estimate_low": guess and guess.low,
        "estimate_high": guess and guess.high,
        "page": page,
    }
    return AreaResult(**taken)


def summarise(data: Data, reports: list[Report]) -> list[AreaResult]:
    """Return a line for every area: from its report, or worked out in short where it has none.

    Raises DataError for a report that does not meet the tables as they are: it is out of date.
    """
    settings = shared_settings(reports, data)
    as_of = settings.pop("as_of")
    by_area = {r.area: r for r in reports}
    lines = []
    for area in data.names:
        report = by_area.get(area)
        if report and report.rate:
            _check_up_to_date(data, report, report.rate)
        rate = (report and report.rate) or assess(data, area, as_of, **settings)
        growth = report.growth if report else None
        page = f"forces/{data.slug(area)}/index.html" if report else ""
        lines.append(area_result(data, rate, growth, page))
    return lines


def enough(lines: Sequence[AreaResult]) -> bool:
    """Return whether enough areas have a count for a map and a page that compares them."""
    return sum(line.count is not None for line in lines) >= ENOUGH


def _check_up_to_date(data: Data, report: Report, rate: RateRecord) -> None:
    """A report's count and population must be those of the tables."""
    count = data.counts(rate.as_of).get(report.area)
    people = data.people(rate.as_of, rate.denominator)[report.area]
    pairs = ("count", rate.count, count), ("population", rate.population, people)
    for name, then, now in pairs:
        if then != now:
            raise DataError(
                f"{report.folder} was made from other figures ({name} {then}, now {now}): run "
                f"`mappa report --force {report.area!r}` again."
            )


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the results, each key with its meaning and unit."""
    kinds: dict[Any, Any] = {str: "string", float | None: ["number", "null"], float: "number"}
    properties = {
        field.name: {
            "type": kinds[field.type],
            "description": row["meaning"] + (f" ({row['unit']})" if row["unit"] else ""),
        }
        for field, row in zip(dataclasses.fields(AreaResult), AreaResult.key_table(), strict=True)
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Results by area",
        "type": "array",
        "items": {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        },
    }


def files(lines: Sequence[AreaResult]) -> dict[str, str | bytes]:
    """Return the results as CSV, XLSX and JSON with the schema that documents them, by address."""
    rows = [line.as_dict() for line in lines]
    keys = [(k["key"], k["meaning"], k["unit"]) for k in AreaResult.key_table()]
    sheets: dict[str, Sequence[Sequence[Any]]] = {
        "areas": [list(rows[0]), *(list(row.values()) for row in rows)],
        "keys": [("key", "meaning", "unit"), *keys],
    }
    return {
        "results/areas.xlsx": book(sheets, widths=(24, 24)),
        "results/areas.csv": safe_csv(pd.DataFrame(rows)),
        "results/areas.json": json_text(rows),
        "results/schema.json": json_text(schema()),
    }
