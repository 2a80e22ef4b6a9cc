"""What each measure may hold, from the dictionary, and the everyday names it goes by."""

import re

import pandas as pd

from mappa.data.cells import Kind
from mappa.errors import UnknownName

_REGISTERED = ("registered sex offenders", "registered sexual offenders")
_COUNT = ("count", "rso", "rsos", "rso count", "number of rsos", "sex offenders", *_REGISTERED)
#: Everyday names of measures, in every command alike.
OTHER_NAMES = {
    **dict.fromkeys((*_COUNT, *(f"number of {name}" for name in _REGISTERED)), "rso_count"),
    **dict.fromkeys(("rate", "rso rate", "per 100,000"), "rso_rate_per_100k"),
    **dict.fromkeys(("rate per 100,000", "rate per 100k"), "rso_rate_per_100k"),
    "change": "rso_change_count",
    **dict.fromkeys(("change percent", "change %", "percent change"), "rso_change_pct"),
    "percentage change": "rso_change_pct",
    **dict.fromkeys(("one in", "people per offender"), "people_per_rso"),
}


def kinds(dictionary: pd.DataFrame) -> dict[str, Kind]:
    """Return what a value of each measure may be, by measure (rows ``measures`` of dictionary)."""
    columns = ["type", "minimum", "maximum", "unit"]
    rows = dictionary[dictionary["table"] == "measures"].set_index("column")[columns]
    return {str(measure): kind_of(*row) for measure, row in rows.iterrows()}


def kind_of(type_: str, minimum: str, maximum: str, unit: str) -> Kind:
    """Return the kind of number that a row of the dictionary allows, with the words for it."""
    low = float(minimum) if minimum else None
    high = float(maximum) if maximum else None
    whole = type_ == "integer"
    if whole:
        right = f"a whole number of {unit or 'units'}"
        right += f", {low:g} or more" if low is not None and low >= 0 else ""
    elif low is not None and high is not None:
        what = "a rate" if unit == "per 100,000" else f"a number ({unit})" if unit else "a number"
        right = f"{what} of {low:,g} to {high:,g}"
    else:
        right = "a number"
    return Kind(right, whole, low, high, unit)


def named(written: str, known: list[str], where: str) -> tuple[str, str]:
    """Return the measure that a name means, and what was taken (empty: nothing).

    Raises UnknownName, with the way to add a measure, where there is none.
    """
    plain = " ".join(written.lower().split())
    found = OTHER_NAMES.get(plain, re.sub(r"[\s-]+", "_", plain))
    if found not in known:
        names = [*known, *(n for n, m in OTHER_NAMES.items() if m in known)]
        hint = f"to add one, name it among the allowed measures of {where} and in a row of measures"
        raise UnknownName("measure", written[:60], names, hint=f"{hint} in dictionary.csv.")
    return found, f"{written} is taken as {found}" if found != written.lower() else ""
