"""The index: a tile map and a table of all areas."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from mappa.data import Data
from mappa.data.stock import whom
from mappa.pages import layout
from mappa.pages.shared import Frames
from mappa.pages.summary import ENOUGH, AreaResult, enough
from mappa.plot.rate.tiles import scale, shade_limits, short_names, tiles
from mappa.words import numbers
from mappa.words.rate.missing import QUALITY


def interval(low: float | None, high: float | None, write: Any) -> str:
    """Return ``121.6 to 143.1``, or nothing where there is no interval."""
    return "" if low is None or high is None else f"{write(low)} to {write(high)}"


def count_text(line: AreaResult) -> str:
    """Return the count, or the estimate named as one, or that it is not known."""
    if line.count is not None:
        return numbers.count(line.count)
    if line.estimate is not None:
        limits = interval(line.estimate_low, line.estimate_high, numbers.count)
        return f"not known; estimate {numbers.count(line.estimate)} (90% interval {limits})"
    return "not known"


def quality_text(line: AreaResult) -> str:
    """Return how the count is known, in words; missing is said."""
    if line.count is None:
        return "estimate, not a count" if line.estimate is not None else "missing"
    word = line.count_quality.replace("_", " ")
    return QUALITY.get(line.count_quality, (word, word))[0]


def quality_note(lines: Sequence[AreaResult]) -> str:
    """Return what the words for how a count is known mean."""
    used = sorted({line.count_quality for line in lines if line.count is not None})
    said = [f"{QUALITY[q][0]}: {QUALITY[q][1]}" for q in used if q in QUALITY]
    return "The count is " + "; ".join([*said, "missing: not known here, which is not zero"]) + "."


def shade(rate: float | None, limits: Sequence[float]) -> str:
    """Return the class of a tile: ``s0`` (lowest) to ``s4``, or ``none`` where not known."""
    if rate is None:
        return "none"
    return f"s{sum(rate >= limit for limit in limits)}"


def key_of(limits: Sequence[float]) -> list[dict[str, str]]:
    """Return the key of the map: a shade and its range in words."""
    entries = [{"shade": f"s{i}", "text": text} for i, text in enumerate(scale(limits))]
    return [*entries, {"shade": "none", "text": "count not known"}]


def tile_entries(
    data: Data, lines: Sequence[AreaResult], limits: Sequence[float]
) -> list[dict[str, Any]]:
    """Return what the template needs of each tile, from north-west to south-east."""
    by_area, table = {line.area: line for line in lines}, data.areas
    places = tiles(tuple(zip(table["centroid_lat"], table["centroid_lon"], strict=True)))
    north, codes = max(row for _, row in places), short_names(table["area"])
    entries = []
    for area, (column, row) in zip(table["area"], places, strict=True):
        rate = by_area[area].rate
        entries.append(
            {
                "row": north - row,
                "column": column,
                "code": codes[area],
                "area": area,
                "page": by_area[area].page,
                "shade": shade(rate, limits),
                "figure": "n/k" if rate is None else numbers.count(rate),
                "words": "count not known" if rate is None else f"{numbers.rate(rate)} per 100,000",
            }
        )
    return sorted(entries, key=lambda t: (t["row"], t["column"]))


def row_entry(line: AreaResult) -> dict[str, Any]:
    """Return the cells of an area's row, and what they are sorted by."""
    verdicts = "; ".join(
        filter(None, [line.gap_verdict, line.unusual_verdict, line.margin_verdict])
    )
    sorted_by = {"count": line.count, "rate": line.rate, "ratio": line.ratio}
    return {
        "area": line.area,
        "page": line.page,
        "count": count_text(line),
        "known": line.count is not None,
        "rate": numbers.rate(line.rate),
        "rate_interval": interval(line.rate_low, line.rate_high, numbers.rate),
        "ratio": numbers.ratio(line.ratio),
        "ratio_interval": interval(line.ratio_low, line.ratio_high, numbers.ratio),
        "verdict": "none without a count" if line.count is None else verdicts,
        "quality": quality_text(line),
        "sort": {k: "" if v is None else repr(float(v)) for k, v in sorted_by.items()},
    }


def sentences(data: Data, lines: Sequence[AreaResult]) -> dict[str, str]:
    """Return the sentences of the index, each from the lines and the national figures."""
    first = lines[0]
    day = numbers.day(first.as_of)
    term = str(data.settings.get("area_term", "area"))
    total = float(data.national("rso_count")[pd.Timestamp(first.as_of)])
    people = float(data.people(first.as_of, first.denominator).sum())
    known = [line for line in lines if line.count is not None]
    missing = len(lines) - len(known)
    share = sum(line.count or 0 for line in known) / total
    level = f"{numbers.number(100 * first.confidence)}%"
    coverage = f"The counts of all {len(lines)} {term}s are known."
    if not known:
        coverage = (
            f"No count of a {term} is known here for this date. Where the table gives an estimate, "
            "it is a model's and no count."
        )
    elif missing:
        coverage = (
            f"The counts of {len(known)} of the {len(lines)} {term}s are known, and make "
            f"{numbers.percent(share, 0)} of that number. {missing} are not known here: they are "
            "shown as missing, never as zero."
        )
    label = data.comparators.set_index("comparator")["label"].get(first.comparator)
    against = str(label or first.comparator)
    return {
        "title": f"Registered sexual offenders by {term}: {data.nation}, {day}",
        "lead": (
            f"On {day}, {numbers.count(total)} registered sexual offenders were managed in the "
            f"community in {data.nation}: {numbers.rate(100_000 * total / people)} for every "
            f"100,000 {whom(first.denominator)}."
        ),
        "coverage": coverage,
        "caption": (
            f"People on the register by {term}, {day}: rate per 100,000 "
            f"{whom(first.denominator)} and ratio to {against}, with {level} intervals"
        ),
        "reading": (
            f"The ratio compares a {term} with {against}. The verdict has three parts: whether the "
            "interval of the ratio lies above or below one, whether the rate is unusual given how "
            f"much {term}s differ, and whether a difference of the stated margin is "
            "shown. The intervals treat the count as one of those that chance might have given, a "
            "convention."
        ),
    }


def tile_map(data: Data, lines: Sequence[AreaResult]) -> Markup:
    """Return the map of the rates with its key and a link to each area's page, or why not."""
    limits = shade_limits([line.rate for line in lines if line.rate is not None])
    entries = tile_entries(data, lines, limits)
    made = layout.filled(
        "map.html.j2",
        enough=enough(lines),
        least=ENOUGH,
        area_term=data.settings.get("area_term", "area"),
        of_whom=whom(lines[0].denominator),
        columns=1 + max(t["column"] for t in entries),
        tiles=entries,
        shades=key_of(limits),
        codes=numbers.listing([f"{t['code']} {t['area']}" for t in entries]) + ".",
    )
    return Markup(made)


def render(data: Data, lines: Sequence[AreaResult], frames: Frames, pairs: str = "") -> str:
    """Return the index page; *pairs* is the address of the page that compares two areas."""
    said = sentences(data, lines)
    body = layout.filled(
        "index.html.j2",
        **said,
        pairs=pairs,
        area_term=data.settings.get("area_term", "area"),
        map=tile_map(data, lines),
        rows=[row_entry(line) for line in lines],
        notes=[
            "An estimate is computed from other evidence and is not a count; it enters no rate, no "
            "ratio and no verdict.",
            quality_note(lines),
        ],
    )
    frame, lead = frames.shared("index.html"), said["lead"]
    return layout.page(said["title"], body, frame, description=lead, scripts=["table"], wide=True)
