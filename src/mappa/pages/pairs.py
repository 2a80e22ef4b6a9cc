"""The page that compares any two areas: the address names them, and a table holds every pair."""

import functools
from collections.abc import Collection

import pandas as pd
from markupsafe import Markup

from mappa.data import Data
from mappa.growth.ranking import ESTIMATE, NONE, pairs, ranking
from mappa.pages import layout
from mappa.pages.shared import Frames
from mappa.rates.comparators import distances
from mappa.words import numbers as n
from mappa.words.growth import ranking as words
from mappa.words.tables import table_html

ADDRESS = "compare.html"


@functools.lru_cache(maxsize=8)
def areas(data: Data, as_of: str) -> tuple[str, ...]:
    """Return the areas that have a rate or an estimate of it, in the order of their names."""
    table = ranking(data, data.date(as_of))
    return tuple(sorted(str(area) for area in table.index[table["known"] != NONE]))


def link(data: Data, area: str, known: Collection[str]) -> dict[str, str]:
    """Return the address of the page from an area's own, the nearest area chosen, with a text."""
    near = [other for other in distances(data, area).index if other in known]
    if area not in known or not near:
        return {}
    address = f"../../{ADDRESS}#{data.slug(area)}+{data.slug(near[0])}"
    return {address: f"Compare {area} with another {data.settings.get('area_term', 'area')}"}


def render(data: Data, as_of: str, frames: Frames) -> dict[str, str]:
    """Return the page by its address; nothing where fewer than two areas have a rate."""
    day, names = data.date(as_of), areas(data, as_of)
    if len(names) < 2:
        return {}
    found = pairs(data, day, list(names))
    rows = [
        (f"{p.area} and {p.other}", n.ratio(p.ratio), n.ratio(p.ratio_low), n.ratio(p.ratio_high),
         "estimate" if p.known == ESTIMATE else "counts")
        for p in found
    ]  # fmt: skip
    heads = ["Areas", "Ratio of rates", "95% lower", "95% upper", "From"]
    frame = pd.DataFrame(rows, columns=heads)
    caption = f"Ratios of rates of {len(found)} pairs, {n.day(day)}"
    texts = {f"{data.slug(p.area)}+{data.slug(p.other)}": words.pair(p, day) for p in found}
    title = "Compare two areas"
    body = layout.filled(
        "pairs.html.j2",
        title=title,
        areas=[{"slug": data.slug(name), "name": name} for name in names],
        table=Markup(table_html(frame, caption, numeric=tuple(heads[1:4]))),
        data=layout.json_data(texts),
    )
    return {ADDRESS: layout.page(title, body, frames.shared(ADDRESS), scripts=("pairs",))}
