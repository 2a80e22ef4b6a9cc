"""The index: a tile map and a table of all areas."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from mappa.data import Data
from mappa.pages import layout
from mappa.pages.frames import Frames
from mappa.pages.summary import ENOUGH, AreaResult, enough
from mappa.pages.tiles import tiles
from mappa.plot.rate.tiles import shade_limits
from mappa.words import numbers

#: How a count is known: the word in the table, and what the word means.
QUALITY = {
    "official": ("official", "from the official area table"),
    "printed": ("printed", "printed in a newspaper or report"),
    "police": ("police", "given by the police"),
    "foi": ("on request", "released on a request for information"),
    "date_inferred": ("date inferred", "printed, and its date is our reading"),
    "derived": ("derived", "arithmetic on printed figures"),
}


def interval(low: float | None, high: float | None, write: Any) -> str:
    """Return ``121.6 to 143.1``, or nothing where there is no interval."""
    return "" if low is None or high is None else f"{write(low)} to {write(high)}"


def of_whom(denominator: str) -> str:
    """Return the denominator as a noun: people aged 10 and over, men aged 18 and over."""
    if denominator.startswith("aged"):
        return f"people {denominator}"
    return "people of all ages" if denominator == "all ages" else denominator


def count_text(line: AreaResult) -> str:
    """Return the count, or the estimate named as one, or that it is not known."""
    if line.count is not None:
        return numbers.count(line.count)
    if line.estimate is not None:
        limits = interval(line.estimate_low, line.estimate_high, numbers.count)
        return f"not known; estimate {numbers.count(line.estimate)} (90% interval {limits})"
    return "not known"


def verdict_text(line: AreaResult) -> str:
    """Return the three verdicts in their fixed words, or why there is none."""
    parts = [line.gap_verdict, line.unusual_verdict, line.margin_verdict]
    said = [p for p in parts if p]
    if line.count is None:
        return "none without a count"
    return numbers.listing(said[:1]) + "".join(f"; {p}" for p in said[1:])


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
    write = [numbers.count(v) for v in limits]
    if not write:
        return [{"shade": "none", "text": "count not known"}]
    texts = [f"below {write[0]}"]
    texts += [f"{a} to below {b}" for a, b in itertools.pairwise(write)]
    texts += [f"{write[-1]} and above"]
    entries = [{"shade": f"s{i}", "text": t} for i, t in enumerate(texts)]
    return [*entries, {"shade": "none", "text": "count not known"}]


def tile_entries(data: Data, lines: Sequence[AreaResult]) -> list[dict[str, Any]]:
    """Return what the template needs of each tile."""
    by_area = {line.area: line for line in lines}
    limits = shade_limits([line.rate for line in lines if line.rate is not None])
    entries = []
    for t in tiles(data):
        line = by_area[t.area]
        known = line.rate is not None
        entries.append(
            {
                "row": t.row,
                "column": t.column,
                "code": t.code,
                "area": t.area,
                "page": line.page,
                "shade": shade(line.rate, limits),
                "figure": numbers.count(line.rate) if known else "n/k",
                "words": f"{numbers.rate(line.rate)} per 100,000" if known else "count not known",
            }
        )
    return entries


def row_entry(line: AreaResult) -> dict[str, Any]:
    """Return the cells of an area's row, and what they are sorted by."""

    def known(value: float | None) -> str:
        return "" if value is None else repr(float(value))

    return {
        "area": line.area,
        "page": line.page,
        "count": count_text(line),
        "known": line.count is not None,
        "rate": numbers.rate(line.rate),
        "rate_interval": interval(line.rate_low, line.rate_high, numbers.rate),
        "ratio": numbers.ratio(line.ratio),
        "ratio_interval": interval(line.ratio_low, line.ratio_high, numbers.ratio),
        "verdict": verdict_text(line),
        "quality": quality_text(line),
        "sort": {
            "count": known(line.count),
            "rate": known(line.rate),
            "ratio": known(line.ratio),
        },
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
            f"100,000 {of_whom(first.denominator)}."
        ),
        "coverage": coverage,
        "caption": (
            f"People on the register by {term}, {day}: rate per 100,000 "
            f"{of_whom(first.denominator)} and ratio to {against}, with {level} intervals"
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
    entries = tile_entries(data, lines)
    made = (
        layout.environment()
        .get_template("map.html.j2")
        .render(
            enough=enough(lines),
            least=ENOUGH,
            area_term=data.settings.get("area_term", "area"),
            of_whom=of_whom(lines[0].denominator),
            columns=1 + max(t["column"] for t in entries),
            tiles=entries,
            shades=key_of(shade_limits([r.rate for r in lines if r.rate is not None])),
            codes=numbers.listing([f"{t['code']} {t['area']}" for t in entries]) + ".",
        )
    )
    return Markup(made)


def render(data: Data, lines: Sequence[AreaResult], frames: Frames, pairs: str = "") -> str:
    """Return the index page; *pairs* is the address of the page that compares two areas."""
    said = sentences(data, lines)
    body = (
        layout.environment()
        .get_template("index.html.j2")
        .render(
            **said,
            pairs=pairs,
            area_term=data.settings.get("area_term", "area"),
            map=tile_map(data, lines),
            rows=[row_entry(line) for line in lines],
            notes=[
                "An estimate is computed from other evidence and is not a count; it enters no "
                "rate, no ratio and no verdict.",
                quality_note(lines),
            ],
        )
    )
    return layout.page(
        said["title"],
        body,
        description=said["lead"],
        scripts=["table"],
        wide=True,
        **frames.shared("index.html"),
    )
