"""The words of the brief: what is known of an area without a count."""

from __future__ import annotations

from mappa.data import Data
from mappa.rates.assess import assess
from mappa.words import brief


def test_the_known_figure_is_the_nearest_in_time(data: Data) -> None:
    """Kent's police gave 1,978 for June 2019 and 2,549 for August 2021."""
    record = assess(data, "Kent", "2020-03-31").as_dict()
    assert [(row["value"], row["date"]) for row in brief.nearest(record)] == [(1978, "2019-06-30")]
    said = brief.known(record, {}, "the Ministry of Justice", named=False)
    assert said.startswith("The police gave 1,978 for 30 June 2019")
    assert brief.nearest(assess(data, "Cumbria", "2020-03-31").as_dict()) == []
