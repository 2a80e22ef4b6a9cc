"""What one table says of another: areas, the nation, sources, one preferred value, the people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mappa.data.schema import CELLS, refuse

if TYPE_CHECKING:
    from mappa.data.load import Data


def check_references(data: Data, tables: Iterable[str]) -> None:
    """Hold the tables to each other.

    Raises DataError in one sentence with the table, row and column of the first misfit.
    """
    areas, known = data.areas["area"], set(data.sources["source"])
    refuse("areas", areas, areas == data.nation, "{!r} is the nation, not an area")
    slugs = data.areas["slug"]
    refuse("areas", slugs, slugs.duplicated(), "{!r} stands twice")
    named = {"area": {*areas, ""}, "area_or_nation": {*areas, data.nation, ""}}
    told = data.dictionary["type"].isin({"sources", *named})
    for rule in data.dictionary[told & data.dictionary["table"].isin(list(tables))].to_dict(
        "records"
    ):
        cells = getattr(data, rule["table"])[rule["column"]]
        if rule["type"] == "sources":
            each = cells.str.split().explode().dropna()
            refuse(rule["table"], each, ~each.isin(known), "{!r} is not in sources.csv")
        else:
            strange = ~cells.isin(named[rule["type"]])
            refuse(rule["table"], cells, strange, "{!r} is not in areas.csv")
    for table, cell in CELLS.items():
        chosen = getattr(data, table).query("preferred")
        second = chosen.duplicated(list(cell))
        refuse(table, chosen["preferred"], second, "a second preferred value of its cell")
    _check_counts(data)


def _check_counts(data: Data) -> None:
    """No count can exceed the people who live there."""
    counts = data.area_figures.query("measure == 'rso_count'")
    places = zip(counts["area"], counts["date"].dt.year - 1, strict=True)
    everyone = data.population.set_index(["area", "mid_year"])["population_all"]
    people = everyone.reindex(list(places)).set_axis(counts.index)
    for row in counts.index[counts["value"] > people][:1]:
        rule = f"{{:.0f}} people on the register in {counts.at[row, 'area']} are more than the "
        rule += f"{people[row]:.0f} who live there"
        refuse("area_figures", counts["value"], counts.index == row, rule)
