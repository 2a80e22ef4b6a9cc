"""Years that growth is held against."""

from __future__ import annotations

import pytest

from mappa.errors import UsageError
from mappa.register.effects.references import Reference, references
from mappa.register.stockflow.cohorts import Grid

START = 1997 + 8 / 12


def labels(found: list[Reference]) -> list[str]:
    return [r.label for r in found]


def test_a_year_to_march_is_twelve_months_of_cohorts() -> None:
    year = Reference(2010.25)
    assert year.label == "2009/10"
    assert Reference(2000.25).label == "1999/00"
    assert year.cohorts(Grid(2000.0, 240)) == (slice(111, 123), 123)
    assert year.cohorts(Grid(2000.0, 240, per_month=2)) == (slice(222, 246), 246)
    assert Reference(2000.25).cohorts(Grid(2000.0, 240)) == (slice(0, 3), 3)


def test_the_longest_fixed_term_back_comes_first() -> None:
    assert labels(references(2020.25, START)) == ["2009/10", "2014/15", "2004/05", "1999/00"]
    assert labels(references(2012.25, START)) == ["2001/02", "2006/07"]
    assert labels(references(2008.75, 1997.75)) == ["1997/98", "2002/03"]  # a year after the start


def test_a_young_register_is_held_against_its_first_year() -> None:
    assert references(2001.0, START) == [Reference(START + 1)]


@pytest.mark.parametrize("chosen", ["2003/04", " 2003-04 ", "2003/2004"])
def test_a_year_that_is_chosen_comes_first(chosen: str) -> None:
    found = labels(references(2020.25, START, chosen))
    assert found == ["2003/04", "2009/10", "2014/15", "2004/05", "1999/00"]
    assert labels(references(2020.25, START, "2004/05"))[:2] == ["2004/05", "2009/10"]


@pytest.mark.parametrize("chosen", ["1996/97", "2020/21", "2003", "2003/05"])
def test_a_year_that_is_none_says_which_there_are(chosen: str) -> None:
    with pytest.raises(UsageError) as caught:
        references(2020.25, START, chosen)
    assert str(caught.value) == (
        f"There is no reference year {chosen!r}: write a year to March from 1998/99 to 2018/19."
    )
