"""Laws that are held against the one in force, and lasting changes of sentences."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from inline_snapshot import snapshot
from toy_register import TERMS, toy_drivers, toy_values

from mappa.register.effects import counterfactuals as cf


def changed(law: cf.Counterfactual) -> dict[str, float]:
    """Return the terms that another law changes."""
    return {
        field.name: getattr(law.terms, field.name)
        for field in dataclasses.fields(TERMS)
        if getattr(law.terms, field.name) != getattr(TERMS, field.name)
    }


def test_each_law_changes_its_own_terms() -> None:
    assert {law.name: changed(law) for law in cf.counterfactuals(TERMS)} == {
        "long_as_middle": {"long": 10.0},
        "long_as_wait": {"long": 6.0},
        "long_as_other": {"long": 5.0},
        "all_as_other": {"short": 5.0, "middle": 5.0, "long": 5.0},
        "fixed_as_other": {"short": 5.0, "middle": 5.0},
        "caution_as_before": {"caution": 5.0},
    }


def test_each_law_is_named_in_words() -> None:
    assert [law.label for law in cf.counterfactuals(TERMS)] == snapshot(
        [
            "sentences of 30 months and more carried 10 years",
            "sentences of 30 months and more carried 6 years",
            "sentences of 30 months and more carried 5 years",
            "every period above 5 years were 5 years",
            "the periods of 7 and 10 years were 5",
            "cautions still carried 5 years",
        ]
    )


def test_sentences_longer_from_a_day_on() -> None:
    drivers, times = toy_drivers(4), np.array([2000.0, 2001.0, 2002.0, 2003.0])
    step = np.array([0.0, 0.0, np.log(1.1), np.log(1.1)])
    for threshold, release in ((True, True), (True, False), (False, True)):
        found = cf.longer(drivers, 2002.0, times, threshold=threshold, release=release)
        assert found.threshold_length - drivers.threshold_length == pytest.approx(threshold * step)
        assert found.release_length - drivers.release_length == pytest.approx(release * step)
    plain = cf.longer(drivers, 2002.0, times)
    assert plain.threshold_length - drivers.threshold_length == pytest.approx(step)
    assert plain.release_length - drivers.release_length == pytest.approx(step)


def test_terms_that_pause_in_custody_last_longer_by_the_time_served() -> None:
    """Half of 3 months (the middle of 6) and half of 20: an eighth and five sixths of a year."""
    found = cf.paused(TERMS, toy_values(served_short=0.5), 20.0)
    assert (found.short, found.middle) == pytest.approx((7 + 1.5 / 12, 10 + 10 / 12))
    assert dataclasses.replace(found, short=7.0, middle=10.0) == TERMS
