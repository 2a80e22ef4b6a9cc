"""How the rate's keys are declared: what a number rests on, its unit and how it is rounded."""

from __future__ import annotations

import functools

from mappa.records import key

# What a number rests on: names of the groups of rows that ``mappa explain`` collects.
MINE, NATION, ALL, BASE = "count", "nation", "all counts", "population"
OWN, BEFORE = "own population", "year before"
PLACES, AGES, YEAR, PRINTED, CHOICE, SET = "centroids", "ages", "year", "printed", "rule", "set"

SPREAD = (ALL, NATION, BASE)
AGAINST = (MINE, NATION, BASE, CHOICE)
MY_RATE = (MINE, OWN)

PER_PEOPLE = "per 100,000 people"

per_people = functools.partial(
    key, unit=PER_PEOPLE, rounded="one decimal, halves up (words.numbers.rate)"
)
people = functools.partial(
    key, unit="people", rounded="whole people, halves up (words.numbers.count)"
)
ratio = functools.partial(
    key, unit="ratio", rounded="three decimals below 10 (words.numbers.ratio)"
)
percent = functools.partial(
    key, unit="share", rounded="percent, one decimal (words.numbers.percent)"
)
probability = functools.partial(
    key,
    unit="probability",
    rounded="two significant figures, never zero (words.numbers.probability)",
)
z_score = functools.partial(key, rounded="two decimals (words.numbers.number)")
tau = functools.partial(key, rounded="percent or three decimals")
areas = functools.partial(key, unit="areas")
rank = functools.partial(key, unit="rank")
