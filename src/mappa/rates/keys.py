"""How the rate's keys are declared: meaning, formula, unit, rounding and what they rest on."""

from collections.abc import Callable, Mapping
from typing import Any

from mappa.records import Record, key

# What a number rests on: names of the groups of rows that ``mappa explain`` collects.
MINE, NATION, ALL, BASE = "count", "nation", "all counts", "population"
OWN, BEFORE = "own population", "year before"
PLACES, AGES, YEAR, PRINTED, CHOICE, SET = "centroids", "ages", "year", "printed", "rule", "set"

SPREAD = (ALL, NATION, BASE)
AGAINST = (MINE, NATION, BASE, CHOICE)
MY_RATE = (MINE, OWN)

PER_PEOPLE = "per 100,000 people"


def _kind(unit: str, rounded: str = "") -> Callable[..., Any]:
    """Return a declaration of numbers of one unit, rounded alike: the meaning, then the formula."""

    def declare(meaning: str, formula: str = "", *, unit: str = unit, **more: Any) -> Any:
        return key(meaning, unit, formula=formula, **{"rounded": rounded} | more)

    return declare


text = _kind("")
per_people = _kind(PER_PEOPLE, "one decimal, halves up (words.numbers.rate)")
people = _kind("people", "whole people, halves up (words.numbers.count)")
ratio = _kind("ratio", "three decimals below 10 (words.numbers.ratio)")
percent = _kind("share", "percent, one decimal (words.numbers.percent)")
_PROBABILITY = "two significant figures, never zero (words.numbers.probability)"
probability, p_value = _kind("probability", _PROBABILITY), _kind("", _PROBABILITY)
power = _kind("probability", "percent, one decimal (words.numbers.percent)")
share = _kind("share")
z_score = _kind("", "two decimals (words.numbers.number)")
tau = _kind("", "percent or three decimals")
areas = _kind("areas")
rank = _kind("rank")


class Traced(Record):
    """A record whose keys rest on the same rows and are computed by one function, but for some."""

    _by = ""
    _rests_on: tuple[str, ...] = ()

    def __init_subclass__(cls, by: str = "", rests_on: tuple[str, ...] = ()) -> None:
        """Take the function (a dotted name below ``mappa``) and rows of keys that name none."""
        super().__init_subclass__()
        cls._by, cls._rests_on = by, rests_on

    @classmethod
    def declared(cls) -> dict[str, Mapping[str, Any]]:
        """Return what is declared of each key, completed by what the record says of all."""
        own = {"by": cls._by, "rests_on": cls._rests_on}
        return {
            name: {**said, **{k: said[k] or v for k, v in own.items()}}
            for name, said in super().declared().items()
        }
